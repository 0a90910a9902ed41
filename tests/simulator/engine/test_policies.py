"""Policy hooks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi import Output, ResourceOptions

from simulator.engine.events import PolicyViolation
from simulator.engine.policy import ResourceView, Violation
from simulator.engine.values import make_secret
from simulator.model import UNKNOWN
from tests.simulator.engine.fake import Group, Thing
from tests.simulator.engine.harness import Bench


def nothing(resource: ResourceView) -> Sequence[Violation]:
    return ()


def no_stack(resources: Sequence[ResourceView]) -> Sequence[Violation]:
    return ()


@dataclass
class Rules:
    resource: Callable[[ResourceView], Sequence[Violation]] = nothing
    stack: Callable[[Sequence[ResourceView]], Sequence[Violation]] = no_stack
    name: str = "rules"
    seen: list[ResourceView] = field(default_factory=list)

    def analyze(self, resource: ResourceView) -> Sequence[Violation]:
        self.seen.append(resource)
        return self.resource(resource)

    def analyze_stack(self, resources: Sequence[ResourceView]) -> Sequence[Violation]:
        return self.stack(resources)


def big(level: str) -> Callable[[ResourceView], Sequence[Violation]]:
    def rule(resource: ResourceView) -> Sequence[Violation]:
        if resource.inputs.get("size", 0) > 1:
            return [Violation("size-1", level, "high", "size must not exceed 1")]
        return ()

    return rule


def program() -> None:
    Thing("small", {"size": 1})
    Thing("large", {"size": 2})


def test_a_mandatory_violation_stops_the_resource_and_the_run(bench: Bench) -> None:
    result = bench.up(program, analyzers=[Rules(big("mandatory"))])
    assert not result.ok
    [violation] = result.violations
    assert (violation.control, violation.level, violation.severity) == ("size-1", "mandatory", "high")
    assert violation.urn.endswith("::fake:index:Thing::large")
    assert "large" not in bench.names()
    assert bench.cloud.made("create") in ([], ["small"])
    assert [event for event in bench.events if isinstance(event, PolicyViolation)] == [violation]


def test_an_advisory_violation_is_only_told(bench: Bench) -> None:
    result = bench.up(program, analyzers=[Rules(big("advisory"))])
    assert result.ok
    assert [item.level for item in result.violations] == ["advisory"]
    assert sorted(bench.cloud.made("create")) == ["large", "small"]


def test_a_preview_goes_on_after_a_mandatory_violation(bench: Bench) -> None:
    result = bench.preview(program, analyzers=[Rules(big("mandatory"))])
    assert not result.ok
    assert "create large" in bench.ops(result)


def test_rules_see_checked_inputs_unknowns_secrets_and_options(bench: Bench) -> None:
    rules = Rules()

    def wide() -> None:
        group = Group("group", {"size": 1})
        one = Thing("one", {}, ResourceOptions(parent=group))
        Thing(
            "two",
            {"name": "m", "other": one.arn, "password": Output.secret("p")},
            ResourceOptions(
                parent=group,
                protect=True,
                ignore_changes=["x"],
                delete_before_replace=True,
                retain_on_delete=True,
                additional_secret_outputs=["arn"],
                custom_timeouts=pulumi.CustomTimeouts(create="5m"),
            ),
        )

    assert bench.preview(wide, analyzers=[rules]).ok
    views = {view.name: view for view in rules.seen}
    assert views["group"].inputs == {"size": 1}
    assert not views["group"].custom
    assert views["one"].inputs["name"].startswith("one-")
    two = views["two"]
    assert two.inputs == {"name": "m", "other": UNKNOWN, "password": make_secret("p")}
    assert two.parent == views["group"].urn
    assert two.property_dependencies["other"] == (views["one"].urn,)
    assert two.dependencies == (views["one"].urn,)
    assert two.provider.endswith("::pulumi:providers:fake::default")
    assert (two.protect, two.options.ignore_changes, two.options.delete_before_replace) == (True, ("x",), True)
    assert (two.options.retain_on_delete, two.options.additional_secret_outputs) == (True, ("arn",))
    assert two.options.custom_timeouts.create == 300


def test_stack_rules_see_everything_once_the_deletions_are_done(bench: Bench) -> None:
    bench.deploy(lambda: Thing("old", {}))

    def rule(resources: Sequence[ResourceView]) -> Sequence[Violation]:
        count = sum(item.type == "fake:index:Thing" for item in resources)
        outputs = [item.outputs.get("arn") for item in resources if item.name == "small"]
        return [Violation("few", "mandatory", "low", f"{count} things, {outputs[0]}")]

    result = bench.up(program, analyzers=[Rules(stack=rule)])
    assert not result.ok
    assert result.violations[0].message.startswith("2 things, arn:id-")
    assert result.violations[0].urn.endswith("::project-dev")
    assert bench.cloud.made("delete") == ["old"]  # as in the CLI: stack rules judge what has come to be
    assert "old" not in bench.names()


def test_resources_of_the_result_are_the_planned_graph(bench: Bench) -> None:
    bench.deploy(lambda: Thing("old", {}))
    result = bench.preview(program)
    names = [view.name for view in result.resources if not view.default_provider]
    assert names[0] == "project-dev"
    assert sorted(names[1:]) == ["large", "small"]
