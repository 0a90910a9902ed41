"""The three packages that are simulated, and which version of each SDK is installed. Imports no SDK."""

from __future__ import annotations

import functools
import importlib.metadata
from types import MappingProxyType
from typing import Final

from simulator.model import CloudError

PACKAGES: Final = MappingProxyType(
    {"aws": "pulumi_aws", "azure-native": "pulumi_azure_native", "gcp": "pulumi_gcp"},
)
"""Pulumi package name -> Python distribution."""


def package_of(token: str) -> str:
    """Return the package of a type or function token; raises :class:`CloudError` if it is not simulated."""
    package = token.split(":", 1)[0]
    if package not in PACKAGES:
        raise CloudError(
            "UnknownPackage", f"package '{package}' of '{token}' is not simulated; simulated are {', '.join(PACKAGES)}"
        )
    return package


@functools.cache
def installed_version(package: str) -> str | None:
    """Return the version of the installed SDK of a package, None where it is not installed."""
    try:
        return importlib.metadata.version(PACKAGES[package])
    except importlib.metadata.PackageNotFoundError:
        return None
