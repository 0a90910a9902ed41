"""Functions of pulumi-azure-native: who is asking, look-ups by path, and the keys of services.

Keys are made up and marked secret; they open nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from simulator.catalogue.shapes import shape_of
from simulator.dice import Dice
from simulator.functions.lookup import secret, shown
from simulator.model import CloudError, Props
from simulator.records import Stored
from simulator.store import Transaction

CLIENT_ID: Final = "11111111-1111-4111-8111-111111111111"
OBJECT_ID: Final = "22222222-2222-4222-8222-222222222222"
TENANT_ID: Final = "33333333-3333-4333-8333-333333333333"

_CONFIG: Final = "azure-native:authorization:getClientConfig"
_TOKEN: Final = "azure-native:authorization:getClientToken"
_GET: Final = re.compile(r"(?P<module>azure-native:\w+):get(?P<name>[A-Z]\w*)")


def _long(dice: Dice, name: str) -> Props:
    """A key of 64 bytes as Base64 writes it: 86 signs and two of padding."""
    return secret(f"{dice.letters(43, name)}{dice.letters(43, f'{name} more')}==")


def _storage(one: Stored, dice: Dice) -> Props:
    return {
        "keys": [
            {
                "keyName": name,
                "value": _long(dice, name),
                "permissions": "FULL",
                "creationTime": "2026-01-01T00:00:00Z",
            }
            for name in ("key1", "key2")
        ]
    }


def _pair(one: Stored, dice: Dice) -> Props:
    return {name: secret(dice.letters(32, name)) for name in ("primaryKey", "secondaryKey")}


def _shared(one: Stored, dice: Dice) -> Props:
    return {name: _long(dice, name) for name in ("primarySharedKey", "secondarySharedKey")}


def _registry(one: Stored, dice: Dice) -> Props:
    names = ("password", "password2")
    return {
        "username": one.id.rsplit("/", 1)[-1],
        "passwords": [{"name": name, "value": secret(dice.letters(32, name))} for name in names],
    }


_ML: Final = "azure-native:machinelearningservices"
_KEYS: Final[MappingProxyType[str, tuple[str, Callable[[Stored, Dice], Props]]]] = MappingProxyType(
    {
        "azure-native:storage:listStorageAccountKeys": ("azure-native:storage:StorageAccount", _storage),
        f"{_ML}:listOnlineEndpointKeys": (f"{_ML}:OnlineEndpoint", _pair),
        f"{_ML}:listBatchEndpointKeys": (f"{_ML}:BatchEndpoint", _pair),
        "azure-native:containerregistry:listRegistryCredentials": (
            "azure-native:containerregistry:Registry",
            _registry,
        ),
        "azure-native:operationalinsights:getSharedKeys": ("azure-native:operationalinsights:Workspace", _shared),
        "azure-native:redis:listRedisKeys": ("azure-native:redis:Redis", _pair),
    }
)
"""Function -> the type whose keys it lists, and what it answers."""


def invoke(
    token: str,
    args: Props,
    config: Props,
    subscription: str,
    store: Transaction,
    path_of: Callable[[str, Props], str],
) -> Props:
    """Answer a function; ``path_of`` makes the id of an object of a type from the arguments.

    Raises:
        CloudError: ``UnknownFunction`` for one not simulated, ``ResourceNotFound`` for an object that is not there.
    """
    if token == _CONFIG:
        return {
            "clientId": str(config.get("clientId") or CLIENT_ID),
            "objectId": OBJECT_ID,
            "subscriptionId": subscription,
            "tenantId": str(config.get("tenantId") or TENANT_ID),
        }
    if token == _TOKEN:
        return {"token": "simulated-token-that-opens-nothing"}
    if token in _KEYS:
        type_, answer = _KEYS[token]
        one = _find(token, type_, path_of(type_, args), store)
        return answer(one, Dice.of("keys", one.id.lower()))
    found = _GET.fullmatch(token)
    type_ = f"{found['module']}:{found['name']}" if found else ""
    if found is None or not _known(type_):
        simulated = ", ".join((_CONFIG, _TOKEN, *sorted(_KEYS)))
        raise CloudError(
            "UnknownFunction",
            f"'{token}' is not simulated; simulated are {simulated}, and get… of every type in the catalogue",
        )
    one = _find(token, type_, path_of(type_, args), store)
    return shown(one)


def _known(type_: str) -> bool:
    try:
        shape_of(type_)
    except CloudError as error:
        if error.code == "UnknownType":
            return False
        raise
    return True


def _find(token: str, type_: str, id_: str, store: Transaction) -> Stored:
    found = [one for one in store.named(id_.lower()) if one.type == type_]
    if not found:
        raise CloudError("ResourceNotFound", f"{token}: The Resource '{id_}' was not found")
    return found[0]
