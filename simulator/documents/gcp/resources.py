"""Small documents of Google Cloud: schemas of tables, rotation of keys, bodies of scheduled requests, org policies."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

from simulator.documents.fault import Document, Fault, Place, get, members, nearest
from simulator.documents.gcp.expressions import CEL, parse
from simulator.documents.reader import Malformed
from simulator.values import is_unknown

COLUMN_TYPES = (
    "BIGNUMERIC",
    "BOOL",
    "BOOLEAN",
    "BYTES",
    "DATE",
    "DATETIME",
    "FLOAT",
    "FLOAT64",
    "FOREIGN",
    "GEOGRAPHY",
    "INT64",
    "INTEGER",
    "INTERVAL",
    "JSON",
    "NUMERIC",
    "RANGE",
    "RECORD",
    "STRING",
    "STRUCT",
    "TIME",
    "TIMESTAMP",
)
COLUMN_FIELDS = (
    "collation",
    "dataPolicies",
    "defaultValueExpression",
    "description",
    "fields",
    "foreignTypeDefinition",
    "generatedColumn",
    "maxLength",
    "mode",
    "name",
    "policyTags",
    "precision",
    "rangeElementType",
    "roundingMode",
    "scale",
    "timestampPrecision",
    "type",
)
MODES = ("NULLABLE", "REPEATED", "REQUIRED")
RESERVED = (
    "_CHANGE_SEQUENCE_NUMBER",
    "_CHANGE_TYPE",
    "_COLIDENTIFIER",
    "_FILE_",
    "_PARTITION",
    "_ROW_TIMESTAMP",
    "_TABLE_",
)
MAX_DEPTH = 15


def table_schema(document: Document) -> Iterator[Fault]:
    """Grammar of a table schema.

    https://docs.cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema and
    https://docs.cloud.google.com/bigquery/docs/schemas#column_names.
    """
    yield from _columns(document.value, (), 1)


def _columns(columns: Any, place: Place, depth: int) -> Iterator[Fault]:
    if not isinstance(columns, list):
        yield Fault(place, "a schema is a list of columns", '[{"name": …, "type": …}]')
        return
    if depth > MAX_DEPTH:
        yield Fault(place, "columns are nested too deep", f"at most {MAX_DEPTH} levels")
        return
    seen: set[str] = set()
    for where, column in members(columns, place):
        if not isinstance(column, dict):
            yield Fault(where, "a column is an object", "name, type, mode, description, …")
            continue
        for key in column:
            if key not in COLUMN_FIELDS:
                yield Fault(
                    (*where, key),
                    f"'{key}' is no field of a column",
                    ", ".join(COLUMN_FIELDS),
                    nearest(key, COLUMN_FIELDS),
                )
        name = column.get("name")
        if not is_unknown(name):
            yield from _column_name(name, (*where, "name"), seen)
        kind, mode = column.get("type"), column.get("mode")
        if not is_unknown(kind) and (not isinstance(kind, str) or kind.upper() not in COLUMN_TYPES):
            yield Fault(
                (*where, "type"),
                f"{kind!r} is no type",
                ", ".join(COLUMN_TYPES),
                nearest(str(kind).upper(), COLUMN_TYPES),
            )
        if mode is not None and not is_unknown(mode) and str(mode).upper() not in MODES:
            yield Fault((*where, "mode"), f"{mode!r} is no mode", ", ".join(MODES))
        record = isinstance(kind, str) and kind.upper() in ("RECORD", "STRUCT")
        if record and not column.get("fields"):
            yield Fault(where, "a record has no fields", "at least one")
        elif "fields" in column and record and not is_unknown(column["fields"]):
            yield from _columns(column["fields"], (*where, "fields"), depth + 1)
        elif column.get("fields") and isinstance(kind, str) and not is_unknown(kind):
            yield Fault((*where, "fields"), f"a column of {kind} has fields", "only RECORD and STRUCT")


def _column_name(name: Any, place: Place, seen: set[str]) -> Iterator[Fault]:
    if not isinstance(name, str) or not re.fullmatch(r"[^\W\d][\w&%=+:'<>#|-]{0,299}", name):
        yield Fault(place, f"{name!r} is no name of a column", "letters, digits and _, at most 300, not first a digit")
    elif name.upper().startswith(RESERVED):
        yield Fault(place, f"'{name}' begins with a reserved prefix", "none of " + ", ".join(RESERVED))
    elif name.lower() in seen:
        yield Fault(place, f"the column '{name}' is named twice")
    seen.add(str(name).lower())


def crypto_key(document: Document) -> Iterator[Fault]:
    """Grammar of what a key says of its rotation.

    https://docs.cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys.
    """
    inputs = document.value
    if not isinstance(inputs, dict):
        return
    period, purpose = inputs.get("rotationPeriod"), inputs.get("purpose", "ENCRYPT_DECRYPT")
    if not isinstance(period, str) or is_unknown(period) or period == "":
        return
    found = re.fullmatch(r"(\d+)(\.\d{1,9})?s", period)
    if found is None or not 86_400 <= int(found.group(1)) <= 3_153_600_000:
        yield Fault(("rotationPeriod",), f"'{period}' is no period of rotation", "86400s (a day) to 3153600000s")
    if purpose != "ENCRYPT_DECRYPT" and not is_unknown(purpose):
        yield Fault(("rotationPeriod",), f"a key for {purpose} is not rotated", "only keys for ENCRYPT_DECRYPT")


def schedule(document: Document) -> Iterator[Fault]:
    """Grammar of the body of a scheduled request: base64.

    https://docs.cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs.
    """
    for holder, key in (("httpTarget", "body"), ("pubsubTarget", "data"), ("appEngineHttpTarget", "body")):
        text = get(document.value, holder, key)
        if not isinstance(text, str) or is_unknown(text):
            continue
        try:
            base64.b64decode(text, validate=True)
        except ValueError:
            yield Fault((holder, key), "it is not base64", "the body, encoded in base64")


def org_policy(document: Document) -> Iterator[Fault]:
    """Grammar of an organisation policy.

    https://docs.cloud.google.com/resource-manager/docs/reference/orgpolicy/rest/v2/organizations.policies.
    """
    inputs = document.value
    name = get(inputs, "name")
    form = r"(projects|folders|organizations)/[^/]+/policies/(custom\.)?[\w.-]+"
    if isinstance(name, str) and not is_unknown(name) and not re.fullmatch(form, name):
        yield Fault(("name",), f"'{name}' is no name of a policy", "projects/…/policies/CONSTRAINT")
    for spec in ("spec", "dryRunSpec"):
        for place, rule in members(get(inputs, spec, "rules"), (spec, "rules")):
            if not isinstance(rule, dict):
                continue
            kinds = [key for key in ("allowAll", "denyAll", "enforce", "values") if rule.get(key) is not None]
            if len(kinds) != 1:
                yield Fault(
                    place, f"a rule says {len(kinds)} things", "exactly one of allowAll, denyAll, enforce, values"
                )
            expression = get(rule, "condition", "expression")
            if isinstance(expression, str) and not is_unknown(expression):
                try:
                    parse(expression, CEL)
                except Malformed as error:
                    yield Fault((*place, "condition", "expression"), f"the expression does not parse: {error}")
