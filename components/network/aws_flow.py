"""Flow logs on AWS: accepted and rejected connections, in a log group of the stack.

The network stands before the keys, so where the posture wants logs under customer keys, flow logs have a key of their
own.
"""

import pulumi_aws as aws
from pulumi import Input, Output

from components.clouds.aws_arn import Arns
from components.clouds.aws_iam import Statement, grant, service_role
from components.clouds.aws_kms import customer_key, log_group_statement
from components.clouds.aws_logs import log_group
from components.core.scope import Scope
from components.core.vocabulary import DataClass


def flow_logs(scope: Scope, names: Arns, log_prefix: Input[str], vpc_id: Input[str]) -> None:
    """Log every connection of the VPC, with the posture's retention."""
    key = None
    if scope.covers(DataClass.LOGS):
        key, _ = customer_key(
            scope, names, "flow-logs", f"Tripod {scope.prefix}: flow logs", (log_group_statement(names),)
        )
    group = log_group(scope, "flow-group", Output.concat(log_prefix, "/vpc-flow-logs"), key.arn if key else None)
    role = service_role(
        scope,
        "flow-role",
        "Writes VPC flow logs",
        "vpc-flow-logs.amazonaws.com",
        names.account,
        source=names.regional("ec2", "vpc-flow-log/*"),
    )
    # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html, less logs:CreateLogGroup
    writing = grant(
        scope,
        "flow-grant",
        role.name,
        Statement(
            sid="WriteFlowLogs",
            actions=("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
            resources=(names.regional("logs", Output.concat("log-group:", group.name, ":*")),),
        ),
        Statement(
            sid="FindLogGroup",
            actions=("logs:DescribeLogGroups",),
            resources=(names.regional("logs", "log-group:*"),),
        ),
    )
    aws.ec2.FlowLog(
        scope.label("flow"),
        vpc_id=vpc_id,
        traffic_type="ALL",
        log_destination_type="cloud-watch-logs",
        log_destination=group.arn,
        iam_role_arn=role.arn,
        max_aggregation_interval=60,
        tags=scope.tags(Name=scope.prefix),
        opts=scope.options(depends_on=[writing]),
    )
