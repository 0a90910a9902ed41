"""What the engine and the simulated cloud say to each other.

Property values are Pulumi wire values held as plain JSON: ``None``, ``bool``, ``float``/``int``, ``str``, ``list``,
``dict``. An unknown is the string :data:`UNKNOWN`; secrets, assets, archives, outputs and resource references are dicts
that carry ``SIG_KEY`` (the signatures are imported from ``pulumi.runtime.rpc``, never copied). The engine strips
secrets before it calls a provider and marks the outputs of the same name again, as the real engine does for providers
that do not declare ``acceptSecrets``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from pulumi.runtime import rpc

UNKNOWN: str = rpc.UNKNOWN
"""The wire marker of a value that is not known before the resource exists."""

SIG_KEY: str = rpc._special_sig_key
"""The key under which a dict says that it is a secret, an asset, an output or a reference."""

SECRET_SIG: str = rpc._special_secret_sig

Props = dict[str, Any]
"""Wire properties of one resource by camelCase name."""


@dataclass(frozen=True)
class CheckFailure:
    """One fault of one input: a path in wire names (``productionVariants[0].instanceType``) and the reason."""

    property: str
    reason: str


@dataclass(frozen=True)
class Checked:
    """Inputs with defaults and automatic names filled in, and what is wrong with them."""

    inputs: Props
    failures: tuple[CheckFailure, ...] = ()
    warnings: tuple[CheckFailure, ...] = ()
    """What only the words of the vendor's documentation speak against; shown, never a reason to refuse."""


@dataclass(frozen=True)
class PropertyDiff:
    """One changed path: ``add``, ``delete`` or ``update``, and whether it forces a replacement."""

    kind: str
    replace: bool = False


@dataclass(frozen=True)
class Difference:
    """What an update would change. Empty ``detailed`` means no change."""

    detailed: dict[str, PropertyDiff] = field(default_factory=dict)
    delete_before_replace: bool = False

    @property
    def changes(self) -> bool:
        return bool(self.detailed)

    @property
    def replaces(self) -> tuple[str, ...]:
        """The paths that force a replacement."""
        return tuple(path for path, diff in self.detailed.items() if diff.replace)


@dataclass(frozen=True)
class Live:
    """A resource as the cloud holds it: its id, its outputs and the inputs that would make it again."""

    id: str
    outputs: Props
    inputs: Props


class CloudError(Exception):
    """The simulated cloud refused an operation, in the words and with the error code of that cloud."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class PartialFailure(CloudError):
    """The resource exists, but its initialisation failed (the engine saves it and retries by update)."""

    def __init__(self, code: str, message: str, live: Live) -> None:
        super().__init__(code, message)
        self.live = live


class Provider(Protocol):
    """One configured provider of the simulated cloud: what a provider plugin does, without the wire.

    All methods raise :class:`CloudError`; none of them blocks on a network.
    """

    def check_config(self, news: Props) -> Checked: ...

    def diff_config(self, olds: Props, news: Props) -> Difference: ...

    def configure(self, config: Props) -> None: ...

    def check(self, urn: str, type_: str, olds: Props, news: Props, seed: bytes) -> Checked: ...

    def diff(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Props,
        old_outputs: Props,
        news: Props,
        ignore: tuple[str, ...],
    ) -> Difference: ...

    def create(self, urn: str, type_: str, inputs: Props, *, preview: bool, timeout: float) -> Live: ...

    def read(self, urn: str, type_: str, id_: str, inputs: Props, outputs: Props) -> Live | None:
        """The resource as it is now, or None when it is gone."""
        ...

    def update(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Props,
        old_outputs: Props,
        news: Props,
        ignore: tuple[str, ...],
        *,
        preview: bool,
        timeout: float,
    ) -> Live: ...

    def delete(self, urn: str, type_: str, id_: str, inputs: Props, outputs: Props, *, timeout: float) -> None: ...

    def invoke(self, token: str, args: Props, *, preview: bool) -> Props: ...


class Providers(Protocol):
    """Makes the provider of a package (``aws``, ``azure-native``, ``gcp``); raises :class:`CloudError` for others."""

    def __call__(self, package: str, version: str) -> Provider: ...
