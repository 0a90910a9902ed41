"""What discovery documents, the provider's documentation and the rules written by hand say of Google Cloud types."""

import functools
import importlib.util
import re

import pytest

from simulator.catalogue.facts import Confidence, Fact, FactSource, Rule
from simulator.catalogue.sources.discovery import Discovery, Schema, schema_behind
from simulator.catalogue.sources.google_docs import GoogleDocs, in_words, listed, speaks_against
from simulator.catalogue.sources.google_groups import GoogleGroups
from simulator.catalogue.sources.google_rules import GoogleRules
from simulator.catalogue.sources.sdk import sdk_shape
from simulator.catalogue.types import Kind, Property, WireType

DOCUMENTS = Discovery()
WORDS = GoogleDocs()
BY_HAND = GoogleRules()
TOGETHER = GoogleGroups()

needs_documents = pytest.mark.skipif(
    importlib.util.find_spec("googleapiclient") is None,
    reason="a source of the catalogue is not installed: google-api-python-client",
)


@functools.cache
def said(source: FactSource, short: str) -> dict[tuple[str, Rule], Fact]:
    facts = list(source.facts(sdk_shape(f"gcp:{short}")))
    found = {(fact.path, fact.rule): fact for fact in facts}
    assert len(found) == len(facts), "a source says one thing of one place"
    return found


def text(name: str, doc: str = "", *, required: bool = False) -> Property:
    return Property(name, name, WireType(Kind.STRING), required=required, doc=doc)


class TestWords:
    """What can be read in a description."""

    def test_the_list_that_the_generator_writes(self) -> None:
        prop = text("mode", "How to do it.\n   Possible values are: `FAST`,\n   `SLOW`.")
        assert listed(prop) == ("", "FAST", "SLOW")
        assert listed(text("mode", prop.doc, required=True)) == ("FAST", "SLOW")
        assert listed(text("mode", "Possible values include `FAST`.")) == ()

    def test_words_of_the_provider_that_are_not_those_of_the_api(self) -> None:
        prop = text("mode", "Should be either 'ENABLED' or 'DISABLED'.")
        assert speaks_against(prop, ["PLUGINS_ENABLED", "PLUGINS_DISABLED"])
        assert not speaks_against(prop, ["ENABLED", "DISABLED", "UNSPECIFIED"])

    @pytest.mark.parametrize(
        ("description", "rules"),
        [
            (
                "must be 6-30 characters long, and match the regular expression `[a-z]([-a-z0-9]*[a-z0-9])` to comply",
                {Rule.PATTERN: "[a-z]([-a-z0-9]*[a-z0-9])", Rule.MIN_LENGTH: 6, Rule.MAX_LENGTH: 30},
            ),
            ("The name can be up to 128 characters long.", {Rule.MAX_LENGTH: 128}),
            ("match the regular expression `a-z?` which", {}),
            ("match the regular expression `[a-z`", {}),
            ("match `[a-z]+` and match `[0-9]+`", {}),
        ],
    )
    def test_expressions_and_lengths(self, description: str, rules: dict[Rule, object]) -> None:
        assert dict(in_words(description)) == rules

    def test_a_fact_of_the_provider(self) -> None:
        facts = said(WORDS, "monitoring/alertPolicy:AlertPolicy")
        assert facts["combiner", Rule.ENUM].value == ["AND", "AND_WITH_MATCHING_RESOURCE", "OR"]
        assert facts["combiner", Rule.ENUM].confidence is Confidence.PROVIDER
        assert "" in facts["severity", Rule.ENUM].value, "optional, so the check lets the empty string pass"
        assert facts["alertStrategy.notificationPrompts[*]", Rule.ENUM].value == [
            "",
            "CLOSED",
            "NOTIFICATION_PROMPT_UNSPECIFIED",
            "OPENED",
        ]


class TestSchema:
    """Names of the SDK in a schema."""

    BODY = Schema(
        "none",
        "Thing",
        {
            "properties": {
                "cleanupPolicies": {"type": "object", "additionalProperties": {"type": "string"}},
                "access": {"type": "array", "items": {"properties": {"role": {"enum": ["A", "B"]}}}},
                "name": {"type": "string", "pattern": "[a-z]+", "minimum": "1", "maximum": "2.5"},
            }
        },
    )

    @pytest.mark.parametrize(
        ("wire", "where"),
        [
            ("cleanupPolicy", "Thing.cleanupPolicies"),
            ("accesses", "Thing.access"),
            ("NAME", "Thing.name"),
            ("nam", None),
        ],
    )
    def test_case_and_number(self, wire: str, where: str | None) -> None:
        member = self.BODY.member(text(wire))
        assert (member.where if member else None) == where

    def test_rules(self) -> None:
        member = self.BODY.member(text("name"))
        assert member is not None
        assert dict(member.rules) == {Rule.PATTERN: "[a-z]+", Rule.MINIMUM: 1, Rule.MAXIMUM: 2.5}

    def test_behind_an_array(self) -> None:
        member = self.BODY.member(text("accesses"))
        assert member is not None
        assert member.node is not None
        role = member.node.member(text("role"))
        assert role is not None
        assert dict(role.rules) == {Rule.ENUM: ["A", "B"]}


