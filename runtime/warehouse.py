"""BigQuery tables by address: ``bq://project.dataset.table``."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas

from runtime.errors import InputError


def read(uri: str, *, time_column: str = "", hours: float = 0, client: Any = None) -> pandas.DataFrame:
    """Rows of a table or view; with ``time_column`` and ``hours`` only those of the last hours.

    A query, because views and single partitions cannot be read in another way.

    Raises:
        InputError: where the address names no table.
    """
    project, dataset, table = address(uri)
    if not table:
        raise InputError(f"{uri}: expected bq://project.dataset.table")
    client = client or _client(project)
    text = f"SELECT * FROM `{project}.{dataset}.{table}`"
    if not time_column:
        return client.query_and_wait(text).to_dataframe(create_bqstorage_client=False)
    from google.cloud import bigquery  # noqa: PLC0415

    since = datetime.now(UTC) - timedelta(hours=hours)
    settings = bigquery.QueryJobConfig(
        query_parameters=[bigquery.ScalarQueryParameter("since", "TIMESTAMP", since)],
    )
    rows = client.query_and_wait(f"{text} WHERE `{time_column}` >= @since", job_config=settings)
    return rows.to_dataframe(create_bqstorage_client=False)


def tables(uri: str, *, client: Any = None) -> list[str]:
    """Addresses of the tables of a dataset, without views: they show the same rows again."""
    project, dataset, _ = address(uri)
    client = client or _client(project)
    listed = client.list_tables(f"{project}.{dataset}")
    return [f"bq://{project}.{dataset}.{each.table_id}" for each in listed if each.table_type == "TABLE"]


def address(uri: str) -> tuple[str, str, str]:
    """Project, dataset and table of an address; the table is empty where it names a dataset.

    Raises:
        InputError: where the address has another form. A name cannot leave the quotes of a query then.
    """
    parts = uri.removeprefix("bq://").split(".")
    if not uri.startswith("bq://") or len(parts) not in (2, 3) or not all(_is_name(part) for part in parts):
        raise InputError(f"{uri}: expected bq://project.dataset or bq://project.dataset.table")
    return parts[0], parts[1], parts[2] if len(parts) == 3 else ""


def _is_name(text: str) -> bool:
    return bool(text) and all(letter.isalnum() or letter in "-_:" for letter in text)


def _client(project: str) -> Any:
    from google.cloud import bigquery  # noqa: PLC0415

    return bigquery.Client(project=project)
