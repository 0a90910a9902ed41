"""Role definitions and role assignments of Azure.

Definitions: https://learn.microsoft.com/azure/role-based-access-control/custom-roles and
https://learn.microsoft.com/azure/role-based-access-control/role-definitions. Operations of a provider are not looked
up: no installed data lists them; their form is checked. Whether a role exists is the affair of references.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from simulator.documents.azure.conditions import condition_faults
from simulator.documents.fault import Document, Fault, Place, items, members, nearest
from simulator.values import is_unknown

_GUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_OPERATION = re.compile(
    r"\*|(?:\*|[A-Za-z0-9]+(?:\.[A-Za-z0-9*]+)*)(?:/[A-Za-z0-9*._$:{}-]+)*/(?:\*|read|write|delete|action)",
    re.IGNORECASE,
)
_SCOPE = re.compile(
    rf"/subscriptions/{_GUID}(?:/resourceGroups/[^/]+)?|/providers/Microsoft\.Management/managementGroups/[^/]+",
    re.IGNORECASE,
)
_GROUP = re.compile(r"/providers/Microsoft\.Management/managementGroups/", re.IGNORECASE)
_DEFINITION = re.compile(rf"(?:/[^/]+)*/providers/Microsoft\.Authorization/roleDefinitions/{_GUID}", re.IGNORECASE)

OPERATIONS = ("actions", "notActions", "dataActions", "notDataActions")


def definition(document: Document) -> Iterator[Fault]:
    """Grammar of a custom role."""
    inputs = document.value
    if not isinstance(inputs, dict):
        return
    for name, most in (("roleName", 512), ("description", 2048)):
        text = inputs.get(name)
        if isinstance(text, str) and not is_unknown(text) and len(text) > most:
            yield Fault((name,), f"it has {len(text)} characters", f"at most {most}")
    yield from _guid(inputs.get("roleDefinitionId"), ("roleDefinitionId",))
    kind = inputs.get("roleType")
    if isinstance(kind, str) and not is_unknown(kind) and kind != "CustomRole":
        yield Fault(("roleType",), f"'{kind}' cannot be made", "CustomRole", "built-in roles are Azure's own")
    yield from _scopes(inputs.get("assignableScopes"))
    granted = False
    for place, permission in members(inputs.get("permissions"), ("permissions",)):
        if not isinstance(permission, dict):
            continue
        for key in OPERATIONS:
            for where, one in items(permission.get(key) or [], (*place, key)):
                granted = granted or key in ("actions", "dataActions")
                if is_unknown(one):
                    continue
                if not isinstance(one, str) or not _OPERATION.fullmatch(one):
                    yield Fault(
                        where,
                        f"InvalidActionOrNotAction: '{one}' is no operation",
                        "*, or Provider.Name/type/…/verb with the verb *, read, write, delete or action",
                    )
    if not granted and inputs.get("permissions") and not is_unknown(inputs["permissions"]):
        yield Fault(("permissions",), "the role allows nothing", "at least one of actions and dataActions")


def _scopes(scopes: Any) -> Iterator[Fault]:
    if scopes is None or is_unknown(scopes):
        return
    if scopes == []:
        yield Fault(("assignableScopes",), "a role has no assignable scope", "at least one")
    groups = 0
    for where, one in items(scopes, ("assignableScopes",)):
        if is_unknown(one):
            continue
        if not isinstance(one, str) or not _SCOPE.fullmatch(one.rstrip("/") if one != "/" else one):
            yield Fault(
                where,
                f"InvalidAssignableScope: '{one}' is no scope of a custom role",
                "a management group, a subscription or a resource group; neither / nor wildcards",
            )
        elif _GROUP.match(one):
            groups += 1
    if groups > 1:
        yield Fault(("assignableScopes",), f"it names {groups} management groups", "at most one")


def assignment(document: Document) -> Iterator[Fault]:
    """Grammar of a role assignment."""
    inputs = document.value
    if not isinstance(inputs, dict):
        return
    yield from _guid(inputs.get("roleAssignmentName"), ("roleAssignmentName",))
    yield from _guid(inputs.get("principalId"), ("principalId",))
    role = inputs.get("roleDefinitionId")
    if isinstance(role, str) and not is_unknown(role) and not _DEFINITION.fullmatch(role):
        yield Fault(
            ("roleDefinitionId",),
            f"'{role}' is no id of a role definition",
            "[scope]/providers/Microsoft.Authorization/roleDefinitions/GUID",
        )
    condition = inputs.get("condition")
    if not isinstance(condition, str) or is_unknown(condition):
        return
    version = inputs.get("conditionVersion")
    if version != "2.0" and not is_unknown(version):
        yield Fault(("conditionVersion",), f"{version!r} is no version of conditions", "2.0")
    yield from condition_faults(condition, ("condition",))


def _guid(value: Any, place: Place) -> Iterator[Fault]:
    if isinstance(value, str) and value and not is_unknown(value) and not re.fullmatch(_GUID, value):
        yield Fault(place, f"'{value}' is no GUID", "8-4-4-4-12 hexadecimal digits", nearest(value, ()))
