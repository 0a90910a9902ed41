"""Feature store on Azure: an Azure ML workspace of kind FeatureStore over zone features, optionally with a cache.

Pipelines write the Parquet files of a group below ``<offline_uri>/<group>/v<version>/`` with leave of the training
identity; groups with ``online`` are copied into the cache every night.

Deleting the workspace keeps its name for 14 days; raise ``generation`` to make another. Not here: Spark transformation
code, which belongs to pipelines, and online access to an existing store, which whoever made its cache grants.
"""

from collections.abc import Mapping

import pulumi_azure_native as azure
from pulumi import Input, Output

from components.clouds.azure_ml_roles import Duty, custom_role
from components.clouds.azure_roles import BuiltInRole, role_assignment
from components.core.backend import Means, Support
from components.core.cloud import Gap, GapKind
from components.core.errors import Fault, TripodError
from components.core.scope import Scope
from components.core.vocabulary import Provision, Role
from components.feature_store.azure_online import let_read
from components.feature_store.azure_register import register
from components.feature_store.azure_store import feature_store
from components.feature_store.contract import FeatureStoreArgs, FeatureStoreOutputs, FeatureStoreSpec

SUPPORT = Support(means=Means.COMPOSED, by="Azure ML feature store, Data Lake Gen2, Azure Cache for Redis")
GAPS: tuple[Gap, ...] = (
    Gap(
        kind=GapKind.NEVER,
        field="groups.ttl_days",
        reason="Azure ML has no expiry for materialised values; the cache keeps the newest value of each key.",
        url="https://learn.microsoft.com/azure/machine-learning/reference-yaml-feature-set",
    ),
)

FOLDER = "feature-store"
"""Where the store lies in zone features."""
_ML = "Microsoft.MachineLearningServices/workspaces"
READ_SETS = Duty(
    description="Reads entities and feature sets of a feature store",
    actions=(
        f"{_ML}/connections/read",
        f"{_ML}/datastores/read",
        f"{_ML}/featuresets/read",
        f"{_ML}/featurestoreentities/read",
        f"{_ML}/featurestores/read",
        f"{_ML}/read",
    ),
)
"""Operations: https://learn.microsoft.com/azure/role-based-access-control/permissions/ai-machine-learning."""
READERS = (Role.TRAINING, Role.PIPELINE, Role.SERVING, Role.MONITORING)
ONLINE_READERS = (Role.TRAINING, Role.SERVING)


def build(scope: Scope, spec: FeatureStoreSpec, args: FeatureStoreArgs) -> FeatureStoreOutputs:
    """Make the store and what is registered in it, or grant access to the existing one.

    Raises:
        TripodError: where ``mode`` is existing and nobody says which store.
    """
    if spec.mode is Provision.EXISTING:
        return _existing(scope, args)
    offline = Output.concat(args["storage"]["features_uri"], "/", FOLDER)
    store = feature_store(scope, spec, args)
    register(scope, spec, args, store, offline)
    _grant(scope, args, Output.from_input(store.made.id), store.cache)
    return FeatureStoreOutputs(
        store_id=Output.from_input(store.made.id),
        offline_uri=offline,
        online_endpoint=store.cache.host_name if store.cache is not None else Output.from_input(""),
    )


def _existing(scope: Scope, args: FeatureStoreArgs) -> FeatureStoreOutputs:
    """Outputs of the existing store, and the right to use it."""
    given = args.get("existing")
    if given is None:
        raise TripodError(
            Fault(
                where="feature_store.mode",
                what="the store exists, but nobody says which it is",
                remedy="take it from a data stack (tripod:data), or set mode to create",
            )
        )
    _grant(scope, args, Output.from_input(given["store_id"]), None)
    return FeatureStoreOutputs(
        store_id=Output.from_input(given["store_id"]),
        offline_uri=Output.from_input(given["offline_uri"]),
        online_endpoint=Output.from_input(given.get("online_endpoint", "")),
    )


def _grant(scope: Scope, args: FeatureStoreArgs, store_id: Output[str], cache: azure.redis.Redis | None) -> None:
    """Let the workloads find features; let training write them; let training and serving read the newest values."""
    identity = args.get("identity")
    if identity is None:
        return
    foundation = args["foundation"]
    principals: Mapping[Role, Input[str]] = {
        Role.TRAINING: identity["training_principal"],
        Role.PIPELINE: identity["pipeline_principal"],
        Role.SERVING: identity["serving_principal"],
        Role.MONITORING: identity["monitoring_principal"],
    }
    reads = custom_role(scope, "feature-reader", foundation=foundation, duty=READ_SETS)
    for role in READERS:
        role_assignment(
            scope,
            f"{role.value}-reads",
            subscription=foundation["account_id"],
            role=reads,
            on=store_id,
            principal=principals[role],
        )
    role_assignment(
        scope,
        "training-writes",
        subscription=foundation["account_id"],
        role=BuiltInRole.BLOB_DATA_CONTRIBUTOR,
        on=args["storage"]["features_id"],
        principal=principals[Role.TRAINING],
    )
    if cache is not None:
        for role in ONLINE_READERS:
            let_read(scope, foundation, cache, role.value, principals[role])
