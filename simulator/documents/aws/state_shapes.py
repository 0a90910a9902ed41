"""Fields of the states of Step Functions by type and query language.

https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html, page by page, and
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from simulator.documents.fault import Fault, Place
from simulator.documents.shape import ANY, FLAG, MAP, TEXT, Schema, array, checker, enum, record

Check = Callable[[Any, Place], Iterator[Fault]]

LANGUAGES = ("JSONPath", "JSONata")
_LANGUAGE = enum(*LANGUAGES)
_NAME: Schema = {"type": "string", "minLength": 1, "maxLength": 80}
_PATH: Schema = {"type": "string", "pattern": r"^(\$|States\.)", "description": "a path that begins with $"}
_MAYBE_PATH: Schema = {
    "type": ["string", "null"],
    "pattern": r"^\$",
    "description": "a path that begins with $, or null",
}
_JSONATA: Schema = {"type": "string", "pattern": r"^\{%[\s\S]*%\}$", "description": "{% … %}"}


def _count(least: int, most: int | None = None) -> Schema:
    limits = {"minimum": least} if most is None else {"minimum": least, "maximum": most}
    return {"type": "integer", **limits}


def _or_jsonata(schema: Schema) -> Schema:
    return {"anyOf": [schema, _JSONATA]}


_SECONDS = _count(1, 99_999_999)

_COMMON: Schema = {"Type": TEXT, "Comment": TEXT, "QueryLanguage": _LANGUAGE}
_MOVES: Schema = {"Next": _NAME, "End": FLAG}
_HANDLERS: Schema = {"Retry": array(ANY), "Catch": array(ANY)}

_SAME: dict[str, tuple[Schema, tuple[str, ...]]] = {
    "Task": ({**_MOVES, **_HANDLERS, "Resource": TEXT, "Assign": MAP}, ("Resource",)),
    "Parallel": ({**_MOVES, **_HANDLERS, "Branches": array(ANY, least=1), "Assign": MAP}, ("Branches",)),
    "Map": (
        {
            **_MOVES,
            **_HANDLERS,
            "ItemProcessor": MAP,
            "Iterator": MAP,
            "ItemSelector": ANY,
            "ItemReader": MAP,
            "ItemBatcher": MAP,
            "ResultWriter": MAP,
            "Label": {"type": "string", "maxLength": 40},
            "Assign": MAP,
        },
        (),
    ),
    "Pass": ({**_MOVES, "Assign": MAP}, ()),
    "Wait": ({**_MOVES, "Assign": MAP}, ()),
    "Choice": ({"Choices": array(MAP, least=1), "Default": _NAME, "Assign": MAP}, ("Choices",)),
    "Succeed": ({}, ()),
    "Fail": ({}, ()),
}
"""Fields that a type of state has in both languages, and which of them it must have."""

_FLOW: Schema = {"InputPath": _MAYBE_PATH, "OutputPath": _MAYBE_PATH}
_RESULT: Schema = {"ResultPath": _MAYBE_PATH, "ResultSelector": ANY, "Parameters": ANY}

_JSONPATH: dict[str, Schema] = {
    "Task": {
        **_FLOW,
        **_RESULT,
        "Credentials": MAP,
        "TimeoutSeconds": _SECONDS,
        "TimeoutSecondsPath": _PATH,
        "HeartbeatSeconds": _SECONDS,
        "HeartbeatSecondsPath": _PATH,
    },
    "Parallel": {**_FLOW, **_RESULT},
    "Map": {
        **_FLOW,
        **_RESULT,
        "ItemsPath": _PATH,
        "MaxConcurrency": _count(0),
        "MaxConcurrencyPath": _PATH,
        "ToleratedFailureCount": _count(0),
        "ToleratedFailureCountPath": _PATH,
        "ToleratedFailurePercentage": {"type": "number", "minimum": 0, "maximum": 100},
        "ToleratedFailurePercentagePath": _PATH,
    },
    "Pass": {**_FLOW, "Parameters": ANY, "Result": ANY, "ResultPath": _MAYBE_PATH},
    "Wait": {
        **_FLOW,
        "Seconds": _count(0, 99_999_999),
        "SecondsPath": _PATH,
        "Timestamp": TEXT,
        "TimestampPath": _PATH,
    },
    "Choice": {**_FLOW},
    "Succeed": {**_FLOW},
    "Fail": {"Error": TEXT, "Cause": TEXT, "ErrorPath": _PATH, "CausePath": _PATH},
}

_JSONATA_FIELDS: dict[str, Schema] = {
    "Task": {
        "Arguments": ANY,
        "Output": ANY,
        "Credentials": ANY,
        "TimeoutSeconds": _or_jsonata(_SECONDS),
        "HeartbeatSeconds": _or_jsonata(_SECONDS),
    },
    "Parallel": {"Arguments": ANY, "Output": ANY},
    "Map": {
        "Items": {"anyOf": [{"type": "array"}, {"type": "object"}, _JSONATA]},
        "Output": ANY,
        "MaxConcurrency": _or_jsonata(_count(0)),
        "ToleratedFailureCount": _or_jsonata(_count(0)),
        "ToleratedFailurePercentage": _or_jsonata({"type": "number", "minimum": 0, "maximum": 100}),
    },
    "Pass": {"Output": ANY},
    "Wait": {"Output": ANY, "Seconds": _or_jsonata(_count(0, 99_999_999)), "Timestamp": TEXT},
    "Choice": {"Output": ANY},
    "Succeed": {"Output": ANY},
    "Fail": {"Error": TEXT, "Cause": TEXT},
}

_ONE_OF: dict[tuple[str, str], tuple[str, ...]] = {
    ("Wait", "JSONPath"): ("Seconds", "SecondsPath", "Timestamp", "TimestampPath"),
    ("Wait", "JSONata"): ("Seconds", "Timestamp"),
    ("Map", "JSONPath"): ("ItemProcessor", "Iterator"),
    ("Map", "JSONata"): ("ItemProcessor",),
}


def _comparisons() -> dict[str, Schema]:
    found: dict[str, Schema] = {}
    kinds = {"String": TEXT, "Numeric": {"type": "number"}, "Timestamp": TEXT}
    for kind, schema in kinds.items():
        for test in ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"):
            found[f"{kind}{test}"] = schema
            found[f"{kind}{test}Path"] = _PATH
    found |= {"StringMatches": TEXT, "BooleanEquals": FLAG, "BooleanEqualsPath": _PATH}
    found |= {f"Is{what}": FLAG for what in ("Null", "Present", "Numeric", "String", "Boolean", "Timestamp")}
    return found


COMPARISONS = _comparisons()


def _rule(top: bool) -> Schema:
    inner: Schema = {"$ref": "#/$defs/rule"}
    logic: Schema = {"And": array(inner, least=1), "Or": array(inner, least=1), "Not": inner}
    fields: Schema = {"Variable": _PATH, **COMPARISONS, **logic, "Next": _NAME, "Assign": MAP, "Comment": TEXT}
    one = [{"required": [name]} for name in (*COMPARISONS, *logic)]
    return record(fields, required=("Next",) if top else (), oneOf=one, dependentRequired=_with_variable())


def _with_variable() -> dict[str, list[str]]:
    return {name: ["Variable"] for name in COMPARISONS}


_CONDITION = record(
    {"Condition": TEXT, "Next": _NAME, "Assign": MAP, "Output": ANY, "Comment": TEXT}, required=("Condition", "Next")
)


def _shape(kind: str, language: str) -> Check:
    fields, required = _SAME[kind]
    own = (_JSONPATH if language == "JSONPath" else _JSONATA_FIELDS)[kind]
    more: Schema = {}
    if (kind, language) in _ONE_OF:
        more["oneOf"] = [{"required": [name]} for name in _ONE_OF[kind, language]]
    schema = record({**_COMMON, **fields, **own}, required=required, **more)
    if kind == "Choice":
        rule = _rule(top=True) if language == "JSONPath" else _CONDITION
        schema["properties"] = {**schema["properties"], "Choices": array(rule, least=1)}
        schema["$defs"] = {"rule": _rule(top=False)}
    return checker(schema)


SHAPES: dict[str, dict[str, Check]] = {
    kind: {language: _shape(kind, language) for language in LANGUAGES} for kind in _SAME
}
"""Type of state -> query language -> what yields the faults of a state's fields."""

