"""No long-lived key stands in for an identity."""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies.accept import equals, is_true
from policies.checks import PASSED, Outcome, Row, Rule, failed, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import UNKNOWN, Verdict


def _access_key(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    status = resource.at("status")
    if status == "Inactive":
        yield PASSED
    elif status is UNKNOWN:
        yield undetermined("whether the access key is active is not known yet", "status")
    else:
        yield failed("this is a long-lived access key", "status")


def _account_key(_resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    yield failed("this is a long-lived key of a service account")


CONTROL = Control(
    id="no-static-credentials",
    group=Group.IDENTITY_LEAST_PRIVILEGE,
    title="Workloads hold no long-lived credentials",
    severity=Severity.HIGH,
    why="A key in a file works for whoever finds the file, until somebody notices.",
    remedy="Let workloads use their roles; let pipelines federate with the identity component.",
    url="https://cloud.google.com/iam/docs/best-practices-for-managing-service-account-keys",
    clauses=(
        "iso27001:A.5.17",
        "soc2:CC6.1",
        "hipaa:164.312(d)",
        "nist-800-53:IA-5",
    ),
    covers=(
        "azure-policy:a6f9a2d0-cff7-4855-83ad-4cd750666512",
        "azure-policy:e96a9a5f-07ca-471b-9bc5-6a0f33cbd68f",
        "checkov:CKV_AZURE_142",
    ),
    rows=ByCloud(
        aws=(Rule(types=(aws("iam.AccessKey"),), check=_access_key, reads=((aws("iam.AccessKey"), "status"),)),),
        azure=(
            Row(
                type=azure("machinelearningservices.OnlineEndpoint"),
                path="properties.authMode",
                accept=equals("AADToken"),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=azure("machinelearningservices.BatchEndpoint"),
                path="properties.authMode",
                accept=equals("AADToken"),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=azure("machinelearningservices.Compute"),
                path="properties.disableLocalAuth",
                accept=is_true(),
                if_missing=Verdict.FAILED,
                when=("properties.computeType", equals("AmlCompute", "ComputeInstance")),
            ),
        ),
        gcp=(
            Rule(
                types=(gcp("serviceaccount.Key"),),
                check=_account_key,
                reads=((gcp("serviceaccount.Key"), "serviceAccountId"),),
            ),
        ),
    ),
)
