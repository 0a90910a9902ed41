"""Cases of the control alarm-notifies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policies.graph import Resource
from policies.tokens import aws, azure, gcp
from tests.policies.dsl import UNKNOWN, Case, cells, res

_ALARM, _COMPOSITE = aws("cloudwatch.MetricAlarm"), aws("cloudwatch.CompositeAlarm")
_ENDPOINT, _RULE = aws("sagemaker.Endpoint"), aws("cloudwatch.EventRule")
_TOPIC_ARN = "arn:aws:sns:eu-west-1:1:people"


def _errors(actions: Any = None, **more: Any) -> dict[str, Any]:
    watched = {"namespace": "AWS/SageMaker", "metricName": "Invocation5XXErrors", "dimensions": {"EndpointName": "e"}}
    acting = {} if actions is None else {"alarmActions": actions}
    return {"name": "errors", "comparisonOperator": "GreaterThanThreshold", **watched, **acting, **more}


def cases() -> Iterator[Case]:
    yield from _aws()
    yield from _heard_elsewhere()
    yield from _azure()
    _, _, g = cells("alarm-notifies")
    policy, channel = gcp("monitoring.AlertPolicy"), gcp("monitoring.NotificationChannel")
    told = {"notificationChannels": ["projects/p/notificationChannels/1"], "enabled": True}
    yield from g.row(policy, told, "notificationChannels", [])
    yield from g.row(policy, told, "enabled", False, absent="pass", label="policy switched on")
    yield from g.row(channel, {"enabled": True}, "enabled", False, absent="pass", label="channel switched on")
    made = res(channel, "pass channel")
    late = {"notificationChannels": UNKNOWN}
    yield g.case("evidence", made, res(policy, "pass", late, of={"notificationChannels": made}))


def _aws() -> Iterator[Case]:
    a, _, _ = cells("alarm-notifies")
    yield from a.row(_ALARM, _errors([_TOPIC_ARN]), "alarmActions", [])
    on = _errors([_TOPIC_ARN], actionsEnabled=True)
    yield from a.row(_ALARM, on, "actionsEnabled", False, absent="pass", label="switched on")
    yield from a.row(_COMPOSITE, {"alarmActions": [_TOPIC_ARN]}, "alarmActions", [], label="composite")
    topic = res(aws("sns.Topic"), "people", {"arn": _TOPIC_ARN})
    subscription = aws("sns.TopicSubscription")
    told = res(_ALARM, "pass", _errors(UNKNOWN), of={"alarmActions": topic})
    yield a.case("passing topic", topic, told, res(subscription, "s", {"topic": _TOPIC_ARN}))
    yield a.case("failing topic", topic, res(_ALARM, "fail", _errors([UNKNOWN]), of={"alarmActions": topic}))
    yield a.case(
        "absent here", topic, res(_ALARM, "fail", _errors([_TOPIC_ARN])), res(subscription, "s", {"topic": "arn:other"})
    )
    yield a.case(
        "unknown topic", topic, res(_ALARM, "open", _errors([_TOPIC_ARN])), res(subscription, "s", {"topic": UNKNOWN})
    )


def _heard_elsewhere() -> Iterator[Case]:
    a, _, _ = cells("alarm-notifies")
    heard = res(_ALARM, "pass heard", _errors([_TOPIC_ARN], name="heard"))
    yield a.case("passing by a twin", heard, res(_ALARM, "pass", _errors()))
    below = _errors([_TOPIC_ARN], name="below", comparisonOperator="LessThanThreshold")
    yield a.case(
        "failing twin of the other direction", res(_ALARM, "pass below", below), res(_ALARM, "fail", _errors())
    )
    other = _errors([_TOPIC_ARN], name="other", dimensions={"EndpointName": "other"})
    yield a.case("failing twin of another", res(_ALARM, "pass other", other), res(_ALARM, "fail", _errors()))
    whole = {"alarmRule": 'ALARM("errors")', "alarmActions": [_TOPIC_ARN]}
    yield a.case("passing in a composite", res(_COMPOSITE, "pass whole", whole), res(_ALARM, "pass", _errors()))
    stray = {**whole, "alarmRule": 'ALARM("latency")'}
    yield a.case("failing beside a composite", res(_COMPOSITE, "pass whole", stray), res(_ALARM, "fail", _errors()))
    rolls: dict[str, Any] = {"autoRollbackConfiguration": {"alarms": [{"alarmName": "errors"}]}}
    endpoint = res(_ENDPOINT, "endpoint", {"name": "e", "deploymentConfig": rolls})
    yield a.case("passing for a rollback", endpoint, res(_ALARM, "pass", _errors()))
    rolls = {"autoRollbackConfiguration": {"alarms": [{"alarmName": UNKNOWN}]}}
    late = res(_ENDPOINT, "endpoint", {"name": "e", "deploymentConfig": rolls})
    yield a.case("unknown rollback", late, res(_ALARM, "open", _errors()))
    plain = res(_ENDPOINT, "endpoint", {"name": "e"})
    yield a.case("failing on an endpoint without", plain, *_releases("fail"))
    yield a.case("passing for releases elsewhere", *_releases("pass"))
    yield a.case("failing where rollbacks are not told", *_releases("fail", state="DISABLED"))
    twin = res(_ALARM, "fail twin", _errors(name="twin"))
    yield a.case("failing where both are silent", twin, *_releases("fail"))


def _releases(word: str, **more: str) -> tuple[Resource, ...]:
    pattern = {"eventPattern": '{"detail-type": ["SageMaker Endpoint Deployment State Change"]}', "name": "r", **more}
    rule = res(_RULE, "rule", pattern)
    return rule, res(aws("cloudwatch.EventTarget"), "target", {"rule": "r"}), res(_ALARM, word, _errors())


def _azure() -> Iterator[Case]:
    _, z, _ = cells("alarm-notifies")
    group, metric = azure("monitor.ActionGroup"), azure("monitor.MetricAlert")
    id_ = "/subscriptions/s/g"
    made = res(group, "pass group", {"enabled": True, "emailReceivers": [{"emailAddress": "a@example.com"}]})
    told: dict[str, Any] = {"enabled": True, "actions": [{"actionGroupId": id_}]}
    yield from z.row(metric, told, "actions[].actionGroupId", "")
    yield from z.row(metric, told, "enabled", False, absent="pass", label="metric switched on")
    yield z.case("absent actions", res(metric, "fail", {"enabled": True}))
    late = {"enabled": True, "actions": UNKNOWN}
    yield z.case("evidence", made, res(metric, "pass", late, of={"actions": made}))
    query = {"enabled": True, "actions": {"actionGroups": [id_]}}
    yield from z.row(azure("monitor.ScheduledQueryRule"), query, "actions.actionGroups", [], label="query")
    activity = {"actions": {"actionGroups": [{"actionGroupId": id_}]}}
    path = "actions.actionGroups[].actionGroupId"
    yield from z.row(azure("monitor.ActivityLogAlert"), activity, path, "", label="activity")
    mail = {"enabled": True, "emailReceivers": [{"emailAddress": "a@example.com"}]}
    yield from z.row(group, mail, "enabled", False, absent="pass", label="group switched on")
    yield from z.row(group, mail, "emailReceivers", [], label="receivers")
