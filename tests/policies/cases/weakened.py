"""Guards that the mutation test found unwatched: what weakening each of them looks like."""

from __future__ import annotations

import json
from collections.abc import Iterator

from policies.tokens import aws, azure, gcp
from tests.policies.dsl import UNKNOWN, Case, cells, put, res

_QUEUE, _VAULT, _CACHE = aws("sqs.QueuePolicy"), azure("keyvault.Vault"), azure("redis.Redis")
_ACCOUNT, _WORKSPACE = azure("storage.StorageAccount"), azure("machinelearningservices.Workspace")


def _policy(*statements: dict[str, object]) -> dict[str, str]:
    return {"policy": json.dumps({"Statement": list(statements)})}


def _sent(**more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", **more}


def _clear(value: str, **more: object) -> dict[str, object]:
    condition = {"Bool": {"aws:SecureTransport": value}}
    return {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Condition": condition, **more}


def cases() -> Iterator[Case]:
    yield from _keys()
    yield from _stores()
    yield from _grants()
    yield from _network()
    yield from _jobs()
    yield from _logs()


def _keys() -> Iterator[Case]:
    _, z, g = cells("key-in-hardware")
    key, crypto = azure("keyvault.Key"), gcp("kms.CryptoKey")
    hard = {"properties": {"kty": "RSA-HSM", "attributes": {"exportable": False}}}
    yield from z.row(key, hard, "properties.kty", "RSA")
    yield from z.row(key, hard, "properties.attributes.exportable", True, absent="pass", label="never out")
    hsm = {"versionTemplate": {"protectionLevel": "HSM"}}
    yield from g.row(crypto, hsm, "versionTemplate.protectionLevel", "SOFTWARE")
    _, z, _ = cells("key-deletion-guard")
    vault = {"properties": {"enablePurgeProtection": True, "softDeleteRetentionInDays": 90}}
    yield from z.row(_VAULT, vault, "properties.softDeleteRetentionInDays", 7, absent="pass", label="days")
    _, z, _ = cells("key-access-scoped")
    for door in ("enabledForDeployment", "enabledForTemplateDeployment", "enabledForDiskEncryption"):
        shut = {"properties": {"enableRbacAuthorization": True, door: False}}
        yield from z.row(_VAULT, shut, f"properties.{door}", True, absent="pass", label=door)
    _, _, g = cells("ml-artifact-cmk")
    yield from g.row(gcp("workflows.Workflow"), {"cryptoKeyName": "k"}, "cryptoKeyName", "", label="workflow")
    job = {"template": {"template": {"encryptionKey": "k"}}}
    yield from g.row(gcp("cloudrunv2.Job"), job, "template.template.encryptionKey", "", label="job")


def _stores() -> Iterator[Case]:
    a, z, _ = cells("store-tls-only")
    yield a.case("passing queue", res(_QUEUE, "pass", _policy(_clear("false"))))
    yield a.case("failing queue", res(_QUEUE, "fail", _policy(_clear("true"))))
    narrow = _clear("false", Principal={"AWS": "arn:aws:iam::1:root"})
    yield a.case("failing queue of one", res(_QUEUE, "fail", _policy(narrow)))
    yield a.case("unknown queue", res(_QUEUE, "open", {"policy": UNKNOWN}))
    cache = {"minimumTlsVersion": "1.2", "enableNonSslPort": False}
    yield from z.row(_CACHE, cache, "minimumTlsVersion", "1.0", label="cache")
    yield from z.row(_CACHE, cache, "enableNonSslPort", True, absent="pass", label="port")
    _, z, _ = cells("store-identity-only-access")
    account = {"allowSharedKeyAccess": False, "isLocalUserEnabled": False}
    yield from z.row(_ACCOUNT, account, "isLocalUserEnabled", True, absent="pass", label="local users")
    entra = {"redisConfiguration": {"aadEnabled": "true"}}
    yield from z.row(_CACHE, entra, "redisConfiguration.aadEnabled", "false", label="cache")
    logs, local = azure("operationalinsights.Workspace"), {"features": {"disableLocalAuth": True}}
    yield from z.row(logs, local, "features.disableLocalAuth", False, label="logs")
    stores = {"systemDatastoresAuthMode": "identity"}
    yield from z.row(_WORKSPACE, stores, "systemDatastoresAuthMode", "accesskey", label="workspace")
    _, z, _ = cells("store-no-public-access")
    own = {"allowBlobPublicAccess": False, "allowCrossTenantReplication": False}
    yield from z.row(_ACCOUNT, own, "allowCrossTenantReplication", True, absent="pass", label="tenants")
    made = {"systemCreatedStorageAccount": {"allowBlobPublicAccess": False, "storageAccountType": "Standard_LRS"}}
    registry = {"regionDetails": [{"storageAccountDetails": [made]}]}
    path = "regionDetails[].storageAccountDetails[].systemCreatedStorageAccount.allowBlobPublicAccess"
    yield from z.row(azure("machinelearningservices.Registry"), registry, path, True, label="registry")
    _, z, _ = cells("store-network-deny-default")
    yield from z.row(_CACHE, {"publicNetworkAccess": "Disabled"}, "publicNetworkAccess", "Enabled", label="cache")
    _, z, _ = cells("backup-soft-delete")
    kept = {"enabled": True, "days": 7}
    service = {"deleteRetentionPolicy": kept, "containerDeleteRetentionPolicy": kept}
    for name, bad in (("enabled", False), ("days", 1)):
        path = f"containerDeleteRetentionPolicy.{name}"
        yield from z.row(azure("storage.BlobServiceProperties"), service, path, bad, label=f"containers {name}")
    yield from _locked()


def _locked() -> Iterator[Case]:
    _, z, _ = cells("audit-immutable")

    def stack(word: str, locked: object, target: object) -> tuple[object, ...]:
        props = {"immutableStorageWithVersioning": {"enabled": locked}} if locked is not None else {}
        account = res(_ACCOUNT, word, props, id_="/subscriptions/s/a")
        return account, res(azure("monitor.DiagnosticSetting"), "diagnostics", {"storageAccountId": target})

    for kind, word, locked, target in (
        ("passing account", "pass", True, "/subscriptions/s/a"),
        ("failing account", "fail", False, "/subscriptions/s/a"),
        ("absent account", "fail", None, "/subscriptions/s/a"),
        ("unknown account", "open", UNKNOWN, "/subscriptions/s/a"),
        ("unknown log", "open", False, UNKNOWN),
        ("passing without logs", "skip", False, "/subscriptions/s/b"),
    ):
        yield z.case(kind, *stack(word, locked, target))  # type: ignore[arg-type]


def _grants() -> Iterator[Case]:
    _, _, g = cells("iam-no-public-principal")
    _, _, admin = cells("iam-no-admin-grant")
    for short in ("vertex.AiFeatureGroupIamMember", "cloudrunv2.JobIamMember"):
        member = {"member": "serviceAccount:a@p.iam.gserviceaccount.com", "role": "roles/viewer"}
        yield from g.row(gcp(short), member, "member", "allUsers", label=short)
        yield from admin.row(gcp(short), member, "role", "roles/owner", label=short)


def _workflow(body: object) -> dict[str, str]:
    step = {"run": {"call": "run_job", "args": {"body": body}}}
    return {"sourceContents": json.dumps({"main": {"steps": [step]}})}


def _jobs() -> Iterator[Case]:
    """Jobs that a workflow starts."""
    workflow, pools = gcp("workflows.Workflow"), [{"replicaCount": "1"}]
    for control, place, good, absent in (
        ("training-in-vpc", "jobSpec.pscInterfaceConfig.networkAttachment", "n", "fail"),
        ("training-in-vpc", "jobSpec.network", "projects/1/global/networks/n", "fail"),
        ("ml-artifact-cmk", "encryptionSpec.kmsKeyName", "k", "fail"),
        ("workbench-no-root-ssh", "jobSpec.enableWebAccess", False, "pass"),
    ):
        _, _, g = cells(control)
        top, _, leaf = place.rpartition(".")

        def job(value: object, top: str = top, leaf: str = leaf) -> dict[str, str]:
            held: dict[str, object] = {} if value is None else {leaf: value}
            for key in reversed(top.split(".")[1:]):
                held = {key: held}
            spec = {"workerPoolSpecs": pools, **(held if top.startswith("jobSpec") else {})}
            beside = {} if top.startswith("jobSpec") else {top: held}
            # The other controls are asked of the same type, so the source is all there is of the workflow.
            return {**_workflow({"displayName": "fit", "jobSpec": spec, **beside}), "cryptoKeyName": "k"}

        bad = True if good is False else ""
        yield g.case(f"passing {leaf}", res(workflow, "pass", job(good)))
        yield g.case(f"failing {leaf}", res(workflow, "fail", job(bad)))
        yield g.case(f"absent {leaf}", res(workflow, absent, job(None)))
        yield g.case(f"expression {leaf}", res(workflow, "open", job("${value}")))
        yield g.case(f"unknown {leaf}", res(workflow, "open", {"sourceContents": UNKNOWN, "cryptoKeyName": "k"}))
        yield g.case(f"failing text {leaf}", res(workflow, "fail", {"sourceContents": "- :", "cryptoKeyName": "k"}))
    _, _, g = cells("training-in-vpc")
    none = {"sourceContents": "main:\n  steps:\n    - done:\n        return: 1\n"}
    yield g.case("no job", res(workflow, "skip", none))
    run = {"template": {"template": {"vpcAccess": {"networkInterfaces": [{"subnetwork": "s"}]}}}}
    path = "template.template.vpcAccess.networkInterfaces[].subnetwork"
    yield from g.row(gcp("cloudrunv2.Job"), run, path, "", label="of a container job")
    connector = {"template": {"template": {"vpcAccess": {"connector": "c"}}}}
    yield g.case("connector", res(gcp("cloudrunv2.Job"), "skip", connector))


def _logs() -> Iterator[Case]:
    """How much the logs of a network hold."""
    _, z, g = cells("flow-logs")
    analytics = {"flowAnalyticsConfiguration": {"networkWatcherFlowAnalyticsConfiguration": {"enabled": True}}}
    path = "flowAnalyticsConfiguration.networkWatcherFlowAnalyticsConfiguration.enabled"
    yield from z.row(azure("network.FlowLog"), analytics, path, False, label="analytics")
    subnet = gcp("compute.Subnetwork")
    logs = {
        "logConfig": {"aggregationInterval": "INTERVAL_5_SEC", "flowSampling": 1, "metadata": "INCLUDE_ALL_METADATA"}
    }
    yield from g.row(subnet, logs, "logConfig.flowSampling", 0, label="sample")
    yield g.case("half of it", res(subnet, "pass", put(logs, "logConfig.flowSampling", 0.5)), profile="standard")
    yield from g.row(subnet, logs, "logConfig.metadata", "EXCLUDE_ALL_METADATA", absent="pass", label="metadata")
    firewall = gcp("compute.Firewall")
    kept = {"logConfig": {"metadata": "INCLUDE_ALL_METADATA"}}
    yield from g.row(firewall, kept, "logConfig.metadata", "EXCLUDE_ALL_METADATA", label="of rules")
    yield g.case("disabled rule", res(firewall, "skip", {"disabled": True}))
    network, policy = gcp("compute.Network"), gcp("dns.Policy")

    def names(word: str, logged: object, *, auto: object = False) -> Iterator[object]:
        yield res(network, word, {"name": "n", "autoCreateSubnetworks": auto})
        yield res(policy, "names", {"enableLogging": logged, "networks": [{"networkUrl": "n"}]})

    for kind, word, logged, auto in (
        ("passing names", "pass", True, False),
        ("failing names", "fail", False, False),
        ("unknown names", "open", UNKNOWN, False),
        ("failing automatic", "fail", True, True),
        ("unknown automatic", "open", True, UNKNOWN),
    ):
        yield g.case(kind, *names(word, logged, auto=auto))  # type: ignore[arg-type]
    yield g.case("absent names", res(network, "fail", {"name": "n", "autoCreateSubnetworks": False}))
    yield g.case("absent automatic", res(network, "fail", {"name": "n"}), *list(names("other", True))[1:])  # type: ignore[arg-type]


def _network() -> Iterator[Case]:
    _, z, g = cells("job-network-isolation")
    managed = {"managedNetwork": {"isolationMode": "AllowOnlyApprovedOutbound"}}
    mode = "managedNetwork.isolationMode"
    yield from z.row(_WORKSPACE, managed, mode, "AllowInternetOutbound", absent="skip", label="managed network")
    yield from g.row(
        gcp("compute.GlobalForwardingRule"), {"target": "vpc-sc"}, "target", "all-apis", absent="skip", label="bundle"
    )
    _, _, g = cells("endpoint-min-instances")
    nodes = {"bigtable": {"autoScaling": {"minNodeCount": 2}}}
    path = "bigtable.autoScaling.minNodeCount"
    yield from g.row(gcp("vertex.AiFeatureOnlineStore"), nodes, path, 1, absent="skip", label="features")
    a, _, _ = cells("ml-service-log")
    logged = {"loggingConfiguration": {"level": "ERROR"}}
    yield from a.row(aws("sfn.StateMachine"), logged, "loggingConfiguration.level", "OFF", label="workflow")
