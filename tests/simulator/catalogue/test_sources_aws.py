"""What the models of AWS say of the types of the SDK: by name and value, with the mapping rates and no false alarm."""

import functools
import importlib.util

import pytest

from simulator.catalogue.facts import Confidence, Fact, FactSource, Rule
from simulator.catalogue.sources import sdk
from simulator.catalogue.sources.aws_names import Likeness, pair
from simulator.catalogue.sources.aws_patterns import whole
from simulator.catalogue.sources.botocore import BotocoreSource
from simulator.catalogue.sources.cloudformation import CloudFormationSource
from simulator.catalogue.width import wanted
from tests.simulator.catalogue.aws_judge import broken, documented, missing

BOTOCORE = BotocoreSource()
needs_cfn_lint = pytest.mark.skipif(
    importlib.util.find_spec("cfnlint") is None,
    reason="cfn-lint, the source of the CloudFormation facts, is not installed",
)
SAGEMAKER = (
    "app appImageConfig codeRepository domain endpoint endpointConfiguration featureGroup image model modelPackageGroup"
    " monitoringSchedule notebookInstance pipeline space userProfile"
)


def token(module: str, leaf: str) -> str:
    return f"aws:{module}/{leaf[0].lower()}{leaf[1:]}:{leaf[0].upper()}{leaf[1:]}"


@functools.cache
def cloudformation() -> CloudFormationSource:
    return CloudFormationSource()


@functools.cache
def said(source: FactSource, module: str, leaf: str) -> dict[tuple[str, Rule], Fact]:
    return {(fact.path, fact.rule): fact for fact in source.facts(sdk.sdk_shape(token(module, leaf)))}


class TestNames:
    """Which name stands for which."""

    @pytest.mark.parametrize(
        ("name", "member", "rule"),
        [
            ("kmsKeyArn", "KmsKeyArn", Likeness.SAME),
            ("vpcConfiguration", "VpcConfig", Likeness.SAME),
            ("clientIdLists", "ClientIDList", Likeness.NUMBER),
            ("name", "EndpointConfigName", Likeness.NOUN),
            ("endpointConfigDescription", "Description", Likeness.NOUN),
            ("function", "FunctionName", Likeness.BARE),
            ("kmsKeyArn", "KmsKeyId", Likeness.IDENTIFIER),
        ],
    )
    def test_each_rule(self, name: str, member: str, rule: Likeness) -> None:
        assert pair([name], ["Other", member], ("EndpointConfig",)) == {name: (member, rule)}

    def test_a_name_is_taken_once_by_the_surest(self) -> None:
        assert pair(["roleArn", "role"], ["RoleArn", "RoleName"]) == {
            "roleArn": ("RoleArn", Likeness.SAME),
            "role": ("RoleName", Likeness.BARE),
        }

    def test_two_that_could_be_meant_are_none(self) -> None:
        assert pair(["key"], ["KeyArn", "KeyId"]) == {}


class TestPatterns:
    """Regular expressions for the whole string."""

    @pytest.mark.parametrize(
        ("pattern", "searched", "text"),
        [
            ("[a-z]+", False, "[a-z]+"),
            ("^[a-z]+$", True, "^[a-z]+$"),
            ("[a-z]+", True, r"[\s\S]*(?:[a-z]+)[\s\S]*"),
            ("^arn:aws", False, r"(?:^arn:aws)[\s\S]*"),
            (
                r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*",
                False,
                r"[\u0020-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF\t]*",
            ),
        ],
    )
    def test_rewritten(self, pattern: str, searched: bool, text: str) -> None:
        assert whole(pattern, searched=searched).text == text

    def test_refused_with_the_reason(self) -> None:
        found = whole("[a-z", searched=False)
        assert found.text == ""
        assert "does not compile" in found.reason

    def test_a_nested_set_means_another_thing_in_java(self) -> None:
        assert "nests sets" in whole("[[a-z]&&[^x]]", searched=False).reason


