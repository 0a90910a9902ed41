"""Feature store on AWS: SageMaker feature groups over one Glue database, with a role of its own.

Names carry the version: the provider replaces a group to change its schema or description, and the new one fails on the
name as long as the old one stands, so publish a new version instead. Descriptions therefore live on the database, where
they can be edited. Deleting a group leaves its files in zone features.

Not here: computing features, and Lake Formation permissions, which belong to the data platform.
"""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output

from components.clouds.aws_arn import Arns, arns
from components.clouds.aws_iam import WORKLOAD_PATH, Statement, grant, service_role
from components.clouds.aws_kms import CRYPT
from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.errors import Fault, TripodError
from components.core.refs import IdentityRef
from components.core.scope import Scope
from components.core.vocabulary import Provision, Role
from components.feature_store.contract import (
    FeatureGroup,
    FeatureStoreArgs,
    FeatureStoreOutputs,
    FeatureStoreSpec,
    FeatureType,
)

SUPPORT = Support(means=Means.NATIVE, by="SageMaker Feature Store, Glue Data Catalog")
GAPS: tuple[Gap, ...] = ()

PREFIX = "feature-store"
"""Where the offline store lies in zone features; SageMaker adds account, region and a time below it."""

DATABASE = "features"
"""Last part of the database's name; what stands before it is the prefix of the groups' names."""

TYPES = {
    FeatureType.STRING: "String",
    FeatureType.INTEGER: "Integral",
    FeatureType.FLOAT: "Fractional",
    FeatureType.BOOLEAN: "Integral",  # 0 or 1
    FeatureType.TIMESTAMP: "String",  # ISO 8601
}
"""SageMaker has three types (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_FeatureDefinition.html)."""

GROUP_ACCESS: Mapping[Role, tuple[str, ...]] = {
    Role.TRAINING: (
        "sagemaker:BatchGetRecord",
        "sagemaker:DescribeFeatureGroup",
        "sagemaker:GetRecord",
        "sagemaker:PutRecord",
    ),
    Role.PIPELINE: ("sagemaker:DescribeFeatureGroup",),
    Role.SERVING: ("sagemaker:BatchGetRecord", "sagemaker:DescribeFeatureGroup", "sagemaker:GetRecord"),
    Role.MONITORING: ("sagemaker:DescribeFeatureGroup",),
}
"""Only training writes; serving reads the newest values; monitoring compares with the offline store."""
CATALOGUE_READERS = (Role.TRAINING, Role.MONITORING)
"""Roles that read tables of the offline store."""


def build(scope: Scope, spec: FeatureStoreSpec, args: FeatureStoreArgs) -> FeatureStoreOutputs:
    """Make database, role and groups, and grant reading and writing; or grant on the existing store.

    Raises:
        TripodError: where the store exists and nobody says which it is.
    """
    names = arns(scope, args["foundation"])
    if spec.mode is Provision.EXISTING:
        return _existing(scope, names, args)
    database = aws.glue.CatalogDatabase(
        scope.label("database"),
        name=scope.name("glue_database", DATABASE),
        description=f"Feature store of {scope.prefix}",
        parameters=_catalogue(spec),
        tags=scope.tags(),
        opts=scope.options(stateful=True),
    )
    groups: list[aws.sagemaker.FeatureGroup] = []
    if spec.groups:
        writer = service_role(
            scope,
            "offline-store",
            f"Writes the offline store of {scope.prefix}",
            "sagemaker.amazonaws.com",
            names.account,
            path=WORKLOAD_PATH,
        )
        writing = [
            grant(scope, "offline-store-grant", writer.name, *_writer(names, database.name, args)),
            grant(scope, "offline-store-key", writer.name, _key_use(scope, args)),
        ]
        for name in spec.groups:
            groups.append(_group(scope, spec, name, args, database=database, writer=writer, depends_on=writing))
        if "identity" in args:
            own = [Output.concat("feature-group/", group.feature_group_name) for group in groups]
            _grant_groups(scope, names, database.name, own, args["identity"])
    online = Output.from_input("")
    if spec.online:
        online = Output.concat(f"featurestore-runtime.sagemaker.{scope.region}.", aws.get_partition_output().dns_suffix)
    return FeatureStoreOutputs(
        store_id=database.name,
        offline_uri=Output.concat(args["storage"]["features_uri"], "/", PREFIX),
        online_endpoint=online,
    )


def _existing(scope: Scope, names: Arns, args: FeatureStoreArgs) -> FeatureStoreOutputs:
    """Outputs of the existing store, and access to its groups, known by the prefix that they share with it."""
    store = args.get("existing")
    if store is None:
        raise TripodError(
            Fault(
                where="feature_store.existing",
                what="the store exists, but nobody says which it is",
                allowed="the outputs of the stack that made it",
                remedy="name the data stack (tripod:data), or set feature_store.mode to create",
            )
        )
    store_id = Output.from_input(store["store_id"])
    if "identity" in args:
        prefix = store_id.apply(lambda name: name.removesuffix(f"_{DATABASE}").replace("_", "-"))
        _grant_groups(scope, names, store_id, [Output.concat("feature-group/", prefix, "-*")], args["identity"])
    return FeatureStoreOutputs(
        store_id=store_id,
        offline_uri=Output.from_input(store["offline_uri"]),
        online_endpoint=Output.from_input(store.get("online_endpoint", "")),
    )


def _catalogue(spec: FeatureStoreSpec) -> dict[str, str]:
    """Entities and descriptions as parameters of the database."""
    parameters = {f"entity.{name}.key": entity.key for name, entity in spec.entities.items()}
    described: dict[str, str] = {
        f"entity.{name}.description": entity.description for name, entity in spec.entities.items()
    }
    described |= {f"group.{name}.description": group.description for name, group in spec.groups.items()}
    return parameters | {key: text for key, text in described.items() if text}


