"""ARNs inside policies: partition, account, service rules, and which services IAM knows by prefix.

Format: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html. The rules on region and path in IAM and S3
ARNs are those of IAM's own refusals (the wording is IAM's).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc")

IAM_PATHS = (
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
)

_ACCOUNT = re.compile(r"\d{12}|aws|aws-managed|cloudfront|third-party|(?=.*[*?])[\d*?]+|")
_VARIABLE = re.compile(r"\$\{[^}]*\}")


def resource_faults(resource: str) -> Iterator[tuple[str, str]]:
    """Yield (what, allowed) for a Resource of a policy: an ARN, ``*``, or a pattern of ARNs."""
    if resource == "*":
        return
    text = _VARIABLE.sub("*", resource)
    parts = text.split(":", 5)
    if parts[0] != "arn":
        if not _may_be(parts[0], "arn"):
            yield f'Resource {resource} must be in ARN format or "*".', "arn:partition:service:region:account:resource"
        return
    if len(parts) > 1 and not any(_may_be(parts[1], one) for one in PARTITIONS):
        yield f'Partition "{parts[1]}" is not valid for resource "{resource}".', ", ".join(PARTITIONS)
        return
    if len(parts) < 6:
        if "*" not in parts[-1] and "?" not in parts[-1]:
            yield f"Resource {resource} has {len(parts)} of 6 parts", "arn:partition:service:region:account:resource"
        return
    _, _, service, region, account, path = parts
    if not service:
        yield "Resource vendor must be fully qualified and cannot contain regexes.", "a service, such as s3"
    elif not _ACCOUNT.fullmatch(account):
        yield f"the account '{account}' of {resource} is none", "12 digits, or nothing where the service has none"
    elif service == "iam" and region:
        yield f"IAM resource {resource} cannot contain region information.", ""
    elif service == "s3" and region and not path.startswith(("accesspoint/", "job/", "storage-lens", "access-grants")):
        yield f"Resource {resource} can not contain region information.", "arn:aws:s3:::bucket"
    elif service == "s3" and path.startswith("/"):
        yield f"Resource {resource} has no bucket name", "arn:aws:s3:::bucket/key"
    elif service == "iam" and path not in ("*", "root") and not any(_may_start(path, one) for one in IAM_PATHS):
        yield f'IAM resource path must either be "*" or start with {", ".join(IAM_PATHS)}.', ""
    elif not path:
        yield f"Resource {resource} names no resource", "arn:partition:service:region:account:resource"


def arn_faults(arn: str, service: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the exact ARN of one kind of resource (no wildcards)."""
    parts = arn.split(":", 5)
    wanted = f"arn:aws:{service}:…:{prefix}…"
    if len(parts) < 6 or parts[0] != "arn" or parts[2] != service or not parts[5].startswith(prefix):
        yield f"'{arn}' is no ARN of this kind", wanted
    elif parts[1] not in PARTITIONS:
        yield f"'{parts[1]}' is no partition", ", ".join(PARTITIONS)
    elif parts[4] and not re.fullmatch(r"\d{12}|aws|cloudfront", parts[4]):
        yield f"the account '{parts[4]}' of '{arn}' is none", "12 digits"


def _may_be(pattern: str, word: str) -> bool:
    return re.fullmatch(glob(pattern), word) is not None


def _may_start(pattern: str, prefix: str) -> bool:
    fixed = re.split(r"[*?]", pattern, maxsplit=1)
    return pattern.startswith(prefix) or (len(fixed) > 1 and prefix.startswith(fixed[0]))


def glob(pattern: str) -> str:
    """Return the regular expression of an IAM pattern, in which ``*`` and ``?`` stand for text and a character."""
    return "".join(".*" if one == "*" else "." if one == "?" else re.escape(one) for one in pattern)