_RETRY: Schema = {
    "ErrorEquals": array({"type": "string", "minLength": 1}, least=1),
    "IntervalSeconds": _count(1, 99_999_999),
    "MaxAttempts": _count(0, 99_999_999),
    "BackoffRate": {"type": "number", "minimum": 1},
    "MaxDelaySeconds": _count(1, 31_622_400),
    "JitterStrategy": enum("FULL", "NONE"),
    "Comment": TEXT,
}
_CATCH: Schema = {"ErrorEquals": _RETRY["ErrorEquals"], "Next": _NAME, "Assign": MAP, "Comment": TEXT}

RETRIER: dict[str, Check] = dict.fromkeys(LANGUAGES, checker(record(_RETRY, required=("ErrorEquals",))))
CATCHER: dict[str, Check] = {
    "JSONPath": checker(record({**_CATCH, "ResultPath": _MAYBE_PATH}, required=("ErrorEquals", "Next"))),
    "JSONata": checker(record({**_CATCH, "Output": ANY}, required=("ErrorEquals", "Next"))),
}

TOP: Check = checker(
    record(
        {
            "Comment": TEXT,
            "StartAt": _NAME,
            "States": {"type": "object", "minProperties": 1, "propertyNames": {"minLength": 1, "maxLength": 80}},
            "Version": {"const": "1.0"},
            "TimeoutSeconds": _count(0, 99_999_999),
            "QueryLanguage": _LANGUAGE,
            "ProcessorConfig": record(
                {"Mode": enum("INLINE", "DISTRIBUTED"), "ExecutionType": enum("STANDARD", "EXPRESS")}
            ),
        },
        required=("StartAt", "States"),
    )
)
