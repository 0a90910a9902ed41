"""Resource hooks and error hooks of the SDK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi import ErrorHook, ResourceHook, ResourceHookBinding, ResourceHookOptions, ResourceOptions

from simulator.engine.program import InlineProgram
from simulator.engine.state import StateFile
from simulator.model import CloudError, Live
from tests.simulator.engine.fake import Group, Thing
from tests.simulator.engine.harness import Bench

KINDS = ("before_create", "after_create", "before_update", "after_update", "before_delete", "after_delete")


def watched(seen: list[tuple[str, Any]], *, on_dry_run: bool = False, component: bool = False) -> Callable[..., None]:
    """A program with one resource all of whose hooks write down what they were told."""

    def program(size: int) -> None:
        def hook(kind: str) -> ResourceHook:
            return ResourceHook(kind, lambda args: seen.append((kind, args)), ResourceHookOptions(on_dry_run))

        binding = ResourceHookBinding(**{kind: [hook(kind)] for kind in KINDS})
        if component:
            group = Group("one", {"size": size}, ResourceOptions(hooks=binding))
            group.register_outputs({"size": size})
        else:
            Thing("one", {"name": "n", "size": size}, ResourceOptions(hooks=binding))

    return program


def test_hooks_are_told_what_their_moment_knows(bench: Bench) -> None:
    seen: list[tuple[str, Any]] = []
    program = watched(seen)
    bench.deploy(lambda: program(1))
    assert [kind for kind, _ in seen] == ["before_create", "after_create"]
    before, after = (args for _, args in seen)
    assert (before.urn, before.name, before.type) == (bench.resource("one").urn, "one", "fake:index:Thing")
    assert before.new_inputs == after.new_inputs == {"name": "n", "size": 1}
    assert not before.old_inputs
    assert (before.id, after.id) == ("", "id-1")
    assert after.new_outputs["arn"] == "arn:id-1"

    seen.clear()
    bench.deploy(lambda: program(2))
    assert [kind for kind, _ in seen] == ["before_update", "after_update"]
    before, after = (args for _, args in seen)
    assert (before.old_inputs["size"], before.new_inputs["size"], before.old_outputs["arn"]) == (1, 2, "arn:id-1")
    assert (after.new_outputs["size"], after.id) == (2, "id-1")

    seen.clear()
    bench.deploy(lambda: program(2))
    assert seen == []

    result = bench.deployment().destroy(InlineProgram(lambda: program(2)))
    assert result.ok, result.errors
    assert [kind for kind, _ in seen] == ["before_delete", "after_delete"]
    before, after = (args for _, args in seen)
    assert (before.old_inputs["size"], before.old_outputs["arn"], before.id) == (2, "arn:id-1", "id-1")
    assert not before.new_inputs
    assert bench.cloud.live == {}
    assert bench.names() == []


def test_names_of_hooks_are_kept_in_the_state(bench: Bench) -> None:
    bench.deploy(lambda: watched([])(1))
    expected = {
        "BeforeCreate": ["before_create"],
        "AfterCreate": ["after_create"],
        "BeforeUpdate": ["before_update"],
        "AfterUpdate": ["after_update"],
        "BeforeDelete": ["before_delete"],
        "AfterDelete": ["after_delete"],
    }
    assert bench.resource("one").hooks == expected
    file = StateFile(bench.directory / "dev.json", "passphrase")
    document = file.document(file.load())
    assert (document["version"], document["features"]) == (4, ["hooks"])
    [written] = [item for item in document["deployment"]["resources"] if item["urn"].endswith("::one")]
    assert written["resourceHooks"] == expected


def test_a_component_waits_for_its_outputs(bench: Bench) -> None:
    seen: list[tuple[str, Any]] = []
    bench.deploy(lambda: watched(seen, component=True)(1))
    assert [kind for kind, _ in seen] == ["before_create", "after_create"]
    assert seen[1][1].new_outputs == {"size": 1}
    bench.deploy(lambda: watched(seen, component=True)(2))
    assert [kind for kind, _ in seen[2:]] == ["before_update", "after_update"]


@pytest.mark.parametrize(("on_dry_run", "kinds"), [(False, []), (True, ["before_create", "after_create"])])
def test_previews_run_only_the_hooks_that_ask_for_it(bench: Bench, on_dry_run: bool, kinds: list[str]) -> None:
    seen: list[tuple[str, Any]] = []
    assert bench.preview(lambda: watched(seen, on_dry_run=on_dry_run)(1)).ok
    assert [kind for kind, _ in seen] == kinds


def failing(kind: str, *, ignore_errors: bool = False) -> Callable[..., None]:
    def program(size: int = 1) -> None:
        def hook(args: Any) -> None:
            raise ValueError("no way")

        binding = ResourceHookBinding(
            **{kind: [ResourceHook("stern", hook, ResourceHookOptions(False, ignore_errors))]}
        )
        Thing("one", {"name": "n", "size": size}, ResourceOptions(hooks=binding))

    return program


def test_a_failed_before_hook_fails_the_step(bench: Bench) -> None:
    result = bench.up(failing("before_create"))
    assert not result.ok
    assert result.errors == ("before hook 'stern' failed: no way",)
    assert bench.cloud.made("create") == []
    assert bench.names() == ["project-dev"]


def test_a_failed_after_hook_fails_the_run_but_not_the_step(bench: Bench) -> None:
    result = bench.up(failing("after_create"))
    assert not result.ok
    assert result.errors == ("after hook 'stern' failed: no way",)
    assert [(str(step.op), step.error) for step in result.steps if step.name == "one"] == [("create", "")]
    assert bench.resource("one").id == "id-1"
    assert bench.state.load().operations == []
    assert bench.up(failing("after_create")).ok


@pytest.mark.parametrize("kind", ["before_create", "after_create"])
def test_errors_can_be_ignored(bench: Bench, kind: str) -> None:
    result = bench.up(failing(kind, ignore_errors=True))
    assert result.ok
    [warning] = [item for item in result.diagnostics if item.severity == "warning"]
    moment = kind.replace("_", " ").title().replace(" ", "")
    assert warning.message == f"{moment} hook 'stern' failed: no way"


def test_a_failed_before_delete_hook_keeps_the_resource(bench: Bench) -> None:
    bench.deploy(failing("before_delete"))
    result = bench.deployment().destroy(InlineProgram(failing("before_delete")))
    assert result.errors == ("before hook 'stern' failed: no way",)
    assert "one" in bench.names()
    assert bench.cloud.made("delete") == []


def test_destroy_without_the_program_names_what_needs_it(bench: Bench) -> None:
    bench.deploy(lambda: watched([])(1))
    result = bench.deployment().destroy()
    assert not result.ok
    urn = bench.resource("one").urn
    assert result.errors == (
        f"{urn} has delete hooks (after_delete, before_delete); destroy with --run-program to run them",
    )
    assert bench.cloud.made("delete") == []


def test_a_resource_that_leaves_a_program_runs_the_hooks_that_the_program_still_has(bench: Bench) -> None:
    seen: list[str] = []

    def hooks() -> ResourceHook:
        return ResourceHook("farewell", lambda args: seen.append(args.name))

    bench.deploy(lambda: Thing("one", {}, ResourceOptions(hooks=ResourceHookBinding(before_delete=[hooks()]))))
    assert bench.up(lambda: hooks() and None).ok
    assert seen == ["one"]


def test_a_delete_hook_that_is_gone_is_an_error(bench: Bench) -> None:
    bench.deploy(failing("before_delete"))
    result = bench.up(lambda: None)
    assert result.errors == ("the hook 'stern' was not registered; the program must do so in every run",)
    assert "one" in bench.names()


def test_two_hooks_of_one_name_are_refused(bench: Bench) -> None:
    def program() -> None:
        for number in (1, 2):
            hook = ResourceHook("same", lambda args: None)
            Thing(f"t{number}", {}, ResourceOptions(hooks=ResourceHookBinding(before_create=[hook])))

    result = bench.up(program)
    assert not result.ok
    assert any("there is a resource hook 'same' already" in error for error in result.errors)


def flaky(bench: Bench, failures: int) -> None:
    """Makes the first creations fail."""
    left = [failures]
    original = bench.cloud.next_id

    def next_id() -> str:
        if left[0]:
            left[0] -= 1
            raise CloudError("Throttled", f"{left[0]} to go")
        return original()

    bench.cloud.next_id = next_id  # type: ignore[method-assign]


def retrying(seen: list[Any], answer: bool = True) -> Callable[[], None]:
    def program() -> None:
        def again(args: Any) -> bool:
            seen.append((args.failed_operation, list(args.errors), args.new_inputs["name"]))
            return answer

        hook = ErrorHook("again", again)
        Thing("one", {"name": "n"}, ResourceOptions(hooks=ResourceHookBinding(on_error=[hook])))

    return program


def test_an_error_hook_asks_for_another_attempt(bench: Bench) -> None:
    seen: list[Any] = []
    flaky(bench, 2)
    result = bench.up(retrying(seen))
    assert result.ok, result.errors
    assert seen == [
        ("create", ["Throttled: 1 to go"], "n"),
        ("create", ["Throttled: 0 to go", "Throttled: 1 to go"], "n"),
    ]
    assert [item.message for item in result.diagnostics] == [
        "retrying create due to on-error hook request (1/100)",
        "retrying create due to on-error hook request (2/100)",
    ]
    assert bench.cloud.made("create") == ["one", "one", "one"]
    assert bench.resource("one").id == "id-1"


def test_an_error_hook_may_leave_it_at_that(bench: Bench) -> None:
    seen: list[Any] = []
    flaky(bench, 2)
    result = bench.up(retrying(seen, answer=False))
    assert result.errors == ("Throttled: 1 to go",)
    assert len(seen) == 1


def test_attempts_come_to_an_end(bench: Bench) -> None:
    flaky(bench, 1000)
    result = bench.up(retrying([]))
    assert not result.ok
    assert result.errors == ("Throttled: 900 to go",)
    assert len(bench.cloud.made("create")) == 100
    assert result.diagnostics[-2].message == "maximum number of error hook retries (100) reached"


def test_a_partial_failure_can_be_tried_again(bench: Bench) -> None:
    """What the last attempt made is what the state holds."""
    original = bench.cloud.next_id
    made: list[str] = []

    def next_id() -> str:
        made.append(original())
        if len(made) == 1:
            from simulator.model import PartialFailure

            raise PartialFailure("Unhealthy", "not yet", Live(made[0], {"arn": "half"}, {"name": "n"}))
        return made[-1]

    bench.cloud.next_id = next_id  # type: ignore[method-assign]
    result = bench.up(retrying([]))
    assert result.ok, result.errors
    saved = bench.resource("one")
    assert (saved.id, saved.init_errors, saved.outputs["arn"]) == ("id-2", [], "arn:id-2")


def test_destroy_with_the_program_makes_nothing(bench: Bench) -> None:
    def program(more: bool) -> Callable[[], None]:
        def declare() -> None:
            group = Group("group")
            one = Thing("one", {"size": 1 + more}, ResourceOptions(parent=group))
            pulumi.export("arn", one.arn)
            if more:
                new = Thing("new", {})
                Thing("newer", {"other": new.arn})

        return declare

    bench.deploy(program(False))
    result = bench.deployment().destroy(InlineProgram(program(True)))
    assert result.ok, result.errors
    assert bench.ops(result) == ["delete one", "delete group", "delete project-dev"]
    assert bench.cloud.calls == [("delete", "one")]
    assert bench.names() == []
