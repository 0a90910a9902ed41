"""Hashes of assets and archives. The expected ones were computed by the CLI's own Go package."""

from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pulumi
import pytest

from simulator.engine.assets import with_hashes
from simulator.engine.errors import EngineError, Unsupported
from simulator.engine.values import ARCHIVE_SIG, ASSET_SIG
from simulator.model import SIG_KEY
from tests.simulator.engine.fake import Thing
from tests.simulator.engine.harness import Bench

HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
WORLD = "486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7"
DIRECTORY = "e1ad04a9465f8b33a8ecbb360abf7f5659ede9b69651a0a2ed9406173b8c6532"
MIXED = "b3f9b7d43c35683a06de06325eb2708bb9e9f32c1d8cd86833b4bacfd46f4658"


def asset(**of: Any) -> dict[str, Any]:
    return {SIG_KEY: ASSET_SIG, **of}


def archive(**of: Any) -> dict[str, Any]:
    return {SIG_KEY: ARCHIVE_SIG, **of}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "d" / "sub").mkdir(parents=True)
    (tmp_path / "d" / "a.txt").write_text("hello")
    (tmp_path / "d" / "sub" / "b.py").write_text("world")
    (tmp_path / "d" / "empty").touch()
    return tmp_path


def test_hashes_are_those_of_the_cli(tree: Path) -> None:
    parts = {"x": asset(text="hello"), "lib": archive(path="d"), "code/y.py": asset(path="d/sub/b.py")}
    result = with_hashes(
        {
            "text": asset(text="hello"),
            "file": asset(path="d/sub/b.py"),
            "deep": [{"directory": archive(path="d")}],
            "mixed": archive(assets=parts),
        },
        tree,
    )
    assert result["text"] == asset(text="hello", hash=HELLO)
    assert result["file"]["hash"] == WORLD
    assert result["deep"][0]["directory"]["hash"] == DIRECTORY
    assert result["mixed"]["hash"] == MIXED
    assert result["mixed"]["assets"]["lib"]["hash"] == DIRECTORY


def test_archive_files_count_as_they_are_and_inside_by_their_members(tree: Path) -> None:
    with zipfile.ZipFile(tree / "a.zip", "w") as target:
        target.writestr("a.txt", "hello")
    with tarfile.open(tree / "a.tgz", "w:gz") as tar:
        tar.add(tree / "d" / "a.txt", "a.txt")
    plain = with_hashes({"zip": archive(path="a.zip"), "tgz": archive(path="a.tgz")}, tree)
    assert plain["zip"]["hash"] != plain["tgz"]["hash"]
    inside = {name: archive(assets={"in": archive(path=name)}) for name in ("a.zip", "a.tgz")}
    hashed = with_hashes(inside, tree)
    assert hashed["a.zip"]["hash"] == hashed["a.tgz"]["hash"]


def test_what_cannot_be_read_is_a_fault(tree: Path) -> None:
    with pytest.raises(EngineError, match="'absent' cannot be read"):
        with_hashes({"a": asset(path="absent")}, tree)
    with pytest.raises(EngineError, match="neither a directory nor an archive"):
        with_hashes({"a": archive(path="d/a.txt")}, tree)
    with pytest.raises(Unsupported, match=r"remote assets: https://example\.com/x"):
        with_hashes({"a": asset(uri="https://example.com/x")}, tree)


def test_a_changed_file_is_a_changed_input(bench: Bench, tree: Path) -> None:
    def program() -> None:
        Thing("one", {"name": "n", "code": pulumi.FileArchive(str(tree / "d"))})

    bench.deploy(program)
    assert bench.resource("one").inputs["code"]["hash"] == DIRECTORY
    assert bench.up(program).counts == {"same": 2}
    (tree / "d" / "a.txt").write_text("changed")
    assert bench.ops(bench.up(program)) == ["update one"]
