"""The offline store on Google Cloud: a BigQuery table per feature group, and the view that Vertex AI reads.

A feature group takes entity and time from columns of its source, and the time must be called ``feature_timestamp``
(https://cloud.google.com/vertex-ai/docs/featurestore/latest/prepare-data-source). Where a group calls it something
else, a view renames it, so that the table has the same columns as on other clouds.
"""

import json
from dataclasses import asdict, dataclass

import pulumi_gcp as gcp
from pulumi import Input, Output

from components.core.errors import Fault, TripodError
from components.core.scope import Scope
from components.feature_store.contract import Entity, FeatureGroup, FeatureType

TIMESTAMP = "feature_timestamp"
"""Column that Vertex AI takes the time of a value from."""

TYPES: dict[FeatureType, str] = {
    FeatureType.STRING: "STRING",
    FeatureType.INTEGER: "INTEGER",
    FeatureType.FLOAT: "FLOAT",
    FeatureType.BOOLEAN: "BOOLEAN",
    FeatureType.TIMESTAMP: "TIMESTAMP",
}
"""Names as the API returns them: its synonyms (INT64, FLOAT64, BOOL) would show as changes for ever."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table, in the words of the API (https://cloud.google.com/bigquery/docs/schemas)."""

    name: str
    type: str
    mode: str
    description: str


def columns(entity: Entity, group: FeatureGroup) -> list[Column]:
    """Key, time, features in the order of the blueprint."""
    return [
        Column(name=entity.key, type="STRING", mode="REQUIRED", description=entity.description or "Entity."),
        Column(
            name=group.event_time, type="TIMESTAMP", mode="REQUIRED", description="When the features were true, in UTC."
        ),
        *(
            Column(name=name, type=TYPES[kind], mode="NULLABLE", description=f"Feature of {group.entity}.")
            for name, kind in group.features.items()
        ),
    ]


def make_source(
    scope: Scope, name: str, entity: Entity, group: FeatureGroup, *, dataset: gcp.bigquery.Dataset, key: Input[str]
) -> Output[str]:
    """Make the table of a group, and a view where one is needed; returns the ``bq://`` address of the source.

    Raises:
        TripodError: where the key or a feature is called ``feature_timestamp``.
    """
    if TIMESTAMP in (entity.key, *group.features):
        raise TripodError(
            Fault(
                where=f"feature_store.groups.{name}",
                what=f"'{TIMESTAMP}' is a column of its own: Vertex AI takes the time of a value from it",
                remedy=f"give the column another name, or set event_time to {TIMESTAMP}",
            )
        )
    part = f"{name}-v{group.version}"
    table = gcp.bigquery.Table(
        scope.label(part, "table"),
        project=dataset.project,
        dataset_id=dataset.dataset_id,
        table_id=scope.name("table", name, f"v{group.version}"),
        description=group.description or f"Features {name} of {group.entity}.",
        schema=json.dumps([asdict(column) for column in columns(entity, group)], sort_keys=True),
        time_partitioning=gcp.bigquery.TableTimePartitioningArgs(type="DAY", field=group.event_time),
        clusterings=[entity.key],
        encryption_configuration=gcp.bigquery.TableEncryptionConfigurationArgs(kms_key_name=key),
        deletion_protection=scope.posture.deletion_protection,  # on by default, and a destroy would then fail
        labels=scope.tags(entity=group.entity),
        opts=scope.options(stateful=True),
    )
    if group.event_time == TIMESTAMP:
        return Output.concat("bq://", dataset.project, ".", dataset.dataset_id, ".", table.table_id)
    view = gcp.bigquery.Table(
        scope.label(part, "view"),
        project=dataset.project,
        dataset_id=dataset.dataset_id,
        table_id=scope.name("table", name, f"v{group.version}", "source"),
        description=f"What the feature group reads: {name} with {group.event_time} as {TIMESTAMP}.",
        view=gcp.bigquery.TableViewArgs(
            query=Output.all(dataset.project, dataset.dataset_id, table.table_id).apply(
                lambda path: select(entity, group, ".".join(map(str, path)))
            ),
            use_legacy_sql=False,
        ),
        deletion_protection=False,  # holds no data
        labels=scope.tags(entity=group.entity),
        opts=scope.options(),
    )
    return Output.concat("bq://", dataset.project, ".", dataset.dataset_id, ".", view.table_id)


def select(entity: Entity, group: FeatureGroup, table: str) -> str:
    """Query of the view over ``table`` (``project.dataset.table``)."""
    chosen = [f"`{entity.key}`", f"`{group.event_time}` AS `{TIMESTAMP}`", *(f"`{name}`" for name in group.features)]
    return f"SELECT {', '.join(chosen)} FROM `{table}`"
