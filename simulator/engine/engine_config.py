"""The configuration of the engine itself: the namespace ``pulumi`` of a stack file.

``pulumi:disable-default-providers`` is obeyed; ``pulumi:autonaming`` is refused; ``pulumi:tags`` and
``pulumi:template`` are for the service of Pulumi and for ``pulumi new``, and say nothing of resources
(https://www.pulumi.com/docs/iac/concepts/config/).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from simulator.engine import refusals
from simulator.engine.errors import ConfigError, EngineError

AUTONAMING = "pulumi:autonaming"
DISABLED = "pulumi:disable-default-providers"


def check(config: Mapping[str, str]) -> None:
    """Refuse configuration that this engine cannot obey.

    Raises:
        Unsupported: automatic names by pattern.
        ConfigError: the list of default providers is none.
    """
    if AUTONAMING in config:
        raise refusals.AUTONAMING.of(f"the stack sets {AUTONAMING}")
    disabled(config)


def disabled(config: Mapping[str, str]) -> frozenset[str]:
    """Packages without a default provider; ``*`` stands for all.

    Raises:
        ConfigError: the value is no list of texts.
    """
    text = config.get(DISABLED, "")
    if not text:
        return frozenset()
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f'{DISABLED} is {text!r}; write a list of packages, such as ["aws"], or ["*"] for all')
    return frozenset(item.strip() for item in value)


def require_default(config: Mapping[str, str], package: str, what: str) -> None:
    """Refuse ``what`` the default provider of its package where the stack has switched that off.

    Raises:
        EngineError: it is off.
    """
    if package != "pulumi" and not disabled(config).isdisjoint({"*", package}):
        raise EngineError(f"Default provider for '{package}' disabled. '{what}' must use an explicit provider.")
