"""The policy pack of the Pulumi CLI. Only this module makes a PolicyPack: it serves until the CLI stops it."""

# ruff: noqa: E402 - the path must be set before the package can be imported
from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

# The CLI starts `python <folder>` and puts the pack's own folder on the path, not the project that holds the package.
sys.path[:0] = [str(Path(__file__).resolve().parent.parent)]

import pulumi.runtime
import pulumi_policy.policy

from policies.environment import settings_of, waivers_of
from policies.native import pack
from policies.registry import controls
from policies.settings import SettingsError

if __name__ == "__main__":
    try:
        chosen = settings_of(pulumi.runtime.get_config_env(), os.environ)
        chosen = replace(chosen, waivers=waivers_of(Path(__file__).resolve().parent.parent))
    except SettingsError as error:
        sys.exit(str(error))
    made, servicer = pack(controls(), chosen)
    # PolicyPack has no parameter for it; the class looks the name up when it starts its server.
    setattr(pulumi_policy.policy, "_PolicyAnalyzerServicer", servicer)  # noqa: B010
    pulumi_policy.PolicyPack("tripod", made, display_name=f"Tripod, profile {chosen.profile}")
