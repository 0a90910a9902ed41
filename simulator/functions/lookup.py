"""Functions that look an object up: ``get<Type>`` answered from the store, for every type of the catalogue.

A function is given some properties of an object and answers with all of them. Nothing found, and several found where
one is asked for, are errors, as with the providers. Not done: filters of EC2 other than tags and the plain properties
of an object (``vpc-id``, ``tag:Name``, ``cidr-block``), and most-recent choices.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Any, Final

from simulator.catalogue.shapes import shape_of
from simulator.model import SECRET_SIG, SIG_KEY, CloudError, Props
from simulator.records import State, Stored
from simulator.store import Transaction

_GET: Final = re.compile(r"(?P<module>[\w-]+:[\w/]+)/get(?P<name>\w+):get(?P=name)")
_OTHER_NAMES: Final = MappingProxyType(
    {
        "aws:ec2/getElasticIp:getElasticIp": "aws:ec2/eip:Eip",
        "gcp:kms/getKMSKeyRing:getKMSKeyRing": "gcp:kms/keyRing:KeyRing",
        "gcp:kms/getKMSCryptoKey:getKMSCryptoKey": "gcp:kms/cryptoKey:CryptoKey",
        "gcp:organizations/getNetwork:getNetwork": "gcp:compute/network:Network",
    }
)
"""Function -> type, where the two are named differently."""

_LISTS: Final = MappingProxyType(
    {
        "aws:ec2/getVpcs:getVpcs": "aws:ec2/vpc:Vpc",
        "aws:ec2/getSubnets:getSubnets": "aws:ec2/subnet:Subnet",
        "aws:ec2/getSecurityGroups:getSecurityGroups": "aws:ec2/securityGroup:SecurityGroup",
        "aws:ec2/getRouteTables:getRouteTables": "aws:ec2/routeTable:RouteTable",
    }
)
"""Function -> type of which it lists the ids."""

_MATCHED_APART: Final = frozenset({"tags", "filters", "region", "state", "mostRecent", "id"})


def type_of(token: str) -> str | None:
    """Return the resource type that a function of a bridged provider looks up, None for a function of another kind."""
    found = _GET.fullmatch(token)
    if found is None:
        return _LISTS.get(token)
    name = found["name"]
    guessed = f"{found['module']}/{name[0].lower()}{name[1:]}:{name}"
    known = _LISTS.get(token) or _OTHER_NAMES.get(token) or guessed
    try:
        shape_of(known)
    except CloudError as error:
        if error.code == "UnknownType":
            return None
        raise
    return known


def bridged(token: str, type_: str, args: Props, region: str, store: Transaction) -> Props:
    """Answer a look-up of pulumi-aws or pulumi-gcp.

    Raises :class:`CloudError` ``NotFound`` or ``Ambiguous`` where not exactly one object fits.
    """
    wanted = {key: value for key, value in args.items() if value is not None}
    place = str(wanted.get("region") or region)
    found = [one for one in store.of_types((type_,)) if _fits(one, wanted, place)]
    found += [one for one in store.all(State.KEPT) if one.type == type_ and _fits(one, wanted, place)]
    if token in _LISTS:
        return {**args, "id": place, "ids": [one.id for one in found], "region": place}
    called = ", ".join(f"{key}={value}" for key, value in wanted.items()) or "nothing given"
    if not found:
        raise CloudError("NotFound", f"{token}: no {type_} fits {called}")
    if len(found) > 1:
        ids = ", ".join(one.id for one in found)
        raise CloudError("Ambiguous", f"{token}: {len(found)} of {type_} fit {called} ({ids}); say more")
    return {**args, **shown(found[0])}


def secret(value: Any) -> Props:
    """Return a value that only the program may see."""
    return {SIG_KEY: SECRET_SIG, "value": value}


def shown(one: Stored) -> Props:
    """Return what a look-up answers of an object; what the SDK calls secret is marked."""
    secrets = shape_of(one.type).secrets
    outputs = {
        key: secret(value) if key in secrets and value is not None else value for key, value in one.outputs.items()
    }
    return {**outputs, "id": one.id}


def _fits(one: Stored, wanted: Props, place: str) -> bool:
    if one.outputs.get("region") not in (None, place):
        return False
    if "id" in wanted and wanted["id"] != one.id:
        return False
    tags = one.outputs.get("tagsAll") or one.outputs.get("tags") or {}
    if any(tags.get(key) != value for key, value in (wanted.get("tags") or {}).items()):
        return False
    if not all(_passes(one, tags, filter_) for filter_ in wanted.get("filters") or ()):
        return False
    return all(_says(one, key, value) for key, value in wanted.items() if key not in _MATCHED_APART)


def _says(one: Stored, key: str, value: Any) -> bool:
    """An object may be named by its id, ARN or e-mail address as well; a switch that is off asks nothing."""
    if value is False or value == one.outputs.get(key):
        return True
    return isinstance(value, str) and (
        value in (one.id, one.outputs.get("arn"), one.outputs.get("email")) or one.id.endswith(f"/{value}")
    )


def _passes(one: Stored, tags: Props, filter_: Props) -> bool:
    name, values = str(filter_.get("name")), list(filter_.get("values") or ())
    if name.startswith("tag:"):
        return tags.get(name.removeprefix("tag:")) in values
    head, *rest = name.split("-")
    key = head + "".join(step.capitalize() for step in rest)
    return (one.id if key == f"{_kind(one.type)}Id" else one.outputs.get(key)) in values


def _kind(type_: str) -> str:
    name = type_.rsplit(":", 1)[-1]
    return name[0].lower() + name[1:]
