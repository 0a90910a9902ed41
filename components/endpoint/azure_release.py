"""The release loop: a workflow that moves traffic to the newest deployment, watches it, and moves it back or on.

It runs every ``bake_minutes`` and does the one thing that the traffic it finds calls for:

======================================  ===============================================================================
new deployment's share                  what happens
======================================  ===============================================================================
none yet, nothing else serves           all traffic
none yet                                ``canary_percent``; the rest stays
between 0 and 100                       all traffic; none (and back to the old one) if too many of its requests failed
0                                       nothing: it was refused, and stays for a look until the next release
100                                     the other deployments are removed
======================================  ===============================================================================

Being a loop over what is there, it also mends traffic that somebody moved. The endpoint is read and written through
Azure Resource Manager, which answers where the endpoint itself is private.
"""

import json
from typing import Any

from pulumi import Input, Output

from components.clouds.azure_ml import API_VERSION
from components.clouds.azure_ml_roles import RELEASE, custom_role
from components.clouds.azure_roles import BuiltInRole, role_assignment
from components.clouds.azure_workflow import (
    MANAGEMENT,
    Action,
    Unit,
    all_of,
    call,
    choose,
    each,
    metric_uri,
    metric_value,
    select,
    workflow,
)
from components.core.scope import Scope
from components.endpoint.contract import EndpointArgs, EndpointSpec

ROLLBACK_PERCENT = 5
"""Share of failed requests, in percent, above which the canary is refused. Coarse on purpose: it catches a release that
is broken; what is merely worse than wished is the business of monitoring."""
REQUESTS = "RequestsPerMinute"
"""Metric of the endpoint with dimensions ``deployment`` and ``statusCodeClass``
(https://learn.microsoft.com/azure/machine-learning/monitor-azure-machine-learning-reference)."""

_TRAFFIC = "coalesce(body('Read')?['properties']?['traffic'],json('{}'))"
_STABLE = "first(body('Serving'))?['name']"


def release_loop(
    scope: Scope, spec: EndpointSpec, args: EndpointArgs, *, endpoint_id: Input[str], deployment: str, public: str
) -> None:
    """Make the workflow, and let the pipeline's identity do what it does."""
    foundation, identity = args["foundation"], args["identity"]
    for part, role, on in (
        (
            "release-traffic",
            custom_role(scope, "releaser", foundation=foundation, duty=RELEASE),
            Output.from_input(endpoint_id),
        ),
        # writing an endpoint is writing the identity that it has
        ("release-identity", BuiltInRole.MANAGED_IDENTITY_OPERATOR, Output.from_input(identity["serving_id"])),
    ):
        role_assignment(
            scope,
            part,
            subscription=foundation["account_id"],
            role=role,
            on=on,
            principal=identity["pipeline_principal"],
        )
    workflow(
        scope,
        "release",
        foundation=foundation,
        identity_id=identity["pipeline_id"],
        unit=Unit.MINUTE,
        interval=spec.bake_minutes,
        steps=_Steps(scope, spec, args, endpoint_id=endpoint_id, deployment=deployment, public=public).all(),
    )


