"""Logs: one JSON object per line on standard output, which all three clouds collect and parse."""

import json
import re
import sys
from datetime import UTC, datetime
from typing import Any

_QUERY = re.compile(r"(\w+://[^\s?\"']+)\?[^\s\"']+")


def log(event: str, *, severity: str = "INFO", **fields: Any) -> None:
    """Write one line. ``severity`` is in the words of Google Cloud, the only one of the three that reads it."""
    line = {"time": datetime.now(UTC).isoformat(), "severity": severity, "event": event, **fields}
    sys.stdout.write(without_secrets(json.dumps(line, default=str, sort_keys=True)) + "\n")
    sys.stdout.flush()


def without_secrets(text: str) -> str:
    """``text`` without the query parts of addresses: signatures and tokens of signed addresses stand there."""
    return _QUERY.sub(r"\1?…", text)
