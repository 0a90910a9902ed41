"""Cases of the group responsible-ai."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from policies.graph import Resource
from policies.tokens import aws, azure, gcp
from tests.policies.dsl import UNKNOWN, Case, cells, res


def cases() -> Iterator[Case]:
    a, z, g = cells("ai-risk-class")
    for cell, type_, key in (
        (a, aws("sagemaker.Endpoint"), "tags"),
        (z, azure("machinelearningservices.OnlineEndpoint"), "tags"),
        (g, gcp("vertex.AiEndpoint"), "labels"),
    ):
        yield from cell.row(type_, {key: {"ai-risk-class": "limited"}}, f"{key}.ai-risk-class", "prohibited")
        yield cell.case("no tags", res(type_, "fail", {}))
    yield from _approval()


def _approval() -> Iterator[Case]:
    yield from _promotions()
    a, _, g = cells("human-approval-gate")
    policy, pipeline = aws("iam.RolePolicy"), aws("sagemaker.Pipeline")

    def allows(*actions: str, effect: str = "Allow") -> dict[str, str]:
        statement = {"Effect": effect, "Action": list(actions), "Resource": "*"}
        return {"policy": json.dumps({"Statement": [statement]})}

    def registers(arguments: dict[str, Any], default: str = "PendingManualApproval") -> dict[str, str]:
        steps = [{"Name": "Register", "Type": "RegisterModel", "Arguments": arguments}]
        parameters = [{"Name": "Status", "Type": "String", "DefaultValue": default}]
        return {"pipelineDefinition": json.dumps({"Parameters": parameters, "Steps": steps})}

    approve, make = "sagemaker:UpdateModelPackage", "sagemaker:CreateModelPackage"
    yield a.case("passing", res(policy, "pass", allows(approve)), res(policy, "skip", allows(make)))
    yield a.case("failing", res(policy, "fail", allows(approve, make)), res(policy, "fail wide", allows("sagemaker:*")))
    denied = json.loads(allows(approve, make, effect="Deny")["policy"])["Statement"]
    both = {"policy": json.dumps({"Statement": [*denied, *json.loads(allows(make)["policy"])["Statement"]]})}
    yield a.case("denied", res(policy, "skip", both))
    yield a.case("absent", res(policy, "skip", {}), res(pipeline, "skip", {}))
    yield a.case(
        "unknown", res(policy, "open", {"policy": UNKNOWN}), res(pipeline, "open p", {"pipelineDefinition": UNKNOWN})
    )
    parameter = {"ModelApprovalStatus": {"Get": "Parameters.Status"}}
    yield a.case("pending", res(pipeline, "pass", registers({"ModelApprovalStatus": "PendingManualApproval"})))
    yield a.case("pending by default", res(pipeline, "pass", registers(parameter)))
    yield a.case("approved by default", res(pipeline, "fail", registers(parameter, "Approved")))
    yield a.case("approved", res(pipeline, "fail", registers({"ModelApprovalStatus": "Approved"})))
    yield a.case("no status", res(pipeline, "fail", registers({})))
    yield a.case("not JSON", res(pipeline, "fail", {"pipelineDefinition": "steps:"}))
    release = aws("codepipeline.Pipeline")

    def stages(*categories: str) -> dict[str, Any]:
        return {"stages": [{"name": c, "actions": [{"category": c}]} for c in categories]}

    yield a.case("release with approval", res(release, "pass", stages("Source", "Approval", "Deploy")))
    yield a.case("release without approval", res(release, "fail", stages("Source", "Deploy")))
    yield a.case("build only", res(release, "skip", stages("Source", "Build")))
    yield from g.row(gcp("clouddeploy.Target"), {"requireApproval": True}, "requireApproval", False)


def _promotions() -> Iterator[Case]:
    """Who may put versions into the registry on Azure."""
    _, z, _ = cells("human-approval-gate")
    uri = "/subscriptions/s/registries/models"
    registry = res(azure("machinelearningservices.Registry"), "models", id_=uri)
    trains = res(azure("managedidentity.UserAssignedIdentity"), "trains", {"resourceName": "trains"})
    built_in = "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/"
    writes, reads = f"{built_in}1823dd4f-9b8c-4ab6-ab4e-7397a3684615", f"{built_in}acdd72a7-3385-48ef-bd42-f606fba81ae7"

    def grant(word: str, role: str, scope: str = uri, principal: str = UNKNOWN) -> Resource:
        props = {"scope": scope, "roleDefinitionId": role, "principalId": principal}
        of = {"principalId": trains} if principal == UNKNOWN else {}
        return res(azure("authorization.RoleAssignment"), word, props, of=of)

    yield z.case("passing", registry, trains, grant("pass", reads))
    yield z.case("failing", registry, trains, grant("fail", writes))
    yield z.case("absent", registry, trains, grant("pass", writes, principal="people"))
    yield z.case("unknown", registry, trains, grant("open", UNKNOWN))
    yield z.case("another store", registry, trains, grant("skip", writes, scope="/subscriptions/s/stores/a"))
    federated = res(azure("managedidentity.FederatedIdentityCredential"), "ci", {"resourceName": "trains"})
    yield z.case("gate of the CI", registry, trains, federated, grant("pass", writes))
