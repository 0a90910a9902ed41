"""Invariants of every planned graph: parents, names, tags, keys, privacy, protection, least privilege, repetition."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from components.clouds import FACTS
from components.core.cloud import Cloud
from components.core.profile import Profile
from tests.conformance import wiring
from tests.conformance.planned import CELLS, fingerprint, plan, planned, resources
from tests.recorder import Recorded

SCENARIOS = [("defaults", Profile.SANDBOX), ("max", Profile.STANDARD), ("max", Profile.REGULATED)]

STATEFUL = {
    Cloud.AWS: {
        "aws:kms/key:Key",
        "aws:s3/bucket:Bucket",
        "aws:sagemaker/featureGroup:FeatureGroup",
        "aws:sagemaker/modelPackageGroup:ModelPackageGroup",
        "aws:sagemaker/domain:Domain",
        "aws:sagemaker/endpoint:Endpoint",
        "aws:ecr/repository:Repository",
    },
    Cloud.AZURE: {
        "azure-native:resources:ResourceGroup",
        "azure-native:keyvault:Vault",
        "azure-native:keyvault:Key",
        "azure-native:storage:StorageAccount",
        "azure-native:machinelearningservices:Workspace",
        "azure-native:machinelearningservices:Registry",
        "azure-native:machinelearningservices:OnlineEndpoint",
        "azure-native:containerregistry:Registry",
    },
    Cloud.GCP: {
        "gcp:kms/cryptoKey:CryptoKey",
        "gcp:storage/bucket:Bucket",
        "gcp:bigquery/dataset:Dataset",
        "gcp:vertex/aiFeatureGroup:AiFeatureGroup",
        "gcp:vertex/aiFeatureOnlineStore:AiFeatureOnlineStore",
        "gcp:vertex/aiEndpoint:AiEndpoint",
        "gcp:artifactregistry/repository:Repository",
    },
}
"""What holds data or cannot be made again as it was."""

TAGS = {"gcp:monitoring/notificationChannel:NotificationChannel": "userLabels"}
"""Where tags stand, for types whose ``labels`` are something else."""


@pytest.mark.parametrize(("scenario", "profile"), SCENARIOS, ids=str)
@pytest.mark.parametrize(("capability", "cloud"), CELLS, ids=str)
class TestGraph:
    """Invariants of one capability on one cloud."""

    def test_everything_has_a_component_above_it(
        self, capability: str, cloud: Cloud, scenario: str, profile: Profile
    ) -> None:
        graph = planned(capability, cloud, scenario, profile)
        components = {item.urn for item in graph if item.type.startswith("tripod:")}
        known = {item.urn: item for item in graph}
        for item in resources(graph):
            above = item
            while above.parent in known and above.urn not in components:
                above = known[above.parent]
            assert above.urn in components, f"{item.type} {item.name} stands outside its component"
            assert item.name.startswith(capability.replace("_", "-")), f"{item.type} is called {item.name}"

    def test_tagged(self, capability: str, cloud: Cloud, scenario: str, profile: Profile) -> None:
        keys = set(FACTS[cloud].tags({"owner": "", "environment": "", "managed-by": "", "data-class": ""}))
        for item in resources(planned(capability, cloud, scenario, profile)):
            tags = item.inputs.get(TAGS.get(item.type, "labels" if cloud is Cloud.GCP else "tags"))
            if isinstance(tags, dict):
                assert keys <= set(tags), f"{item.type} {item.name} lacks {sorted(keys - set(tags))}"

    def test_stateful_resources_are_protected_above_sandbox(
        self, capability: str, cloud: Cloud, scenario: str, profile: Profile
    ) -> None:
        for item in resources(planned(capability, cloud, scenario, profile)):
            if item.type in STATEFUL[cloud]:
                assert item.protect == (profile is not Profile.SANDBOX), f"{item.type} {item.name}"

    def test_nothing_is_public_above_sandbox(
        self, capability: str, cloud: Cloud, scenario: str, profile: Profile
    ) -> None:
        if profile is Profile.SANDBOX:
            pytest.skip("sandbox allows public addresses")
        for item in resources(planned(capability, cloud, scenario, profile)):
            for path, value in _leaves(item.inputs):
                assert not _public(path, value), f"{item.type} {item.name}: {path} = {value}"

    def test_grants_are_least_privilege(self, capability: str, cloud: Cloud, scenario: str, profile: Profile) -> None:
        for item in resources(planned(capability, cloud, scenario, profile)):
            assert not list(_excess(cloud, item)), f"{item.type} {item.name}: {list(_excess(cloud, item))}"

    def test_no_account_secret_in_the_clear(
        self, capability: str, cloud: Cloud, scenario: str, profile: Profile
    ) -> None:
        shape = re.compile(r"AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|AccountKey=[A-Za-z0-9+/=]{20,}")
        for item in resources(planned(capability, cloud, scenario, profile)):
            assert not shape.search(json.dumps(item.inputs)), f"{item.type} {item.name}"


@pytest.mark.parametrize("profile", [Profile.SANDBOX, Profile.REGULATED])
@pytest.mark.parametrize(("capability", "cloud"), CELLS, ids=str)
def test_building_twice_gives_the_same_graph(capability: str, cloud: Cloud, profile: Profile) -> None:
    spec = wiring.maximal(capability, cloud)
    scope = wiring.scope(cloud, profile)
    assert fingerprint(plan(capability, cloud, spec, scope)) == fingerprint(plan(capability, cloud, spec, scope))


@pytest.mark.parametrize("cloud", list(Cloud))
def test_names_carry_the_prefix(cloud: Cloud) -> None:
    """Buckets and accounts are named by rule: product, environment, part, suffix."""
    kinds = {
        Cloud.AWS: ("aws:s3/bucket:Bucket", "bucket"),
        Cloud.AZURE: ("azure-native:storage:StorageAccount", "accountName"),
        Cloud.GCP: ("gcp:storage/bucket:Bucket", "name"),
    }
    kind, key = kinds[cloud]
    named = [item.inputs[key] for item in planned("storage", cloud, "defaults") if item.type == kind]
    assert named
    for name in named:
        assert re.match(r"churn-?dev-?[a-z]+-?[a-z][a-z0-9]{4}$", name), name


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{index}]")
    else:
        yield path, value


def _public(path: str, value: Any) -> bool:
    """Whether a single property opens something to everybody."""
    key = path.rsplit(".", 1)[-1].lower()
    if key in {"publicnetworkaccess", "publicnetworkaccessforingestion", "publicnetworkaccessforquery"}:
        return str(value).lower() == "enabled" and "ingestion" not in key and "query" not in key
    if key in {"allowblobpublicaccess", "mappublicipfronlaunch", "enablenodepublicip", "anonymouspullenabled"}:
        return bool(value)
    if key == "member":
        return value in {"allUsers", "allAuthenticatedUsers"}
    return False


_ADMIN = {
    Cloud.AZURE: (
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",  # Owner
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",  # User Access Administrator
    ),
    Cloud.GCP: ("roles/owner", "roles/editor"),
    Cloud.AWS: ("AdministratorAccess", "PowerUserAccess", "FullAccess"),
}


def _excess(cloud: Cloud, item: Recorded) -> Iterator[str]:
    """What a grant gives beyond need."""
    for path, value in _leaves(item.inputs):
        if isinstance(value, str):
            if path.endswith(("policyArn", "roleDefinitionId", "role")) and any(
                word in value for word in _ADMIN[cloud]
            ):
                yield f"{path} = {value}"
            if cloud is Cloud.GCP and path == "role" and re.fullmatch(r"roles/[a-z]+\.admin", value):
                yield f"{path} = {value}"
            if cloud is Cloud.AWS and path in {"policy", "inlinePolicy"} and item.type.startswith("aws:iam/"):
                yield from _statements(value)


def _statements(document: str) -> Iterator[str]:
    if not document.startswith("{"):
        return
    for statement in json.loads(document)["Statement"]:
        if statement["Effect"] != "Allow":
            continue
        actions = statement.get("Action", [])
        for action in [actions] if isinstance(actions, str) else actions:
            if action == "*" or action.endswith(":*"):
                yield f"{statement.get('Sid')}: {action}"
