"""Evaluation on the rows that training left out. The report says ``passed``; the step itself does not fail, so that the
report is kept and each cloud's pipeline, or the register step, acts on it.

``skill`` is one number for all tasks: 0 for guessing, 1 for perfect. For classes it is balanced accuracy set off
against chance (Youden's index for two classes), for numbers the coefficient of determination.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy
import pandas
from sklearn import metrics

from runtime import features, files, model, schema, train
from runtime.errors import InputError
from runtime.flags import flag
from runtime.log import log

LEAST_SKILL = 0.05
"""A model below this is hardly better than guessing."""


def limit(text: str) -> tuple[str, float]:
    """``metric=number``."""
    name, _, number = text.partition("=")
    return name, float(number)


@dataclass(frozen=True, kw_only=True)
class Options:
    """Flags of the step."""

    model: str = flag("Folder or archive of the model.")
    input: str = flag("The data that it was trained on.")
    report: str = flag("Where the report is written.")
    features: str | None = flag("Offline feature store, where training joined one.", default=None)
    min_skill: float = flag(
        "Least skill (0 guessing, 1 perfect).", default=LEAST_SKILL, kind=float, env="TRIPOD_MIN_SKILL"
    )
    at_least: tuple[tuple[str, float], ...] = flag("metric=number that must be reached.", many=True, kind=limit)
    at_most: tuple[tuple[str, float], ...] = flag("metric=number that must not be passed.", many=True, kind=limit)


def run(options: Options) -> None:
    """Measure and report."""
    loaded = model.load(options.model)
    card = loaded.card
    described = schema.Schema(
        target=card["target"], task=card["task"], keys=card["keys"], event_time=card["event_time"]
    )
    frame = features.add(files.read_table(options.input), options.features, described)
    measured, rows = evaluate(loaded, frame, described)
    limits = [(name, bound, True) for name, bound in (("skill", options.min_skill), *options.at_least)]
    limits += [(name, bound, False) for name, bound in options.at_most]
    checks = [_check(measured, *each) for each in limits]
    passed = all(check["passed"] for check in checks)
    report = {
        "passed": passed,
        "generated_at": datetime.now(UTC).isoformat(),
        "task": card["task"],
        "rows": rows,
        "metrics": measured,
        "checks": checks,
        "model": {"uri": options.model, "sha256": card["sha256"]},
    }
    files.write_json(options.report, report)
    log("evaluated", passed=passed, rows=rows, metrics=measured)


def evaluate(loaded: model.Model, frame: pandas.DataFrame, described: schema.Schema) -> tuple[dict[str, float], int]:
    """Metrics, and the number of rows that they were measured on.

    Raises:
        InputError: where no row with a target was held out.
    """
    if described.target not in frame.columns:
        raise InputError(f"no column '{described.target}', which the model predicts")
    rows = frame[frame[described.target].notna()].reset_index(drop=True)
    rows = rows[train.holdout(rows, described)]
    if rows.empty:
        raise InputError("no row was held out: too little data to evaluate a model")
    truth = train.labels(rows[described.target], str(described.task))
    if described.task == schema.CLASSIFICATION:
        return _classification(loaded, rows, truth), len(rows)
    return _regression(truth, loaded.predict(rows)), len(rows)


def _classification(loaded: model.Model, rows: pandas.DataFrame, truth: Any) -> dict[str, float]:
    predicted = loaded.predict(rows)
    classes = list(loaded.card["classes"])
    present = sorted(set(truth))
    balanced = float(numpy.mean([numpy.mean(predicted[truth == each] == each) for each in present]))
    chance = 1 / max(len(present), 2)
    measured = {
        "skill": (balanced - chance) / (1 - chance),
        "accuracy": float(metrics.accuracy_score(truth, predicted)),
        "balanced_accuracy": balanced,
        "f1_macro": float(metrics.f1_score(truth, predicted, average="macro", zero_division=0)),
    }
    if len(classes) == 2 and set(present) == set(classes):
        chances = loaded.probabilities(rows)[:, 1]
        measured["roc_auc"] = float(metrics.roc_auc_score(truth == classes[1], chances))
    return measured


def _regression(truth: Any, predicted: Any) -> dict[str, float]:
    """A single row has no variance to explain: its skill is 0."""
    explained = float(metrics.r2_score(truth, predicted)) if len(truth) > 1 else 0.0
    return {
        "skill": explained,
        "r2": explained,
        "rmse": float(metrics.root_mean_squared_error(truth, predicted)),
        "mae": float(metrics.mean_absolute_error(truth, predicted)),
    }


def _check(measured: Mapping[str, float], name: str, bound: float, at_least: bool) -> dict[str, Any]:
    if name not in measured:
        raise InputError(f"no metric '{name}'; measured: {', '.join(measured)}")
    value = measured[name]
    passed = value >= bound if at_least else value <= bound
    return {"metric": name, "value": value, "at_least" if at_least else "at_most": bound, "passed": passed}
