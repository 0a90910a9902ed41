"""One resource of a stack, in memory and as the state file writes it (``apitype.ResourceV3`` of the Pulumi CLI)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

from simulator.engine import urn as urns
from simulator.engine.errors import StateError
from simulator.engine.refusals import STATE_FEATURE
from simulator.engine.secrets import Crypter
from simulator.model import SECRET_SIG, SIG_KEY, Props


@dataclass(frozen=True)
class CustomTimeouts:
    """Limits of the operations, in seconds; 0 means the provider's own."""

    create: float = 0
    update: float = 0
    delete: float = 0
    read: float = 0


@dataclass(eq=False)
class Resource:
    """The state of one resource. Two states are equal only if they are the same object."""

    urn: str
    type: str
    custom: bool
    id: str = ""
    inputs: Props = field(default_factory=dict)
    outputs: Props = field(default_factory=dict)
    parent: str = ""
    protect: bool = False
    external: bool = False
    delete: bool = False
    pending_replacement: bool = False
    dependencies: list[str] = field(default_factory=list)
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    provider: str = ""
    init_errors: list[str] = field(default_factory=list)
    additional_secret_outputs: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    custom_timeouts: CustomTimeouts = field(default_factory=CustomTimeouts)
    import_id: str = ""
    retain_on_delete: bool = False
    deleted_with: str = ""
    replace_with: list[str] = field(default_factory=list)
    replacement_trigger: Any = None
    ignore_changes: list[str] = field(default_factory=list)
    replace_on_changes: list[str] = field(default_factory=list)
    hide_diff: list[str] = field(default_factory=list)
    created: str = ""
    modified: str = ""
    taint: bool = False
    source_position: str = ""
    stack_trace: list[Any] = field(default_factory=list)
    refresh_before_update: bool = False
    hooks: dict[str, list[str]] = field(default_factory=dict)
    """Names of resource hooks by kind (``BeforeCreate``…); see :mod:`simulator.engine.hooks`."""

    @property
    def name(self) -> str:
        return urns.name_of(self.urn)

    def copy(self, **changes: Any) -> Resource:
        return replace(self, **changes)

    def above(self) -> Iterator[str]:
        """The URNs this resource depends on: its parent, if it has one, and what it needs."""
        if self.parent:
            yield self.parent
        yield from self.needs()

    def needs(self) -> Iterator[str]:
        """The URNs this resource depends on, without its parent."""
        yield from self.dependencies
        for some in self.property_dependencies.values():
            yield from some
        if self.deleted_with:
            yield self.deleted_with
        yield from self.replace_with
        if self.provider:
            yield urns.split_reference(self.provider)[0]


_JSON_NAMES = {
    "pending_replacement": "pendingReplacement",
    "property_dependencies": "propertyDependencies",
    "init_errors": "initErrors",
    "additional_secret_outputs": "additionalSecretOutputs",
    "custom_timeouts": "customTimeouts",
    "import_id": "importID",
    "retain_on_delete": "retainOnDelete",
    "deleted_with": "deletedWith",
    "replace_with": "replaceWith",
    "replacement_trigger": "replacementTrigger",
    "ignore_changes": "ignoreChanges",
    "replace_on_changes": "replaceOnChanges",
    "hide_diff": "hideDiff",
    "source_position": "sourcePosition",
    "stack_trace": "stackTrace",
    "refresh_before_update": "refreshBeforeUpdate",
    "hooks": "resourceHooks",
}
_FIELDS = tuple((item.name, _JSON_NAMES.get(item.name, item.name)) for item in fields(Resource))
_ALWAYS = frozenset({"urn", "custom", "type"})
# Written by newer engines for features that this one refuses; a file that has them must not be rewritten without them.
_REFUSED = {
    "viewOf": "resource views",
    "extensionRef": "extension packages",
    "snippetID": "snippets",
}


_KEYS = {key for _, key in _FIELDS} | set(_REFUSED)
_DEFAULTS = Resource("", "", False)
_SHAPES: dict[str, type] = {
    name: dict if name == "custom_timeouts" else type(getattr(_DEFAULTS, name))
    for name, _ in _FIELDS
    if name != "replacement_trigger"
}
_FREE = frozenset({"inputs", "outputs", "stack_trace", "custom_timeouts"})
"""Fields whose content is anybody's."""


