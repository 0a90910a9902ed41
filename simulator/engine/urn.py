"""URNs and provider references.

``urn:pulumi:<stack>::<project>::<qualified type>::<name>``, where the qualified type lists the types of the parents,
joined by ``$``, without the root stack. See https://www.pulumi.com/docs/iac/concepts/resources/names/#urns.
"""

from __future__ import annotations

STACK_TYPE = "pulumi:pulumi:Stack"
PROVIDER_PREFIX = "pulumi:providers:"
_PREFIX = "urn:pulumi:"


def make(stack: str, project: str, parent: str, type_: str, name: str) -> str:
    """The URN of a resource under ``parent`` (a URN, or empty)."""
    qualified = type_
    if parent:
        above = qualified_type(parent)
        if above != STACK_TYPE:
            qualified = f"{above}${type_}"
    return f"{_PREFIX}{stack}::{project}::{qualified}::{name}"


def _parts(urn: str) -> list[str]:
    parts = urn.removeprefix(_PREFIX).split("::", 3)
    if not urn.startswith(_PREFIX) or len(parts) != 4:
        raise ValueError(f"{urn!r} is no URN")
    return parts


def valid(urn: str) -> bool:
    """Whether the text has the parts of a URN."""
    return urn.startswith(_PREFIX) and urn.removeprefix(_PREFIX).count("::") >= 3


def qualified_type(urn: str) -> str:
    return _parts(urn)[2]


def type_of(urn: str) -> str:
    return _parts(urn)[2].rpartition("$")[2]


def name_of(urn: str) -> str:
    return _parts(urn)[3]


def is_provider(type_: str) -> bool:
    return type_.startswith(PROVIDER_PREFIX)


def provider_package(type_: str) -> str:
    """The package that a provider resource configures."""
    return type_.removeprefix(PROVIDER_PREFIX)


def is_default_provider(urn: str) -> bool:
    """Whether the URN is that of a provider the engine made by itself."""
    if not is_provider(type_of(urn)):
        return False
    name = name_of(urn)
    return name == "default" or name.startswith("default_")


def split_reference(reference: str) -> tuple[str, str]:
    """URN and id of a provider reference ``<urn>::<id>``."""
    urn, separator, id_ = reference.rpartition("::")
    if not separator or not id_:
        raise ValueError(f"{reference!r} is no provider reference")
    return urn, id_


def package_of(type_: str) -> str:
    """The package of a type or function token."""
    return type_.partition(":")[0]
