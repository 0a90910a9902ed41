"""Definitions of SageMaker pipelines, version 2020-12-01.

Schema: https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/. Arguments of
steps that start a job are checked against the request of that job, as the service does when the pipeline starts; the
properties that steps refer to, against the description of the job. Arguments of EMR, Lambda and callback steps pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator.documents.aws.api_shapes import output_member, request_faults, service
from simulator.documents.fault import Document, Fault, Place, get, items, listed, members, nearest
from simulator.documents.shape import ANY, MAP, TEXT, array, checker, enum, record
from simulator.values import is_unknown

VERSION = "2020-12-01"
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
MAX_STEPS = 50
MAX_PARAMETERS = 200
"""Quotas: https://docs.aws.amazon.com/general/latest/gr/sagemaker.html."""

JOBS: dict[str, tuple[str, str, frozenset[str]]] = {
    "AutoML": ("CreateAutoMLJobV2", "DescribeAutoMLJobV2", frozenset({"AutoMLJobName"})),
    "Model": ("CreateModel", "DescribeModel", frozenset({"ModelName"})),
    "Processing": ("CreateProcessingJob", "DescribeProcessingJob", frozenset({"ProcessingJobName"})),
    "RegisterModel": ("CreateModelPackage", "DescribeModelPackage", frozenset()),
    "Training": ("CreateTrainingJob", "DescribeTrainingJob", frozenset({"TrainingJobName"})),
    "Transform": ("CreateTransformJob", "DescribeTransformJob", frozenset({"TransformJobName"})),
    "Tuning": (
        "CreateHyperParameterTuningJob",
        "DescribeHyperParameterTuningJob",
        frozenset({"HyperParameterTuningJobName"}),
    ),
}
"""Type of step -> the request that its arguments are, the description it offers, members the pipeline fills in."""

CHECKS = ("ClarifyCheck", "QualityCheck")
TYPES = (*JOBS, *CHECKS, "Callback", "Condition", "EMR", "EMRServerless", "Fail", "Lambda")
EXECUTION = (
    "CurrentDateTime",
    "PipelineArn",
    "PipelineExecutionArn",
    "PipelineExecutionId",
    "PipelineName",
    "StartDateTime",
)
FUNCTIONS = ("Get", "Std:Join", "Std:JsonGet")
CONDITIONS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("Equals", "GreaterThan", "GreaterThanOrEqualTo", "LessThan", "LessThanOrEqualTo"), ("LeftValue", "RightValue")
    ),
    "In": ("QueryValue", "Values"),
    "Not": ("Expression",),
    "Or": ("Conditions",),
}
"""Type of condition -> its operands."""

_KINDS: dict[str, tuple[type, ...]] = {
    "String": (str,),
    "Integer": (int,),
    "Float": (int, float),
    "Boolean": (bool,),
}

_TOP = checker(
    record(
        {
            "Version": {"const": VERSION},
            "Metadata": MAP,
            "Parameters": array(
                record(
                    {"Name": TEXT, "Type": enum(*_KINDS), "DefaultValue": ANY, "EnumValues": {"type": "array"}},
                    required=("Name", "Type"),
                ),
                most=MAX_PARAMETERS,
            ),
            "PipelineExperimentConfig": record({"ExperimentName": ANY, "TrialName": ANY}),
            "Steps": array(MAP, most=MAX_STEPS),
        },
        required=("Version", "Steps"),
    )
)
_RETRY = record(
    {
        "ExceptionType": array(TEXT, least=1),
        "IntervalSeconds": ANY,
        "BackoffRate": ANY,
        "MaxAttempts": ANY,
        "ExpireAfterMin": ANY,
        "FailureStrategy": ANY,
    },
    required=("ExceptionType",),
)
_STEP = checker(
    record(
        {
            "Name": TEXT,
            "Type": enum(*TYPES),
            "Arguments": MAP,
            "DependsOn": array(TEXT),
            "DisplayName": TEXT,
            "Description": TEXT,
            "CacheConfig": record({"Enabled": {"type": "boolean"}, "ExpireAfter": TEXT}, required=("Enabled",)),
            "PropertyFiles": array(
                record(
                    {"PropertyFileName": TEXT, "OutputName": TEXT, "FilePath": TEXT},
                    required=("PropertyFileName", "OutputName", "FilePath"),
                )
            ),
            "RetryPolicies": array(_RETRY),
        },
        required=("Name", "Type", "Arguments"),
        extra=True,
    )
)


