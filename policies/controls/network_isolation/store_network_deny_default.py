"""Object stores answer inside the network only."""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies.accept import equals
from policies.checks import PASSED, Outcome, Row, Rule, StackRow, failed, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.iam_policy import Document, document_rule
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import UNKNOWN, Verdict, known

_PLACES = {
    "aws:sourcevpce",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourceip",
    "aws:vpcsourceip",
    "aws:vpceorgid",
    "aws:vpceaccount",
}
_SWITCHES = ("publicNetworkAccess", "networkRuleSet.defaultAction")
_PERIMETER = gcp("accesscontextmanager.ServicePerimeter")
_SERVICES = "status.restrictedServices"


def _perimeter(document: Document) -> Iterator[str]:
    for statement in document.statements:
        asks = any(c.key.casefold() in _PLACES for c in statement.conditions)
        if not statement.allow and asks and statement.covers("s3:GetObject"):
            return
    yield "nobody is denied who asks from outside the network (Deny by aws:SourceVpc, SourceVpce or SourceIp)"


def _account(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    public, default = (resource.at(path) for path in _SWITCHES)
    closed = [equals("Disabled", "SecuredByPerimeter"), equals("Deny")]
    values = (public, default)
    if any(known(value) and accept(value) for value, accept in zip(values, closed, strict=True)):
        yield PASSED
    elif any(value is UNKNOWN for value in values):
        yield undetermined("whether the account denies the public network is not known yet", _SWITCHES[1])
    else:
        yield failed("networkRuleSet.defaultAction must be Deny, or publicNetworkAccess Disabled", _SWITCHES[1])


def _bucket(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    mode = resource.at("ipFilter.mode")
    listed = [perimeter.at(_SERVICES) for perimeter in graph.of(_PERIMETER)]
    if (known(mode) and equals("Enabled")(mode)) or any(
        isinstance(services, list) and "storage.googleapis.com" in services for services in listed
    ):
        yield PASSED
    elif mode is UNKNOWN or any(services is UNKNOWN for services in listed):
        yield undetermined("whether the bucket denies the public network is not known yet", "ipFilter.mode")
    else:
        yield failed("ipFilter.mode is not Enabled and no service perimeter restricts storage", "ipFilter.mode")


CONTROL = Control(
    id="store-network-deny-default",
    group=Group.NETWORK_ISOLATION,
    title="Object stores deny requests from outside the network",
    severity=Severity.HIGH,
    why="Stolen credentials work from anywhere, unless the store asks where from.",
    remedy="Choose profile standard or regulated, or give the storage component a network.",
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html",
    clauses=(
        "iso27001:A.8.20",
        "soc2:CC6.6",
        "nist-800-53:SC-7",
        "cis:12.2",
    ),
    covers=(
        "checkov:CKV2_AZURE_50",
        "checkov:CKV_AZURE_35",
        "checkov:CKV_AZURE_59",
    ),
    rows=ByCloud(
        aws=(
            document_rule(
                {aws("s3.BucketPolicy"): ("policy",)}, _perimeter, "it must deny access from outside the network"
            ),
        ),
        azure=(
            Rule(
                types=(azure("storage.StorageAccount"),),
                check=_account,
                reads=tuple((azure("storage.StorageAccount"), p) for p in _SWITCHES),
            ),
            # https://learn.microsoft.com/azure/storage/common/security-restrict-copy-operations
            Row(
                type=azure("storage.StorageAccount"),
                path="allowedCopyScope",
                accept=equals("AAD", "PrivateLink"),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=azure("redis.Redis"),
                path="publicNetworkAccess",
                accept=equals("Disabled"),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=(
            StackRow(
                types=(gcp("storage.Bucket"),),
                check=_bucket,
                reads=((gcp("storage.Bucket"), "ipFilter.mode"), (_PERIMETER, _SERVICES)),
            ),
        ),
    ),
)
