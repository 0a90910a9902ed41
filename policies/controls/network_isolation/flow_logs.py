"""Networks log who talked to whom."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import Accept, at_least, equals, is_false, is_set, is_true, not_equals
from policies.checks import Attached, Row
from policies.control import Control, Group, Severity
from policies.settings import Profile, Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

_FLOW, _ANALYTICS = azure("network.FlowLog"), "flowAnalyticsConfiguration.networkWatcherFlowAnalyticsConfiguration"
_SUBNETWORK, _NETWORK, _FIREWALL = gcp("compute.Subnetwork"), gcp("compute.Network"), gcp("compute.Firewall")
_WITHOUT = ("purpose", equals("REGIONAL_MANAGED_PROXY", "GLOBAL_MANAGED_PROXY", "PRIVATE_SERVICE_CONNECT"))


def _sample(settings: Settings) -> Accept:
    """CIS Google Cloud 3.8 asks for every flow; a sample of none is no log at all."""
    return at_least(1.0 if settings.profile is Profile.REGULATED else 0.1)


CONTROL = Control(
    id="flow-logs",
    group=Group.NETWORK_ISOLATION,
    title="Networks keep flow logs",
    severity=Severity.MEDIUM,
    why="Without flow logs nobody can say what an intruder reached.",
    remedy="Keep flow logs of the network component switched on.",
    url="https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html",
    clauses=(
        "iso27001:A.8.15",
        "soc2:CC7.2",
        "nist-800-53:AU-12",
        "cis:13.6",
    ),
    covers=(
        "cdk-nag:AwsSolutions-VPC7",
        "checkov:CKV2_AWS_11",
        "checkov:CKV_GCP_26",
        "security-hub:EC2.6",
    ),
    rows=ByCloud(
        aws=(
            Attached(
                type=aws("ec2.Vpc"),
                companion=aws("ec2.FlowLog"),
                link="vpcId",
                tests=(("trafficType", equals("ALL", "REJECT")),),
                words="flow log",
            ),
        ),
        azure=(
            Attached(
                type=azure("network.VirtualNetwork"),
                companion=azure("network.FlowLog"),
                link="targetResourceId",
                tests=(("enabled", is_true()),),
                words="flow log",
            ),
            Row(  # logs that nobody can search: built-in policy 2f080164-9f4d-497e-9db6-416dc9f7b48a
                type=_FLOW,
                path=f"{_ANALYTICS}.enabled",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=(
            Row(
                type=_SUBNETWORK,
                path="logConfig.aggregationInterval",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                unless=_WITHOUT,
            ),
            # Where logs are kept, the cloud's default is half of the flows with all of the metadata.
            Row(
                type=_SUBNETWORK,
                path="logConfig.flowSampling",
                accept=_sample,
                if_missing=Verdict.FAILED,
                unless=_WITHOUT,
            ),
            Row(
                type=_SUBNETWORK,
                path="logConfig.metadata",
                accept=not_equals("EXCLUDE_ALL_METADATA"),
                if_missing=Verdict.PASSED,
                unless=_WITHOUT,
            ),
            Row(  # the subnetworks that Google makes by itself keep no flow logs
                type=_NETWORK, path="autoCreateSubnetworks", accept=is_false(), if_missing=Verdict.FAILED
            ),
            Row(  # Security Health Analytics: FIREWALL_RULE_LOGGING_DISABLED
                type=_FIREWALL,
                path="logConfig.metadata",
                accept=equals("INCLUDE_ALL_METADATA"),
                if_missing=Verdict.FAILED,
                unless=("disabled", is_true()),
            ),
            Attached(  # CIS Google Cloud 2.12
                type=_NETWORK,
                companion=gcp("dns.Policy"),
                link="networks[].networkUrl",
                tests=(("enableLogging", is_true()),),
                words="DNS policy that logs look-ups",
            ),
        ),
    ),
)
