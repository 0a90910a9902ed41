"""Provider resources: which provider serves which resource, configured how."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence

from simulator.engine import urn as urns
from simulator.engine.backends import Backend, BuiltinBackend, CloudBackend, UnconfiguredBackend
from simulator.engine.errors import EngineError
from simulator.engine.resource import Resource
from simulator.engine.values import annotate, has_unknown, make_secret, unwrap
from simulator.model import UNKNOWN, Checked, CheckFailure, CloudError, Difference, Live, Props, Provider, Providers

_INTERNAL = "__internal"


def configuration(inputs: Props) -> Props:
    """The inputs of a provider resource that are its configuration."""
    return {key: value for key, value in inputs.items() if key != _INTERNAL}


def default_name(version: str, url: str) -> str:
    """The name of the default provider of a version."""
    name = "default"
    for part in (version.replace("-", ".").replace("+", "."), url):
        if part:
            name += "_" + "".join(char if char.isalnum() else "_" for char in part)
    return name


def default_inputs(
    package: str, version: str, url: str, config: Mapping[str, str], secret_keys: Sequence[str]
) -> Props:
    """The inputs of a default provider: the stack's configuration in the namespace of the package."""
    inputs: Props = {}
    for key, value in config.items():
        namespace, _, name = key.partition(":")
        if namespace == package and name:
            inputs[name] = make_secret(value) if key in secret_keys else value
    return with_plugin(inputs, version, url)


def with_plugin(inputs: Props, version: str, url: str) -> Props:
    """Inputs of a provider resource that name the plugin, in the shape of the CLI."""
    result = dict(inputs)
    if version or url:
        result[_INTERNAL] = {**result.get(_INTERNAL, {}), **({"pluginDownloadURL": url} if url else {})}
    if version:
        result["version"] = version
    return result


class Registry:
    """The providers of a run; itself the backend of provider resources. Thread-safe."""

    def __init__(self, make: Providers, builtin: BuiltinBackend, *, preview: bool) -> None:
        self._make = make
        self._builtin = builtin
        self._preview = preview
        self._lock = threading.RLock()
        self._backends: dict[tuple[str, str], Backend] = {}
        self.aliases: dict[str, str] = {}

    def has(self, reference: str) -> bool:
        """Whether this run has configured the provider, under its URN or the one it had before."""
        urn, id_ = urns.split_reference(reference)
        return any(known[1] == id_ and urn in (known[0], self.aliases.get(known[0])) for known in list(self._backends))

    def get(self, reference: str, find: Callable[[str], Resource | None]) -> Backend:
        """The backend of a reference; an old provider that no step has configured yet is configured now.

        ``find`` answers the old state of a URN. Raises :class:`EngineError` for a reference to nothing.
        """
        urn, id_ = urns.split_reference(reference)
        ready = self._backends.get((urn, id_))
        if ready is not None:
            return ready
        with self._lock:
            for known in (urn, self.aliases.get(urn, urn)):
                if (known, id_) in self._backends:
                    return self._backends[known, id_]
            old = find(urn)
            if old is None or old.id != id_:
                raise EngineError(f"the provider {reference} does not exist")
            return self.configure(old)

    def configure(self, resource: Resource) -> Backend:
        """Configures the provider that the resource describes and makes it available under its reference."""
        key = (resource.urn, resource.id)
        with self._lock:
            package = urns.provider_package(resource.type)
            inputs = configuration(resource.inputs)
            backend: Backend
            if package == "pulumi":
                backend = self._builtin
            elif self._preview and has_unknown(inputs):
                backend = UnconfiguredBackend()
            else:
                provider = self._load(resource.type, inputs)
                provider.configure(unwrap(inputs))
                backend = CloudBackend(provider)
            self._backends[key] = backend
            return backend

    def _load(self, type_: str, inputs: Props) -> Provider:
        version = inputs.get("version", "")
        return self._make(urns.provider_package(type_), version if isinstance(version, str) else "")

    # The operations on provider resources.

    def check(self, resource: Resource, olds: Props, news: Props, seed: bytes) -> Checked:
        config = configuration(news)
        if urns.provider_package(resource.type) == "pulumi":
            return Checked(news)
        checked = self._load(resource.type, config).check_config(unwrap(config))
        if checked.failures:
            return Checked(news, checked.failures)
        inputs = annotate(checked.inputs, config)
        if "version" in config and inputs.setdefault("version", config["version"]) != config["version"]:
            return Checked(news, (CheckFailure("version", "the provider tried to change its version"),))
        if _INTERNAL in news:
            inputs[_INTERNAL] = news[_INTERNAL]
        return Checked(inputs)

    def diff(self, old: Resource, news: Props, ignore: tuple[str, ...]) -> Difference:
        olds, config = unwrap(configuration(old.inputs)), unwrap(configuration(news))
        if urns.provider_package(old.type) == "pulumi":
            return Difference()
        return self._load(old.type, config).diff_config(olds, config)

    def create(self, new: Resource, *, preview: bool) -> Live:
        id_ = UNKNOWN if preview else str(uuid.uuid4())
        self.configure(new.copy(id=id_))
        return Live(id_, configuration(new.inputs), new.inputs)

    def update(self, old: Resource, new: Resource, *, preview: bool) -> Live:
        self.configure(new.copy(id=old.id))
        return Live(old.id, configuration(new.inputs), new.inputs)

    def read(self, resource: Resource, inputs: Props, outputs: Props) -> Live | None:
        raise CloudError("ProviderNotReadable", "provider resources can be neither read nor imported")

    def delete(self, old: Resource) -> None:
        with self._lock:
            self._backends.pop((old.urn, old.id), None)

    def invoke(self, token: str, args: Props, *, preview: bool) -> Props:
        raise CloudError("ProviderNotInvocable", f"{token}: the registry has no functions")
