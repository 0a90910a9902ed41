"""Shapes as the catalogue holds them, and as the installed SDKs declare them."""

from __future__ import annotations

import subprocess
import sys

from simulator.catalogue.shapes import shape_of
from simulator.catalogue.sources.sdk import resource_index
from simulator.catalogue.types import Kind, properties_of


def test_aws_inputs_have_wire_names_types_and_requirements() -> None:
    shape = shape_of("aws:sagemaker/endpointConfiguration:EndpointConfiguration")
    variants = shape.inputs["productionVariants"]
    assert (variants.python_name, variants.required, variants.type.kind) == ("production_variants", True, Kind.ARRAY)
    assert variants.type.element is not None and variants.type.element.cls is not None
    variant = properties_of(variants.type.element.cls)
    assert variant["initialInstanceCount"].type.kind is Kind.INTEGER
    assert variant["initialVariantWeight"].type.kind is Kind.NUMBER
    assert variant["enableSsmAccess"].type.kind is Kind.BOOLEAN
    assert {name for name, prop in shape.inputs.items() if prop.required} == {"productionVariants"}
    assert shape.computed == {"arn", "tagsAll"}


def test_azure_unions_are_told_apart_by_constants() -> None:
    shape = shape_of("azure-native:machinelearningservices:Compute")
    members = shape.inputs["properties"].type.members
    constants = {properties_of(member.cls)["computeType"].constant for member in members if member.cls is not None}
    assert {"AmlCompute", "ComputeInstance", "Kubernetes", "AKS"} <= constants
    assert shape.api_version == "2025-12-01"


def test_azure_enums_are_open_or_closed_as_the_sdk_says() -> None:
    inputs = shape_of("azure-native:storage:StorageAccount").inputs
    assert inputs["accessTier"].type.kind is Kind.ENUM
    assert inputs["accessTier"].type.literals == ("Hot", "Cool", "Premium", "Cold")
    assert {member.kind for member in inputs["kind"].type.members} == {Kind.STRING, Kind.ENUM}


def test_gcp_secret_outputs_are_known() -> None:
    shape = shape_of("gcp:vertex/aiEndpoint:AiEndpoint")
    assert shape.secrets == {"effectiveLabels", "pulumiLabels"}
    assert shape.inputs["displayName"].required
    assert shape.outputs["createTime"].required


def test_assets_and_maps_are_recognised() -> None:
    shape = shape_of("gcp:storage/bucketObject:BucketObject")
    assert shape.inputs["source"].type.kind is Kind.ASSET
    assert shape.inputs["metadata"].type.kind is Kind.MAP


def test_every_package_registers_thousands_of_types_and_the_machine_learning_ones() -> None:
    assert "aws:sagemaker/endpoint:Endpoint" in resource_index("aws")
    assert "azure-native:machinelearningservices:OnlineEndpoint" in resource_index("azure-native")
    assert "gcp:vertex/aiFeatureOnlineStore:AiFeatureOnlineStore" in resource_index("gcp")
    assert all(len(resource_index(package)) > 1000 for package in ("aws", "azure-native", "gcp"))


def test_a_shape_imports_no_sdk() -> None:
    code = (
        "import sys; from simulator.catalogue.shapes import shape_of; from simulator.check import check_inputs; "
        "[check_inputs(shape_of(token), {}) for token in ('aws:kms/key:Key', 'azure-native:storage:StorageAccount', "
        "'gcp:pubsub/topic:Topic')]; "
        "print(sorted(m for m in sys.modules if m.startswith(('pulumi_aws', 'pulumi_azure_native', 'pulumi_gcp'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"