@needs_documents
class TestDocuments:
    """What the bundled documents say."""

    @pytest.mark.parametrize(
        ("short", "schema"),
        [
            ("vertex/aiEndpoint:AiEndpoint", "GoogleCloudAiplatformV1beta1Endpoint"),
            ("vertex/aiFeatureGroup:AiFeatureGroup", "GoogleCloudAiplatformV1beta1FeatureGroup"),
            (
                "vertex/aiFeatureOnlineStoreFeatureview:AiFeatureOnlineStoreFeatureview",
                "GoogleCloudAiplatformV1beta1FeatureView",
            ),
            ("storage/bucket:Bucket", "Bucket"),
            ("bigquery/dataset:Dataset", "Dataset"),
            ("kms/cryptoKey:CryptoKey", "CryptoKey"),
            ("pubsub/topic:Topic", "Topic"),
            ("monitoring/alertPolicy:AlertPolicy", "AlertPolicy"),
            ("iam/workloadIdentityPool:WorkloadIdentityPool", "WorkloadIdentityPool"),
            ("serviceaccount/account:Account", "ServiceAccount"),
            ("cloudrunv2/job:Job", "GoogleCloudRunV2Job"),
        ],
    )
    def test_which_schema_stands_behind_a_type(self, short: str, schema: str) -> None:
        found = schema_behind(sdk_shape(f"gcp:{short}"))
        assert found is not None
        assert found.name == schema

    def test_grants_have_none(self) -> None:
        assert schema_behind(sdk_shape("gcp:storage/bucketIAMMember:BucketIAMMember")) is None

    def test_key(self) -> None:
        facts = said(DOCUMENTS, "kms/cryptoKey:CryptoKey")
        assert {"ENCRYPT_DECRYPT", "ASYMMETRIC_SIGN"} <= set(facts["purpose", Rule.ENUM].value)
        assert {"SOFTWARE", "HSM"} <= set(facts["versionTemplate.protectionLevel", Rule.ENUM].value)
        replaced = facts["destroyScheduledDuration", Rule.REPLACES]
        assert (replaced.value, replaced.confidence) == (True, Confidence.PROSE)

    def test_names_of_compute(self) -> None:
        pattern = said(DOCUMENTS, "compute/network:Network")["name", Rule.PATTERN].value
        assert re.fullmatch(pattern, "vpc-churn-dev")
        assert not re.fullmatch(pattern, "Vpc")
        assert ("name", Rule.PATTERN) not in said(DOCUMENTS, "vertex/aiEndpoint:AiEndpoint")

    def test_bucket(self) -> None:
        facts = said(DOCUMENTS, "storage/bucket:Bucket")
        mode = "encryption.googleManagedEncryptionEnforcementConfig.restrictionMode"
        assert facts[mode, Rule.ENUM].value == ["FullyRestricted", "NotRestricted"]
        coverage = DOCUMENTS.mapping(sdk_shape("gcp:storage/bucket:Bucket"))
        assert coverage is not None
        assert {"uniformBucketLevelAccess", "lifecycleRules[*].action.storageClass"} <= set(coverage.mapped)
        assert "lifecycleRules[*].condition.withState" in coverage.unmapped, "a notion of the provider"

    def test_the_provider_may_have_words_of_its_own(self) -> None:
        facts = said(DOCUMENTS, "composer/environment:Environment")
        assert ("config.softwareConfig.webServerPluginsMode", Rule.ENUM) not in facts

    def test_a_list_of_the_provider_is_not_said_again(self) -> None:
        assert ("combiner", Rule.ENUM) not in said(DOCUMENTS, "monitoring/alertPolicy:AlertPolicy")

    def test_mapping_rate_of_vertex(self) -> None:
        types = (
            "aiDataset aiDeploymentResourcePool aiEndpoint aiFeatureGroup aiFeatureGroupFeature aiFeatureOnlineStore"
            " aiFeatureOnlineStoreFeatureview aiFeatureStore aiIndex aiIndexEndpoint aiMetadataStore"
            " aiPersistentResource aiRagCorpus aiTensorboard"
        )
        mapped = unmapped = 0
        for leaf in types.split():
            coverage = DOCUMENTS.mapping(sdk_shape(f"gcp:vertex/{leaf}:A{leaf[1:]}"))
            assert coverage is not None, leaf
            mapped += len(coverage.mapped)
            unmapped += len(coverage.unmapped)
        assert mapped > 180
        assert mapped / (mapped + unmapped) >= 0.95


