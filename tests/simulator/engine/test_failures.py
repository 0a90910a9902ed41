"""Failures, partial failures, cancellation and crashes: nothing that was done is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pulumi
import pytest
from pulumi import ResourceOptions

from simulator.engine.errors import StateError
from simulator.engine.events import StepStarted
from simulator.engine.program import InlineProgram
from tests.simulator.engine.fake import Thing
from tests.simulator.engine.harness import Bench

ROOT = Path(__file__).resolve().parents[3]


def broken() -> None:
    first = Thing("first", {})
    bad = Thing("bad", {"fail": "create", "other": first.arn})
    Thing("after", {"other": bad.arn})
    pulumi.export("first", first.arn)


def mended() -> None:
    first = Thing("first", {})
    bad = Thing("bad", {"other": first.arn})
    Thing("after", {"other": bad.arn})
    pulumi.export("first", first.arn)


def test_a_failure_stops_what_depends_on_it_and_saves_the_rest(bench: Bench) -> None:
    result = bench.up(broken)
    assert not result.ok
    assert result.errors == ("Denied: creation was refused",)
    assert bench.ops(result) == ["create project-dev", "create first", "create bad"]
    assert [step.error for step in result.steps] == ["", "", "Denied: creation was refused"]
    assert result.counts == {"create": 2}
    assert bench.names() == ["project-dev", "first"]
    assert bench.state.load().operations == []

    again = bench.up(mended)
    assert again.ok, again.errors
    assert bench.ops(again) == ["create bad", "create after"]
    assert again.outputs == {"first": "arn:id-1"}


def test_a_failure_deletes_nothing(bench: Bench) -> None:
    bench.deploy(lambda: Thing("old", {}))
    result = bench.up(broken)
    assert not result.ok
    assert bench.cloud.made("delete") == []
    assert "old" in bench.names()


def test_independent_resources_under_way_are_finished_and_saved(bench: Bench) -> None:
    bench.cloud.hold = threading.Event()

    def program() -> None:
        Thing("slow", {"hold": True})
        Thing("bad", {"fail": "create"})

    original = bench.cloud.note

    def note(call: str, urn: str) -> None:
        original(call, urn)
        if urn.endswith("::bad"):
            assert bench.cloud.started.wait(20)
            bench.cloud.hold.set()  # type: ignore[union-attr]

    bench.cloud.note = note  # type: ignore[method-assign]
    result = bench.up(program)
    assert not result.ok
    assert set(bench.names()) == {"project-dev", "slow"}


def test_continue_on_error_goes_on_with_independent_resources(bench: Bench) -> None:
    def program() -> None:
        bad = Thing("bad", {"fail": "create"})
        Thing("after", {"other": bad.arn})
        Thing("by", {}, ResourceOptions(depends_on=[bad]))
        Thing("free", {})

    result = bench.up(program, continue_on_error=True)
    assert not result.ok
    assert set(bench.names()) == {"project-dev", "free"}
    assert {item.urn.rsplit("::")[-1] for item in result.diagnostics if item.severity == "warning"} == {"after", "by"}
    assert bench.cloud.made("create") == ["bad", "free"] or bench.cloud.made("create") == ["free", "bad"]


def test_a_preview_reports_every_fault_at_once(bench: Bench) -> None:
    def program() -> None:
        one = Thing("one", {"invalid": 1})
        Thing("two", {"invalid": 2, "other": one.arn})
        Thing("three", {})

    result = bench.preview(program)
    assert not result.ok
    assert sorted(result.errors) == [
        "fake:index:Thing 'one': invalid: is not allowed",
        "fake:index:Thing 'two': invalid: is not allowed",
    ]
    assert {item.source for item in result.diagnostics} == {"check"}
    assert "create three" in bench.ops(result)


def test_a_program_that_raises_is_reported_with_its_own_frames(bench: Bench) -> None:
    def program() -> None:
        Thing("one", {})
        raise ValueError("no such size")

    result = bench.up(program)
    assert not result.ok
    [error] = result.errors
    assert "ValueError: no such size" in error
    assert "test_failures.py" in error
    assert "engine/program.py" not in error
    assert bench.up(lambda: Thing("one", {})).ok


def test_an_apply_that_raises_is_reported(bench: Bench) -> None:
    def program() -> None:
        one = Thing("one", {})

        def explode(arn: str) -> str:
            raise KeyError(arn)

        pulumi.export("x", one.arn.apply(explode))

    result = bench.up(program)
    assert not result.ok
    assert "KeyError: 'arn:id-1'" in result.errors[0]


def test_old_outputs_survive_a_failed_run(bench: Bench) -> None:
    def good() -> None:
        pulumi.export("kept", "a")
        pulumi.export("changed", "a")

    def bad() -> None:
        pulumi.export("changed", "b")
        raise RuntimeError("stop")

    bench.deploy(good)
    assert bench.up(bad).outputs == {"kept": "a", "changed": "b"}


def test_a_partial_failure_is_saved_and_tried_again_by_an_update(bench: Bench) -> None:
    result = bench.up(lambda: Thing("one", {"name": "n", "partial": True}))
    assert not result.ok
    saved = bench.resource("one")
    assert (saved.id, saved.init_errors) == ("id-1", ["it does not answer"])
    assert saved.outputs["arn"] == "arn:id-1"

    again = bench.up(lambda: Thing("one", {"name": "n", "partial": True}))
    assert again.ok, again.errors
    assert bench.ops(again) == ["update one"]
    assert bench.resource("one").init_errors == []


def test_a_half_done_update_keeps_the_old_inputs_beside_the_new_outputs(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"size": 1}))
    assert not bench.up(lambda: Thing("one", {"size": 2, "fail": "half"})).ok
    saved = bench.resource("one")
    assert (saved.inputs["size"], saved.outputs["size"], saved.init_errors) == (1, 2, ["it does not answer"])

    again = bench.up(lambda: Thing("one", {"size": 2}))
    assert again.ok, again.errors
    [update] = [step for step in again.steps if step.op == "update"]
    assert [(change.path, change.old, change.new) for change in update.changes] == [("size", 1, 2)]
    assert bench.resource("one").init_errors == []


def test_a_failed_update_keeps_the_old_state(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"size": 1}))
    result = bench.up(lambda: Thing("one", {"size": 2, "fail": "update"}))
    assert not result.ok
    assert bench.resource("one").inputs["size"] == 1


def test_a_deletion_that_fails_leaves_its_dependencies_alone(bench: Bench) -> None:
    def program() -> None:
        one = Thing("one", {})
        Thing("two", {"fail": "delete", "other": one.arn})
        Thing("three", {})

    bench.deploy(program)
    result = bench.deployment().destroy()
    assert not result.ok
    assert {"project-dev", "one", "two"} <= set(bench.names())
    assert bench.ops(result)[-1].startswith("delete t")
    assert "one" not in bench.cloud.made("delete")


def test_cancel_finishes_what_is_under_way_and_starts_nothing(bench: Bench) -> None:
    bench.cloud.hold = threading.Event()

    def program() -> None:
        one = Thing("one", {"hold": True})
        Thing("two", {"other": one.arn})

    deployment = bench.deployment()
    done: list[object] = []
    thread = threading.Thread(target=lambda: done.append(deployment.up(InlineProgram(program))))
    thread.start()
    assert bench.cloud.started.wait(20)
    deployment.cancel()
    bench.cloud.hold.set()
    thread.join(20)
    [result] = done
    assert (result.ok, result.cancelled) == (False, True)  # type: ignore[attr-defined]
    assert bench.names() == ["project-dev", "one"]
    assert bench.cloud.made("create") == ["one"]
    assert bench.up(program).ok


def test_two_runs_on_one_stack_exclude_each_other(bench: Bench) -> None:
    with bench.state.locked(), pytest.raises(StateError, match=f"is in use by process {os.getpid()}"):
        bench.deployment().destroy()
    assert bench.deployment().destroy().ok


def test_parallel_is_a_limit(bench: Bench) -> None:
    running: list[int] = []
    lock = threading.Lock()
    active = 0
    original = bench.cloud.next_id

    def next_id() -> str:
        nonlocal active
        with lock:
            active += 1
            running.append(active)
        threading.Event().wait(0.01)
        with lock:
            active -= 1
        return original()

    bench.cloud.next_id = next_id  # type: ignore[method-assign]

    def program() -> None:
        for number in range(12):
            Thing(f"t{number}", {})

    assert bench.up(program, parallel=3).ok
    assert max(running) == 3


CRASH = """
    import os, sys
    from pathlib import Path
    import pulumi
    from tests.simulator.engine.fake import Thing
    from tests.simulator.engine.harness import Bench

    bench = Bench(Path(sys.argv[1]))
    create = bench.cloud.__class__.note

    def note(self, call, urn):
        create(self, call, urn)
        if call == "create" and urn.endswith("::third"):
            os.kill(os.getpid(), 9)

    bench.cloud.__class__.note = note

    def program():
        first = Thing("first", {"name": "1", "password": pulumi.Output.secret("s3cret")})
        second = Thing("second", {"name": "2", "other": first.arn})
        Thing("third", {"name": "3", "other": second.arn})

    bench.up(program)
