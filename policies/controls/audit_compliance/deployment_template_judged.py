"""What a nested deployment makes is in sight of the other rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from components.core.cloud import ByCloud, Gap, GapKind
from policies.arm_template import DEPLOYMENTS, TEMPLATE, declared
from policies.checks import PASSED, Outcome, Rule, failed, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Resource
from policies.settings import Settings
from policies.verdict import MISSING, UNKNOWN

_LINK = "properties.templateLink"


def _in_sight(deployment: Resource, _settings: Settings) -> Iterator[Outcome]:
    template = deployment.at(TEMPLATE)
    if template is UNKNOWN:
        yield undetermined(f"{TEMPLATE} is not known yet; what it declares cannot be judged", TEMPLATE)
    elif isinstance(template, Mapping):
        yield from _declarations(template)
    elif template is MISSING and deployment.at(_LINK) is MISSING:
        yield failed(f"neither {TEMPLATE} nor {_LINK} is set", TEMPLATE)
    else:
        yield failed("its template is not written inline, so what it makes is not judged", TEMPLATE)


def _declarations(template: Mapping[str, object]) -> Iterator[Outcome]:
    resources = template.get("resources")
    if resources is UNKNOWN:
        yield undetermined(f"{TEMPLATE}.resources is not known yet", f"{TEMPLATE}.resources")
    elif not isinstance(resources, list | Mapping):
        yield failed(f"{TEMPLATE}.resources is no list of resources", f"{TEMPLATE}.resources")
    for place, value in declared(template):
        path = f"{TEMPLATE}.{place}"
        properties = value.get("properties") if isinstance(value, Mapping) else None
        if value is UNKNOWN or properties is UNKNOWN:
            yield undetermined(f"{path} is not known yet; what it declares cannot be judged", path)
        elif not isinstance(value, Mapping) or not isinstance(value.get("type"), str):
            yield failed(f"{path} has no type, so it is not judged", path)
        else:
            yield PASSED


CONTROL = Control(
    id="deployment-template-judged",
    group=Group.AUDIT_COMPLIANCE,
    title="Nested deployments show what they make",
    severity=Severity.MEDIUM,
    why="A template behind a link makes resources that no rule has seen.",
    remedy="Write the template inline (properties.template), or the resources themselves in the program.",
    url="https://learn.microsoft.com/azure/azure-resource-manager/templates/linked-templates",
    clauses=("iso27001:A.8.32", "soc2:CC8.1", "nist-800-53:CM-3"),
    rows=ByCloud(
        aws=Gap(kind=GapKind.NOT_YET, reason="Stacks of CloudFormation inside a program are not parsed."),
        azure=(
            Rule(
                types=tuple(sorted(DEPLOYMENTS)),
                check=_in_sight,
                reads=tuple((type_, path) for type_ in sorted(DEPLOYMENTS) for path in (TEMPLATE, _LINK)),
            ),
        ),
        gcp=Gap(kind=GapKind.NOT_YET, reason="Deployments of Infrastructure Manager in a program are not parsed."),
    ),
)
