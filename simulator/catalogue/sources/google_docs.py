"""Facts in the documentation that the Google provider generates for its own arguments.

``Possible values are: `A`, `B`.`` is written by the generator of the provider from the list that the provider itself
checks, so it is a fact of the provider. Expressions and lengths that a description names in words are taken as
``prose``: they repeat the API's words, which at times speak of another value than the one they stand by.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from simulator.catalogue.facts import Confidence, Fact, Rule
from simulator.catalogue.facts import Mapping as Coverage
from simulator.catalogue.packages import PACKAGES
from simulator.catalogue.shapes import Shape
from simulator.catalogue.sources.places import beneath
from simulator.catalogue.types import Kind, ObjectType, Property

_LISTED = re.compile(r"(?:Possible values are|Each value may be one of): ((?:`[^`]+`(?:,\s+)?)+)\.")
_LITERAL = re.compile(r"`([^`]+)`")
_OFFERED = re.compile(r"(?:\b[Vv]alues?\b|\b[Ee]ither\b|\b[Oo]ne of\b).*", re.DOTALL)
_CAPITALS = re.compile(r"\b[A-Z][A-Z0-9_]{3,}\b")
_EXPRESSION = re.compile(
    r"(?:match|matching|matches|comply with|conform to|of the form)(?: the)?(?: following)?"
    r"(?: regular expression| regex| pattern)?:?\s+`(\^?[^`\s]*[\[(][^`\s]*[\])}*+?]\$?)`"
)
_LENGTH = re.compile(r"(?:must|should) be (?:between )?(\d+)\s*(?:-|to|and)\s*(\d+) characters(?: long| in length)?\b")
_AT_MOST = re.compile(
    r"(?:must|can|may) be (?:at most|no longer than|up to|no more than) (\d+) (?:UTF-8 )?characters\b"
)
_SENTENCE: Final = 400
"""Characters of a description in which a rule speaks of the value itself."""


def listed(prop: Property) -> tuple[str, ...]:
    """Return the values that the documentation of a property lists as the only ones; empty where it lists none.

    The generated check of an argument that may be left out lets the empty string pass (magic-modules,
    ``verify.ValidateEnum``).
    """
    found = _LISTED.search(prop.doc)
    if found is None:
        return ()
    return tuple(sorted({*_LITERAL.findall(found.group(1)), *(() if prop.required else ("",))}))


def speaks_against(prop: Property, values: Collection[str]) -> bool:
    """Tell whether the documentation names values that are not among these: the provider then has words of its own."""
    named = _OFFERED.search(prop.doc)
    return named is not None and bool(set(_CAPITALS.findall(named.group())) - {*values})


class GoogleDocs:
    """The fact source of the provider's documentation."""

    @property
    def name(self) -> str:
        """The kind of document; the version is that of the SDK of the shape."""
        return f"documentation of {PACKAGES['gcp']}"

    def facts(self, shape: Shape) -> Iterator[Fact]:
        """Yield what the documentation of the inputs says."""
        if shape.package != "gcp":
            return
        source = f"{PACKAGES['gcp']} {shape.version} documentation"
        for path, prop in _places(shape.inputs, "", ()):
            values = listed(prop)
            if values:
                items = "[*]" if prop.type.kind in (Kind.ARRAY, Kind.MAP) else ""
                yield Fact(shape.token, path + items, Rule.ENUM, list(values), source, Confidence.PROVIDER)
            elif prop.type.kind is Kind.STRING:
                for rule, value in in_words(prop.doc):
                    yield Fact(shape.token, path, rule, value, source, Confidence.PROSE)

    def mapping(self, shape: Shape) -> Coverage | None:
        """Nothing is mapped: the documentation is that of the property itself."""
        return None


def in_words(text: str) -> Iterator[tuple[Rule, Any]]:
    """Yield the expression and the lengths that a description names.

    >>> list(in_words("The name must be 1-63 characters long and match the regular expression `[a-z]([-a-z0-9]*)?`."))
    [(<Rule.PATTERN: 'pattern'>, '[a-z]([-a-z0-9]*)?'), (<Rule.MIN_LENGTH: 'minLength'>, 1), \
(<Rule.MAX_LENGTH: 'maxLength'>, 63)]
    """
    flat = " ".join(text.split())[:_SENTENCE]
    expressions = _EXPRESSION.findall(flat)
    if len(expressions) == 1 and _compiles(expressions[0]):
        yield Rule.PATTERN, expressions[0]
    if between := _LENGTH.search(flat):
        yield Rule.MIN_LENGTH, int(between.group(1))
        yield Rule.MAX_LENGTH, int(between.group(2))
    elif most := _AT_MOST.search(flat):
        yield Rule.MAX_LENGTH, int(most.group(1))


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _places(
    properties: Mapping[str, Property], head: str, above: tuple[ObjectType, ...]
) -> Iterator[tuple[str, Property]]:
    for name, prop in sorted(properties.items()):
        path = f"{head}.{name}" if head else name
        yield path, prop
        inner, steps = beneath(prop.type)
        if inner is not None and inner not in above:
            yield from _places(inner.properties, path + steps, (*above, inner))