class TestByHand:
    """Names, labels and bounds."""

    @pytest.mark.parametrize(
        ("short", "path", "fits", "fails"),
        [
            ("storage/bucket:Bucket", "name", "churn-dev_raw.example", "goog-churn"),
            ("storage/bucket:Bucket", "name", "a1b", "my-google-bucket"),
            ("storage/bucket:Bucket", "name", "logs.example.com", "192.168.5.4"),
            ("storage/bucket:Bucket", "name", "b" * 63, "b" * 64),
            ("bigquery/dataset:Dataset", "datasetId", "churn_features", "churn-features"),
            ("pubsub/topic:Topic", "name", "retrain", "google-retrain"),
            ("kms/keyRing:KeyRing", "name", "Ring_1", "ring 1"),
            ("kms/cryptoKey:CryptoKey", "rotationPeriod", "7776000s", "86399s"),
            ("kms/cryptoKey:CryptoKey", "rotationPeriod", "86400s", "90d"),
            ("serviceaccount/account:Account", "accountId", "train-dev", "Train"),
            ("vertex/aiFeatureGroup:AiFeatureGroup", "name", "customer_profile", "customer-profile"),
            ("vertex/aiFeatureOnlineStore:AiFeatureOnlineStore", "name", "_online", "1online"),
            ("vertex/aiEndpoint:AiEndpoint", "name", "churn-dev", "0123"),
            ("projects/iAMCustomRole:IAMCustomRole", "roleId", "tripod.trainer", "tripod-trainer"),
            ("iam/workloadIdentityPool:WorkloadIdentityPool", "workloadIdentityPoolId", "ci-pool", "gcp-pool"),
            ("vertex/aiEndpoint:AiEndpoint", "labels[*]", "données-1", "Upper"),
        ],
    )
    def test_patterns(self, short: str, path: str, fits: str, fails: str) -> None:
        pattern = said(BY_HAND, short)[path, Rule.PATTERN].value
        assert re.fullmatch(pattern, fits)
        assert not re.fullmatch(pattern, fails)

    def test_a_day_in_seconds_is_exact(self) -> None:
        pattern = said(BY_HAND, "kms/cryptoKey:CryptoKey")["rotationPeriod", Rule.PATTERN].value
        for seconds in (*range(0, 200_000, 37), *range(86_300, 86_500)):
            assert bool(re.fullmatch(pattern, f"{seconds}s")) == (seconds >= 86_400), seconds

    def test_bounds(self) -> None:
        store = said(BY_HAND, "vertex/aiFeatureOnlineStore:AiFeatureOnlineStore")
        target = "bigtable.autoScaling.cpuUtilizationTarget"
        assert (store[target, Rule.MINIMUM].value, store[target, Rule.MAXIMUM].value) == (10, 80)
        assert said(BY_HAND, "storage/bucket:Bucket")["lifecycleRules", Rule.MAX_ITEMS].value == 100

    def test_labels_that_are_settings_are_free(self) -> None:
        channel = said(BY_HAND, "monitoring/notificationChannel:NotificationChannel")
        assert ("labels", Rule.MAX_ITEMS) not in channel
        assert channel["userLabels", Rule.MAX_ITEMS].value == 64


class TestTogether:
    """Members that exclude or need each other."""

    def groups(self, short: str) -> set[tuple[str, Rule, str]]:
        return {(fact.path, fact.rule, repr(fact.value)) for fact in TOGETHER.facts(sdk_shape(f"gcp:{short}"))}

    def test_groups(self) -> None:
        assert ("", Rule.EXACTLY_ONE_OF, "['bigtable', 'optimized']") in self.groups(
            "vertex/aiFeatureOnlineStore:AiFeatureOnlineStore"
        )
        assert ("syncConfig", Rule.CONFLICTS, "['cron', 'continuous']") in self.groups(
            "vertex/aiFeatureOnlineStoreFeatureview:AiFeatureOnlineStoreFeatureview"
        )
        assert ("", Rule.REQUIRES, "['rotation', ['topics']]") in self.groups("secretmanager/secret:Secret")
        assert len(self.groups("compute/firewall:Firewall")) == 5

    def test_every_member_is_an_input(self) -> None:
        for short in TOGETHER.rows:
            shape = sdk_shape(f"gcp:{short}")
            for fact in TOGETHER.facts(shape):
                properties = shape.inputs
                for step in filter(None, fact.path.split(".")):
                    inner = properties[step].type.cls
                    assert inner is not None
                    properties = inner.properties
                names = [fact.value[0], *fact.value[1]] if fact.rule is Rule.REQUIRES else fact.value
                assert set(names) <= set(properties), (short, fact.path)
                assert fact.confidence is Confidence.PROVIDER
