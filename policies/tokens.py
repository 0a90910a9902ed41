"""Type tokens in the short notation of the catalogue: ``aws("s3.Bucket")`` is ``aws:s3/bucket:Bucket``.

Every token made here is checked against the installed provider packages by tests/policies/test_sdk.py.
"""

from __future__ import annotations

from components.core.cloud import Cloud

PACKAGE_CLOUDS = {"aws": Cloud.AWS, "azure-native": Cloud.AZURE, "gcp": Cloud.GCP}
"""The cloud behind each provider package."""


def _bridged(package: str, short: str) -> str:
    module, _, name = short.partition(".")
    return f"{package}:{module}/{name[0].lower()}{name[1:]}:{name}"


def aws(short: str) -> str:
    """Token of a pulumi-aws class."""
    return _bridged("aws", short)


def gcp(short: str) -> str:
    """Token of a pulumi-gcp class."""
    return _bridged("gcp", short)


def azure(short: str) -> str:
    """Token of a pulumi-azure-native class."""
    module, _, name = short.partition(".")
    return f"azure-native:{module}:{name}"


def cloud_of(token: str) -> Cloud | None:
    """The cloud of a resource type; None for components, providers and other packages."""
    return PACKAGE_CLOUDS.get(token.partition(":")[0])