@dataclass
class _Known:
    parameters: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    needs: dict[str, set[str]] = field(default_factory=dict)


def pipeline(document: Document) -> Iterator[Fault]:
    """Grammar of a pipeline definition."""
    value = document.value
    found = list(_TOP(value, ()))
    yield from found
    if found or not isinstance(value, dict):
        return
    known = _Known()
    yield from _parameters(value.get("Parameters", []), known)
    steps = list(_all(value["Steps"], ("Steps",)))
    for place, step in steps:
        yield from _identity(step, place, known)
    for place, step in steps:
        yield from _step(step, place, known)
    yield from _circle(known)


def _parameters(parameters: Any, known: _Known) -> Iterator[Fault]:
    for place, parameter in members(parameters, ("Parameters",)):
        name, kind = parameter["Name"], parameter["Type"]
        if name in known.parameters:
            yield Fault((*place, "Name"), f"the parameter '{name}' is declared twice")
        known.parameters[name] = parameter
        default = parameter.get("DefaultValue")
        if is_unknown(kind) or default is None or is_unknown(default):
            continue
        right = isinstance(default, _KINDS[kind]) and (kind == "Boolean" or not isinstance(default, bool))
        if not right:
            yield Fault((*place, "DefaultValue"), f"{default!r} is no {kind}", kind)
        elif isinstance(parameter.get("EnumValues"), list) and default not in parameter["EnumValues"]:
            yield Fault((*place, "DefaultValue"), f"{default!r} is not in EnumValues")


