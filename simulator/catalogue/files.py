"""The files of the catalogue: one per cloud, a gzip of JSON lines ``[section, name, body]``.

The first line is the header; the others are sorted. A file is unpacked once and a line is parsed when it is asked for,
so that a process that needs ten types pays for ten. Written with neither time nor file name, so that the same facts
give the same bytes.
"""

from __future__ import annotations

import difflib
import functools
import gzip
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from simulator.catalogue import packages
from simulator.catalogue.codec import decode_properties
from simulator.catalogue.types import ObjectType
from simulator.model import CloudError

DIRECTORY: Final = Path(__file__).parent / "data"
FORMAT: Final = 1
"""Of the files; a reader refuses another one."""
REBUILD: Final = "make catalogue"
"""What a user runs to have the catalogue built again (`python -m simulator.catalogue build` with the sources there)."""

Line = tuple[str, str, Any]


class CatalogueFile:
    """The catalogue of one cloud."""

    def __init__(self, package: str, text: str) -> None:
        """Take the unpacked text; raises :class:`CloudError` for one that is of another format."""
        self.package = package
        self._lines: dict[tuple[str, str], str] = {}
        self._objects: dict[str, ObjectType] = {}
        for line in text.splitlines():
            _, section, _, name, _ = line.split('"', 4)
            self._lines[section, name] = line
        header = self.body("header", package)
        if header is None or header.get("format") != FORMAT:
            raise CloudError(
                "CatalogueUnreadable",
                f"the catalogue of {package} has not the format {FORMAT}; run `{REBUILD}`",
            )
        self.header: dict[str, Any] = header

    @property
    def version(self) -> str:
        """Version of the SDK that the shapes were read from."""
        return str(self.header["sdk"])

    def body(self, section: str, name: str) -> Any:
        """Return the body of a line, None where there is none."""
        line = self._lines.get((section, name))
        return None if line is None else json.loads(line)[2]

    def names(self, section: str) -> tuple[str, ...]:
        """Return the names of a section in order."""
        return tuple(name for other, name in self._lines if other == section)

    def lines(self) -> Iterator[str]:
        """Yield the lines as they stand in the file."""
        yield from self._lines.values()

    def type(self, token: str) -> Any:
        """Return the body of a resource type; raises :class:`CloudError` ``UnknownType`` with the nearest ones."""
        body = self.body("type", token)
        if body is None:
            raise CloudError(
                "UnknownType",
                f"'{token}' is no type of the catalogue of {packages.PACKAGES[self.package]} {self.version}"
                f"{self._nearest(token)}. If the SDK has it, name it in simulator/catalogue/width.py and run "
                f"`{REBUILD}`",
            )
        return body

    def object_type(self, name: str) -> ObjectType:
        """Return the entry of an object by name; the same one each time."""
        entry = self._objects.get(name)
        if entry is None:
            entry = self._objects.setdefault(
                name, ObjectType(name, lambda: decode_properties(self.body("object", name), self.object_type))
            )
        return entry

    def _nearest(self, token: str) -> str:
        known = self.names("type")
        leaf = token.rsplit(":", 1)[-1].lower()
        same_leaf = [one for one in known if one.rsplit(":", 1)[-1].lower() == leaf]
        near = difflib.get_close_matches(token, same_leaf or known, n=3, cutoff=0.75)
        return f"; nearest: {', '.join(near)}" if near else ""


def path_of(package: str) -> Path:
    """Return the file of a package."""
    return DIRECTORY / f"{package}.jsonl.gz"


def read(package: str) -> CatalogueFile:
    """Read the file of a package; raises :class:`CloudError` if there is none or it cannot be read."""
    try:
        text = gzip.decompress(path_of(package).read_bytes()).decode()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise CloudError(
            "CatalogueUnreadable", f"{path_of(package).name} cannot be read ({error}); run `{REBUILD}`"
        ) from error
    return CatalogueFile(package, text)


@functools.cache
def of(package: str) -> CatalogueFile:
    """Return the catalogue of a package for a simulation.

    Raises :class:`CloudError` ``StaleCatalogue`` when another version of the SDK is installed than the one that the
    catalogue was built from: what it accepts would not be what the program can say.
    """
    found = read(package)
    installed = packages.installed_version(package)
    if installed is not None and installed != found.version:
        raise CloudError(
            "StaleCatalogue",
            f"the catalogue was built from {packages.PACKAGES[package]} {found.version}, but {installed} is installed; "
            f"install {found.version} (`make install`), or build the catalogue again with `{REBUILD}`",
        )
    return found


def pack(lines: Iterable[Line]) -> bytes:
    """Return the bytes of a catalogue file; the first line given stays first."""
    header, *rest = lines
    text = "".join(
        json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
        for line in (header, *sorted(rest, key=lambda line: line[:2]))
    )
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, compresslevel=9, mtime=0) as packed:
        packed.write(text.encode())
    return buffer.getvalue()
