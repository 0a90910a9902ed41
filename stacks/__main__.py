"""The program of every stack: reads the stack's settings, builds its layer, exports the outputs."""

import json
import os
from dataclasses import asdict
from pathlib import Path

import pulumi
from pulumi.runtime import config as pulumi_config

from components.core.errors import TripodError
from stacks.layers import LAYERS
from stacks.settings import resolve


def main() -> None:
    """Build the stack that Pulumi selected.

    Raises:
        pulumi.RunError: with one line per fault, where the stack file or the blueprint is wrong. Where TRIPOD_FAULTS
            names a file, the faults are written to it as JSON too.
    """
    try:
        config = {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}
        settings = resolve(pulumi.get_stack(), config)
        outputs = LAYERS[settings.layer](settings)
    except TripodError as error:
        if report := os.environ.get("TRIPOD_FAULTS"):
            Path(report).write_text(json.dumps([asdict(fault) for fault in error.faults]), encoding="utf-8")
        raise pulumi.RunError(str(error)) from error
    for name, value in outputs.items():
        pulumi.export(name, value)


main()
