"""Model groups, the image repository, tracking, and the approval that a release needs."""

from components.registry.component import LEGS, Registry
from components.registry.contract import RegistryArgs, RegistryOutputs, RegistrySpec

__all__ = ["LEGS", "Registry", "RegistryArgs", "RegistryOutputs", "RegistrySpec"]
