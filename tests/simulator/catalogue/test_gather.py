"""Which facts of several sources are kept, and why the others are not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.catalogue import gather as gathering
from simulator.catalogue import overrides
from simulator.catalogue.facts import Confidence, Fact, Mapping, Rule
from simulator.catalogue.gather import gather, types_at
from simulator.catalogue.shapes import Shape, shape_of
from simulator.catalogue.sources.sdk import resource_index
from simulator.catalogue.types import Kind

CONFIG = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
ACCOUNT = "azure-native:storage:StorageAccount"


class Said:
    """A source that says what it is told to."""

    name = "said"

    def __init__(self, *facts: Fact) -> None:
        self._facts = facts

    def facts(self, shape: Shape) -> Iterator[Fact]:
        yield from self._facts

    def mapping(self, shape: Shape) -> Mapping | None:
        return None


def fact(path: str, rule: Rule, value: object, confidence: Confidence = Confidence.API, token: str = CONFIG) -> Fact:
    """A fact of a made-up source."""
    return Fact(token, path, rule, value, f"{confidence} source", confidence)


def test_of_two_that_disagree_the_surer_one_wins_then_the_earlier_source() -> None:
    weak, strong = fact("name", Rule.MAX_LENGTH, 10, Confidence.PROSE), fact("name", Rule.MAX_LENGTH, 63)
    later = fact("name", Rule.MAX_LENGTH, 64)
    found = gather(shape_of(CONFIG), (Said(weak), Said(strong), Said(later)))
    assert found.facts == (strong,)
    assert found.skipped == {"another value in a stronger source": 2}


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        (fact("nome", Rule.MAX_LENGTH, 3), "no such input"),
        (fact("productionVariants[*].x", Rule.MAX_LENGTH, 3), "no such input"),
        (fact("productionVariants", Rule.PATTERN, "a"), "not of the type of the input"),
        (fact("name", Rule.PATTERN, "a("), "a pattern that does not compile"),
        (fact("", Rule.CONFLICTS, ["name", "nome"]), "names a member that is not there"),
        (fact("productionVariants[*].variantName", Rule.REQUIRED, True), "overridden"),
        (fact("sku.name", Rule.ENUM, ["Standard_LRS"], token=ACCOUNT), "the SDK leaves the values open"),
    ],
)
def test_what_does_not_fit_the_shape_is_left_out_with_its_reason(stated: Fact, reason: str) -> None:
    found = gather(shape_of(stated.token), (Said(stated),))
    assert found.facts == ()
    assert found.skipped[reason] == 1


def test_bounds_that_no_value_keeps_are_left_out() -> None:
    found = gather(shape_of(CONFIG), (Said(fact("name", Rule.MIN_LENGTH, 9), fact("name", Rule.MAX_LENGTH, 3)),))
    assert found.facts == ()
    assert found.skipped["no value is within the bounds"] == 2


def test_an_object_may_have_several_groups() -> None:
    groups = [fact("", Rule.CONFLICTS, ["name", "namePrefix"]), fact("", Rule.CONFLICTS, ["tags", "region"])]
    assert gather(shape_of(CONFIG), (Said(*groups),)).facts == tuple(groups)


def test_a_path_leads_through_every_member_of_a_union() -> None:
    inputs = shape_of("azure-native:machinelearningservices:Compute").inputs
    assert {one.kind for one in types_at(inputs, "properties.properties.vmSize")} == {Kind.STRING}
    assert types_at(inputs, "properties.properties.wmSize") == ()


def test_every_override_is_of_a_type_that_exists_and_says_why() -> None:
    for row in overrides.DROPPED:
        package = row.token.split(":")[0]
        assert row.reason, row
        assert row.source.startswith("https://"), row
        assert "*" in row.token or row.token in resource_index(package), row
    for added in overrides.ADDED:
        assert gathering.gather(shape_of(added.token), ()).facts, added
        assert added.source, added
