"""Drift on AWS: a scheduled pipeline of one job, its metric, and alarms on drift and on silence."""

from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import Input, Output

from components.clouds.aws_arn import Arns
from components.clouds.aws_iam import grant, pass_role
from components.clouds.aws_pipeline import INPUT, OUTPUT, Frame, definition, get, of_run, processing, text_parameter
from components.clouds.aws_sagemaker import JOB_LOGS, attached, log_writer, network_user, pipeline_runner, vpc_config
from components.clouds.aws_schedule import schedule_pipeline
from components.core.image import METRIC_NAMESPACE, RUNTIME_IMAGE, RUNTIME_VERSION, runtime_command
from components.core.scope import Scope
from components.core.vocabulary import ComputeSize, DataClass, Frequency
from components.monitoring.aws_alarms import metric_alarm, queue_alarm
from components.monitoring.aws_metrics import drift_metric, pipeline_metric
from components.monitoring.contract import DriftSpec, MonitoringArgs

MAX_RUNTIME_SECONDS = 2 * 3600
HOUR, DAY = 3600, 24 * 3600
MEASUREMENT_SECONDS = 900
SILENCE: dict[Frequency, tuple[int, int]] = {
    Frequency.HOURLY: (HOUR, 3),
    Frequency.DAILY: (DAY, 2),
    Frequency.WEEKLY: (DAY, 7),
}
"""Period in seconds and number of periods without a measurement after which the heartbeat alarm goes off.

Alarms look back at most seven days, so a monthly schedule has none; a failed run and a start that failed are alarmed on
whatever the schedule (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html).
"""


@dataclass(frozen=True, kw_only=True)
class DriftLoop:
    """What measures drift and what says so."""

    schedule: aws.scheduler.Schedule
    alarm: aws.cloudwatch.MetricAlarm


def drift_loop(
    scope: Scope,
    drift: DriftSpec,
    args: MonitoringArgs,
    arn: Arns,
    *,
    topic: aws.sns.Topic,
    key_id: Input[str] | None,
) -> DriftLoop:
    """Make pipeline, schedule and alarms."""
    granted = _grants(scope, args, arn)
    name = scope.name("pipeline", "drift")
    pipeline = aws.sagemaker.Pipeline(
        scope.label("drift"),
        pipeline_name=name,
        pipeline_display_name=name,
        pipeline_description=f"Tripod {scope.prefix}: drift",
        role_arn=args["identity"]["monitoring_id"],
        pipeline_definition=_definition(scope, drift, args),
        tags=scope.tags(),
        opts=scope.options(depends_on=[granted]),
    )
    timer = schedule_pipeline(scope, "drift", arns=arn, pipeline=pipeline, frequency=drift.schedule, key_id=key_id)
    alarm = metric_alarm(
        scope,
        "drift",
        drift_metric(scope, "Maximum"),
        topic=topic,
        text=f"More than {drift.share:.0%} of the features have drifted",
        threshold=drift.share,
        # shorter than any schedule: each measurement is an alarm of its own, and a new event for the guard
        period=MEASUREMENT_SECONDS,
        tell_end=False,
    )
    _silence(scope, drift, name, timer.dead_letters, topic)
    return DriftLoop(schedule=timer.schedule, alarm=alarm)


def _silence(
    scope: Scope, drift: DriftSpec, pipeline_name: str, dead_letters: aws.sqs.Queue, topic: aws.sns.Topic
) -> None:
    """Alarms on drift that is not measured: no data in time, a failed run, a start that failed."""
    if drift.schedule in SILENCE:
        period, periods = SILENCE[drift.schedule]
        metric_alarm(
            scope,
            "drift-heartbeat",
            drift_metric(scope, "SampleCount"),
            topic=topic,
            text=f"Drift was not measured in time (schedule: {drift.schedule.value})",
            threshold=1,
            period=period,
            periods=periods,
            comparison="LessThanThreshold",
            missing="breaching",
        )
    metric_alarm(
        scope,
        "drift-failed",
        pipeline_metric(pipeline_name, "ExecutionFailed"),
        topic=topic,
        text="The drift pipeline failed",
        threshold=0,
        period=HOUR,
    )
    queue_alarm(
        scope,
        "drift-not-started",
        dead_letters,
        topic=topic,
        text="The drift pipeline could not be started: see its dead-letter queue",
    )


def _definition(scope: Scope, drift: DriftSpec, args: MonitoringArgs) -> Output[str]:
    """One job over what was captured and what the model was trained on.

    It is not isolated, because it writes the metric itself; in a network it reaches nothing but private endpoints.
    """
    storage = args["storage"]
    endpoint = args.get("endpoint")
    network = attached(scope, args.get("network"))
    captured = Output.concat(storage["artifacts_uri"], "/predictions") if endpoint is None else endpoint["capture_uri"]
    frame = Frame(
        image=Output.concat(args["registry"]["image_repository"], f"/{RUNTIME_IMAGE}:{RUNTIME_VERSION}"),
        role_arn=args["identity"]["monitoring_id"],
        instance_type=scope.facts.training_machines[ComputeSize.SMALL],
        max_runtime_seconds=MAX_RUNTIME_SECONDS,
        tags=scope.tags(),
        vpc=vpc_config(network) if network is not None else None,
        key_id=args["keys"]["models_key_id"] if scope.covers(DataClass.MODELS) else None,
        encrypt_traffic=network is not None,
    )
    step = processing(
        "drift",
        frame,
        runtime_command(
            "drift",
            captured=f"{INPUT}/captured",
            baseline=f"{INPUT}/baseline",
            report=f"{OUTPUT}/report/report.json",
            threshold=f"{drift.threshold:g}",
            project=scope.spec.name,
            environment=scope.spec.environment,
        ),
        inputs={"captured": get("Parameters.CapturedUri"), "baseline": get("Parameters.BaselineUri")},
        outputs={"report": of_run(Output.concat(storage["monitoring_uri"], "/drift"))},
        environment={"AWS_DEFAULT_REGION": scope.region},
    )
    parameters = [text_parameter("CapturedUri", captured), text_parameter("BaselineUri", storage["curated_uri"])]
    return definition(parameters, [step])


def _grants(scope: Scope, args: MonitoringArgs, arn: Arns) -> aws.iam.RolePolicy:
    """The role of the drift pipeline is that of its job: it starts one kind of job and hands itself to it."""
    identity = args["identity"]
    group = JOB_LOGS["processing-job"]
    return grant(
        scope,
        "measure-drift",
        identity["monitoring_principal"],
        *pipeline_runner(arn, ("processing-job",)),
        pass_role((identity["monitoring_id"],)),
        *log_writer(arn, (group,), (group, METRIC_NAMESPACE)),
        *network_user(arn, attached(scope, args.get("network"))),
    )
