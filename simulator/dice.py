"""Values that look random and are the same every time: ids, suffixes, GUIDs."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class Dice:
    """A source of such values for one object; equal seeds throw equal values."""

    seed: str

    @classmethod
    def of(cls, *parts: object) -> Dice:
        """Make a source from what tells the object apart from all others."""
        return cls("\x1f".join(str(part) for part in parts))

    def hex(self, length: int, label: str = "") -> str:
        """Return ``length`` lower-case hexadecimal digits (at most 128)."""
        return hashlib.sha512(f"{self.seed}\x1f{label}".encode()).hexdigest()[:length]

    def digits(self, length: int, label: str = "") -> str:
        """Return ``length`` decimal digits that do not begin with zero."""
        number = int(self.hex(40, f"digits {label}"), 16)
        return str(number % (9 * 10 ** (length - 1)) + 10 ** (length - 1))

    def guid(self, label: str = "") -> str:
        """Return a version 4 GUID."""
        return str(uuid.UUID(hex=self.hex(32, f"guid {label}"), version=4))

    def letters(self, length: int, label: str = "") -> str:
        """Return ``length`` lower-case letters and digits."""
        alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
        digest = hashlib.sha512(f"{self.seed}\x1fletters {label}".encode()).digest()
        return "".join(alphabet[byte % 36] for byte in digest[:length])
