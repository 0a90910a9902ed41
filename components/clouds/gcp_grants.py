"""Google Cloud: who may do what. Members of single bindings only, because bindings and policies overwrite other teams'.

Roles that are granted on a whole project are listed in :data:`PROJECT_ROLES`, and :func:`on_project` refuses any other:
the identity that applies the stack may hand out exactly these (see ``components/identity/gcp.py``).
"""

from collections.abc import Sequence

import pulumi_gcp as gcp
from pulumi import Input, Output, Resource

from components.core.errors import Fault, TripodError
from components.core.scope import Scope
from components.core.vocabulary import Role

WORKLOADS = (Role.TRAINING, Role.PIPELINE, Role.SERVING, Role.MONITORING)
"""Roles that machines take."""

KEY_USER = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
OBJECT_USER = "roles/storage.objectUser"
"""Reads, writes and deletes objects; cannot change the bucket's policy."""
OBJECT_VIEWER = "roles/storage.objectViewer"
OBJECT_CREATOR = "roles/storage.objectCreator"
BUCKET_READER = "roles/storage.legacyBucketReader"
"""Reads the bucket itself, which pipelines do before they write."""
DATA_EDITOR = "roles/bigquery.dataEditor"
DATA_VIEWER = "roles/bigquery.dataViewer"
FEATURE_READER = "roles/aiplatform.featurestoreDataViewer"
"""Reads features and their definitions."""
ACT_AS = "roles/iam.serviceAccountUser"
FEDERATED_USER = "roles/iam.workloadIdentityUser"

RESOURCE_ROLES: tuple[str, ...] = (
    BUCKET_READER,
    DATA_EDITOR,
    DATA_VIEWER,
    KEY_USER,
    OBJECT_CREATOR,
    OBJECT_USER,
    OBJECT_VIEWER,
    FEATURE_READER,
    "roles/artifactregistry.reader",
    "roles/artifactregistry.writer",
    "roles/pubsub.publisher",
    "roles/pubsub.subscriber",
    "roles/run.invoker",
)
"""Predefined roles that the stack grants on single resources other than service accounts."""

PROJECT_ROLES: tuple[str, ...] = (
    FEATURE_READER,
    "roles/artifactregistry.reader",
    "roles/bigquery.jobUser",
    "roles/dns.peer",
    "roles/logging.logWriter",
    "roles/monitoring.metricWriter",
    "roles/workflows.invoker",
)
"""Predefined roles that the stack grants on the project, because their services take no narrower resource."""


def member(email: Input[str]) -> Output[str]:
    """The member that a binding names for a service account."""
    return Output.concat("serviceAccount:", email)


def role_name(project: Input[str], role: gcp.projects.IAMCustomRole) -> Output[str]:
    """Full name of a custom role of the project, known before the role exists."""
    return Output.concat("projects/", project, "/roles/", role.role_id)


def on_project(
    scope: Scope,
    part: str,
    project: Input[str],
    role: str,
    who: Input[str],
    *,
    depends_on: Sequence[Resource] | None = None,
) -> gcp.projects.IAMMember:
    """Grant a role of :data:`PROJECT_ROLES` on the project.

    Raises:
        TripodError: where ``role`` is not in the list.
    """
    if role not in PROJECT_ROLES:
        raise TripodError(
            Fault(
                where=scope.label(part),
                what=f"{role} may not be granted on the whole project",
                allowed=", ".join(PROJECT_ROLES),
                remedy="grant it on the resource, or add it to PROJECT_ROLES so that continuous integration may too",
            )
        )
    return gcp.projects.IAMMember(
        scope.label(part), project=project, role=role, member=who, opts=scope.options(depends_on=depends_on)
    )


def by_permission(
    scope: Scope, part: str, project: Input[str], permissions: Sequence[str], who: Input[str], *, description: str
) -> gcp.projects.IAMMember:
    """Grant single permissions on the project by a custom role, where every predefined role says more."""
    role = gcp.projects.IAMCustomRole(
        scope.label(part, "role"),
        project=project,
        role_id=scope.name("custom_role", *part.split("-")),
        title=f"{scope.prefix} {part}",
        description=description,
        permissions=sorted(permissions),
        opts=scope.options(),
    )
    return gcp.projects.IAMMember(
        scope.label(part), project=project, role=role_name(project, role), member=who, opts=scope.options()
    )


def on_bucket(scope: Scope, part: str, bucket: Input[str], role: str, who: Input[str]) -> gcp.storage.BucketIAMMember:
    """Grant ``role`` on one bucket."""
    return gcp.storage.BucketIAMMember(scope.label(part), bucket=bucket, role=role, member=who, opts=scope.options())


def on_dataset(
    scope: Scope, part: str, dataset_id: Input[str], role: str, who: Input[str], *, project: Input[str]
) -> gcp.bigquery.DatasetIamMember:
    """Grant ``role`` on one dataset; needs a dataset without ``accesses``, which would overwrite it."""
    return gcp.bigquery.DatasetIamMember(
        scope.label(part), project=project, dataset_id=dataset_id, role=role, member=who, opts=scope.options()
    )


def on_key(
    scope: Scope, part: str, key_id: Input[str], who: Input[str], *, depends_on: Sequence[Resource] | None = None
) -> gcp.kms.CryptoKeyIAMMember:
    """Let ``who`` encrypt and decrypt with one key."""
    return gcp.kms.CryptoKeyIAMMember(
        scope.label(part),
        crypto_key_id=key_id,
        role=KEY_USER,
        member=who,
        opts=scope.options(depends_on=depends_on),
    )


def on_account(
    scope: Scope, part: str, account_name: Input[str], role: str, who: Input[str]
) -> gcp.serviceaccount.IAMMember:
    """Grant ``role`` on one service account (``projects/…/serviceAccounts/…``): acting as it is never project-wide."""
    return gcp.serviceaccount.IAMMember(
        scope.label(part), service_account_id=account_name, role=role, member=who, opts=scope.options()
    )
