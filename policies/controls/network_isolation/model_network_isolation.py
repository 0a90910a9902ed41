"""A model cannot call out."""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies.accept import contains, equals, is_true
from policies.checks import PASSED, Outcome, Row, StackRow, failed, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import MISSING, UNKNOWN, Verdict

_DEPLOYMENT = azure("machinelearningservices.OnlineDeployment")
_WORKSPACE = azure("machinelearningservices.Workspace")
_EGRESS = "properties.egressPublicNetworkAccess"
_MODE = "managedNetwork.isolationMode"


def _deployment(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    egress = resource.at(_EGRESS)
    if egress is not UNKNOWN and egress is not MISSING:
        closed = equals("Disabled")(egress)
        yield PASSED if closed else failed(f"{_EGRESS} must be Disabled", _EGRESS)
        return
    # In a managed network the property stays unset and the workspace decides.
    # https://learn.microsoft.com/azure/machine-learning/concept-secure-online-endpoint
    modes = [w.at(_MODE) for w in graph.of(_WORKSPACE) if graph.refers(resource, "workspaceName", w)]
    if any(isinstance(mode, str) and equals("AllowOnlyApprovedOutbound")(mode) for mode in modes):
        yield PASSED
    elif egress is UNKNOWN or any(mode is UNKNOWN for mode in modes):
        yield undetermined(f"{_EGRESS} is not known yet; it must be Disabled", _EGRESS)
    else:
        yield failed(f"{_EGRESS} is not Disabled and the workspace's network is not AllowOnlyApprovedOutbound", _EGRESS)


CONTROL = Control(
    id="model-network-isolation",
    group=Group.NETWORK_ISOLATION,
    title="Model containers cannot reach the internet",
    severity=Severity.HIGH,
    why="A model file is code: a poisoned one sends out what it is asked.",
    remedy="Set posture network_isolation to true.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html",
    clauses=(
        "nist-ai-rmf:MEASURE 2.7",
        "iso27001:A.8.22",
        "soc2:CC6.6",
        "eu-ai-act:Art. 15",
        "nist-800-53:AC-4",
    ),
    covers=(
        "aws-config:sagemaker-model-isolation-enabled",
        "checkov:CKV_AWS_370",
        "cnspec:mondoo-aws-security-sagemaker-model-network-isolation",
        "prowler:sagemaker_models_network_isolation_enabled",
        "security-hub:SageMaker.5",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("sagemaker.Model"), path="enableNetworkIsolation", accept=is_true(), if_missing=Verdict.FAILED
            ),
        ),
        azure=(StackRow(types=(_DEPLOYMENT,), check=_deployment, reads=((_DEPLOYMENT, _EGRESS), (_WORKSPACE, _MODE))),),
        gcp=(
            Row(
                type=gcp("accesscontextmanager.ServicePerimeter"),
                path="status.restrictedServices",
                accept=contains("aiplatform.googleapis.com"),
                if_missing=Verdict.FAILED,
            ),
        ),
    ),
)
