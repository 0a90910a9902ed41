"""What the pages on policies show is what the code takes."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import yaml

from policies.frameworks import FRAMEWORKS
from policies.native import UNDETERMINED_GUARD, WAIVED_LIST
from policies.pack_config import configured
from policies.packs import level_of, levels
from policies.registry import controls
from policies.settings import REMEDIABLE, Level, Settings, settings_from
from policies.waiver_checks import BUILT_IN
from policies.waivers import OPTIONAL, REQUIRED, read

DOCS = Path(__file__).resolve().parents[2] / "docs"
WAIVERS = (DOCS / "waivers.md").read_text(encoding="utf-8")
POLICIES = (DOCS / "policies" / "README.md").read_text(encoding="utf-8")
IDS = [c.id for c in controls()]


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def test_the_waiver_that_is_shown_is_one(tmp_path: Path) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(blocks(WAIVERS, "yaml")[0], encoding="utf-8")
    held = read(file, IDS, date(2026, 3, 1))
    assert held.malformed == ()
    (waiver,) = held.entries
    assert (waiver.control, waiver.over_broad, waiver.days_left(held.today)) == ("audit-immutable", "", 121)


def test_every_key_and_every_control_over_waivers_is_explained() -> None:
    rows = set(re.findall(r"^\| `([a-z-]+)` \|", WAIVERS, re.MULTILINE))
    assert rows == {*REQUIRED, *OPTIONAL, *BUILT_IN}


def test_the_settings_that_are_shown_are_taken() -> None:
    given = yaml.safe_load(blocks(POLICIES, "yaml")[0])["config"]["tripod:policy"]
    chosen = settings_from("standard", given, levels("standard"))
    assert level_of("training-in-vpc", chosen) is Level.MANDATORY
    pack = json.loads(blocks(POLICIES, "json")[0])
    built_in = [*BUILT_IN, UNDETERMINED_GUARD, WAIVED_LIST]
    tightened = configured(Settings.of("standard"), pack, IDS, built_in, "pack.json")
    assert (tightened.limit("log_retention_days"), tightened.remediate) == (400, frozenset({"required-tags"}))


def test_remediations_are_listed() -> None:
    table = POLICIES.split("## Remediation")[1]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)) == set(REMEDIABLE)


def test_frameworks_and_links_that_are_named_exist() -> None:
    assert set(re.findall(r"--framework ([a-z0-9-]+)", POLICIES)) <= set(FRAMEWORKS)
    for page, text in ((DOCS / "waivers.md", WAIVERS), (DOCS / "policies" / "README.md", POLICIES)):
        for link in re.findall(r"\]\(([^)#]+)\)", text):
            assert link.startswith("https://") or (page.parent / link).exists(), link
