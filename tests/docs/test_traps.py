"""The table of traps: every file and name that it cites is in the code, and every row is whole."""

import ast
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "traps.md"
INDEX = ROOT / "docs" / "README.md"
PREFIXES = {"Amazon Web Services": "AWS", "Microsoft Azure": "AZ", "Google Cloud": "GC"}
STATUSES = {"handled", "gap", "open", "unverified"}
COLUMNS = ["#", "Trap", "Source", "What the kit does", "Status", "Date"]
PAGE = r"https://[\w.-]+/\S+"
ISSUE = r"[\w.-]+/[\w.-]+#\d+"
SOURCE_FILE = r"[\w.-]+/[\w.-]+ (`[^`]+`|CHANGELOG v[\d.]+)"
PACKAGE = r"pulumi_\w+ [\d.]+ `[^`]+`"


@dataclass(frozen=True)
class Trap:
    """One row."""

    cloud: str
    number: str
    trap: str
    source: str
    action: str
    status: str
    checked: str

    def references(self) -> list[tuple[str, str | None]]:
        """Files that the row cites, each with a name in it, or with None where a file stands without one."""
        found: list[tuple[str, str | None]] = []
        file = ""
        for text in re.findall(r"`([^`]+)`", self.action):
            if text.endswith(".py"):
                file = text
                found.append((file, None))
            else:
                assert file, f"{self.number}: '{text}' is in code type, but no file stands before it"
                found.append((file, text))
        return found


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _traps() -> list[Trap]:
    found, cloud = [], ""
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            cloud = line.removeprefix("## ")
        elif cloud in PREFIXES and line.startswith("|") and not line.startswith("|---"):
            cells = _cells(line)
            assert len(cells) == len(COLUMNS), line
            if cells != COLUMNS:
                found.append(Trap(cloud, *cells))
    return found


TRAPS = _traps()
each = pytest.mark.parametrize("trap", TRAPS, ids=[trap.number for trap in TRAPS])


@cache
def _names(file: str) -> frozenset[str]:
    """Functions and classes at any depth, and variables of the module and of its classes."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
    for node in tree.body:
        if isinstance(node, ast.Assign):
            names.update(target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return frozenset(names)


def _gap_fields(file: str) -> set[str]:
    """Fields of the gaps that a backend declares."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {
        keyword.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Gap"
        for keyword in node.keywords
        if keyword.arg == "field" and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str)
    }


def test_every_cloud_has_its_table() -> None:
    assert {trap.cloud for trap in TRAPS} == set(PREFIXES)


def test_numbers_are_unique_and_in_order() -> None:
    numbers = [trap.number for trap in TRAPS]
    assert [number for number, times in Counter(numbers).items() if times > 1] == []
    for cloud, prefix in PREFIXES.items():
        own = [trap.number for trap in TRAPS if trap.cloud == cloud]
        assert own == [f"{prefix}-{index}" for index in range(1, len(own) + 1)]


def test_no_trap_is_told_twice() -> None:
    assert [text for text, times in Counter((t.cloud, t.trap) for t in TRAPS).items() if times > 1] == []


@each
def test_status_and_date(trap: Trap) -> None:
    assert trap.status in STATUSES
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", trap.checked)
    date.fromisoformat(trap.checked)


@each
def test_trap_is_one_sentence(trap: Trap) -> None:
    assert trap.trap.endswith("."), "ends with a full stop"
    assert ". " not in trap.trap, "one sentence"


@each
def test_source_is_public(trap: Trap) -> None:
    for source in trap.source.split(", "):
        assert re.match(rf"({PAGE}|{ISSUE}|{SOURCE_FILE}|{PACKAGE})", source), source
    assert not re.search(r"(?<![\w/.])/(work|tmp|home)/", trap.source + trap.action)


@each
def test_cited_code_is_there(trap: Trap) -> None:
    for file, name in trap.references():
        assert (ROOT / file).is_file(), f"no file {file}"
        if name is not None:
            assert name in _names(file), f"{file} defines no {name}"


@each
def test_status_is_borne_out(trap: Trap) -> None:
    files = [file for file, _ in trap.references()]
    if trap.status != "unverified":
        assert files, "what is handled, a gap or open is so somewhere in the code"
    assert ("Needs: " in trap.action) is (trap.status == "open"), "open rows, and no others, say what they need"
    gaps = re.findall(r"Gap \*\*([^*]+)\*\*", trap.action)
    assert bool(gaps) is (trap.status == "gap"), "gap rows, and no others, name a gap"
    for gap in gaps:
        assert gap in _gap_fields(files[0]), f"{files[0]} declares no gap for {gap}"


def test_references_of_a_name_without_a_file_are_refused() -> None:
    loose = Trap(
        "Google Cloud", "GC-0", "t.", "s", "`build` of `components/foundation/gcp.py`", "handled", "2026-11-23"
    )
    with pytest.raises(AssertionError, match="no file stands before it"):
        loose.references()


@pytest.mark.parametrize("document", [INDEX, DOCUMENT], ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []
