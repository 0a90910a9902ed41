"""What happens to names and references around a deletion: data, with the page that says so."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from simulator.model import Props

DAY: Final = 86_400.0


@dataclass(frozen=True)
class Afterlife:
    """How a type is deleted: its name stays taken for a time, or for ever."""

    days: float | None
    """Until the name is free again; None means never by itself."""
    code: str
    remedy: str
    """With ``{name}``, ``{id}``, ``{location}``, ``{group}`` to be filled in."""
    kept: bool = False
    """The object itself stays, readable and importable."""
    days_input: str | None = None
    """The input that says how many days, when the program may choose."""
    source: str = ""
    used_code: str = ""
    """What the cloud answers to a reference meanwhile; :attr:`code` when empty."""
    called: str = "deleted and not yet purged"
    """The state in words."""

    def remedy_for(self, id_: str, inputs: Props) -> str:
        """Return what frees the name of an object."""
        return self.remedy.format(
            name=id_.rsplit("/", 1)[-1],
            id=id_,
            location=inputs.get("location", ""),
            group=inputs.get("resourceGroupName", ""),
        )


AFTERLIFE: Final = MappingProxyType(
    {
        "azure-native:keyvault:Vault": Afterlife(
            days=90,
            code="VaultAlreadyExists",
            days_input="properties.softDeleteRetentionInDays",
            remedy=(
                "`az keyvault purge --name {name} --location {location}` (not under purge protection), or recover it"
            ),
            source="https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview",
        ),
        "azure-native:machinelearningservices:Workspace": Afterlife(
            days=14,
            code="Conflict",
            remedy="`az ml workspace delete --name {name} --resource-group {group} --permanently-delete`",
            source="https://learn.microsoft.com/azure/machine-learning/concept-soft-delete",
        ),
        "azure-native:cognitiveservices:Account": Afterlife(
            days=2,
            code="FlagMustBeSetForRestore",
            remedy="`az cognitiveservices account purge --name {name} --resource-group {group} --location {location}`",
            source="https://learn.microsoft.com/azure/ai-services/recover-purge-resources",
        ),
        "aws:kms/key:Key": Afterlife(
            days=30,
            days_input="deletionWindowInDays",
            code="KMSInvalidStateException",
            remedy="`aws kms cancel-key-deletion --key-id {id}`",
            called="pending deletion",
            source="https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
        ),
        "aws:secretsmanager/secret:Secret": Afterlife(
            days=30,
            days_input="recoveryWindowInDays",
            code="InvalidRequestException",
            remedy=(
                "`aws secretsmanager delete-secret --secret-id {name} --force-delete-without-recovery`, or restore it"
            ),
            source="https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html",
        ),
        "gcp:kms/keyRing:KeyRing": Afterlife(
            days=None,
            kept=True,
            code="409",
            remedy="key rings are never deleted; take it over with `pulumi import gcp:kms/keyRing:KeyRing {name} {id}`",
            source="https://cloud.google.com/kms/docs/object-hierarchy#lifetime",
        ),
        "gcp:kms/cryptoKey:CryptoKey": Afterlife(
            days=None,
            kept=True,
            code="409",
            remedy=(
                "keys are never deleted, only their versions; take it over with "
                "`pulumi import gcp:kms/cryptoKey:CryptoKey {name} {id}`"
            ),
            source="https://cloud.google.com/kms/docs/object-hierarchy#lifetime",
        ),
        "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": Afterlife(
            days=30,
            code="409",
            remedy="`gcloud iam workload-identity-pools undelete {name} --location=global`, or choose another id",
            source="https://cloud.google.com/iam/docs/manage-workload-identity-pools-providers#delete-pool",
        ),
        "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": Afterlife(
            days=30,
            code="409",
            remedy="`gcloud iam workload-identity-pools providers undelete {name}`, or choose another id",
            source="https://cloud.google.com/iam/docs/manage-workload-identity-pools-providers#delete-provider",
        ),
        "gcp:projects/iAMCustomRole:IAMCustomRole": Afterlife(
            days=37,
            code="400",
            remedy="`gcloud iam roles undelete {name}`, or choose another roleId",
            source="https://cloud.google.com/iam/docs/creating-custom-roles#deleting-custom-role",
        ),
    }
)
"""Type -> what comes after its deletion."""

USELESS_WHEN_KEPT: Final = MappingProxyType(
    {
        "gcp:kms/cryptoKey:CryptoKey": (
            "the key has no enabled version: its versions were scheduled for destruction when it was deleted, "
            "failedPrecondition; restore one with `gcloud kms keys versions restore`, or use another key "
            "(https://cloud.google.com/kms/docs/destroy-restore)"
        )
    }
)
"""Type that is never deleted -> why it is of no use any more."""

TOLERATED: Final = frozenset(
    {
        # Deleting these is accepted while others still name them; the others break later.
        "aws:kms/key:Key",
        "aws:kms/alias:Alias",
        "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
        "aws:sagemaker/model:Model",
        "aws:sagemaker/studioLifecycleConfig:StudioLifecycleConfig",
        "aws:sns/topic:Topic",
        "aws:sqs/queue:Queue",
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:lambda/function:Function",
        "aws:sfn/stateMachine:StateMachine",
        "aws:sagemaker/pipeline:Pipeline",
        "aws:ecr/repository:Repository",
        "aws:glue/catalogDatabase:CatalogDatabase",
        "azure-native:managedidentity:UserAssignedIdentity",
        "azure-native:operationalinsights:Workspace",
        "azure-native:applicationinsights:Component",
        "azure-native:storage:StorageAccount",
        "azure-native:keyvault:Vault",
        "azure-native:containerregistry:Registry",
        "azure-native:monitor:ActionGroup",
        "azure-native:machinelearningservices:Workspace",
        "gcp:serviceaccount/account:Account",
        "gcp:pubsub/topic:Topic",
        "gcp:kms/keyRing:KeyRing",
        "gcp:kms/cryptoKey:CryptoKey",
        "gcp:monitoring/notificationChannel:NotificationChannel",
        "gcp:artifactregistry/repository:Repository",
        "gcp:bigquery/table:Table",
        "gcp:workflows/workflow:Workflow",
    }
)
"""Types whose deletion the cloud accepts although others refer to them (children still hold them back)."""

HOLDERS: Final = MappingProxyType(
    {
        "aws:iam/role:Role": frozenset(
            {
                "aws:iam/rolePolicy:RolePolicy",
                "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
                "aws:iam/instanceProfile:InstanceProfile",
            }
        ),
        "aws:iam/policy:Policy": frozenset(
            {
                "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
                "aws:iam/userPolicyAttachment:UserPolicyAttachment",
                "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
                "aws:iam/role:Role",
            }
        ),
        "aws:s3/bucket:Bucket": frozenset({"aws:s3/bucketObject:BucketObject", "aws:s3/bucketObjectv2:BucketObjectv2"}),
        "gcp:storage/bucket:Bucket": frozenset({"gcp:storage/bucketObject:BucketObject"}),
        "gcp:bigquery/dataset:Dataset": frozenset({"gcp:bigquery/table:Table", "gcp:bigquery/routine:Routine"}),
        "gcp:dns/managedZone:ManagedZone": frozenset({"gcp:dns/recordSet:RecordSet"}),
        "aws:secretsmanager/secret:Secret": frozenset(
            {
                "aws:secretsmanager/secretVersion:SecretVersion",
                "aws:secretsmanager/secretPolicy:SecretPolicy",
                "aws:secretsmanager/secretRotation:SecretRotation",
            }
        ),
        "gcp:vertex/aiFeatureGroup:AiFeatureGroup": frozenset(
            {"gcp:vertex/aiFeatureGroupFeature:AiFeatureGroupFeature"}
        ),
    }
)
"""Types that only these users hold back (IAM refuses while policies are attached, not while a service has the role)."""

FORCE: Final = MappingProxyType(
    {
        "aws:s3/bucket:Bucket": "forceDestroy",
        "gcp:storage/bucket:Bucket": "forceDestroy",
        "gcp:bigquery/dataset:Dataset": "deleteContentsOnDestroy",
        "gcp:vertex/aiFeatureOnlineStore:AiFeatureOnlineStore": "forceDestroy",
        "gcp:artifactregistry/repository:Repository": None,
        "gcp:secretmanager/secret:Secret": None,
        "aws:secretsmanager/secret:Secret": None,
        "gcp:dns/managedZone:ManagedZone": "forceDestroy",
    }
)
"""Type -> the input that deletes what is inside with it; None where that happens without being asked."""

CASCADES_NOT: Final = frozenset({"azure-native:privatedns:PrivateZone"})
"""Azure types that refuse deletion while they have children; all others take their children with them
(https://learn.microsoft.com/azure/azure-resource-manager/management/delete-resource-group)."""

OVERWRITES: Final = frozenset(
    {
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        "aws:kms/keyPolicy:KeyPolicy",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sqs/queuePolicy:QueuePolicy",
        "aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings",
        "aws:lakeformation/dataLakeSettings:DataLakeSettings",
        "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:cloudwatch/dashboard:Dashboard",
        "aws:sns/topic:Topic",
        "gcp:projects/service:Service",
        "gcp:projects/serviceIdentity:ServiceIdentity",
        "gcp:projects/iAMAuditConfig:IAMAuditConfig",
        "gcp:logging/projectBucketConfig:ProjectBucketConfig",
    }
)
"""Types whose API is a put: a second creation overwrites the first without an error."""

EMPTY_BEFORE_DELETE: Final = MappingProxyType(
    {
        "aws:s3/bucket:Bucket": ("forceDestroy", "BucketNotEmpty", "The bucket you tried to delete is not empty"),
        "aws:ecr/repository:Repository": (
            "forceDelete",
            "RepositoryNotEmptyException",
            "The repository cannot be deleted because it still contains images",
        ),
        "aws:sagemaker/modelPackageGroup:ModelPackageGroup": (
            None,
            "ConflictException",
            "The model package group still contains model packages",
        ),
        "gcp:storage/bucket:Bucket": (
            "forceDestroy",
            "409",
            "Error 409: The bucket you tried to delete is not empty., conflict",
        ),
        "gcp:bigquery/dataset:Dataset": (
            "deleteContentsOnDestroy",
            "400",
            "Error 400: Dataset is still in use, resourceInUse",
        ),
        "azure-native:recoveryservices:Vault": (None, "VaultCannotBeDeleted", "The vault still contains backups"),
    }
)
"""Type -> (the input that forces it, error code, words) for the deletion of something that holds data."""

PROTECTED: Final = MappingProxyType(
    {
        "gcp:bigquery/table:Table": "deletionProtection",
        "gcp:workflows/workflow:Workflow": "deletionProtection",
        "gcp:cloudrunv2/job:Job": "deletionProtection",
        "gcp:cloudrunv2/service:Service": "deletionProtection",
    }
)
"""Types that refuse deletion unless this input is false; its default is true
(registry.terraform.io/providers/hashicorp/google, argument reference of each)."""


def overwrites(token: str) -> bool:
    """Tell whether a second creation of the same id is accepted."""
    settings = token.startswith("aws:s3/bucket") and token != "aws:s3/bucket:Bucket"
    return token in OVERWRITES or settings or token.endswith(("IAMMember", "IamMember", "IAMBinding", "IamBinding"))
