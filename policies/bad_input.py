"""What is wrong with settings, and the nearest word that is right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class SettingsError(ValueError):
    """Settings that are wrong; ``faults`` has one message per fault: where, what, allowed, remedy."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


def nearest(word: str, known: Iterable[str]) -> str:
    """`` (did you mean …?)`` with the closest known word, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""