def _group(
    scope: Scope,
    spec: FeatureStoreSpec,
    name: str,
    args: FeatureStoreArgs,
    *,
    database: aws.glue.CatalogDatabase,
    writer: aws.iam.Role,
    depends_on: Sequence[pulumi.Resource],
) -> aws.sagemaker.FeatureGroup:
    """One version of a feature group. Identifier and event time are features too."""
    group = spec.groups[name]
    version = f"v{group.version}"
    key = spec.entities[group.entity].key
    schema = {key: FeatureType.STRING, group.event_time: FeatureType.TIMESTAMP, **group.features}
    definitions = [
        aws.sagemaker.FeatureGroupFeatureDefinitionArgs(feature_name=feature, feature_type=TYPES[kind])
        for feature, kind in schema.items()
    ]
    return aws.sagemaker.FeatureGroup(
        scope.label(name, version),
        feature_group_name=scope.name("feature_group", name, version),
        record_identifier_feature_name=key,
        event_time_feature_name=group.event_time,
        feature_definitions=definitions,
        role_arn=writer.arn,
        offline_store_config=aws.sagemaker.FeatureGroupOfflineStoreConfigArgs(
            s3_storage_config=aws.sagemaker.FeatureGroupOfflineStoreConfigS3StorageConfigArgs(
                s3_uri=Output.concat(args["storage"]["features_uri"], "/", PREFIX),
                kms_key_id=args["keys"]["data_key_id"],
            ),
            data_catalog_config=aws.sagemaker.FeatureGroupOfflineStoreConfigDataCatalogConfigArgs(
                catalog="AwsDataCatalog",
                database=database.name,
                table_name=scope.name("glue_table", name, version),
            ),
            disable_glue_table_creation=False,  # Iceberg needs SageMaker to make the table
            table_format="Iceberg",
        ),
        online_store_config=_online(group, args) if group.online else None,
        tags=scope.tags(entity=group.entity),
        opts=scope.options(stateful=True, depends_on=depends_on),
    )


def _online(group: FeatureGroup, args: FeatureStoreArgs) -> aws.sagemaker.FeatureGroupOnlineStoreConfigArgs:
    ttl = None
    if group.ttl_days is not None:
        ttl = aws.sagemaker.FeatureGroupOnlineStoreConfigTtlDurationArgs(unit="Days", value=group.ttl_days)
    return aws.sagemaker.FeatureGroupOnlineStoreConfigArgs(
        enable_online_store=True,
        storage_type="Standard",
        security_config=aws.sagemaker.FeatureGroupOnlineStoreConfigSecurityConfigArgs(
            kms_key_id=args["keys"]["data_key_id"]
        ),
        ttl_duration=ttl,
    )


def _tables(names: Arns, database: Input[str]) -> tuple[Input[str], ...]:
    """What Glue checks for a request on tables: catalogue, database and tables."""
    return (
        names.regional("glue", "catalog"),
        names.regional("glue", Output.concat("database/", database)),
        names.regional("glue", Output.concat("table/", database, "/*")),
    )


def _writer(names: Arns, database: Input[str], args: FeatureStoreArgs) -> tuple[Statement, ...]:
    """What writing an Iceberg offline store needs
    (https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-cross-account-access-offline-store.html)."""
    bucket = args["storage"]["features_id"]
    return (
        Statement(
            sid="FindBucket",
            actions=("s3:GetBucketAcl", "s3:GetBucketLocation", "s3:ListBucket"),
            resources=(bucket,),
        ),
        Statement(
            sid="WriteFeatures",
            actions=(
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",  # Iceberg compacts and rewrites
                "s3:GetObject",
                "s3:PutObject",
                "s3:PutObjectAcl",
            ),
            resources=(Output.concat(bucket, f"/{PREFIX}/*"),),
        ),
        Statement(
            sid="WriteTables",
            actions=("glue:CreateTable", "glue:GetDatabase", "glue:GetTable", "glue:UpdateTable"),
            resources=_tables(names, database),
        ),
    )


def _key_use(scope: Scope, args: FeatureStoreArgs) -> Statement:
    through = [f"{service}.{scope.region}.amazonaws.com" for service in ("s3", "sagemaker")]
    return Statement(
        sid="UseDataKey",
        actions=CRYPT,
        resources=(args["keys"]["data_key_id"],),
        conditions={"StringEquals": {"kms:ViaService": through}},
    )


def _grant_groups(
    scope: Scope,
    names: Arns,
    database: Input[str],
    groups: Sequence[Input[str]],
    identity: IdentityRef,
) -> None:
    """Grant :data:`GROUP_ACCESS` on ``groups`` (``feature-group/<name>``)."""
    principals: dict[Role, Input[str]] = {
        Role.TRAINING: identity["training_principal"],
        Role.PIPELINE: identity["pipeline_principal"],
        Role.SERVING: identity["serving_principal"],
        Role.MONITORING: identity["monitoring_principal"],
    }
    arn = [names.regional("sagemaker", group) for group in groups]
    for role, actions in GROUP_ACCESS.items():
        statements = [Statement(sid="UseGroups", actions=actions, resources=arn)]
        if role in CATALOGUE_READERS:
            statements.append(
                Statement(
                    sid="ReadTables",
                    actions=("glue:GetDatabase", "glue:GetTable", "glue:GetTables"),
                    resources=_tables(names, database),
                )
            )
        grant(scope, f"{role.value}-features", principals[role], *statements)
