"""One stack: its stack file, its blueprint, and what the two say together.

The program reads the same settings from Pulumi's configuration as the command line reads from the stack file, so that
both refuse the same faults with the same words.
"""

import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from components.core.cloud import Cloud
from components.core.errors import Fault, TripodError
from components.core.profile import Posture, Profile, posture
from components.core.scope import ScopeSpec
from stacks import faults, rules
from stacks.blueprint import Blueprint
from stacks.project import PROJECT, ROOT, stack_path
from stacks.source import Source, Trail, read

E = TypeVar("E", bound=StrEnum)


class Layer(StrEnum):
    """What a stack holds."""

    DATA = "data"
    """Network, keys, storage and feature store, shared by many platforms."""
    PLATFORM = "platform"
    """Everything long-lived of one ML product."""


REGION_KEYS: dict[Cloud, str] = {Cloud.AWS: "aws:region", Cloud.AZURE: "azure-native:location", Cloud.GCP: "gcp:region"}
"""Where each provider reads its region."""
ACCOUNT_KEYS: dict[Cloud, str] = {
    Cloud.AWS: "aws:allowedAccountIds",
    Cloud.AZURE: "azure-native:subscriptionId",
    Cloud.GCP: "gcp:project",
}
"""Where each provider reads the account; required on Google Cloud alone."""
KEYS = ("cloud", "profile", "blueprint", "layer", "data", "environment", "generation", "retire", "overrides", "policy")
"""Keys of the ``tripod:`` namespace."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that the program needs to know about a stack."""

    stack: str
    layer: Layer
    scope: ScopeSpec
    blueprint: Blueprint
    posture: Posture
    data_stack: str | None
    """Stack that holds the data layer; None where the platform contains it."""


@dataclass(frozen=True)
class StackFile:
    """A stack file as Pulumi reads it."""

    source: Source
    config: dict[str, str]
    """Plain values as text, structured ones as JSON: what the program sees."""
    secrets: frozenset[str]
    """Keys whose value is encrypted."""
    salt: str | None


def stack_names(root: Path = ROOT) -> list[str]:
    """Stacks that have a file."""
    return sorted(
        path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in (root / "stacks").glob("Pulumi.*.yaml")
    )


def read_stack_file(stack: str, root: Path = ROOT) -> StackFile:
    """Read ``stacks/Pulumi.<stack>.yaml``.

    Raises:
        TripodError: where it is missing or malformed.
    """
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", stack):
        raise TripodError(
            Fault(where="stack", what=f"'{stack}' is no stack name", allowed="letters, digits, '_', '.' and '-'")
        )
    known = ", ".join(stack_names(root)) or "none"
    path = stack_path(stack, root)
    if not path.exists():
        raise TripodError(
            Fault(
                where=f"stacks/{path.name}",
                what=f"stack '{stack}' has no stack file",
                allowed=known,
                remedy=f"name one of these, or write stacks/{path.name}",
            )
        )
    source = read(path, root, "stack file", "write the file")
    raw = source.data.get("config")
    if not isinstance(raw, dict):
        raise TripodError(
            Fault(where=source.where(("config",)), what="no configuration", remedy="add a 'config:' mapping")
        )
    config: dict[str, str] = {}
    secrets: set[str] = set()
    for key, value in raw.items():
        name = key if ":" in key else f"{PROJECT}:{key}"
        if isinstance(value, dict) and set(value) == {"secure"}:
            secrets.add(name)
            config[name] = str(value["secure"])
        elif isinstance(value, bool):
            config[name] = "true" if value else "false"
        elif isinstance(value, dict | list):
            config[name] = json.dumps(value)
        else:
            config[name] = str(value)
    salt = source.data.get("encryptionsalt")
    return StackFile(source=source, config=config, secrets=frozenset(secrets), salt=str(salt) if salt else None)


def load(stack: str, root: Path = ROOT) -> Settings:
    """Settings of a stack from its file.

    Raises:
        TripodError: one fault per fault of the stack file and its blueprint.
    """
    file = read_stack_file(stack, root)
    return resolve(stack, file.config, root, file.source)


