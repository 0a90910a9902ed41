"""Cases of the group identity-least-privilege."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from policies.tokens import aws, azure, gcp
from tests.policies.dsl import UNKNOWN, Case, cells, res

ROLE, POLICY, GRANT = aws("iam.Role"), aws("iam.RolePolicy"), aws("iam.RolePolicyAttachment")
ASSIGNMENT, MEMBER = azure("authorization.RoleAssignment"), gcp("projects.IAMMember")
BUILT_IN = "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/"


def document(statement: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def allow(*actions: str, **more: Any) -> dict[str, Any]:
    action: Any = list(actions) if len(actions) != 1 else actions[0]
    return {"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::raw/*", **more}


def cases() -> Iterator[Case]:
    yield from _wildcards()
    yield from _resources()
    yield from _administrators()
    yield from _public()
    yield from _credentials()
    yield from _identities()
    yield from _federation()
    yield from _root()


def _wildcards() -> Iterator[Case]:
    a, z, g = cells("iam-no-wildcard")
    yield a.case("passing", res(POLICY, "pass", {"policy": document(allow("s3:GetObject", "s3:Put*"))}))
    for label, statement in {
        "everything": allow("*"),
        "service": allow("s3:GetObject", "sagemaker:*"),
        "all but": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
    }.items():
        yield a.case(f"failing {label}", res(POLICY, "fail", {"policy": document(statement)}))
    yield a.case(
        "failing second", res(POLICY, "fail", {"policy": json.dumps({"Statement": [allow("s3:Get*"), allow("*")]})})
    )
    yield a.case("failing text", res(POLICY, "fail", {"policy": "Allow everything"}))
    yield a.case("denied", res(POLICY, "pass", {"policy": document({**allow("*"), "Effect": "Deny"})}))
    yield a.case("object", res(aws("iam.Policy"), "fail", {"policy": {"Statement": [allow("s3:*")]}}))
    yield a.case(
        "unknown action", res(aws("iam.Policy"), "open", {"policy": {"Statement": [{**allow(), "Action": UNKNOWN}]}})
    )
    yield a.case("inline", res(ROLE, "fail", {"inlinePolicies": [{"policy": document(allow("*"))}]}))
    yield a.case("absent", res(ROLE, "skip", {}))
    yield a.case("unknown", res(POLICY, "open", {"policy": UNKNOWN}))
    definition = azure("authorization.RoleDefinition")
    actions = {"permissions": [{"actions": ["*/read", "Microsoft.Storage/storageAccounts/*"]}]}
    yield from z.row(definition, actions, "permissions[].actions[]", "*", absent="pass")
    yield z.case("provider", res(definition, "fail", {"permissions": [{"dataActions": ["Microsoft.Storage/*"]}]}))
    custom = gcp("projects.IAMCustomRole")
    narrow = {"permissions": ["aiplatform.endpoints.get"]}
    granting = "resourcemanager.projects.setIamPolicy"
    yield from g.row(custom, narrow, "permissions[]", granting, absent="pass")
    yield g.case("failing key", res(custom, "fail", {"permissions": ["iam.serviceAccountKeys.create"]}))
    limit = "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/aiplatform.user'])"
    for label, subject, expression in (
        ("limited", "pass", limit),
        ("failing limit", "fail", "request.time < timestamp('2030-01-01T00:00:00Z')"),
        ("unknown limit", "open", UNKNOWN),
    ):
        role = res(custom, subject, {"permissions": [granting]}, id_="projects/p/roles/ci")
        binding = {"role": "projects/p/roles/ci", "condition": {"title": "limit", "expression": expression}}
        yield g.case(label, role, res(MEMBER, "binding", binding))


def _resources() -> Iterator[Case]:
    a, _, _ = cells("iam-resource-scoped")
    anything: dict[str, Any] = {"Resource": "*"}
    tagged = {"StringEquals": {"aws:ResourceTag/project": "churn"}}
    where_there = {"StringEqualsIfExists": {"aws:ResourceTag/project": "churn"}}
    for label, subject, statement in (
        ("passing", "pass", allow("s3:GetObject", "sagemaker:CreateModel")),
        ("passing without resource", "pass", allow("ecr:GetAuthorizationToken", "xray:Put*", **anything)),
        ("passing tagged", "pass", allow("sagemaker:InvokeEndpoint", **anything, Condition=tagged)),
        ("passing namespace", "pass", allow("s3:GetObject", Resource=["arn:aws:s3:::raw-*", "arn:aws:s3:::cur/*"])),
        ("passing account", "pass", allow("sagemaker:Describe*", Resource="arn:aws:sagemaker:eu-west-1:1:*")),
        ("passing denial", "pass", {**allow("s3:GetObject", **anything), "Effect": "Deny"}),
        ("failing", "fail", allow("s3:GetObject", **anything)),
        ("failing pattern", "fail", allow("xray:PutTraceSegments", "SageMaker:create*", **anything)),
        ("failing tag where there", "fail", allow("sagemaker:InvokeEndpoint", **anything, Condition=where_there)),
        ("failing all buckets", "fail", allow("s3:GetObject", Resource=["arn:aws:s3:::raw/*", "arn:aws:s3:::*/*"])),
        ("failing all keys", "fail", allow("kms:Decrypt", Resource="arn:aws:kms:*:*:key/*")),
        ("failing all roles", "fail", allow("sts:AssumeRole", Resource="arn:aws:iam::*:role/*")),
        ("failing all but", "fail", {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::x"}),
        ("unknown action", "open", allow("s3:GetObjectOfTomorrow", **anything)),
        ("unknown service", "open", allow("ecr:GetAuthorizationToken", "quantum:Leap", **anything)),
        ("unknown resource", "open", allow("s3:GetObject", Resource=UNKNOWN)),
    ):
        yield a.case(label, res(POLICY, subject, {"policy": {"Statement": [statement]}}))
    yield a.case("absent", res(ROLE, "skip", {}))
    yield a.case("unknown", res(POLICY, "open", {"policy": UNKNOWN}))
    write = {**allow("logs:PutLogEvents", **anything), "Principal": {"Service": "es.amazonaws.com"}}
    log = aws("cloudwatch.LogResourcePolicy")
    yield a.case("failing log groups", res(log, "fail", {"policyName": "p", "policyDocument": document(write)}))


def _administrators() -> Iterator[Case]:
    a, z, g = cells("iam-no-admin-grant")
    own = {"policyArn": "arn:aws:iam::1:policy/AdministratorAccess-of-nothing"}
    yield from a.row(GRANT, own, "policyArn", "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess")
    yield a.case("administrator", res(GRANT, "fail", {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}))
    policy = res(aws("iam.Policy"), "policy")
    yield a.case("evidence", policy, res(GRANT, "pass", {"policyArn": UNKNOWN}, of={"policyArn": policy}))
    yield a.case("on the role", res(ROLE, "fail", {"managedPolicyArns": ["arn:aws:iam::aws:policy/PowerUserAccess"]}))
    reader = {"roleDefinitionId": BUILT_IN + "acdd72a7-3385-48ef-bd42-f606fba81ae7"}
    owner = BUILT_IN + "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
    yield from z.row(ASSIGNMENT, reader, "roleDefinitionId", owner)
    rbac = {"roleDefinitionId": BUILT_IN + "F58310D9-A9F6-439A-9E8D-F62E7B41A168"}
    yield z.case(
        "without condition", res(ASSIGNMENT, "fail", rbac), res(ASSIGNMENT, "pass", {**rbac, "condition": "(x)"})
    )
    yield from g.row(MEMBER, {"role": "roles/aiplatform.user"}, "role", "roles/editor")


def _public() -> Iterator[Case]:
    a, _, g = cells("iam-no-public-principal")
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "sagemaker.amazonaws.com"}}
    yield a.case("passing", res(ROLE, "pass", {"assumeRolePolicy": document(trust)}))
    narrowed = {**trust, "Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}
    yield a.case("organisation", res(ROLE, "pass", {"assumeRolePolicy": document(narrowed)}))
    for label, principal in {"star": "*", "aws star": {"AWS": "*"}, "among others": {"AWS": ["arn:x", "*"]}}.items():
        yield a.case(
            f"failing {label}", res(ROLE, "fail", {"assumeRolePolicy": document({**trust, "Principal": principal})})
        )
    yield a.case(
        "deny", res(aws("s3.BucketPolicy"), "pass", {"policy": document({**trust, "Effect": "Deny", "Principal": "*"})})
    )
    yield a.case("absent", res(ROLE, "skip", {}))
    yield a.case("unknown", res(ROLE, "open", {"assumeRolePolicy": UNKNOWN}))
    who = {"member": "serviceAccount:s@p.iam.gserviceaccount.com"}
    yield from g.row(gcp("storage.BucketIAMMember"), who, "member", "allUsers")
    account = res(gcp("serviceaccount.Account"), "account")
    yield g.case("evidence", account, res(MEMBER, "pass", {"member": UNKNOWN}, of={"member": account}))
    yield g.case("authenticated", res(gcp("cloudrunv2.ServiceIamMember"), "fail", {"member": "allAuthenticatedUsers"}))


def _credentials() -> Iterator[Case]:
    a, z, g = cells("no-static-credentials")
    yield from a.row(aws("iam.AccessKey"), {"user": "u", "status": "Inactive"}, "status", "Active")
    online, compute = azure("machinelearningservices.OnlineEndpoint"), azure("machinelearningservices.Compute")
    yield from z.row(online, {"properties": {"authMode": "AADToken"}}, "properties.authMode", "Key")
    cluster = {"properties": {"computeType": "AmlCompute", "disableLocalAuth": True}}
    yield from z.row(compute, cluster, "properties.disableLocalAuth", False, label="cluster")
    key = gcp("serviceaccount.Key")
    yield g.case("passing", res(gcp("serviceaccount.Account"), "account"))
    yield g.case("failing", res(key, "fail", {"serviceAccountId": "s"}))
    yield g.case("absent", res(key, "fail", {}))
    yield g.case("unknown", res(key, "fail", {"serviceAccountId": UNKNOWN}))


def _identities() -> Iterator[Case]:
    a, z, g = cells("workload-identity-dedicated")
    yield from a.row(aws("sagemaker.Model"), {"executionRoleArn": "arn:r"}, "executionRoleArn", " ")
    role = res(ROLE, "role")
    yield a.case("evidence", role, res(aws("sagemaker.Pipeline"), "pass", {"roleArn": UNKNOWN}, of={"roleArn": role}))
    online = azure("machinelearningservices.OnlineEndpoint")
    yield from z.row(online, {"identity": {"type": "UserAssigned"}}, "identity.type", "None")
    workflow = gcp("workflows.Workflow")
    own, default = "retrain@p.iam.gserviceaccount.com", "1-compute@developer.gserviceaccount.com"
    yield from g.row(workflow, {"serviceAccount": own}, "serviceAccount", default)
    notebook = {"gceSetup": {"serviceAccounts": [{"email": own}]}}
    yield from g.row(gcp("workbench.Instance"), notebook, "gceSetup.serviceAccounts[].email", default, label="notebook")


def _federation() -> Iterator[Case]:
    a, z, g = cells("ci-federated-identity")
    yield from a.row(aws("iam.OpenIdConnectProvider"), {"clientIdLists": ["sts.amazonaws.com"]}, "clientIdLists", ["x"])
    issuer = "token.actions.githubusercontent.com"

    def trust(subject: Any, audience: Any = "sts.amazonaws.com") -> dict[str, str]:
        conditions = {f"{issuer}:sub": subject, f"{issuer}:aud": audience}
        statement = {
            "Effect": "Allow",
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {"Federated": f"arn:aws:iam::1:oidc-provider/{issuer}"},
            "Condition": {"StringLike": {k: v for k, v in conditions.items() if v}},
        }
        return {"assumeRolePolicy": document(statement)}

    yield a.case(
        "passing role",
        res(ROLE, "pass", trust("repo:acme/ml:environment:prod")),
        res(ROLE, "pass 2", trust(["repo:acme/ml:*"])),
    )
    for label, given in {
        "no subject": trust(None),
        "star": trust("*"),
        "any repository": trust("repo:acme/*"),
        "one of two": trust(["repo:acme/ml:ref:refs/heads/main", "repo:*"]),
        "no audience": trust("repo:acme/ml:ref:refs/heads/main", None),
    }.items():
        yield a.case(f"failing {label}", res(ROLE, "fail", given))
    yield a.case("unknown role", res(ROLE, "open", {"assumeRolePolicy": UNKNOWN}))
    credential = azure("managedidentity.FederatedIdentityCredential")
    sound = {"subject": "repo:acme/ml:environment:prod", "issuer": f"https://{issuer}"}
    yield from z.row(credential, sound, "subject", "repo:acme/*")
    yield from z.row(credential, sound, "issuer", f"http://{issuer}", label="issuer")
    provider = gcp("iam.WorkloadIdentityPoolProvider")
    condition = {"attributeCondition": "assertion.repository_owner_id == '1' && assertion.repository == 'acme/ml'"}
    yield from g.row(provider, condition, "attributeCondition", "true")


def _root() -> Iterator[Case]:
    a, z, g = cells("workbench-no-root-ssh")
    yield from a.row(aws("sagemaker.NotebookInstance"), {"rootAccess": "Disabled"}, "rootAccess", "Enabled")
    compute = azure("machinelearningservices.Compute")
    path = "properties.properties.remoteLoginPortPublicAccess"
    cluster = {"properties": {"computeType": "AmlCompute", "properties": {"remoteLoginPortPublicAccess": "Disabled"}}}
    yield from z.row(compute, cluster, path, "Enabled")
    ssh = {
        "properties": {"computeType": "ComputeInstance", "properties": {"sshSettings": {"sshPublicAccess": "Disabled"}}}
    }
    yield from z.row(
        compute, ssh, "properties.properties.sshSettings.sshPublicAccess", "Enabled", absent="pass", label="ssh"
    )
    metadata = {"gceSetup": {"metadata": {"notebook-disable-root": "true"}}}
    yield from g.row(gcp("workbench.Instance"), metadata, "gceSetup.metadata.notebook-disable-root", "false")
