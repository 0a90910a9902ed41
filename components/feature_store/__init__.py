"""Entities, groups and features with one definition for training (offline) and serving (online)."""

from components.feature_store.component import LEGS, FeatureStore
from components.feature_store.contract import FeatureStoreArgs, FeatureStoreOutputs, FeatureStoreSpec

__all__ = ["LEGS", "FeatureStore", "FeatureStoreArgs", "FeatureStoreOutputs", "FeatureStoreSpec"]
