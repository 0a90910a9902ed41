"""What holds data is not deleted by a slip."""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies.checks import PASSED, Outcome, Rule, StackRow, failed, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import MISSING, UNKNOWN

# The property that lets a resource be deleted with what it holds.
_AWS = {
    aws("s3.Bucket"): "forceDestroy",
    aws("kms.Key"): "",
    aws("sagemaker.FeatureGroup"): "",
    aws("sagemaker.Domain"): "",
    aws("ecr.Repository"): "forceDelete",
}
_AZURE = tuple(
    azure(short) for short in ("storage.StorageAccount", "keyvault.Vault", "machinelearningservices.Workspace")
)
_LOCK = azure("authorization.ManagementLockByScope")
_GCP = {
    gcp("storage.Bucket"): "forceDestroy",
    gcp("kms.CryptoKey"): "",
    gcp("bigquery.Dataset"): "deleteContentsOnDestroy",
    gcp("vertex.AiFeatureOnlineStore"): "forceDestroy",
}


def _guarded(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    key = {**_AWS, **_GCP}[resource.type]
    forced = resource.at(key) if key else MISSING
    policy = resource.at("deletionPolicy") if resource.type in _GCP else MISSING
    if forced is True:
        yield failed(f"{key} is true; whatever it holds goes with it", key)
    elif forced is UNKNOWN:
        yield undetermined(f"{key} is not known yet; it must be false", key)
    elif resource.protect or resource.options.retain_on_delete:
        yield PASSED
    elif policy is UNKNOWN:
        yield undetermined("deletionPolicy is not known yet; it must be PREVENT or ABANDON", "deletionPolicy")
    elif policy in ("PREVENT", "ABANDON"):
        yield PASSED
    else:
        yield failed("it is not protected from deletion (resource option protect)")


def _locked(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    locks, maybe = graph.referring(resource, (_LOCK,), "scope")
    levels = [lock.at("level") for lock in locks]
    if (
        resource.protect
        or resource.options.retain_on_delete
        or any(lv in ("CanNotDelete", "ReadOnly") for lv in levels)
    ):
        yield PASSED
    elif maybe or any(level is UNKNOWN for level in levels):
        yield undetermined("whether it is locked is not known yet")
    else:
        yield failed("it is neither protected (resource option protect) nor locked")


CONTROL = Control(
    id="stateful-delete-guard",
    group=Group.RELIABILITY,
    title="Stateful resources refuse to be deleted",
    severity=Severity.HIGH,
    why="One wrong destroy must not take data, keys or the registry with it.",
    remedy="Set posture deletion_protection to true.",
    url="https://www.pulumi.com/docs/iac/concepts/options/protect/",
    clauses=(
        "iso27001:A.8.13",
        "soc2:A1.2",
        "nist-800-53:CP-9",
    ),
    covers=(),
    rows=ByCloud(
        aws=(Rule(types=tuple(_AWS), check=_guarded, reads=tuple((t, p) for t, p in _AWS.items() if p)),),
        azure=(StackRow(types=_AZURE, check=_locked, reads=((_LOCK, "scope"), (_LOCK, "level"))),),
        gcp=(
            Rule(
                types=tuple(_GCP),
                check=_guarded,
                reads=(*((t, p) for t, p in _GCP.items() if p), *((t, "deletionPolicy") for t in _GCP)),
            ),
        ),
    ),
)
