"""One customer key per data class, rotated, protected, usable by the services that encrypt with it."""

from components.keys.component import LEGS, Keys
from components.keys.contract import KeysArgs, KeysOutputs, KeysSpec

__all__ = ["LEGS", "Keys", "KeysArgs", "KeysOutputs", "KeysSpec"]
