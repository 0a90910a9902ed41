"""A control: what it is called, why it matters, what to do, and how each cloud is judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from components.core.cloud import ByCloud, Cloud, Gap
from policies.checks import Attached, Presence, Row, Rule, StackRow


class Severity(StrEnum):
    """How bad a failure is; the four words of pulumi_policy and of SARIF's security-severity bands."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Group(StrEnum):
    """The groups of the catalogue; each is a package below ``policies.controls`` with underscores for hyphens."""

    DATA_PROTECTION_KEYS = "data-protection-keys"
    NETWORK_ISOLATION = "network-isolation"
    IDENTITY_LEAST_PRIVILEGE = "identity-least-privilege"
    MODEL_GOVERNANCE = "model-governance"
    DATA_GOVERNANCE = "data-governance"
    RELIABILITY = "reliability"
    MONITORING_OBSERVABILITY = "monitoring-observability"
    COST = "cost"
    AUDIT_COMPLIANCE = "audit-compliance"
    TAGGING_OWNERSHIP = "tagging-ownership"
    RESPONSIBLE_AI = "responsible-ai"


Check = Row | Rule | StackRow | Presence | Attached


@dataclass(frozen=True, kw_only=True)
class Control:
    """One control of the catalogue."""

    id: str
    """Words joined by hyphens; the file has the same name with underscores."""
    group: Group
    title: str
    """What must be so, as one sentence without a full stop."""
    severity: Severity
    why: str
    """What goes wrong without it."""
    remedy: str
    """What to change, in the words of a blueprint where one exists, else of the resource."""
    url: str
    """The vendor's or standard's page that asks for it."""
    clauses: tuple[str, ...]
    """``framework:clause`` pairs of :mod:`policies.frameworks` that the control supports (it alone satisfies none)."""
    covers: tuple[str, ...] = ()
    """``source:id`` of the published rules that ask for the same, in the data of :mod:`policies.crosswalk`."""
    rows: ByCloud[tuple[Check, ...] | Gap]

    def checks(self, cloud: Cloud) -> tuple[Check, ...]:
        """The checks of a cloud; none where it has a gap."""
        cell = self.rows[cloud]
        return () if isinstance(cell, Gap) else cell

    @property
    def linked(self) -> bool:
        """Whether any check needs the graph."""
        return any(check.linked for cloud in Cloud for check in self.checks(cloud))

    def part(self, *, linked: bool) -> Control | None:
        """The control with only the checks that need the graph, or only those that do not; None without any."""
        rows = {
            cloud.value: cell if isinstance(cell, Gap) else tuple(c for c in cell if c.linked is linked)
            for cloud, cell in self.rows.items()
        }
        part = replace(self, rows=ByCloud(**rows))
        return part if part.types else None

    @property
    def types(self) -> frozenset[str]:
        """Every resource type on which the control can stand."""
        return frozenset(t for cloud in Cloud for check in self.checks(cloud) for t in check.types)
