"""Amazon Web Services: names, tags, machines and schedules."""

from collections.abc import Mapping

from components.core.names import NameRule
from components.core.scope import CloudFacts
from components.core.vocabulary import ComputeSize, Frequency

_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
_S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
_SAGEMAKER = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/Welcome.html"
_ENTITY = r"[a-zA-Z0-9](-*[a-zA-Z0-9])*"

NAMES: dict[str, NameRule] = {
    "bucket": NameRule(min=3, max=63, pattern=r"[a-z0-9][a-z0-9-]+[a-z0-9]", url=_S3, unique=True),
    "resource_group": NameRule(
        max=128,
        pattern=r"(?!aws|AWS)[A-Za-z0-9_.-]+",
        url="https://docs.aws.amazon.com/ARG/latest/APIReference/API_CreateGroup.html",
    ),
    "feature_group": NameRule(
        max=64,
        pattern=r"[a-zA-Z0-9]([_-]*[a-zA-Z0-9]){0,63}",
        url="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateFeatureGroup.html",
    ),
    "glue_database": NameRule(
        max=128,  # the API allows 255, Athena 128
        pattern=r"[a-z0-9_]+",
        url="https://docs.aws.amazon.com/athena/latest/ug/tables-databases-columns-names.html",
        separator="_",
    ),
    "glue_table": NameRule(
        max=128,
        pattern=r"[a-z0-9_]+",
        url="https://docs.aws.amazon.com/athena/latest/ug/tables-databases-columns-names.html",
        separator="_",
    ),
    "key_alias": NameRule(
        max=250,  # 256 with the prefix "alias/"
        pattern=r"(?!aws/)[a-zA-Z0-9/_-]+",
        url="https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html",
    ),
    "policy": NameRule(max=128, pattern=r"[\w+=,.@-]+", url=_IAM),
    "role": NameRule(max=64, pattern=r"[\w+=,.@-]+", url=_IAM),
    "role_policy": NameRule(max=128, pattern=r"[\w+=,.@-]+", url=_IAM),
    "trail": NameRule(
        min=3,
        max=128,
        pattern=r"[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]",
        url="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-naming-requirements.html",
    ),
    "alarm": NameRule(
        max=255,
        pattern=r"[A-Za-z0-9_.-]+",
        url="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
    ),
    "dashboard": NameRule(
        max=255,
        pattern=r"[A-Za-z0-9_-]+",
        url="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html",
    ),
    "domain": NameRule(max=63, pattern=_ENTITY, url=_SAGEMAKER),
    "ecr_namespace": NameRule(
        min=2,
        max=200,  # 256 with the image's own part
        pattern=r"[a-z0-9]+([._-][a-z0-9]+)*",
        url="https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html",
    ),
    "endpoint": NameRule(max=63, pattern=_ENTITY, url=_SAGEMAKER),
    "event_rule": NameRule(
        max=64,
        pattern=r"[A-Za-z0-9._-]+",
        url="https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html",
    ),
    "model_group": NameRule(max=63, pattern=_ENTITY, url=_SAGEMAKER),
    "parameter": NameRule(
        max=1011,
        pattern=r"[A-Za-z0-9._-]+",
        url="https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-parameter-name-constraints.html",
    ),
    "pipeline": NameRule(max=256, pattern=_ENTITY, url=_SAGEMAKER),
    "queue": NameRule(
        max=80,
        pattern=r"[A-Za-z0-9_-]+",
        url="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html",
    ),
    "scaling_policy": NameRule(
        max=256,
        pattern=r"[A-Za-z0-9_-]+",
        url="https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html",
    ),
    "schedule": NameRule(
        max=64,
        pattern=r"[A-Za-z0-9._-]+",
        url="https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html",
    ),
    "state_machine": NameRule(
        max=80,
        pattern=r"[A-Za-z0-9_-]+",
        url="https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html",
    ),
    "topic": NameRule(
        max=256,
        pattern=r"[A-Za-z0-9_-]+",
        url="https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html",
    ),
}
"""Rule per kind of resource; everything absent here is auto-named by the provider."""


def tags(portable: Mapping[str, str]) -> dict[str, str]:
    """Tags as AWS spells them: keys and values are free text, so nothing changes."""
    return dict(portable)


FACTS = CloudFacts(
    names=NAMES,
    tags=tags,
    training_machines={
        ComputeSize.SMALL: "ml.m5.large",
        ComputeSize.MEDIUM: "ml.m5.xlarge",
        ComputeSize.LARGE: "ml.m5.2xlarge",
        ComputeSize.XLARGE: "ml.m5.4xlarge",
        ComputeSize.GPU: "ml.g4dn.xlarge",
    },
    serving_machines={
        ComputeSize.SMALL: "ml.m5.large",
        ComputeSize.MEDIUM: "ml.m5.xlarge",
        ComputeSize.LARGE: "ml.m5.2xlarge",
        ComputeSize.XLARGE: "ml.m5.4xlarge",
        ComputeSize.GPU: "ml.g4dn.xlarge",
    },
    schedules={
        Frequency.HOURLY: "cron(0 * * * ? *)",
        Frequency.DAILY: "cron(0 2 * * ? *)",
        Frequency.WEEKLY: "cron(0 2 ? * MON *)",
        Frequency.MONTHLY: "cron(0 2 1 * ? *)",
    },
)
