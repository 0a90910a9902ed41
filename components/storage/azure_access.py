"""Who reaches the zones on Azure: one data role per workload and zone, on the container and nothing above it.

Azure has no built-in role that writes blobs without reading them, so writers may also read. Approvers see reports
through the ML workspace and hold no role on data.
"""

from collections.abc import Mapping

from pulumi import Input

from components.clouds.azure_roles import BuiltInRole, role_assignment
from components.core.refs import FoundationRef, IdentityRef
from components.core.scope import Scope
from components.core.vocabulary import Role, Zone

READ = BuiltInRole.BLOB_DATA_READER
WRITE = BuiltInRole.BLOB_DATA_CONTRIBUTOR

ZONE_ACCESS: Mapping[Role, Mapping[Zone, BuiltInRole]] = {
    Role.TRAINING: {
        Zone.RAW: READ,
        Zone.CURATED: READ,
        Zone.FEATURES: READ,
        Zone.ARTIFACTS: WRITE,
        Zone.MONITORING: WRITE,
    },
    Role.PIPELINE: {Zone.ARTIFACTS: WRITE},
    Role.SERVING: {Zone.ARTIFACTS: READ, Zone.MONITORING: WRITE},
    Role.MONITORING: {Zone.CURATED: READ, Zone.FEATURES: READ, Zone.ARTIFACTS: READ, Zone.MONITORING: WRITE},
}
"""Training writes models, reports and baselines; features are written by leave of the feature store; serving writes
captures. Nobody has a role on the logs."""


def grant_zones(
    scope: Scope, foundation: FoundationRef, containers: Mapping[Zone, Input[str]], identity: IdentityRef
) -> None:
    """Assign the roles of :data:`ZONE_ACCESS` on the containers."""
    principals: dict[Role, Input[str]] = {
        Role.TRAINING: identity["training_principal"],
        Role.PIPELINE: identity["pipeline_principal"],
        Role.SERVING: identity["serving_principal"],
        Role.MONITORING: identity["monitoring_principal"],
    }
    for role, zones in ZONE_ACCESS.items():
        for zone, access in zones.items():
            role_assignment(
                scope,
                f"{role.value}-{zone.value}",
                subscription=foundation["account_id"],
                role=access,
                on=containers[zone],
                principal=principals[role],
            )
