"""Logic Apps workflows from typed actions: schedules that act on Azure Resource Manager as a managed identity.

Only recurrence triggers: a request trigger is a public address whose signature is a secret. Every workflow here is a
loop that compares and acts, so a missed run costs time and nothing else. Schema:
https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-definition-language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pulumi_azure_native as azure
from pulumi import Input, Output

from components.clouds.azure_logs import diagnostic_setting
from components.core.refs import FoundationRef
from components.core.scope import Scope

_SCHEMA = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
MANAGEMENT = "https://management.azure.com"
METRICS_API = "2023-10-01"


class Unit(StrEnum):
    """Unit of a recurrence."""

    MINUTE = "Minute"
    HOUR = "Hour"


@dataclass(frozen=True, kw_only=True)
class Action:
    """One action: its name, its document, and the actions that come before it."""

    name: str
    document: Mapping[str, Any]
    after: Sequence[str] = ()
    """Actions that must have succeeded."""
    whatever: Sequence[str] = ()
    """Actions that may also have failed."""


def actions(*items: Action) -> dict[str, Any]:
    """Actions as the definition holds them."""
    return {
        item.name: {
            **item.document,
            "runAfter": {name: ["Succeeded"] for name in item.after}
            | {name: ["Succeeded", "Failed"] for name in item.whatever},
        }
        for item in items
    }


def call(
    name: str,
    method: str,
    uri: Input[str],
    *,
    identity_id: Input[str],
    body: Any = None,
    after: Sequence[str] = (),
) -> Action:
    """A request to Azure Resource Manager as the workflow's identity; retried four times by default, and a long
    operation is waited for."""
    inputs: dict[str, Any] = {
        "method": method,
        "uri": uri,
        "authentication": {"type": "ManagedServiceIdentity", "identity": identity_id, "audience": f"{MANAGEMENT}/"},
    }
    if body is not None:
        inputs |= {"headers": {"Content-Type": "application/json"}, "body": body}
    return Action(name=name, document={"type": "Http", "inputs": inputs}, after=after)


def choose(
    name: str,
    condition: Mapping[str, Any],
    *,
    then: Sequence[Action],
    otherwise: Sequence[Action],
    after: Sequence[str],
    whatever: Sequence[str] = (),
) -> Action:
    """One branch or the other."""
    document = {
        "type": "If",
        "expression": condition,
        "actions": actions(*then),
        "else": {"actions": actions(*otherwise)},
    }
    return Action(name=name, document=document, after=after, whatever=whatever)


def select(name: str, items: str, where: str, after: Sequence[str]) -> Action:
    """The items of a list for which an expression holds."""
    return Action(name=name, document={"type": "Query", "inputs": {"from": items, "where": where}}, after=after)


def each(name: str, items: str, inner: Sequence[Action], after: Sequence[str]) -> Action:
    """Actions for every item of a list, one item after the other."""
    document = {
        "type": "Foreach",
        "foreach": items,
        "actions": actions(*inner),
        "runtimeConfiguration": {"concurrency": {"repetitions": 1}},
    }
    return Action(name=name, document=document, after=after)


def fail(name: str, code: str, message: str) -> Action:
    """End the run as failed, which the alert on the workflow sees."""
    inputs = {"runStatus": "Failed", "runError": {"code": code, "message": message}}
    return Action(name=name, document={"type": "Terminate", "inputs": inputs})


def any_of(*conditions: Mapping[str, Any]) -> dict[str, Any]:
    """A condition that holds where one of these does."""
    return {"or": list(conditions)}


def all_of(*conditions: Mapping[str, Any]) -> dict[str, Any]:
    """A condition that holds where all of these do."""
    return {"and": list(conditions)}


def metric_uri(
    resource_id: Input[str], metric: str, *, aggregation: str, past: str, where: str, namespace: str | None = None
) -> Output[str]:
    """Read one number: the aggregate of a metric over the time since ``past`` (an expression).

    https://learn.microsoft.com/rest/api/monitor/metrics/list
    """
    query = f"?api-version={METRICS_API}&metricnames={metric}&aggregation={aggregation}&interval=FULL"
    if namespace is not None:
        query += f"&metricnamespace={namespace}"
    query += f"&timespan=@{{{past}}}/@{{utcNow()}}&$filter=@{{encodeUriComponent('{_quoted(where)}')}}"
    return Output.concat(MANAGEMENT, resource_id, "/providers/Microsoft.Insights/metrics", query)


def metric_value(name: str, aggregation: str) -> str:
    """Expression: the number that the call ``name`` of :func:`metric_uri` found, 0 where there was none."""
    empty = "json('[]')"
    value = f"first(coalesce(body('{name}')?['value'],{empty}))"
    series = f"first(coalesce({value}?['timeseries'],{empty}))"
    point = f"first(coalesce({series}?['data'],{empty}))"
    return f"coalesce({point}?['{aggregation.lower()}'],0)"


def _quoted(text: str) -> str:
    """Text inside a string of an expression: a quote is two quotes."""
    return text.replace("'", "''")


def workflow(
    scope: Scope,
    part: str,
    *,
    foundation: FoundationRef,
    identity_id: Input[str],
    unit: Unit,
    interval: int,
    steps: Sequence[Action],
) -> azure.logic.Workflow:
    """A workflow that runs every ``interval`` units, never twice at a time."""
    made = azure.logic.Workflow(
        scope.label(part),
        resource_group_name=foundation["group_name"],
        workflow_name=scope.name("workflow", part),
        location=scope.region,
        state=azure.logic.WorkflowState.ENABLED,
        identity=azure.logic.ManagedServiceIdentityArgs(
            type=azure.logic.ManagedServiceIdentityType.USER_ASSIGNED, user_assigned_identities=[identity_id]
        ),
        definition={
            "$schema": _SCHEMA,
            "contentVersion": "1.0.0.0",
            "parameters": {},
            "outputs": {},
            "triggers": {
                "Recurrence": {
                    "type": "Recurrence",
                    "recurrence": {"frequency": unit.value, "interval": interval},
                    "runtimeConfiguration": {"concurrency": {"runs": 1}},
                }
            },
            "actions": actions(*steps),
        },
        tags=scope.tags(),
        opts=scope.options(),
    )
    diagnostic_setting(scope, part, resource_id=made.id, log_id=foundation["log_id"])
    return made