class _Steps:
    """The actions of the workflow for one endpoint and one new deployment."""

    def __init__(
        self,
        scope: Scope,
        spec: EndpointSpec,
        args: EndpointArgs,
        *,
        endpoint_id: Input[str],
        deployment: str,
        public: str,
    ) -> None:
        self._scope, self._spec, self._new, self._public = scope, spec, deployment, public
        self._endpoint_id = endpoint_id
        self._identity_id, self._serving_id = args["identity"]["pipeline_id"], args["identity"]["serving_id"]
        self._share = f"coalesce({_TRAFFIC}?['{deployment}'],-1)"

    def all(self) -> list[Action]:
        """Read, sort what serves from what does not, and act."""
        read = self._call("Read", "GET", "")
        listed = self._call("List", "GET", "/deployments", after=("Read",))
        others = select(
            "Others",
            "@coalesce(body('List')?['value'],json('[]'))",
            f"@not(equals(item()?['name'],'{self._new}'))",
            after=("List",),
        )
        serving = select(
            "Serving", "@body('Others')", f"@greater(coalesce({_TRAFFIC}?[item()?['name']],0),0)", after=("Others",)
        )
        act = choose(
            "Released",
            all_of({"equals": [f"@{self._share}", 100]}),
            then=[each("Clean", "@body('Others')", [self._remove()], after=())],
            otherwise=[
                choose(
                    "Begun",
                    all_of({"not": {"equals": [f"@{self._share}", -1]}}),
                    then=[self._running()],
                    otherwise=[self._start()],
                    after=(),
                )
            ],
            after=("Serving",),
        )
        return [read, listed, others, serving, act]

    def _start(self) -> Action:
        """All traffic into an empty slot, the canary's share beside another deployment."""
        canary = self._spec.canary_percent
        return choose(
            "Empty",
            all_of({"equals": ["@length(body('Serving'))", 0]}),
            then=[self._put("Fill", {self._new: 100})],
            otherwise=[self._put("Canary", self._split(canary))],
            after=(),
        )

    def _running(self) -> Action:
        """Judge a canary; leave a refused one alone."""
        failed = self._measure("Failed", "5xx")
        passed = self._measure("Passed", "2xx")
        bad, good = metric_value("Failed", "average"), metric_value("Passed", "average")
        judge = choose(
            "Broken",
            all_of({"greater": [f"@mul(100.0,{bad})", f"@mul({ROLLBACK_PERCENT}.0,add({bad},{good}))"]}),
            then=[self._put("Refuse", self._split(0))],
            otherwise=[self._put("Promote", {self._new: 100})],
            after=("Failed", "Passed"),
        )
        return choose(
            "Watched",
            all_of({"greater": [f"@{self._share}", 0]}),
            then=[failed, passed, judge],
            otherwise=[],
            after=(),
        )

    def _split(self, percent: int) -> str:
        """Expression: traffic with ``percent`` on the new deployment and the rest on the one that serves."""
        rest = json.dumps({self._new: percent}, sort_keys=True).removeprefix("{")
        return f"@json(concat('{{\"',{_STABLE},'\":{100 - percent},{rest}'))"

    def _measure(self, name: str, status: str) -> Action:
        where = f"deployment eq '{self._new}' and statusCodeClass eq '{status}'"
        uri = metric_uri(
            self._endpoint_id,
            REQUESTS,
            aggregation="Average",
            past=f"addMinutes(utcNow(),-{self._spec.bake_minutes})",
            where=where,
        )
        return call(name, "GET", uri, identity_id=self._identity_id)

    def _put(self, name: str, traffic: Any) -> Action:
        """PUT the endpoint as the stack describes it, with other traffic: PATCH takes tags and identity only."""
        body = {
            "location": self._scope.region,
            "tags": "@body('Read')?['tags']",
            "identity": {
                "type": "UserAssigned",
                "userAssignedIdentities": Output.from_input(self._serving_id).apply(lambda known: {known: {}}),
            },
            "properties": {
                "authMode": "AADToken",
                "publicNetworkAccess": self._public,
                "description": "@body('Read')?['properties']?['description']",
                "traffic": traffic,
            },
        }
        return self._call(name, "PUT", "", body=body)

    def _remove(self) -> Action:
        uri = f"@{{concat('{MANAGEMENT}',items('Clean')?['id'],'?api-version={API_VERSION}')}}"
        return call("Remove", "DELETE", uri, identity_id=self._identity_id)

    def _call(self, name: str, method: str, path: str, *, body: Any = None, after: tuple[str, ...] = ()) -> Action:
        uri = Output.concat(MANAGEMENT, self._endpoint_id, path, f"?api-version={API_VERSION}")
        return call(name, method, uri, identity_id=self._identity_id, body=body, after=after)