class TestBotocore:
    """Facts of the API models."""

    @pytest.mark.parametrize(
        ("module", "leaf", "path", "rule", "value"),
        [
            ("sagemaker", "endpointConfiguration", "productionVariants[*].initialInstanceCount", Rule.MINIMUM, 1),
            ("sagemaker", "endpointConfiguration", "dataCaptureConfig.initialSamplingPercentage", Rule.MINIMUM, 0),
            ("sagemaker", "endpointConfiguration", "dataCaptureConfig.initialSamplingPercentage", Rule.MAXIMUM, 100),
            (
                "sagemaker",
                "endpointConfiguration",
                "dataCaptureConfig.destinationS3Uri",
                Rule.PATTERN,
                "(https|s3)://([^/])/?(.*)",
            ),
            ("sagemaker", "endpointConfiguration", "name", Rule.PATTERN, "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"),
            ("sagemaker", "endpointConfiguration", "tags", Rule.MAX_ITEMS, 50),
            ("sagemaker", "featureGroup", "featureDefinitions", Rule.MAX_ITEMS, 2500),
            (
                "sagemaker",
                "featureGroup",
                "onlineStoreConfig.storageType",
                Rule.ENUM,
                ["Standard", "Standard_V2", "InMemory"],
            ),
            ("sagemaker", "pipeline", "pipelineDisplayName", Rule.MAX_LENGTH, 256),
            ("sagemaker", "pipeline", "pipelineDefinition", Rule.MAX_LENGTH, 1048576),
            ("kms", "key", "rotationPeriodInDays", Rule.MINIMUM, 90),
            ("kms", "key", "rotationPeriodInDays", Rule.MAXIMUM, 2560),
            ("kms", "key", "description", Rule.MAX_LENGTH, 8192),
            ("iam", "role", "maxSessionDuration", Rule.MINIMUM, 3600),
            ("iam", "role", "maxSessionDuration", Rule.MAXIMUM, 43200),
            ("iam", "role", "name", Rule.PATTERN, r"[\w+=,.@-]+"),
            ("ecr", "repository", "name", Rule.MIN_LENGTH, 2),
            ("cloudwatch", "eventRule", "name", Rule.PATTERN, r"[\.\-_A-Za-z0-9]+"),
            ("cloudwatch", "eventTarget", "retryPolicy.maximumRetryAttempts", Rule.MAXIMUM, 185),
            ("glue", "job", "timeout", Rule.MINIMUM, 1),
            ("lambda", "function", "timeout", Rule.MINIMUM, 1),
            ("lambda", "function", "memorySize", Rule.MINIMUM, 128),
        ],
    )
    def test_value(self, module: str, leaf: str, path: str, rule: Rule, value: object) -> None:
        fact = said(BOTOCORE, module, leaf)[path, rule]
        assert fact.value == value
        assert fact.confidence is Confidence.API
        assert fact.source.startswith(f"{BOTOCORE.name} ")

    def test_instance_types_of_an_endpoint(self) -> None:
        types = said(BOTOCORE, "sagemaker", "endpointConfiguration")["productionVariants[*].instanceType", Rule.ENUM]
        assert {"ml.m5.large", "ml.g5.xlarge", "ml.c6g.large"} <= set(types.value)
        assert "m5.large" not in types.value
        assert types.source.endswith("sagemaker ProductionVariantInstanceType")

    @pytest.mark.parametrize(
        ("module", "leaf", "replaces", "stays"),
        [
            ("sagemaker", "model", {"name", "primaryContainer", "executionRoleArn", "vpcConfig"}, {"tags"}),
            ("sagemaker", "endpointConfiguration", {"name", "productionVariants", "kmsKeyArn"}, {"tags"}),
            ("sagemaker", "endpoint", {"name"}, {"endpointConfigName", "deploymentConfig", "tags"}),
            ("sagemaker", "pipeline", {"pipelineName"}, {"pipelineDefinition", "roleArn", "tags"}),
            ("sagemaker", "domain", {"domainName", "authMode", "kmsKeyId"}, {"domainSettings", "defaultUserSettings"}),
            ("iam", "policy", set(), {"policy", "name"}),
        ],
    )
    def test_replacement(self, module: str, leaf: str, replaces: set[str], stays: set[str]) -> None:
        found = {path for path, rule in said(BOTOCORE, module, leaf) if rule is Rule.REPLACES}
        assert replaces <= found
        assert not stays & found

    def test_top_level_inputs_of_sagemaker_are_found(self) -> None:
        unmapped = {}
        for leaf in SAGEMAKER.split():
            rate = BOTOCORE.mapping(sdk.sdk_shape(token("sagemaker", leaf)))
            assert rate is not None
            unmapped[leaf] = [path for path in rate.unmapped if "." not in path]
            assert not rate.skipped
        assert not {leaf: paths for leaf, paths in unmapped.items() if paths}

    def test_a_type_without_a_call_is_none(self) -> None:
        shape = sdk.sdk_shape(token("sns", "topicPolicy"))
        assert BOTOCORE.mapping(shape) is None
        assert list(BOTOCORE.facts(shape)) == []

    def test_faults_of_an_endpoint_configuration(self) -> None:
        inputs = {
            "name": "bad_name",
            "productionVariants": [{"instanceType": "ml.foo", "initialInstanceCount": 0, "modelName": "m"}],
            "dataCaptureConfig": {
                "initialSamplingPercentage": 101,
                "destinationS3Uri": "http://x",
                "captureOptions": [{"captureMode": "in"}],
            },
        }
        lines = list(broken(said(BOTOCORE, "sagemaker", "endpointConfiguration").values(), inputs))
        assert sorted(line.split()[1].removesuffix(":") for line in lines) == [
            "dataCaptureConfig.captureOptions[0].captureMode",
            "dataCaptureConfig.destinationS3Uri",
            "dataCaptureConfig.initialSamplingPercentage",
            "name",
            "productionVariants[0].initialInstanceCount",
            "productionVariants[0].instanceType",
        ]


