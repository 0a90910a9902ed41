"""Drift: captured data against the data of training, feature by feature.

A feature has drifted where its population stability index is above the threshold; the Kolmogorov-Smirnov distance of
numbers is in the report as a second opinion. Predictions are compared with the target in the same way, and reported
apart: the share is that of features alone. The step never fails for drift: whoever watches the metric acts.

With fewer than ``--min-rows`` rows nothing is measured and no metric is sent, so that silence can be alarmed on: by
chance alone the index of ten bins is about 9 / rows, near the threshold below a hundred rows.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import pandas

from runtime import captures, files, metrics, statistics
from runtime.distance import kolmogorov_smirnov, psi
from runtime.errors import InputError
from runtime.flags import count, flag, positive
from runtime.log import log

METRIC = "DriftedShare"


@dataclass(frozen=True, kw_only=True)
class Options:
    """Flags of the step."""

    captured: str = flag("Folder of captured requests or batch predictions, or bq://project.dataset.table.")
    baseline: str = flag("Folder or baseline.json of a model, or the data that it was trained on.")
    report: str = flag("Where the report is written.")
    project: str = flag("Dimension of the metric.")
    environment: str = flag("Dimension of the metric.")
    threshold: float = flag("Index above which a feature has drifted.", default=0.2, kind=positive)
    window_hours: float = flag(
        "Hours before the newest call that count; a week holds all days alike.", default=168.0, kind=positive
    )
    min_rows: int = flag("Rows below which nothing is measured.", default=100, kind=count)
    metrics: str | None = flag(
        "Where the metric goes; found from the environment otherwise.",
        default=None,
        env="TRIPOD_METRICS",
        choices=metrics.KINDS,
    )


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One column."""

    column: str
    psi: float
    ks: float | None
    """None for categories."""
    drifted: bool


def run(options: Options) -> None:
    """Measure, report, send."""
    sink = metrics.sink(options.metrics)
    baseline = statistics.load(options.baseline)
    captured = captures.read(options.captured, baseline.features, hours=options.window_hours)
    report = measure(baseline, captured, threshold=options.threshold, min_rows=options.min_rows)
    files.write_json(options.report, {**report, "captured": options.captured, "baseline": options.baseline})
    log("drift", **{name: report[name] for name in ("measured", "rows", "drifted_share", "unreadable", "missing")})
    if report["measured"]:
        dimensions = {"project": options.project, "environment": options.environment}
        sink.send(metrics.Metric(name=METRIC, value=float(report["drifted_share"]), dimensions=dimensions))


def measure(
    baseline: statistics.Baseline, captured: captures.Captured, *, threshold: float, min_rows: int
) -> dict[str, Any]:
    """The report.

    Raises:
        InputError: where captured rows have no feature of the baseline.
    """
    frame = captured.inputs
    shared = [name for name in baseline.features if name in frame.columns]
    if len(frame) and not shared:
        known = ", ".join(baseline.features[:10])
        raise InputError(f"captured rows have none of the features of the baseline ({known}): wrong folder?")
    enough = len(frame) >= max(min_rows, 1)
    findings = [_compare(name, baseline.columns[name], frame[name], threshold) for name in shared] if enough else []
    drifted = [finding for finding in findings if finding.drifted]
    predictions = None
    if baseline.target in baseline.columns and len(captured.outputs) >= max(min_rows, 1):
        target = str(baseline.target)
        predictions = asdict(_compare(target, baseline.columns[target], captured.outputs, threshold))
    return {
        "measured": enough,
        "generated_at": datetime.now(UTC).isoformat(),
        "rows": len(frame),
        "baseline_rows": baseline.rows,
        "unreadable": captured.unreadable,
        "missing": [name for name in baseline.features if name not in shared] if len(frame) else [],
        "threshold": threshold,
        "drifted_share": len(drifted) / len(findings) if findings else None,
        "drifted": [finding.column for finding in drifted],
        "features": [asdict(finding) for finding in findings],
        "predictions": predictions,
    }


def _compare(name: str, profile: statistics.Profile, column: pandas.Series, threshold: float) -> Finding:
    index = psi(*profile.count(column))
    distance = None
    if isinstance(profile, statistics.Numeric):
        distance = kolmogorov_smirnov(profile, statistics.values(column))
    return Finding(column=name, psi=index, ks=distance, drifted=index > threshold)
