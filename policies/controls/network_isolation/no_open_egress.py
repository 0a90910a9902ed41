"""What leaves a network goes where it is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from components.core.cloud import ByCloud
from policies.checks import PASSED, Outcome, Rule, StackRow, failed, not_applicable, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import MISSING, UNKNOWN, Verdict, at, first

# The list of rules (empty: the resource is one), where a rule sends to, and its protocol.
_AWS = {
    aws("ec2.SecurityGroup"): ("egress[]", ("cidrBlocks[]", "ipv6CidrBlocks[]"), "protocol"),
    aws("ec2.DefaultSecurityGroup"): ("egress[]", ("cidrBlocks[]", "ipv6CidrBlocks[]"), "protocol"),
    aws("ec2.SecurityGroupRule"): ("", ("cidrBlocks[]", "ipv6CidrBlocks[]"), "protocol"),
    aws("vpc.SecurityGroupEgressRule"): ("", ("cidrIpv4", "cidrIpv6"), "ipProtocol"),
}
_GROUP, _RULE = azure("network.NetworkSecurityGroup"), azure("network.SecurityRule")
_AZURE = ("destinationAddressPrefix", "destinationAddressPrefixes[]")
_NETWORK, _FIREWALL = gcp("compute.Network"), gcp("compute.Firewall")
_ALL = ("-1", "all", -1)


def _world(value: Any) -> bool:
    return isinstance(value, str) and (value.endswith("/0") or value.casefold() in ("*", "internet", "any"))


def _sent(place: str, rule: Mapping[str, Any], paths: tuple[str, ...]) -> Iterator[Outcome]:
    for path in paths:
        for hit in at(rule, path):
            where = f"{place}.{hit.path}" if place else hit.path
            if hit.value is UNKNOWN:
                yield undetermined(f"{where} is not known yet; it must not be the whole internet", where)
            elif hit.value is not MISSING:
                yield failed(f"{where} is the whole internet", where) if _world(hit.value) else PASSED


def _security_group(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    rules, paths, protocol = _AWS[resource.type]
    if resource.type == aws("ec2.SecurityGroupRule") and resource.at("type") == "ingress":
        yield not_applicable("this rule is for traffic that comes in")
        return
    for hit in at(resource.props, rules) if rules else at({"": resource.props}, "{}"):
        if hit.value is UNKNOWN:
            yield undetermined(f"{hit.path} is not known yet; it must not admit everything to the internet", hit.path)
        elif isinstance(hit.value, Mapping) and (first(hit.value, protocol) in (*_ALL, UNKNOWN)):
            yield from _sent(hit.path if rules else "", hit.value, paths)


def _rule(place: str, rule: Mapping[str, Any]) -> Iterator[Outcome]:
    """Nothing where the rule is not for what goes out, or denies it."""
    held = [(first(rule, key), word) for key, word in (("access", "allow"), ("direction", "outbound"))]
    if any(isinstance(value, str) and value.casefold() != word for value, word in held):
        return
    doubt = any(value is UNKNOWN for value, _ in held)
    for found in _sent(place, rule, _AZURE):
        late = doubt and found.verdict is Verdict.FAILED
        yield undetermined(f"whether {found.path} lets out is not known yet", found.path) if late else found


def _denies(rule: Mapping[str, Any]) -> bool | None:
    """Whether a rule denies every way to the internet."""
    wanted = (("access", ("deny",)), ("direction", ("outbound",)), ("protocol", ("*",)))
    answers = [
        None if (value := first(rule, key)) is UNKNOWN else isinstance(value, str) and value.casefold() in words
        for key, words in (*wanted, ("destinationAddressPrefix", ("*", "internet", "0.0.0.0/0")))
    ]
    return False if False in answers else None if None in answers else True


def _network_rules(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    """A group without a rule that denies it lets everything out (rule 65001, AllowInternetOutBound).

    https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview#default-security-rules
    """
    if resource.type == _RULE:
        yield from _rule("", resource.props)
        return
    answers: list[bool | None] = []
    for hit in at(resource.props, "securityRules[]"):
        if isinstance(hit.value, Mapping):
            answers.append(_denies(hit.value))
            yield from _rule(hit.path, hit.value)
        elif hit.value is UNKNOWN:
            answers.append(None)
    sure, maybe = graph.referring(resource, (_RULE,), "networkSecurityGroupName")
    answers += [_denies(rule.props) for rule in sure] + [None for _ in maybe]
    if True in answers:
        yield PASSED
    elif None in answers:
        yield undetermined("whether a rule denies the way to the internet is not known yet", "securityRules")
    else:
        yield failed("no rule denies the way to the internet, which Azure leaves open", "securityRules")


def _firewall(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    if resource.at("direction") != "EGRESS" or resource.at("disabled") is True or resource.at("allows") is MISSING:
        yield not_applicable("this rule lets nothing out")
    else:
        yield from _sent("", resource.props, ("destinationRanges[]",))


def _network(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    """Google's implied rule lets everything out of a network.

    https://cloud.google.com/firewall/docs/firewalls#default_firewall_rules
    """
    doubt = False
    for rule in graph.of(_FIREWALL):
        mine = graph.refers(rule, "network", resource)
        denied = [hit.value for hit in at(rule.props, "denies[].protocol")]
        out = [hit.value for hit in at(rule.props, "destinationRanges[]")]
        held = (rule.at("direction"), rule.at("disabled"), *denied, *out)
        if mine is False or rule.at("direction") not in ("EGRESS", UNKNOWN) or rule.at("disabled") is True:
            continue
        doubt = doubt or mine is None or any(value is UNKNOWN for value in held)
        if mine and "all" in denied and (out == [MISSING] or any(_world(value) for value in out)):
            yield PASSED
            return
    yield (
        undetermined("whether a rule denies what goes out is not known yet")
        if doubt
        else failed("no rule of the firewall denies what goes out, which Google leaves open")
    )


CONTROL = Control(
    id="no-open-egress",
    group=Group.NETWORK_ISOLATION,
    title="Networks let nothing out to the whole internet",
    severity=Severity.MEDIUM,
    why="What has got in takes the data out by the way that nobody closed.",
    remedy="Deny what goes out and name where it may go; reach the cloud's services through private endpoints.",
    url="https://cloud.google.com/architecture/blueprints/security-foundations/networking",
    clauses=("iso27001:A.8.22", "soc2:CC6.6", "nist-800-53:SC-7", "cis:4.4"),
    rows=ByCloud(
        aws=(
            Rule(
                types=tuple(_AWS),
                check=_security_group,
                reads=tuple(
                    (token, f"{rules}.{path}" if rules else path)
                    for token, (rules, paths, protocol) in _AWS.items()
                    for path in (*paths, protocol)
                ),
            ),
        ),
        azure=(
            StackRow(
                types=(_GROUP, _RULE),
                check=_network_rules,
                reads=(
                    *((_GROUP, f"securityRules[].{path}") for path in (*_AZURE, "access", "direction", "protocol")),
                    *((_RULE, path) for path in (*_AZURE, "access", "direction", "protocol")),
                    (_RULE, "networkSecurityGroupName"),
                ),
            ),
        ),
        gcp=(
            Rule(
                types=(_FIREWALL,),
                check=_firewall,
                reads=tuple(
                    (_FIREWALL, p) for p in ("direction", "disabled", "allows[].protocol", "destinationRanges[]")
                ),
            ),
            StackRow(
                types=(_NETWORK,),
                check=_network,
                reads=tuple(
                    (_FIREWALL, p)
                    for p in ("network", "direction", "disabled", "denies[].protocol", "destinationRanges[]")
                ),
            ),
        ),
    ),
)
