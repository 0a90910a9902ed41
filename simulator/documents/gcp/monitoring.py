"""Alert policies, dashboards, log sinks and log metrics of Google Cloud.

Alert policies: https://docs.cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies. Dashboards:
https://docs.cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards. PromQL and MQL are not parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from simulator.documents.fault import Document, Fault, Place, get, items, listed, members, nearest
from simulator.documents.gcp.filters import logging_faults, monitoring_faults
from simulator.documents.shape import ANY, MAP, TEXT, array, checker, record
from simulator.values import is_unknown

MAX_CONDITIONS = 6
KINDS = (
    "conditionAbsent",
    "conditionMatchedLog",
    "conditionMonitoringQueryLanguage",
    "conditionPrometheusQueryLanguage",
    "conditionSql",
    "conditionThreshold",
)
_SECONDS = re.compile(r"(\d+)(?:\.\d+)?s")
_NEEDS = ("metric.type", "resource.type")

LAYOUTS = ("columnLayout", "gridLayout", "mosaicLayout", "rowLayout")
WIDGETS = (
    "alertChart",
    "blank",
    "collapsibleGroup",
    "errorReportingPanel",
    "filterControl",
    "incidentList",
    "logsPanel",
    "pieChart",
    "scorecard",
    "sectionHeader",
    "singleViewGroup",
    "text",
    "timeSeriesTable",
    "treemap",
    "xyChart",
)
MAX_COLUMNS = 48

_DASHBOARD = checker(
    record(
        {
            "name": TEXT,
            "etag": TEXT,
            "displayName": {"type": "string", "minLength": 1},
            "labels": MAP,
            "dashboardFilters": array(ANY),
            "annotations": MAP,
            **dict.fromkeys(LAYOUTS, MAP),
        },
        required=("displayName",),
        oneOf=[{"required": [name]} for name in LAYOUTS],
    )
)


def alert_policy(document: Document) -> Iterator[Fault]:
    """Grammar of an alert policy."""
    inputs = document.value
    if not isinstance(inputs, dict):
        return
    conditions = inputs.get("conditions")
    if isinstance(conditions, list) and not 1 <= len(conditions) <= MAX_CONDITIONS:
        yield Fault(("conditions",), f"it has {len(conditions)} conditions", f"1 to {MAX_CONDITIONS}")
    logs = False
    for place, condition in members(conditions, ("conditions",)):
        if not isinstance(condition, dict):
            continue
        named = [kind for kind in KINDS if condition.get(kind) is not None]
        if len(named) != 1:
            yield Fault(place, f"a condition is of {len(named)} kinds", "exactly one of " + ", ".join(KINDS))
        for kind in named:
            yield from _condition(kind, condition[kind], (*place, kind))
        logs = logs or "conditionMatchedLog" in named
    strategy = inputs.get("alertStrategy")
    yield from _strategy(strategy, logs)
    if logs and isinstance(conditions, list) and len(conditions) > 1:
        yield Fault(("conditions",), "an alert on logs has one condition only", "one conditionMatchedLog")


def _condition(kind: str, condition: Any, place: Place) -> Iterator[Fault]:
    if not isinstance(condition, dict):
        return
    text = condition.get("filter")
    if kind == "conditionMatchedLog":
        if isinstance(text, str):
            yield from logging_faults(text, (*place, "filter"))
        return
    if kind in ("conditionThreshold", "conditionAbsent"):
        if isinstance(text, str):
            yield from monitoring_faults(text, (*place, "filter"), needs=_NEEDS)
        other = condition.get("denominatorFilter")
        if isinstance(other, str):
            yield from monitoring_faults(other, (*place, "denominatorFilter"), needs=_NEEDS)
            if not condition.get("denominatorAggregations"):
                yield Fault(place, "a ratio needs denominatorAggregations")
        least = 120 if kind == "conditionAbsent" else 0
        yield from _duration(condition.get("duration"), (*place, "duration"), least)
        for key in ("aggregations", "denominatorAggregations"):
            for where, aggregation in members(condition.get(key), (*place, key)):
                yield from _duration(get(aggregation, "alignmentPeriod"), (*where, "alignmentPeriod"), 60)


def _duration(value: Any, place: Place, least: int) -> Iterator[Fault]:
    if not isinstance(value, str) or is_unknown(value):
        return
    found = _SECONDS.fullmatch(value)
    if found is None:
        yield Fault(place, f"'{value}' is no duration", "seconds such as 300s")
    elif int(found.group(1)) < least or int(found.group(1)) % 60:
        yield Fault(place, f"'{value}' is no duration that this takes", f"a multiple of 60 s, at least {least} s")


def _strategy(strategy: Any, logs: bool) -> Iterator[Fault]:
    if is_unknown(strategy):
        return
    limit = get(strategy, "notificationRateLimit")
    if logs and limit is None:
        yield Fault(("alertStrategy",), "an alert on logs has no notificationRateLimit", "notificationRateLimit.period")
    close = get(strategy, "autoClose")
    if isinstance(close, str) and not is_unknown(close):
        found = _SECONDS.fullmatch(close)
        if found is None or not 1800 <= int(found.group(1)) <= 604_800:
            yield Fault(("alertStrategy", "autoClose"), f"'{close}' is out of range", "1800s to 604800s")


def sink(document: Document) -> Iterator[Fault]:
    """Grammar of a log sink: its filter, those of its exclusions, its destination."""
    inputs = document.value
    if not isinstance(inputs, dict):
        return
    text = inputs.get("filter")
    if isinstance(text, str):
        yield from logging_faults(text, ("filter",))
    for place, exclusion in members(inputs.get("exclusions"), ("exclusions",)):
        inner = get(exclusion, "filter")
        if isinstance(inner, str):
            yield from logging_faults(inner, (*place, "filter"))
    destination = inputs.get("destination")
    if isinstance(destination, str) and not is_unknown(destination) and not _DESTINATION.fullmatch(destination):
        yield Fault(
            ("destination",),
            f"'{destination}' is no destination",
            "storage.googleapis.com/BUCKET, bigquery.googleapis.com/projects/…/datasets/…, "
            "pubsub.googleapis.com/projects/…/topics/…, logging.googleapis.com/projects/…[/locations/…/buckets/…]",
        )


_DESTINATION = re.compile(
    r"storage\.googleapis\.com/[a-z0-9][a-z0-9._-]+"
    r"|bigquery\.googleapis\.com/projects/[^/]+/datasets/\w+"
    r"|pubsub\.googleapis\.com/projects/[^/]+/topics/[^/]+"
    r"|logging\.googleapis\.com/(projects|folders|organizations|billingAccounts)/[^/]+(/locations/[^/]+/buckets/[^/]+)?"
)


def log_filter(document: Document) -> Iterator[Fault]:
    """Grammar of a filter of log entries that stands alone."""
    if isinstance(document.value, str):
        yield from logging_faults(document.value, ())


def dashboard(document: Document) -> Iterator[Fault]:
    """Grammar of a dashboard."""
    value = document.value
    found = list(_DASHBOARD(value, ()))
    yield from found
    if found or not isinstance(value, dict):
        return
    layout = next(name for name in LAYOUTS if name in value)
    body = value[layout]
    if layout == "mosaicLayout":
        yield from _mosaic(body)
        return
    groups = {"gridLayout": "", "rowLayout": "rows", "columnLayout": "columns"}[layout]
    holders = [((layout,), body)] if not groups else list(members(get(body, groups), (layout, groups)))
    for place, holder in holders:
        for where, widget in members(get(holder, "widgets"), (*place, "widgets")):
            yield from _widget(widget, where)


def _mosaic(body: Any) -> Iterator[Fault]:
    columns = get(body, "columns")
    if isinstance(columns, int | float) and not 1 <= columns <= MAX_COLUMNS:
        yield Fault(("mosaicLayout", "columns"), f"{columns} is out of range", f"1 to {MAX_COLUMNS}")
    taken: list[tuple[Place, tuple[float, float, float, float]]] = []
    for place, tile in members(get(body, "tiles"), ("mosaicLayout", "tiles")):
        if not isinstance(tile, dict):
            continue
        if "widget" in tile and not is_unknown(tile["widget"]):
            yield from _widget(tile["widget"], (*place, "widget"))
        box = [tile.get(key, 0) for key in ("xPos", "yPos", "width", "height")]
        if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in box):
            continue
        x, y, width, height = box
        if width < 1 or height < 1:
            yield Fault(place, "a tile has no size", "width and height of at least 1")
        elif isinstance(columns, int | float) and x + width > columns:
            yield Fault(
                place, f"the tile ends at column {x + width:g}", f"at most {columns:g}, the columns of the layout"
            )
        if isinstance(get(tile, "widget"), dict) and "collapsibleGroup" in tile["widget"]:
            continue
        for other, (left, top, wide, high) in taken:
            if x < left + wide and left < x + width and y < top + high and top < y + height:
                yield Fault(place, f"the tile lies over tile {other[-1]}")
                break
        taken.append((place, (x, y, width, height)))


def _widget(widget: Any, place: Place) -> Iterator[Fault]:
    if not isinstance(widget, dict):
        yield Fault(place, "a widget is an object")
        return
    shown = [key for key in WIDGETS if key in widget]
    for key in widget:
        if key not in WIDGETS and key not in ("title", "id", "visibilityCondition"):
            yield Fault((*place, key), f"'{key}' is no content of a widget", listed(WIDGETS, 20), nearest(key, WIDGETS))
    if len(shown) != 1 and set(widget) <= {*WIDGETS, "title", "id", "visibilityCondition"}:
        yield Fault(place, f"a widget shows {len(shown)} things", "exactly one")
    yield from _filters(widget, place)


def _filters(value: Any, place: Place) -> Iterator[Fault]:
    """Check every filter inside a widget."""
    if isinstance(value, dict):
        if "logsPanel" in value:
            text = get(value, "logsPanel", "filter")
            if isinstance(text, str):
                yield from logging_faults(text, (*place, "logsPanel", "filter"))
            return
        for key in ("timeSeriesFilter", "timeSeriesFilterRatio"):
            for where, part in items(value.get(key), (*place, key)):
                for spot in ((), ("numerator",), ("denominator",)):
                    text = get(part, *spot, "filter")
                    if isinstance(text, str):
                        yield from monitoring_faults(_without_variables(text), (*where, *spot, "filter"))
    for where, inner in members(value, place):
        yield from _filters(inner, where)


def _without_variables(text: str) -> str:
    """Return a filter without the template variables of a dashboard (``${name}``)."""
    return re.sub(r"\$\{[\w.:-]+\}", 'project = "x"', text)