@needs_cfn_lint
class TestCloudFormation:
    """Facts of the resource schemas."""

    @pytest.mark.parametrize(
        ("module", "leaf", "path", "rule", "value"),
        [
            ("sagemaker", "endpointConfiguration", "dataCaptureConfig.initialSamplingPercentage", Rule.MAXIMUM, 100),
            ("sagemaker", "pipeline", "roleArn", Rule.REQUIRED, True),
            ("sagemaker", "featureGroup", "featureGroupName", Rule.MAX_LENGTH, 64),
            ("kms", "key", "deletionWindowInDays", Rule.MINIMUM, 7),
            ("kms", "key", "deletionWindowInDays", Rule.MAXIMUM, 30),
            ("cloudwatch", "eventRule", "", Rule.AT_LEAST_ONE_OF, ["eventPattern", "scheduleExpression"]),
            ("cloudwatch", "metricAlarm", "", Rule.CONFLICTS, ["threshold", "thresholdMetricId"]),
            ("ec2", "subnet", "", Rule.CONFLICTS, ["availabilityZone", "availabilityZoneId"]),
            (
                "vpc",
                "securityGroupEgressRule",
                "",
                Rule.EXACTLY_ONE_OF,
                ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"],
            ),
            ("iam", "role", "path", Rule.REPLACES, True),
            ("ec2", "vpc", "cidrBlock", Rule.REPLACES, True),
            ("ecr", "repository", "encryptionConfigurations[*].kmsKey", Rule.REPLACES, True),
        ],
    )
    def test_value(self, module: str, leaf: str, path: str, rule: Rule, value: object) -> None:
        facts = cloudformation().facts(sdk.sdk_shape(token(module, leaf)))
        found = [fact for fact in facts if (fact.path, fact.rule) == (path, rule) and fact.value == value]
        assert len(found) == 1
        assert found[0].source.startswith(f"{cloudformation().name} AWS::")

    def test_days_of_retention_of_a_log_group(self) -> None:
        days = said(cloudformation(), "cloudwatch", "logGroup")["retentionInDays", Rule.ENUM].value
        assert {0, 1, 30, 365, 3653} <= set(days)
        assert 31 not in days

    @pytest.mark.parametrize(
        ("module", "leaf", "stays"),
        [
            ("sagemaker", "endpointConfiguration", {"tags"}),
            ("sagemaker", "mlflowApp", {"name", "tags"}),
            ("iam", "user", {"name"}),
            ("vpc", "securityGroupEgressRule", {"cidrIpv4", "fromPort", "toPort", "ipProtocol"}),
        ],
    )
    def test_what_the_provider_changes_does_not_replace(self, module: str, leaf: str, stays: set[str]) -> None:
        assert not stays & {path for path, rule in said(cloudformation(), module, leaf) if rule is Rule.REPLACES}

    def test_a_block_from_a_pool_is_no_conflict(self) -> None:
        rules = {rule for path, rule in said(cloudformation(), "ec2", "vpc") if not path}
        assert rules <= {Rule.AT_LEAST_ONE_OF}

    def test_top_level_inputs_of_sagemaker_are_found(self) -> None:
        mapped, unmapped = 0, []
        for leaf in SAGEMAKER.split():
            rate = cloudformation().mapping(sdk.sdk_shape(token("sagemaker", leaf)))
            assert rate is not None
            mapped += sum("." not in path for path in rate.mapped)
            unmapped += [f"{leaf}.{path}" for path in rate.unmapped if "." not in path]
        assert unmapped == ["app.spaceName", "domain.retentionPolicy", "pipeline.pipelineDefinitionS3Location"]
        assert mapped / (mapped + len(unmapped)) >= 0.95


