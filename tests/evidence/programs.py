"""One small program per cloud for the crash test: fixed and automatic names, dependencies, secrets, what outlives its
deletion; version 2 updates, replaces (both ways round), adds and removes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_azure_native as azure
import pulumi_gcp as gcp
from pulumi import ResourceOptions

Options = Callable[..., ResourceOptions]
"""Takes a resource name and the usual options; adds the import that the operator asked for."""

SECRET = "correct horse battery staple"


@dataclass(frozen=True)
class Small:
    """A program and what is known of it."""

    declare: Callable[[int, Options], None]
    config: Mapping[str, str]
    kept: frozenset[str]
    """Types that the cloud keeps after deletion, as the vendors document (``simulator.catalogue.lifecycle``)."""

    def version(self, number: int, imports: Mapping[str, str]) -> Callable[[], None]:
        """The program of a version; ``imports`` are ids by resource name, to be taken over instead of made."""

        def options(name: str, **more: object) -> ResourceOptions:
            return ResourceOptions(**more, **({"import_": imports[name]} if name in imports else {}))  # type: ignore[arg-type]

        return lambda: self.declare(number, options)


_TRUST = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
"Principal": {"Service": "sagemaker.amazonaws.com"}}]}"""


def _aws(version: int, options: Options) -> None:
    tags = {"version": str(version)}
    key = aws.kms.Key("data", enable_key_rotation=True, deletion_window_in_days=7, opts=options("data"))
    aws.kms.Alias("data-name", name="alias/data", target_key_id=key.key_id, opts=options("data-name"))
    role = aws.iam.Role("train", name="acme-train", assume_role_policy=_TRUST, tags=tags, opts=options("train"))
    lake = aws.s3.Bucket("lake", tags=tags, opts=options("lake"))
    aws.s3.BucketPublicAccessBlock("closed", bucket=lake.id, block_public_acls=True, opts=options("closed"))
    logs = aws.cloudwatch.LogGroup("logs", name="/acme/train", retention_in_days=30 * version, opts=options("logs"))
    topic = aws.sns.Topic("alarms", name=f"alarms-{version}", opts=options("alarms", delete_before_replace=True))
    aws.sns.Topic("events", name=f"events-{version}", tags={"log": logs.name}, opts=options("events"))
    group = aws.sagemaker.ModelPackageGroup(
        "models", model_package_group_name="churn", tags=tags, opts=options("models")
    )
    aws.ssm.Parameter(
        "token", name="/acme/token", type="SecureString", value=pulumi.Output.secret(SECRET), opts=options("token")
    )
    if version == 1:
        aws.ecr.Repository("images", name="acme/images", opts=options("images"))
    else:
        aws.sqs.Queue("jobs", name="jobs", tags={"role": role.name}, opts=options("jobs"))
    pulumi.export("topic", topic.arn)
    pulumi.export("group", group.arn)
    pulumi.export("token", pulumi.Output.secret(SECRET))


