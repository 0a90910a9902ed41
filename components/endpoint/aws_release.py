"""One model version in the slot: model, configuration, endpoint, autoscaling.

Where a change of the machine fails half-way, the endpoint is not scaled until the next successful update.
"""

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output

from components.clouds.aws_arn import Arns
from components.clouds.aws_iam import after
from components.clouds.aws_sagemaker import (
    INSTANCE_METRICS,
    VARIANT,
    attached,
    cores,
    endpoint_dimensions,
    takes_volume_key,
    vpc_config,
)
from components.core.errors import Fault, TripodError
from components.core.scope import Scope
from components.core.vocabulary import DataClass
from components.endpoint.contract import EndpointArgs, EndpointSpec, ModelVersion

CAPTURE = "capture"
"""Prefix in zone monitoring of captured requests; SageMaker adds endpoint, variant, date and hour below it."""
TERMINATION_WAIT_SECONDS = 300
"""How long the old fleet is kept after the switch."""
UPDATE_WAIT_MINUTES = 60
"""How long the provider waits for an update; it takes no other timeout
(hashicorp/terraform-provider-aws ``internal/service/sagemaker/endpoint.go``)."""
FLEET_MINUTES = 15
"""What is left of it for making the new fleet and moving the traffic."""
SCALE_IN_COOLDOWN_SECONDS = 600
SCALE_OUT_COOLDOWN_SECONDS = 120


def settings(
    scope: Scope, spec: EndpointSpec, args: EndpointArgs, name: str, capture_uri: Output[str]
) -> dict[str, Any]:
    """What a release into the slot must use, whoever makes it."""
    least, greatest = spec.replicas(scope.posture)
    network = attached(scope, args.get("network"))
    key_id = _endpoint_key(scope, spec, args)
    return {
        "bake_minutes": spec.bake_minutes,
        "canary_percent": spec.canary_percent,
        "capture_percent": spec.capture_percent,
        "capture_uri": capture_uri,
        "endpoint_name": name,
        "execution_role_arn": args["identity"]["serving_id"],
        "instance_type": scope.facts.serving_machines[spec.size],
        "kms_key_id": "" if key_id is None else key_id,
        "max_instances": greatest,
        "min_instances": least,
        "network_isolation": scope.posture.network_isolation,
        "target_utilization": spec.target_utilization,
        "variant": VARIANT,
        "vpc_config": None if network is None else vpc_config(network),
    }


def release(
    scope: Scope,
    spec: EndpointSpec,
    args: EndpointArgs,
    arn: Arns,
    *,
    name: str,
    model: ModelVersion,
    alarms: Sequence[aws.cloudwatch.MetricAlarm],
    ready: Sequence[pulumi.Resource],
) -> aws.sagemaker.Endpoint:
    """Make the endpoint. ``ready`` must exist first: grants of the execution role, the log group.

    Raises:
        TripodError: where a rollout would take longer than the provider waits for it.
    """
    _check(scope, spec)
    served = _model(scope, args, arn, model, ready)
    configuration = _configuration(scope, spec, args, served)
    scaled = _scaled_machine(scope, spec, name)
    endpoint = aws.sagemaker.Endpoint(
        scope.label("endpoint"),
        name=name,
        endpoint_config_name=configuration.name,
        deployment_config=_deployment(scope, spec, alarms),
        tags=scope.tags(),
        opts=scope.options(stateful=True, depends_on=[*alarms, *ready, scaled]),
    )
    _autoscaling(scope, spec, endpoint, scaled)
    return endpoint


def _bakes(scope: Scope, spec: EndpointSpec) -> int:
    """How often a rollout is watched for ``bake_minutes``: the canary and then the whole fleet, or the fleet alone
    (https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green-canary.html)."""
    least, _ = spec.replicas(scope.posture)
    return 2 if least > 1 else 1


