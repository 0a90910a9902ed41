"""By which of its properties a resource is referred to by others.

The default holds for most classes of the three providers; the table names what differs. Azure resources are named by
the last argument of their own path (``accountName`` of a storage account), which on a child names the parent.
"""

from __future__ import annotations

from collections.abc import Mapping

from policies.tokens import aws, azure, gcp

_DEFAULT = ("arn", "name", "selfLink")

_KEYS: Mapping[str, tuple[str, ...]] = {
    aws("s3.Bucket"): ("bucket", "arn"),
    aws("kms.Key"): ("arn", "keyId"),
    aws("sns.Topic"): ("arn",),
    aws("sqs.Queue"): ("arn", "url"),
    aws("sagemaker.FeatureGroup"): ("arn", "featureGroupName"),
    aws("sagemaker.ModelPackageGroup"): ("arn", "modelPackageGroupName"),
    aws("sagemaker.Pipeline"): ("arn", "pipelineName"),
    aws("sagemaker.Domain"): ("arn",),
    azure("storage.StorageAccount"): ("accountName", "name"),
    azure("storage.BlobContainer"): ("containerName", "name"),
    azure("keyvault.Vault"): ("vaultName", "name"),
    azure("keyvault.Key"): ("keyName", "name", "keyUri", "keyUriWithVersion"),
    azure("machinelearningservices.Workspace"): ("workspaceName", "name"),
    azure("machinelearningservices.OnlineEndpoint"): ("endpointName", "name"),
    azure("machinelearningservices.OnlineDeployment"): ("deploymentName", "name"),
    azure("machinelearningservices.ModelContainer"): ("name",),
    azure("machinelearningservices.Registry"): ("registryName", "name"),
    azure("cognitiveservices.Account"): ("accountName", "name"),
    azure("operationalinsights.Workspace"): ("workspaceName", "name"),
    azure("managedidentity.UserAssignedIdentity"): ("resourceName", "name", "principalId", "clientId"),
    gcp("serviceaccount.Account"): ("email", "member", "name"),
}


def identity_keys(token: str) -> tuple[str, ...]:
    """The top-level properties of the type that others use as its name (its id is one always)."""
    return _KEYS.get(token, _DEFAULT)
