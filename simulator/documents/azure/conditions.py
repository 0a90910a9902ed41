"""Conditions of Azure role assignments (attribute-based access control).

Format and operators: https://learn.microsoft.com/azure/role-based-access-control/conditions-format. Attributes are
checked for their source only: each provider has its own and no installed data lists them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from simulator.documents.fault import Fault, Place, listed, nearest

MAX_BYTES = 8 * 1024
SOURCES = ("Environment", "Principal", "Request", "Resource")
FUNCTIONS = ("ActionMatches", "SubOperationMatches")
EXISTENCE = ("Exists", "NotExists")
SETS = ("ForAllOfAllValues", "ForAllOfAnyValues", "ForAnyOfAllValues", "ForAnyOfAnyValues")

_COMPARISONS = {
    "String": ("Equals", "Like", "StartsWith"),
    "Numeric": ("Equals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"),
    "DateTime": ("Equals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"),
    "Bool": ("Equals",),
    "Guid": ("Equals",),
}


def _operators() -> frozenset[str]:
    names: set[str] = set()
    for kind, tests in _COMPARISONS.items():
        for test in tests:
            negative = not test.startswith(("Less", "Greater"))
            for word in (test, f"Not{test}") if negative else (test,):
                names.add(f"{kind}{word}")
                if kind == "String":
                    names.add(f"{kind}{word}IgnoreCase")
    return frozenset(names)


OPERATORS = _operators()

_TOKEN = re.compile(
    r"\s+|(?P<string>'(?:[^'\\]|\\.|'')*')|(?P<attribute>@[A-Za-z]+\[[^\]]*\])|(?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}"
    r"-[0-9a-fA-F]{12})|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z]+(?::[A-Za-z]+)?)|(?P<op>&&|\|\||[(){},!])"
)


class _Bad(ValueError):
    def __init__(self, what: str, allowed: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.fault = (what, allowed, hint)


def condition_faults(text: str, place: Place) -> Iterator[Fault]:
    """Yield what is wrong with a condition."""
    if len(text.encode()) > MAX_BYTES:
        yield Fault(place, f"the condition has {len(text.encode())} bytes", f"at most {MAX_BYTES}")
    try:
        reader = _Reader(_tokens(text), len(text))
        reader.either()
        reader.end()
    except _Bad as error:
        what, allowed, hint = error.fault
        yield Fault(place, f"the condition does not parse: {what}", allowed, hint)


def _tokens(text: str) -> list[tuple[str, str, int]]:
    tokens: list[tuple[str, str, int]] = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise _Bad(f"unexpected '{text[position]}' at character {position}")
        if found.lastgroup is not None:
            tokens.append((found.lastgroup, found.group(), position))
        position = found.end()
    return tokens


class _Reader:
    def __init__(self, tokens: list[tuple[str, str, int]], length: int) -> None:
        self._tokens = tokens
        self._length = length
        self._at = 0
        self._depth = 0

    def _peek(self) -> tuple[str, str, int]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "", self._length)

    def _take(self, *words: str) -> bool:
        if self._peek()[1] in words:
            self._at += 1
            return True
        return False

    def _need(self, word: str) -> None:
        if not self._take(word):
            raise self._unexpected(f"'{word}'")

    def _unexpected(self, wanted: str) -> _Bad:
        kind, word, position = self._peek()
        got = "the end" if kind == "end" else f"'{word}' at character {position}"
        return _Bad(f"expected {wanted}, got {got}")

    def end(self) -> None:
        if self._peek()[0] != "end":
            raise self._unexpected("AND, OR or the end")

    def either(self) -> None:
        self._depth += 1
        if self._depth > 40:
            raise _Bad("it is nested deeper than 40 levels")
        self._one()
        while self._take("AND", "OR", "&&", "||"):
            self._one()
        self._depth -= 1

    def _one(self) -> None:
        while self._take("!", "NOT"):
            pass
        if self._take("("):
            self.either()
            self._need(")")
            return
        kind, word, _ = self._peek()
        if kind == "word" and word in FUNCTIONS:
            self._at += 1
            self._values("{", "}", exactly_one=True)
        elif kind == "word" and word in EXISTENCE:
            self._at += 1
            self._attribute()
        elif kind == "attribute":
            self._attribute()
            self._operator()
            self._right()
        elif kind == "word":
            known = (*FUNCTIONS, *EXISTENCE)
            raise _Bad(f"'{word}' is no function of conditions", listed(known), nearest(word, known))
        else:
            raise self._unexpected("a comparison, a function or '('")

    def _attribute(self) -> None:
        kind, word, _ = self._peek()
        if kind != "attribute":
            raise self._unexpected("an attribute such as @Resource[provider/type:name]")
        source = word[1:].partition("[")[0]
        if source not in SOURCES:
            raise _Bad(f"'@{source}' is no source of attributes", ", ".join(f"@{one}" for one in SOURCES))
        self._at += 1

    def _operator(self) -> None:
        kind, word, _ = self._peek()
        if kind != "word":
            raise self._unexpected("an operator")
        head, colon, rest = word.partition(":")
        operator = rest if colon else head
        if colon and head not in SETS:
            raise _Bad(f"'{head}' is no set operator", ", ".join(SETS), nearest(head, SETS))
        if operator not in OPERATORS:
            raise _Bad(f"'{operator}' is no operator", listed(OPERATORS, 8), nearest(operator, OPERATORS))
        self._at += 1

    def _right(self) -> None:
        kind, word, _ = self._peek()
        if word == "{":
            self._values("{", "}", exactly_one=False)
        elif kind == "attribute":
            self._attribute()
        elif kind in ("string", "number", "guid") or word in ("true", "false"):
            self._at += 1
        else:
            raise self._unexpected("a value")

    def _values(self, opening: str, closing: str, *, exactly_one: bool) -> None:
        self._need(opening)
        count = 0
        while not self._take(closing):
            if count:
                self._need(",")
            if self._peek()[0] not in ("string", "number", "guid"):
                raise self._unexpected("a value")
            self._at += 1
            count += 1
        if count == 0 or (exactly_one and count != 1):
            raise _Bad(f"there are {count} values in {{}}", "exactly one" if exactly_one else "at least one")
