"""The committed catalogue: its shapes are those of the installed SDKs, its bytes those that a build writes."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.catalogue import build, files, packages
from simulator.catalogue.__main__ import REPORT, main
from simulator.catalogue.constraints import read_facts
from simulator.catalogue.facts import Rule
from simulator.catalogue.files import CatalogueFile, pack
from simulator.catalogue.gather import missing
from simulator.catalogue.packages import PACKAGES
from simulator.catalogue.sources import sdk
from simulator.catalogue.width import wanted
from simulator.model import CloudError

LEARNING = {"aws": "sagemaker", "azure-native": "machinelearningservices", "gcp": "vertex"}
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_wanted_type_is_there_and_no_other(package: str) -> None:
    tokens = files.of(package).names("type")
    assert tokens == wanted(package, tuple(sdk.resource_index(package)))
    assert {
        token for token in sdk.resource_index(package) if token.split(":")[1].split("/")[0] == LEARNING[package]
    } <= ({*tokens} | {token for token in sdk.resource_index(package) if "/v20" in token})


@pytest.mark.parametrize("package", PACKAGES)
def test_the_shapes_are_those_of_the_installed_sdk(package: str) -> None:
    """All machine-learning types are introspected; the version stands for the rest (see the next test)."""
    catalogue = files.read(package)
    shapes = tuple(
        sdk.sdk_shape(token)
        for token in catalogue.names("type")
        if token.split(":")[1].split("/")[0] == LEARNING[package]
    )
    changed = [
        name
        for section, name, body in build.shape_lines(shapes)
        if json.loads(json.dumps(body)) != catalogue.body(section, name)
    ]
    assert changed == [], f"the SDK of {package} says something else; run `make catalogue`"
    assert catalogue.body("config", package) == sdk.config_keys(package)


@pytest.mark.parametrize("package", PACKAGES)
def test_the_catalogue_was_built_from_the_version_that_is_installed(package: str) -> None:
    assert files.read(package).version == packages.installed_version(package)


def test_another_version_of_the_sdk_is_refused_with_both_and_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "installed_version", lambda package: "7.99.0")
    built = files.read("aws").version
    files.of.cache_clear()
    try:
        with pytest.raises(CloudError, match=rf"{built}, but 7.99.0 is installed.*make catalogue") as caught:
            files.of("aws")
    finally:
        files.of.cache_clear()
    assert caught.value.code == "StaleCatalogue"


def test_without_the_sdk_the_catalogue_stands_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "installed_version", lambda package: None)
    files.of.cache_clear()
    try:
        assert "aws:kms/key:Key" in files.of("aws").names("type")
    finally:
        files.of.cache_clear()


@pytest.mark.parametrize("content", [b"", b"no gzip", gzip.compress(b"\xff\xfe"), gzip.compress(b"{}")[:-3]])
def test_a_broken_file_is_one_clear_message(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "DIRECTORY", tmp_path)
    (tmp_path / "aws.jsonl.gz").write_bytes(content)
    with pytest.raises(CloudError, match="make catalogue") as caught:
        files.read("aws")
    assert caught.value.code == "CatalogueUnreadable"


def test_a_file_of_another_format_is_refused() -> None:
    text = gzip.decompress(pack([("header", "aws", {"format": files.FORMAT + 1, "sdk": "1", "sources": []})])).decode()
    with pytest.raises(CloudError, match=f"has not the format {files.FORMAT}"):
        CatalogueFile("aws", text)


def test_the_same_lines_in_another_order_give_the_same_bytes() -> None:
    header = ("header", "aws", {"format": 1})
    lines = [("type", "b", {"y": 1, "x": 2}), ("type", "a", ["é"])]
    assert pack([header, *lines]) == pack([header, *reversed(lines)])
    assert gzip.decompress(pack([header, *lines])).decode().splitlines()[1:] == [
        '["type","a",["é"]]',
        '["type","b",{"x":2,"y":1}]',
    ]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_build_gives_the_committed_bytes(package: str) -> None:
    absent = missing(package)
    if absent:
        pytest.skip(f"{', '.join(absent)} not installed: `make catalogue` builds in a virtual environment of its own")
    assert pack(build.lines(package)) == files.path_of(package).read_bytes()


@pytest.mark.parametrize("package", PACKAGES)
def test_every_fact_says_where_it_comes_from_and_stands_at_an_input(package: str) -> None:
    catalogue = files.read(package)
    rules: set[Rule] = set()
    for token in catalogue.names("facts"):
        inputs = catalogue.body("type", token)["inputs"]
        for fact in read_facts(catalogue, token):
            rules.add(fact.rule)
            assert fact.source.strip(), f"{token} {fact.path}"
            assert not fact.path or fact.path.split(".")[0].split("[")[0] in inputs, f"{token} {fact.path}"
    wanted_rules = {"aws": {Rule.PATTERN, Rule.REPLACES}, "azure-native": {Rule.CREATE_ONLY}, "gcp": {Rule.ENUM}}
    assert wanted_rules[package] <= rules


def test_the_files_stay_small() -> None:
    sizes = {package: files.path_of(package).stat().st_size for package in PACKAGES}
    assert sum(sizes.values()) < 1_000_000, sizes


def test_the_report_is_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify"]) == 0
    assert capsys.readouterr().out.rstrip("\n") == REPORT.read_text(encoding="utf-8").rstrip("\n"), (
        "run `make catalogue`"
    )


def test_a_build_without_its_sources_writes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(files, "DIRECTORY", tmp_path)
    monkeypatch.setattr(build, "missing", lambda package: ("cfn-lint",))
    assert main(["build", "aws"]) == 2
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_package_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "simulator.catalogue", "build", "oci"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=ROOT,
    )
    assert done.returncode == 2
    assert "invalid choice: 'oci'" in done.stderr
