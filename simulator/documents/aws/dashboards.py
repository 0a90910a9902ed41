"""Bodies of CloudWatch dashboards.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html. Metric math
and queries of logs are not parsed; whether a metric exists is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.documents.fault import Document, Fault, Place, members, nearest
from simulator.documents.shape import ANY, FLAG, MAP, TEXT, array, checker, enum, number, record, whole
from simulator.values import is_unknown

MAX_WIDGETS = 500
MAX_METRICS = 500
PERIODS = (1, 5, 10, 20, 30)
"""Periods below a minute; others are multiples of 60."""

_RENDERING = checker(
    record(
        {
            "accountId": TEXT,
            "color": {"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$", "description": "#rrggbb"},
            "expression": TEXT,
            "id": {
                "type": "string",
                "pattern": "^[a-z][A-Za-z0-9_]*$",
                "description": "a name that begins in lower case",
            },
            "label": TEXT,
            "period": whole(least=1),
            "region": TEXT,
            "search": TEXT,
            "stat": TEXT,
            "visible": FLAG,
            "yAxis": enum("left", "right"),
        }
    )
)
_AXIS = record({"label": TEXT, "min": number(), "max": number(), "showUnits": FLAG})
_METRIC = record(
    {
        "accountId": TEXT,
        "annotations": record({"horizontal": array(ANY), "vertical": array(ANY), "alarms": array(TEXT, 1, 1)}),
        "end": TEXT,
        "legend": record({"position": enum("right", "bottom", "hidden")}),
        "liveData": FLAG,
        "metrics": array({"type": "array", "minItems": 1}, most=MAX_METRICS),
        "period": whole(least=1),
        "region": TEXT,
        "setPeriodToTimeRange": FLAG,
        "singleValueFullPrecision": FLAG,
        "sparkline": FLAG,
        "stacked": FLAG,
        "start": TEXT,
        "stat": TEXT,
        "table": MAP,
        "timezone": {"type": "string", "pattern": r"^[+-]\d{4}$", "description": "+0100"},
        "title": TEXT,
        "trend": FLAG,
        "view": enum("timeSeries", "singleValue", "gauge", "bar", "pie", "table"),
        "yAxis": record({"left": _AXIS, "right": _AXIS}),
    },
    required=("region",),
    anyOf=[{"required": ["metrics"]}, {"required": ["annotations"]}],
)
PROPERTIES = {
    "alarm": record(
        {
            "alarms": array(TEXT, 1, 100),
            "sortBy": enum("default", "stateUpdatedTimestamp", "timestamp"),
            "states": array(enum("ALARM", "INSUFFICIENT_DATA", "OK")),
            "title": TEXT,
        },
        required=("alarms",),
    ),
    "custom": record({"endpoint": TEXT, "params": ANY, "title": TEXT, "updateOn": MAP}, required=("endpoint",)),
    "explorer": MAP,
    "log": record(
        {
            "accountId": TEXT,
            "query": TEXT,
            "queryLanguage": TEXT,
            "region": TEXT,
            "stacked": FLAG,
            "title": TEXT,
            "view": enum("table", "timeSeries", "bar", "pie"),
        },
        required=("query", "region"),
        extra=True,
    ),
    "metric": _METRIC,
    "text": record({"markdown": TEXT, "background": enum("solid", "transparent")}, required=("markdown",)),
    "trace": MAP,
}
"""Type of widget -> its properties."""

_CHECKS = {kind: checker(schema) for kind, schema in PROPERTIES.items()}
_BODY = checker(
    record(
        {
            "start": TEXT,
            "end": TEXT,
            "periodOverride": enum("auto", "inherit"),
            "variables": array(ANY, most=25),
            "widgets": array(
                record(
                    {
                        "type": TEXT,
                        "x": whole(0, 23),
                        "y": whole(least=0),
                        "width": whole(1, 24),
                        "height": whole(1, 1000),
                        "properties": MAP,
                    },
                    required=("type", "properties"),
                    dependentRequired={"x": ["y"], "y": ["x"]},
                ),
                most=MAX_WIDGETS,
            ),
        },
        required=("widgets",),
    )
)


def dashboard(document: Document) -> Iterator[Fault]:
    """Grammar of a dashboard body."""
    found = list(_BODY(document.value, ()))
    yield from found
    if found or not isinstance(document.value, dict):
        return
    for place, widget in members(document.value["widgets"], ("widgets",)):
        kind = widget["type"]
        if is_unknown(kind):
            continue
        if kind not in _CHECKS:
            yield Fault((*place, "type"), f"'{kind}' is no widget", ", ".join(_CHECKS), nearest(kind, _CHECKS))
            continue
        wrong = list(_CHECKS[kind](widget["properties"], (*place, "properties")))
        yield from wrong
        if kind == "metric" and not wrong and isinstance(widget["properties"], dict):
            yield from _metrics(widget["properties"], (*place, "properties"))


def _metrics(properties: dict[str, Any], place: Place) -> Iterator[Fault]:
    period = properties.get("period")
    if isinstance(period, int | float) and period % 60 and period not in PERIODS:
        yield Fault((*place, "period"), f"{period} is no period", "1, 5, 10, 20, 30 or a multiple of 60 seconds")
    for where, metric in members(properties.get("metrics"), (*place, "metrics")):
        parts = [one for one in metric if not isinstance(one, dict)]
        last = metric[-1]
        if isinstance(last, dict):
            yield from _RENDERING(last, (*where, len(metric) - 1))
        if any(isinstance(one, dict) for one in metric[:-1]):
            yield Fault(where, "what a metric looks like comes last", "[namespace, metric, dimension, value, …, {…}]")
        elif not parts and isinstance(last, dict) and "expression" not in last and "search" not in last:
            yield Fault(where, "it is neither a metric nor an expression", '{"expression": …}')
        elif parts and (len(parts) < 2 or len(parts) % 2):
            yield Fault(where, f"it has {len(parts)} parts", "namespace, metric, and dimensions in pairs")
        elif any(not isinstance(one, str) for one in parts):
            yield Fault(where, "a part of it is no text", "namespace, metric, dimensions")
