"""From the drift alert to the training workflow: topic, Eventarc trigger, and a guard that keeps the cool-down.

Eventarc retries until the guard has started; what fails after that it forgets, so the guard itself leaves the message
on a dead-letter topic, where an alert policy sees it.
"""

from collections.abc import Sequence
from typing import Any

import pulumi_gcp as gcp
from pulumi import Input, Output

from components.clouds import gcp_agents, gcp_grants
from components.clouds.gcp_workflow import Step, assign, fail, finish, post, source, switch
from components.core.scope import Scope
from components.core.vocabulary import DataClass
from components.monitoring.contract import MonitoringArgs
from components.monitoring.gcp_alerts import above, alert
from components.monitoring.gcp_metrics import age_metric, backlog_metric, workflow_metric

EXECUTIONS = "https://workflowexecutions.googleapis.com/v1/"
REASON = "drift"
"""What an execution that drift started has as reason; the cool-down counts these alone."""
INVOKER = "roles/workflows.invoker"
"""Starts workflows and sees their executions; workflows take no grants of their own."""
PUBLISHER = "roles/pubsub.publisher"
DEAD_LETTER_DAYS = 14
UNDELIVERED_SECONDS = 900
_DAY = 24 * 3600


def alert_topic(scope: Scope, args: MonitoringArgs) -> tuple[gcp.pubsub.Topic, gcp.monitoring.NotificationChannel]:
    """Make the topic of drift alerts, and the channel that publishes to it."""
    project, number = args["foundation"]["account_id"], args["foundation"]["account_number"]
    topic = _topic(scope, args, "drift")
    ready = gcp_agents.make_agent(scope, "monitoring", project, number)
    grant = gcp.pubsub.TopicIAMMember(
        scope.label("drift", "publisher"),
        project=project,
        topic=topic.name,
        role=PUBLISHER,
        member=gcp_agents.address("monitoring", number),
        opts=scope.options(depends_on=ready),
    )
    channel = gcp.monitoring.NotificationChannel(
        scope.label("drift", "channel"),
        project=project,
        type="pubsub",
        display_name=f"{scope.prefix} drift",
        description="Starts the retraining guard",
        labels={"topic": topic.id},
        user_labels=scope.tags(),
        opts=scope.options(depends_on=[grant]),
    )
    return topic, channel


def retraining(
    scope: Scope, cooldown_hours: int, args: MonitoringArgs, topic: gcp.pubsub.Topic, channels: Sequence[Input[str]]
) -> gcp.eventarc.Trigger:
    """Make guard, trigger and the topic of what could not be started."""
    project, number = args["foundation"]["account_id"], args["foundation"]["account_number"]
    monitor = args["identity"]["monitoring_principal"]
    dead_letters = _topic(scope, args, "drift-dead-letters")
    gcp.pubsub.TopicIAMMember(
        scope.label("drift-dead-letters", "publisher"),
        project=project,
        topic=dead_letters.name,
        role=PUBLISHER,
        member=monitor,
        opts=scope.options(),
    )
    kept = gcp.pubsub.Subscription(
        scope.label("drift-dead-letters", "subscription"),
        project=project,
        name=scope.name("subscription", "drift-dead-letters"),
        topic=dead_letters.id,
        message_retention_duration=f"{DEAD_LETTER_DAYS * _DAY}s",
        expiration_policy=gcp.pubsub.SubscriptionExpirationPolicyArgs(ttl=""),  # else it goes after 31 quiet days
        labels=scope.tags(),
        opts=scope.options(),
    )
    granted = gcp_grants.on_project(scope, "retrain-invoker", project, INVOKER, monitor)
    key = args["keys"]["models_key_id"] if scope.covers(DataClass.MODELS) else None
    guard = gcp.workflows.Workflow(
        scope.label("guard"),
        project=project,
        region=scope.region,
        name=scope.name("workflow", "retrain-guard"),
        description=f"Retrains {scope.prefix} on drift, once per cool-down",
        service_account=args["identity"]["monitoring_id"],
        source_contents=guard_source(args["training"]["pipeline_id"], dead_letters.id, cooldown_hours),
        call_log_level="LOG_ERRORS_ONLY",
        crypto_key_name=key,
        deletion_protection=scope.posture.deletion_protection,
        labels=scope.tags(),
        opts=scope.options(depends_on=[granted]),
    )
    ready = gcp_agents.make_agent(scope, "eventarc", project, number)
    trigger = gcp.eventarc.Trigger(
        scope.label("retrain"),
        project=project,
        location=scope.region,
        name=scope.name("trigger", "retrain"),
        matching_criterias=[
            gcp.eventarc.TriggerMatchingCriteriaArgs(
                attribute="type", value="google.cloud.pubsub.topic.v1.messagePublished"
            )
        ],
        transport=gcp.eventarc.TriggerTransportArgs(pubsub=gcp.eventarc.TriggerTransportPubsubArgs(topic=topic.id)),
        destination=gcp.eventarc.TriggerDestinationArgs(workflow=guard.id),
        service_account=args["identity"]["monitoring_id"],
        labels=scope.tags(),
        opts=scope.options(depends_on=[granted, *ready]),
    )
    _alerts(scope, args, trigger, kept, channels)
    return trigger


