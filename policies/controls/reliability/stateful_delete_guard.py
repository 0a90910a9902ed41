"""What holds data, or a record that nobody can make again, is not deleted by a slip.

Deliberately not done: what the program, a registry or an offline store makes again as it was (endpoints, feature views,
online caches, identities, workflows). Deleting those stops a service; it loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies.checks import PASSED, Outcome, Rule, StackRow, failed, not_applicable, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.settings import Profile, Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import MISSING, UNKNOWN

# The property that lets a resource be deleted with what it holds.
_AWS = {
    aws("s3.Bucket"): "forceDestroy",
    aws("kms.Key"): "",
    aws("sagemaker.FeatureGroup"): "",
    aws("sagemaker.Domain"): "",
    aws("ecr.Repository"): "forceDelete",
    aws("glue.CatalogDatabase"): "",
    aws("sagemaker.MlflowApp"): "",
    aws("sagemaker.MlflowTrackingServer"): "",
    aws("sagemaker.ModelPackageGroup"): "",
}
# What was logged goes with the group, and what a trail does not record while it is gone was never recorded.
_RECORDS = (aws("cloudwatch.LogGroup"), aws("cloudtrail.Trail"))
_AZURE = tuple(
    azure(short)
    for short in (
        "containerregistry.Registry",
        "keyvault.Vault",
        "machinelearningservices.FeaturesetContainerEntity",
        "machinelearningservices.FeaturestoreEntityContainerEntity",
        "machinelearningservices.FeaturestoreEntityVersion",
        "machinelearningservices.Registry",
        "machinelearningservices.RegistryModelContainer",
        "machinelearningservices.Workspace",
        "operationalinsights.Workspace",
        "storage.StorageAccount",
    )
)
_LOCK = azure("authorization.ManagementLockByScope")
# What a lock on another resource is inherited by: the property that names it.
# https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources#lock-inheritance
_HOLDERS = {
    azure("resources.ResourceGroup"): "resourceGroupName",
    azure("machinelearningservices.Workspace"): "workspaceName",
    azure("machinelearningservices.Registry"): "registryName",
}
_GCP = {
    gcp("storage.Bucket"): "forceDestroy",
    gcp("kms.CryptoKey"): "",
    gcp("bigquery.Dataset"): "deleteContentsOnDestroy",
    gcp("vertex.AiFeatureOnlineStore"): "forceDestroy",
    gcp("artifactregistry.Repository"): "",
    gcp("logging.ProjectBucketConfig"): "",
    gcp("vertex.AiFeatureGroup"): "",
    gcp("vertex.AiMetadataStore"): "",
    gcp("vertex.AiTensorboard"): "",
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


def _recorded(resource: Resource, settings: Settings) -> Iterator[Outcome]:
    if settings.profile is not Profile.REGULATED:
        yield not_applicable("records of this kind may go in this profile")
    elif resource.protect or resource.options.retain_on_delete or resource.at("skipDestroy") is True:
        yield PASSED
    elif resource.at("skipDestroy") is UNKNOWN:
        yield undetermined("skipDestroy is not known yet; it must be true", "skipDestroy")
    else:
        yield failed("it is not protected from deletion (resource option protect)")


def _within(resource: Resource, graph: Graph) -> Iterator[Resource]:
    """The resource, and what holds it: a lock there holds for it too."""
    yield resource
    for type_, link in _HOLDERS.items():
        if resource.at(link) is not MISSING:
            yield from (holder for holder in graph.of(type_) if graph.refers(resource, link, holder))


def _locked(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    referring = [graph.referring(place, (_LOCK,), "scope") for place in _within(resource, graph)]
    maybe = any(unsure for _, unsure in referring)
    levels = [lock.at("level") for locks, _ in referring for lock in locks]
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
        aws=(
            Rule(types=tuple(_AWS), check=_guarded, reads=tuple((t, p) for t, p in _AWS.items() if p)),
            Rule(types=_RECORDS, check=_recorded, reads=((_RECORDS[0], "skipDestroy"),)),
        ),
        azure=(
            StackRow(
                types=_AZURE,
                check=_locked,
                reads=((_LOCK, "scope"), (_LOCK, "level"), *((t, "") for t in _HOLDERS)),
            ),
        ),
        gcp=(
            Rule(
                types=tuple(_GCP),
                check=_guarded,
                reads=(*((t, p) for t, p in _GCP.items() if p), *((t, "deletionPolicy") for t in _GCP)),
            ),
        ),
    ),
)
