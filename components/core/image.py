"""The container image of the pipeline steps, the drift job and the release job; its source is ``runtime/``."""

RUNTIME_IMAGE = "tripod-runtime"
"""Repository path below the image repository."""
RUNTIME_VERSION = "0.1.0"
"""Tag that the platform's jobs run; moves with the kit's version."""
METRIC_NAMESPACE = "Tripod"
"""Namespace (AWS), metric prefix (Azure, Google Cloud) of what the jobs report."""
DRIFT_METRIC = "DriftedShare"
"""Share of drifted features, 0 to 1, one data point per run; dimensions ``project`` and ``environment``."""


def runtime_command(step: str, **flags: str) -> list[str]:
    """Container command of one step: ``python -m runtime <step> --flag value …``, flags in the order given."""
    command = ["python", "-m", "runtime", step]
    for flag, value in flags.items():
        command += [f"--{flag.replace('_', '-')}", value]
    return command
