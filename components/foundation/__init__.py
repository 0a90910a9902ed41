"""The place where everything else of a stack lives, and its account."""

from components.foundation.component import LEGS, Foundation
from components.foundation.contract import FoundationArgs, FoundationOutputs, FoundationSpec

__all__ = ["LEGS", "Foundation", "FoundationArgs", "FoundationOutputs", "FoundationSpec"]
