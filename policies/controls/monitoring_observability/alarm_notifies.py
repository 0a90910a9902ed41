"""An alarm that rings is heard.

Deliberately not done: whether a subscriber of a topic confirmed (no plan knows), and action groups that Azure adds by
an alert processing rule, whose scopes and filters decide at the time of the alert; such an alert is waived.
"""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies.accept import is_set, is_true
from policies.checks import PASSED, Outcome, Row, Rule, StackRow, failed, undetermined, value_outcomes
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import MISSING, UNKNOWN, Found, Verdict, at, known, worst

_ALARM, _COMPOSITE = aws("cloudwatch.MetricAlarm"), aws("cloudwatch.CompositeAlarm")
_TOPIC, _SUBSCRIPTION = aws("sns.Topic"), aws("sns.TopicSubscription")
_ENDPOINT = aws("sagemaker.Endpoint")
_ROLLBACK = "deploymentConfig.autoRollbackConfiguration.alarms[].alarmName"
_TARGETS = (_TOPIC, aws("lambda.Function"), aws("appautoscaling.Policy"), aws("autoscaling.Policy"))
"""What an alarm may act on by an ARN that is not known yet.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
"""
_EVENT_RULE, _EVENT_TARGET = aws("cloudwatch.EventRule"), aws("cloudwatch.EventTarget")
_DEPLOYED = "SageMaker Endpoint Deployment State Change"
_WATCHED = ("namespace", "metricName", "dimensions")
_GROUP = azure("monitor.ActionGroup")
_RECEIVERS = tuple(
    f"{kind}Receivers"
    for kind in (
        "armRole",
        "automationRunbook",
        "azureAppPush",
        "azureFunction",
        "email",
        "eventHub",
        "itsm",
        "logicApp",
        "sms",
        "voice",
        "webhook",
    )
)
_ALERTS = {
    azure("monitor.MetricAlert"): "actions[].actionGroupId",
    azure("monitor.ScheduledQueryRule"): "actions.actionGroups",
    azure("monitor.ActivityLogAlert"): "actions.actionGroups[].actionGroupId",
}
_POLICY, _CHANNEL = gcp("monitoring.AlertPolicy"), gcp("monitoring.NotificationChannel")


def _acts(alarm: Resource, graph: Graph) -> Outcome:
    """Whether the alarm itself sets something off."""
    enabled = alarm.at("actionsEnabled")  # on unless set
    if enabled is False:
        return failed("actionsEnabled is false; the alarm sets nothing off", "actionsEnabled")
    if enabled is UNKNOWN:
        return undetermined("actionsEnabled is not known yet; it must be true", "actionsEnabled")
    found = list(value_outcomes(alarm, graph, "alarmActions", is_set(), if_missing=Verdict.FAILED, evidence=_TARGETS))
    bad = worst(outcome.verdict for outcome in found)
    return next(outcome for outcome in found if outcome.verdict is bad)


def _deaf(alarm: Resource, graph: Graph) -> Outcome | None:
    """A topic of this stack that the alarm tells and to which nobody of this stack listens."""
    for topic in graph.of(_TOPIC):
        if graph.refers(alarm, "alarmActions[]", topic):
            sure, maybe = graph.referring(topic, (_SUBSCRIPTION,), "topic")
            if not sure and maybe:
                return undetermined(f"who listens to topic {topic.name} is not known yet", "alarmActions")
            if not sure:
                return failed(f"nobody listens to topic {topic.name}", "alarmActions")
    return None


def _twins(alarm: Resource, graph: Graph) -> list[Resource]:
    """The other alarms that watch the same metric in the same direction."""
    watched = [alarm.props.get(key) for key in _WATCHED]
    if not known(alarm.at("metricName")) or UNKNOWN in watched or any(hit.value is UNKNOWN for hit in _named(alarm)):
        return []
    return [
        other
        for other in graph.of(_ALARM)
        if other.urn != alarm.urn
        and other.props.get("comparisonOperator") == alarm.props.get("comparisonOperator")
        and [other.props.get(key) for key in _WATCHED] == watched
    ]


def _named(alarm: Resource) -> tuple[Found, ...]:
    return at(alarm.props, "dimensions.{}")


