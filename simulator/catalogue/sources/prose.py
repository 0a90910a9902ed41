"""Facts in the words of the SDKs' documentation: that a change forces a new resource.

The bridged SDKs repeat the argument reference of the Terraform provider property by property. Under azure-native a
word in the documentation changes nothing in the plan, so nothing is read there. Words are weak evidence: every fact
here is of confidence ``prose``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from simulator.catalogue.facts import Confidence, Fact, Rule
from simulator.catalogue.facts import Mapping as Found
from simulator.catalogue.packages import PACKAGES
from simulator.catalogue.shapes import Shape
from simulator.catalogue.sources.places import beneath
from simulator.catalogue.types import ObjectType, Property

_REPLACES = re.compile(
    r"forces? (?:a |the )?(?:creation of a )?(?:new resource|replacement|recreation)"
    r"|changing this (?:value )?(?:creates|forces|will (?:create|force|recreate))"
    r"|changing (?:it|this|the value) .{0,40}(?:new resource|replace|recreat)"
    r"|\bimmutable\b(?! tags)",
    re.IGNORECASE,
)


class Prose:
    """Fits :class:`simulator.catalogue.facts.FactSource`."""

    name = "documentation of the SDK"

    def facts(self, shape: Shape) -> Iterator[Fact]:
        """Yield what the documentation of the inputs says."""
        if shape.package == "azure-native":
            return
        source = f"{PACKAGES[shape.package]} {shape.version} documentation"
        for path in _walk(shape.inputs, "", ()):
            yield Fact(shape.token, path, Rule.REPLACES, True, source, Confidence.PROSE)

    def mapping(self, shape: Shape) -> Found | None:
        """Nothing is mapped: the documentation is that of the property itself."""
        return None


def _walk(properties: Mapping[str, Property], head: str, above: tuple[ObjectType, ...]) -> Iterator[str]:
    for name, prop in sorted(properties.items()):
        path = f"{head}.{name}" if head else name
        if _REPLACES.search(prop.doc):
            yield path
            continue
        inner, steps = beneath(prop.type)
        if inner is not None and inner not in above:
            yield from _walk(inner.properties, path + steps, (*above, inner))
