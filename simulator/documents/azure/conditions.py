"""Conditions of Azure role assignments (attribute-based access control).

Format and operators: https://learn.microsoft.com/azure/role-based-access-control/conditions-format. Attributes are
checked for their source only: each provider has its own and no installed data lists them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from simulator.documents.fault import Fault, Place, listed, nearest
from simulator.documents.reader import Malformed, Reader, tokens_of

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


def condition_faults(text: str, place: Place) -> Iterator[Fault]:
    """Yield what is wrong with a condition."""
    if len(text.encode()) > MAX_BYTES:
        yield Fault(place, f"the condition has {len(text.encode())} bytes", f"at most {MAX_BYTES}")
    try:
        reader = _Reader(tokens_of(text, _TOKEN, quotes=""), len(text))
        reader.either()
        reader.end("AND, OR")
    except Malformed as error:
        yield Fault(place, f"the condition does not parse: {error}", error.allowed, error.hint)


class _Reader(Reader):
    def either(self) -> None:
        self.enter()
        self._one()
        while self.take("AND", "OR", "&&", "||"):
            self._one()
        self.leave()

    def _one(self) -> None:
        while self.take("!", "NOT"):
            pass
        if self.take("("):
            self.either()
            self.need(")")
            return
        kind, word, _ = self.peek()
        if kind == "word" and word in FUNCTIONS:
            self.skip()
            self._values("{", "}", exactly_one=True)
        elif kind == "word" and word in EXISTENCE:
            self.skip()
            self._attribute()
        elif kind == "attribute":
            self._attribute()
            self._operator()
            self._right()
        elif kind == "word":
            known = (*FUNCTIONS, *EXISTENCE)
            raise Malformed(f"'{word}' is no function of conditions", listed(known), nearest(word, known))
        else:
            raise self.unexpected("a comparison, a function or '('")

    def _attribute(self) -> None:
        kind, word, _ = self.peek()
        if kind != "attribute":
            raise self.unexpected("an attribute such as @Resource[provider/type:name]")
        source = word[1:].partition("[")[0]
        if source not in SOURCES:
            raise Malformed(f"'@{source}' is no source of attributes", ", ".join(f"@{one}" for one in SOURCES))
        self.skip()

    def _operator(self) -> None:
        kind, word, _ = self.peek()
        if kind != "word":
            raise self.unexpected("an operator")
        head, colon, rest = word.partition(":")
        operator = rest if colon else head
        if colon and head not in SETS:
            raise Malformed(f"'{head}' is no set operator", ", ".join(SETS), nearest(head, SETS))
        if operator not in OPERATORS:
            raise Malformed(f"'{operator}' is no operator", listed(OPERATORS, 8), nearest(operator, OPERATORS))
        self.skip()

    def _right(self) -> None:
        kind, word, _ = self.peek()
        if word == "{":
            self._values("{", "}", exactly_one=False)
        elif kind == "attribute":
            self._attribute()
        elif kind in ("string", "number", "guid") or word in ("true", "false"):
            self.skip()
        else:
            raise self.unexpected("a value")

    def _values(self, opening: str, closing: str, *, exactly_one: bool) -> None:
        self.need(opening)
        count = 0
        while not self.take(closing):
            if count:
                self.need(",")
            if self.peek()[0] not in ("string", "number", "guid"):
                raise self.unexpected("a value")
            self.skip()
            count += 1
        if count == 0 or (exactly_one and count != 1):
            raise Malformed(f"there are {count} values in {{}}", "exactly one" if exactly_one else "at least one")
