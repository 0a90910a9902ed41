"""Zones raw, curated, features, artifacts, monitoring and logs, encrypted, versioned, private, logged."""

from components.storage.component import LEGS, Storage
from components.storage.contract import StorageArgs, StorageOutputs, StorageSpec

__all__ = ["LEGS", "Storage", "StorageArgs", "StorageOutputs", "StorageSpec"]
