"""Samples as Markdown tables. Several rounds give their median; memory is the largest of all."""

import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from benchmarks.checking import Judged
from benchmarks.engines import OPERATIONS, Sample

_PACKAGES = ("pulumi", "pulumi-aws", "pulumi-policy", "grpcio")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    lines += [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def machine(pulumi: str, checkov: str, rounds: int) -> str:
    """Where and when it was measured."""
    load = os.getloadavg()[0]
    installed = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    tools = f"Pulumi CLI {pulumi or 'not on PATH: not compared'}; Checkov {checkov or 'not installed: not compared'}"
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores ({platform.machine()}, "
        f"{platform.system()}), load average {load:.1f} at the end, Python {platform.python_version()}; "
        f"{installed}; {tools}. Rounds: {rounds}."
    )


def engines(samples: Sequence[Sample]) -> str:
    """Seconds, milliseconds per resource, growth and memory, by engine, operation and size."""
    names = list(dict.fromkeys(one.engine for one in samples))
    sizes = sorted({one.size for one in samples})
    rows: list[list[object]] = []
    for operation in OPERATIONS:
        for name in names:
            before: tuple[int, float] | None = None
            for size in sizes:
                found = [one for one in samples if (one.engine, one.operation, one.size) == (name, operation, size)]
                if not found:
                    continue
                seconds = statistics.median(one.seconds for one in found)
                rows.append(
                    [
                        operation,
                        name,
                        f"{size:,}",
                        f"{seconds:.1f}",
                        f"{1000 * seconds / size:.1f}",
                        _growth(before, size, seconds),
                        round(max(one.mebibytes for one in found)),
                        round(max(one.root for one in found)),
                    ]
                )
                before = (size, seconds)
    head = ["operation", "engine", "resources", "s", "ms/resource", "growth", "MiB, all", "MiB, engine"]
    return table(head, rows)


def _growth(before: tuple[int, float] | None, size: int, seconds: float) -> str:
    """Time against size, both as multiples of the row before: 1 is linear, less is better."""
    return f"{(seconds / before[1]) / (size / before[0]):.2f}" if before else ""


def policies(samples: Sequence[Judged]) -> str:
    """Seconds, resources and verdicts per second, and memory, by tool and size."""
    rows: list[list[object]] = []
    for size in sorted({one.size for one in samples}):
        rate: dict[str, float] = {}
        for tool in ("tripod", "checkov"):
            found = [one for one in samples if (one.tool, one.size) == (tool, size)]
            if not found:
                continue
            seconds = statistics.median(one.seconds for one in found)
            inside = statistics.median(one.inside for one in found)
            rate[tool] = size / seconds
            rows.append(
                [
                    f"{size:,}",
                    tool,
                    f"{seconds:.1f}",
                    f"{size / seconds:,.0f}",
                    f"{inside:.2f}" if inside else "",
                    f"{size * found[0].rules / inside:,.0f}" if inside else "",
                    found[0].rules,
                    f"{found[0].verdicts:,}",
                    round(max(one.mebibytes for one in found)),
                    f"{rate['tripod'] / rate['checkov']:.1f}" if len(rate) == 2 else "",
                ]
            )
    head = [
        "resources",
        "tool",
        "s",
        "resources/s",
        "s, judging alone",
        "controls x resources/s",
        "rules",
        "verdicts",
        "MiB",
        "tripod : checkov",
    ]
    return table(head, rows)
