"""ARNs of the stack's own partition, region and account.

For wildcards, the account root and service-made log groups; and for resources whose name is fixed before they exist, so
that a policy document can be read, and judged, in a preview. Each such ARN still waits for its resource.
"""

from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import Input, Output

from components.core.refs import FoundationRef
from components.core.scope import Scope


@dataclass(frozen=True, kw_only=True)
class Arns:
    """Writes ARNs (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html)."""

    partition: Output[str]
    region: str
    account: Output[str]

    def regional(self, service: str, resource: Input[str]) -> Output[str]:
        """``arn:<partition>:<service>:<region>:<account>:<resource>``."""
        return Output.concat("arn:", self.partition, f":{service}:{self.region}:", self.account, ":", resource)

    def iam(self, resource: Input[str]) -> Output[str]:
        """``arn:<partition>:iam::<account>:<resource>``: IAM has no region."""
        return Output.concat("arn:", self.partition, ":iam::", self.account, ":", resource)

    def role(self, role: aws.iam.Role) -> Output[str]:
        """ARN of a role of the stack, known in a preview."""
        return self.iam(Output.concat("role", role.path.apply(lambda path: path or "/"), role.name))

    def bucket(self, bucket: aws.s3.Bucket) -> Output[str]:
        """ARN of a bucket of the stack, known in a preview."""
        return self.s3(bucket.bucket)

    def queue(self, queue: aws.sqs.Queue) -> Output[str]:
        """ARN of a queue of the stack, known in a preview."""
        return self.regional("sqs", queue.name)

    def rule(self, rule: aws.cloudwatch.EventRule) -> Output[str]:
        """ARN of a rule of the default event bus, known in a preview."""
        return self.regional("events", Output.concat("rule/", rule.name))

    def pipeline(self, pipeline: aws.sagemaker.Pipeline) -> Output[str]:
        """ARN of a SageMaker pipeline of the stack, known in a preview."""
        return self.regional("sagemaker", Output.concat("pipeline/", pipeline.pipeline_name))

    def managed_policy(self, name: str) -> Output[str]:
        """ARN of a policy that AWS manages, with its path (``job-function/ViewOnlyAccess``)."""
        return Output.concat("arn:", self.partition, ":iam::aws:policy/", name)

    def s3(self, resource: Input[str]) -> Output[str]:
        """``arn:<partition>:s3:::<resource>``: S3 has neither region nor account."""
        return Output.concat("arn:", self.partition, ":s3:::", resource)


def arns(scope: Scope, foundation: FoundationRef) -> Arns:
    """The writer for the stack of ``scope``."""
    return Arns(
        partition=aws.get_partition_output().partition,
        region=scope.region,
        account=Output.from_input(foundation["account_id"]),
    )
