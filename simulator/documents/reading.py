"""Reads documents that come as text; a document may also be given as an object."""

from __future__ import annotations

import base64
import json
from typing import Any

import yaml

from simulator.documents.fault import Document, Fault
from simulator.model import UNKNOWN
from simulator.values import is_unknown

MAX_DEPTH = 60
"""Deeper nesting is refused before a grammar walks it; no vendor accepts a document that deep."""


class _Twice(ValueError):
    """A key was written twice."""


def read_json(value: Any, beside: dict[str, Any]) -> tuple[Document | None, Fault | None]:
    """Return the document in JSON text, or why it is none; (None, None) when it is unknown."""
    if is_unknown(value) or (isinstance(value, str) and UNKNOWN in value):
        return None, None
    if not isinstance(value, str):
        return _shallow(Document(value, "", beside))
    try:
        return _shallow(Document(json.loads(value, object_pairs_hook=_pairs), value, beside))
    except _Twice as error:
        return None, Fault((), f"the key {error} is written twice in one object")
    except (ValueError, RecursionError) as error:
        return None, Fault((), f"it is not JSON ({error})"[:200])


def read_yaml(value: Any, beside: dict[str, Any]) -> tuple[Document | None, Fault | None]:
    """Return the document in YAML or JSON text."""
    if is_unknown(value) or (isinstance(value, str) and UNKNOWN in value):
        return None, None
    if not isinstance(value, str):
        return _shallow(Document(value, "", beside))
    if value.lstrip().startswith("{"):  # JSON is YAML, and read a hundred times faster
        document, refusal = read_json(value, beside)
        if document is not None:
            return document, refusal
    try:
        return _shallow(Document(yaml.load(value, Loader=_LOADER), value, beside))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return None, Fault((), f"it is not YAML ({' '.join(str(error).split())})"[:300])


def read_base64_yaml(value: Any, beside: dict[str, Any]) -> tuple[Document | None, Fault | None]:
    """Return the document in YAML that is written in base64."""
    if is_unknown(value) or not isinstance(value, str):
        return None, None
    try:
        text = base64.b64decode(value, validate=True).decode()
    except ValueError as error:
        return None, Fault((), f"it is not base64 of text ({error})"[:200])
    return read_yaml(text, beside)


def read_value(value: Any, beside: dict[str, Any]) -> tuple[Document | None, Fault | None]:
    """Return a value as it is: an object, or text with a grammar of its own."""
    if is_unknown(value) or (isinstance(value, str) and UNKNOWN in value):
        return None, None
    return _shallow(Document(value, value if isinstance(value, str) else "", beside))


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key, value in pairs:
        if key in read:
            raise _Twice(repr(key))
        read[key] = value
    return read


def _shallow(document: Document) -> tuple[Document | None, Fault | None]:
    level, values = 0, [document.value]
    while values:
        level += 1
        if level > MAX_DEPTH:
            return None, Fault((), f"it is nested deeper than {MAX_DEPTH} levels")
        deeper: list[Any] = []
        for value in values:
            if isinstance(value, dict):
                deeper += value.values()
            elif isinstance(value, list):
                deeper += value
        values = deeper
    return document, None


class _LOADER(yaml.SafeLoader):
    """Safe YAML in which dates stay text, as the clouds read it."""


_LOADER.yaml_implicit_resolvers = {
    first: [pair for pair in resolvers if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
