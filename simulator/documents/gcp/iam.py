"""IAM of Google Cloud: roles, members, conditions, custom roles, identity pools.

Members: https://docs.cloud.google.com/iam/docs/principal-identifiers. Conditions:
https://docs.cloud.google.com/iam/docs/conditions-attribute-reference. Custom roles and their limits:
https://docs.cloud.google.com/iam/docs/creating-custom-roles and https://docs.cloud.google.com/iam/quotas. Roles are a
closed list (:mod:`simulator.documents.gcp.predefined_roles`); the names of permissions are checked for form only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from simulator.documents.fault import Document, Fault, Place, items, listed, members, nearest
from simulator.documents.gcp.expressions import CEL, Expression, parse
from simulator.documents.gcp.predefined_roles import BASIC, OTHER_SERVICES, ROLES
from simulator.documents.reader import Malformed
from simulator.values import is_unknown

_CUSTOM = re.compile(r"(projects/[a-z][a-z0-9-]{4,28}[a-z0-9]|organizations/\d+)/roles/[a-zA-Z0-9_.]{3,64}")
_EMAIL = r"[^@\s:]+@[^@\s:]+\.[^@\s:]+"
_POOL = r"//iam\.googleapis\.com/(?:projects/\d+/)?locations/global/(?:workloadIdentityPools|workforcePools)/[^/\s]+"
_ANY_POOL = r"//[\w.-]+\.googleapis\.com/\S+|//goog/\S+"

MEMBERS: dict[str, tuple[re.Pattern[str], str]] = {
    "user": (re.compile(_EMAIL), "user:person@example.com"),
    "group": (re.compile(_EMAIL), "group:team@example.com"),
    "serviceAccount": (
        re.compile(rf"{_EMAIL}|[a-z][a-z0-9.:-]+\.svc\.id\.goog\[[^\]/]+/[^\]/]+\]"),
        "serviceAccount:name@project.iam.gserviceaccount.com",
    ),
    "domain": (re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+"), "domain:example.com"),
    "principal": (re.compile(rf"{_POOL}/subject/\S+|{_ANY_POOL}"), f"principal:{_POOL}/subject/…"),
    "principalSet": (
        re.compile(rf"{_POOL}/(?:group/\S+|attribute\.\w+/\S+|\*)|{_ANY_POOL}"),
        f"principalSet:{_POOL}/attribute.name/value, …/group/id or …/*",
    ),
    "deleted": (re.compile(r"\S+(\?uid=\d+)?"), "deleted:user:person@example.com?uid=…"),
    **{
        name: (re.compile(r"[a-z][a-z0-9.:-]+"), f"{name}:project")
        for name in ("projectOwner", "projectEditor", "projectViewer")
    },
}
"""Kinds of member: what follows the colon, and an example."""

ALL = ("allUsers", "allAuthenticatedUsers")

CONDITION_ROOTS = ("resource", "request", "api", "destination", "principal", "goog")
POOL_ROOTS = ("assertion", "google", "attribute")
MAX_LOGICAL = 12
"""Logical operators of one condition (quota of IAM)."""

PERMISSION = re.compile(r"(?=[^.]*(\.[^.]+){2})[a-z][\w-]*(\.[\w-]+)*(/\w+)?(\.[\w-]+)+")
ORGANISATION_ONLY = ("resourcemanager.organizations.", "resourcemanager.folders.", "resourcemanager.projects.list")
"""Permissions that a custom role of a project may not hold."""
STAGES = ("ALPHA", "BETA", "GA", "DEPRECATED", "DISABLED", "EAP")


def role_faults(role: Any, place: Place) -> Iterator[Fault]:
    """Yield what is wrong with the name of a role."""
    if is_unknown(role):
        return
    if not isinstance(role, str):
        yield Fault(place, "a role is text", "roles/service.role")
        return
    if _CUSTOM.fullmatch(role):
        return
    if not role.startswith("roles/"):
        allowed = "roles/service.role, projects/PROJECT/roles/ROLE or organizations/NUMBER/roles/ROLE"
        yield Fault(place, f"'{role}' is no name of a role", allowed)
        return
    bare = role.removeprefix("roles/")
    service, _, name = bare.partition(".")
    if bare in BASIC or service in OTHER_SERVICES or name in ROLES.get(service, ()):
        return
    if service in ROLES:
        hint = nearest(name, ROLES[service]).replace("'", f"'roles/{service}.", 1)
        yield Fault(place, f"Role {role} is not supported for this resource.", listed(ROLES[service], 8), hint)
        return
    near = nearest(bare, [*(f"{one}.{name}" for one in (*ROLES, *OTHER_SERVICES)), *BASIC])
    yield Fault(place, f"Role {role} is not supported for this resource.", "a predefined or custom role", near)


def member_faults(member: Any, place: Place) -> Iterator[Fault]:
    """Yield what is wrong with a member of a binding."""
    if is_unknown(member) or member in ALL:
        return
    if not isinstance(member, str):
        yield Fault(place, "a member is text", "kind:identifier")
        return
    kind, colon, rest = member.partition(":")
    if not colon or kind not in MEMBERS:
        words = (*MEMBERS, *ALL)
        yield Fault(place, f"The member {member} is of an unknown type", listed(words, 20), nearest(kind, words))
    elif not MEMBERS[kind][0].fullmatch(rest):
        yield Fault(place, f"The member {member} has an invalid format", MEMBERS[kind][1].replace("\\", ""))


def condition_faults(condition: Any, place: Place) -> Iterator[Fault]:
    """Yield what is wrong with the condition of a binding."""
    if condition is None or is_unknown(condition):
        return
    if not isinstance(condition, dict):
        yield Fault(place, "a condition is an object", "title, description, expression")
        return
    title = condition.get("title")
    if not title or (isinstance(title, str) and not is_unknown(title) and len(title.encode()) > 100):
        yield Fault((*place, "title"), "a condition has a title of at most 100 bytes")
    expression = condition.get("expression")
    if expression is None:
        yield Fault((*place, "expression"), "a condition has an expression")
    elif isinstance(expression, str) and not is_unknown(expression):
        yield from _cel_faults(expression, (*place, "expression"), CONDITION_ROOTS)


def _cel_faults(text: str, place: Place, roots: tuple[str, ...]) -> Iterator[Fault]:
    try:
        found = parse(text, CEL)
    except Malformed as error:
        yield Fault(place, f"the expression does not parse: {error}")
        return
    yield from _root_faults(found, place, roots)
    if found.logical > MAX_LOGICAL:
        yield Fault(place, f"it has {found.logical} logical operators", f"at most {MAX_LOGICAL}")


def _root_faults(found: Expression, place: Place, roots: tuple[str, ...]) -> Iterator[Fault]:
    # a macro (exists, all, map) names its own variable, which only a full compiler can follow
    if any(call.rsplit(".", 1)[-1] in ("exists", "all", "exists_one", "map", "filter") for call, _ in found.calls):
        return
    for name in [*found.names, *(call for call, _ in found.calls if "." in call[1:])]:
        head = name.partition(".")[0]
        if head and head not in roots:
            yield Fault(place, f"undeclared reference to '{head}'", ", ".join(roots), nearest(head, roots))


def grant(document: Document) -> Iterator[Fault]:
    """Grammar of an IAM member or binding resource: role, member or members, condition."""
    inputs = document.value
    if not isinstance(inputs, dict):
        return
    if "role" in inputs:
        yield from role_faults(inputs["role"], ("role",))
    if inputs.get("member") is not None:
        yield from member_faults(inputs["member"], ("member",))
    for where, member in items(inputs.get("members", []), ("members",)):
        yield from member_faults(member, where)
    yield from condition_faults(inputs.get("condition"), ("condition",))


def allow_policy(document: Document) -> Iterator[Fault]:
    """Grammar of a whole allow policy (``policyData``)."""
    policy = document.value
    if not isinstance(policy, dict):
        yield Fault((), "an allow policy is an object", "bindings, etag, version, auditConfigs")
        return
    if any(get_condition(one) for _, one in members(policy.get("bindings"), ())) and policy.get("version") not in (
        3,
        None,
    ):
        yield Fault(("version",), "a policy with conditions has version 3", "3")
    for where, binding in members(policy.get("bindings"), ("bindings",)):
        if not isinstance(binding, dict):
            yield Fault(where, "a binding is an object", "role, members, condition")
            continue
        yield from role_faults(binding.get("role"), (*where, "role"))
        for spot, member in members(binding.get("members"), (*where, "members")):
            yield from member_faults(member, spot)
        yield from condition_faults(binding.get("condition"), (*where, "condition"))


def get_condition(binding: Any) -> Any:
    """Return the condition of a binding."""
    return binding.get("condition") if isinstance(binding, dict) else None


def custom_role(document: Document) -> Iterator[Fault]:
    """Grammar of a custom role resource."""
    inputs = document.value
    if not isinstance(inputs, dict):
        return
    role = inputs.get("roleId")
    if isinstance(role, str) and not is_unknown(role) and not re.fullmatch(r"[a-zA-Z0-9_.]{3,64}", role):
        yield Fault(("roleId",), f"'{role}' is no id of a role", "3 to 64 letters, digits, underscores and periods")
    for name, most in (("title", 100), ("description", 300)):
        text = inputs.get(name)
        if isinstance(text, str) and not is_unknown(text) and len(text.encode()) > most:
            yield Fault((name,), f"it has {len(text.encode())} bytes", f"at most {most}")
    stage = inputs.get("stage")
    if stage is not None and not is_unknown(stage) and stage not in STAGES:
        yield Fault(("stage",), f"{stage!r} is no launch stage", ", ".join(STAGES))
    permissions = inputs.get("permissions")
    if not isinstance(permissions, list):
        return
    if not permissions or len(permissions) > 3000:
        yield Fault(("permissions",), f"it has {len(permissions)} permissions", "1 to 3,000")
    of_project = "orgId" not in inputs
    for where, one in members(permissions, ("permissions",)):
        if not isinstance(one, str) or not PERMISSION.fullmatch(one):
            yield Fault(where, f"Permission {one} is not valid.", "service.resource.verb, without wildcards")
        elif of_project and one.startswith(ORGANISATION_ONLY):
            yield Fault(where, f"Permission {one} is not valid.", "in a custom role of an organisation only")


def pool_provider(document: Document) -> Iterator[Fault]:
    """Grammar of a workload identity pool provider: attribute mapping and condition.

    https://docs.cloud.google.com/iam/docs/workload-identity-federation#mapping.
    """
    inputs = document.value
    if not isinstance(inputs, dict):
        return
    condition = inputs.get("attributeCondition")
    if isinstance(condition, str) and not is_unknown(condition):
        if len(condition) > 4096:
            yield Fault(("attributeCondition",), f"it has {len(condition)} characters", "at most 4096")
        yield from _cel_faults(condition, ("attributeCondition",), POOL_ROOTS)
    mapping = inputs.get("attributeMapping")
    if not isinstance(mapping, dict):
        return
    if "oidc" in inputs and "google.subject" not in mapping:
        yield Fault(("attributeMapping",), "google.subject is not mapped", "an expression for google.subject")
    for target, expression in mapping.items():
        place = ("attributeMapping", target)
        if not re.fullmatch(
            r"google\.(subject|groups|display_name|profile_photo|posix_username)|attribute\.[a-z0-9_]{1,100}", target
        ):
            yield Fault(
                place, f"'{target}' is no attribute", "google.subject, google.groups or attribute.[a-z0-9_]{1,100}"
            )
        if isinstance(expression, str) and not is_unknown(expression):
            if len(expression) > 2048:
                yield Fault(place, f"it has {len(expression)} characters", "at most 2048")
            yield from _cel_faults(expression, place, ("assertion",))
