"""Every type token and property path that a control reads exists in the installed provider packages."""

from __future__ import annotations

import pytest

from components.core.cloud import Cloud
from policies.control import Control
from policies.identity import _KEYS
from policies.registry import controls
from tests.policies.sdk import inputs_of, outputs_of, resolve


@pytest.mark.parametrize("control", controls(), ids=lambda c: c.id)
def test_types_and_paths_exist(control: Control) -> None:
    wrong = [
        f"{cloud}: {type_} {path or '(type)'}"
        for cloud in Cloud
        for check in control.checks(cloud)
        for type_, path in [*((t, "") for t in check.types), *check.reads]
        if not resolve(type_, path)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("token", "path"),
    [
        ("aws:s3/bucket:Bucket", "versionning"),
        ("aws:s3/bucketVersioning:BucketVersioning", "versioningConfiguration.state"),
        ("aws:s3/buckets:Bucket", ""),
        ("gcp:vertex/aiEndpoint:AiEndpoint", "encryptionSpec.kmsKey"),
        ("gcp:vertex/aiEndpoint:AiEndpoint", "encryptionSpec[].kmsKeyName"),
        ("azure-native:storage:StorageAccount", "encryption.keySources"),
        ("azure-native:machinelearningservices:Compute", "properties.properties.scaleSettings.maxNodes"),
        ("azure-native:insights:AutoscaleSetting", ""),
    ],
)
def test_wrong_tokens_and_paths_are_refused(token: str, path: str) -> None:
    assert not resolve(token, path)


@pytest.mark.parametrize("token", sorted(_KEYS))
def test_identity_keys_are_properties(token: str) -> None:
    properties = inputs_of(token) | outputs_of(token)
    assert set(_KEYS[token]) <= properties
