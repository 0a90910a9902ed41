"""The simulated clouds behind ``pulumi.runtime.set_mocks``: unit tests of a program, with no engine at all.

>>> pulumi.runtime.set_mocks(SimulatedMocks(cloud, configs={"aws": {"region": "eu-west-1"}}))

Each resource is checked and created as the providers would. What mocks cannot show: plans, updates, deletions, parents.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks

from simulator.cloud import SimulatedCloud
from simulator.model import SIG_KEY, CloudError, Props
from simulator.provider import SimulatedProvider

_PROVIDER = "pulumi:providers:"


class SimulatedMocks(Mocks):
    """Answers a program from a :class:`SimulatedCloud`."""

    def __init__(
        self, cloud: SimulatedCloud, configs: Mapping[str, Props], *, preview: bool = False, stack: str = "dev"
    ) -> None:
        """Use ``configs`` (package -> configuration) for the default providers; ``preview`` creates nothing."""
        self._cloud = cloud
        self._configs = configs
        self._preview = preview
        self._stack = stack
        self._providers: dict[str, SimulatedProvider] = {}
        self.seen: list[tuple[str, str, Props]] = []
        """(type, name, checked inputs) of every resource, in order."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Check and create one resource; raises :class:`CloudError` with every fault of its inputs."""
        inputs = _wire(args.inputs)
        if not args.custom:
            return args.name, inputs
        if args.typ.startswith(_PROVIDER):
            return self._explicit(args.typ.removeprefix(_PROVIDER), args.name, inputs)
        provider = self._provider(args.typ.partition(":")[0], args.provider)
        urn = f"urn:pulumi:{self._stack}::simulated::{args.typ}::{args.name}"
        if args.resource_id:
            live = provider.read(urn, args.typ, args.resource_id, inputs, {})
            if live is None:
                raise CloudError("NotFound", f"{args.typ} '{args.resource_id}' does not exist")
            return live.id, live.outputs
        checked = provider.check(urn, args.typ, {}, inputs, urn.encode())
        if checked.failures:
            faults = "; ".join(f"{fault.property}: {fault.reason}" for fault in checked.failures)
            raise CloudError("InvalidInputs", f"{args.typ} '{args.name}': {faults}")
        self.seen.append((args.typ, args.name, checked.inputs))
        live = provider.create(urn, args.typ, checked.inputs, preview=self._preview, timeout=0)
        return live.id or rpc.UNKNOWN, live.outputs

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Answer a function."""
        provider = self._provider(args.token.partition(":")[0], args.provider)
        return provider.invoke(args.token, _wire(args.args), preview=self._preview), []

    def _explicit(self, package: str, name: str, config: Props) -> tuple[str, Props]:
        provider = self._cloud(package, "")
        checked = provider.check_config(config)
        if checked.failures:
            faults = "; ".join(f"{fault.property}: {fault.reason}" for fault in checked.failures)
            raise CloudError("InvalidConfiguration", f"provider '{name}' of {package}: {faults}")
        provider.configure(config)
        self._providers[f"{package}::{name}"] = provider
        return name, config

    def _provider(self, package: str, reference: str | None) -> SimulatedProvider:
        # A reference is <urn>::<id>; an explicit provider has its name as its id here.
        key = f"{package}::{reference.rsplit('::', 1)[-1]}" if reference else package
        if key not in self._providers:
            key = package
        if key not in self._providers:
            provider = self._cloud(package, "")
            provider.configure(dict(self._configs.get(package, {})))
            self._providers[key] = provider
        return self._providers[key]


def _wire(value: Any) -> Any:
    """Turn what the SDK hands to mocks back into wire values."""
    match value:
        case dict():
            return {key: _wire(item) for key, item in value.items()}
        case list():
            return [_wire(item) for item in value]
        case pulumi.StringAsset():
            return {SIG_KEY: rpc._special_asset_sig, "text": value.text}
        case pulumi.FileAsset() | pulumi.FileArchive():
            sig = rpc._special_asset_sig if isinstance(value, pulumi.FileAsset) else rpc._special_archive_sig
            return {SIG_KEY: sig, "path": value.path}
        case pulumi.RemoteAsset() | pulumi.RemoteArchive():
            sig = rpc._special_asset_sig if isinstance(value, pulumi.RemoteAsset) else rpc._special_archive_sig
            return {SIG_KEY: sig, "uri": value.uri}
        case pulumi.AssetArchive():
            return {SIG_KEY: rpc._special_archive_sig, "assets": _wire(dict(value.assets))}
        case _:
            return value
