"""Files and tables by address: local paths, ``file://``, ``s3://``, ``gs://``, ``abfss://`` through fsspec.

Credentials are those of the job's identity, found by the client libraries; none is ever passed here. The drivers of the
clouds (s3fs, gcsfs, adlfs) are in the image only.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fsspec
import pandas

from runtime.errors import InputError

TABLES = (".parquet", ".csv", ".jsonl")
"""Suffixes of tables, besides compressed ``.csv.gz`` and ``.jsonl.gz``."""
SCHEMES = ("file", "s3", "gs", "abfss", "bq")
_OPTIONS: dict[str, dict[str, Any]] = {"abfss": {"anon": False}}
"""adlfs takes an anonymous client by default and finds the job's identity with this."""


def scheme(uri: str) -> str:
    """Scheme of an address; ``file`` for a path.

    Raises:
        InputError: for a scheme that is not known.
    """
    name = uri.split("://", 1)[0] if "://" in uri else "file"
    if name not in SCHEMES:
        raise InputError(f"'{uri}': scheme '{name}' is not one of {', '.join(SCHEMES)}")
    return name


def join(uri: str, *parts: str) -> str:
    """Address of something below ``uri``."""
    return "/".join([uri.rstrip("/"), *parts])


def _place(uri: str) -> tuple[Any, str]:
    return fsspec.core.url_to_fs(uri, **_OPTIONS.get(scheme(uri), {}))  # type: ignore[no-any-return]


def _place_to_write(uri: str) -> tuple[Any, str]:
    """The same with the folders that a local file needs; object stores have none, and would be asked for buckets."""
    system, path = _place(uri)
    if scheme(uri) == "file":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    return system, path


def absolute(uri: str) -> str:
    """The address in full, as :func:`found` gives it."""
    system, path = _place(uri)
    return str(system.unstrip_protocol(path))


def exists(uri: str) -> bool:
    """Whether a file or folder is there."""
    if scheme(uri) == "bq":
        return False
    system, path = _place(uri)
    return bool(system.exists(path))


def read_json(uri: str) -> Any:
    """Content of a JSON file.

    Raises:
        InputError: where it is missing or not JSON.
    """
    system, path = _place(uri)
    try:
        with system.open(path, "rt", encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError as error:
        raise InputError(f"{uri}: no such file") from error
    except ValueError as error:
        raise InputError(f"{uri}: not JSON ({error})") from error


def write_json(uri: str, content: Any) -> None:
    """Write a JSON file, and the folders that it needs."""
    system, path = _place_to_write(uri)
    with system.open(path, "wt", encoding="utf-8") as file:
        json.dump(content, file, indent=2, sort_keys=True)


def read_lines(uri: str) -> Iterator[str]:
    """Lines of a text file that are not empty; ``.gz`` is unpacked."""
    system, path = _place(uri)
    with system.open(path, "rt", encoding="utf-8", compression="infer") as file:
        yield from (line for line in file if line.strip())


def found(uri: str, *suffixes: str) -> list[str]:
    """Addresses of the files at or below ``uri`` with one of ``suffixes``, sorted; hidden ones are left out."""
    system, path = _place(uri)
    if system.isfile(path):
        return [uri]
    paths = sorted(str(each) for each in system.find(path)) if system.exists(path) else []
    return [system.unstrip_protocol(each) for each in paths if _is(each.removeprefix(path), suffixes)]


def _is(path: str, suffixes: tuple[str, ...]) -> bool:
    parts = [part for part in path.split("/") if part]
    return not any(part.startswith((".", "_")) for part in parts) and path.removesuffix(".gz").endswith(suffixes)


def read_table(uri: str) -> pandas.DataFrame:
    """The table at ``uri``: a file, a folder of files of the same columns, or ``bq://project.dataset.table``.

    Raises:
        InputError: where there is no table.
    """
    if scheme(uri) == "bq":
        from runtime.warehouse import read  # noqa: PLC0415  the SDK is in the image only

        return read(uri)
    names = found(uri, *TABLES)
    if not names:
        raise InputError(f"{uri}: no table; expected files ending in {', '.join(TABLES)}")
    frames = [read_file(name) for name in names]
    return frames[0] if len(frames) == 1 else pandas.concat(frames, ignore_index=True)


def read_file(uri: str) -> pandas.DataFrame:
    """One file as a table.

    Raises:
        InputError: where its suffix is not that of a table, or it cannot be read as one.
    """
    bare = uri.removesuffix(".gz")
    system, path = _place(uri)
    try:
        if bare.endswith(".parquet"):
            with system.open(path, "rb") as file:
                return pandas.read_parquet(file)
        with system.open(path, "rb", compression="infer") as file:
            if bare.endswith(".csv"):
                return pandas.read_csv(file)
            if bare.endswith(".jsonl"):
                return pandas.read_json(file, lines=True)
    except (ValueError, UnicodeDecodeError, FileNotFoundError) as error:
        raise InputError(f"{uri}: cannot be read as a table ({error})") from error
    raise InputError(f"{uri}: not a table; expected a name ending in {', '.join(TABLES)}")


def write_table(uri: str, frame: pandas.DataFrame) -> None:
    """Write ``frame`` in the format that the suffix of ``uri`` says.

    Raises:
        InputError: where the suffix is not that of a table.
    """
    if not uri.endswith(TABLES):
        raise InputError(f"{uri}: expected a name ending in {', '.join(TABLES)}")
    system, path = _place_to_write(uri)
    with system.open(path, "wb") as file:
        if uri.endswith(".parquet"):
            frame.to_parquet(file, index=False)
        elif uri.endswith(".csv"):
            frame.to_csv(file, index=False)
        else:
            frame.to_json(file, orient="records", lines=True)


@contextmanager
def fetched(uri: str) -> Iterator[Path]:
    """A local copy of a file or folder, removed afterwards; a local one is given as it is.

    Raises:
        InputError: where nothing is there.
    """
    if not exists(uri):
        raise InputError(f"{uri}: no such file or folder")
    system, path = _place(uri)
    if scheme(uri) == "file":
        yield Path(path)
        return
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / Path(path).name
        system.get(path, str(target), recursive=not system.isfile(path))
        yield target


def publish(folder: Path, uri: str) -> None:
    """Copy what lies in ``folder`` to the folder ``uri``."""
    if scheme(uri) == "file":
        _, path = _place(uri)
        shutil.copytree(folder, path, dirs_exist_ok=True)
        return
    system, path = _place(uri)
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        system.put_file(str(file), f"{path.rstrip('/')}/{file.relative_to(folder).as_posix()}")
