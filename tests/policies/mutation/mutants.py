"""Every single weakening of a graph that can be derived from it alone, without knowing a control.

For each resource: the resource left out, its protection lifted; each tag and each value whose name speaks of security
(``GUARDS``) left out; each truth value flipped; each amount that should be high (``FLOORS``) lowered to the least, each
that should be low (``CEILINGS``) raised a hundredfold; each word of a pair such as Enabled and Disabled exchanged; each
TLS version lowered; each address range opened; each grant widened (principal, role, action, resource); each condition
of an Allow and each Deny left out: in properties and inside JSON documents alike. Deliberately not done: two changes at
once, what only narrows (a Deny widened), and values that the provider would refuse (:func:`refused`), because such a
stack cannot be deployed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pulumi.runtime import rpc

from policies.graph import Resource
from policies.verdict import UNKNOWN, Mark
from simulator.catalogue.shapes import shape_of
from simulator.check import judge
from simulator.model import CloudError

Steps = tuple[str | int, ...]
DOCUMENT = "#"
"""The step from a text into the JSON that it holds."""

OPPOSITES: Mapping[str, str] = {
    one: other
    for pair in (
        ("Enabled", "Disabled"),
        ("ENABLED", "DISABLED"),
        ("enabled", "disabled"),
        ("true", "false"),
        ("True", "False"),
        ("Allow", "Deny"),
        ("ON", "OFF"),
        ("On", "Off"),
        ("PendingManualApproval", "Approved"),
    )
    for one, other in (pair, pair[::-1])
}
WEAKER: Mapping[str, tuple[str, ...]] = {
    "aws:kms": ("AES256",),
    "aws:kms:dsse": ("AES256",),
    "Customer-managed": ("Service-managed",),
    "Microsoft.Keyvault": ("Microsoft.Storage",),
    "CustomerManaged": ("ServiceManaged",),
    "IMMUTABLE": ("MUTABLE",),
    "IMMUTABLE_WITH_EXCLUSION": ("MUTABLE",),
    "COMPLIANCE": ("GOVERNANCE",),
    "HSM": ("SOFTWARE",),
    "RSA-HSM": ("RSA",),
    "premium": ("standard",),
    "VpcOnly": ("PublicInternetOnly",),
    "AllowOnlyApprovedOutbound": ("AllowInternetOutbound", "Disabled"),
    "AllowInternetOutbound": ("Disabled",),
    "enforced": ("inherited", "unspecified"),
    "SystemAssigned": ("None",),
    "UserAssigned": ("None",),
    "IAM": ("SSO",),
    "AAD": ("Key", "AADToken"),
    "AADToken": ("Key",),
    "Identity": ("AccessKey",),
    "identity": ("accessKey",),
    "None": ("AzureServices",),
    "PRIVATE": ("PUBLIC",),
    "PRIVATE_RFC_1918_SUBNETWORKS": ("EXTERNAL",),
    "INCLUDE_ALL_METADATA": ("EXCLUDE_ALL_METADATA",),
    "ALL": ("ACCEPT",),
    "Locked": ("Unlocked",),
    "CanNotDelete": ("NotSpecified",),
    "CONTINUOUS_SCAN": ("MANUAL",),
    "Blocked": ("Allowed",),
    "ABANDON": ("DELETE",),
    "PREVENT": ("DELETE",),
    "FAILED_REQUESTS": ("NONE",),
    "BlockPublic": ("Open",),
}
"""A word of a setting and what is weaker than it."""

EVERYONE = ("allUsers", "allAuthenticatedUsers")
ROLES: Mapping[str, str] = {
    "role": "roles/owner",
    "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess",
    "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
}
"""The property of a grant and the role that may do everything. The GUID is Azure's built-in Owner."""
GRANTS = ("roleAssignment", "iammember", "iambinding", "rolepolicyattachment", "bucketiam", "iam")
GUARDS = re.compile(
    r"kms|cmek|keyvault|key(Id|Arn|Name|Uri|Url|Vault|Identifier|Properties)$|encrypt|tls|retention|^(tags|labels)$|lock"
    r"|versioning|vpc|subnet|securityGroup|network|acl|private|isolation|identity$|rotation|protection|logging|logConfig"
    r"|tracing|scan|alarm|alert|action|deadLetter|capture|quarantine|idle|autoRollback|condition$|policy$|immutab",
    re.IGNORECASE,
)
"""Names of values whose absence may take a guard away."""
FLOORS = re.compile(
    r"retention|days|^min|deletionWindow|keySize|percent|sampl|lock|period$|expiryTime|seconds$|instances$|capacity|count",
    re.IGNORECASE,
)
"""Names of amounts of which less may be weaker."""
CEILINGS = re.compile(
    r"max|threshold|idle|rotation|interval|timeBeforeExpiry|timeAfterCreate|expir|runtime|window|delay|amount|session",
    re.IGNORECASE,
)
"""Names of amounts of which more may be weaker."""
WIDENED = ("Action", "Resource", "Principal", "NotPrincipal", "actions", "dataActions", "includedPermissions")
PRINCIPALS = ("member", "members", "principalArn", "Principal", "principal")
_RANGE = re.compile(r"^\d+\.\d+\.\d+\.\d+/\d+$")
_DURATION = re.compile(r"^(PT?|)(\d+)([DHMYsd])$")
_TLS = re.compile(r"^(TLS|TLSv|TLS_|Tls)?1[._][23]$", re.IGNORECASE)
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One resource, weakened in one place; ``weaker`` is None where the resource is left out."""

    resource: Resource
    path: str
    """Where, with ``[]`` for any item: the same for every resource of the type. Empty for the resource itself."""
    change: str
    """What was done there, in one word."""
    value: str
    """What stands there now, where that is more than the word says."""
    weaker: Resource | None

    @property
    def key(self) -> tuple[str, str, str]:
        """Type, path and change: what a decision on the mutant goes by."""
        return self.resource.type, self.path, self.change

    def __str__(self) -> str:
        shown = f" ({self.value})" if self.value else ""
        return f"{self.resource.type} {self.resource.name} {self.path or '-'}: {self.change}{shown}"


def mutants(resource: Resource) -> Iterator[Mutant]:
    """Every weakening of one resource that its provider would take."""
    yield Mutant(resource=resource, path="", change="left-out", value="", weaker=None)
    if resource.options.protect:
        lifted = replace(resource, options=replace(resource.options, protect=False))
        yield Mutant(resource=resource, path="", change="unprotected", value="", weaker=lifted)
    for steps, change, value in changes(resource.props, resource.type):
        if str(steps[0]).startswith("__"):
            continue
        props = put(resource.props, steps, value)
        if not refused(resource.type, props):
            shown = value if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
            yield Mutant(
                resource=resource,
                path=pattern(steps),
                change=change,
                value=str(shown),
                weaker=replace(resource, props=props),
            )


ABSENT = object()
"""The value of a place that is left out."""


def changes(value: Any, token: str, at: Steps = ()) -> Iterator[tuple[Steps, str, Any]]:
    """Place, change and new value of each weakening of a value and of all values in it."""
    if isinstance(value, Mapping):
        statement = DOCUMENT in at and "Effect" in value
        for key, item in value.items():
            if guards(key, at) or (key == "Condition" and value.get("Effect") == "Allow"):
                yield (*at, key), "absent", ABSENT
            if not (statement and (key == "Condition" or value["Effect"] == "Deny") and key != "Effect"):
                yield from changes(item, token, (*at, key))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            if isinstance(item, Mapping) and item.get("Effect") == "Deny" and len(value) > 1:
                yield (*at, index), "deny-absent", ABSENT
            yield from changes(item, token, (*at, index))
    elif isinstance(value, str) and (document := parsed(value)) is not None:
        yield from changes(document, token, (*at, DOCUMENT))
    else:
        for change, weaker in of_leaf(value, token, at):
            yield at, change, weaker


def guards(key: str, at: Steps) -> bool:
    """Whether leaving out the value of this name may take a guard away: a tag, or what speaks of security."""
    return bool(at and at[-1] in ("tags", "labels")) or bool(GUARDS.search(key))


def of_leaf(value: Any, token: str, at: Steps) -> Iterator[tuple[str, Any]]:
    """The weakenings of a value that holds no others."""
    if isinstance(value, bool):
        yield "flipped", not value
    elif isinstance(value, (int, float)):
        name = name_at(at)
        least = 1 if value > 1 else 0
        if value != least and FLOORS.search(name):
            yield "lowered", least
        if CEILINGS.search(name):
            yield "raised", value * 100 or 100
    elif isinstance(value, str):
        yield from of_text(value, token, at)


def of_text(value: str, token: str, at: Steps) -> Iterator[tuple[str, Any]]:
    name = name_at(at)
    if value in OPPOSITES and not (value == "Allow" and name in ("Effect", "access")):
        yield "reversed", OPPOSITES[value]
    for weaker in WEAKER.get(value, ()):
        yield "weakened", weaker
    if _TLS.match(value):
        yield "lowered", re.sub(r"[23]$", "0", value)
    if found := _DURATION.match(value):
        head, number, tail = found.groups()
        if FLOORS.search(name) and int(number) > 1:
            yield "lowered", f"{head}1{tail}"
        if CEILINGS.search(name):
            yield "raised", f"{head}{int(number) * 100}{tail}"
    if _RANGE.match(value) and value != "0.0.0.0/0":
        yield "opened", "0.0.0.0/0"
    if name.endswith("AddressPrefix") and value != "*":
        yield "opened", "*"
    if _DIGEST.search(value):
        yield "unpinned", _DIGEST.sub(":latest", value)
    if name in ROLES and any(word in token.lower() for word in GRANTS) and value != ROLES[name]:
        yield "widened", ROLES[name]
    in_document = DOCUMENT in at
    if (name in WIDENED or (in_document and "Principal" in at)) and value != "*":
        yield "widened", "*"
    if name in PRINCIPALS and token.startswith("gcp:"):
        yield from (("opened", who) for who in EVERYONE)


def name_at(at: Steps) -> str:
    """The name of the value at a place, or of the list that it is in."""
    return next((step for step in reversed(at) if isinstance(step, str) and step != DOCUMENT), "")


def parsed(text: str) -> Any:
    """The JSON object or array that a text holds; None where it holds none."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def put(value: Any, steps: Steps, new: Any) -> Any:
    """A copy of a value with another one at a place."""
    step, rest = steps[0], steps[1:]
    if step == DOCUMENT:
        return json.dumps(put(json.loads(value), rest, new))
    if isinstance(value, Mapping):
        changed: Any = dict(value)
    else:
        changed = list(value)
    if rest:
        changed[step] = put(changed[step], rest, new)
    elif new is ABSENT:
        del changed[step]
    else:
        changed[step] = new
    return changed


def pattern(steps: Steps) -> str:
    """The place in words, any index as ``[]``."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += "[]"
        elif step == DOCUMENT:
            text += DOCUMENT
        else:
            text += f".{step}" if text and not text.endswith(DOCUMENT) else step
    return text


def refused(token: str, props: Mapping[str, Any]) -> bool:
    """Whether the provider or the service refuses these inputs by what the catalogue states of the type."""
    try:
        shape = shape_of(token)
    except CloudError:
        return False
    return bool(judge(shape, wired(props)).failures)


def wired(value: Any) -> Any:
    """Values as the engine sends them: what is not known is its marker."""
    if isinstance(value, Mark):
        return rpc.UNKNOWN if value is UNKNOWN else None
    if isinstance(value, Mapping):
        return {key: wired(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [wired(item) for item in value]
    return value
