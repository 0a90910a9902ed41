"""Feature store on Google Cloud: BigQuery as the offline store, Vertex AI Feature Store as registry and online store.

Online serving is Bigtable only: optimized serving is deprecated by Google, and the resources of the legacy store go
away in February 2027. Bigtable serving answers on the API of Vertex AI, which the network's endpoint for Google APIs
makes private. Zone features of storage is for files beside the store; nothing of the store lies there.
"""

import pulumi_gcp as gcp
from pulumi import Input, Output

from components.clouds import gcp_grants
from components.core.backend import Means, Support
from components.core.cloud import Gap, GapKind
from components.core.errors import Fault, TripodError
from components.core.refs import FeatureStoreRef, IdentityRef
from components.core.scope import Scope
from components.core.vocabulary import Frequency, Provision, Role
from components.feature_store.contract import FeatureGroup, FeatureStoreArgs, FeatureStoreOutputs, FeatureStoreSpec
from components.feature_store.gcp_tables import make_source

SUPPORT = Support(means=Means.NATIVE, by="Vertex AI Feature Store, BigQuery, Bigtable")
GAPS: tuple[Gap, ...] = (
    Gap(
        kind=GapKind.NEVER,
        field="groups.ttl_days",
        reason="Bigtable serving keeps a value until the feature view is deleted, also when its row is gone.",
        url="https://cloud.google.com/vertex-ai/docs/featurestore/latest/delete-featureview",
    ),
)

DATASET_GRANTS: dict[Role, str] = {
    Role.TRAINING: gcp_grants.DATA_VIEWER,
    Role.PIPELINE: gcp_grants.DATA_EDITOR,
    Role.MONITORING: gcp_grants.DATA_VIEWER,
}
"""Who reads and who writes history. Serving reads online only."""
SYNC = Frequency.HOURLY
"""How often new values are copied to the online store; a pipeline may start a copy at once."""
_NODES_PER_LEAST = 5
"""Greatest number of Bigtable nodes per least one; the API allows ten."""


def build(scope: Scope, spec: FeatureStoreSpec, args: FeatureStoreArgs) -> FeatureStoreOutputs:
    """Make the dataset, and per group its table, its registration and its online view; or grant on the existing store.

    Raises:
        TripodError: where a column has a name that Vertex AI keeps for the time, or the store exists and nobody says
            which it is.
    """
    identity = args.get("identity")
    if spec.mode is Provision.EXISTING:
        return _existing(scope, args.get("existing"), identity)
    project, key = args["foundation"]["account_id"], args["keys"]["data_key_id"]
    dataset = gcp.bigquery.Dataset(
        scope.label("dataset"),
        project=project,
        dataset_id=scope.name("dataset", "features"),
        location=scope.region,  # the default is US
        description=f"Offline feature store of {scope.prefix}",
        default_encryption_configuration=gcp.bigquery.DatasetDefaultEncryptionConfigurationArgs(kms_key_name=key),
        max_time_travel_hours="168",
        delete_contents_on_destroy=not scope.posture.deletion_protection,  # whoever uses a sandbox adds tables
        deletion_policy="PREVENT" if scope.posture.deletion_protection else "DELETE",
        labels=scope.tags(),
        opts=scope.options(stateful=True),
    )
    _grant_dataset(scope, project, dataset.dataset_id, identity)
    store = _online_store(scope, project, key) if spec.online else None
    for name, group in spec.groups.items():
        source = make_source(scope, name, spec.entities[group.entity], group, dataset=dataset, key=key)
        registered, features = _register(scope, project, name, spec, source=source)
        if identity is not None:
            gcp.vertex.AiFeatureGroupIamMember(
                scope.label(name, f"v{group.version}", "training"),
                project=project,
                region=scope.region,
                feature_group=registered.name,
                role=gcp_grants.FEATURE_READER,
                member=identity["training_principal"],
                opts=scope.options(),
            )
        if store is not None and group.online:
            _serve(
                scope, project, name, group, store=store, registered=registered, features=features, identity=identity
            )
    return FeatureStoreOutputs(
        store_id=dataset.id,
        offline_uri=Output.concat("bq://", project, ".", dataset.dataset_id),
        online_endpoint=store.id if store is not None else Output.from_input(""),
    )


def _existing(scope: Scope, store: FeatureStoreRef | None, identity: IdentityRef | None) -> FeatureStoreOutputs:
    """Outputs of the existing store, and access to it.

    A plan cannot know whether that store serves online, so reading features is granted on its project.
    """
    if store is None:
        raise TripodError(
            Fault(
                where="feature_store.existing",
                what="the store exists, but nobody says which it is",
                allowed="the outputs of the stack that made it",
                remedy="name the data stack (tripod:data), or set feature_store.mode to create",
            )
        )
    store_id = Output.from_input(store["store_id"])  # projects/<project>/datasets/<dataset>
    project = store_id.apply(lambda path: path.split("/")[1])
    _grant_dataset(scope, project, store_id.apply(lambda path: path.split("/")[3]), identity)
    if identity is not None:
        for role in (Role.TRAINING, Role.SERVING):
            gcp_grants.on_project(
                scope, f"reader-{role.value}", project, gcp_grants.FEATURE_READER, _principal(identity, role)
            )
    return FeatureStoreOutputs(
        store_id=store_id,
        offline_uri=Output.from_input(store["offline_uri"]),
        online_endpoint=Output.from_input(store.get("online_endpoint", "")),
    )


