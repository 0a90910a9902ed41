"""Which property of which type carries which document: the one list to extend."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from simulator.documents.aws import events, groups, images, queues
from simulator.documents.aws.dashboards import dashboard
from simulator.documents.aws.flavours import FLAVOURS
from simulator.documents.aws.policy import policy
from simulator.documents.aws.states import machine
from simulator.documents.azure import components, rbac, templates, workflow
from simulator.documents.azure import policy as azure_policy
from simulator.documents.fault import Document, Fault, Grammar
from simulator.documents.gcp import iam, monitoring, resources, workflows
from simulator.documents.reading import read_base64_yaml, read_json, read_value, read_yaml

Reader = Callable[[Any, dict[str, Any]], tuple[Document | None, Fault | None]]


@dataclass(frozen=True)
class Entry:
    """A document: the property path (``*`` for any member, empty: all inputs together), how it is read, its grammar."""

    path: str
    name: str
    grammar: Grammar
    read: Reader = read_json


def _pipeline(document: Document) -> Iterable[Fault]:
    from simulator.documents.aws.pipelines import pipeline  # noqa: PLC0415  botocore is slow to import

    return pipeline(document)


def _policies() -> dict[str, tuple[tuple[str, str], ...]]:
    return {
        "aws:cloudwatch/eventBusPolicy:EventBusPolicy": (("policy", "bus"),),
        "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": (("policyDocument", "logs"),),
        "aws:ec2/vpcEndpoint:VpcEndpoint": (("policy", "endpoint"),),
        "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy": (("policy", "endpoint"),),
        "aws:ecr/repositoryPolicy:RepositoryPolicy": (("policy", "repository"),),
        "aws:glue/resourcePolicy:ResourcePolicy": (("policy", "catalog"),),
        "aws:iam/groupPolicy:GroupPolicy": (("policy", "inline-group"),),
        "aws:iam/policy:Policy": (("policy", "managed"),),
        "aws:iam/role:Role": (("assumeRolePolicy", "trust"), ("inlinePolicies[*].policy", "inline-role")),
        "aws:iam/rolePolicy:RolePolicy": (("policy", "inline-role"),),
        "aws:iam/userPolicy:UserPolicy": (("policy", "inline-user"),),
        "aws:kms/key:Key": (("policy", "key"),),
        "aws:kms/keyPolicy:KeyPolicy": (("policy", "key"),),
        "aws:s3/bucketPolicy:BucketPolicy": (("policy", "bucket"),),
        "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": (("resourcePolicy", "model-group"),),
        "aws:secretsmanager/secret:Secret": (("policy", "secret"),),
        "aws:secretsmanager/secretPolicy:SecretPolicy": (("policy", "secret"),),
        "aws:sns/topic:Topic": (("policy", "topic"),),
        "aws:sns/topicPolicy:TopicPolicy": (("policy", "topic"),),
        "aws:sqs/queue:Queue": (("policy", "queue"),),
        "aws:sqs/queuePolicy:QueuePolicy": (("policy", "queue"),),
    }


def _entries() -> dict[str, tuple[Entry, ...]]:
    grammars = {name: policy(flavour) for name, flavour in FLAVOURS.items()}
    return {
        token: tuple(
            Entry(path, f"MalformedPolicyDocument: the {FLAVOURS[kind].name}", grammars[kind]) for path, kind in rows
        )
        for token, rows in _policies().items()
    }


_SINKS = ("billingAccount", "folder", "organization", "project")
_GCP: dict[str, tuple[Entry, ...]] = {
    "gcp:bigquery/table:Table": (Entry("schema", "invalid: the schema", resources.table_schema),),
    "gcp:cloudscheduler/job:Job": (Entry("", "INVALID_ARGUMENT: the job", resources.schedule, read_value),),
    "gcp:kms/cryptoKey:CryptoKey": (Entry("", "INVALID_ARGUMENT: the key", resources.crypto_key, read_value),),
    **{
        f"gcp:logging/{level}Sink:{level[0].upper()}{level[1:]}Sink": (
            Entry("", "INVALID_ARGUMENT: the sink", monitoring.sink, read_value),
        )
        for level in _SINKS
    },
    **{
        f"gcp:logging/{level}Exclusion:{level[0].upper()}{level[1:]}Exclusion": (
            Entry("filter", "INVALID_ARGUMENT: the exclusion", monitoring.log_filter, read_value),
        )
        for level in _SINKS
    },
    "gcp:logging/logView:LogView": (Entry("filter", "INVALID_ARGUMENT: the view", monitoring.log_filter, read_value),),
    "gcp:logging/metric:Metric": (
        Entry("filter", "INVALID_ARGUMENT: the log metric", monitoring.log_filter, read_value),
    ),
    "gcp:monitoring/alertPolicy:AlertPolicy": (
        Entry("", "INVALID_ARGUMENT: the alert policy", monitoring.alert_policy, read_value),
    ),
    "gcp:monitoring/dashboard:Dashboard": (
        Entry("dashboardJson", "INVALID_ARGUMENT: the dashboard", monitoring.dashboard),
    ),
    "gcp:orgpolicy/policy:Policy": (
        Entry("", "INVALID_ARGUMENT: the organisation policy", resources.org_policy, read_value),
    ),
    "gcp:workflows/workflow:Workflow": (
        Entry("sourceContents", "INVALID_ARGUMENT: the workflow", workflows.source, read_yaml),
    ),
    "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": (
        Entry("", "INVALID_ARGUMENT: the identity pool provider", iam.pool_provider, read_value),
    ),
    "gcp:organizations/iAMCustomRole:IAMCustomRole": (
        Entry("", "INVALID_ARGUMENT: the custom role", iam.custom_role, read_value),
    ),
    "gcp:projects/iAMCustomRole:IAMCustomRole": (
        Entry("", "INVALID_ARGUMENT: the custom role", iam.custom_role, read_value),
    ),
}

_AWS: dict[str, tuple[Entry, ...]] = {
    "aws:cfg/rule:Rule": (Entry("inputParameters", "InvalidParameterValueException", groups.rule_parameters),),
    "aws:cloudwatch/dashboard:Dashboard": (Entry("dashboardBody", "InvalidParameterInput: the dashboard", dashboard),),
    "aws:cloudwatch/eventRule:EventRule": (
        Entry("eventPattern", "InvalidEventPatternException: the pattern", events.event_pattern),
    ),
    "aws:cloudwatch/eventTarget:EventTarget": (
        Entry("", "ValidationException: the target", events.event_target, read_value),
    ),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": (
        Entry("policy", "InvalidParameterException: the lifecycle policy", images.image_lifecycle),
    ),
    "aws:resourcegroups/group:Group": (
        Entry("resourceQuery.query", "BadRequestException: the query", groups.group_query),
    ),
    "aws:sns/topicSubscription:TopicSubscription": (
        Entry("filterPolicy", "InvalidParameter: the filter policy", events.filter_policy),
        Entry("redrivePolicy", "InvalidParameter: the redrive policy", queues.subscription_redrive),
    ),
    "aws:sqs/queue:Queue": (
        Entry("redrivePolicy", "InvalidParameterValue: the redrive policy", queues.queue_redrive),
        Entry("redriveAllowPolicy", "InvalidParameterValue: the redrive allow policy", queues.redrive_allow),
    ),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": (
        Entry("redriveAllowPolicy", "InvalidParameterValue: the redrive allow policy", queues.redrive_allow),
    ),
    "aws:sqs/redrivePolicy:RedrivePolicy": (
        Entry("redrivePolicy", "InvalidParameterValue: the redrive policy", queues.queue_redrive),
    ),
    "aws:sagemaker/pipeline:Pipeline": (Entry("pipelineDefinition", "ValidationException: the pipeline", _pipeline),),
    "aws:sfn/stateMachine:StateMachine": (Entry("definition", "InvalidDefinition: the state machine", machine),),
}

_AZURE: dict[str, tuple[Entry, ...]] = {
    "azure-native:applicationinsights:Workbook": (Entry("serializedData", "the workbook", components.workbook),),
    "azure-native:authorization:PolicyAssignment": (
        Entry("", "InvalidPolicyAssignment", azure_policy.assignment, read_value),
    ),
    "azure-native:authorization:PolicyDefinition": (Entry("policyRule", "InvalidPolicyRule", azure_policy.rule),),
    "azure-native:authorization:RoleAssignment": (Entry("", "the role assignment", rbac.assignment, read_value),),
    "azure-native:authorization:RoleDefinition": (Entry("", "the role definition", rbac.definition, read_value),),
    "azure-native:containerregistry:Task": (
        Entry("step.encodedTaskContent", "the task file", azure_policy.registry_task, read_base64_yaml),
    ),
    "azure-native:logic:Workflow": (
        Entry("definition", "InvalidTemplate: the workflow definition", workflow.workflow),
    ),
    "azure-native:machinelearningservices:ComponentVersion": (
        Entry("properties.componentSpec", "the component specification", components.component),
    ),
    "azure-native:machinelearningservices:FeaturesetContainerEntity": (
        Entry('properties.properties["v1.specification"]', "the feature set specification", components.feature_set),
    ),
    "azure-native:machinelearningservices:RegistryComponentVersion": (
        Entry("properties.componentSpec", "the component specification", components.component),
    ),
    "azure-native:resources:Deployment": (
        Entry("properties.template", "InvalidTemplate: the template", templates.template),
    ),
    "azure-native:resources:DeploymentAtSubscriptionScope": (
        Entry("properties.template", "InvalidTemplate: the template", templates.template),
    ),
}

_GRANTS: tuple[tuple[re.Pattern[str], tuple[Entry, ...]], ...] = (
    (
        re.compile(r"gcp:.*I(?:am|AM)(?:Member|Binding)"),
        (Entry("", "INVALID_ARGUMENT: the grant", iam.grant, read_value),),
    ),
    (
        re.compile(r"gcp:.*:[A-Za-z]*I(?:am|AM)Policy"),
        (Entry("policyData", "INVALID_ARGUMENT: the allow policy", iam.allow_policy),),
    ),
)
"""Types that only their names gather: every resource of Google Cloud has its own IAM member, binding and policy."""


def _joined(*tables: dict[str, tuple[Entry, ...]]) -> dict[str, tuple[Entry, ...]]:
    joined: dict[str, tuple[Entry, ...]] = {}
    for table in tables:
        for token, entries in table.items():
            joined[token] = (*joined.get(token, ()), *entries)
    return joined


DOCUMENTS: dict[str, tuple[Entry, ...]] = _joined(_entries(), _AWS, _AZURE, _GCP)
"""Type token -> the documents of the type."""


def documents_of(type_: str) -> tuple[Entry, ...]:
    """Return the documents that a type carries."""
    found = DOCUMENTS.get(type_)
    if found is None:
        found = next((entries for pattern, entries in _GRANTS if pattern.fullmatch(type_)), ())
    return found


WITHOUT_GRAMMAR: dict[tuple[str, str], str] = {
    ("aws:scheduler/schedule:Schedule", "target.input"): "any text; what it must be depends on the target",
    ("aws:ssm/parameter:Parameter", "insecureValue"): "the content is the owner's own",
    ("aws:ssm/parameter:Parameter", "value"): "the content is the owner's own",
    ("azure-native:monitor:ScheduledQueryRule", "criteria.allOf[*].query"): "KQL is not parsed",
    ("azure-native:operationalinsights:SavedSearch", "query"): "KQL is not parsed",
    ("azure-native:storage:Blob", "source"): "an asset; Storage does not read what it keeps",
    ("gcp:bigquery/table:Table", "view.query"): "SQL is not parsed",
    ("gcp:storage/bucketObject:BucketObject", "content"): "Storage does not read what it keeps",
}
"""Properties that carry text of some language and are not checked -> why.

Pipeline specifications of Vertex AI (KFP) are carried by no resource type of the Google provider.
"""
