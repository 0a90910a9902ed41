"""Automatic names, as the three providers make them.

pulumi-aws and pulumi-gcp name an optional ``name`` ``<logical>-<7 hex>`` and remember it in ``__defaults``;
azure-native names the last part of a resource path ``<logical><8 hex>`` when it stands at the top of its provider, a
GUID for role assignments, a copy of the logical name for children, and remembers a random one in
``__createBeforeDelete``.
Sources: pulumi-terraform-bridge ``pkg/tfbridge/names.go``; pulumi-aws and pulumi-gcp ``provider/resources.go``;
pulumi-azure-native ``provider/pkg/resources/resources.go`` (AutoNamer) and ``provider/pkg/provider/provider.go``.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.dice import Dice

DEFAULTS = "__defaults"
"""Bridged providers: the inputs that were filled in."""
CREATE_BEFORE_DELETE = "__createBeforeDelete"
"""azure-native: the name is random, so a replacement may be created before the old one is deleted."""


@dataclass(frozen=True)
class AutoName:
    """How one type is named when the program gives no name."""

    input: str
    separator: str = "-"
    length: int = 7
    longest: int = 255
    lower: bool = False

    def make(self, logical: str, dice: Dice) -> str:
        """Return a name; a logical name that is too long is cut, where the bridge would fail."""
        suffix = dice.hex(self.length, f"autoname {self.input}")
        head = logical[: self.longest - len(self.separator) - self.length]
        name = f"{head}{self.separator}{suffix}"
        return name.lower() if self.lower else name
