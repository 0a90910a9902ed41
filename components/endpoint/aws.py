"""Endpoint on AWS: a slot with a fixed name, its log group, rollback alarms and settings; with a model, the endpoint.

SageMaker cannot make an endpoint without a model, so an empty slot is what surrounds one: whoever releases into it
finds name, machine, bounds, capture and canary in one parameter. The endpoint's name is fixed because alarms,
autoscaling and dashboards point at it; model and configuration stay auto-named, because every change replaces them and
a fixed name would delete the one in use first.

Not here: a check that a rollout was not rolled back, which the provider reports as success
(https://github.com/hashicorp/terraform-provider-aws/issues/48997); monitoring tells people of rollbacks.
"""

import pulumi_aws as aws
from pulumi import Output

from components.clouds.aws_arn import Arns, arns
from components.clouds.aws_iam import Statement, grant
from components.clouds.aws_logs import log_group
from components.clouds.aws_sagemaker import INSTANCE_METRICS, attached, log_writer, network_user
from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.scope import Scope
from components.core.vocabulary import DataClass
from components.endpoint.aws_alarms import rollback_alarms
from components.endpoint.aws_release import CAPTURE, release, settings
from components.endpoint.contract import EndpointArgs, EndpointOutputs, EndpointSpec

SUPPORT = Support(means=Means.NATIVE, by="SageMaker real-time inference, Application Auto Scaling")
GAPS: tuple[Gap, ...] = ()


def build(scope: Scope, spec: EndpointSpec, args: EndpointArgs) -> EndpointOutputs:
    """Make the slot and, where a model is given, put it in.

    Raises:
        TripodError: where a rollout would take longer than the provider waits for it.
    """
    arn = arns(scope, args["foundation"])
    name = scope.name("endpoint")
    # SageMaker would make this group itself, without retention and key
    logs = log_group(
        scope,
        "logs",
        f"/aws/sagemaker/Endpoints/{name}",
        args["keys"]["logs_key_id"] if scope.covers(DataClass.LOGS) else None,
    )
    alarms = rollback_alarms(scope, name)
    granted = _grants(scope, args, arn, logs.name, alarms)
    capture_uri = Output.concat(args["storage"]["monitoring_uri"], f"/{CAPTURE}")
    aws.ssm.Parameter(
        scope.label("slot"),
        name=f"/tripod/{scope.name('parameter', 'endpoint')}",
        description=f"What a release into endpoint {name} must use",
        type="String",
        insecure_value=Output.json_dumps(settings(scope, spec, args, name, capture_uri), sort_keys=True),
        tags=scope.tags(),
        opts=scope.options(),
    )
    if spec.model is not None:
        release(scope, spec, args, arn, name=name, model=spec.model, alarms=alarms, ready=[logs, granted])
    return EndpointOutputs(
        endpoint_id=arn.regional("sagemaker", f"endpoint/{name}"),
        endpoint_name=Output.from_input(name),
        instance_type=Output.from_input(scope.facts.serving_machines[spec.size]),
        invoke_url=aws.get_partition_output().dns_suffix.apply(
            lambda suffix: f"https://runtime.sagemaker.{scope.region}.{suffix}/endpoints/{name}/invocations"
        ),
        capture_uri=Output.concat(capture_uri, f"/{name}"),
    )


def _grants(
    scope: Scope, args: EndpointArgs, arn: Arns, logs: Output[str], alarms: list[aws.cloudwatch.MetricAlarm]
) -> aws.iam.RolePolicy:
    """Containers write logs and metrics and plug in to the network; rollouts watch their alarms."""
    watch = Statement(
        sid="WatchRollbackAlarms",
        actions=("cloudwatch:DescribeAlarms",),
        resources=[arn.regional("cloudwatch", Output.concat("alarm:", alarm.name)) for alarm in alarms],
    )
    return grant(
        scope,
        "run-containers",
        args["identity"]["serving_principal"],
        *log_writer(arn, (logs,), (INSTANCE_METRICS,)),
        *network_user(arn, attached(scope, args.get("network"))),
        watch,
    )
