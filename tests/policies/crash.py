"""A control that crashes on every bucket, quoting what it found there."""

from __future__ import annotations

from collections.abc import Iterable

from components.core.cloud import ByCloud
from policies.checks import Outcome, Rule
from policies.control import Control, Group, Severity
from policies.graph import Resource
from policies.settings import Settings


def _crash(resource: Resource, settings: Settings) -> Iterable[Outcome]:
    raise RuntimeError(f"cannot read {resource.props}")


_RULE = (Rule(types=("gcp:storage/bucket:Bucket",), check=_crash, reads=()),)

CRASHING = Control(
    id="crashing",
    group=Group.RELIABILITY,
    title="The rule crashes",
    severity=Severity.LOW,
    why="To see what happens.",
    remedy="None.",
    url="https://example.com/",
    clauses=("soc2:A1.2",),
    rows=ByCloud(aws=_RULE, azure=_RULE, gcp=_RULE),
)
