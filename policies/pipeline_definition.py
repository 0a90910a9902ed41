"""SageMaker pipeline definitions as typed data: what rules on the steps of a pipeline read.

https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.checks import PASSED, Outcome, Rule, failed, parsed_rule
from policies.settings import Settings
from policies.tokens import aws
from policies.verdict import MISSING, Mark

_PIPELINE, PATH = aws("sagemaker.Pipeline"), "pipelineDefinition"


@dataclass(frozen=True)
class Step:
    """One step, wherever it stands in the branches of conditions."""

    name: str
    type: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Definition:
    """A pipeline definition: its steps, and the default of each parameter."""

    steps: tuple[Step, ...]
    defaults: Mapping[str, Any]

    def resolve(self, value: Any) -> Any:
        """A value, or the default of the parameter that it names (``{"Get": "Parameters.X"}``); MISSING without one."""
        if isinstance(value, Mapping):
            name = value.get("Get")
            if isinstance(name, str) and name.startswith("Parameters."):
                return self.defaults.get(name.removeprefix("Parameters."), MISSING)
        return value


def parse(value: Any) -> Definition | str | Mark:
    """Read a definition: a Definition, the reason why it is none, or the mark that stands in the value's place."""
    if isinstance(value, Mark):
        return value
    try:
        document = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return "is not JSON"
    if not isinstance(document, Mapping) or not isinstance(document.get("Steps"), list):
        return "has no Steps"
    parameters = document.get("Parameters")
    defaults = {
        str(p.get("Name")): p.get("DefaultValue", MISSING)
        for p in (parameters if isinstance(parameters, list) else [])
        if isinstance(p, Mapping)
    }
    return Definition(tuple(_steps(document["Steps"])), defaults)


def _steps(raw: Sequence[Any]) -> Iterator[Step]:
    for entry in raw:
        if not isinstance(entry, Mapping):
            continue
        arguments = entry.get("Arguments")
        arguments = arguments if isinstance(arguments, Mapping) else {}
        yield Step(str(entry.get("Name") or "?"), str(entry.get("Type") or ""), arguments)
        for branch in ("IfSteps", "ElseSteps"):
            if isinstance(arguments.get(branch), list):
                yield from _steps(arguments[branch])


def definition_rule(judge: Callable[[Definition, Settings], Iterable[Outcome]], words: str) -> Rule:
    """A rule on pipeline definitions; ``words`` says what must hold of one that is not known yet."""
    return parsed_rule(_PIPELINE, PATH, parse, judge, words)


def step_rule(test: Callable[[Step], str | None], words: str) -> Rule:
    """A rule on the steps of SageMaker pipelines.

    ``test`` says what is wrong with a step: a text that completes "step X …", nothing where it is right, None where the
    rule is not about it. ``words`` says what must hold of a definition that is not known yet.
    """

    def judge(definition: Definition, _settings: Settings) -> Iterator[Outcome]:
        for step in definition.steps:
            fault = test(step)
            if fault is not None:
                yield failed(f"step {step.name} {fault}", PATH) if fault else PASSED

    return definition_rule(judge, words)
