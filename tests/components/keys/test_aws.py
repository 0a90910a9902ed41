"""Keys on AWS: settings that cannot be changed later, key policies, aliases."""

from components.core.profile import Profile
from components.core.vocabulary import Provision
from components.keys.aws import build as backend
from components.keys.contract import ExistingKeys, KeysSpec
from tests.components.aws_bench import Graph, build, build_with_outputs

REGION = "arn:aws:{}:eu-west-1:123456789012:{}"


def keys(profile: Profile = Profile.REGULATED, spec: KeysSpec | None = None) -> Graph:
    return build(backend, "keys", spec or KeysSpec(), profile)


def test_one_key_per_data_class_on_every_profile() -> None:
    for profile in Profile:
        graph = keys(profile)
        assert [item.name for item in graph.of("kms/key:Key")] == ["keys-data", "keys-logs", "keys-models"]
        assert {item.inputs["name"] for item in graph.of("kms/alias:Alias")} == {
            "alias/churn-dev-data",
            "alias/churn-dev-models",
            "alias/churn-dev-logs",
        }


def test_rotation_window_and_protection_follow_the_stack() -> None:
    hardened = keys(Profile.REGULATED, KeysSpec(rotation_days=180))["keys-data"]
    assert hardened.protect
    assert hardened.inputs["enableKeyRotation"] is True
    assert hardened.inputs["rotationPeriodInDays"] == 180
    assert hardened.inputs["deletionWindowInDays"] == 30
    cheap = keys(Profile.SANDBOX)["keys-data"]
    assert not cheap.protect
    assert cheap.inputs["rotationPeriodInDays"] == 90
    assert cheap.inputs["deletionWindowInDays"] == 7


def test_keys_are_symmetric_because_feature_groups_take_no_other() -> None:
    for key in keys().of("kms/key:Key"):
        assert key.inputs["customerMasterKeySpec"] == "SYMMETRIC_DEFAULT"
        assert key.inputs["keyUsage"] == "ENCRYPT_DECRYPT"


def test_nobody_is_locked_out_and_data_keys_name_no_service() -> None:
    graph = keys()
    for name in ("keys-data", "keys-models", "keys-logs"):
        account = graph.statements(name)["AccountDelegatesToIam"]
        assert account["Principal"] == {"AWS": ["arn:aws:iam::123456789012:root"]}
    assert set(graph.statements("keys-data")) == {"AccountDelegatesToIam"}
    assert set(graph.statements("keys-models")) == {"AccountDelegatesToIam"}


def test_services_use_the_logs_key_for_this_account_only() -> None:
    """An alarm whose topic key does not name CloudWatch is dropped without a word."""
    statements = keys().statements("keys-logs")
    expected = {
        "LogGroups": (["logs.eu-west-1.amazonaws.com"], "aws:logs:arn", REGION.format("logs", "log-group:*")),
        "Trails": (["cloudtrail.amazonaws.com"], "aws:cloudtrail:arn", REGION.format("cloudtrail", "trail/*")),
        "AlarmTopics": (
            ["budgets.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com"],
            "aws:sns:topicArn",
            REGION.format("sns", "*"),
        ),
        "DeadLetterQueues": (
            ["events.amazonaws.com", "sns.amazonaws.com"],
            "aws:sqs:arn",
            REGION.format("sqs", "*"),
        ),
    }
    for sid, (services, context, pattern) in expected.items():
        assert statements[sid]["Principal"] == {"Service": services}
        assert statements[sid]["Condition"] == {"ArnLike": {f"kms:EncryptionContext:{context}": pattern}}
        assert {"kms:Decrypt", "kms:GenerateDataKey"} <= set(statements[sid]["Action"])
        assert not [action for action in statements[sid]["Action"] if "*" in action]


def test_existing_keys_are_handed_on_and_nothing_is_made() -> None:
    brought = ExistingKeys(data_key_id="a", models_key_id="b", logs_key_id="c", vault_id="d", user_id="e")
    spec = KeysSpec(mode=Provision.EXISTING, existing=brought)
    graph, outputs = build_with_outputs(backend, "keys", spec, Profile.REGULATED)
    assert not graph
    assert outputs == brought.model_dump()


def test_the_user_of_the_keys_is_the_account() -> None:
    _, outputs = build_with_outputs(backend, "keys", KeysSpec())
    assert outputs["user_id"] == "arn:aws:iam::123456789012:root"