def _all(steps: Any, place: Place, depth: int = 0) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yield every step, also those inside the branches of conditions."""
    for where, step in members(steps, place):
        if not isinstance(step, dict):
            continue
        yield where, step
        if step.get("Type") == "Condition" and depth < 20:
            for branch in ("IfSteps", "ElseSteps"):
                yield from _all(get(step, "Arguments", branch), (*where, "Arguments", branch), depth + 1)


def _identity(step: dict[str, Any], place: Place, known: _Known) -> Iterator[Fault]:
    name = step.get("Name")
    if not isinstance(name, str) or is_unknown(name):
        return
    if not NAME.fullmatch(name):
        yield Fault((*place, "Name"), f"'{name}' is no name of a step", "1 to 64 letters, digits, - and _")
    if name in known.steps:
        yield Fault((*place, "Name"), f"the step name '{name}' is taken", "names are unique in the whole pipeline")
    known.steps[name] = step
    known.needs[name] = set()


def _step(step: dict[str, Any], place: Place, known: _Known) -> Iterator[Fault]:
    found = list(_STEP(step, place))
    yield from found
    if found:
        return
    name, kind, arguments = step["Name"], step["Type"], step["Arguments"]
    for where, other in items(step.get("DependsOn", []), (*place, "DependsOn")):
        if is_unknown(other):
            continue
        if other not in known.steps:
            yield Fault(where, f"there is no step '{other}'", listed(known.steps), nearest(other, known.steps))
        else:
            known.needs.setdefault(name, set()).add(other)
    own = arguments
    if kind == "Condition" and isinstance(arguments, dict):
        yield from _condition_step(arguments, (*place, "Arguments"))
        own = {"Conditions": arguments.get("Conditions")}
    yield from _references(own, (*place, "Arguments"), name, known)
    if kind in JOBS:
        operation, _, optional = JOBS[kind]
        yield from request_faults(
            service("sagemaker"), operation, arguments, (*place, "Arguments"), _deferred, optional
        )
    elif kind == "Fail" and isinstance(arguments, dict) and "ErrorMessage" not in arguments:
        yield Fault((*place, "Arguments"), "'ErrorMessage' is missing")
    elif kind == "Lambda" and "FunctionArn" not in step:
        yield Fault(place, "'FunctionArn' is missing")
    elif kind == "Callback" and "SqsQueueUrl" not in step:
        yield Fault(place, "'SqsQueueUrl' is missing")


def _deferred(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in FUNCTIONS


def _condition_step(arguments: dict[str, Any], place: Place) -> Iterator[Fault]:
    for key in arguments:
        if key not in ("Conditions", "IfSteps", "ElseSteps"):
            yield Fault((*place, key), f"'{key}' is no argument of a condition", "Conditions, IfSteps, ElseSteps")
    if not arguments.get("Conditions"):
        yield Fault((*place, "Conditions"), "a condition step has no conditions", "at least one")
    yield from _conditions(arguments.get("Conditions"), (*place, "Conditions"))


def _conditions(conditions: Any, place: Place) -> Iterator[Fault]:
    for where, condition in members(conditions, place):
        kind = condition.get("Type") if isinstance(condition, dict) else None
        if is_unknown(kind):
            continue
        if not isinstance(kind, str) or kind not in CONDITIONS:
            yield Fault(
                (*where, "Type"), f"{kind!r} is no condition", ", ".join(CONDITIONS), nearest(str(kind), CONDITIONS)
            )
            continue
        for operand in CONDITIONS[kind]:
            if operand not in condition:
                yield Fault(where, f"'{operand}' is missing", ", ".join(CONDITIONS[kind]))
        if kind == "Not":
            yield from _conditions([condition.get("Expression")], (*where, "Expression"))
        elif kind == "Or":
            yield from _conditions(condition.get("Conditions"), (*where, "Conditions"))


def _references(value: Any, place: Place, step: str, known: _Known) -> Iterator[Fault]:
    if isinstance(value, dict) and isinstance(value.get("Get"), str) and len(value) == 1:
        yield from _reference(value["Get"], (*place, "Get"), step, known)
        return
    if isinstance(value, dict) and "Std:Join" in value:
        join = value["Std:Join"]
        if not isinstance(join, dict) or not isinstance(join.get("Values"), list):
            yield Fault((*place, "Std:Join"), "a join has no values", "On and Values")
    if isinstance(value, dict) and isinstance(value.get("Std:JsonGet"), dict):
        file = value["Std:JsonGet"].get("PropertyFile")
        if "Path" not in value["Std:JsonGet"] or file is None:
            yield Fault((*place, "Std:JsonGet"), "it says not what to read", "PropertyFile and Path")
    for where, inner in members(value, place):
        yield from _references(inner, where, step, known)


def _reference(text: str, place: Place, step: str, known: _Known) -> Iterator[Fault]:
    if is_unknown(text):
        return
    head, _, rest = text.partition(".")
    if head == "Parameters":
        if rest not in known.parameters:
            what = f"'{text}' names no parameter"
            yield Fault(place, what, listed(known.parameters) or "none is declared", nearest(rest, known.parameters))
        return
    if head == "Execution":
        if rest not in EXECUTION:
            yield Fault(
                place, f"'{text}' is no property of an execution", ", ".join(EXECUTION), nearest(rest, EXECUTION)
            )
        return
    if head != "Steps":
        yield Fault(place, f"'{text}' refers to nothing", "Parameters.…, Steps.…, Execution.…")
        return
    name, *path = [one for one in re.split(r"\.|\[['\"]?|['\"]?\]", rest) if one] or [""]
    if name not in known.steps:
        yield Fault(place, f"'{text}' names no step", listed(known.steps), nearest(name, known.steps))
        return
    known.needs.setdefault(step, set()).add(name)
    yield from _property(text, place, known.steps[name], path)


def _property(text: str, place: Place, target: dict[str, Any], path: list[str]) -> Iterator[Fault]:
    kind = str(target.get("Type"))
    if path[:1] == ["PropertyFiles"] or path[:1] == ["OutputParameters"]:
        key = {
            "PropertyFiles": ("PropertyFiles", "PropertyFileName"),
            "OutputParameters": ("OutputParameters", "OutputName"),
        }
        owner, label = key[path[0]]
        names = [get(one, label) for _, one in members(target.get(owner), ())]
        if path[1:2] and path[1] not in names:
            yield Fault(
                place, f"'{text}' names nothing that the step writes", listed(str(one) for one in names) or "none"
            )
        return
    if kind in JOBS and path:
        missing = output_member(service("sagemaker"), JOBS[kind][1], path)
        if missing is not None:
            yield Fault(
                place,
                f"a {kind} step has no property '{missing[0]}' there",
                listed(missing[1], 30),
                nearest(missing[0], missing[1]),
            )


def _circle(known: _Known) -> Iterator[Fault]:
    waiting = {name: set(others) for name, others in known.needs.items()}
    while ready := [name for name, others in waiting.items() if not others & set(waiting)]:
        for name in ready:
            del waiting[name]
    if waiting:
        yield Fault(("Steps",), f"the steps {', '.join(sorted(waiting))} wait for each other in a circle")
