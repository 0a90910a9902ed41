"""The parity table is computed, complete and fresh."""

import pytest

from components.core.cloud import Cloud
from tests.conformance.planned import ENTRIES
from tripod.parity import DOCUMENT, cells, markdown


def test_document_is_fresh() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == markdown(), "stale: .venv/bin/tripod parity --write"


@pytest.mark.parametrize("cloud", list(Cloud))
def test_every_capability_has_a_cell(cloud: Cloud) -> None:
    found = {cell.capability: cell for cell in cells() if cell.cloud == cloud.value}
    assert set(found) == set(ENTRIES)
    for cell in found.values():
        assert cell.means in {"native", "composed", "gap"}
        assert cell.by
