"""Training: gradient-boosted trees over a table, for classification or regression.

The same data and seed give the same model. A share of the rows, chosen by a hash of what they hold, is left out for the
evaluate step, which finds the same rows again. Beside the model lie its card and the statistics that drift is measured
against. Built of scikit-learn alone, so that a server without this package can load it.

Not here: training on several nodes; workers other than the first end at once. Teams with other needs bring their image.
"""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

from runtime import features, files, model, schema, statistics
from runtime.errors import InputError
from runtime.flags import count, flag
from runtime.log import log

SEED = 20240801
HOLDOUT_PERCENT = 20
LEAST_ROWS = 10
"""Fewer rows cannot be split into two sets that say anything."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """Flags of the step."""

    input: str = flag("Folder or file of the data; schema.json beside it says what is expected.")
    model: str = flag("Folder that the model is written to.")
    features: str | None = flag("Offline feature store that is joined to the data.", default=None)
    target: str | None = flag("Column to predict; 'target' by default.", default=None, env="TRIPOD_TARGET")
    task: str | None = flag("Found from the target by default.", default=None, env="TRIPOD_TASK", choices=schema.TASKS)
    seed: int = flag("Seed of everything random.", default=SEED, kind=count, env="TRIPOD_SEED")


def run(options: Options) -> None:
    """Train and write."""
    if not is_chief(os.environ):
        log("worker has nothing to do: one node trains")
        return
    described = schema.load(options.input).choosing(target=options.target, task=options.task)
    frame = features.add(files.read_table(options.input), options.features, described)
    trained = train(frame, described, seed=options.seed, source=options.input)
    card = model.save(trained, options.model)
    log("trained", **{name: card[name] for name in ("task", "target", "rows_train", "rows_holdout", "sha256")})


def is_chief(environment: Mapping[str, str]) -> bool:
    """Whether this node is the first of its job
    (https://cloud.google.com/vertex-ai/docs/training/distributed-training#cluster-variables)."""
    cluster = environment.get("CLUSTER_SPEC")
    if not cluster:
        return True
    task = json.loads(cluster).get("task", {})
    return task.get("type", "workerpool0") in ("workerpool0", "chief") and int(task.get("index", 0)) == 0


def train(frame: pandas.DataFrame, described: schema.Schema, *, seed: int, source: str) -> model.Model:
    """A model of the rows that are not held out.

    Raises:
        InputError: where there is no target, too few rows, no feature, or a single class.
    """
    if described.target not in frame.columns:
        known = ", ".join(map(str, frame.columns))
        raise InputError(
            f"no column '{described.target}' to predict; columns: {known}. Name it in schema.json, by --target or by "
            "TRIPOD_TARGET"
        )
    rows = frame[frame[described.target].notna()].reset_index(drop=True)
    if len(rows) < LEAST_ROWS:
        raise InputError(f"{len(rows)} rows with a target; at least {LEAST_ROWS} are needed")
    kinds = described.features(rows)
    if not kinds:
        raise InputError("no feature left: all columns are target, keys or times")
    held_out = holdout(rows, described)
    training = rows[~held_out]
    task = described.task_of(rows[described.target])
    target = training[described.target]
    if task == schema.CLASSIFICATION and target.nunique() < 2:
        raise InputError(f"'{described.target}' has a single class in the training rows: nothing to learn")
    pipeline = _pipeline(task, kinds, seed)
    pipeline.fit(model.matrix(training, kinds), labels(target, task))
    card = {
        "task": task,
        "target": described.target,
        "features": kinds,
        "classes": [str(each) for each in pipeline.classes_] if task == schema.CLASSIFICATION else None,
        "keys": list(described.keys),
        "event_time": described.event_time,
        "seed": seed,
        "holdout_percent": HOLDOUT_PERCENT,
        "rows_train": len(training),
        "rows_holdout": int(held_out.sum()),
        "source": source,
        "algorithm": type(pipeline.named_steps["model"]).__name__,
        "libraries": {"python": platform.python_version(), "scikit-learn": sklearn.__version__},
        "created_at": datetime.now(UTC).isoformat(),
    }
    return model.Model(
        pipeline=pipeline, card=card, baseline=statistics.measure(training, list(kinds), described.target)
    )


def labels(target: pandas.Series, task: str) -> Any:
    """What the model learns: names of classes, the same however they were written, or numbers.

    Raises:
        InputError: where a number is expected and the target is none.
    """
    if task == schema.CLASSIFICATION:
        return target.map(statistics.label).to_numpy(dtype=object).astype(str)
    numbers = pandas.to_numeric(target, errors="coerce")
    if numbers.isna().any():
        raise InputError(f"'{target.name}' has values that are no numbers, as regression needs them")
    return numbers.to_numpy(dtype=float)


def holdout(frame: pandas.DataFrame, described: schema.Schema) -> pandas.Series:
    """Which rows are held out: by a hash of their keys, else of all they hold, so that copies stay together."""
    names = [key for key in described.keys if key in frame.columns] or sorted(map(str, frame.columns))
    texts = frame[names].astype(str)
    return pandas.util.hash_pandas_object(texts, index=False) % 100 < HOLDOUT_PERCENT


def _pipeline(task: str, kinds: Mapping[str, str], seed: int) -> Pipeline:
    texts = [name for name, kind in kinds.items() if kind == schema.STRING]
    numbers = [name for name, kind in kinds.items() if kind == schema.NUMBER]
    unknown = float("nan")  # trees send what is missing or was never seen the way that fits best
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=unknown, encoded_missing_value=unknown)
    prepare = ColumnTransformer([("texts", encoder, texts), ("numbers", "passthrough", numbers)])
    kind = HistGradientBoostingClassifier if task == schema.CLASSIFICATION else HistGradientBoostingRegressor
    return Pipeline([("prepare", prepare), ("model", kind(random_state=seed, early_stopping=False))])
