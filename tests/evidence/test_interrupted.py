"""What the crash test found in the engine, one test each."""

from pathlib import Path

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from simulator.engine.program import InlineProgram
from simulator.engine.state import Operation
from tests.evidence.programs import SECRET
from tests.evidence.world import World

CONFIG = {"aws:region": "eu-west-1"}


def test_only_creations_are_pending_after_the_next_run(tmp_path: Path) -> None:
    world = World(tmp_path, CONFIG)
    program = InlineProgram(lambda: aws.sqs.Queue("jobs", name="jobs") and None)
    assert world.deployment().up(program).ok
    before = world.snapshot()
    queue = before.resources[-1]
    other = queue.copy(urn=queue.urn.replace("::jobs", "::other"), id="")
    before.operations = [Operation("updating", queue), Operation("creating", other)]
    world.state.save(before)

    result = world.deployment().up(program)
    assert [item.urn for item in result.diagnostics if "interrupted" in item.message] == [queue.urn, other.urn]
    assert result.counts == {"same": 2}
    assert [(item.type, item.resource.urn) for item in world.snapshot().operations] == [("creating", other.urn)]


def test_an_imported_secret_is_encrypted(tmp_path: Path) -> None:
    world = World(tmp_path, CONFIG)
    made = world.cloud.place("aws:ssm/parameter:Parameter", "token", {"name": "/t", "type": "String", "value": SECRET})

    def program() -> None:
        value = pulumi.Output.secret(SECRET)
        aws.ssm.Parameter("token", name="/t", type="String", value=value, opts=ResourceOptions(import_=made.id))

    result = world.deployment().up(InlineProgram(program))
    assert result.ok, result.errors
    assert result.counts == {"create": 1, "import": 1}
    assert SECRET not in world.state.path.read_text()


def test_a_replacement_that_was_made_under_the_same_id_is_imported(tmp_path: Path) -> None:
    world = World(tmp_path, CONFIG)

    def program(days: int, import_: str | None = None) -> InlineProgram:
        options = ResourceOptions(import_=import_)
        return InlineProgram(
            lambda: aws.sqs.Queue("jobs", name="jobs", message_retention_seconds=days * 86400, opts=options)
        )

    assert world.deployment().up(program(1)).ok
    snapshot = world.snapshot()
    queue = snapshot.resources[-1]
    snapshot.operations = [Operation("creating", queue.copy(id=""))]
    queue.pending_replacement = True
    world.state.save(snapshot)

    assert not world.deployment().up(program(2)).ok  # the name is taken
    result = world.deployment().up(program(2, queue.id))
    assert result.ok, result.errors
    assert [step.op.value for step in result.steps if step.name == "jobs"] == [
        "remove-pending-replace",
        "import",
        "update",
    ]
    assert not world.snapshot().operations
    [left] = [item for item in world.snapshot().resources if item.name == "jobs"]
    assert (left.id, left.pending_replacement, left.inputs["messageRetentionSeconds"]) == (queue.id, False, 172800)
    assert world.difference() == []
    assert world.deployment().up(program(2)).counts == {"same": 2}