def _shaped(urn: str, name: str, key: str, value: Any) -> Any:
    """A field of a resource, of the right shape. Raises :class:`StateError`."""
    expected = _SHAPES.get(name)
    if expected is None:
        return value
    fits = isinstance(value, expected)
    if fits and name not in _FREE:
        if expected is dict:
            # The CLI writes null for a property that depends on nothing.
            value = {part: [] if some is None else some for part, some in value.items()}
            fits = all(
                isinstance(some, list) and all(isinstance(item, str) for item in some) for some in value.values()
            )
        elif expected is list:
            fits = all(isinstance(item, str) for item in value)
    if not fits:
        raise StateError(
            f"the state file is corrupt: {key} of {urn} is no {expected.__name__}; restore it from a backup, or export "
            "the stack again"
        )
    return value


class Codec:
    """Resources to and from JSON. Keeps the ciphertext of an unchanged secret, so that files stay comparable."""

    def __init__(self, crypter: Crypter) -> None:
        self._crypter = crypter
        self._known: dict[tuple[str, str], str] = {}

    def encode(self, resource: Resource) -> dict[str, Any]:
        document: dict[str, Any] = {}
        for name, key in _FIELDS:
            value = getattr(resource, name)
            if name in ("inputs", "outputs", "replacement_trigger"):
                value = self._seal(resource.urn, value)
            elif name == "custom_timeouts":
                limits = {key: value for key, value in vars(value).items() if value}
                value = limits
            if value or key in _ALWAYS:
                document[key] = value
        return document

    def decode(self, document: dict[str, Any]) -> Resource:
        """Raises :class:`StateError` when a secret cannot be read or the resource needs a feature that is missing."""
        urn = document.get("urn") if isinstance(document, dict) else None
        if not isinstance(urn, str) or not isinstance(document.get("type"), str):
            raise StateError("the state file has a resource without urn or type")
        if not urns.valid(urn):
            raise StateError(f"the state file is corrupt: {urn!r} is no URN; restore it from a backup")
        for key, feature in _REFUSED.items():
            if document.get(key):
                raise StateError(f"the state file uses {feature} ({key} of {urn}): {STATE_FEATURE.remedy}")
        values: dict[str, Any] = {}
        unknown = sorted(set(document) - _KEYS)
        if unknown:
            raise StateError(
                f"the state file has unknown fields in {urn}: {', '.join(unknown)}; a newer Pulumi CLI may have "
                f"written them; {STATE_FEATURE.remedy}"
            )
        for name, key in _FIELDS:
            if key not in document or document[key] is None:
                continue
            value = _shaped(urn, name, key, document[key])
            if name in ("inputs", "outputs", "replacement_trigger"):
                value = self._open(urn, value)
            elif name == "custom_timeouts":
                value = CustomTimeouts(**{limit: value.get(limit) or 0 for limit in vars(CustomTimeouts())})
            values[name] = value
        return Resource(**{"custom": False, **values})

    def _seal(self, urn: str, value: Any) -> Any:
        if isinstance(value, dict):
            if value.get(SIG_KEY) == SECRET_SIG:
                text = json.dumps(_bare(value.get("value")), sort_keys=True, separators=(",", ":"))
                if (urn, text) not in self._known:
                    self._known[urn, text] = self._crypter.encrypt(text)
                return {SIG_KEY: SECRET_SIG, "ciphertext": self._known[urn, text]}
            return {key: self._seal(urn, item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._seal(urn, item) for item in value]
        return value

    def _open(self, urn: str, value: Any, *, bare: bool = False) -> Any:
        """``bare``: inside a secret, where inner secrets are marked but not encrypted once more."""
        if isinstance(value, dict):
            if value.get(SIG_KEY) == SECRET_SIG:
                if "plaintext" in value:
                    text = value["plaintext"]
                elif "ciphertext" not in value:
                    raise StateError(f"a secret of {urn} has no ciphertext")
                elif bare:
                    text = value["ciphertext"]
                else:
                    text = self._crypter.decrypt(value["ciphertext"])
                    self._known[urn, text] = value["ciphertext"]
                return {SIG_KEY: SECRET_SIG, "value": self._open(urn, json.loads(text), bare=True)}
            return {key: self._open(urn, item, bare=bare) for key, item in value.items()}
        if isinstance(value, list):
            return [self._open(urn, item, bare=bare) for item in value]
        return value


def _bare(value: Any) -> Any:
    """The content of a secret, in which inner secrets need no second lock but keep their mark."""
    if isinstance(value, dict):
        if value.get(SIG_KEY) == SECRET_SIG:
            text = json.dumps(_bare(value.get("value")), sort_keys=True, separators=(",", ":"))
            return {SIG_KEY: SECRET_SIG, "ciphertext": text}
        return {key: _bare(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_bare(item) for item in value]
    return value


def now() -> str:
    """The time as the state file writes it: RFC 3339, UTC, fractions without trailing zeros as Go prints them."""
    moment = datetime.now(UTC)
    fraction = f".{moment.microsecond:06}".rstrip("0").rstrip(".")
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"
