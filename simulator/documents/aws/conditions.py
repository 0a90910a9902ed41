"""Condition blocks of IAM policies: operators and the kind of value that each takes.

Operators: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html. What
is refused of their values is what the validator of IAM calls an error ("Data type mismatch", "Invalid condition
operator", "Null with if exists", "Type mismatch IP range"):
https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html. Keys are checked for
their form only: whether a service offers a key is in no installed data.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import Any

from simulator.documents.fault import Fault, Place, items, listed, nearest
from simulator.values import is_unknown

_KEY = re.compile(r"[A-Za-z0-9.-]+:[^:\s][^\s]*|[A-Za-z0-9./_-]+:[^\s]+")
_ARN = re.compile(r"arn:[^:]+:[^:]*:[^:]*:[^:]*:.+|[^:]*\*[^:]*|arn:.*\*.*", re.DOTALL)


def _number(value: str) -> bool:
    return re.fullmatch(r"[+-]?\d+(\.\d+)?", value) is not None


def _date(value: str) -> bool:
    if re.fullmatch(r"\d+", value):
        return True
    text = value.replace("Z", "+00:00").replace("z", "+00:00")
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError:
        return re.fullmatch(r"-?\d{4,}(-\d{2})?", value) is not None
    return True


def _network(value: str) -> bool:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def _binary(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


Kind = tuple[Callable[[str], bool], str]
_TEXT: Kind = (lambda _: True, "text")
_NUMBER: Kind = (_number, "a number")
_DATE: Kind = (_date, "a date of ISO 8601 or seconds since 1970")
_BOOL: Kind = (lambda value: value.lower() in ("true", "false"), "true or false")
_ADDRESS: Kind = (_network, "an IP address or a CIDR range")
_ARNS: Kind = (lambda value: _ARN.fullmatch(value) is not None, "an ARN, in which * and ? may stand")
_BASE64: Kind = (_binary, "base64")

OPERATORS: dict[str, Kind] = {
    **dict.fromkeys(
        (
            "StringEquals",
            "StringNotEquals",
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
            "StringLike",
            "StringNotLike",
        ),
        _TEXT,
    ),
    **dict.fromkeys(
        (
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
        ),
        _NUMBER,
    ),
    **dict.fromkeys(
        (
            "DateEquals",
            "DateNotEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
        ),
        _DATE,
    ),
    **dict.fromkeys(("IpAddress", "NotIpAddress"), _ADDRESS),
    **dict.fromkeys(("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"), _ARNS),
    "Bool": _BOOL,
    "BinaryEquals": _BASE64,
    "Null": _BOOL,
}
"""Condition operators without set prefix and IfExists."""


def condition_faults(condition: Any, place: Place) -> Iterator[Fault]:
    """Yield what is wrong with the Condition of a statement."""
    if not isinstance(condition, dict):
        yield Fault(place, "Syntax errors in policy.", "an object: operator -> key -> value or values")
        return
    for written, tests in condition.items():
        where = (*place, written)
        operator = written.removeprefix("ForAnyValue:").removeprefix("ForAllValues:")
        bare = operator.removesuffix("IfExists")
        if bare not in OPERATORS:
            what = f"Invalid Condition type : {written}."
            yield Fault(where, what, listed(OPERATORS), nearest(bare, OPERATORS))
            continue
        if bare == "Null" and operator != bare:
            yield Fault(where, "Null takes no IfExists: it asks whether a key exists", "Null")
        if is_unknown(tests):
            continue
        if not isinstance(tests, dict):
            yield Fault(where, "Syntax errors in policy.", "an object: key -> value or values")
            continue
        for key, value in tests.items():
            yield from _test_faults(bare, key, value, (*where, key))


def _test_faults(operator: str, key: str, value: Any, place: Place) -> Iterator[Fault]:
    if not _KEY.fullmatch(key):
        what = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
        yield Fault(place, f"{what} ('{key}')", "vendor:key, such as aws:SourceAccount")
    accepts, wanted = OPERATORS[operator]
    if operator in ("Bool", "Null") and isinstance(value, list) and len(value) > 1:
        yield Fault(place, f"{operator} compares with one value, not {len(value)}", "true or false")
    for where, one in items(value, place):
        if is_unknown(one):
            continue
        if isinstance(one, bool):
            text = str(one).lower()
        elif isinstance(one, int | float):
            text = format(one, "g") if isinstance(one, float) else str(one)
        elif isinstance(one, str):
            text = one
        else:
            yield Fault(where, "Syntax errors in policy.", "text, a number or a boolean, or a list of those")
            continue
        if "${" not in text and not accepts(text):
            yield Fault(where, f"'{text}' does not fit {operator}", wanted)
