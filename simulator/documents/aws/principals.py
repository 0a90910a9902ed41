"""Principals of IAM resource and trust policies.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html. Whether a principal
exists is the affair of references, not of grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from simulator.documents.fault import Fault, Place, items, listed, nearest
from simulator.values import is_unknown

KINDS = ("AWS", "Service", "Federated", "CanonicalUser")

SERVICE_ENDINGS = (".amazonaws.com", ".amazonaws.com.cn", ".aws.internal", ".amazon.com")

WEB_IDENTITIES = ("cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com", "accounts.google.com")
"""Identity providers that need no provider resource."""

_AWS = re.compile(
    r"\*|\d{12}|A(?:ROA|IDA|GPA|NPA|NVA)[A-Z0-9]{12,}"
    r"|arn:aws[a-z-]*:iam::\d{12}:(?:root|(?:user|role)/[\w+=,.@/-]+)"
    r"|arn:aws[a-z-]*:sts::\d{12}:(?:assumed-role/[\w+=,.@-]+/[\w+=,.@-]+|federated-user/[\w+=,.@-]+)"
    r"|arn:aws[a-z-]*:iam::cloudfront:user/.+"
)
_FEDERATED = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(?:oidc-provider/\S+|saml-provider/[\w.-]{1,128})")
_SERVICE = re.compile(r"[a-z0-9][a-z0-9.-]*")
_CANONICAL = re.compile(r"[0-9a-f]{64}")


def principal_faults(principal: Any, place: Place) -> Iterator[Fault]:
    """Yield what is wrong with a Principal or NotPrincipal."""
    if principal == "*":
        return
    if not isinstance(principal, dict) or not principal:
        yield Fault(place, "Invalid principal in policy.", '"*" or an object of ' + ", ".join(KINDS))
        return
    for kind, value in principal.items():
        where = (*place, kind)
        if kind not in KINDS:
            yield Fault(where, f"'{kind}' is no kind of principal", ", ".join(KINDS), nearest(kind, KINDS))
            continue
        for spot, one in items(value, where):
            if is_unknown(one):
                continue
            if not isinstance(one, str) or not _accepts(kind, one):
                yield Fault(spot, f'Invalid principal in policy: "{kind}":"{one}"', _ALLOWED[kind])


_ALLOWED = {
    "AWS": "*, 12 digits of an account, or the ARN of a root, user, role or session without wildcards",
    "Service": f"the name of a service, such as sagemaker.amazonaws.com (endings: {listed(SERVICE_ENDINGS)})",
    "Federated": f"the ARN of an oidc-provider or a saml-provider, or one of {listed(WEB_IDENTITIES)}",
    "CanonicalUser": "64 hexadecimal digits",
}


def _accepts(kind: str, value: str) -> bool:
    match kind:
        case "AWS":
            return _AWS.fullmatch(value) is not None
        case "Service":
            return value == "*" or (_SERVICE.fullmatch(value) is not None and value.endswith(SERVICE_ENDINGS))
        case "Federated":
            return value in WEB_IDENTITIES or value == "*" or _FEDERATED.fullmatch(value) is not None
        case _:
            return _CANONICAL.fullmatch(value) is not None
