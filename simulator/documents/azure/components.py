"""Component specifications and feature set specifications of Azure Machine Learning.

https://learn.microsoft.com/azure/machine-learning/reference-yaml-component-command,
https://learn.microsoft.com/azure/machine-learning/reference-yaml-component-pipeline and
https://learn.microsoft.com/azure/machine-learning/reference-yaml-feature-set-spec. Command and pipeline components are
read; automated and sweep jobs inside pipelines pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from simulator.documents.fault import Document, Fault, Place, get, listed, members, nearest
from simulator.documents.shape import TEXT, array, checker, enum, grammar, record
from simulator.values import is_unknown, strings

TYPES = ("automl", "command", "data_transfer", "import", "parallel", "pipeline", "spark", "sweep")
ASSETS = ("custom_model", "mlflow_model", "mltable", "triton_model", "uri_file", "uri_folder")
LITERALS = ("boolean", "enum", "integer", "number", "string")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,254}")
PORT = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")

_PLACEHOLDER = re.compile(r"\$\{\{\s*([^}]*?)\s*\}\}")


def component(document: Document) -> Iterator[Fault]:
    """Grammar of ``componentSpec``."""
    spec = document.value
    if not isinstance(spec, dict):
        yield Fault((), "a component specification is an object", "name, version, type, inputs, outputs, …")
        return
    for key in ("name", "type"):
        if spec.get(key) is None:
            yield Fault((key,), f"'{key}' is missing")
    name, kind = spec.get("name"), spec.get("type")
    if isinstance(name, str) and not is_unknown(name) and not NAME.fullmatch(name):
        yield Fault(("name",), f"'{name}' is no name of a component", "letters, digits, _ . and -, at most 255")
    if isinstance(kind, str) and not is_unknown(kind) and kind not in TYPES:
        yield Fault(("type",), f"'{kind}' is no type of component", ", ".join(TYPES), nearest(kind, TYPES))
    for key, known in (("inputs", (*ASSETS, *LITERALS)), ("outputs", (*ASSETS, *LITERALS))):
        for place, port in members(spec.get(key), (key,)):
            yield from _port(port, place, known)
    if kind == "command":
        yield from _command(spec)
    elif kind == "pipeline":
        yield from _pipeline(spec)


def _port(port: Any, place: Place, known: tuple[str, ...]) -> Iterator[Fault]:
    if not PORT.fullmatch(str(place[-1])):
        yield Fault(place, f"'{place[-1]}' is no name of an input or output", "letters, digits and _")
    kind = port.get("type") if isinstance(port, dict) else None
    if not isinstance(port, dict) or kind is None:
        yield Fault(place, "it has no type", ", ".join(known))
    elif isinstance(kind, str) and not is_unknown(kind) and kind not in known:
        yield Fault((*place, "type"), f"'{kind}' is no type", ", ".join(known), nearest(kind, known))


def _command(spec: dict[str, Any]) -> Iterator[Fault]:
    for key in ("command", "environment"):
        if spec.get(key) in (None, ""):
            yield Fault((key,), f"a command component has no {key}")
    command = spec.get("command")
    if not isinstance(command, str) or is_unknown(command):
        return
    for found in _PLACEHOLDER.findall(command):
        head, _, port = found.partition(".")
        known = spec.get(head)
        if head not in ("inputs", "outputs", "search_space"):
            yield Fault(("command",), f"'${{{{{found}}}}}' refers to nothing", "${{inputs.name}} and ${{outputs.name}}")
        elif head != "search_space" and (not isinstance(known, dict) or port not in known) and not is_unknown(known):
            ports = known if isinstance(known, dict) else {}
            yield Fault(
                ("command",), f"there is no {head[:-1]} '{port}'", listed(ports) or "none", nearest(port, ports)
            )


def _pipeline(spec: dict[str, Any]) -> Iterator[Fault]:
    jobs = spec.get("jobs")
    if is_unknown(jobs):
        return
    if not isinstance(jobs, dict) or not jobs:
        yield Fault(("jobs",), "a pipeline component has no jobs", "at least one")
        return
    needs: dict[str, set[str]] = {str(name): set() for name in jobs}
    for place, job in members(jobs, ("jobs",)):
        if not isinstance(job, dict):
            yield Fault(place, "a job is an object")
            continue
        if not any(job.get(key) for key in ("component", "componentId", "command", "trial", "task")):
            yield Fault(place, "a job runs no component", "componentId")
        for path, text in strings(job):
            for found in _PLACEHOLDER.findall(text):
                if found.startswith("parent."):
                    yield from _parent(found, (*place, *path), spec, jobs, needs[str(place[-1])])
    yield from _cycle(needs)


def _parent(found: str, place: Place, spec: dict[str, Any], jobs: dict[str, Any], needs: set[str]) -> Iterator[Fault]:
    steps = found.split(".")
    if steps[1:2] == ["jobs"] and len(steps) >= 5 and steps[3] == "outputs":
        name, port = steps[2], ".".join(steps[4:])
        job = jobs.get(name)
        if job is None:
            yield Fault(place, f"'{found}' names no job", listed(jobs), nearest(name, jobs))
            return
        needs.add(name)
        outputs = get(job, "outputs")
        if isinstance(outputs, dict) and outputs and port not in outputs:
            yield Fault(place, f"job '{name}' has no output '{port}'", listed(outputs), nearest(port, outputs))
    elif steps[1:2] and steps[1] in ("inputs", "outputs") and len(steps) > 2:
        ports = spec.get(steps[1])
        if isinstance(ports, dict) and ".".join(steps[2:]) not in ports:
            yield Fault(place, f"'{found}' names no {steps[1][:-1]} of the pipeline", listed(ports) or "none")
    elif steps[1:2] != ["identity"]:
        yield Fault(place, f"'{found}' refers to nothing", "parent.inputs.X, parent.outputs.X, parent.jobs.J.outputs.X")


def _cycle(needs: dict[str, set[str]]) -> Iterator[Fault]:
    waiting = dict(needs)
    while ready := [name for name, others in waiting.items() if not others & set(waiting)]:
        for name in ready:
            del waiting[name]
    if waiting:
        yield Fault(("jobs",), f"the jobs {', '.join(sorted(waiting))} wait for each other")


_COLUMN = record({"name": TEXT, "type": TEXT}, required=("name", "type"), extra=True)
_FEATURES = ("string", "integer", "long", "float", "double", "binary", "datetime", "boolean")
_SET = checker(
    record(
        {
            "$schema": TEXT,
            "source": record(
                {
                    "type": enum("parquet", "csv", "deltatable", "mltable", "custom", "featureset"),
                    "path": TEXT,
                    "timestamp_column": record({"name": TEXT, "format": TEXT}, required=("name",)),
                },
                required=("type",),
                extra=True,
            ),
            "features": array({**_COLUMN, "properties": {"name": TEXT, "type": enum(*_FEATURES)}}, least=1),
            "index_columns": array({**_COLUMN, "properties": {"name": TEXT, "type": enum(*_FEATURES)}}, least=1),
        },
        required=("source", "features", "index_columns"),
        extra=True,
    )
)


def feature_set(document: Document) -> Iterator[Fault]:
    """Grammar of a feature set specification."""
    found = list(_SET(document.value, ()))
    yield from found
    if found:
        return
    seen: set[str] = set()
    for key in ("features", "index_columns"):
        for place, column in members(document.value[key], (key,)):
            name = column["name"]
            if name in seen and not is_unknown(name):
                yield Fault((*place, "name"), f"the column '{name}' is named twice")
            seen.add(name)


workbook = grammar(
    record(
        {
            "version": {"const": "Notebook/1.0"},
            "items": array(
                record(
                    {
                        "type": {"enum": [1, 3, 9, 10, 11, 12]},
                        "content": {"type": "object"},
                        "name": TEXT,
                        "customWidth": {
                            "type": "string",
                            "pattern": r"^\d{1,3}$",
                            "description": "a percentage as text",
                        },
                    },
                    required=("type", "content"),
                    extra=True,
                )
            ),
            "fallbackResourceIds": array(TEXT),
            "$schema": TEXT,
        },
        required=("version", "items"),
        extra=True,
    )
)
"""Grammar of a workbook: items are texts (1), queries (3), parameters (9), metrics (10), links (11), groups (12).

https://learn.microsoft.com/azure/azure-monitor/visualize/workbooks-automate. Queries inside are not parsed.
"""
