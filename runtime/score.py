"""Batch scoring: the newest approved model over a table. The result holds the rows, ``prediction`` and ``scored_at``,
which is what the drift step reads where there is no endpoint."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pandas

from runtime import features, files, model
from runtime.captures import PREDICTION, SCORED_AT
from runtime.errors import InputError
from runtime.flags import flag
from runtime.log import log
from runtime.registry import registry
from runtime.schema import Schema


@dataclass(frozen=True, kw_only=True)
class Options:
    """Flags of the step."""

    input: str = flag("Folder or file of the rows.")
    output: str = flag("Folder that the predictions are added to.")
    name: str = flag("Name of the model.")
    registry: str = flag("Id of the registry.")
    features: str | None = flag("Offline feature store, where training joined one.", default=None)


def run(options: Options) -> None:
    """Score and write a file of its own, so that no run writes over another.

    Raises:
        InputError: where there are no rows.
    """
    with registry(options.registry).newest_approved(options.name) as (version, uri):
        loaded = model.load(uri)
    frame = files.read_table(options.input)
    described = Schema(target=loaded.card["target"], keys=loaded.card["keys"], event_time=loaded.card["event_time"])
    scored = score(loaded, features.add(frame, options.features, described), now=datetime.now(UTC))
    name = f"{scored[SCORED_AT].iloc[0]:%Y%m%dT%H%M%S%fZ}.parquet"
    files.write_table(files.join(options.output, name), scored)
    log("scored", rows=len(scored), model=version, output=files.join(options.output, name))


def score(loaded: model.Model, frame: pandas.DataFrame, *, now: datetime) -> pandas.DataFrame:
    """``frame`` without the target, with predictions.

    Raises:
        InputError: where there are no rows.
    """
    if frame.empty:
        raise InputError("no rows to score")
    known = frame.drop(columns=[loaded.card["target"]], errors="ignore")
    return known.assign(**{PREDICTION: loaded.predict(frame), SCORED_AT: pandas.Timestamp(now)})
