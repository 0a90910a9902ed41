"""What leaves through an endpoint goes to own resources.

The policy of an endpoint grants nothing; it says what may pass. A statement is bounded by named resources, or by a
condition on whose the resources are or who asks. Not judged: the actions of a statement, since AWS's own examples of a
data perimeter let all pass; endpoints other than those of S3 and DynamoDB where they have no policy at all, through
which no object can be carried out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from components.core.cloud import ByCloud, Gap, GapKind
from policies.accept import is_set
from policies.checks import Attached
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.iam_policy import Document, document_rule, label
from policies.tokens import aws

_ENDPOINT, _POLICY = aws("ec2.VpcEndpoint"), aws("ec2.VpcEndpointPolicy")
_DATA = re.compile(r".+\.(s3|s3express|dynamodb)")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html
_OWNERS = (
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:ResourceOrgPaths",
    "s3:ResourceAccount",
    "s3:DataAccessPointAccount",
)


def _bounded(document: Document) -> Iterator[str]:
    for i, statement in enumerate(document.statements):
        if statement.allow and statement.anywhere and not statement.requires(*_OWNERS):
            yield f"{label(statement, i)} lets data pass to resources of anybody (no aws:ResourceAccount)"


def _no_data(resource: Resource, _graph: Graph) -> str | None:
    """Why an endpoint needs no policy; None for one that leads to data, and for one that is not known yet."""
    service = resource.at("serviceName")
    return f"no objects pass through {service}" if isinstance(service, str) and not _DATA.fullmatch(service) else None


CONTROL = Control(
    id="endpoint-policy-bounded",
    group=Group.NETWORK_ISOLATION,
    title="Endpoints of data services lead to own resources only",
    severity=Severity.MEDIUM,
    why="Through an endpoint that is open to every bucket, data leaves a closed network with a stranger's credentials.",
    remedy="Name the resources, or require aws:ResourceAccount or aws:ResourceOrgID, in the policy of the endpoint.",
    url="https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
    clauses=("iso27001:A.8.20", "soc2:CC6.6", "nist-800-53:SC-7", "cis:12.2"),
    rows=ByCloud(
        aws=(
            Attached(
                type=_ENDPOINT,
                companion=_POLICY,
                link="vpcEndpointId",
                tests=(("policy", is_set()),),
                words="policy",
                inline=("policy",),
                exempt=_no_data,
            ),
            document_rule({_ENDPOINT: ("policy",), _POLICY: ("policy",)}, _bounded, "it must lead to own resources"),
        ),
        azure=Gap(
            kind=GapKind.NEVER,
            reason="A private endpoint of Azure leads to one resource and to no other.",
            url="https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
        ),
        gcp=Gap(
            kind=GapKind.NEVER,
            reason="An endpoint of Google Cloud has no policy; a perimeter does it (store-network-deny-default).",
            url="https://cloud.google.com/vpc-service-controls/docs/overview",
        ),
    ),
)
