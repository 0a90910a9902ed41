"""Seeded faults in otherwise valid inputs are named with their path and a remedy; what is valid or unknown passes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi.runtime import rpc

from simulator.catalogue.shapes import shape_of
from simulator.check import check_inputs
from simulator.model import SECRET_SIG, SIG_KEY, UNKNOWN, CheckFailure, CloudError, Props
from simulator.values import parse, put

CONFIG = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
COMPUTE = "azure-native:machinelearningservices:Compute"
ACCOUNT = "azure-native:storage:StorageAccount"
ENDPOINT = "gcp:vertex/aiEndpoint:AiEndpoint"
BUCKET = "gcp:storage/bucket:Bucket"

VALID: dict[str, Props] = {
    CONFIG: {
        "productionVariants": [
            {"modelName": "m", "variantName": "all", "initialInstanceCount": 2.0, "instanceType": "ml.m5.large"}
        ],
        "dataCaptureConfig": {
            "initialSamplingPercentage": 20,
            "destinationS3Uri": "s3://b/p",
            "captureOptions": [{"captureMode": "Input"}],
        },
    },
    COMPUTE: {
        "resourceGroupName": "rg",
        "workspaceName": "wsp",
        "properties": {
            "computeType": "AmlCompute",
            "properties": {"vmSize": "Standard_DS3_v2", "scaleSettings": {"maxNodeCount": 4.0}},
        },
    },
    ACCOUNT: {"resourceGroupName": "rg", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "accessTier": "Hot"},
    ENDPOINT: {"displayName": "churn", "location": "europe-west4", "dedicatedEndpointEnabled": True},
    BUCKET: {"location": "EU", "lifecycleRules": [{"action": {"type": "Delete"}, "condition": {"age": 30}}]},
}

FAULTS = [
    (CONFIG, "productionVariant", [], "productionVariant", "did you mean 'productionVariants'?"),
    (CONFIG, "productionVariants[0].instance_type", "x", "productionVariants[0].instance_type", "is 'instanceType'"),
    (
        CONFIG,
        "productionVariants[0].initialInstanceCount",
        2.5,
        "productionVariants[0].initialInstanceCount",
        "integer",
    ),
    (
        CONFIG,
        "productionVariants[0].initialInstanceCount",
        "2",
        "productionVariants[0].initialInstanceCount",
        "string '2'",
    ),
    (CONFIG, "productionVariants", {"modelName": "m"}, "productionVariants", "expected array of object"),
    (CONFIG, "dataCaptureConfig.destinationS3Uri", None, "dataCaptureConfig.destinationS3Uri", "missing required"),
    (CONFIG, "tags", {"cost.centre": 3}, 'tags["cost.centre"]', "expected string, got number 3"),
    (CONFIG, "productionVariants", None, "productionVariants", "missing required property 'productionVariants'"),
    (COMPUTE, "workspaceName", None, "workspaceName", "missing required property 'workspaceName'"),
    (COMPUTE, "properties.computeType", "AmlCompte", "properties.computeType", "'AmlCompute'"),
    (COMPUTE, "properties.computeType", None, "properties.computeType", "which kind of object this is"),
    (COMPUTE, "properties", {"compute_type": "AmlCompute"}, "properties.computeType", "is the Python name"),
    (COMPUTE, "properties.properties.vmPriority", "dedicated", "properties.properties.vmPriority", "write 'Dedicated'"),
    (COMPUTE, "properties.properties.vmSize", 3, "properties.properties.vmSize", "expected string, got number 3"),
    (
        COMPUTE,
        "properties.properties.scaleSettings.maxNodeCount",
        None,
        "properties.properties.scaleSettings.maxNodeCount",
        "missing required",
    ),
    (ACCOUNT, "sku.name", "standard_lrs", "sku.name", "write 'Standard_LRS'"),
    (ACCOUNT, "accessTier", "Tepid", "accessTier", "one of 'Hot', 'Cool'"),
    (ACCOUNT, "enableHttpsTrafficOnly", "true", "enableHttpsTrafficOnly", "expected boolean, got string 'true'"),
    (ACCOUNT, "sku.tier", "Premium", "sku.tier", "unknown property 'tier'"),
    (ENDPOINT, "displayName", None, "displayName", "missing required property 'displayName'"),
    (ENDPOINT, "dedicatedEndpointEnabled", 1, "dedicatedEndpointEnabled", "expected boolean, got number 1"),
    (ENDPOINT, "encryptionSpec", {"kmsKey": "k"}, "encryptionSpec.kmsKey", "did you mean 'kmsKeyName'?"),
    (BUCKET, "lifecycleRules[0].condition.age", 1.5, "lifecycleRules[0].condition.age", "expected integer"),
    (BUCKET, "lifecycleRules[0].action", None, "lifecycleRules[0].action", "missing required property 'action'"),
]


@pytest.mark.parametrize("token", VALID)
def test_valid_inputs_have_no_fault(token: str) -> None:
    assert check_inputs(shape_of(token), VALID[token]) == ()


@pytest.mark.parametrize(("token", "path", "value", "where", "words"), FAULTS)
def test_a_fault_is_named_with_its_path_and_a_hint(token: str, path: str, value: Any, where: str, words: str) -> None:
    broken = put(VALID[token], parse(path), value)
    faults = {fault.property: fault.reason for fault in check_inputs(shape_of(token), broken)}
    assert where in faults
    assert words in faults[where]


@pytest.mark.parametrize("token", VALID)
def test_an_unknown_passes_in_every_place(token: str) -> None:
    shape = shape_of(token)
    for name in VALID[token]:
        assert check_inputs(shape, {**VALID[token], name: UNKNOWN}) == ()
    assert check_inputs(shape, dict.fromkeys(shape.inputs, UNKNOWN)) == ()


def test_a_secret_is_checked_by_what_is_inside() -> None:
    shape = shape_of(ENDPOINT)
    secret = {SIG_KEY: SECRET_SIG, "value": 3}
    assert check_inputs(shape, {**VALID[ENDPOINT], "displayName": {**secret, "value": "churn"}}) == ()
    assert check_inputs(shape, {**VALID[ENDPOINT], "displayName": secret}) == (
        CheckFailure("displayName", "expected string, got number 3"),
    )


def test_an_open_enum_takes_values_the_sdk_does_not_know() -> None:
    assert check_inputs(shape_of(ACCOUNT), {**VALID[ACCOUNT], "sku": {"name": "Quantum_LRS"}}) == ()


def test_an_asset_is_taken_only_where_one_is_meant() -> None:
    shape = shape_of("gcp:storage/bucketObject:BucketObject")
    asset = {SIG_KEY: rpc._special_asset_sig, "text": "hello"}
    assert check_inputs(shape, {"bucket": "b", "source": asset}) == ()
    assert check_inputs(shape, {"bucket": asset, "source": asset}) == (
        CheckFailure("bucket", "expected string, got asset"),
    )


def test_an_unknown_type_is_refused_with_the_nearest_ones() -> None:
    with pytest.raises(
        CloudError, match=r"no type of the catalogue of pulumi_aws 7.*nearest: aws:s3/bucket:Bucket.*make catalogue"
    ) as caught:
        shape_of("aws:s3/buckt:Bucket")
    assert caught.value.code == "UnknownType"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8) | st.just(UNKNOWN) | st.just(SIG_KEY),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "name",
                    "properties",
                    "computeType",
                    "sku",
                    "productionVariants",
                    "tags",
                    "lifecycleRules",
                    "x",
                    SIG_KEY,
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(token=st.sampled_from(sorted(VALID)), junk=st.dictionaries(st.text(max_size=6), JSON, max_size=3), value=JSON)
def test_check_is_total(token: str, junk: Props, value: Any) -> None:
    shape = shape_of(token)
    faults = check_inputs(shape, {**VALID[token], **junk, **dict.fromkeys(list(shape.inputs)[:6], value)})
    assert all(fault.reason for fault in faults)
    assert {name for name in junk if name not in shape.inputs and not name.startswith("__")} <= {
        parse_first(fault.property) for fault in faults
    } | {name for name in junk if not name}


def parse_first(path: str) -> str:
    """Return the first step of a path."""
    return str((*parse(path), "")[0]) if path else ""
