"""The configuration that the Pulumi CLI hands to the pack: taken where it is stricter, refused where it is not.

``pulumi_policy`` keeps whatever level it is given. The servicer here reads the configuration first, tightens the
settings of the pack by it, and answers a looser one with an error that ends the deployment before anything is judged.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

import grpc
from google.protobuf import json_format
from pulumi_policy import EnforcementLevel, Policy, PolicyConfigSchema, StackValidationArgs, StackValidationPolicy
from pulumi_policy.deserialize import deserialize_properties
from pulumi_policy.policy import _PolicyAnalyzerServicer
from pulumi_policy.proxy import unknown_checking_proxy

from policies.bad_input import SettingsError
from policies.pack_config import LEVEL, SETTINGS_POLICY
from policies.settings import LIMITS, Unknowns

WHERE = "--policy-pack-config"
_NAMES = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}


def pack_settings_policy() -> Policy:
    """The policy that judges nothing: its configuration is that of the whole pack."""

    def validate(args: StackValidationArgs, report: Any) -> None:
        args.not_applicable("holds the settings of the pack")

    limits = {
        name: {"type": "number", "exclusiveMinimum": 0, "description": limit.text} for name, limit in LIMITS.items()
    }
    return StackValidationPolicy(
        name=SETTINGS_POLICY,
        description="Settings of the whole pack; each may only be stricter than the profile's.",
        validate=validate,
        enforcement_level=EnforcementLevel.ADVISORY,
        config_schema=PolicyConfigSchema(
            {
                **limits,
                "unknowns": {"type": "string", "enum": [u.value for u in Unknowns]},
                "regions": _NAMES,
                "instance_types": _NAMES,
                "tags": {"type": "object", "additionalProperties": {"type": "string"}},
            }
        ),
        display_name="Settings",
        url="https://www.pulumi.com/docs/insights/policy/policy-packs/authoring/",
    )


class Watcher(Protocol):
    """Is told what is judged."""

    def note(self, urn: str, given: Any) -> None:
        """Take the inputs of a resource, which stack policies are not shown again."""
        ...

    def one_stack(self) -> AbstractContextManager[None]:
        """Surround the judgement of one stack by all stack policies."""
        ...


class Servicer(_PolicyAnalyzerServicer):
    """The analyzer of ``pulumi_policy``, with a configuration that can only tighten."""

    adopt: Callable[[dict[str, Any]], dict[str, EnforcementLevel]]
    """Takes what differs from the pack's own levels, by policy; answers the level of every policy."""
    base: dict[str, EnforcementLevel]
    """The levels of the policies as they were told to the CLI."""
    watcher: Watcher
    """What the policies hold while they run."""

    def Analyze(self, request: Any, context: Any) -> Any:
        inputs = deserialize_properties(json_format.MessageToDict(request.properties))
        self.watcher.note(request.urn, unknown_checking_proxy(inputs))
        return super().Analyze(request, context)  # type: ignore[no-untyped-call]

    def AnalyzeStack(self, request: Any, context: Any) -> Any:
        with self.watcher.one_stack():
            return super().AnalyzeStack(request, context)  # type: ignore[no-untyped-call]

    def Configure(self, request: Any, context: Any) -> Any:
        given: dict[str, Any] = {}
        for name, config in request.policyConfig.items():
            level = self._convert_enforcement_level(config.enforcementLevel)
            if name == SETTINGS_POLICY:
                given[name] = json_format.MessageToDict(config.properties)
            elif level is not self.base.get(name):
                given[name] = {LEVEL: level.value}
        try:
            levels = self.adopt(given)
        except SettingsError as error:
            if context is None:
                raise
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "\n".join(error.faults))
        for name, level in levels.items():
            request.policyConfig[name].enforcementLevel = self._map_enforcement_level(level)
        return super().Configure(request, context)  # type: ignore[no-untyped-call]


def servicer_of(
    policies: list[Policy],
    adopt: Callable[[dict[str, Any]], dict[str, EnforcementLevel]],
    watcher: Watcher,
) -> type[Servicer]:
    """The servicer class of one pack."""
    levels = {policy.name: policy.enforcement_level or EnforcementLevel.ADVISORY for policy in policies}
    return type("PackServicer", (Servicer,), {"adopt": staticmethod(adopt), "base": levels, "watcher": watcher})
