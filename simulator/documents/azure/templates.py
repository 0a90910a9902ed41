"""ARM templates of deployments.

https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax. Properties of the resources inside are not
checked here; template expressions (``[…]``) pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from simulator.documents.fault import Document, Fault, Place, items, listed, texts
from simulator.documents.shape import ANY, MAP, TEXT, checker, record
from simulator.values import is_unknown

_RESOURCE = {
    "type": "object",
    "required": ["type", "apiVersion", "name"],
    "properties": {
        "type": {
            "type": "string",
            "pattern": r"^\[|^[A-Za-z0-9]+(\.[A-Za-z0-9]+)+(/[A-Za-z0-9]+)+$",
            "description": "Provider.Name/type",
        },
        "apiVersion": {
            "type": "string",
            "pattern": r"^\[|^\d{4}-\d{2}-\d{2}(-(preview|alpha|beta|rc|privatepreview))?$",
            "description": "a date such as 2025-12-01",
        },
        "name": {"type": "string", "minLength": 1},
        "dependsOn": {"type": "array", "items": TEXT},
    },
}

_TEMPLATE = checker(
    record(
        {
            "$schema": {
                "type": "string",
                "pattern": r"^https?://schema\.management\.azure\.com/schemas/[\w-]+/\w*deploymentTemplate\.json#?$",
                "description": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            },
            "contentVersion": {"type": "string", "pattern": r"^\d+(\.\d+){3}$", "description": "1.0.0.0"},
            "languageVersion": TEXT,
            "apiProfile": TEXT,
            "definitions": MAP,
            "parameters": MAP,
            "variables": MAP,
            "functions": {"type": "array"},
            "resources": {"anyOf": [{"type": "array", "items": _RESOURCE}, {"type": "object"}]},
            "outputs": MAP,
            "metadata": ANY,
        },
        required=("$schema", "contentVersion", "resources"),
    )
)


def template(document: Document) -> Iterator[Fault]:
    """Grammar of an ARM template."""
    value = document.value
    found = list(_TEMPLATE(value, ()))
    yield from found
    if found or not isinstance(value, dict) or not isinstance(value["resources"], list):
        return
    known = [one["name"] for one in value["resources"] if isinstance(one, dict) and isinstance(one.get("name"), str)]
    taken: set[tuple[str, str]] = set()
    for place, resource in items(value["resources"], ("resources",)):
        if is_unknown(resource) or is_unknown(resource["type"]) or is_unknown(resource["name"]):
            continue
        type_, name = resource["type"], resource["name"]
        if type_.startswith("[") or name.startswith("["):
            continue
        if len(name.split("/")) != len(type_.split("/")) - 1 and "/providers/" not in type_:
            yield Fault(
                (*place, "name"),
                f"the name '{name}' of type '{type_}' has incorrect segment lengths",
                f"{len(type_.split('/')) - 1} segments, one for every type after the provider",
            )
        if (type_.lower(), name.lower()) in taken:
            yield Fault(place, f"the resource '{type_} {name}' is defined twice")
        taken.add((type_.lower(), name.lower()))
        yield from _dependencies(resource.get("dependsOn", []), (*place, "dependsOn"), known)


def _dependencies(needed: Any, place: Place, known: list[str]) -> Iterator[Fault]:
    for where, one in texts(needed, place):
        if not re.search(r"^\[|/", one) and one not in known:
            yield Fault(where, f"the resource '{one}' is not defined in the template", listed(known))
