"""Which class of an installed Pulumi SDK stands behind a resource type token.

The token index is the registration table every generated SDK carries in its ``__init__.py``; it is read as text, so
that asking for one type imports one module and nothing else. Only the three cloud packages are known, because nothing
else is simulated.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import importlib.metadata
import importlib.util
import json
import re
import threading
import warnings
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Final

from simulator.model import CloudError

PACKAGES: Final = MappingProxyType(
    {"aws": "pulumi_aws", "azure-native": "pulumi_azure_native", "gcp": "pulumi_gcp"},
)
"""Pulumi package name -> Python distribution."""

_IMPORTING = threading.RLock()
_TABLE = re.compile(r'resource_modules="""\s*(\[.*?\])\s*"""', re.DOTALL)


def package_of(token: str) -> str:
    """Return the package of a type or function token; raises :class:`CloudError` if it is not simulated."""
    package = token.split(":", 1)[0]
    if package not in PACKAGES:
        raise CloudError(
            "UnknownPackage", f"package '{package}' of '{token}' is not simulated; simulated are {', '.join(PACKAGES)}"
        )
    return package


@functools.cache
def version_of(package: str) -> str:
    """Return the version of the installed SDK of a package."""
    return importlib.metadata.version(PACKAGES[package])


@functools.cache
def resource_index(package: str) -> MappingProxyType[str, tuple[str, str]]:
    """Return type token -> (Python module, class) of every resource of a package."""
    spec = importlib.util.find_spec(PACKAGES[package])
    if spec is None or spec.origin is None:
        raise CloudError("PackageNotInstalled", f"{PACKAGES[package]} is not installed; install it beside pulumi")
    found = _TABLE.search(Path(spec.origin).read_text(encoding="utf-8"))
    if found is None:
        raise CloudError(
            "PackageUnreadable", f"{PACKAGES[package]} {version_of(package)} registers no resource modules"
        )
    index: dict[str, tuple[str, str]] = {}
    for module in json.loads(found.group(1)):
        for token, class_name in module["classes"].items():
            index[token] = (module["fqn"], class_name)
    return MappingProxyType(index)


def resource_class(token: str) -> tuple[type, ModuleType]:
    """Return the resource class of a token and the module that defines it.

    Raises :class:`CloudError` ``UnknownType`` with the nearest tokens when the installed SDK has no such type.
    """
    package = package_of(token)
    index = resource_index(package)
    if token not in index:
        raise CloudError(
            "UnknownType",
            f"'{token}' is no resource type of {PACKAGES[package]} {version_of(package)}{_nearest(token, index)}",
        )
    module_name, class_name = index[token]
    # One at a time: modules of an SDK import each other, and threads that do so at once see them half made.
    with _IMPORTING, warnings.catch_warnings():
        # Importing a module of an SDK warns of every deprecated class in it, used or not.
        warnings.simplefilter("ignore", DeprecationWarning)
        cls = getattr(importlib.import_module(module_name), class_name)
        return cls, importlib.import_module(cls.__module__)


def _nearest(token: str, index: MappingProxyType[str, tuple[str, str]]) -> str:
    leaf = token.rsplit(":", 1)[-1].lower()
    same_leaf = [known for known in index if known.rsplit(":", 1)[-1].lower() == leaf]
    near = difflib.get_close_matches(token, same_leaf or list(index), n=3, cutoff=0.75)
    return f"; nearest: {', '.join(near)}" if near else ""
