"""Cases of resources that the kit does not make: other ways to say the same, and other versions of a type."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from policies.tokens import aws, azure, gcp
from tests.policies.dsl import SECRET, UNKNOWN, Case, cells, put, res

OWNER, READER = "roles/owner", "roles/viewer"
PERSON = "user:a@example.com"


def cases() -> Iterator[Case]:
    yield from _google_grants()
    yield from _firewall_policies()
    yield from _aws_grants()
    yield from _tokens()
    yield from _machine_learning()
    yield from _secrets()


def _policy(role: str, *members: str) -> dict[str, Any]:
    return {"policyData": json.dumps({"bindings": [{"role": role, "members": members}]})}


def _google_grants() -> Iterator[Case]:
    _, _, g = cells("iam-no-public-principal")
    for short in ("storage.BucketIAMBinding", "bigquery.DatasetIamBinding", "projects.IAMBinding"):
        good = {"role": READER, "members": [PERSON]}
        yield from g.row(gcp(short), good, "members[]", "allUsers", label=short)
    whole = gcp("storage.BucketIAMPolicy")
    yield from g.row(
        whole, _policy(READER, PERSON), "policyData", _policy(READER, "allUsers")["policyData"], label="policy"
    )
    yield g.case("text", res(whole, "fail", {"policyData": "bindings:"}))
    entity = gcp("storage.BucketAccessControl")
    yield from g.row(entity, {"entity": "user-a@example.com"}, "entity", "allUsers", label="access control")
    lists = gcp("storage.BucketACL")
    yield from g.row(
        lists, {"roleEntities": ["OWNER:user-a"]}, "roleEntities[]", "READER:allUsers", absent="pass", label="list"
    )
    yield g.case("predefined list", res(lists, "fail", {"predefinedAcl": "publicRead"}))
    dataset = {"accesses": [{"role": "READER", "specialGroup": "projectReaders"}]}
    path = "accesses[].specialGroup"
    type_ = gcp("bigquery.Dataset")
    yield from g.row(type_, dataset, path, "allAuthenticatedUsers", absent="pass", label="dataset access")
    _, _, g = cells("iam-no-admin-grant")
    for short in ("folder.IAMBinding", "organizations.IAMMember"):
        yield from g.row(gcp(short), {"role": READER}, "role", OWNER, label=short)
    whole = gcp("projects.IAMPolicy")
    yield from g.row(whole, _policy(READER, PERSON), "policyData", _policy(OWNER, PERSON)["policyData"], label="policy")
    _, _, g = cells("key-access-scoped")
    ring = gcp("kms.KeyRingIAMBinding")
    yield from g.row(ring, {"members": [PERSON]}, "members[]", "allUsers", label="key ring")


def _firewall_policies() -> Iterator[Case]:
    _, _, g = cells("no-open-ingress")
    rule = {"action": "allow", "direction": "INGRESS", "match": {"srcIpRanges": ["10.0.0.0/8"]}}
    for short in ("compute.FirewallPolicyRule", "compute.NetworkFirewallPolicyRule"):
        yield from g.row(gcp(short), rule, "match.srcIpRanges[]", "0.0.0.0/0", absent="pass", label=short)
        yield g.case(f"egress {short}", res(gcp(short), "skip", {**rule, "direction": "EGRESS"}))
        yield g.case(f"deny {short}", res(gcp(short), "skip", {**rule, "action": "deny"}))


def _aws_grants() -> Iterator[Case]:
    a, _, _ = cells("iam-no-admin-grant")
    good = {"policyArn": "arn:aws:iam::1:policy/read"}
    for short in ("iam.UserPolicyAttachment", "iam.GroupPolicyAttachment", "iam.PolicyAttachment"):
        full = "arn:aws:iam::aws:policy/AmazonBedrockFullAccess"
        yield from a.row(aws(short), good, "policyArn", full, label=short)
    a, _, _ = cells("iam-no-public-principal")
    service = {"principal": "events.amazonaws.com", "sourceArn": "arn:aws:events:r:1:rule/x"}
    permission = aws("lambda.Permission")
    yield a.case("function", res(permission, "pass", service), res(permission, "fail", {"principal": "*"}))
    yield a.case("function open", res(permission, "open", {"principal": UNKNOWN}))
    url = aws("lambda.FunctionUrl")
    yield from a.row(url, {"authorizationType": "AWS_IAM"}, "authorizationType", "NONE", label="function address")
    a, _, _ = cells("store-no-public-access")
    flags = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    account = res(aws("s3.AccountPublicAccessBlock"), "account", dict.fromkeys(flags, True))
    yield a.case("account", account, res(aws("s3.Bucket"), "skip", {"bucket": "b"}))
    weak = res(aws("s3.AccountPublicAccessBlock"), "account", {**dict.fromkeys(flags, True), "blockPublicAcls": False})
    yield a.case("weak account", weak, res(aws("s3.Bucket"), "fail", {"bucket": "b"}))


def _tokens() -> Iterator[Case]:
    a, _, _ = cells("store-versioning")
    bucket, versioning = "aws:s3/bucketV2:BucketV2", "aws:s3/bucketVersioningV2:BucketVersioningV2"
    on = {"bucket": "b", "versioningConfiguration": {"status": "Enabled"}}
    yield a.case("second name", res(bucket, "pass", {"bucket": "b"}), res(versioning, "versions", on))
    yield a.case("second name alone", res(bucket, "fail", {"bucket": "b"}))
    _, z, _ = cells("store-no-public-access")
    for token in (
        "azure-native:storage/v20230501:StorageAccount",
        "azure-native_storage_v20230501:storage:StorageAccount",
    ):
        yield from z.row(token, {"allowBlobPublicAccess": False}, "allowBlobPublicAccess", True, label=token)


def _machine_learning() -> Iterator[Case]:
    notebook = aws("sagemaker.NotebookInstance")
    a, _, _ = cells("workbench-cmk")
    yield from a.row(notebook, {"kmsKeyId": "arn:aws:kms:r:1:key/k"}, "kmsKeyId", "", label="notebook")
    schedule = aws("sagemaker.MonitoringSchedule")
    for control, flag in (
        ("job-network-isolation", "enableNetworkIsolation"),
        ("training-traffic-encrypted", "enableInterContainerTrafficEncryption"),
    ):
        a, _, _ = cells(control)
        job = {"roleArn": "arn:aws:iam::1:role/m", "networkConfig": {flag: True}}
        good = {"monitoringScheduleConfig": {"monitoringJobDefinition": job}}
        path = f"monitoringScheduleConfig.monitoringJobDefinition.networkConfig.{flag}"
        yield from a.row(schedule, good, path, False, label="inline")
        named = {"monitoringScheduleConfig": {"monitoringJobDefinitionName": "quality"}}
        yield a.case("named", res(schedule, "skip", named))
    a, _, g = cells("training-in-vpc")
    quality = aws("sagemaker.DataQualityJobDefinition")
    network = {"networkConfig": {"vpcConfig": {"subnets": ["subnet-1"]}}}
    yield from a.row(quality, network, "networkConfig.vpcConfig.subnets", [], label="of monitoring")
    run = {"createPipelineJobRequest": {"pipelineJob": {"network": "projects/1/global/networks/n"}}}
    yield from g.row(gcp("colab.Schedule"), run, "createPipelineJobRequest.pipelineJob.network", "", label="schedule")
    yield g.case("notebook schedule", res(gcp("colab.Schedule"), "skip", {"createNotebookExecutionJobRequest": {}}))
    a, z, _ = cells("private-service-access")
    agent, door = aws("bedrock.AgentAgent"), aws("ec2.VpcEndpoint")
    bedrock = {"serviceName": "com.amazonaws.eu-west-1.bedrock-agent-runtime"}
    yield a.case("agent", res(agent, "fail", {}), res(door, "skip", {"serviceName": "com.amazonaws.r.sts"}))
    yield a.case("agent with endpoint", res(agent, "pass", {}), res(door, "skip", bedrock))
    account = azure("cognitiveservices.Account")
    yield z.case("model account", res(account, "fail", {"accountName": "models"}))
    _, z, _ = cells("workload-identity-dedicated")
    workspace = azure("machinelearningservices.Workspace")
    own = {"identity": {"type": "UserAssigned"}, "primaryUserAssignedIdentity": "/subscriptions/s/identity"}
    yield from z.row(workspace, own, "primaryUserAssignedIdentity", "", label="primary")
    _, z, _ = cells("ml-service-log")
    online = azure("machinelearningservices.OnlineEndpoint")
    yield z.case("endpoint", res(online, "fail", {"endpointName": "churn"}))
    _, z, _ = cells("genai-guardrail")
    plan = {"pricingName": "AI", "pricingTier": "Standard"}
    yield from z.row(azure("security.Pricing"), plan, "pricingTier", "Free", label="threats")
    a, _, _ = cells("model-documented")
    yield from a.row(aws("sagemaker.Image"), {"description": "Studio"}, "description", "", label="image")


def _secrets() -> Iterator[Case]:
    a, _, _ = cells("no-plaintext-secrets")
    script = aws("sagemaker.NotebookInstanceLifecycleConfiguration")

    def encoded(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    clean, leak = encoded("pip install tripod"), encoded(f"export TOKEN=AKIAIOSFODNN7EXAMPLE # {SECRET}")
    yield from a.row(script, {"onStart": clean}, "onStart", leak, absent="pass", label="script")
    repository = aws("sagemaker.CodeRepository")
    good = {"gitConfig": {"repositoryUrl": "https://git.acme.example/a.git"}}
    bad = f"https://bot:{SECRET}@git.acme.example/a.git"
    yield from a.row(repository, good, "gitConfig.repositoryUrl", bad, absent="pass", label="repository")
    pipeline = aws("sagemaker.Pipeline")

    def environment(**values: str) -> dict[str, str]:
        steps = [{"Name": "Prepare", "Type": "Processing", "Arguments": {"Environment": values}}]
        return {"pipelineDefinition": json.dumps({"Steps": steps})}

    good = environment(STAGE="prod")
    path, bad = "pipelineDefinition", environment(DB_PASSWORD=SECRET)["pipelineDefinition"]
    yield from a.row(pipeline, good, path, bad, absent="skip", label="steps")
    yield a.case("unknown step", res(pipeline, "open", put(good, path, UNKNOWN)))
