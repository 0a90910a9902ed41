"""Files and tables by address."""

from pathlib import Path

import fsspec
import pandas
import pytest

from runtime import files, warehouse
from runtime.errors import InputError

FRAME = pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]})


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
@pytest.mark.parametrize("prefix", ["", "file://"])
def test_a_table_comes_back(tmp_path: Path, suffix: str, prefix: str) -> None:
    uri = f"{prefix}{tmp_path}/deep/down/t{suffix}"
    files.write_table(uri, FRAME)
    pandas.testing.assert_frame_equal(files.read_table(uri), FRAME, check_dtype=False)


def test_a_folder_is_one_table_without_what_is_hidden(tmp_path: Path) -> None:
    for name in ("a/1.csv", "a/2.csv", "_temporary/3.csv", ".hidden.csv", "a/_SUCCESS"):
        files.write_table(f"{tmp_path}/{name}", FRAME) if name.endswith("csv") else (tmp_path / name).touch()
    (tmp_path / "schema.json").write_text("{}")
    assert len(files.read_table(str(tmp_path))) == 4


def test_compressed_text_is_unpacked(tmp_path: Path) -> None:
    FRAME.to_csv(tmp_path / "t.csv.gz", index=False)
    assert files.read_table(str(tmp_path))["a"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.parquet", "no parquet", "cannot be read as a table"),
        ("t.txt", "text", "not a table; expected a name ending in .parquet, .csv, .jsonl"),
        ("t.jsonl", "{", "cannot be read as a table"),
        ("t.csv", "", "cannot be read as a table"),
    ],
)
def test_what_is_no_table_is_bad_input(tmp_path: Path, name: str, content: str, message: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=message):
        files.read_file(str(tmp_path / name))


def test_documents(tmp_path: Path) -> None:
    uri = f"{tmp_path}/reports/r.json"
    files.write_json(uri, {"b": 1, "a": None})
    assert files.read_json(uri) == {"a": None, "b": 1}
    with pytest.raises(InputError, match="no such file"):
        files.read_json(f"{tmp_path}/none.json")
    (tmp_path / "x.json").write_text("{")
    with pytest.raises(InputError, match="not JSON"):
        files.read_json(f"{tmp_path}/x.json")


def test_a_store_of_objects_is_copied_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SCHEMES", (*files.SCHEMES, "memory"))
    (tmp_path / "model" / "sub").mkdir(parents=True)
    (tmp_path / "model" / "card.json").write_text("{}")
    (tmp_path / "model" / "sub" / "x").write_text("1")
    files.publish(tmp_path / "model", "memory://bucket/runs/1/model")
    with files.fetched("memory://bucket/runs/1/model") as folder:
        assert (folder / "card.json").read_text() == "{}"
        assert (folder / "sub" / "x").read_text() == "1"
    assert not folder.exists()
    with files.fetched("memory://bucket/runs/1/model/card.json") as file:
        assert file.read_text() == "{}"
    with pytest.raises(InputError, match="no such file or folder"), files.fetched("memory://bucket/none"):
        pass
    fsspec.filesystem("memory").rm("/bucket", recursive=True)


class Rows:
    """What a query of BigQuery returns."""

    def to_dataframe(self, *, create_bqstorage_client: bool) -> pandas.DataFrame:
        assert create_bqstorage_client is False
        return FRAME


class BigQuery:
    """A client that keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def query_and_wait(self, text: str) -> Rows:
        self.asked.append(text)
        return Rows()


def test_a_table_of_the_warehouse() -> None:
    client = BigQuery()
    assert warehouse.read("bq://acme-ml.features.usage_v1", client=client) is FRAME
    assert client.asked == ["SELECT * FROM `acme-ml.features.usage_v1`"]


@pytest.mark.parametrize("uri", ["bq://a", "bq://a.b.c.d", "bq://a.b.c` WHERE 1=1 --", "bq://a..c", "gs://a/b"])
def test_an_address_cannot_leave_the_query(uri: str) -> None:
    with pytest.raises(InputError, match="expected bq://"):
        warehouse.address(uri)


def test_a_dataset_is_no_table() -> None:
    assert warehouse.address("bq://a.b") == ("a", "b", "")
    with pytest.raises(InputError, match=r"expected bq://project\.dataset\.table"):
        warehouse.read("bq://a.b", client=BigQuery())