def resolve(stack: str, config: Mapping[str, str], root: Path = ROOT, source: Source | None = None) -> Settings:
    """Settings from a stack's configuration.

    Raises:
        TripodError: one fault per fault of the configuration and the blueprint.
    """
    file = source.shown if source else f"stacks/Pulumi.{stack}.yaml"

    def at(key: str, trail: Trail = ()) -> str:
        return source.where(("config", key, *trail)) if source else f"{file}: config.{key}{_tail(trail)}"

    found: list[Fault] = [
        Fault(
            where=at(key),
            what=f"unknown key '{key}'",
            allowed=", ".join(f"{PROJECT}:{name}" for name in KEYS),
            remedy=faults.nearest(key.removeprefix(f"{PROJECT}:"), KEYS) or "remove the key",
        )
        for key in config
        if key.startswith(f"{PROJECT}:") and key.removeprefix(f"{PROJECT}:") not in KEYS
    ]

    def choose(key: str, enum: type[E], default: E | None = None) -> E | None:
        text = config.get(f"{PROJECT}:{key}")
        if text is None and default is not None:
            return default
        choices = [member.value for member in enum]
        if text in choices:
            return enum(text)
        found.append(
            Fault(
                where=at(f"{PROJECT}:{key}"),
                what="a required key is missing" if text is None else f"unknown {key} '{text}'",
                allowed=", ".join(choices),
                remedy=(faults.nearest(text, choices) if text else "") or "choose one of these",
            )
        )
        return None

    cloud = choose("cloud", Cloud)
    profile = choose("profile", Profile)
    layer = choose("layer", Layer, Layer.PLATFORM)
    if cloud is None or profile is None or layer is None:
        raise TripodError(found)
    for key, what in (
        (REGION_KEYS[cloud], "region"),
        *(((ACCOUNT_KEYS[cloud], "project"),) if cloud is Cloud.GCP else ()),
    ):
        if not config.get(key):
            found.append(Fault(where=at(key), what=f"the stack names no {what}", remedy=f"set {key}"))
    name = config.get(f"{PROJECT}:blueprint", "")
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        known = ", ".join(sorted(path.stem for path in (root / "stacks" / "blueprints").glob("*.yaml")))
        found.append(
            Fault(
                where=at(f"{PROJECT}:blueprint"),
                what=f"'{name}' is no blueprint" if name else "the stack names no blueprint",
                allowed=known,
                remedy=f"set {PROJECT}:blueprint",
            )
        )
    data_stack = config.get(f"{PROJECT}:data")
    if data_stack and layer is Layer.DATA:
        found.append(
            Fault(
                where=at(f"{PROJECT}:data"),
                what="a data stack cannot take its data layer from another stack",
                remedy=f"remove {PROJECT}:data, or set {PROJECT}:layer to platform",
            )
        )
    retire = config.get(f"{PROJECT}:retire", "false")
    if retire not in ("true", "false"):
        found.append(
            Fault(where=at(f"{PROJECT}:retire"), what=f"'{retire}' is neither true nor false", allowed="true, false")
        )
    if found:
        raise TripodError(found)
    overrides = _overrides(config.get(f"{PROJECT}:overrides", "{}"), at)
    blueprint, where = _blueprint(name, overrides, root, at)
    environment = config.get(f"{PROJECT}:environment") or stack.rsplit("-", 1)[-1]
    account = config.get(ACCOUNT_KEYS[cloud], "")
    try:
        scope = ScopeSpec.model_validate(
            {
                **blueprint.model_dump(
                    include={"name", "short_name", "owner", "cost_center", "classification", "risk"}
                ),
                "posture": blueprint.posture,
                "environment": environment,
                "cloud": cloud,
                "region": config[REGION_KEYS[cloud]].lower().replace(" ", ""),
                "profile": profile,
                "account": ",".join(json.loads(account)) if account.startswith("[") else account,
                "generation": int(config.get(f"{PROJECT}:generation", "1")),
                "retire": retire == "true",
            }
        )
    except ValidationError as error:
        raise TripodError(
            faults.from_validation(error, ScopeSpec, lambda trail: at(f"{PROJECT}:{trail[0]}" if trail else PROJECT))
        ) from error
    except ValueError as error:
        raise TripodError(
            Fault(where=at(f"{PROJECT}:generation"), what=str(error), allowed="a whole number from 1 to 9999")
        ) from error
    try:
        stance = posture(profile, blueprint.posture)
    except TripodError as error:
        raise TripodError(
            [
                Fault(
                    where=where(tuple(fault.where.split("."))),
                    what=fault.what,
                    allowed=fault.allowed,
                    remedy=fault.remedy,
                )
                for fault in error.faults
            ]
        ) from error
    settings = Settings(
        stack=stack,
        layer=layer,
        scope=scope,
        blueprint=blueprint,
        posture=stance,
        data_stack=data_stack,
    )
    broken = rules.check(scope, blueprint, stance, where, layer=layer.value, shares_data=data_stack is not None)
    if broken:
        raise TripodError(broken)
    return settings


def _tail(trail: Trail) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in trail)


def _overrides(text: str, at: Any) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise TripodError(
            Fault(
                where=at(f"{PROJECT}:overrides"),
                what=f"not a mapping: {error.msg}",
                allowed="a mapping of blueprint keys",
            )
        ) from error
    if not isinstance(value, dict):
        raise TripodError(
            Fault(
                where=at(f"{PROJECT}:overrides"),
                what=f"a {type(value).__name__}",
                allowed="a mapping of blueprint keys",
            )
        )
    return value


def _blueprint(name: str, overrides: dict[str, Any], root: Path, at: Any) -> tuple[Blueprint, faults.Where]:
    path = root / "stacks" / "blueprints" / f"{name}.yaml"
    known = ", ".join(sorted(file.stem for file in path.parent.glob("*.yaml"))) or "none"
    if not path.exists():
        raise TripodError(
            Fault(
                where=at(f"{PROJECT}:blueprint"),
                what=f"blueprint '{name}' does not exist (stacks/blueprints/{name}.yaml)",
                allowed=known,
                remedy=faults.nearest(name, known.split(", ")) or "name one of these, or write the file",
            )
        )
    source = read(path, root, "blueprint", "write the file")

    def where(trail: Trail) -> str:
        """The stack file where an override says it, else the blueprint."""
        if trail and _reaches(overrides, trail):
            return str(at(f"{PROJECT}:overrides", trail))
        return source.where(trail)

    merged = _merge(copy.deepcopy(source.data), overrides)
    try:
        return Blueprint.model_validate(merged), where
    except ValidationError as error:
        raise TripodError(faults.from_validation(error, Blueprint, where)) from error


def _merge(base: Any, over: Any) -> Any:
    """Mappings are merged key by key; everything else is replaced."""
    if isinstance(base, dict) and isinstance(over, dict):
        return {**base, **{key: _merge(base.get(key), value) for key, value in over.items()}}
    return over


def _reaches(data: Any, trail: Trail) -> bool:
    for part in trail:
        try:
            data = data[part]
        except (LookupError, TypeError):
            return False
    return True
