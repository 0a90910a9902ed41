"""What is registered in a feature store on Azure: entities, feature sets and their specification documents."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.feature_store.contract import Entity, FeatureGroup, FeatureType

ENTITY_VERSION = "1"
"""Entities have one version: their key is part of every set that uses them."""

TYPES: Mapping[FeatureType, str] = {
    FeatureType.STRING: "String",
    FeatureType.INTEGER: "Long",
    FeatureType.FLOAT: "Double",
    FeatureType.BOOLEAN: "Boolean",
    FeatureType.TIMESTAMP: "Datetime",
}
"""Data types of Azure ML features (https://learn.microsoft.com/azure/machine-learning/reference-yaml-featureset-spec)."""


@dataclass(frozen=True, kw_only=True)
class FeatureSetSpec:
    """``FeatureSetSpec.yaml``: where the values of a set lie and what its columns are."""

    source: str
    """``abfss://`` pattern of Parquet files that a pipeline has computed; there is no transformation code."""
    event_time: str
    key: str
    features: Mapping[str, FeatureType]

    def document(self) -> str:
        """The document; JSON, which every YAML parser reads."""
        content: dict[str, Any] = {
            "$schema": "http://azureml/sdk-2-0/FeatureSetSpec.json",
            "source": {"type": "parquet", "path": self.source, "timestamp_column": {"name": self.event_time}},
            "index_columns": [{"name": self.key, "type": TYPES[FeatureType.STRING].lower()}],
            "features": [
                {"name": name, "type": TYPES[feature].lower()} for name, feature in sorted(self.features.items())
            ],
        }
        return json.dumps(content, sort_keys=True, indent=2)


def spec_of(name: str, group: FeatureGroup, entity: Entity, offline_uri: str) -> FeatureSetSpec:
    """Specification of one version of a group, whose files lie below ``offline_uri``."""
    return FeatureSetSpec(
        source=f"{offline_uri}/{name}/v{group.version}/*.parquet",
        event_time=group.event_time,
        key=entity.key,
        features=group.features,
    )
