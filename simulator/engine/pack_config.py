"""Configuration of a policy pack: levels and settings by policy, as ``--policy-pack-config`` of the CLI reads them.

A JSON object from policy name to a level, or to an object of settings with an optional ``enforcementLevel``; ``all``
sets the level of every policy. Later sources win: the pack's metadata, its initial configuration, the file
(``pkg/resource/analyzer/config.go`` of the CLI; https://www.pulumi.com/docs/insights/policy/policy-packs/configuration/).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2

from simulator.engine.errors import PackError

LEVELS = {
    analyzer_pb2.ADVISORY: "advisory",
    analyzer_pb2.MANDATORY: "mandatory",
    analyzer_pb2.REMEDIATE: "remediate",
    analyzer_pb2.DISABLED: "disabled",
}
_NUMBERS = {name: number for number, name in LEVELS.items()}


@dataclass(frozen=True)
class PolicyConfig:
    """Of one policy. An empty level: as before."""

    level: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)

    def over(self, other: PolicyConfig) -> PolicyConfig:
        return PolicyConfig(self.level or other.level, {**other.properties, **self.properties})

    def message(self) -> analyzer_pb2.PolicyConfig:
        result = analyzer_pb2.PolicyConfig(enforcementLevel=_NUMBERS[self.level or "advisory"])
        json_format.ParseDict(dict(self.properties), result.properties)
        return result


def read(path: Path) -> dict[str, PolicyConfig]:
    """The configuration in a file. Raises :class:`PackError` naming what is wrong in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PackError(f"{path} cannot be read: {error.strerror}") from None
    if not text.strip():
        return {}
    try:
        document = json.loads(text)
    except ValueError as error:
        raise PackError(f"{path} is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise PackError(f"{path}: expected an object from policy name to level or settings")
    if "environments" in document:
        raise PackError(f"{path}: environments are a service of Pulumi Cloud; write the values into the file")
    return {name: _parsed(path, name, value) for name, value in document.items()}


def _parsed(path: Path, name: str, value: object) -> PolicyConfig:
    properties = dict(value) if isinstance(value, dict) else {}
    level = properties.pop("enforcementLevel", "") if isinstance(value, dict) else value
    if not isinstance(level, str) or (level and level not in _NUMBERS):
        raise PackError(f"{path}: {name}: {level!r} is no enforcement level; allowed are {', '.join(_NUMBERS)}")
    return PolicyConfig(level, properties)


def reconcile(
    info: analyzer_pb2.AnalyzerInfo, given: Mapping[str, PolicyConfig], where: str
) -> dict[str, PolicyConfig]:
    """The configuration of every policy of a pack. Raises :class:`PackError` for settings that break a schema."""
    result = {}
    for policy in info.policies:
        schema = json_format.MessageToDict(policy.configSchema.properties)
        defaults = {name: rule["default"] for name, rule in schema.items() if "default" in rule}
        result[policy.name] = PolicyConfig(LEVELS[policy.enforcementLevel], defaults)
    initial = {
        name: PolicyConfig(LEVELS[config.enforcementLevel], json_format.MessageToDict(config.properties))
        for name, config in info.initialConfig.items()
    }
    for source in (initial, given):
        if "all" in source and source["all"].level:
            result = {name: replace(config, level=source["all"].level) for name, config in result.items()}
        for name, config in source.items():
            if name != "all":
                result[name] = config.over(result.get(name, PolicyConfig()))
    faults = [fault for policy in info.policies for fault in _faults(policy, result[policy.name])]
    if faults:
        raise PackError("\n".join(f"{where}: {fault}" for fault in faults))
    return result


def _faults(policy: analyzer_pb2.PolicyInfo, config: PolicyConfig) -> list[str]:
    if not policy.HasField("configSchema"):
        return []
    import jsonschema  # noqa: PLC0415 - half a second that only configured packs need

    schema = {
        "type": "object",
        "properties": json_format.MessageToDict(policy.configSchema.properties),
        "required": list(policy.configSchema.required),
    }
    found = jsonschema.Draft7Validator(schema).iter_errors(dict(config.properties))
    return [f"{policy.name}: {'.'.join(map(str, fault.path)) or '(root)'}: {fault.message}" for fault in found]
