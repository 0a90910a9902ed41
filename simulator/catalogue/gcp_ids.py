"""Ids of Google Cloud types.

Source: the first format in the Import section of each resource of pulumi-gcp, which the generic rule reads; the rows
below are the types without such a section or with another id (``id`` in the attribute reference of the provider).
"""

from __future__ import annotations

import functools
import re
from types import MappingProxyType
from typing import Final

from simulator.catalogue.shapes import Shape
from simulator.catalogue.types import Kind

TABLE: Final = MappingProxyType(
    {
        "storage/bucket:Bucket": "{name}",
        "storage/bucketObject:BucketObject": "{bucket}-{name}",
        "projects/service:Service": "{project}/{service}",
        "projects/serviceIdentity:ServiceIdentity": "projects/{project}/services/{service}",
        "projects/iAMCustomRole:IAMCustomRole": "projects/{project}/roles/{roleId}",
        "projects/iAMAuditConfig:IAMAuditConfig": "{project}/audit_config/{service}",
        "projects/iAMMember:IAMMember": "{project}/{role}/{member}",
        "projects/iAMBinding:IAMBinding": "{project}/{role}",
        "organizations/project:Project": "projects/{projectId}",
        "serviceaccount/account:Account": (
            "projects/{project}/serviceAccounts/{accountId}@{project}.iam.gserviceaccount.com"
        ),
        "serviceaccount/iAMMember:IAMMember": "{serviceAccountId}/{role}/{member}",
        "kms/cryptoKeyIAMMember:CryptoKeyIAMMember": "{cryptoKeyId}/{role}/{member}",
        "storage/bucketIAMMember:BucketIAMMember": "b/{bucket}/{role}/{member}",
        "bigquery/table:Table": "projects/{project}/datasets/{datasetId}/tables/{tableId}",
        "bigquery/datasetIamMember:DatasetIamMember": "projects/{project}/datasets/{datasetId}/{role}/{member}",
        "servicenetworking/connection:Connection": "{network}:{service}",
        "pubsub/topicIAMMember:TopicIAMMember": "projects/{project}/topics/{topic}/{role}/{member}",
        "monitoring/alertPolicy:AlertPolicy": "projects/{project}/alertPolicies/{digits:19}",
        "monitoring/notificationChannel:NotificationChannel": "projects/{project}/notificationChannels/{digits:19}",
        "monitoring/dashboard:Dashboard": "projects/{project}/dashboards/{guid}",
        "logging/metric:Metric": "{name}",
        "logging/projectBucketConfig:ProjectBucketConfig": "projects/{project}/locations/{location}/buckets/{bucketId}",
        "workflows/workflow:Workflow": "projects/{project}/locations/{region}/workflows/{name}",
        "cloudfunctionsv2/function:Function": "projects/{project}/locations/{location}/functions/{name}",
        "compute/routerNat:RouterNat": "{project}/{region}/{router}/{name}",
        "billing/budget:Budget": "billingAccounts/{billingAccount}/budgets/{guid}",
        "vertex/aiTensorboard:AiTensorboard": "projects/{project}/locations/{region}/tensorboards/{digits:19}",
        "colab/schedule:Schedule": "projects/{project}/locations/{location}/schedules/{digits:19}",
        "accesscontextmanager/servicePerimeter:ServicePerimeter": "{name}",
    }
)
"""Type token without ``gcp:`` -> id."""

_FORMAT = re.compile(r"^\s*\* `([^`]*\{\{[^`]*)`", re.MULTILINE)
_EXAMPLE = re.compile(r"pulumi import \S+ \S+ [\"']?(\S*\{\{\S+?)[\"']?\s*$", re.MULTILINE)
_FIELD = re.compile(r"\{\{([\w-]+)\}\}")
_IAM = re.compile(r"(?:IAM|Iam)(Member|Binding|Policy|AuditConfig)$")


@functools.cache
def id_of(token: str, shape: Shape) -> str:
    """Return the id template of a type."""
    row = TABLE.get(token.split(":", 1)[1])
    if row is not None:
        return row
    return shape.id_template or "{letters:12}"


def documented(shape: Shape) -> str:
    """Read the Import section of the documentation; for the builder of the catalogue."""
    section = shape.doc[shape.doc.find("## Import") :] if "## Import" in shape.doc else ""
    found = _FORMAT.search(section) or _EXAMPLE.search(section)
    iam = _IAM.search(shape.token)
    if found is not None:
        path = _FIELD.sub(lambda field: _field(field.group(1), shape), found.group(1))
        grant = {"Member": "/{role}/{member}", "Binding": "/{role}"}
        return path + (grant.get(iam.group(1), "") if iam and "{role}" not in path else "")
    if iam is not None:
        required = [n for n, p in shape.inputs.items() if p.required and p.type.kind is Kind.STRING]
        owners = [name for name in required if name not in ("role", "member", "policyData", "service")]
        places = [name for name in ("project", "location", "region") if name in shape.inputs and name not in owners]
        ending = [name for name in ("role", "member", "service") if name in required]
        return "/".join(f"{{{name}}}" for name in (*places, *owners, *ending))
    place = next((name for name in ("location", "region", "zone") if name in shape.inputs), None)
    leaf = shape.token.rsplit(":", 1)[-1]
    middle = f"/{place}s/{{{place}}}" if place else ""
    return f"projects/{{project}}{middle}/{leaf[:1].lower()}{leaf[1:]}s/{{{own_name(shape) or 'letters:12'}}}"


def own_name(shape: Shape) -> str | None:
    """Return the input that names the object itself."""
    leaf = shape.token.rsplit(":", 1)[-1]
    head = f"{leaf[:1].lower()}{leaf[1:]}"
    return next((wire for wire in ("name", f"{head}Id", f"{head}Name") if shape.accepts(wire)), None)


def _field(name: str, shape: Shape) -> str:
    camel = re.sub(r"[_-](\w)", lambda found: found.group(1).upper(), name)
    camel = {"projectId": "project"}.get(camel, camel) if camel not in shape.inputs else camel
    if camel not in shape.inputs:
        iam_name = ("name",) if _IAM.search(shape.token) and camel not in ("project", "region", "location") else ()
        camel = next((wire for wire in (f"{camel}Id", f"{camel}Name", *iam_name) if wire in shape.inputs), camel)
    if camel == "name" and "name" not in shape.inputs:
        # The service numbers what the program does not name.
        return "{digits:19}"
    return f"{{{camel}}}"