def _azure(version: int, options: Options) -> None:
    tags = {"version": str(version)}
    group = azure.resources.ResourceGroup("group", resource_group_name="acme", tags=tags, opts=options("group"))
    where = {"resource_group_name": group.name}
    account = azure.storage.StorageAccount(
        "lake",
        account_name=f"acmelake{version}",
        kind=azure.storage.Kind.STORAGE_V2,
        sku=azure.storage.SkuArgs(name=azure.storage.SkuName.STANDARD_LRS),
        tags=tags,
        opts=options("lake", replace_on_changes=["accountName"]),
        **where,
    )
    azure.storage.BlobContainer("raw", account_name=account.name, opts=options("raw"), **where)
    azure.storage.BlobContainer("curated", account_name=account.name, opts=options("curated"), **where)
    identity = azure.managedidentity.UserAssignedIdentity("train", tags=tags, opts=options("train"), **where)
    logs = azure.operationalinsights.Workspace(
        "logs", workspace_name="acme-logs", retention_in_days=30 * version, opts=options("logs"), **where
    )
    azure.applicationinsights.Component(
        "insights",
        kind="web",
        application_type=azure.applicationinsights.ApplicationType.WEB,
        workspace_resource_id=logs.id,
        opts=options("insights"),
        **where,
    )
    vault = azure.keyvault.Vault(
        "vault",
        vault_name="acme-vault-1",
        properties=azure.keyvault.VaultPropertiesArgs(
            tenant_id="00000000-0000-0000-0000-000000000004",
            sku=azure.keyvault.SkuArgs(family=azure.keyvault.SkuFamily.A, name=azure.keyvault.SkuName.STANDARD),
            enable_rbac_authorization=True,
        ),
        opts=options("vault"),
        **where,
    )
    azure.keyvault.Secret(
        "token",
        vault_name=vault.name,
        secret_name="token",
        properties=azure.keyvault.SecretPropertiesArgs(value=pulumi.Output.secret(SECRET)),
        opts=options("token"),
        **where,
    )
    if version == 1:
        azure.network.NetworkSecurityGroup("closed", tags=tags, opts=options("closed"), **where)
    else:
        azure.network.VirtualNetwork(
            "net",
            address_space=azure.network.AddressSpaceArgs(address_prefixes=["10.0.0.0/16"]),
            opts=options("net"),
            **where,
        )
    pulumi.export("identity", identity.client_id)
    pulumi.export("token", pulumi.Output.secret(SECRET))


def _gcp(version: int, options: Options) -> None:
    labels = {"version": str(version)}
    ring = gcp.kms.KeyRing("ring", name="acme", location="europe-west4", opts=options("ring"))
    gcp.kms.CryptoKey("data", name="data", key_ring=ring.id, labels=labels, opts=options("data"))
    lake = gcp.storage.Bucket(
        "lake",
        location="EU" if version == 1 else "EUROPE-WEST4",
        uniform_bucket_level_access=True,
        labels=labels,
        opts=options("lake"),
    )
    account = gcp.serviceaccount.Account("train", account_id="acme-train", opts=options("train"))
    gcp.storage.BucketIAMMember(
        "reads",
        bucket=lake.name,
        role="roles/storage.objectViewer",
        member=account.email.apply(lambda email: f"serviceAccount:{email}"),
        opts=options("reads"),
    )
    topic = gcp.pubsub.Topic("events", name=f"events-{version}", labels=labels, opts=options("events"))
    gcp.pubsub.Subscription("sub", name="sub", topic=topic.id, ack_deadline_seconds=10 * version, opts=options("sub"))
    data = gcp.bigquery.Dataset("data-set", dataset_id="acme", location="EU", labels=labels, opts=options("data-set"))
    network = gcp.compute.Network("net", auto_create_subnetworks=False, opts=options("net"))
    gcp.compute.Subnetwork(
        "subnet",
        name="acme",
        region="europe-west4",
        network=network.id,
        ip_cidr_range=f"10.{version}.0.0/24",
        opts=options("subnet", delete_before_replace=True),
    )
    if version == 1:
        gcp.artifactregistry.Repository(
            "images", repository_id="images", format="DOCKER", location="europe-west4", opts=options("images")
        )
    else:
        gcp.secretmanager.Secret("key", secret_id="key", replication={"auto": {}}, opts=options("key"))
    pulumi.export("data", data.id)
    pulumi.export("token", pulumi.Output.secret(SECRET))


PROGRAMS: Mapping[str, Small] = {
    "aws": Small(_aws, {"aws:region": "eu-west-1"}, frozenset({"aws:kms/key:Key"})),
    "azure": Small(_azure, {"azure-native:location": "westeurope"}, frozenset({"azure-native:keyvault:Vault"})),
    "gcp": Small(
        _gcp,
        {"gcp:project": "tripod-sim", "gcp:region": "europe-west4"},
        frozenset({"gcp:kms/keyRing:KeyRing", "gcp:kms/cryptoKey:CryptoKey"}),
    ),
}
