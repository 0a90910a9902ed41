"""The command line: a table of steps. Exit codes: 0 done, 1 refused or failed, 2 bad input.

Only the chosen step's module is imported, so that the release job needs no data libraries.
"""

import importlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import InputError, Refused
from runtime.flags import parse
from runtime.log import log, without_secrets

DONE, REFUSED, BAD_INPUT = 0, 1, 2
SAGEMAKER_OUTPUT = Path("/opt/ml/output")
"""Where SageMaker looks for the reason of a failure: ``failure`` of training jobs, ``message`` of processing jobs
(https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-output.html)."""


@dataclass(frozen=True)
class Step:
    """A step: its module has a dataclass ``Options`` and a function ``run(options)``."""

    module: str
    about: str


STEPS: dict[str, Step] = {
    "quality": Step("runtime.quality", "Check data before a model is trained on it; refuses bad data."),
    "train": Step("runtime.train", "Train a model of a table and describe it."),
    "evaluate": Step("runtime.evaluate", "Measure a model on rows that it was not trained on."),
    "register": Step("runtime.register", "Add a model that passed evaluation to the registry."),
    "score": Step("runtime.score", "Predict for a table with the newest approved model."),
    "drift": Step("runtime.drift", "Compare captured data with the data of training and report the drifted share."),
    "release": Step("runtime.release", "Put a model into a Vertex AI endpoint: canary, watch, promote or roll back."),
    "serve": Step("runtime.serve", "Answer prediction requests over HTTP, as SageMaker and Vertex AI ask them."),
}


def main(arguments: Sequence[str]) -> int:
    """Run one step and return the exit code. Any other failure is raised, so that its traceback is in the logs."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(_usage())
        return DONE if arguments else BAD_INPUT
    name, *rest = arguments
    try:
        step = STEPS.get(name)
        if step is None:
            raise InputError(f"unknown step '{name}'; known: {', '.join(STEPS)}")
        module = importlib.import_module(step.module)
        options = parse(name, step.about, module.Options, rest)
        log("step started", step=name)
        module.run(options)
    except InputError as fault:
        return _end(name, BAD_INPUT, "bad input", fault)
    except Refused as refusal:
        return _end(name, REFUSED, "refused", refusal)
    except Exception as failure:
        _end(name, REFUSED, "failed", failure)
        raise
    log("step done", step=name)
    return DONE


def _end(step: str, code: int, event: str, error: Exception) -> int:
    message = without_secrets(str(error))
    log(event, severity="ERROR", step=step, exit_code=code, kind=type(error).__name__, message=message)
    if SAGEMAKER_OUTPUT.is_dir() and os.access(SAGEMAKER_OUTPUT, os.W_OK):
        for name in ("failure", "message"):
            (SAGEMAKER_OUTPUT / name).write_text(f"{step}: {message}"[:1024])
    return code


def _usage() -> str:
    width = max(map(len, STEPS))
    lines = [f"  {name.ljust(width)}  {step.about}" for name, step in STEPS.items()]
    return "\n".join(["usage: python -m runtime <step> --flags", "", *lines])
