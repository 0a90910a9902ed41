"""A model as a folder: ``model.joblib``, ``card.json`` and ``baseline.json``; or ``model.tar.gz`` of it, as SageMaker
keeps it.

The card holds the digest of the model file, and a file that differs is not loaded: unpickling runs code, so a model is
only ever as trustworthy as the bucket that it lies in.
"""

import hashlib
import tarfile
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy
import pandas

from runtime import files, schema, statistics
from runtime.errors import InputError

MODEL, CARD, ARCHIVE = "model.joblib", "card.json", "model.tar.gz"
CARD_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Model:
    """A trained pipeline and what is known of it."""

    pipeline: Any
    card: Mapping[str, Any]
    baseline: statistics.Baseline

    @property
    def features(self) -> Mapping[str, str]:
        """Type of each column that the pipeline takes, in the order of the data that it was trained on."""
        return {name: self.card["features"][name] for name in self.baseline.features}

    def predict(self, frame: pandas.DataFrame) -> Any:
        """Predictions for rows that have the features, in any order and with others beside them.

        Raises:
            InputError: where a feature is missing.
        """
        return self.pipeline.predict(matrix(frame, self.features))

    def probabilities(self, frame: pandas.DataFrame) -> Any:
        """Probability of each class, in the order of the card's classes."""
        return self.pipeline.predict_proba(matrix(frame, self.features))


def matrix(frame: pandas.DataFrame, features: Mapping[str, str]) -> pandas.DataFrame:
    """What the pipeline takes: numbers as floats, texts as objects, nothing for what is missing.

    Raises:
        InputError: where a column is missing.
    """
    missing = [name for name in features if name not in frame.columns]
    if missing:
        raise InputError(
            f"the model needs columns that are not there: {', '.join(missing)}; where the feature store has them, give "
            "--features"
        )
    columns = {}
    for name, kind in features.items():
        column = frame[name]
        if kind == schema.NUMBER:
            columns[name] = pandas.to_numeric(column, errors="coerce").astype(float)
        else:
            texts = [None if missing_ else str(value) for value, missing_ in zip(column, column.isna(), strict=True)]
            columns[name] = pandas.Series(
                [numpy.nan if text is None else text for text in texts], index=frame.index, dtype=object
            )
    return pandas.DataFrame(columns, index=frame.index)


def save(model: Model, uri: str) -> Mapping[str, Any]:
    """Write the folder; the card as written, with the digest of the model file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        joblib.dump(model.pipeline, folder / MODEL)
        card = {**model.card, "version": CARD_VERSION, "sha256": _digest(folder / MODEL)}
        files.publish(folder, uri)
    files.write_json(files.join(uri, statistics.FILE), model.baseline.document())
    files.write_json(files.join(uri, CARD), card)  # last: a folder with a card is whole
    return card


def load(uri: str) -> Model:
    """The model in a folder or archive.

    Raises:
        InputError: where there is none, or the file is not the one that the card describes.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(files.fetched(uri))
        archive = folder if folder.is_file() else folder / ARCHIVE
        if archive.is_file():
            unpacked = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            try:
                with tarfile.open(archive) as content:
                    content.extractall(unpacked, filter="data")
            except tarfile.TarError as error:
                raise InputError(f"{uri}: cannot be unpacked ({error})") from error
            folder = unpacked
        return _read(folder, uri)


def _read(folder: Path, uri: str) -> Model:
    cards = sorted(folder.rglob(CARD))
    if not cards:
        raise InputError(f"{uri}: no {CARD}: not a model of the train step")
    folder = cards[0].parent
    card = files.read_json(str(folder / CARD))
    if not (folder / MODEL).is_file() or card.get("sha256") != _digest(folder / MODEL):
        raise InputError(f"{uri}: {MODEL} is not the file that its card describes; train again")
    baseline = statistics.load(str(folder / statistics.FILE))
    return Model(pipeline=joblib.load(folder / MODEL), card=card, baseline=baseline)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
