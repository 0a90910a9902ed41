"""Assets and archives: the engine gives each the hash of its content, by which providers see that it changed.

The rules are those of the CLI (``sdk/go/common/resource/{asset,archive}``): SHA-256 of the text or file; of an archive
file as it is; of anything else as a tar stream of its files in order of their names. Remote assets are refused: nothing
here may reach the network.
"""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from simulator.engine.errors import EngineError
from simulator.engine.refusals import REMOTE_ASSET
from simulator.engine.values import ARCHIVE_SIG, ASSET_SIG
from simulator.model import SIG_KEY, Props

_TARS = (".tar", ".tgz", ".tar.gz")
_ZIPS = (".zip", ".jar")
# The CLI's own directory; it never becomes part of an archive.
_SKIPPED = ".pulumi"


def with_hashes(props: Props, directory: Path) -> Props:
    """The properties in which every asset and archive has its hash. Relative paths are taken from ``directory``.

    Raises :class:`EngineError` for a file that cannot be read.
    """
    return {key: _hashed(value, directory) for key, value in props.items()}


def _hashed(value: Any, directory: Path) -> Any:
    if isinstance(value, list):
        return [_hashed(item, directory) for item in value]
    if not isinstance(value, dict):
        return value
    signature = value.get(SIG_KEY)
    if signature not in (ASSET_SIG, ARCHIVE_SIG):
        return {key: _hashed(item, directory) for key, item in value.items()}
    if value.get("hash"):
        return value
    inner = {key: _hashed(item, directory) for key, item in (value.get("assets") or {}).items()}
    result = {**value, "assets": inner} if "assets" in value else dict(value)
    try:
        result["hash"] = _asset_hash(value, directory) if signature == ASSET_SIG else _archive_hash(value, directory)
    except (OSError, ValueError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise EngineError(f"the asset {value.get('path', '')!r} cannot be read: {error}") from None
    return result


def _local(value: Props, directory: Path) -> Path:
    if "uri" in value:
        raise REMOTE_ASSET.of(f"{value['uri']} would have to be fetched")
    return directory / str(value["path"])


def _content(value: Props, directory: Path) -> bytes:
    if "path" not in value and "uri" not in value:
        return str(value.get("text", "")).encode()
    return _local(value, directory).read_bytes()


def _asset_hash(value: Props, directory: Path) -> str:
    return hashlib.sha256(_content(value, directory)).hexdigest()


def _archive_hash(value: Props, directory: Path) -> str:
    if "assets" not in value:
        path = _local(value, directory)
        if path.name.endswith(_TARS + _ZIPS):
            return hashlib.sha256(path.read_bytes()).hexdigest()
    digest = hashlib.sha256()
    seen = set()
    for name, content in _files(value, directory):
        if name not in seen:
            seen.add(name)
            digest.update(_header(name, len(content)) + content + bytes(-len(content) % tarfile.BLOCKSIZE))
    digest.update(bytes(2 * tarfile.BLOCKSIZE))
    return digest.hexdigest()


def _header(name: str, size: int) -> bytes:
    """The tar header as Go writes it, which fills in the device numbers that Python leaves empty."""
    info = tarfile.TarInfo(name)
    info.mode, info.size = 0o600, size
    block = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
    block[329:345] = b"0000000\0" * 2
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def _files(value: Props, directory: Path) -> Iterator[tuple[str, bytes]]:
    """The files of an archive by name."""
    if "assets" in value:
        for name, item in sorted(value["assets"].items()):
            if item.get(SIG_KEY) == ASSET_SIG:
                yield name, _content(item, directory)
            else:
                for inner, content in _files(item, directory):
                    yield f"{name}/{inner}", content
        return
    path = _local(value, directory)
    if path.name.endswith(_TARS):
        with tarfile.open(path) as tar:
            for member in tar:
                source = tar.extractfile(member)
                if source is not None:
                    yield member.name, source.read()
    elif path.name.endswith(_ZIPS):
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if not entry.is_dir():
                    yield entry.filename, archive.read(entry)
    else:
        yield from _walk(path, path)


def _walk(root: Path, directory: Path) -> Iterator[tuple[str, bytes]]:
    if not directory.is_dir():
        raise EngineError(f"{directory} is neither a directory nor an archive (.tar, .tgz, .tar.gz, .zip, .jar)")
    for path in sorted(directory.iterdir(), key=lambda item: item.name):
        if path.name == _SKIPPED or (path.is_symlink() and path.is_dir()):
            continue
        if path.is_dir():
            yield from _walk(root, path)
        else:
            yield path.relative_to(root).as_posix(), path.read_bytes()