def _grant_dataset(scope: Scope, project: Input[str], dataset_id: Input[str], identity: IdentityRef | None) -> None:
    if identity is None:
        return
    for role, name in DATASET_GRANTS.items():
        gcp_grants.on_dataset(
            scope, f"dataset-{role.value}", dataset_id, name, _principal(identity, role), project=project
        )


def _principal(identity: IdentityRef, role: Role) -> Input[str]:
    principals: dict[Role, Input[str]] = {
        Role.TRAINING: identity["training_principal"],
        Role.PIPELINE: identity["pipeline_principal"],
        Role.SERVING: identity["serving_principal"],
        Role.MONITORING: identity["monitoring_principal"],
    }
    return principals[role]


def _online_store(scope: Scope, project: Input[str], key: Input[str]) -> gcp.vertex.AiFeatureOnlineStore:
    least = scope.posture.min_replicas
    return gcp.vertex.AiFeatureOnlineStore(
        scope.label("online"),
        project=project,
        region=scope.region,
        name=scope.name("online_store"),
        bigtable=gcp.vertex.AiFeatureOnlineStoreBigtableArgs(
            auto_scaling=gcp.vertex.AiFeatureOnlineStoreBigtableAutoScalingArgs(
                min_node_count=least, max_node_count=least * _NODES_PER_LEAST, cpu_utilization_target=50
            )
        ),
        encryption_spec=gcp.vertex.AiFeatureOnlineStoreEncryptionSpecArgs(kms_key_name=key),
        force_destroy=not scope.posture.deletion_protection,
        deletion_policy="PREVENT" if scope.posture.deletion_protection else "DELETE",
        labels=scope.tags(),
        opts=scope.options(stateful=True),
    )


def _register(
    scope: Scope, project: Input[str], name: str, spec: FeatureStoreSpec, *, source: Input[str]
) -> tuple[gcp.vertex.AiFeatureGroup, list[gcp.vertex.AiFeatureGroupFeature]]:
    """Register a group and its features over ``source``."""
    group = spec.groups[name]
    part = f"{name}-v{group.version}"
    registered = gcp.vertex.AiFeatureGroup(
        scope.label(part, "group"),
        project=project,
        region=scope.region,
        name=scope.name("feature_group", name, f"v{group.version}"),
        description=group.description or f"Features {name} of {group.entity}.",
        big_query=gcp.vertex.AiFeatureGroupBigQueryArgs(
            big_query_source=gcp.vertex.AiFeatureGroupBigQueryBigQuerySourceArgs(input_uri=source),
            entity_id_columns=[spec.entities[group.entity].key],
        ),
        deletion_policy="PREVENT" if scope.posture.deletion_protection else "DELETE",
        labels=scope.tags(entity=group.entity),
        opts=scope.options(stateful=True),
    )
    features = [
        gcp.vertex.AiFeatureGroupFeature(
            scope.label(part, feature),
            project=project,
            region=scope.region,
            feature_group=registered.name,
            name=feature,
            version_column_name=feature,
            labels=scope.tags(type=kind.value),
            opts=scope.options(),
        )
        for feature, kind in group.features.items()
    ]
    return registered, features


def _serve(
    scope: Scope,
    project: Input[str],
    name: str,
    group: FeatureGroup,
    *,
    store: gcp.vertex.AiFeatureOnlineStore,
    registered: gcp.vertex.AiFeatureGroup,
    features: list[gcp.vertex.AiFeatureGroupFeature],
    identity: IdentityRef | None,
) -> None:
    """Copy the newest values of a group to the online store, and let serving read them."""
    part = f"{name}-v{group.version}"
    view = gcp.vertex.AiFeatureOnlineStoreFeatureview(
        scope.label(part, "online"),
        project=project,
        region=scope.region,  # optional in the class, required by the provider behind it
        name=scope.name("feature_view", name, f"v{group.version}"),
        feature_online_store=store.name,
        feature_registry_source=gcp.vertex.AiFeatureOnlineStoreFeatureviewFeatureRegistrySourceArgs(
            feature_groups=[
                gcp.vertex.AiFeatureOnlineStoreFeatureviewFeatureRegistrySourceFeatureGroupArgs(
                    feature_group_id=registered.name, feature_ids=[feature.name for feature in features]
                )
            ]
        ),
        sync_config=gcp.vertex.AiFeatureOnlineStoreFeatureviewSyncConfigArgs(cron=scope.facts.schedules[SYNC]),
        deletion_policy="PREVENT" if scope.posture.deletion_protection else "DELETE",
        labels=scope.tags(entity=group.entity),
        opts=scope.options(stateful=True),
    )
    if identity is not None:
        gcp.vertex.AiFeatureOnlineStoreFeatureviewIamMember(
            scope.label(part, "serving"),
            project=project,
            region=scope.region,
            feature_online_store=store.name,
            feature_view=view.name,
            role=gcp_grants.FEATURE_READER,
            member=identity["serving_principal"],
            opts=scope.options(),
        )
