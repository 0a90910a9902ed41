"""Provider configuration and functions of the three packages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulator.cloud import SimulatedCloud
from simulator.model import CloudError, PropertyDiff, Props
from simulator.provider import SimulatedProvider
from simulator.store import Store
from tests.simulator.cloud.examples import CONFIGS


def provider(package: str, tmp_path: Path) -> SimulatedProvider:
    """Return a configured provider."""
    made = SimulatedCloud(Store(tmp_path / "cloud.db"))(package, "")
    made.configure(dict(CONFIGS[package]))
    return made


@pytest.mark.parametrize("package", CONFIGS)
def test_a_complete_configuration_passes_unchanged(package: str, tmp_path: Path) -> None:
    given = {**CONFIGS[package], "version": "1.2.3"}
    checked = provider(package, tmp_path).check_config(given)
    assert (checked.inputs, checked.failures) == (given, ())


FAULTS = [
    ("aws", {}, "region", "pulumi config set aws:region"),
    ("aws", {"region": "Ireland"}, "region", "no AWS region"),
    ("aws", {"region": "eu-west-1", "regoin": "x"}, "regoin", "did you mean 'region'?"),
    ("azure-native", {}, "location", "pulumi config set azure-native:location"),
    ("azure-native", {"location": "westeurope", "subscriptionId": "mine"}, "subscriptionId", "no GUID"),
    ("gcp", {"region": "europe-west4"}, "project", "pulumi config set gcp:project"),
    ("gcp", {"project": "acme"}, "region", "pulumi config set gcp:region"),
    ("gcp", {"project": "acme", "region": "Belgium"}, "region", "no Google Cloud region"),
]


@pytest.mark.parametrize(("package", "config", "key", "words"), FAULTS)
def test_a_wrong_configuration_is_refused(package: str, config: Props, key: str, words: str, tmp_path: Path) -> None:
    faults = provider(package, tmp_path).check_config(config).failures
    assert [fault.property for fault in faults] == [key]
    assert words in faults[0].reason


CHANGES = [
    ("aws", {"region": "us-east-1"}, "region", True),
    ("aws", {"maxRetries": "3"}, "maxRetries", False),
    ("azure-native", {"subscriptionId": "11111111-1111-1111-1111-111111111111"}, "subscriptionId", True),
    ("azure-native", {"location": "uksouth"}, "location", False),
    ("gcp", {"project": "other"}, "project", True),
    ("gcp", {"version": "9.9.9"}, None, False),
]


@pytest.mark.parametrize(("package", "change", "key", "replaces"), CHANGES)
def test_a_change_of_place_replaces_the_provider(
    package: str, change: Props, key: str | None, replaces: bool, tmp_path: Path
) -> None:
    found = provider(package, tmp_path).diff_config(dict(CONFIGS[package]), {**CONFIGS[package], **change})
    kind = "update" if key in CONFIGS[package] else "add"
    assert found.detailed == ({key: PropertyDiff(kind, replace=replaces)} if key else {})


def test_structured_configuration_may_come_as_json(tmp_path: Path) -> None:
    aws = SimulatedCloud(Store(tmp_path / "cloud.db"))("aws", "")
    aws.configure({"region": "eu-west-1", "defaultTags": json.dumps({"tags": {"owner": "ml"}})})
    urn = "urn:pulumi:dev::kit::aws:kms/key:Key::k"
    live = aws.create(urn, "aws:kms/key:Key", {"tags": {"a": "1"}}, preview=True, timeout=0)
    assert live.outputs["tagsAll"] == {"owner": "ml", "a": "1"}


ANSWERS = [
    ("aws", "aws:index/getCallerIdentity:getCallerIdentity", {}, "accountId", "123456789012"),
    ("aws", "aws:index/getRegion:getRegion", {}, "region", "eu-west-1"),
    ("aws", "aws:index/getPartition:getPartition", {}, "partition", "aws"),
    (
        "aws",
        "aws:index/getAvailabilityZones:getAvailabilityZones",
        {"excludeNames": ["eu-west-1b"]},
        "names",
        ["eu-west-1a", "eu-west-1c"],
    ),
    (
        "aws",
        "aws:sagemaker/getPrebuiltEcrImage:getPrebuiltEcrImage",
        {"repositoryName": "sagemaker-xgboost", "imageTag": "1.7-1"},
        "registryPath",
        "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1",
    ),
    (
        "azure-native",
        "azure-native:authorization:getClientConfig",
        {},
        "subscriptionId",
        "00000000-0000-0000-0000-000000000000",
    ),
    ("azure-native", "azure-native:authorization:getClientToken", {}, "token", "simulated-token-that-opens-nothing"),
    ("gcp", "gcp:organizations/getProject:getProject", {}, "number", "123456789012"),
    ("gcp", "gcp:organizations/getClientConfig:getClientConfig", {}, "project", "acme-ml-dev"),
    (
        "gcp",
        "gcp:storage/getProjectServiceAccount:getProjectServiceAccount",
        {},
        "emailAddress",
        "service-123456789012@gs-project-accounts.iam.gserviceaccount.com",
    ),
    (
        "gcp",
        "gcp:bigquery/getDefaultServiceAccount:getDefaultServiceAccount",
        {},
        "email",
        "bq-123456789012@bigquery-encryption.iam.gserviceaccount.com",
    ),
    (
        "gcp",
        "gcp:logging/getProjectSettings:getProjectSettings",
        {},
        "kmsServiceAccountId",
        "cmek-p123456789012@gcp-sa-logging.iam.gserviceaccount.com",
    ),
    ("gcp", "gcp:compute/getZones:getZones", {}, "names", ["europe-west4-a", "europe-west4-b", "europe-west4-c"]),
]


@pytest.mark.parametrize(("package", "token", "args", "key", "answer"), ANSWERS)
def test_functions_answer(package: str, token: str, args: Props, key: str, answer: object, tmp_path: Path) -> None:
    assert provider(package, tmp_path).invoke(token, args, preview=False)[key] == answer


@pytest.mark.parametrize("package", CONFIGS)
def test_a_function_that_is_not_simulated_is_refused_by_name(package: str, tmp_path: Path) -> None:
    with pytest.raises(CloudError, match=f"'{package}:x/y:z' is not simulated") as caught:
        provider(package, tmp_path).invoke(f"{package}:x/y:z", {}, preview=True)
    assert caught.value.code == "UnknownFunction"


def test_policy_documents_are_rendered_as_the_provider_does(tmp_path: Path) -> None:
    statement = {
        "sid": "Read",
        "actions": ["s3:GetObject", "s3:ListBucket"],
        "resources": ["arn:aws:s3:::lake"],
        "principals": [{"type": "Service", "identifiers": ["sagemaker.amazonaws.com"]}],
        "conditions": [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["true"]}],
    }
    source = json.dumps({"Statement": [{"Sid": "Old", "Effect": "Deny", "Action": "*", "Resource": "*"}]})
    args = {"statements": [statement], "sourcePolicyDocuments": [source]}
    answer = provider("aws", tmp_path).invoke("aws:iam/getPolicyDocument:getPolicyDocument", args, preview=False)
    assert json.loads(answer["json"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Old", "Effect": "Deny", "Action": "*", "Resource": "*"},
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Action": ["s3:ListBucket", "s3:GetObject"],
                "Resource": "arn:aws:s3:::lake",
                "Principal": {"Service": "sagemaker.amazonaws.com"},
                "Condition": {"Bool": {"aws:SecureTransport": "true"}},
            },
        ],
    }
    assert json.loads(answer["minifiedJson"]) == json.loads(answer["json"])
