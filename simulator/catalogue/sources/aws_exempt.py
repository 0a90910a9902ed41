"""Where the provider accepts what the models of AWS do not, or means something else by a name. Each row says why."""

from __future__ import annotations

from typing import Final

from simulator.catalogue.facts import Rule
from simulator.catalogue.sources.aws_model import Exempt

_REPLACES: Final = frozenset({Rule.REPLACES})
_ENUM: Final = frozenset({Rule.ENUM})
_TEXT: Final = frozenset({Rule.PATTERN, Rule.MIN_LENGTH, Rule.MAX_LENGTH})

EXEMPT: Final = (
    Exempt(
        "aws:glue/connection:Connection", "connectionType", _ENUM, "the documentation uses SNOWFLAKE, which Glue takes"
    ),
    Exempt(
        "aws:s3/bucketVersioning:*", "versioningConfiguration.status", _ENUM, "Disabled: the provider calls nothing"
    ),
    Exempt(
        "aws:lambda/eventSourceMapping:*",
        "selfManagedEventSource.endpoints",
        _TEXT,
        "one text of servers with commas, which the provider splits",
    ),
    Exempt("aws:glue/catalogTable:*", "openTableFormatInput", _REPLACES, "the provider updates what is in it"),
)


def exempt(token: str, path: str, rule: Rule) -> bool:
    """Tell whether a fact is to be left out."""
    return any(row.covers(token, path, rule) for row in EXEMPT)
