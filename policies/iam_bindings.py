"""IAM policies of Google Cloud as typed data: who holds which role.

A policy comes as the JSON text that ``getIAMPolicy`` makes; its form: https://cloud.google.com/iam/docs/reference/rest/v1/Policy
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policies.verdict import Mark


@dataclass(frozen=True)
class Grant:
    """One member of one binding."""

    role: str
    member: str | Mark


def parse(value: Any) -> tuple[Grant, ...] | str | Mark:
    """The grants of a policy; why the value is none; or the mark that stands in the value's place."""
    if isinstance(value, Mark):
        return value
    try:
        document = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return "is not JSON"
    bindings = document.get("bindings", []) if isinstance(document, Mapping) else None
    if not isinstance(bindings, list):
        return "has no bindings"
    return tuple(
        Grant(str(binding.get("role") or "?"), member if isinstance(member, (str, Mark)) else "?")
        for binding in bindings
        if isinstance(binding, Mapping)
        for member in (binding.get("members") or [])
    )
