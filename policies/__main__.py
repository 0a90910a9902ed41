"""The policy pack of the Pulumi CLI. Only this module makes a PolicyPack: it serves until the CLI stops it."""

# ruff: noqa: E402 - the path must be set before the package can be imported
from __future__ import annotations

import os
import sys
from pathlib import Path

# The CLI starts `python <folder>` and puts the pack's own folder on the path, not the project that holds the package.
sys.path[:0] = [str(Path(__file__).resolve().parent.parent)]

import pulumi.runtime
from pulumi_policy import PolicyPack

from policies.environment import settings_of
from policies.native import policies
from policies.registry import controls
from policies.settings import SettingsError

if __name__ == "__main__":
    try:
        chosen = settings_of(pulumi.runtime.get_config_env(), os.environ)
    except SettingsError as error:
        sys.exit(str(error))
    PolicyPack("tripod", policies(controls(), chosen), display_name=f"Tripod, profile {chosen.profile}")
