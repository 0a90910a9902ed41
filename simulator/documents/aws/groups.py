"""Queries of resource groups and parameters of AWS Config rules."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.documents.fault import Document, Fault
from simulator.documents.shape import TEXT, array, checker, grammar, record

rule_parameters = grammar({"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}})
"""Input parameters of a rule of AWS Config: https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigRule.html."""

_TAG_FILTERS = checker(
    record(
        {
            "ResourceTypeFilters": array(
                {
                    "type": "string",
                    "pattern": r"^AWS::(AllSupported|[A-Za-z0-9]+::[A-Za-z0-9]+(::[A-Za-z0-9]+)?)$",
                    "description": "AWS::AllSupported or AWS::Service::Type",
                },
                least=1,
            ),
            "TagFilters": array(record({"Key": TEXT, "Values": array(TEXT, most=20)}, required=("Key",)), most=50),
        },
        required=("ResourceTypeFilters",),
    )
)
_STACK = checker(
    record(
        {"ResourceTypeFilters": array(TEXT), "StackIdentifier": TEXT},
        required=("ResourceTypeFilters", "StackIdentifier"),
    )
)


def group_query(document: Document) -> Iterator[Fault]:
    """Grammar of the query of a resource group; its type stands beside it.

    https://docs.aws.amazon.com/ARG/latest/APIReference/API_ResourceQuery.html.
    """
    query = document.beside.get("resourceQuery")
    kind = query.get("type", "TAG_FILTERS_1_0") if isinstance(query, dict) else ""
    if kind == "TAG_FILTERS_1_0":
        yield from _TAG_FILTERS(document.value, ())
    elif kind == "CLOUDFORMATION_STACK_1_0":
        yield from _STACK(document.value, ())
