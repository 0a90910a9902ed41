"""Every output of every capability resolves on every cloud; a gap is strict: it fails when it closes."""

import asyncio
from dataclasses import fields
from typing import Any

import pulumi
import pytest

from components.core.cloud import Cloud, Gap
from tests.conformance import wiring
from tests.conformance.planned import CELLS, ENTRIES
from tests.recorder import record


def _resolve(capability: str, cloud: Cloud, scenario: str) -> dict[str, Any]:
    entry = ENTRIES[capability]
    spec = (wiring.maximal if scenario == "max" else wiring.defaults)(capability, cloud)
    args = wiring.arguments(capability, cloud, spec, wiring.scope(cloud))
    found: dict[str, Any] = {}

    def program() -> None:
        component = entry.component(capability.replace("_", "-"), args)  # type: ignore[call-arg, arg-type]

        def keep(name: str) -> Any:
            return lambda value: found.__setitem__(name, value)

        for field in fields(entry.outputs):
            output = getattr(component, field.name)
            assert isinstance(output, pulumi.Output), (
                f"{capability}.{field.name} on {cloud} is a {type(output).__name__}"
            )
            output.apply(keep(field.name))

    record(program, preview=False)
    return found


@pytest.mark.parametrize("scenario", ["defaults", "max"])
@pytest.mark.parametrize(("capability", "cloud"), CELLS, ids=str)
def test_every_output_resolves(capability: str, cloud: Cloud, scenario: str) -> None:
    leg = ENTRIES[capability].legs[cloud]
    if isinstance(leg, Gap):
        pytest.xfail(leg.reason)
    found = _resolve(capability, cloud, scenario)
    names = {field.name for field in fields(ENTRIES[capability].outputs)}
    assert set(found) == names
    for name, value in found.items():
        if name == "subnet_ids":
            assert len(value) >= 2, name
            assert all(isinstance(item, str) and item for item in value), name
        else:
            assert isinstance(value, str), f"{name} is {value!r}"
            if scenario == "max":
                assert value, f"{name} is empty although every option is used"


@pytest.mark.parametrize("capability", list(ENTRIES))
def test_component_declares_what_its_contract_promises(capability: str) -> None:
    entry = ENTRIES[capability]
    declared = entry.component.__annotations__
    assert {name: declared[name] for name in declared} == {field.name: field.type for field in fields(entry.outputs)}
    assert entry.component.__init__.__annotations__["args"].__name__.endswith("Args")


def test_loop_is_left_clean() -> None:
    """The recorder leaves no event loop behind for other tests."""
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