"""


def test_a_killed_run_leaves_a_file_that_loads_and_goes_on(bench: Bench) -> None:
    script = bench.directory / "crash.py"
    script.write_text(textwrap.dedent(CRASH))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.run(
        [sys.executable, str(script), str(bench.directory)], env=environment, cwd=ROOT, check=False
    )
    assert process.returncode == -signal.SIGKILL

    snapshot = bench.state.load()
    assert bench.names() == ["project-dev", "first", "second"]
    assert [(item.type, item.resource.name) for item in snapshot.operations] == [("creating", "third")]
    assert "s3cret" not in bench.state.journal_path.read_text()

    def program() -> None:
        first = Thing("first", {"name": "1", "password": pulumi.Output.secret("s3cret")})
        second = Thing("second", {"name": "2", "other": first.arn})
        Thing("third", {"name": "3", "other": second.arn})

    result = bench.up(program)
    assert result.ok, result.errors
    assert bench.ops(result) == ["create third"]
    [warning] = [item for item in result.diagnostics if item.severity == "warning"]
    assert "interrupted while creating" in warning.message
    assert bench.state.load().operations == []
    assert not bench.state.journal_path.exists()


def test_the_state_can_be_read_after_every_step(bench: Bench) -> None:
    """What a crash right after any event would leave behind loads, and grows step by step."""
    seen: list[list[str]] = []

    def watch(event: object) -> None:
        if isinstance(event, StepStarted):
            seen.append(bench.names())

    deployment = bench.deployment(parallel=1)
    deployment.on_event = watch
    assert deployment.up(InlineProgram(mended)).ok
    assert seen == [[], ["project-dev"], ["project-dev", "first"], ["project-dev", "first", "bad"]]


def test_a_torn_line_is_the_step_that_never_ended(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"name": "n"}))
    journal = bench.state.journal()
    journal.write({"op": "drop", "drop": [2]})
    journal.close()
    with bench.state.journal_path.open("a") as handle:
        handle.write('{"op":"drop","dro')
    assert len(bench.state.load().resources) == 2


def test_a_journal_of_another_file_is_ignored(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"name": "n"}))
    journal = bench.state.journal()
    journal.write({"op": "drop", "drop": [0, 1, 2]})
    journal.close()
    bench.state.path.write_text(bench.state.path.read_text() + "\n")
    assert bench.names() == ["project-dev", "one"]


def test_a_doubt_of_the_provider_warns_and_stops_nothing(bench: Bench) -> None:
    result = bench.up(lambda: Thing("one", {"odd": 1}))
    assert result.ok
    (doubt,) = [item for item in result.diagnostics if item.severity == "warning"]
    assert doubt.message.endswith("'one': odd: looks odd")
    assert doubt.urn == bench.resource("one").urn
