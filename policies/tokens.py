"""Type tokens in the short notation of the catalogue: ``aws("s3.Bucket")`` is ``aws:s3/bucket:Bucket``.

Every token made here is checked against the installed provider packages by tests/policies/test_sdk.py.
"""

from __future__ import annotations

import re

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


# A class of one API version (``azure-native:storage/v20240101:StorageAccount``), also out of a package made for it
# (``azure-native_storage_v20240101:storage:StorageAccount``), and the two names that pulumi-aws has for a bucket.
_VERSIONED = re.compile(r"azure-native(?:_\w+)?:(\w+)(?:/v\w+)?:(\w+)")
_SECOND = re.compile(r"aws:s3/(bucket\w*)V2:(Bucket\w*)V2")


def canonical(token: str) -> str:
    """The token under which controls know a type, whatever API version or second name a program chose."""
    if azure_type := _VERSIONED.fullmatch(token):
        return f"azure-native:{azure_type[1]}:{azure_type[2]}"
    if bucket := _SECOND.fullmatch(token):
        return f"aws:s3/{bucket[1]}:{bucket[2]}"
    return token


def cloud_of(token: str) -> Cloud | None:
    """The cloud of a resource type; None for components, providers and other packages."""
    return PACKAGE_CLOUDS.get(canonical(token).partition(":")[0])
