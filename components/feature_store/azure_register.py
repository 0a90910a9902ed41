"""Registering entities and feature sets in a feature store on Azure.

A set's specification is a file in storage that has to exist before a version of the set can be registered, and the
provider uploads files with account keys over the public network only
(https://github.com/pulumi/pulumi-azure-native/issues/2015): so a sandbox registers versions itself, while elsewhere the
document waits in the properties of the set, for ``az ml feature-set create`` in CI.
"""

import pulumi
import pulumi_azure_native as azure
from pulumi import Output

from components.core.scope import Scope
from components.feature_store.azure_sets import ENTITY_VERSION, TYPES, spec_of
from components.feature_store.azure_store import Store
from components.feature_store.contract import Entity, FeatureGroup, FeatureStoreArgs, FeatureStoreSpec, FeatureType

ml = azure.machinelearningservices

SPECS = "specs"
"""Datastore of the specification documents."""
STAGE = "Development"
"""Without a stage, entities cannot be read
(https://learn.microsoft.com/azure/machine-learning/troubleshooting-managed-feature-store)."""
SPARK_SIZE = "standard_e8s_v3"
"""Machine of materialisation jobs
(https://learn.microsoft.com/azure/machine-learning/feature-set-materialization-concepts)."""


def register(scope: Scope, spec: FeatureStoreSpec, args: FeatureStoreArgs, store: Store, offline: Output[str]) -> None:
    """Entities and sets; versions of sets where their documents can be uploaded."""
    group_name = args["foundation"]["group_name"]
    entities: dict[str, pulumi.Resource] = {}
    for name, entity in spec.entities.items():
        container = ml.FeaturestoreEntityContainerEntity(
            scope.label("entity", name),
            name=name,
            workspace_name=store.made.name,
            resource_group_name=group_name,
            properties=ml.FeaturestoreEntityContainerPropertiesArgs(description=entity.description, tags=scope.tags()),
            opts=scope.options(stateful=True, depends_on=store.ready),
        )
        entities[name] = ml.FeaturestoreEntityVersion(
            scope.label("entity", name, "version"),
            name=container.name,
            version=ENTITY_VERSION,
            workspace_name=store.made.name,
            resource_group_name=group_name,
            properties=ml.FeaturestoreEntityVersionPropertiesArgs(
                description=entity.description,
                index_columns=[
                    ml.IndexColumnArgs(column_name=entity.key, data_type=TYPES[FeatureType.STRING]),
                ],
                stage=STAGE,
                tags=scope.tags(),
            ),
            opts=scope.options(stateful=True, replace_on_changes=["properties.indexColumns"]),
        )
    specs = _specs(scope, args, store) if spec.groups and scope.posture.public_access else None
    for name, group in spec.groups.items():
        document = _document(name, group, spec.entities[group.entity], offline)
        made = ml.FeaturesetContainerEntity(
            scope.label("set", name),
            name=name,
            workspace_name=store.made.name,
            resource_group_name=group_name,
            properties=ml.FeaturesetContainerPropertiesArgs(
                description=group.description,
                properties={
                    f"v{group.version}.entity": group.entity,
                    f"v{group.version}.materialization": _store_type(group),
                    f"v{group.version}.specification": document,
                },
                tags=scope.tags(),
            ),
            opts=scope.options(stateful=True, depends_on=[entities[group.entity]]),
        )
        if specs is not None:
            _version(scope, args, store, specs, container=made, name=name, group=group, document=document)


def _document(name: str, group: FeatureGroup, entity: Entity, offline: Output[str]) -> Output[str]:
    return offline.apply(lambda uri: spec_of(name, group, entity, uri).document())


def _specs(scope: Scope, args: FeatureStoreArgs, store: Store) -> ml.Datastore:
    """Where the documents of sets lie, as the workspace knows it."""
    container = azure.storage.BlobContainer(
        scope.label(SPECS),
        container_name=scope.name("container", SPECS),
        account_name=store.account.name,
        resource_group_name=args["foundation"]["group_name"],
        public_access=azure.storage.PublicAccess.NONE,
        opts=scope.options(),
    )
    return ml.Datastore(
        scope.label(SPECS, "datastore"),
        name=SPECS,
        workspace_name=store.made.name,
        resource_group_name=args["foundation"]["group_name"],
        properties=ml.AzureBlobDatastoreArgs(
            datastore_type="AzureBlob",
            account_name=store.account.name,
            container_name=container.name,
            endpoint="core.windows.net",
            protocol="https",
            credentials=ml.NoneDatastoreCredentialsArgs(credentials_type="None"),
            service_data_access_auth_identity=ml.ServiceDataAccessAuthIdentity.WORKSPACE_USER_ASSIGNED_IDENTITY,
        ),
        opts=scope.options(depends_on=store.ready, replace_on_changes=["properties"]),
    )


def _version(
    scope: Scope,
    args: FeatureStoreArgs,
    store: Store,
    specs: ml.Datastore,
    *,
    container: ml.FeaturesetContainerEntity,
    name: str,
    group: FeatureGroup,
    document: Output[str],
) -> None:
    """Upload the document of one version and register it."""
    foundation = args["foundation"]
    folder = f"{name}/v{group.version}"
    uploaded = azure.storage.Blob(
        scope.label("spec", name),
        blob_name=f"{folder}/FeatureSetSpec.yaml",
        container_name=scope.name("container", SPECS),
        account_name=store.account.name,
        resource_group_name=foundation["group_name"],
        content_type="application/yaml",
        source=document.apply(pulumi.StringAsset),
        opts=scope.options(depends_on=[specs]),
    )
    ml.FeaturesetVersion(
        scope.label("set", name, "version"),
        name=container.name,
        version=str(group.version),
        workspace_name=store.made.name,
        resource_group_name=foundation["group_name"],
        properties=ml.FeaturesetVersionPropertiesArgs(
            description=group.description,
            entities=[f"azureml:{group.entity}:{ENTITY_VERSION}"],
            specification=ml.FeaturesetSpecificationArgs(
                path=Output.concat("azureml://datastores/", specs.name, "/paths/", folder)
            ),
            materialization_settings=_materialization(group),
            stage=STAGE,
            tags=scope.tags(),
        ),
        opts=scope.options(stateful=True, depends_on=[uploaded], replace_on_changes=["properties.specification"]),
    )


def _store_type(group: FeatureGroup) -> str:
    """Files of a group are its offline store already; only the online store is materialised."""
    return str((ml.MaterializationStoreType.ONLINE if group.online else ml.MaterializationStoreType.NONE).value)


def _materialization(group: FeatureGroup) -> ml.MaterializationSettingsArgs:
    """Nightly copy into the cache, in UTC."""
    if not group.online:
        return ml.MaterializationSettingsArgs(store_type=_store_type(group))
    return ml.MaterializationSettingsArgs(
        store_type=_store_type(group),
        resource=ml.MaterializationComputeResourceArgs(instance_type=SPARK_SIZE),
        schedule=ml.RecurrenceTriggerArgs(
            trigger_type="Recurrence",
            frequency=ml.RecurrenceFrequency.DAY,
            interval=1,
            schedule=ml.RecurrenceScheduleArgs(hours=[1], minutes=[0]),
            time_zone="UTC",
        ),
    )
