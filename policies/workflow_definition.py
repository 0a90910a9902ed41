"""Jobs of Vertex AI that a Google Cloud workflow starts, out of the source of the workflow.

A job is any map of the source that is the body of a CustomJob: it has ``jobSpec.workerPoolSpecs``
(https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.customJobs). It is found wherever it is
written, so that it does not matter how it is handed to the API. A value that is an expression (``${…}``) is UNKNOWN.
Deliberately not done: evaluating expressions, and jobs that the source puts together from parts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from policies.checks import PASSED, Outcome, Rule, failed, parsed_rule, undetermined
from policies.settings import Settings
from policies.tokens import gcp
from policies.verdict import MISSING, UNKNOWN, Mark, first

_WORKFLOW, _PATH = gcp("workflows.Workflow"), "sourceContents"


@dataclass(frozen=True)
class Job:
    """One custom job, wherever it stands in the workflow."""

    name: str
    body: Mapping[str, Any]

    def at(self, path: str) -> Any:
        """The value at a path of the body: a value, MISSING or UNKNOWN; an expression is UNKNOWN."""
        value = first(self.body, path)
        return UNKNOWN if isinstance(value, str) and "${" in value else value


def parse(value: Any) -> tuple[Job, ...] | str | Mark:
    """The custom jobs of a source in YAML or JSON: the reason why it is none, or the mark in the value's place."""
    return _parsed(value) if isinstance(value, str) else value if isinstance(value, Mark) else "is no text"


@lru_cache(maxsize=64)  # several controls ask about each workflow
def _parsed(text: str) -> tuple[Job, ...] | str:
    try:
        document = json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError, RecursionError):
        return "is neither YAML nor JSON"
    return tuple(_jobs(document, "main")) if isinstance(document, Mapping) else "holds no workflow"


def _jobs(value: Any, name: str) -> Iterator[Job]:
    if isinstance(value, list):
        for item in value:
            yield from _jobs(item, name)
    elif isinstance(value, Mapping):
        if first(value, "jobSpec.workerPoolSpecs") is not MISSING:
            shown = value.get("displayName")
            yield Job(shown if isinstance(shown, str) and "${" not in shown else name, value)
        for key, item in value.items():
            yield from _jobs(item, str(key) if isinstance(item, Mapping) and key not in ("args", "body") else name)


def job_rule(test: Callable[[Job], str | Mark], words: str) -> Rule:
    """A rule on the custom jobs that workflows start.

    ``test`` says what is wrong with a job: a text that completes "job X …", nothing where it is right, UNKNOWN where
    that depends on an expression. ``words`` says what must hold of a source that is not known yet.
    """

    def judge(found: tuple[Job, ...], _settings: Settings) -> Iterator[Outcome]:
        for job in found:
            fault = test(job)
            if isinstance(fault, Mark):
                yield undetermined(f"job {job.name} is put together when the workflow runs; {words}", _PATH)
            else:
                yield failed(f"job {job.name} {fault}", _PATH) if fault else PASSED

    return parsed_rule(_WORKFLOW, _PATH, parse, judge, words)
