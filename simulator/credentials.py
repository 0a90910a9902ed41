"""Keeping the credentials of real clouds away from programs, policy packs and plugins.

Two ways lead to a real account: variables of the environment, which are removed, and what an SDK finds by itself (files
in the home directory, the metadata service of a virtual machine), which is blocked by variables that point nowhere.
What is not done: a program that opens ``~/.aws/credentials`` itself is not stopped; it is the user's own program.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CREDENTIALS: Final = (
    "AWS_",
    "AMAZON_",
    "BOTO_CONFIG",
    "ECS_CONTAINER_METADATA_URI",
    "AZURE_",
    "ARM_",
    "AZCOPY_",
    "MSI_ENDPOINT",
    "MSI_SECRET",
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "IDENTITY_SERVER_THUMBPRINT",
    "IMDS_ENDPOINT",
    "GOOGLE_",
    "GCLOUD_",
    "GCP_",
    "GCE_",
    "CLOUDSDK_",
    "CLOUD_SDK_",
    "USE_GKE_GCLOUD_AUTH_PLUGIN",
    "ACTIONS_ID_TOKEN_REQUEST_",
    "CI_JOB_JWT",
    "SYSTEM_ACCESSTOKEN",
    "SYSTEM_OIDCREQUESTURI",
    "PULUMI_ACCESS_TOKEN",
    "PULUMI_CONFIG_PASSPHRASE",
)
"""How the names of such variables begin. Keys and profiles, workload identities (``AWS_CONTAINER_*``,
``AWS_WEB_IDENTITY_TOKEN_FILE``, managed identities of Azure, tokens of a pipeline), the addresses of metadata services,
and what opens the secrets of Pulumi. Sources: docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html;
learn.microsoft.com/python/api/overview/azure/identity-readme;
learn.microsoft.com/azure/app-service/overview-managed-identity;
cloud.google.com/docs/authentication/application-default-credentials; registry.terraform.io/providers/hashicorp/google;
docs.github.com/actions/security-for-github-actions/security-hardening-your-deployments."""

BLOCKED: Final = MappingProxyType(
    {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AZURE_CONFIG_DIR": os.devnull,
        "CLOUDSDK_CONFIG": os.devnull,
        "NO_GCE_CHECK": "true",
        "GCE_METADATA_HOST": "metadata.invalid",
    }
)
"""Variables that keep an SDK from finding credentials by itself."""


def is_credential(name: str) -> bool:
    """Tell whether a variable may lead to a real account."""
    return name.startswith(CREDENTIALS)


def without(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment from which no SDK reaches a real account."""
    return {**{name: value for name, value in environment.items() if not is_credential(name)}, **BLOCKED}


def clear() -> None:
    """Make the environment of this process such a one, for good."""
    kept = without(os.environ)
    for name in set(os.environ) - set(kept):
        del os.environ[name]
    os.environ.update(kept)
