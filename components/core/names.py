"""Physical names: one rule per kind of resource and cloud, and one function that obeys them."""

import hashlib
import re
from dataclasses import dataclass

from components.core.errors import Fault, TripodError


@dataclass(frozen=True, kw_only=True)
class NameRule:
    """What a cloud allows as the name of one kind of resource."""

    max: int
    """Greatest number of characters."""
    pattern: str
    """Regular expression that the whole name matches."""
    url: str
    """The vendor page or API model that states the rule."""
    separator: str = "-"
    """What joins the parts; empty where the cloud allows only letters and digits."""
    unique: bool = False
    """Whether the name is unique beyond the stack's account or soft-deleted names stay taken: adds a suffix."""
    min: int = 1


def suffix(*seeds: str) -> str:
    """Five characters ``[a-z0-9]``, letter first, that depend on nothing but the seeds, so plans repeat."""
    digest = int.from_bytes(hashlib.sha256("/".join(seeds).encode()).digest()[:8])
    letters, alphabet = "abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz0123456789"
    digest, first = divmod(digest, len(letters))
    out = letters[first]
    for _ in range(4):
        digest, index = divmod(digest, len(alphabet))
        out += alphabet[index]
    return out


def build_name(kind: str, rule: NameRule, parts: list[str], short: str, tail: str) -> str:
    """Join ``parts`` as ``rule`` allows, with the ``short`` name in place of the first part where needed.

    Raises:
        TripodError: where even the short form is too long or has a character that the rule refuses.
    """

    def joined(head: str) -> str:
        pieces = [head, *parts[1:], *([tail] if rule.unique else [])]
        cleaned = [re.sub(r"[-_]+", rule.separator, piece) for piece in pieces if piece]
        return rule.separator.join(cleaned)

    name = joined(parts[0])
    if len(name) > rule.max:
        name = joined(short)
    if not rule.min <= len(name) <= rule.max or not re.fullmatch(rule.pattern, name):
        spare = rule.max - (len(name) - len(short))
        raise TripodError(
            Fault(
                where=f"name of {kind}",
                what=f"'{name}' ({len(name)} characters) is not allowed",
                allowed=f"{rule.min} to {rule.max} characters matching {rule.pattern} ({rule.url})",
                remedy=f"set short_name in the blueprint to at most {max(spare, 1)} lower-case letters or digits",
            )
        )
    return name