def _guards_releases(alarm: Resource, graph: Graph) -> bool:
    """Whether the alarm is on an endpoint that is not of this stack, of whose rollbacks an event rule here tells.

    SageMaker rolls a release back on alarms that need no action of their own, and sends an event when it does.
    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
    """
    place = "dimensions.EndpointName"
    if alarm.at("namespace") != "AWS/SageMaker" or alarm.at(place) is MISSING:
        return False
    if any(graph.refers(alarm, place, e) is not False for e in graph.of(_ENDPOINT)):
        return False
    return any(
        isinstance(pattern := rule.at("eventPattern"), str)
        and _DEPLOYED in pattern
        and rule.at("state") != "DISABLED"
        and any(graph.referring(rule, (_EVENT_TARGET,), "rule"))
        for rule in graph.of(_EVENT_RULE)
    )


def _steers(alarm: Resource, graph: Graph) -> bool | None:
    """Whether something else reads the alarm: a release that rolls back, or an alarm made of alarms; None: unknown."""
    sure, maybe = graph.referring(alarm, (_ENDPOINT,), _ROLLBACK)
    if sure:
        return True
    name, doubt = alarm.at("name"), bool(maybe)
    for composite in graph.of(_COMPOSITE):
        rule = composite.at("alarmRule")
        if isinstance(rule, str) and isinstance(name, str) and name in rule:
            return True
        doubt = doubt or (rule is UNKNOWN and alarm.urn in {s.urn for s in graph.sources(composite, "alarmRule")})
    return None if doubt else False


def _cloudwatch(alarm: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    acts = _acts(alarm, graph)
    if acts.verdict is Verdict.PASSED:
        yield _deaf(alarm, graph) or PASSED
        return
    if alarm.type == _COMPOSITE:
        yield acts
        return
    steers, twins = _steers(alarm, graph), _twins(alarm, graph)
    heard = any(_acts(twin, graph).verdict is Verdict.PASSED for twin in twins)
    if steers or heard or (not twins and _guards_releases(alarm, graph)):
        yield PASSED
    elif steers is None and acts.verdict is Verdict.FAILED:
        yield undetermined("whether another alarm or a release reads this alarm is not known yet", acts.path)
    else:
        yield acts


def _received(group: Resource, _settings: Settings) -> Iterator[Outcome]:
    values = [group.at(path) for path in _RECEIVERS]
    if any(known(value) and is_set()(value) for value in values):
        yield PASSED
    elif any(value is UNKNOWN for value in values):
        yield undetermined("who receives what this group sends is not known yet")
    else:
        yield failed("the group has no receiver")


CONTROL = Control(
    id="alarm-notifies",
    group=Group.MONITORING_OBSERVABILITY,
    title="Alarms are switched on and reach somebody",
    severity=Severity.MEDIUM,
    why="An alarm that nobody hears is a graph: the outage goes on until a customer calls.",
    remedy="Give the monitoring component somebody to notify; keep alarms and their channels switched on.",
    url="https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html",
    clauses=("iso42001:A.6.2.6", "iso27001:A.8.16", "soc2:CC7.2", "nist-800-53:SI-4"),
    covers=("checkov:CKV_AWS_319", "security-hub:CloudWatch.15", "security-hub:CloudWatch.17"),
    rows=ByCloud(
        aws=(
            StackRow(
                types=(_ALARM, _COMPOSITE),
                check=_cloudwatch,
                reads=(
                    *((t, path) for t in (_ALARM, _COMPOSITE) for path in ("alarmActions", "actionsEnabled")),
                    *((_ALARM, path) for path in ("name", "comparisonOperator", *_WATCHED)),
                    (_COMPOSITE, "alarmRule"),
                    (_SUBSCRIPTION, "topic"),
                    (_ENDPOINT, _ROLLBACK),
                    *((_EVENT_RULE, path) for path in ("eventPattern", "state")),
                    (_EVENT_TARGET, "rule"),
                ),
            ),
        ),
        azure=(
            *(
                Row(type=t, path=path, accept=is_set(), if_missing=Verdict.FAILED, evidence=(_GROUP,))
                for t, path in _ALERTS.items()
            ),
            *(
                Row(type=t, path="enabled", accept=is_true(), if_missing=Verdict.PASSED)  # on unless set
                for t in (*_ALERTS, _GROUP)
            ),
            Rule(types=(_GROUP,), check=_received, reads=tuple((_GROUP, path) for path in _RECEIVERS)),
        ),
        gcp=(
            Row(
                type=_POLICY,
                path="notificationChannels",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(_CHANNEL,),
            ),
            *(
                Row(type=t, path="enabled", accept=is_true(), if_missing=Verdict.PASSED)  # on unless set
                for t in (_POLICY, _CHANNEL)
            ),
        ),
    ),
)
