"""An in-memory cloud for the tests of the engine.

Types are ``fake:index:<Kind>``. Inputs whose names begin with ``force`` force a replacement; ``name`` is made up when
missing and forces one too; ``fail`` makes the operation it names fail (``create``, ``update``, ``delete``, ``read``);
``partial`` makes a created resource unhealthy; every resource has the computed output ``arn`` and echoes its inputs.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import pulumi

from simulator.model import (
    UNKNOWN,
    Checked,
    CheckFailure,
    CloudError,
    Difference,
    Live,
    PartialFailure,
    PropertyDiff,
    Props,
)


@dataclass
class Cloud:
    """What exists, and every call that was made."""

    live: dict[str, Live] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    configs: list[Props] = field(default_factory=list)
    seen: list[Props] = field(default_factory=list)
    delete_before_replace: bool = False
    relent: bool = False
    """Deletions no longer fail."""
    hold: threading.Event | None = None
    started: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _count: int = 0

    def __call__(self, package: str, version: str) -> FakeProvider:
        if package != "fake":
            raise CloudError("UnknownPackage", f"{package} is no package of the fake cloud")
        return FakeProvider(self)

    def note(self, call: str, urn: str) -> None:
        with self._lock:
            self.calls.append((call, urn.rsplit("::", 1)[1]))

    def next_id(self) -> str:
        with self._lock:
            self._count += 1
            return f"id-{self._count}"

    def made(self, call: str) -> list[str]:
        return [name for made, name in self.calls if made == call]


class FakeProvider:
    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.config: Props = {}

    def check_config(self, news: Props) -> Checked:
        bad = tuple(CheckFailure(key, "unknown key") for key in news if key == "bogus")
        return Checked(dict(news), bad)

    def diff_config(self, olds: Props, news: Props) -> Difference:
        detailed = {
            key: PropertyDiff("update", replace=key == "region")
            for key in sorted(olds.keys() | news.keys())
            if olds.get(key) != news.get(key)
        }
        return Difference(detailed)

    def configure(self, config: Props) -> None:
        self.config = config
        self.cloud.configs.append(config)

    def check(self, urn: str, type_: str, olds: Props, news: Props, seed: bytes) -> Checked:
        self.cloud.seen.append(news)
        inputs = dict(news)
        if "name" not in inputs:
            inputs["name"] = olds.get("name") or f"{urn.rsplit('::', 1)[1]}-{seed.hex()[:7]}"
        failures = tuple(CheckFailure(key, "is not allowed") for key in inputs if key == "invalid")
        doubts = tuple(CheckFailure(key, "looks odd") for key in inputs if key == "odd")
        return Checked(inputs, failures, doubts)

    def diff(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Props,
        old_outputs: Props,
        news: Props,
        ignore: tuple[str, ...],
    ) -> Difference:
        detailed = {}
        for key in sorted(old_inputs.keys() | news.keys()):
            if old_inputs.get(key) != news.get(key):
                kind = "add" if key not in old_inputs else "delete" if key not in news else "update"
                detailed[key] = PropertyDiff(kind, replace=key.startswith("force") or key == "name")
        return Difference(detailed, self.cloud.delete_before_replace)

    def _outputs(self, id_: str, inputs: Props) -> Props:
        return {**inputs, "arn": f"arn:{id_}"}

    def create(self, urn: str, type_: str, inputs: Props, *, preview: bool, timeout: float) -> Live:
        self.cloud.note("preview-create" if preview else "create", urn)
        if preview:
            return Live("", {**inputs, "arn": UNKNOWN}, inputs)
        self._block(inputs)
        if inputs.get("fail") == "create":
            raise CloudError("Denied", "creation was refused")
        id_ = self.cloud.next_id()
        live = Live(id_, self._outputs(id_, inputs), inputs)
        self.cloud.live[id_] = live
        if inputs.get("partial"):
            raise PartialFailure("Unhealthy", "it does not answer", live)
        return live

    def _block(self, inputs: Props) -> None:
        if inputs.get("hold") and self.cloud.hold is not None:
            self.cloud.started.set()
            assert self.cloud.hold.wait(20)

    def read(self, urn: str, type_: str, id_: str, inputs: Props, outputs: Props) -> Live | None:
        self.cloud.note("read", urn)
        if inputs.get("fail") == "read":
            raise CloudError("Throttled", "reading was refused")
        return self.cloud.live.get(id_)

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
    ) -> Live:
        self.cloud.note("preview-update" if preview else "update", urn)
        if preview:
            return Live(id_, {**news, "arn": old_outputs.get("arn", UNKNOWN)}, news)
        if news.get("fail") == "update":
            raise CloudError("Denied", "the update was refused")
        live = Live(id_, self._outputs(id_, news), news)
        self.cloud.live[id_] = live
        if news.get("fail") == "half":
            raise PartialFailure("Unhealthy", "it does not answer", live)
        return live

    def delete(self, urn: str, type_: str, id_: str, inputs: Props, outputs: Props, *, timeout: float) -> None:
        self.cloud.note("delete", urn)
        if inputs.get("fail") == "delete" and not self.cloud.relent:
            raise CloudError("InUse", "deletion was refused")
        self.cloud.live.pop(id_, None)

    def invoke(self, token: str, args: Props, *, preview: bool) -> Props:
        self.cloud.calls.append(("invoke", token))
        if token == "fake:index:fail":
            raise CloudError("Denied", "the function was refused")
        return {"echo": args, "region": self.config.get("region", "none")}


class Thing(pulumi.CustomResource):
    """``fake:index:Thing`` with any inputs."""

    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    password: pulumi.Output[str]

    def __init__(self, name: str, props: dict[str, Any] | None = None, opts: Any = None) -> None:
        super().__init__("fake:index:Thing", name, {"arn": None, "name": None, **(props or {})}, opts)


class Group(pulumi.ComponentResource):
    """``fake:index:Group``, a component."""

    def __init__(self, name: str, props: dict[str, Any] | None = None, opts: Any = None) -> None:
        super().__init__("fake:index:Group", name, props or {}, opts)


class Provider(pulumi.ProviderResource):
    """An explicit provider of the fake cloud."""

    def __init__(self, name: str, props: dict[str, Any] | None = None, opts: Any = None) -> None:
        super().__init__("fake", name, props or {}, opts)