def guard_source(pipeline_id: Input[str], dead_letters: Input[str], cooldown_hours: int) -> Output[str]:
    """Start the training workflow unless drift started it within the cool-down.

    The message is an incident (https://cloud.google.com/monitoring/support/notification-options#pubsub).
    """
    executions = Output.concat(EXECUTIONS, pipeline_id, "/executions")
    decide: list[Step] = [
        assign(
            "read",
            incident="${json.decode(base64.decode(event.data.message.data)).incident}",
            since=f"${{time.format(sys.now() - {cooldown_hours * 3600})}}",
            no_executions=[],
            no_argument={},
            cooling=False,
        ),
        switch("opened", [('${incident.state != "open"}', "closed")]),
        _list(executions),
        _any_by_drift(),
        switch("cooled", [("${cooling}", "still_cooling")]),
        assign("argue", argument={"reason": REASON, "incident": "${incident.incident_id}"}),
        post("start", executions, {"argument": "${json.encode_to_string(argument)}"}, "started"),
        finish("done", "${started.body.name}"),
        finish("closed", "the incident is over"),
        finish("still_cooling", "within the cool-down"),
    ]
    lost: list[Step] = [
        post(
            "keep",
            Output.concat("https://pubsub.googleapis.com/v1/", dead_letters, ":publish"),
            {"messages": [{"data": "${event.data.message.data}"}]},
            "kept",
        ),
        fail("again", "${problem}"),
    ]
    attempt: Step = {"guard": {"try": {"steps": decide}, "except": {"as": "problem", "steps": lost}}}
    return source([attempt], ["event"])


def _list(executions: Output[str]) -> Step:
    query = {"filter": '${"startTime>\\"" + since + "\\""}', "pageSize": 100, "view": "FULL"}
    args: dict[str, Any] = {"url": executions, "auth": {"type": "OAuth2"}, "query": query}
    retry = {
        "predicate": "${http.default_retry_predicate}",
        "max_retries": 5,
        "backoff": {"initial_delay": 2, "max_delay": 60, "multiplier": 2},
    }
    return {"list": {"try": {"call": "http.get", "args": args, "result": "found"}, "retry": retry}}


def _any_by_drift() -> Step:
    """Set ``cooling`` where one of the executions has drift as its reason."""
    argument = 'default(json.decode(default(map.get(execution, "argument"), "{}")), no_argument)'
    reason = f'${{default(map.get({argument}, "reason"), "")}}'
    steps: list[Step] = [
        assign("reason", reason=reason),
        {"mine": {"switch": [{"condition": f'${{reason == "{REASON}"}}', "steps": [assign("cool", cooling=True)]}]}},
    ]
    return {
        "look": {
            "for": {
                "value": "execution",
                "in": '${default(map.get(found.body, "executions"), no_executions)}',
                "steps": steps,
            }
        }
    }


def _topic(scope: Scope, args: MonitoringArgs, part: str) -> gcp.pubsub.Topic:
    return gcp.pubsub.Topic(
        scope.label(part, "topic"),
        project=args["foundation"]["account_id"],
        name=scope.name("topic", part),
        kms_key_name=args["keys"]["logs_key_id"] if scope.covers(DataClass.LOGS) else None,
        # not in transit too: Cloud Monitoring publishes from wherever it runs
        message_storage_policy=gcp.pubsub.TopicMessageStoragePolicyArgs(allowed_persistence_regions=[scope.region]),
        labels=scope.tags(),
        opts=scope.options(),
    )


def _alerts(
    scope: Scope,
    args: MonitoringArgs,
    trigger: gcp.eventarc.Trigger,
    kept: gcp.pubsub.Subscription,
    channels: Sequence[Input[str]],
) -> None:
    project = args["foundation"]["account_id"]
    conditions = {
        "retrain-not-started": (
            above("Dead letters", backlog_metric(kept.name), 0),
            "Drift could not start retraining: see the dead-letter subscription and the guard's executions.",
        ),
        "retrain-not-delivered": (
            above("Oldest message (s)", age_metric(_subscription(trigger)), UNDELIVERED_SECONDS),
            "A drift alert waits to be delivered to the retraining guard: see the trigger and its account.",
        ),
        "retrain-pipeline-failed": (
            above("Failed runs", workflow_metric(scope, args["training"]["pipeline_id"], "FAILED"), 0),
            "The training pipeline failed, or its model did not pass evaluation.",
        ),
    }
    for part, (condition, text) in conditions.items():
        # without an endpoint, service alarms watch the pipeline already
        if part == "retrain-pipeline-failed" and args.get("endpoint") is None:
            continue
        alert(scope, part, [condition], project=project, channels=channels, text=text)


def _subscription(trigger: gcp.eventarc.Trigger) -> Output[str]:
    """Name of the subscription that Eventarc made for the trigger."""
    return trigger.transport.apply(
        lambda transport: str((transport.pubsub.subscription if transport and transport.pubsub else "") or "").rsplit(
            "/", 1
        )[-1]
    )
