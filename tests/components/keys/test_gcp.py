"""The keys on Google Cloud: one per data class, rotated, and usable by exactly the services that encrypt with it."""

import pytest

from components.core.profile import Profile
from components.core.vocabulary import Provision
from components.keys.contract import ExistingKeys, KeysSpec
from components.keys.gcp import build as backend
from tests.components.gcp_bench import AGENT, NUMBER, PROJECT, Graph, build

KEY_USER = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
BIGQUERY = f"serviceAccount:bq-{NUMBER}@bigquery-encryption.iam.gserviceaccount.com"
LOGGING = f"serviceAccount:cmek-p{NUMBER}@gcp-sa-logging.iam.gserviceaccount.com"


def agent(domain: str) -> str:
    return f"serviceAccount:service-{NUMBER}@{domain}.iam.gserviceaccount.com"


def keys(profile: Profile = Profile.STANDARD, **options: object) -> Graph:
    return build(backend, "keys", KeysSpec.model_validate(options), profile)


@pytest.mark.parametrize(
    ("profile", "level", "window", "policy"),
    [(Profile.SANDBOX, "SOFTWARE", "604800s", "DELETE"), (Profile.REGULATED, "HSM", "2592000s", "PREVENT")],
)
def test_the_posture_shapes_the_keys(profile: Profile, level: str, window: str, policy: str) -> None:
    graph = keys(profile)
    made = graph.of("kms/cryptoKey:CryptoKey")
    assert {name: item.inputs["name"] for name, item in made.items()} == {
        "keys-data": "churn-dev-data",
        "keys-models": "churn-dev-models",
        "keys-logs": "churn-dev-logs",
    }
    for item in made.values():
        assert item.inputs["versionTemplate"]["protectionLevel"] == level
        assert item.inputs["destroyScheduledDuration"] == window
        assert item.inputs["deletionPolicy"] == policy
        assert item.inputs["rotationPeriod"] == "7776000s"
        assert item.protect is (profile is Profile.REGULATED)
    assert graph["keys-ring"].inputs["location"] == "europe-west4"


def test_rotation_is_in_seconds() -> None:
    assert keys(rotation_days=180)["keys-data"].inputs["rotationPeriod"] == "15552000s"


def test_a_new_generation_gets_a_new_ring_name() -> None:
    first, second = (
        build(backend, "keys", KeysSpec(), generation=generation)["keys-ring"].inputs["name"] for generation in (1, 2)
    )
    assert first != second  # key rings are never deleted
    assert first.startswith("churn-dev-")


def test_only_covered_classes_are_granted_in_sandbox() -> None:
    assert keys(Profile.SANDBOX).grants("kms/cryptoKeyIAMMember:CryptoKeyIAMMember", "cryptoKeyId") == {
        (KEY_USER, agent("gs-project-accounts"), "keys-data-id"),
        (KEY_USER, BIGQUERY, "keys-data-id"),
        (KEY_USER, AGENT, "keys-data-id"),
    }


@pytest.mark.parametrize("profile", [Profile.STANDARD, Profile.REGULATED])
def test_every_class_is_granted_above_sandbox(profile: Profile) -> None:
    granted = keys(profile).grants("kms/cryptoKeyIAMMember:CryptoKeyIAMMember", "cryptoKeyId")
    assert {(who, key) for role, who, key in granted if key != "keys-data-id"} == {
        (agent("gs-project-accounts"), "keys-models-id"),
        (BIGQUERY, "keys-models-id"),
        (AGENT, "keys-models-id"),
        (agent("gcp-sa-artifactregistry"), "keys-models-id"),
        (agent("serverless-robot-prod"), "keys-models-id"),
        (agent("gcp-sa-workflows"), "keys-models-id"),
        (agent("gs-project-accounts"), "keys-logs-id"),
        (LOGGING, "keys-logs-id"),
        (agent("gcp-sa-pubsub"), "keys-logs-id"),
    }
    assert {role for role, _, _ in granted} == {KEY_USER}


def test_an_agent_exists_with_its_role_before_it_gets_a_key() -> None:
    graph = keys()
    grant = graph["keys-data-aiplatform"]
    assert {graph["keys-aiplatform-agent"].urn, graph["keys-aiplatform-agent-role"].urn} <= set(grant.dependencies)
    role = graph["keys-aiplatform-agent-role"]
    assert (role.inputs["role"], role.inputs["member"]) == ("roles/aiplatform.serviceAgent", AGENT)
    assert role.options["retain_on_delete"] is True  # other stacks of the project live on the same binding
    assert "keys-storage-agent-role" not in graph


def test_existing_keys_are_passed_on_but_agents_are_made() -> None:
    ring = f"projects/{PROJECT}/locations/europe-west4/keyRings/company"
    existing = ExistingKeys(
        data_key_id=f"{ring}/cryptoKeys/data",
        models_key_id=f"{ring}/cryptoKeys/models",
        logs_key_id=f"{ring}/cryptoKeys/logs",
        vault_id=ring,
        user_id=AGENT,
    )
    graph = keys(mode=Provision.EXISTING, existing=existing)
    assert {item.type for item in graph.values()} == {
        "gcp:projects/serviceIdentity:ServiceIdentity",
        "gcp:projects/iAMMember:IAMMember",
    }
    assert graph.outputs == existing.model_dump()


def test_outputs_are_ids_of_what_was_made() -> None:
    assert keys().outputs == {
        "data_key_id": "keys-data-id",
        "models_key_id": "keys-models-id",
        "logs_key_id": "keys-logs-id",
        "vault_id": "keys-ring-id",
        "user_id": AGENT,
    }
