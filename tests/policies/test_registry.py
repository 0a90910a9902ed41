"""Registry-wide: ids, packs, clauses, links, gaps."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import urlparse

import pytest

import policies.controls
from components.core.cloud import Cloud, Gap, GapKind
from policies.control import Control, Group
from policies.frameworks import FRAMEWORKS, clause
from policies.packs import LEVELS, levels
from policies.registry import controls
from policies.settings import Level, Profile

FOLDER = Path(policies.controls.__file__).parent


def test_ids_are_unique_and_every_file_holds_one() -> None:
    ids = [c.id for c in controls()]
    assert [i for i, n in Counter(ids).items() if n > 1] == []
    files = {p.stem.replace("_", "-") for p in FOLDER.glob("*/*.py") if p.stem != "__init__"}
    assert files == set(ids)


def test_every_group_has_a_control() -> None:
    assert {c.group for c in controls()} == set(Group)


def test_packs_name_every_control_and_nothing_else() -> None:
    assert set(LEVELS) == {c.id for c in controls()}


def test_a_stricter_profile_is_nowhere_looser() -> None:
    """Cost rules of a sandbox may relax; every other level rises from sandbox to regulated."""
    cost = {c.id for c in controls() if c.group is Group.COST}
    looser = [
        control
        for control in set(LEVELS) - cost
        if not (
            levels(Profile.SANDBOX)[control].rank
            <= levels(Profile.STANDARD)[control].rank
            <= levels(Profile.REGULATED)[control].rank
        )
    ]
    assert looser == []


def test_every_control_is_on_somewhere() -> None:
    assert [c for c in LEVELS if all(levels(p)[c] is Level.OFF for p in Profile)] == []


@pytest.mark.parametrize("control", controls(), ids=lambda c: c.id)
def test_metadata_is_complete(control: Control) -> None:
    assert urlparse(control.url).scheme == "https"
    assert control.title[0].isupper()
    assert not control.title.endswith(".")
    assert control.why.endswith(".")
    assert control.remedy.endswith(".")
    assert control.clauses
    for reference in control.clauses:
        clause(reference)
    assert len(set(control.clauses)) == len(control.clauses)


@pytest.mark.parametrize("control", controls(), ids=lambda c: c.id)
def test_every_cloud_has_checks_or_a_gap_with_a_reason(control: Control) -> None:
    for cloud in Cloud:
        cell = control.rows[cloud]
        if not isinstance(cell, Gap):
            assert cell, f"{control.id} has an empty cell on {cloud}"
            continue
        assert cell.reason.endswith("."), cell.reason
        assert (cell.kind is not GapKind.NEVER) or urlparse(cell.url or "").scheme == "https", control.id


def test_no_control_is_a_gap_on_every_cloud() -> None:
    assert [c.id for c in controls() if not any(c.checks(cloud) for cloud in Cloud)] == []


def test_frameworks_have_pages() -> None:
    assert {urlparse(f.url).scheme for f in FRAMEWORKS.values()} == {"https"}
