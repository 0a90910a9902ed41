"""The state file of a stack: a Pulumi deployment of version 3, beside it a journal and a lock.

``<stack>.json`` is what ``pulumi stack export`` writes and ``pulumi stack import`` accepts. It is replaced atomically
at the end of a run. While a run goes on, every finished step appends one line to ``<stack>.json.journal``; a line that
records an effect on the cloud is synced to disk before the program learns of it. A run that is killed leaves both, and
:meth:`StateFile.load` replays the journal over the file: the cost of a step does not grow with the size of the stack.
The journal names the file it belongs to by hash, so a crash between the replacement of the file and the removal of the
journal does no harm. A torn last line is the step that never finished and is ignored.

Version 4 is written only when a resource uses a feature that version 3 cannot express, as the CLI does.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, TextIO

from simulator.engine import urn as urns
from simulator.engine.errors import StateError
from simulator.engine.refusals import SECRETS_PROVIDER, STATE_FEATURE
from simulator.engine.resource import Codec, Resource, now
from simulator.engine.secrets import Crypter
from simulator.model import Props

_FEATURES = {
    "taint": "taint",
    "replace_with": "replaceWith",
    "refresh_before_update": "refreshBeforeUpdate",
    "hooks": "hooks",
}
_NAMED_VERSION = "v3.272.0+tripod"


@dataclass(frozen=True)
class Operation:
    """An operation on the cloud that had begun and was never seen to end: ``creating``, ``updating``, ``deleting``…"""

    type: str
    resource: Resource


@dataclass
class Snapshot:
    """Everything a stack has: its resources in dependency order, and what an earlier run left unfinished."""

    resources: list[Resource] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)

    def stack(self) -> Resource | None:
        """The root resource, if the stack was ever deployed."""
        return next((item for item in self.resources if item.type == urns.STACK_TYPE and not item.delete), None)


class StateFile:
    """The state of one stack on disk."""

    def __init__(self, path: Path, passphrase: str) -> None:
        self.path = path
        self._passphrase = passphrase
        self._crypter: Crypter | None = None
        self._codec: Codec | None = None

    @property
    def journal_path(self) -> Path:
        return self.path.with_name(self.path.name + ".journal")

    @property
    def codec(self) -> Codec:
        if self._codec is None:
            self._crypter = self._crypter or Crypter(self._passphrase)
            self._codec = Codec(self._crypter)
        return self._codec

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps other runs off this stack. Raises :class:`StateError` naming the process that holds it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = self.path.with_name(self.path.name + ".lock")
        with lock.open("a+") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                handle.seek(0)
                holder = handle.read().strip() or "unknown"
                raise StateError(f"{self.path} is in use by process {holder}; wait for it or end it") from None
            handle.truncate(0)
            handle.write(str(os.getpid()))
            handle.flush()
            try:
                yield
            finally:
                handle.truncate(0)

    def load(self) -> Snapshot:
        """The snapshot on disk, with the journal of an interrupted run replayed.

        Raises :class:`StateError` for a file that is corrupt, of another version, or under another passphrase.
        """
        try:
            return self._load()
        except (TypeError, ValueError, AttributeError, KeyError, IndexError, RecursionError) as error:
            raise StateError(
                f"{self.path} is corrupt ({type(error).__name__}: {error}); restore it from a backup, or export the "
                "stack again"
            ) from error

    def _load(self) -> Snapshot:
        raw = self._read()
        document = self._parse(raw) if raw else {}
        if document:
            self._unlock(document)
        items = dict(enumerate(document.get("resources") or []))
        operations = list(document.get("pending_operations") or [])
        order, operations = _replay(self._lines(raw), items, operations)
        snapshot = Snapshot(
            [self.codec.decode(items[key]) for key in order],
            [Operation(item["type"], self.codec.decode(item["resource"])) for item in operations],
        )
        snapshot.resources = normalise(snapshot.resources)
        self._verify(snapshot.resources)
        return snapshot

    def outputs(self) -> Props | None:
        """The outputs of the stack, secrets marked; None when it was never deployed."""
        root = self.load().stack()
        return None if root is None else root.outputs

    def save(self, snapshot: Snapshot) -> None:
        """Replaces the file atomically and drops the journal."""
        encoded = json.dumps(self.document(snapshot), indent=4).encode()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name + ".")
        try:
            with os.fdopen(descriptor, "wb") as handle:
                handle.write(encoded)
                handle.flush()
                os.fsync(handle.fileno())
            Path(name).replace(self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _sync_directory(self.path.parent)
        self.journal_path.unlink(missing_ok=True)

    def document(self, snapshot: Snapshot) -> dict[str, Any]:
        """The untyped deployment (``apitype.UntypedDeployment``) of a snapshot, secrets encrypted."""
        features = {
            feature for name, feature in _FEATURES.items() if any(getattr(item, name) for item in snapshot.resources)
        }
        codec = self.codec
        assert self._crypter is not None
        deployment: dict[str, Any] = {
            "manifest": {
                "time": now(),
                "magic": hashlib.sha256(_NAMED_VERSION.encode()).hexdigest(),
                "version": _NAMED_VERSION,
            },
            "secrets_providers": {"type": "passphrase", "state": {"salt": self._crypter.salt}},
            "resources": [codec.encode(item) for item in snapshot.resources],
            "metadata": {},
        }
        if snapshot.operations:
            deployment["pending_operations"] = [
                {"resource": codec.encode(item.resource), "type": item.type} for item in snapshot.operations
            ]
        document: dict[str, Any] = {"version": 4 if features else 3, "deployment": deployment}
        if features:
            document["features"] = sorted(features)
        return document

    def journal(self) -> Journal:
        """Opens a new journal over the file as it is now."""
        codec = self.codec
        assert codec and self._crypter is not None
        return Journal(self.journal_path, hashlib.sha256(self._read()).hexdigest(), self._crypter.salt)

    def _read(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise StateError(f"{self.path} cannot be read: {error.strerror}") from error

    def _parse(self, raw: bytes) -> dict[str, Any]:
        try:
            document = json.loads(raw)
        except ValueError as error:
            raise StateError(f"{self.path} is not JSON ({error}); restore it from a backup") from None
        version = document.get("version") if isinstance(document, dict) else None
        if not isinstance(version, int) or not isinstance(document.get("deployment"), dict):
            raise StateError(f"{self.path} is no Pulumi deployment: version and deployment are expected")
        if version not in (3, 4):
            age = "newer" if version > 4 else "older"
            remedy = (
                "update Tripod, or go on with the Pulumi CLI that wrote it"
                if version > 4
                else "let a current Pulumi CLI rewrite it: pulumi stack import, then pulumi stack export"
            )
            raise StateError(
                f"{self.path} is of version {version}, {age} than the versions 3 and 4 this engine reads; {remedy}"
            )
        unknown = set(document.get("features") or []) - set(_FEATURES.values())
        if unknown:
            raise StateError(
                f"{self.path} uses features this engine does not support: {', '.join(sorted(unknown))}; "
                f"allowed are {', '.join(sorted(_FEATURES.values()))}; {STATE_FEATURE.remedy}"
            )
        deployment: dict[str, Any] = document["deployment"]
        for key in ("snippets", "extensions"):
            if deployment.get(key):
                raise StateError(f"{self.path} has {key}, which this engine does not support; {STATE_FEATURE.remedy}")
        if (deployment.get("metadata") or {}).get("integrity_error"):
            raise StateError(
                f"{self.path} was written by a Pulumi CLI that found it broken (metadata.integrity_error); run "
                "`pulumi state repair` and export the stack again"
            )
        return deployment

    def _unlock(self, document: dict[str, Any]) -> None:
        provider = document.get("secrets_providers") or {}
        kind = provider.get("type")
        if not kind:
            return
        if kind != "passphrase":
            raise StateError(
                f"{self.path} keeps its secrets with {kind}; this engine reads only passphrase; "
                f"{SECRETS_PROVIDER.remedy}"
            )
        salt = (provider.get("state") or {}).get("salt")
        if not isinstance(salt, str):
            raise StateError(f"{self.path} names the passphrase provider but holds no salt")
        if self._crypter is None or self._crypter.salt != salt:
            self._crypter = Crypter(self._passphrase, salt)
            self._codec = Codec(self._crypter)

    def _lines(self, raw: bytes) -> list[dict[str, Any]]:
        """The entries of the journal that belongs to the file ``raw``."""
        try:
            text = self.journal_path.read_text()
        except FileNotFoundError:
            return []
        entries = []
        for line in text.split("\n")[:-1]:  # the last piece is empty, or a line that was never finished
            try:
                entries.append(json.loads(line))
            except ValueError:
                raise StateError(f"{self.journal_path} is corrupt; move it away to go back to {self.path}") from None
        if not entries or entries[0].get("base") != hashlib.sha256(raw).hexdigest():
            return []
        if not raw and "salt" in entries[0]:
            self._unlock({"secrets_providers": {"type": "passphrase", "state": {"salt": entries[0]["salt"]}}})
        return entries[1:]

    def _verify(self, resources: list[Resource]) -> None:
        known = {item.urn for item in resources}
        for item in resources:
            if item.parent and item.parent not in known:
                raise StateError(f"{self.path}: the parent {item.parent} of {item.urn} is missing")
            if item.provider and urns.split_reference(item.provider)[0] not in known:
                raise StateError(f"{self.path}: the provider {item.provider} of {item.urn} is missing")


class Durable(Enum):
    """What an entry of the journal must survive."""

    LATER = "with the next one"
    """Nothing was done to the cloud: the entry only has to be there when a later one is."""
    PROCESS = "the death of this process"
    DISK = "the death of the machine"


class Journal:
    """The append-only record of one run."""

    def __init__(self, path: Path, base: str, salt: str) -> None:
        self._handle: TextIO = path.open("w")
        self.write({"base": base, "salt": salt})

    def write(self, entry: dict[str, Any], durable: Durable = Durable.DISK) -> None:
        """Appends an entry that survives what ``durable`` says, and with it all entries before."""
        self._handle.write(json.dumps(entry, separators=(",", ":")) + "\n")
        if durable is not Durable.LATER:
            self._handle.flush()
        if durable is Durable.DISK:
            os.fsync(self._handle.fileno())

    def close(self) -> None:
        self._handle.close()


def _replay(
    entries: list[dict[str, Any]], items: dict[int, dict[str, Any]], operations: list[dict[str, Any]]
) -> tuple[list[int], list[dict[str, Any]]]:
    """Applies journal entries to ``items``; answers the order of the keys and the operations still open."""
    olds = list(items)
    news: list[int] = []
    begun: dict[int, dict[str, Any]] = {}
    for entry in entries:
        kind = entry["op"]
        if kind == "put":
            if entry["key"] not in items:
                news.append(entry["key"])
            items[entry["key"]] = entry["resource"]
            for other in entry.get("also", ()):
                items[other["key"]] = other["resource"]
        elif kind == "keep":
            news.append(entry["key"])
            items[entry["key"]] = items[entry["old"]]
        elif kind == "begin":
            begun[entry["number"]] = entry["operation"]
        elif kind == "rebase":
            olds, news = [key for key in news + olds if key in items], []
        elif kind == "settle":
            operations = [item for item in operations if item["resource"]["urn"] not in entry["urns"]]
        if "ends" in entry:
            begun.pop(entry["ends"], None)
        for key in entry.get("drop", ()):
            items.pop(key, None)
    return [key for key in news + olds if key in items], operations + list(begun.values())


def normalise(resources: list[Resource]) -> list[Resource]:
    """Rewrites every mention of a URN that a resource has left behind (its aliases), and forgets the aliases."""
    renamed: dict[str, str] = {}
    for item in resources:
        for alias in item.aliases:
            renamed[alias] = item.urn
        parent = renamed.get(item.parent)
        if parent and urns.qualified_type(parent) != urns.STACK_TYPE:
            stack, project = item.urn.removeprefix("urn:pulumi:").split("::", 2)[:2]
            renamed[item.urn] = urns.make(stack, project, parent, item.type, item.name)
    if not renamed:
        return resources

    def fix(urn: str) -> str:
        return renamed.get(urn, urn)

    def provider(reference: str) -> str:
        if not reference:
            return ""
        urn, id_ = urns.split_reference(reference)
        return f"{fix(urn)}::{id_}"

    return [
        item.copy(
            urn=item.urn if item.aliases else fix(item.urn),
            parent=fix(item.parent),
            provider=provider(item.provider),
            dependencies=[fix(urn) for urn in item.dependencies],
            property_dependencies={key: [fix(urn) for urn in some] for key, some in item.property_dependencies.items()},
            deleted_with=fix(item.deleted_with),
            replace_with=[fix(urn) for urn in item.replace_with],
            aliases=[],
        )
        for item in resources
    ]


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
