"""``PULUMI_DEBUG_PROVIDERS``: the CLI over plugins that run in this very process, where a test can reach into them."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest

from simulator import plugin
from simulator.cloud import SimulatedCloud
from simulator.store import Store
from tests.differential.case import CASES, up
from tests.differential.corpus import NAMES
from tests.differential.story import pair

pytestmark = [
    pytest.mark.needs_pulumi,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="the Pulumi CLI is not on PATH"),
]


def test_the_cli_attaches_to_running_plugins(tmp_path: Path) -> None:
    assert "google_lifecycle" in NAMES
    _, cli = pair(CASES["google_lifecycle"], tmp_path, hosted=True)
    shutil.rmtree(cli.environment.pulumi_home / "plugins")
    store = Store(cli.store)
    with ExitStack() as servers:
        ports = {}
        for package in ("aws", "azure-native", "gcp"):
            server, ports[package] = plugin.start(package, store)
            servers.callback(server.stop, 0)
        cli.extra["PULUMI_DEBUG_PROVIDERS"] = ",".join(f"{package}:{port}" for package, port in ports.items())
        done = cli.run("up", up(1))
        assert done.ok, done.said
        again = cli.run("up", up(1))
        assert {step.op for step in again.steps} == {"same"}, again.said
    made = {one.urn.rsplit("::", 1)[1] for one in SimulatedCloud(store).inventory()}
    assert made == {"lake", "events", "sub"}
