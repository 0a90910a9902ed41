"""Features of the offline store beside the rows that a model is trained on, evaluated on or scores.

Each group is a table with a key, a time and values. A row gets the values that were known at its own time, so that
nothing of the future leaks into training; rows without a time get the newest.
"""

from itertools import takewhile

import pandas

from runtime import files, schema, warehouse
from runtime.errors import InputError
from runtime.log import log
from runtime.schema import Schema

TIMES = ("event_time", "feature_timestamp", "EventTime")
"""Columns that hold the time of a value where the schema names none that the group has."""
STORE_COLUMNS = ("write_time", "api_invocation_time", "is_deleted")
"""Columns that SageMaker adds
(https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-offline.html)."""


def add(frame: pandas.DataFrame, uri: str | None, described: Schema) -> pandas.DataFrame:
    """``frame`` with the features of the groups at ``uri`` that share a key with it; as it is without ``uri``.

    Raises:
        InputError: where no group has a key of the schema.
    """
    if uri is None:
        return frame
    if not described.keys:
        raise InputError(f"features: {schema.FILE} beside the data names no keys, so nothing can be joined to it")
    joined, used = frame, []
    for name, group in _groups(uri).items():
        keys = [key for key in described.keys if key in group.columns]
        if not keys:
            continue
        joined = _join(joined, group, keys, described, name)
        used.append(name)
    if not used:
        raise InputError(f"{uri}: no table has one of the keys {', '.join(described.keys)}")
    log("features added", groups=used, columns=[name for name in joined.columns if name not in frame.columns])
    return joined


def _groups(uri: str) -> dict[str, pandas.DataFrame]:
    """Tables by group: those of a dataset, or the Parquet files of each folder that holds some.

    A group is the folder above ``data`` and above partitions. A table format that rewrites files may leave old ones;
    they repeat rows, and of rows that repeat one is taken.
    """
    if files.scheme(uri) == "bq":
        return {each: warehouse.read(each) for each in warehouse.tables(uri)}
    names: dict[str, list[str]] = {}
    root = files.absolute(uri)
    for name in files.found(uri, ".parquet"):
        parts = name.removeprefix(root).split("/")[:-1]
        group = takewhile(lambda part: "=" not in part and part != "data", parts)
        names.setdefault("/".join(group).strip("/"), []).append(name)
    return {
        group: pandas.concat([files.read_file(name) for name in paths], ignore_index=True)
        for group, paths in names.items()
    }


def _join(
    frame: pandas.DataFrame, group: pandas.DataFrame, keys: list[str], described: Schema, name: str
) -> pandas.DataFrame:
    if "is_deleted" in group.columns:
        group = group[~group["is_deleted"].fillna(False).astype(bool)]
    time = next((each for each in (described.event_time, *TIMES) if each is not None and each in group.columns), None)
    taken = set(frame.columns) - set(keys)
    values = [each for each in group.columns if each not in (*keys, *STORE_COLUMNS, time)]
    clash = sorted(taken & set(values))
    if clash:
        raise InputError(f"features: {name}: {', '.join(clash)} is a column of the data too; rename one of them")
    # keys are texts in every store, and may be numbers in the data
    left = frame.assign(**{key: frame[key].astype(str) for key in keys})
    right = group.assign(**{key: group[key].astype(str) for key in keys})
    if time is None:
        return left.merge(right.drop_duplicates(keys, keep="last")[[*keys, *values]], on=keys, how="left")
    right = right.assign(_time=_times(right[time])).dropna(subset=["_time"]).sort_values("_time", kind="stable")
    if described.event_time is None or described.event_time not in frame.columns:
        return left.merge(right.drop_duplicates(keys, keep="last")[[*keys, *values]], on=keys, how="left")
    left = left.assign(_time=_times(left[described.event_time]), _row=range(len(left)))
    if left["_time"].isna().any():
        raise InputError(f"{described.event_time}: not a time in every row, so features cannot be joined as of then")
    merged = pandas.merge_asof(
        left.sort_values("_time", kind="stable"), right[["_time", *keys, *values]], on="_time", by=keys
    )
    merged = merged.sort_values("_row", kind="stable").drop(columns=["_time", "_row"])
    return merged.reset_index(drop=True)


def _times(column: pandas.Series) -> pandas.Series:
    return pandas.to_datetime(column, utc=True, errors="coerce", format="ISO8601" if _texts(column) else None).astype(
        "datetime64[us, UTC]"
    )


def _texts(column: pandas.Series) -> bool:
    return schema.kind(column) == schema.STRING
