"""Tables that the tests of the runtime share."""

import json
from pathlib import Path

import numpy
import pandas

SCHEMA = {"target": "churned", "keys": ["customer_id"], "event_time": "event_time"}


def customers(rows: int = 400, seed: int = 7) -> pandas.DataFrame:
    """Customers whose churn follows from fee and plan, with some noise and some gaps."""
    random = numpy.random.default_rng(seed)
    fee = random.uniform(5, 100, rows)
    plan = random.choice(["basic", "plus", "pro"], rows)
    churned = (fee > 50) ^ (plan == "pro") ^ (random.uniform(size=rows) < 0.05)
    return pandas.DataFrame(
        {
            "customer_id": [f"c{number:05d}" for number in range(rows)],
            "event_time": pandas.date_range("2026-01-01", periods=rows, freq="h", tz="UTC"),
            "monthly_fee": numpy.where(random.uniform(size=rows) < 0.03, numpy.nan, fee),
            "plan": pandas.Series(plan).where(random.uniform(size=rows) >= 0.03, None),
            "auto_renewal": random.uniform(size=rows) < 0.5,
            "churned": churned,
        }
    )


def write(folder: Path, frame: pandas.DataFrame | None = None, **schema: object) -> Path:
    """A folder of data: two Parquet files and ``schema.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    table = customers() if frame is None else frame
    half = len(table) // 2
    table[:half].to_parquet(folder / "part-0.parquet", index=False)
    table[half:].to_parquet(folder / "part-1.parquet", index=False)
    (folder / "schema.json").write_text(json.dumps({**SCHEMA, **schema}))
    return folder
