"""The program of every stack: reads the stack's settings, builds its layer, exports the outputs."""

import pulumi
from pulumi.runtime import config as pulumi_config

from components.core.errors import TripodError
from stacks.layers import LAYERS
from stacks.settings import resolve


def main() -> None:
    """Build the stack that Pulumi selected.

    Raises:
        pulumi.RunError: with one line per fault, where the stack file or the blueprint is wrong.
    """
    try:
        config = {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}
        settings = resolve(pulumi.get_stack(), config)
        outputs = LAYERS[settings.layer](settings)
    except TripodError as error:
        raise pulumi.RunError(str(error)) from error
    for name, value in outputs.items():
        pulumi.export(name, value)


main()
