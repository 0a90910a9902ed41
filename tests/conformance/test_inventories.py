"""Inventories: what three scenarios plan, as text to review. A failing test prints the command to write them again."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.core.cloud import Cloud
from components.core.profile import Profile
from tests.conformance.planned import CELLS, planned, resources

HERE = Path(__file__).parent / "inventories"
WRITE = "make inventories"
SCENARIOS = {
    "defaults": ("defaults", Profile.SANDBOX),
    "max": ("max", Profile.STANDARD),
    "hardened": ("max", Profile.REGULATED),
}


def _inventory(capability: str, cloud: Cloud, scenario: str) -> dict[str, Any]:
    """Resources by type, and each one's scalar inputs: what a reviewer wants to see change."""
    spec, profile = SCENARIOS[scenario]
    graph = resources(planned(capability, cloud, spec, profile))
    return {
        "counts": dict(sorted(Counter(item.type for item in graph).items())),
        "values": {
            item.name: {"type": item.type, **_plain(item.inputs)} for item in sorted(graph, key=lambda item: item.name)
        },
    }


def _plain(inputs: dict[str, Any]) -> dict[str, Any]:
    """Scalars at the top level; documents and tags have tests of their own."""
    return {
        key: value
        for key, value in sorted(inputs.items())
        if isinstance(value, str | int | float | bool) and key not in {"tags", "labels"} and len(str(value)) <= 100
    }


@pytest.mark.parametrize("scenario", list(SCENARIOS))
@pytest.mark.parametrize(("capability", "cloud"), CELLS, ids=str)
def test_inventory(capability: str, cloud: Cloud, scenario: str) -> None:
    path = HERE / capability / f"{scenario}.{cloud}.yaml"
    actual = _inventory(capability, cloud, scenario)
    if os.environ.get("TRIPOD_WRITE_INVENTORIES"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(actual, sort_keys=False, width=120), encoding="utf-8")
    assert path.exists(), f"{path} is missing: {WRITE}"
    expected = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert actual["counts"] == expected["counts"], f"{path}: the resources changed; if that is meant: {WRITE}"
    for name, values in expected["values"].items():
        assert name in actual["values"], f"{path}: {name} is no longer planned; if that is meant: {WRITE}"
        for key, value in values.items():
            got = actual["values"][name].get(key)
            assert got == value, f"{path}: {name}.{key}: expected {value!r}, got {got!r}; if that is meant: {WRITE}"
