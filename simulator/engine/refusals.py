"""What this engine refuses, by name and with a remedy. Nothing that a program asks for is ignored in silence.

One table: the monitor, the backends and the state file take their messages from it, and ``docs/engine.md`` shows it.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.engine.errors import Unsupported

_CLI = "deploy such a program with the Pulumi CLI"


@dataclass(frozen=True)
class Refusal:
    """A feature that is not done, why, and what to do instead."""

    feature: str
    why: str
    remedy: str

    def of(self, what: str) -> Unsupported:
        """The error for one use of the feature."""
        return Unsupported(f"{self.feature}: {what}; this engine does not support them; {self.remedy}")


REMOTE_COMPONENT = Refusal(
    "remote components",
    "a component package is a program of its own behind a plugin; the three cloud packages have none",
    "create the component's class in the program itself",
)
COMPONENT_CALL = Refusal(
    "calls of component methods",
    "methods belong to remote components, and provider methods have no counterpart in a simulated cloud",
    "call the method of a class in the program itself",
)
PARAMETERISED_PACKAGE = Refusal(
    "parameterised packages",
    "their types come from a plugin at run time, so nothing is known of them here",
    _CLI,
)
STATE_MIGRATION = Refusal(
    "state migrations",
    "an experiment of the SDK whose protocol still changes",
    "rename with aliases, or " + _CLI,
)
ENV_VAR_MAPPING = Refusal(
    "environment mappings of providers (env_var_mappings)",
    "simulated providers read no environment",
    "pass the values as configuration of the provider",
)
PLUGIN_CHECKSUM = Refusal(
    "plugin checksums",
    "simulated providers are no plugins: there is nothing to compare a checksum with",
    "leave the checksums to the package that the Pulumi CLI installs",
)
SNIPPET = Refusal(
    "snippets",
    "only the Pulumi CLI makes them",
    _CLI,
)
REMOTE_ASSET = Refusal(
    "remote assets",
    "nothing is fetched from a network",
    "use a file",
)
BUILTIN_RESOURCE = Refusal(
    "built-in resources other than pulumi:pulumi:StackReference",
    "they keep or make values inside the real engine",
    _CLI,
)
BUILTIN_FUNCTION = Refusal(
    "built-in functions other than readStackOutputs and getResource",
    "they ask services of Pulumi",
    _CLI,
)
STATE_FEATURE = Refusal(
    "states with resource views, extension packages, snippets or byte strings",
    "to rewrite such a state would lose what this engine cannot represent",
    "go on with the Pulumi CLI that wrote it",
)
SECRETS_PROVIDER = Refusal(
    "secrets providers other than passphrase",
    "key services are services of a cloud",
    "run `pulumi stack change-secrets-provider passphrase` and export the stack again",
)

AUTONAMING = Refusal(
    "configured automatic names",
    "the simulated providers name as the providers do when nothing is configured",
    "remove the key and name the resources in the program, or " + _CLI + " and its own providers",
)

REFUSALS = (
    REMOTE_COMPONENT,
    COMPONENT_CALL,
    PARAMETERISED_PACKAGE,
    STATE_MIGRATION,
    ENV_VAR_MAPPING,
    PLUGIN_CHECKSUM,
    SNIPPET,
    REMOTE_ASSET,
    BUILTIN_RESOURCE,
    BUILTIN_FUNCTION,
    STATE_FEATURE,
    SECRETS_PROVIDER,
    AUTONAMING,
)
