"""Programs with the typed SDKs over the simulated clouds, without an engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_azure_native as azure
import pulumi_gcp as gcp
import pytest

from simulator.cloud import SimulatedCloud
from simulator.mocks import SimulatedMocks
from simulator.store import Store
from tests.simulator.cloud.examples import CONFIGS

TRUST = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}}'
)


def run(program: Callable[[], dict[str, pulumi.Output[Any]]], path: Path) -> tuple[dict[str, Any], SimulatedMocks]:
    """Run a program against the simulated clouds and return what its outputs resolve to."""
    mocks = SimulatedMocks(SimulatedCloud(Store(path / "cloud.db")), CONFIGS)
    pulumi.runtime.set_mocks(mocks, preview=False)
    seen: dict[str, Any] = {}

    @pulumi.runtime.test
    def body() -> pulumi.Output[Any]:
        return pulumi.Output.all(**program()).apply(seen.update)

    body()
    return seen, mocks


def test_aws(tmp_path: Path) -> None:
    def program() -> dict[str, pulumi.Output[Any]]:
        key = aws.kms.Key("key", enable_key_rotation=True)
        lake = aws.s3.Bucket("lake")
        role = aws.iam.Role("exec", assume_role_policy=TRUST)
        group = aws.sagemaker.FeatureGroup(
            "usage",
            feature_group_name="usage",
            record_identifier_feature_name="id",
            event_time_feature_name="at",
            role_arn=role.arn,
            feature_definitions=[{"feature_name": "id", "feature_type": "String"}],
            offline_store_config={
                "s3_storage_config": {"s3_uri": lake.bucket.apply(lambda b: f"s3://{b}/f"), "kms_key_id": key.arn}
            },
        )
        caller = aws.get_caller_identity_output()
        return {
            "arn": group.arn,
            "key": group.offline_store_config.apply(lambda c: c.s3_storage_config.kms_key_id if c else None),
            "key_arn": key.arn,
            "account": caller.account_id,
            "domain": lake.bucket_regional_domain_name,
        }

    seen, mocks = run(program, tmp_path)
    assert seen["arn"] == "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/usage"
    assert seen["key"] == seen["key_arn"]
    assert seen["account"] == "123456789012"
    bucket = next(inputs["bucket"] for token, _, inputs in mocks.seen if token == "aws:s3/bucket:Bucket")
    assert seen["domain"] == f"{bucket}.s3.eu-west-1.amazonaws.com"


def test_azure(tmp_path: Path) -> None:
    def program() -> dict[str, pulumi.Output[Any]]:
        ml = azure.machinelearningservices
        group = azure.resources.ResourceGroup("rg")
        identity = azure.managedidentity.UserAssignedIdentity("uai", resource_group_name=group.name)
        workspace = ml.Workspace(
            "ws",
            resource_group_name=group.name,
            identity=ml.ManagedServiceIdentityArgs(type="UserAssigned", user_assigned_identities=[identity.id]),
        )
        compute = ml.Compute(
            "cpu",
            resource_group_name=group.name,
            workspace_name=workspace.name,
            properties=ml.AmlComputeArgs(
                compute_type="AmlCompute",
                properties=ml.AmlComputePropertiesArgs(
                    vm_size="Standard_DS3_v2", scale_settings=ml.ScaleSettingsArgs(max_node_count=4)
                ),
            ),
        )
        return {
            "identities": workspace.identity.apply(lambda i: sorted(i.user_assigned_identities or {}) if i else []),
            "identity": identity.id,
            "tracking": workspace.ml_flow_tracking_uri,
            "size": compute.properties.apply(lambda p: p["properties"]["vmSize"]),
            "state": workspace.provisioning_state,
        }

    seen, _ = run(program, tmp_path)
    assert seen["identities"] == [seen["identity"]]
    assert seen["tracking"].startswith("azureml://westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/")
    assert (seen["size"], seen["state"]) == ("Standard_DS3_v2", "Succeeded")


def test_gcp(tmp_path: Path) -> None:
    def program() -> dict[str, pulumi.Output[Any]]:
        ring = gcp.kms.KeyRing("ring", location="europe-west4")
        key = gcp.kms.CryptoKey("key", key_ring=ring.id)
        account = gcp.serviceaccount.Account("serving", account_id="ml-serving")
        endpoint = gcp.vertex.AiEndpoint(
            "endpoint",
            name="123456789",
            display_name="churn",
            location="europe-west4",
            encryption_spec={"kms_key_name": key.id},
        )
        return {
            "id": endpoint.id,
            "key": endpoint.encryption_spec.apply(lambda spec: spec.kms_key_name if spec else None),
            "member": account.member,
            "labels": endpoint.effective_labels,
        }

    seen, _ = run(program, tmp_path)
    assert seen["id"] == "projects/acme-ml-dev/locations/europe-west4/endpoints/123456789"
    assert seen["key"].startswith("projects/acme-ml-dev/locations/europe-west4/keyRings/ring-")
    assert seen["member"] == "serviceAccount:ml-serving@acme-ml-dev.iam.gserviceaccount.com"
    assert seen["labels"] == {"goog-pulumi-provisioned": "true"}


def test_an_explicit_provider_brings_its_own_region(tmp_path: Path) -> None:
    def program() -> dict[str, pulumi.Output[Any]]:
        elsewhere = aws.Provider("elsewhere", region="us-east-1")
        here = aws.sns.Topic("here")
        there = aws.sns.Topic("there", opts=pulumi.ResourceOptions(provider=elsewhere))
        return {"here": here.region, "there": there.arn.apply(lambda arn: arn.split(":")[3])}

    seen, _ = run(program, tmp_path)
    assert seen == {"here": "eu-west-1", "there": "us-east-1"}


def test_what_the_cloud_refuses_fails_the_program(tmp_path: Path) -> None:
    def program() -> dict[str, pulumi.Output[Any]]:
        arn = "arn:aws:iam::123456789012:role/ghost"
        return {"arn": aws.sagemaker.Model("model", execution_role_arn=arn).arn}

    with pytest.raises(Exception, match="'arn:aws:iam::123456789012:role/ghost', which does not exist"):
        run(program, tmp_path)
