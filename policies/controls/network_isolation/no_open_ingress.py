"""No port is open to the whole internet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from components.core.cloud import ByCloud
from policies.accept import is_false
from policies.checks import PASSED, Outcome, Row, Rule, failed, not_applicable, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import MISSING, UNKNOWN, Found, Verdict, at, first, known

_AWS = {
    aws("ec2.SecurityGroup"): ("ingress[].cidrBlocks[]", "ingress[].ipv6CidrBlocks[]"),
    aws("ec2.SecurityGroupRule"): ("cidrBlocks[]", "ipv6CidrBlocks[]"),
    aws("vpc.SecurityGroupIngressRule"): ("cidrIpv4", "cidrIpv6"),
    aws("ec2.DefaultSecurityGroup"): ("ingress[].cidrBlocks[]", "ingress[].ipv6CidrBlocks[]"),
}
_GROUP, _RULE = azure("network.NetworkSecurityGroup"), azure("network.SecurityRule")
_FIREWALL = gcp("compute.Firewall")
_POLICY_RULES = tuple(
    gcp(f"compute.{name}")
    for name in ("FirewallPolicyRule", "NetworkFirewallPolicyRule", "RegionNetworkFirewallPolicyRule")
)


def _world(value: Any) -> bool:
    """Whether a source is the whole internet: a network without a prefix, or Azure's words for it."""
    return isinstance(value, str) and (value.endswith("/0") or value.casefold() in ("*", "internet", "any"))


def _judge(path: str, value: Any) -> Outcome:
    if value is UNKNOWN:
        return undetermined(f"{path} is not known yet; it must not be the whole internet", path)
    return failed(f"{path} is the whole internet", path) if _world(value) else PASSED


def _cidrs(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    if resource.type == aws("ec2.SecurityGroupRule") and resource.at("type") == "egress":
        yield not_applicable("this rule is for traffic that goes out")
        return
    for path in _AWS[resource.type]:
        for hit in at(resource.props, path):
            yield PASSED if hit.value is MISSING else _judge(hit.path, hit.value)


def _network_rules(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    rules = at(resource.props, "securityRules[]") if resource.type == _GROUP else (Found("", resource.props),)
    for rule in rules:
        if rule.value is UNKNOWN:
            yield undetermined(f"{rule.path} is not known yet; no rule may admit the whole internet", rule.path)
        elif rule.value is MISSING or not isinstance(rule.value, Mapping):
            yield PASSED
        else:
            yield from _network_rule(rule.path, rule.value)


def _network_rule(place: str, rule: Mapping[str, Any]) -> Iterator[Outcome]:
    for key, word in (("access", "allow"), ("direction", "inbound")):
        value = first(rule, key)
        if isinstance(value, str) and value.casefold() != word:
            yield PASSED
            return
    for path in ("sourceAddressPrefix", "sourceAddressPrefixes[]"):
        for hit in at(rule, path):
            where = f"{place}.{hit.path}" if place else hit.path
            yield PASSED if hit.value is MISSING else _judge(where, hit.value)


def _firewall(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    if resource.at("direction") == "EGRESS" or resource.at("disabled") is True or resource.at("allows") is MISSING:
        yield not_applicable("this rule admits nothing")
        return
    narrowed = any(resource.at(key) is not MISSING for key in ("sourceTags", "sourceServiceAccounts"))
    for hit in at(resource.props, "sourceRanges[]"):
        if hit.value is not MISSING:
            yield _judge(hit.path, hit.value)
        elif narrowed:
            yield PASSED
        else:  # https://cloud.google.com/firewall/docs/firewalls: without a source, any
            yield failed("sourceRanges is not set, which admits the whole internet", "sourceRanges")


def _policy_rule(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    action = resource.at("action")
    passes_on = known(action) and action not in ("allow", "apply_security_profile_group")
    if resource.at("direction") == "EGRESS" or resource.at("disabled") is True or passes_on:
        yield not_applicable("this rule admits nothing")
        return
    for hit in at(resource.props, "match.srcIpRanges[]"):
        yield PASSED if hit.value is MISSING else _judge(hit.path, hit.value)


CONTROL = Control(
    id="no-open-ingress",
    group=Group.NETWORK_ISOLATION,
    title="Firewalls admit nothing from the whole internet",
    severity=Severity.CRITICAL,
    why="An open port is found by scanners within minutes.",
    remedy="Name the networks that may connect; reach private networks through private endpoints.",
    url="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html",
    clauses=(
        "iso27001:A.8.20",
        "soc2:CC6.6",
        "nist-800-53:SC-7",
        "cis:4.4",
    ),
    covers=(
        "cdk-nag:AwsSolutions-EC23",
        "checkov:CKV2_GCP_12",
        "checkov:CKV_AWS_130",
        "checkov:CKV_AWS_24",
        "checkov:CKV_AWS_25",
        "checkov:CKV_AWS_260",
        "checkov:CKV_AWS_277",
        "checkov:CKV_AZURE_10",
        "checkov:CKV_AZURE_160",
        "checkov:CKV_AZURE_77",
        "checkov:CKV_AZURE_9",
        "checkov:CKV_GCP_106",
        "checkov:CKV_GCP_2",
        "checkov:CKV_GCP_3",
        "checkov:CKV_GCP_75",
        "checkov:CKV_GCP_77",
        "checkov:CKV_GCP_88",
        "security-hub:EC2.13",
        "security-hub:EC2.14",
        "security-hub:EC2.15",
        "security-hub:EC2.19",
    ),
    rows=ByCloud(
        aws=(
            Rule(types=tuple(_AWS), check=_cidrs, reads=tuple((t, p) for t, paths in _AWS.items() for p in paths)),
            Row(  # no machine gets an address of the internet unasked
                type=aws("ec2.Subnet"),
                path="mapPublicIpOnLaunch",
                accept=is_false(),
                if_missing=Verdict.PASSED,
            ),
        ),
        azure=(
            Rule(
                types=(_GROUP, _RULE),
                check=_network_rules,
                reads=(
                    (_GROUP, "securityRules[].sourceAddressPrefix"),
                    (_RULE, "sourceAddressPrefix"),
                    (_RULE, "sourceAddressPrefixes[]"),
                    (_RULE, "access"),
                    (_RULE, "direction"),
                ),
            ),
        ),
        gcp=(
            Rule(
                types=(_FIREWALL,),
                check=_firewall,
                reads=(
                    (_FIREWALL, "sourceRanges[]"),
                    (_FIREWALL, "direction"),
                    (_FIREWALL, "allows[].protocol"),
                    (_FIREWALL, "disabled"),
                ),
            ),
            Rule(
                types=_POLICY_RULES,
                check=_policy_rule,
                reads=tuple(
                    (t, path)
                    for t in _POLICY_RULES
                    for path in ("match.srcIpRanges[]", "direction", "action", "disabled")
                ),
            ),
        ),
    ),
)
