"""What a blueprint, a profile and a layer allow together: faults that no single field can see."""

from collections.abc import Callable, Iterator

from components.core.errors import Fault
from components.core.profile import Posture, Profile
from components.core.scope import ScopeSpec
from components.core.vocabulary import Classification, Provision, Risk
from components.network.contract import Egress
from stacks.blueprint import Blueprint
from stacks.faults import Where

Rule = Callable[[ScopeSpec, Blueprint, Posture, Where], Iterator[Fault]]


def _network(scope: ScopeSpec, blueprint: Blueprint, stance: Posture, where: Where) -> Iterator[Fault]:
    if blueprint.network.mode is Provision.NONE and not stance.public_access:
        yield Fault(
            where=where(("network", "mode")),
            what=f"'none' loosens profile {scope.profile.value}: without a network nothing can be private",
            allowed="create, existing",
            remedy="create the network, bring one, or choose profile sandbox",
        )
    if blueprint.network.egress is Egress.NAT and stance.network_isolation:
        yield Fault(
            where=where(("network", "egress")),
            what=f"'nat' loosens profile {scope.profile.value}: workloads must not reach the internet",
            allowed="none",
            remedy="remove the egress, or choose a looser profile for the stack",
        )


def _storage(scope: ScopeSpec, blueprint: Blueprint, stance: Posture, where: Where) -> Iterator[Fault]:
    if not blueprint.storage.versioning and stance.deletion_protection:
        yield Fault(
            where=where(("storage", "versioning")),
            what=f"false loosens profile {scope.profile.value}: overwritten data could not be restored",
            allowed="true",
            remedy="remove the key, or choose profile sandbox",
        )
    if not blueprint.storage.access_logs and stance.immutable_logs:
        yield Fault(
            where=where(("storage", "access_logs")),
            what=f"false loosens profile {scope.profile.value}: reads and writes must be on record",
            allowed="true",
            remedy="remove the key, or choose a looser profile",
        )


def _endpoint(scope: ScopeSpec, blueprint: Blueprint, stance: Posture, where: Where) -> Iterator[Fault]:
    endpoint = blueprint.endpoint
    if endpoint is None:
        return
    if endpoint.min_instances is not None and endpoint.min_instances < stance.min_replicas:
        yield Fault(
            where=where(("endpoint", "min_instances")),
            what=f"{endpoint.min_instances} loosens profile {scope.profile.value}",
            allowed=f"{stance.min_replicas} or more",
            remedy="raise it, or choose a looser profile for the stack",
        )
    if endpoint.max_instances < stance.min_replicas:
        yield Fault(
            where=where(("endpoint", "max_instances")),
            what=f"{endpoint.max_instances} is below the {stance.min_replicas} instances that the posture asks for",
            allowed=f"{stance.min_replicas} or more",
            remedy="raise it",
        )
    if endpoint.capture_percent == 0 and blueprint.monitoring.drift is not None:
        yield Fault(
            where=where(("endpoint", "capture_percent")),
            what="drift cannot be measured when nothing is captured",
            allowed="1 to 100",
            remedy="raise capture_percent, or remove monitoring.drift",
        )
    if endpoint.model is not None and endpoint.model.name not in blueprint.registry.models:
        yield Fault(
            where=where(("endpoint", "model", "name")),
            what=f"'{endpoint.model.name}' is not a model of the registry",
            allowed=", ".join(blueprint.registry.models),
            remedy="name one of these, or add it to registry.models",
        )


def _governance(scope: ScopeSpec, blueprint: Blueprint, stance: Posture, where: Where) -> Iterator[Fault]:
    if blueprint.classification is Classification.RESTRICTED and scope.profile is Profile.SANDBOX:
        yield Fault(
            where=where(("classification",)),
            what="restricted data is not allowed in profile sandbox",
            allowed="public, internal, confidential",
            remedy="choose profile standard or regulated for the stack",
        )
    if blueprint.risk is Risk.HIGH and not stance.require_approval:
        yield Fault(
            where=where(("risk",)),
            what="a high-risk system needs a person's approval of each model (Regulation (EU) 2024/1689, Art. 14)",
            allowed="minimal, limited",
            remedy="set posture.require_approval to true, or choose a stricter profile",
        )


RULES: tuple[Rule, ...] = (_network, _storage, _endpoint, _governance)


def check(
    scope: ScopeSpec, blueprint: Blueprint, stance: Posture, where: Where, *, layer: str, shares_data: bool
) -> list[Fault]:
    """All faults of the whole."""
    found = [fault for rule in RULES for fault in rule(scope, blueprint, stance, where)]
    if layer == "data" and blueprint.endpoint is not None:
        found.append(
            Fault(
                where=where(("endpoint",)),
                what="a data stack has no endpoint",
                remedy="remove the block, or set tripod:layer to platform",
            )
        )
    if shares_data and blueprint.feature_store is not None:
        found.append(
            Fault(
                where=where(("feature_store",)),
                what="the feature store is that of the data stack (tripod:data)",
                remedy="declare the groups in the data stack's blueprint, and remove the block here",
            )
        )
    return found
