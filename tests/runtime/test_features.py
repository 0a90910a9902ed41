"""Joining the offline store as of the time of each row."""

from pathlib import Path

import pandas
import pytest

from runtime import features
from runtime.errors import InputError
from runtime.schema import Schema

SCHEMA = Schema(keys=("customer_id",), event_time="event_time")
ROWS = pandas.DataFrame(
    {
        "customer_id": ["b", "a", "a", "c"],
        "event_time": pandas.to_datetime(["2026-01-10", "2026-01-10", "2026-01-03", "2026-01-10"], utc=True),
        "fee": [1, 2, 3, 4],
    }
)
USAGE = pandas.DataFrame(
    {
        "customer_id": ["a", "a", "b", "a"],
        "event_time": ["2026-01-01T00:00:00Z", "2026-01-05T00:00:00Z", "2026-01-20T00:00:00Z", "2026-01-05T00:00:00Z"],
        "sessions": [10, 50, 99, 50],
        "is_deleted": [False, False, False, False],
        "write_time": ["2026-01-01T00:00:00Z"] * 4,
    }
)


def store(folder: Path, place: str = "usage-v1/data/8nLZ/event_time_day=2026-01-01") -> str:
    """A store of one group in two files, with folders as SageMaker and Iceberg make them."""
    target = folder / "data" / "features" / place
    target.mkdir(parents=True)
    USAGE[:2].to_parquet(target / "0.parquet")
    USAGE[2:].to_parquet(target / "1.parquet")
    return str(folder / "data" / "features")


@pytest.mark.parametrize("place", ["usage-v1/data/8nLZ/event_time_day=2026-01-01", "usage/v1", "."])
def test_a_row_gets_what_was_known_then(tmp_path: Path, place: str) -> None:
    joined = features.add(ROWS, store(tmp_path, place), SCHEMA)
    assert joined["fee"].tolist() == [1, 2, 3, 4]
    assert joined["sessions"].fillna(-1).tolist() == [-1, 50, 10, -1]
    assert list(joined.columns) == ["customer_id", "event_time", "fee", "sessions"]


def test_rows_without_a_time_get_the_newest(tmp_path: Path) -> None:
    joined = features.add(ROWS.drop(columns="event_time"), store(tmp_path), SCHEMA)
    assert joined["sessions"].fillna(-1).tolist() == [99, 50, 50, -1]


def test_numbers_and_texts_are_the_same_key(tmp_path: Path) -> None:
    USAGE.assign(customer_id=["1", "1", "2", "1"]).to_parquet(tmp_path / "u.parquet")
    rows = pandas.DataFrame({"customer_id": [2, 1], "fee": [1, 2]})
    assert features.add(rows, str(tmp_path), SCHEMA)["sessions"].tolist() == [99, 50]


def test_deleted_values_are_gone(tmp_path: Path) -> None:
    USAGE.assign(is_deleted=[False, True, True, True]).to_parquet(tmp_path / "u.parquet")
    assert features.add(ROWS, str(tmp_path), SCHEMA)["sessions"].fillna(-1).tolist() == [-1, 10, 10, -1]


def test_without_a_store_nothing_happens() -> None:
    assert features.add(ROWS, None, SCHEMA) is ROWS


@pytest.mark.parametrize(
    ("schema", "columns", "message"),
    [
        (Schema(), {}, r"schema\.json beside the data names no keys"),
        (Schema(keys=("store_id",)), {}, "no table has one of the keys store_id"),
        (SCHEMA, {"sessions": "fee"}, "fee is a column of the data too"),
    ],
)
def test_what_cannot_be_joined_is_bad_input(
    tmp_path: Path, schema: Schema, columns: dict[str, str], message: str
) -> None:
    USAGE.rename(columns=columns).to_parquet(tmp_path / "u.parquet")
    with pytest.raises(InputError, match=message):
        features.add(ROWS, str(tmp_path), schema)
