"""Builds components without an engine and records every resource that they register."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import pulumi
from google.protobuf import json_format
from pulumi.runtime import mocks, rpc
from pulumi.runtime.settings import ROOT, SETTINGS
from pulumi.runtime.stack import run_pulumi_func

from simulator.engine.settle import settled


@dataclass(frozen=True)
class Recorded:
    """One registered resource: wire inputs (unknowns as the wire marker) and options."""

    urn: str
    type: str
    name: str
    inputs: dict[str, Any]
    parent: str
    protect: bool
    dependencies: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)


class _Echo(mocks.Mocks):
    """Echoes inputs; ids and everything else a cloud would compute stay unknown or are invented from the name."""

    def call(self, args: mocks.MockCallArgs) -> dict[str, Any]:
        known: dict[str, dict[str, Any]] = {
            "aws:index/getCallerIdentity:getCallerIdentity": {
                "accountId": "123456789012",
                "arn": "arn:aws:iam::123456789012:root",
                "userId": "sim",
                "id": "123456789012",
            },
            "azure-native:authorization:getClientConfig": {
                "clientId": "00000000-0000-0000-0000-000000000001",
                "objectId": "00000000-0000-0000-0000-000000000002",
                "subscriptionId": "00000000-0000-0000-0000-000000000003",
                "tenantId": "00000000-0000-0000-0000-000000000004",
            },
            "gcp:organizations/getProject:getProject": {"number": "123456789012", "projectId": "acme-ml-dev"},
            "aws:index/getAvailabilityZones:getAvailabilityZones": {
                "names": ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
                "zoneIds": ["euw1-az1", "euw1-az2", "euw1-az3"],
            },
            "gcp:bigquery/getDefaultServiceAccount:getDefaultServiceAccount": {
                "email": "bq-123456789012@bigquery-encryption.iam.gserviceaccount.com"
            },
            "gcp:logging/getProjectSettings:getProjectSettings": {
                "kmsServiceAccountId": "cmek-p123456789012@gcp-sa-logging.iam.gserviceaccount.com"
            },
            "aws:index/getPartition:getPartition": {"partition": "aws", "dnsSuffix": "amazonaws.com"},
            "aws:index/getRegion:getRegion": {"region": "eu-west-1", "name": "eu-west-1"},
        }
        return known.get(args.token, {})

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        outputs = dict(args.inputs)
        identities = (outputs.get("identity") or {}).get("userAssignedIdentities")
        if isinstance(identities, list):  # a list of ids as input, an object keyed by id as output
            outputs["identity"] = {
                **outputs["identity"],
                "userAssignedIdentities": {str(key): {} for key in identities},
            }
        return f"{args.name}-id", outputs


class _Monitor(mocks.MockMonitor):
    """Keeps the whole request, which mocks hide."""

    def __init__(self) -> None:
        super().__init__(_Echo())
        self.recorded: list[Recorded] = []

    def RegisterResource(self, request: Any) -> Any:
        response = super().RegisterResource(request)
        inputs = json_format.MessageToDict(request.object)
        self.recorded.append(
            Recorded(
                urn=response.urn,
                type=request.type,
                name=request.name,
                inputs=json.loads(json.dumps(inputs)),
                parent=request.parent,
                protect=request.protect,
                dependencies=tuple(request.dependencies),
                options={
                    "ignore_changes": list(request.ignoreChanges),
                    "replace_on_changes": list(request.replaceOnChanges),
                    "delete_before_replace": request.deleteBeforeReplace
                    if request.deleteBeforeReplaceDefined
                    else None,
                    "retain_on_delete": request.retainOnDelete,
                },
            )
        )
        return response


UNKNOWN = rpc.UNKNOWN

PATIENCE = 120.0
"""Seconds after which a program that waits for something is a failure."""


def record(program: Callable[[], Any], *, preview: bool = True) -> list[Recorded]:
    """Run ``program`` under mocks and return what it registered, in order.

    With ``preview`` (the default) outputs that the mocks do not echo are unknown, as in a real plan.
    """
    refused: list[Exception] = []

    def guarded() -> None:
        # what the SDK does with a program that raises is to wait for its other resources, at times for ever
        try:
            program()
        except Exception as error:
            refused.append(error)

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    # azure-native resources carry up to fifty aliases each; working out their URNs takes longer than all else
    with patch("pulumi.resource.collapse_alias_to_urn", lambda *_: ""):
        try:
            monitor = _Monitor()
            # What another test left behind belongs to a loop that is closed: waiting for it would never end.
            ROOT.set(None)
            SETTINGS.outputs.clear()
            pulumi.runtime.set_mocks(_Echo(), project="tripod", stack="test", preview=preview, monitor=monitor)
            loop.run_until_complete(asyncio.wait_for(run_pulumi_func(settled(guarded)), PATIENCE))
        finally:
            loop.close()
            asyncio.set_event_loop(None)
    if refused:
        raise refused[0]
    return monitor.recorded
