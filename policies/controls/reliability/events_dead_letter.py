"""No event is lost in silence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies.accept import is_set
from policies.checks import PASSED, Outcome, Row, Rule, StackRow, failed, not_applicable, undetermined, value_outcomes
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import MISSING, UNKNOWN, Verdict

_SUBSCRIPTIONS = (azure("eventgrid.EventSubscription"), azure("eventgrid.SystemTopicEventSubscription"))
_DESTINATIONS = ("deadLetterDestination", "deadLetterWithResourceIdentity")
_DEAD = "deadLetterPolicy.deadLetterTopic"
# A topic to which a workload itself sends what it could not handle.
_DEAD_NAME = re.compile(r"dead.?letter", re.IGNORECASE)


def _dead_letters(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    values = [resource.at(path) for path in _DESTINATIONS]
    if any(value is not UNKNOWN and value is not MISSING and is_set()(value) for value in values):
        yield PASSED
    elif any(value is UNKNOWN for value in values):
        yield undetermined("whether there is a dead-letter destination is not known yet", _DESTINATIONS[0])
    else:
        yield failed(
            "deadLetterDestination is not set; it must name a container for what cannot be delivered", _DESTINATIONS[0]
        )


def _pubsub(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    others = [s for s in graph.of(gcp("pubsub.Subscription")) if s.urn != resource.urn]
    for topic in graph.of(gcp("pubsub.Topic")):
        named = _DEAD_NAME.search(topic.name) is not None
        if graph.refers(resource, "topic", topic) and (named or any(graph.refers(s, _DEAD, topic) for s in others)):
            yield not_applicable("this reads a dead-letter topic")
            return
    yield from value_outcomes(
        resource, graph, _DEAD, is_set(), if_missing=Verdict.FAILED, evidence=(gcp("pubsub.Topic"),)
    )


CONTROL = Control(
    id="events-dead-letter",
    group=Group.RELIABILITY,
    title="Events that cannot be delivered are kept",
    severity=Severity.MEDIUM,
    why="A lost drift event is a retraining that never happens, and nobody hears of it.",
    remedy="Keep the dead-letter queue of the monitoring component, or name one on your own target.",
    url="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html",
    clauses=(
        "iso27001:A.8.14",
        "soc2:A1.2",
        "nist-800-53:CP-10",
    ),
    covers=(),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("cloudwatch.EventTarget"),
                path="deadLetterConfig.arn",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(aws("sqs.Queue"),),
            ),
            Row(
                type=aws("scheduler.Schedule"),
                path="target.deadLetterConfig.arn",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(aws("sqs.Queue"),),
            ),
        ),
        azure=(
            Rule(
                types=_SUBSCRIPTIONS,
                check=_dead_letters,
                reads=tuple((t, p) for t in _SUBSCRIPTIONS for p in _DESTINATIONS),
            ),
        ),
        gcp=(
            StackRow(
                types=(gcp("pubsub.Subscription"),),
                check=_pubsub,
                reads=((gcp("pubsub.Subscription"), _DEAD), (gcp("pubsub.Subscription"), "topic")),
            ),
        ),
    ),
)
