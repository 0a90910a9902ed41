"""Preview, update, no-op update and destroy."""

from __future__ import annotations

import pulumi

from tests.simulator.engine.fake import Thing
from tests.simulator.engine.harness import Bench


def three() -> None:
    one = Thing("one", {"size": 1})
    two = Thing("two", {"other": one.arn})
    Thing("three", {"other": two.arn}, pulumi.ResourceOptions(depends_on=[one]))
    pulumi.export("arn", two.arn)


def test_the_whole_life_of_three_resources(bench: Bench) -> None:
    preview = bench.preview(three)
    assert preview.ok, preview.errors
    assert bench.ops(preview) == ["create project-dev", "create one", "create two", "create three"]
    assert bench.cloud.live == {}
    assert not bench.state.path.exists()

    up = bench.up(three)
    assert up.ok, up.errors
    assert bench.ops(up) == ["create project-dev", "create one", "create two", "create three"]
    assert up.outputs == {"arn": "arn:id-2"}
    assert up.counts == {"create": 4}
    assert bench.cloud.live["id-3"].inputs["other"] == "arn:id-2"

    written = bench.state.path.read_bytes()
    again = bench.up(three)
    assert again.ok, again.errors
    assert again.counts == {"same": 4}
    assert again.outputs == {"arn": "arn:id-2"}
    assert bench.state.path.read_bytes() == written
    assert bench.cloud.made("update") == []

    destroy = bench.deployment().destroy()
    assert destroy.ok, destroy.errors
    assert bench.ops(destroy) == ["delete three", "delete two", "delete one", "delete project-dev"]
    assert bench.cloud.live == {}
    assert bench.state.load().resources == []
