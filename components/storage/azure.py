"""Storage on Azure: a lake account (Data Lake Gen2), a work account for the ML workspace, and an account for logs.

Three accounts because an account has one customer key and each data class has its own, because the default account of
an ML workspace may not be a lake (https://learn.microsoft.com/azure/machine-learning/concept-workspace), and because
write-once storage holds for a whole account: diagnostic logs choose their own containers.

Account keys work in the work account of a sandbox only: compute instances need them there
(https://learn.microsoft.com/azure/machine-learning/how-to-create-compute-instance). Everywhere else access is by Entra
ID, which rules out Azure ML's own model monitors (they read with SAS); the kit's drift job replaces them.

Not here: replication to another region, and logs of an existing lake, which belong to the data platform.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_azure_native as azure
from pulumi import Input, Output

from components.clouds.azure_ids import container_uri
from components.clouds.azure_lifecycle import blob_service, cool_down, expire, expire_versions, lifecycle
from components.clouds.azure_logs import diagnostic_setting
from components.clouds.azure_private import private_endpoints
from components.clouds.azure_storage import storage_account
from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.errors import Fault, TripodError
from components.core.refs import KeysRef
from components.core.scope import Scope
from components.core.vocabulary import DataClass, Zone
from components.storage.azure_access import grant_zones
from components.storage.contract import StorageArgs, StorageOutputs, StorageSpec, existing_lake

SUPPORT = Support(means=Means.NATIVE, by="Storage accounts, Data Lake Storage Gen2")
GAPS: tuple[Gap, ...] = ()

CONTAINER_ID = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Storage/storageAccounts/[a-z0-9]{3,24}"
    r"/blobServices/default/containers/[a-z0-9-]{3,63}"
)
GROUPS: Mapping[str, tuple[str, ...]] = {
    "lake": ("blob", "dfs"),
    "work": ("blob", "file", "queue", "table"),
    "logs": ("blob",),
}
"""Private endpoints per account. Azure ML needs file shares for code, queues and tables for batch endpoints
(https://learn.microsoft.com/azure/machine-learning/how-to-secure-workspace-vnet)."""
ACCOUNT: Mapping[Zone, str] = {
    Zone.RAW: "lake",
    Zone.CURATED: "lake",
    Zone.FEATURES: "lake",
    Zone.ARTIFACTS: "work",
    Zone.MONITORING: "work",
    Zone.LOGS: "logs",
}
CLASSES: Mapping[str, DataClass] = {"lake": DataClass.DATA, "work": DataClass.MODELS, "logs": DataClass.LOGS}
"""Whose key encrypts which account."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A zone: its container's ARM id and ``abfss://`` URI."""

    id: Output[str]
    uri: Output[str]


def build(scope: Scope, spec: StorageSpec, args: StorageArgs) -> StorageOutputs:
    """Make the accounts and zones, log access to them and grant it.

    Raises:
        TripodError: where versioning is switched off although the posture protects against deletion, or a zone of an
            existing lake is no container id.
    """
    versioned = _versioned(scope, spec)
    lake = existing_lake(spec, args)
    _check(lake)
    parts = ["work", "logs"] if lake else ["lake", "work", "logs"]
    accounts = {part: _account(scope, part, args) for part in parts}
    zones = {zone: _existing(given) for zone, given in lake.items()}
    for zone in Zone:
        if zone not in lake:
            zones[zone] = _container(scope, zone, accounts[ACCOUNT[zone]], args)
    for part, account in accounts.items():
        _care(scope, spec, args, part, account, versioned=versioned)
        if spec.access_logs:
            diagnostic_setting(
                scope,
                part,
                resource_id=Output.concat(account.id, "/blobServices/default"),
                log_id=args["foundation"]["log_id"],
                metrics=("Transaction",),
                archive_id=accounts["logs"].id if part != "logs" else None,
            )
    network = args.get("network")
    if network is not None and not scope.posture.public_access:
        for part, account in accounts.items():
            private_endpoints(
                scope,
                part,
                foundation=args["foundation"],
                network=network,
                resource_id=account.id,
                groups=GROUPS[part],
            )
    identity = args.get("identity")
    if identity is not None:
        grant_zones(scope, args["foundation"], {zone: place.id for zone, place in zones.items()}, identity)
    return _outputs(zones)


def _account(scope: Scope, part: str, args: StorageArgs) -> azure.storage.StorageAccount:
    """One account, under the key of its data class where the posture covers that."""
    covered = scope.covers(CLASSES[part])
    return storage_account(
        scope,
        part,
        foundation=args["foundation"],
        key_id=_key(args["keys"], CLASSES[part]) if covered else None,
        key_user_id=args["keys"]["user_id"] if covered else None,
        hierarchical=part == "lake",
        shared_key=part == "work" and scope.posture.public_access,
        immutable=_write_once(scope) if part == "logs" else None,
    )


def _write_once(scope: Scope) -> azure.storage.ImmutableStorageAccountArgs | None:
    """Nothing in the account changes for the retention period; append blobs, which logs are, may still grow.

    Azure makes a policy unlocked and lets a person lock it for good
    (https://learn.microsoft.com/azure/storage/blobs/immutable-policy-configure-version-scope).
    """
    if not scope.posture.immutable_logs:
        return None
    return azure.storage.ImmutableStorageAccountArgs(
        enabled=True,
        immutability_policy=azure.storage.AccountImmutabilityPolicyPropertiesArgs(
            state=azure.storage.AccountImmutabilityPolicyState.UNLOCKED,
            allow_protected_append_writes=True,
            immutability_period_since_creation_in_days=scope.posture.log_retention_days,
        ),
    )


def _container(scope: Scope, zone: Zone, account: azure.storage.StorageAccount, args: StorageArgs) -> Place:
    made = azure.storage.BlobContainer(
        scope.label(zone.value),
        container_name=scope.name("container", zone.value),
        account_name=account.name,
        resource_group_name=args["foundation"]["group_name"],
        public_access=azure.storage.PublicAccess.NONE,
        opts=scope.options(stateful=True),
    )
    made_id = Output.from_input(made.id)
    container, host = scope.name("container", zone.value), scope.name("storage_account", ACCOUNT[zone])
    uri = f"abfss://{container}@{host}.dfs.core.windows.net"
    return Place(id=made_id, uri=made_id.apply(lambda _: uri))


def _existing(given: Input[str]) -> Place:
    known = Output.from_input(given)
    return Place(id=known, uri=known.apply(container_uri))


def _care(
    scope: Scope,
    spec: StorageSpec,
    args: StorageArgs,
    part: str,
    account: azure.storage.StorageAccount,
    *,
    versioned: bool,
) -> None:
    """Recovery and lifecycle of one account."""
    write_once = part == "logs" and scope.posture.immutable_logs
    kept = None if part == "lake" else versioned or write_once  # write-once storage cannot be without versions
    service = blob_service(
        scope,
        part,
        foundation=args["foundation"],
        account=account,
        recovery_days=spec.recovery_days,
        versioning=kept,
    )
    rules = {
        "lake": [cool_down("cool-raw", scope.name("container", Zone.RAW.value), spec.archive_days)],
        "work": [
            expire("expire-captures", spec.capture_days, container=scope.name("container", Zone.MONITORING.value)),
        ],
        "logs": [expire("expire-logs", scope.posture.log_retention_days, kinds=("appendBlob", "blockBlob"))],
    }[part]
    if kept:
        rules.append(expire_versions("expire-versions", spec.recovery_days))
    lifecycle(scope, part, foundation=args["foundation"], account=account, rules=rules, after=service)


def _versioned(scope: Scope, spec: StorageSpec) -> bool:
    if not spec.versioning and scope.lasting:
        raise TripodError(
            Fault(
                where="storage.versioning",
                what="false loosens deletion protection: overwritten objects could not be restored",
                allowed="true",
                remedy="remove the option, or choose profile sandbox",
            )
        )
    return spec.versioning


def _check(lake: Mapping[Zone, Input[str]]) -> None:
    """Refuse ids that are written out and are no container's; those of another stack are known too late for it."""
    faults = [
        Fault(
            where=f"storage.existing.{zone.value}_id",
            what=f"'{given}' is no container id",
            allowed="/subscriptions/…/resourceGroups/…/providers/Microsoft.Storage/storageAccounts/<account>"
            "/blobServices/default/containers/<container>",
            remedy="give the ARM id of the container (az storage container-rm show --query id)",
        )
        for zone, given in lake.items()
        if isinstance(given, str) and not CONTAINER_ID.fullmatch(given)
    ]
    if faults:
        raise TripodError(faults)


def _key(keys: KeysRef, data_class: DataClass) -> Input[str]:
    return {
        DataClass.DATA: keys["data_key_id"],
        DataClass.MODELS: keys["models_key_id"],
        DataClass.LOGS: keys["logs_key_id"],
    }[data_class]


def _outputs(zones: Mapping[Zone, Place]) -> StorageOutputs:
    return StorageOutputs(
        raw_id=zones[Zone.RAW].id,
        raw_uri=zones[Zone.RAW].uri,
        curated_id=zones[Zone.CURATED].id,
        curated_uri=zones[Zone.CURATED].uri,
        features_id=zones[Zone.FEATURES].id,
        features_uri=zones[Zone.FEATURES].uri,
        artifacts_id=zones[Zone.ARTIFACTS].id,
        artifacts_uri=zones[Zone.ARTIFACTS].uri,
        monitoring_id=zones[Zone.MONITORING].id,
        monitoring_uri=zones[Zone.MONITORING].uri,
        logs_id=zones[Zone.LOGS].id,
        logs_uri=zones[Zone.LOGS].uri,
    )