def _check(scope: Scope, spec: EndpointSpec) -> None:
    bakes = _bakes(scope, spec)
    longest = (UPDATE_WAIT_MINUTES - FLEET_MINUTES - TERMINATION_WAIT_SECONDS // 60) // bakes
    if spec.bake_minutes > longest:
        raise TripodError(
            Fault(
                where="endpoint.bake_minutes",
                what=f"{spec.bake_minutes} minutes, {'twice' if bakes == 2 else 'once'} a release, outlast the "
                f"{UPDATE_WAIT_MINUTES} minutes that the AWS provider waits for an update",
                allowed=f"1 to {longest} {'with a canary' if bakes == 2 else 'with a single instance'}",
                remedy=f"set bake_minutes to {longest} or less",
            )
        )


def _model(
    scope: Scope, args: EndpointArgs, arn: Arns, model: ModelVersion, ready: Sequence[pulumi.Resource]
) -> aws.sagemaker.Model:
    group = scope.name("model_group", model.name)
    network = attached(scope, args.get("network"))
    # auto-named, and kept above sandbox: a rollback of a running rollout needs the old one
    return aws.sagemaker.Model(
        scope.label("model"),
        # images and artifacts may be read before the model is made, and until the endpoint has gone
        execution_role_arn=after(
            args["identity"]["serving_id"],
            args["storage"]["artifacts_id"],
            args["registry"]["image_repository_id"],
        ),
        primary_container=aws.sagemaker.ModelPrimaryContainerArgs(
            model_package_name=arn.regional("sagemaker", f"model-package/{group}/{model.version}")
        ),
        enable_network_isolation=scope.posture.network_isolation,
        vpc_config=None
        if network is None
        else aws.sagemaker.ModelVpcConfigArgs(
            subnets=network["subnet_ids"], security_group_ids=[network["security_group_id"]]
        ),
        tags=scope.tags(),
        opts=scope.options(retain_on_delete=scope.posture.deletion_protection, depends_on=ready),
    )


def _endpoint_key(scope: Scope, spec: EndpointSpec, args: EndpointArgs) -> Input[str] | None:
    """Key of the endpoint's volumes, where the posture wants one and the machine takes one."""
    if not scope.covers(DataClass.MODELS) or not takes_volume_key(scope.facts.serving_machines[spec.size]):
        return None
    return args["keys"]["models_key_id"]


def _configuration(
    scope: Scope, spec: EndpointSpec, args: EndpointArgs, served: aws.sagemaker.Model
) -> aws.sagemaker.EndpointConfiguration:
    least, _ = spec.replicas(scope.posture)
    variant = aws.sagemaker.EndpointConfigurationProductionVariantArgs(
        variant_name=VARIANT,
        model_name=served.name,
        instance_type=scope.facts.serving_machines[spec.size],
        initial_instance_count=least,  # an update resets the count to this, so it is the bound of autoscaling
        initial_variant_weight=1,
    )
    capture = None
    if spec.capture_percent:
        modes = ("Input", "Output")
        capture = aws.sagemaker.EndpointConfigurationDataCaptureConfigArgs(
            enable_capture=True,
            initial_sampling_percentage=spec.capture_percent,
            destination_s3_uri=Output.concat(args["storage"]["monitoring_uri"], f"/{CAPTURE}"),
            kms_key_id=args["keys"]["models_key_id"] if scope.covers(DataClass.MODELS) else None,
            capture_options=[
                aws.sagemaker.EndpointConfigurationDataCaptureConfigCaptureOptionArgs(capture_mode=mode)
                for mode in modes
            ],
            capture_content_type_header=aws.sagemaker.EndpointConfigurationDataCaptureConfigCaptureContentTypeHeaderArgs(
                csv_content_types=["text/csv"], json_content_types=["application/json"]
            ),
        )
    # auto-named, and kept above sandbox: SageMaker goes back to it when it rolls back
    return aws.sagemaker.EndpointConfiguration(
        scope.label("configuration"),
        production_variants=[variant],
        kms_key_arn=_endpoint_key(scope, spec, args),
        data_capture_config=capture,
        tags=scope.tags(),
        opts=scope.options(retain_on_delete=scope.posture.deletion_protection),
    )


def _deployment(
    scope: Scope, spec: EndpointSpec, alarms: Sequence[aws.cloudwatch.MetricAlarm]
) -> aws.sagemaker.EndpointDeploymentConfigArgs:
    """Blue/green with a canary and rollback on alarms.

    A canary is at most half of the fleet, so one instance is switched at once and watched just the same
    (https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green-canary.html).
    """
    canary = _bakes(scope, spec) == 2
    bake = spec.bake_minutes * 60
    size = aws.sagemaker.EndpointDeploymentConfigBlueGreenUpdatePolicyTrafficRoutingConfigurationCanarySizeArgs(
        type="CAPACITY_PERCENT", value=spec.canary_percent
    )
    routing = aws.sagemaker.EndpointDeploymentConfigBlueGreenUpdatePolicyTrafficRoutingConfigurationArgs(
        type="CANARY" if canary else "ALL_AT_ONCE",
        wait_interval_in_seconds=bake,
        canary_size=size if canary else None,
    )
    return aws.sagemaker.EndpointDeploymentConfigArgs(
        auto_rollback_configuration=aws.sagemaker.EndpointDeploymentConfigAutoRollbackConfigurationArgs(
            alarms=[
                aws.sagemaker.EndpointDeploymentConfigAutoRollbackConfigurationAlarmArgs(alarm_name=alarm.name)
                for alarm in alarms
            ]
        ),
        blue_green_update_policy=aws.sagemaker.EndpointDeploymentConfigBlueGreenUpdatePolicyArgs(
            traffic_routing_configuration=routing,
            termination_wait_in_seconds=TERMINATION_WAIT_SECONDS,
            maximum_execution_timeout_in_seconds=2 * bake + 3600,
        ),
    )


def _scaled_machine(scope: Scope, spec: EndpointSpec, name: str) -> aws.ssm.Parameter:
    """What the scaling target hangs on, so that it is deregistered before the endpoint changes its machine.

    SageMaker refuses an update that changes the instance type of a variant with a target
    (https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html). The target depends on the endpoint
    and would go after it; but what a resource that is deleted before it is replaced takes with it goes first.
    """
    return aws.ssm.Parameter(
        scope.label("scaled-machine"),
        name=f"/tripod/{scope.name('parameter', 'endpoint-machine')}",
        description=f"Instance type that endpoint {name} is scaled on",
        type="String",
        insecure_value=scope.facts.serving_machines[spec.size],
        tags=scope.tags(),
        opts=scope.options(replace_on_changes=["insecureValue"], delete_before_replace=True),
    )


def _autoscaling(scope: Scope, spec: EndpointSpec, endpoint: aws.sagemaker.Endpoint, scaled: aws.ssm.Parameter) -> None:
    least, greatest = spec.replicas(scope.posture)
    machine = scope.facts.serving_machines[spec.size]
    target = aws.appautoscaling.Target(
        scope.label("scaling"),
        service_namespace="sagemaker",
        scalable_dimension="sagemaker:variant:DesiredInstanceCount",
        resource_id=after(Output.concat("endpoint/", endpoint.name, f"/variant/{VARIANT}"), scaled.name),
        min_capacity=least,
        max_capacity=greatest,
        tags=scope.tags(),
        opts=scope.options(depends_on=[endpoint]),
    )
    dimensions = [
        aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationDimensionArgs(
            name=key, value=value
        )
        for key, value in endpoint_dimensions(endpoint.name).items()
    ]
    metric = aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationArgs(
        namespace=INSTANCE_METRICS,
        metric_name="CPUUtilization",
        dimensions=dimensions,
        statistic="Average",
        unit="Percent",
    )
    aws.appautoscaling.Policy(
        scope.label("scaling", "policy"),
        name=scope.name("scaling_policy", "endpoint-cpu"),
        policy_type="TargetTrackingScaling",
        service_namespace=target.service_namespace,
        scalable_dimension=target.scalable_dimension,
        resource_id=target.resource_id,
        target_tracking_scaling_policy_configuration=aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgs(
            target_value=spec.target_utilization * cores(machine),  # the metric is the sum over the cores
            customized_metric_specification=metric,
            scale_in_cooldown=SCALE_IN_COOLDOWN_SECONDS,
            scale_out_cooldown=SCALE_OUT_COOLDOWN_SECONDS,
        ),
        opts=scope.options(),
    )
