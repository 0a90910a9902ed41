"""Builds the catalogue and says what is in it.

>>> python -m simulator.catalogue build [PACKAGE …]
>>> python -m simulator.catalogue verify [--types] [--write]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from simulator.catalogue import build, files, report
from simulator.catalogue.packages import PACKAGES
from simulator.model import CloudError

REPORT: Final = Path(__file__).parents[2] / "docs" / "catalogue.md"
"""The committed report."""


def main(arguments: list[str]) -> int:
    """Run a command; 0 when it is done, 1 when a broken fact passes the check, 2 on bad input."""
    parser = argparse.ArgumentParser(prog="python -m simulator.catalogue", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build", help="write the file of each package from the SDKs and the API models")
    building.add_argument("package", nargs="*", choices=[*PACKAGES, []], help="all where none is named")
    verifying = commands.add_parser("verify", help="print types, properties, facts by source, mapping rates")
    verifying.add_argument("--types", action="store_true", help="a row for every type")
    verifying.add_argument("--write", action="store_true", help=f"write {REPORT.parent.name}/{REPORT.name} instead")
    given = parser.parse_args(arguments)
    try:
        if given.command == "build":
            return _build(given.package or list(PACKAGES))
        return _verify(given.types, given.write)
    except (CloudError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2


def _build(packages: list[str]) -> int:
    packed = {package: files.pack(build.lines(package)) for package in packages}
    for package, content in packed.items():
        build.write(package, content)
        print(f"{files.path_of(package).name}: {len(content):,} bytes")
    return 0


def _verify(every_type: bool, write: bool) -> int:
    counts = [report.count(package) for package in PACKAGES]
    if write:
        REPORT.write_text(report.markdown(counts), encoding="utf-8")
        print(f"{REPORT.parent.name}/{REPORT.name} written")
    else:
        print(report.markdown(counts, every_type=every_type))
    passed = [fact for one in counts for fact in one.tried.passed]
    for fact in passed[:20]:
        print(f"not refused: {fact.token} {fact.path} {fact.rule} {fact.value}", file=sys.stderr)
    return 1 if passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