DOUBTFUL_EXAMPLES = {
    (
        "aws:cloudwatch/eventConnection:EventConnection",
        "authParameters.connectivityParameters.resourceParameters.resourceConfigurationArn",
    ): "an account of eleven digits",
    (
        "aws:emrserverless/application:Application",
        "monitoringConfiguration.prometheusMonitoringConfiguration.remoteWriteUrl",
    ): "a made-up server",
    (
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "topics",
    ): "two, where https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html says one",
}
"""Examples in the documentation of the SDK that AWS would refuse, and why."""


class TestFalseAlarms:
    """No fact refuses what is known to be right: the examples in the documentation of the SDK."""

    @pytest.mark.parametrize("source", ["botocore", pytest.param("cloudformation", marks=needs_cfn_lint)])
    def test_examples_of_the_documentation_break_nothing(self, source: str) -> None:
        chosen: FactSource = BOTOCORE if source == "botocore" else cloudformation()
        examples, found = 0, {}
        for type_ in wanted("aws", tuple(sdk.resource_index("aws"))):
            shape = sdk.sdk_shape(type_)
            facts = list(chosen.facts(shape))
            for inputs in documented(type_, shape.doc):
                examples += 1
                for line in (*broken(facts, inputs), *missing(facts, inputs)):
                    found[type_, line.split()[1].removesuffix(":")] = line
        assert examples > 800
        assert set(found) == set(DOUBTFUL_EXAMPLES), [
            line for key, line in found.items() if key not in DOUBTFUL_EXAMPLES
        ]

    def test_examples_are_read(self) -> None:
        shape = sdk.sdk_shape(token("sagemaker", "pipeline"))
        assert [sorted(example) for example in documented(shape.token, shape.doc)] == [
            ["pipelineDefinition", "pipelineDisplayName", "pipelineName", "roleArn"]
        ]
