"""Filters of Cloud Monitoring and of Cloud Logging.

https://docs.cloud.google.com/monitoring/api/v3/filters and
https://docs.cloud.google.com/logging/docs/view/logging-query-language. Field names are checked at their root, metric
and resource types for their form; whether a metric exists or has a label is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from simulator.documents.fault import Fault, Place, nearest
from simulator.documents.reader import Malformed, Reader, tokens_of
from simulator.values import is_unknown

MAX_LOG_FILTER = 20_000
MAX_NESTING = 40

MONITORING_ROOTS = ("group", "metadata", "metric", "project", "resource")
MONITORING_FUNCTIONS = (
    "ends_with",
    "has_substring",
    "monitoring.regex.full_match",
    "one_of",
    "starts_with",
)
LOGGING_ROOTS = (
    "apphub",
    "errorGroups",
    "httpRequest",
    "insertId",
    "jsonPayload",
    "labels",
    "logName",
    "log_name",
    "metadata",
    "operation",
    "protoPayload",
    "receiveTimestamp",
    "resource",
    "severity",
    "sourceLocation",
    "spanId",
    "span_id",
    "split",
    "textPayload",
    "timestamp",
    "trace",
    "traceSampled",
    "insert_id",
    "json_payload",
    "http_request",
    "proto_payload",
    "receive_timestamp",
    "source_location",
    "text_payload",
    "trace_sampled",
)
LOGGING_FUNCTIONS = ("SEARCH", "CAST", "cast", "ip_in_net", "log_id", "regexp_extract", "sample", "search", "source")
SEVERITIES = ("DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY")

_TOKEN = re.compile(
    r"\s+|--[^\n]*|(?P<string>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<op>=~|!~|!=|>=|<=|=|<|>|:|\(|\)|,)"
    r"|(?P<minus>-(?=[A-Za-z(\"]))"
    r"|(?P<word>(?:[^\s\"'()=<>!:,~\\]|\\.)+(?:\"[^\"]*\"[^\s\"'()=<>!:,~]*)*)",
    re.DOTALL,
)


@dataclass
class Filter:
    """The comparisons of a filter: field, operator and the text of the value (without quotes)."""

    comparisons: list[tuple[str, str, str]] = field(default_factory=list)


def parse(text: str, roots: tuple[str, ...], functions: tuple[str, ...], *, bare: bool) -> Filter:
    """Read a filter; ``bare`` words are searches (Logging). Raises :class:`Malformed`."""
    reader = _Reader(text, roots, functions, bare)
    if reader.more():
        reader.either()
    reader.end("AND, OR")
    return reader.found


class _Reader(Reader):
    nesting = MAX_NESTING

    def __init__(self, text: str, roots: tuple[str, ...], functions: tuple[str, ...], bare: bool) -> None:
        super().__init__(tokens_of(text, _TOKEN), len(text))
        self._roots = roots
        self._functions = functions
        self._bare = bare
        self.found = Filter()

    def either(self) -> None:
        self.enter()
        self._term()
        while self.more() and self.peek()[1] != ")":
            self.take("AND", "OR")
            self._term()
        self.leave()

    def _term(self) -> None:
        while self.take("NOT", "-"):
            pass
        if self.take("("):
            self.either()
            if not self.take(")"):
                raise self.unexpected("')'")
            return
        kind, word, _ = self.peek()
        if kind not in ("word", "string") or word in ("AND", "OR"):
            raise self.unexpected("a comparison")
        self.skip()
        if kind == "word" and self.peek()[1] == "(" and (word in self._functions or not self._bare):
            self._call(word)
            if self.peek()[1] in _COMPARE:
                self.skip()
                self._value()
            return
        operator = self.take(*_COMPARE)
        if not operator:
            if self._bare:
                return
            raise self.unexpected("an operator")
        root = re.split(r"[.\[]", word, maxsplit=1)[0]
        if kind == "word" and root not in self._roots:
            hint = nearest(root, self._roots)
            raise Malformed(f"Field not found: '{word}'" + (f" ({hint})" if hint else ""))
        self.found.comparisons.append((word, operator, self._value()))

    def _value(self) -> str:
        if self.take("("):
            self._list()
            return ""
        kind, word, position = self.peek()
        if kind == "minus":
            self.skip()
            kind, word, position = self.peek()
        end = position + len(word)
        if kind not in ("word", "string"):
            raise self.unexpected("a value")
        self.skip()
        if kind == "word" and self._opens_at(end):
            self._call(word)
            return ""
        return word[1:-1] if kind == "string" else word

    def _opens_at(self, position: int) -> bool:
        """Tell whether a bracket follows without a space between: a call, not a term of its own."""
        _, word, start = self.peek()
        return word == "(" and start == position

    def _call(self, name: str) -> None:
        if name not in self._functions:
            hint = nearest(name, self._functions)
            raise Malformed(f"'{name}' is no function of filters" + (f" ({hint})" if hint else ""))
        self.take("(")
        self._list()

    def _list(self) -> None:
        """Read up to the closing bracket: values with commas, or with AND and OR between them."""
        depth = 1
        while depth:
            kind, word, _ = self.peek()
            if kind == "end":
                raise self.unexpected("')'")
            self.skip()
            depth += {"(": 1, ")": -1}.get(word, 0) if kind == "op" else 0


_COMPARE = ("=", "!=", "<", "<=", ">", ">=", ":", "=~", "!~")


def monitoring_faults(text: str, place: Place, *, needs: tuple[str, ...] = ()) -> Iterator[Fault]:
    """Yield what is wrong with a filter of metrics; ``needs`` are fields that it must restrict."""
    if is_unknown(text):
        return
    try:
        found = parse(text, MONITORING_ROOTS, MONITORING_FUNCTIONS, bare=False)
    except Malformed as error:
        yield Fault(place, f"the filter does not parse: {error}")
        return
    named = {name for name, _, _ in found.comparisons}
    for name in needs:
        if name not in named:
            yield Fault(place, f'must specify a restriction on "{name}" in the filter', f'{name} = "…"')
    for name, operator, value in found.comparisons:
        if name == "metric.type" and operator == "=" and value and not re.fullmatch(r"[a-z0-9.-]+\.[a-z]+/\S+", value):
            yield Fault(place, f"'{value}' is no type of metric", "service.googleapis.com/path")
        if name == "resource.type" and operator == "=" and value and not re.fullmatch(r"[A-Za-z0-9_.]+(/\w+)?", value):
            yield Fault(place, f"'{value}' is no type of monitored resource", "such as cloud_run_job")
        if operator in ("=~", "!~"):
            yield Fault(place, f"'{operator}' is no operator of these filters", 'monitoring.regex.full_match("…")')


def logging_faults(text: str, place: Place) -> Iterator[Fault]:
    """Yield what is wrong with a filter of log entries."""
    if is_unknown(text):
        return
    if len(text) > MAX_LOG_FILTER:
        yield Fault(place, f"the filter has {len(text)} characters", f"at most {MAX_LOG_FILTER}")
        return
    try:
        found = parse(text, LOGGING_ROOTS, LOGGING_FUNCTIONS, bare=True)
    except Malformed as error:
        yield Fault(place, f"the filter does not parse: {error}")
        return
    for name, operator, value in found.comparisons:
        if name == "severity" and value and value.upper() not in SEVERITIES and not value.isdigit():
            yield Fault(place, f"'{value}' is no severity", ", ".join(SEVERITIES), nearest(value.upper(), SEVERITIES))
        if operator in ("=~", "!~"):
            try:
                re.compile(value)
            except re.error as error:
                yield Fault(place, f"'{value}' is no regular expression ({error})")
