"""The page of all controls: ``python -m policies.control_page [--write]`` writes docs/controls.md.

Computed from the controls, their levels in the packs, and the crosswalk; nothing on the page is written by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from components.core.cloud import Cloud, Gap
from policies import page as computed
from policies.control import Control, Group
from policies.crosswalk import data
from policies.frameworks import clause
from policies.packs import levels
from policies.page import TITLES
from policies.settings import Profile

PAGE = Path(__file__).parent.parent / "docs" / "controls.md"


def page(given: Iterable[Control]) -> str:
    """All controls as Markdown, by group."""
    all_ = tuple(given)
    gaps = {cloud: sum(isinstance(c.rows[cloud], Gap) for c in all_) for cloud in Cloud}
    lines = [
        "# Controls",
        "",
        "Written by `python -m policies.control_page --write`; do not edit.",
        "",
        f"{len(all_)} controls. Gaps: "
        + ", ".join(f"{TITLES[c]} {n}" for c, n in gaps.items())
        + ". A gap is reported as not applicable with its reason, never as passed.",
        "",
        "Types stand without API version: `azure-native:storage/v20240101:StorageAccount` and",
        "`aws:s3/bucketV2:BucketV2` are judged as the types named here. Classes of other providers (azure classic,",
        "google-native, aws-native) are not judged; `tripod check` counts them as not judged.",
        "",
        "| control | severity | " + " | ".join(p.value for p in Profile) + " |",
        "|---|---|" + "---|" * len(Profile),
    ]
    lines += [
        f"| [{c.id}](#{c.id}) | {c.severity.value} | {' | '.join(levels(p)[c.id].value for p in Profile)} |"
        for c in all_
    ]
    for group in Group:
        mine = [c for c in all_ if c.group is group]
        lines += ["", f"## {group.value.replace('-', ' ').capitalize()}"]
        for control in mine:
            lines += _section(control)
    return "\n".join(lines) + "\n"


def _section(control: Control) -> list[str]:
    clauses = [clause(reference) for reference in control.clauses]
    supported = "; ".join(f"{framework.title} {ident}" for framework, ident, _ in clauses)
    lines = [
        "",
        f"### {control.id}",
        "",
        f"{control.title}. {control.why}",
        "",
        f"*Remedy:* {control.remedy} [{_host(control.url)}]({control.url})",
        "",
        f"*Supports:* {supported}.",
    ]
    if control.covers:
        titles = data().sources
        by_source: dict[str, list[str]] = {}
        for key in control.covers:
            source, _, ident = key.partition(":")
            by_source.setdefault(source, []).append(f"`{ident}`")
        covered = "; ".join(f"{titles[s][0]} {', '.join(ids)}" for s, ids in sorted(by_source.items()))
        lines += ["", f"*Covers:* {covered}."]
    lines += ["", "| cloud | judged |", "|---|---|"]
    for cloud in Cloud:
        cell = control.rows[cloud]
        words = f"gap ({cell.kind.value}): {cell.reason}" if isinstance(cell, Gap) else _types(control, cloud)
        lines.append(f"| {TITLES[cloud]} | {words} |")
    return lines


def _types(control: Control, cloud: Cloud) -> str:
    return ", ".join(f"`{t}`" for t in dict.fromkeys(t for check in control.checks(cloud) for t in check.types))


def _host(url: str) -> str:
    return url.partition("//")[2].partition("/")[0]


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or fail where it is stale."""
    return computed.main("policies.control_page", "The page of all controls.", PAGE, page, arguments)


if __name__ == "__main__":
    raise SystemExit(main())
