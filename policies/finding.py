"""A finding: the verdict of one control on one resource, with all that a report says of it."""

from __future__ import annotations

from dataclasses import dataclass

from components.core.cloud import Cloud, Gap
from policies.control import Group, Severity
from policies.settings import Level
from policies.verdict import Verdict
from policies.waivers import Waiver

STACK = "stack"
"""Name of the subject of a finding that stands on no single resource."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The verdict of one control on one resource, or on the stack."""

    control: str
    group: Group
    title: str
    severity: Severity
    level: Level
    verdict: Verdict
    cloud: Cloud | None
    urn: str
    """Empty for the stack."""
    type: str
    name: str
    paths: tuple[str, ...]
    """The properties at fault."""
    message: str
    remedy: str
    url: str
    blocking: bool
    """Whether the finding stops a deployment."""
    deferred: bool = False
    """Undetermined now, and judged again with the final values just before the resource is made."""
    gap: Gap | None = None
    """Set where the control cannot be judged on this cloud."""
    waiver: Waiver | None = None
    """Set where the verdict is WAIVED: who accepted the finding, why and until when."""
    waived: Verdict | None = None
    """What the verdict is without the waiver: FAILED or UNDETERMINED."""
    place: str = ""
    """``file:line`` where the finding is about a file of the project and not about a resource."""
