"""Which name of an AWS API a property of the SDK stands for.

The provider renames what it takes over: ``name`` for ``EndpointConfigName``, ``kmsKeyArn`` for ``KmsKeyId``,
``clientIdLists`` for ``ClientIDList``. The rules here find the name behind it, surest rule first and each name once.
What no rule finds is left out: a wrong guess would refuse programs that AWS accepts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import IntEnum

_ABBREVIATED = (("configurations", "config"), ("configuration", "config"), ("configs", "config"))
_IDENTIFIERS = ("arns", "arn", "ids", "id")


class Likeness(IntEnum):
    """By which rule two names were found to be one; the lower, the surer."""

    SAME = 0
    """But for case, underscores and ``Configuration`` written ``Config``."""
    NUMBER = 1
    """But for the plural."""
    NOUN = 2
    """But for the name of the type before it (``name``, ``EndpointConfigName``)."""
    DOCUMENT = 3
    """But for ``Document`` after it (``policy``, ``PolicyDocument``)."""
    BARE = 4
    """But for ``Name`` after it (``function``, ``FunctionName``)."""
    IDENTIFIER = 5
    """But for ``Arn`` and ``Id`` after it: formats of the one may not hold for the other."""


def fold(name: str) -> str:
    """Return a name without case, separators and the long form of ``Config``."""
    folded = re.sub(r"[^a-z0-9]", "", name.lower())
    for long, short in _ABBREVIATED:
        folded = folded.replace(long, short)
    return folded


def singular(folded: str) -> str:
    """Return the singular of a folded name, as far as its ending tells."""
    if folded.endswith("ies") and len(folded) > 4:
        return f"{folded[:-3]}y"
    if folded.endswith(("sses", "xes", "ches")):
        return folded[:-2]
    return folded[:-1] if folded.endswith("s") and not folded.endswith("ss") else folded


def pair(names: Iterable[str], members: Iterable[str], nouns: Iterable[str] = ()) -> dict[str, tuple[str, Likeness]]:
    """Return name of the SDK -> name of the API and the rule that found it, for the names that have one.

    ``nouns`` are what the type, or the object that the names belong to, is called.
    """
    waiting = list(names)
    free = list(members)
    folded_nouns = list(dict.fromkeys(fold(noun) for noun in nouns if noun))
    found: dict[str, tuple[str, Likeness]] = {}
    for rule in Likeness:
        by_key: dict[str, list[str]] = {}
        for member in free:
            by_key.setdefault(_member_key(rule, fold(member)), []).append(member)
        for name in tuple(waiting):
            for key in _name_keys(rule, fold(name), folded_nouns):
                held = by_key.get(key, [])
                if len(held) == 1 and held[0] in free:
                    found[name] = (held[0], rule)
                    waiting.remove(name)
                    free.remove(held[0])
                    break
    return found


def _member_key(rule: Likeness, folded: str) -> str:
    match rule:
        case Likeness.SAME:
            return folded
        case Likeness.IDENTIFIER:
            return singular(_without_identifier(folded))
        case _:
            return singular(folded)


def _name_keys(rule: Likeness, folded: str, nouns: list[str]) -> Iterator[str]:
    plain = singular(folded)
    match rule:
        case Likeness.SAME:
            yield folded
        case Likeness.NUMBER:
            yield plain
        case Likeness.NOUN:
            for noun in nouns:
                yield noun + plain
                if plain.startswith(noun) and len(plain) > len(noun):
                    yield plain.removeprefix(noun)
        case Likeness.DOCUMENT:
            yield f"{plain}document"
        case Likeness.BARE:
            yield f"{plain}name"
        case Likeness.IDENTIFIER:
            yield singular(_without_identifier(folded))
            for noun in nouns:
                yield singular(_without_identifier(noun + folded))


def _without_identifier(folded: str) -> str:
    for ending in _IDENTIFIERS:
        if folded.endswith(ending) and len(folded) > len(ending) + 2:
            return folded.removesuffix(ending)
    return folded
