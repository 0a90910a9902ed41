"""What continuous integration and approvers may do on a Google Cloud project, permission by permission.

Previewing needs to read every resource of the stack, applying to change it; neither needs the data in it. Left out on
purpose, so that a pipeline cannot widen its own rights: creating, changing and granting on service accounts, custom
roles and identity pools, and destroying key versions. A person applies such changes.
Names of permissions: https://cloud.google.com/iam/docs/permissions-reference.
"""

from collections.abc import Callable

_READ = ("get", "list", "getIamPolicy")
_GRANT = ("setIamPolicy",)
_PROJECT = "resourcemanager.projects.setIamPolicy"

RESOURCES: dict[str, str] = {
    "aiplatform.deploymentResourcePools": "create delete get list update",
    "aiplatform.endpoints": "create delete get getIamPolicy list setIamPolicy update",
    "aiplatform.featureGroups": "create delete get getIamPolicy list setIamPolicy update",
    "aiplatform.featureOnlineStores": "create delete get getIamPolicy list setIamPolicy update",
    "aiplatform.featureViews": "create delete get getIamPolicy list setIamPolicy update",
    "aiplatform.features": "create delete get list update",
    "aiplatform.metadataStores": "create delete get list",
    "aiplatform.operations": "list",
    "aiplatform.persistentResources": "create delete get list",
    "aiplatform.schedules": "create delete get list update",
    "aiplatform.tensorboards": "create delete get list update",
    "artifactregistry.repositories": "create delete get getIamPolicy list setIamPolicy update",
    "bigquery.datasets": "create delete get getIamPolicy setIamPolicy update",
    "bigquery.tables": "create delete get getIamPolicy list setIamPolicy update",
    "clouddeploy.customTargetTypes": "create delete get getIamPolicy list setIamPolicy update",
    "clouddeploy.deliveryPipelines": "create delete get getIamPolicy list setIamPolicy update",
    "clouddeploy.operations": "get list",
    "clouddeploy.targets": "create delete get getIamPolicy list setIamPolicy update",
    "cloudkms.cryptoKeyVersions": "get list",
    "cloudkms.cryptoKeys": "create get getIamPolicy list setIamPolicy update",
    "cloudkms.keyRings": "create get getIamPolicy list",
    "cloudscheduler.jobs": "create delete enable get list pause update",
    "compute.firewalls": "create delete get list update",
    "compute.globalAddresses": "createInternal deleteInternal get list setLabels use",
    "compute.globalForwardingRules": "get list pscCreate pscDelete pscSetLabels pscUpdate setLabels",
    "compute.globalOperations": "get list",
    "compute.networkAttachments": "create delete get list update",
    "compute.networks": "create delete get list update updatePolicy use",
    "compute.regionOperations": "get list",
    "compute.routers": "create delete get list update use",
    "compute.routes": "create delete get list",
    "compute.subnetworks": "create delete expandIpCidrRange get list setPrivateIpGoogleAccess update use",
    "dns.changes": "create get list",
    "dns.managedZones": "create delete get list update",
    "dns.networks": "bindPrivateDNSPolicy bindPrivateDNSZone",
    "dns.policies": "create delete get list update",
    "dns.resourceRecordSets": "create delete get list update",
    "eventarc.operations": "get list",
    "eventarc.triggers": "create delete get getIamPolicy list setIamPolicy update",
    "iam.googleapis.com/workloadIdentityPoolProviders": "get list",
    "iam.googleapis.com/workloadIdentityPools": "get list",
    "iam.roles": "get list",
    "iam.serviceAccounts": "get getIamPolicy list",
    "logging.buckets": "create delete get list undelete update",
    "logging.logMetrics": "create delete get list update",
    "logging.operations": "get list",
    "logging.settings": "get",
    "logging.sinks": "create delete get list update",
    "monitoring.alertPolicies": "create delete get list update",
    "monitoring.dashboards": "create delete get list update",
    "monitoring.metricDescriptors": "create delete get list",
    "monitoring.notificationChannels": "create delete get list update",
    "networkconnectivity.operations": "get list",
    "networkconnectivity.serviceConnectionPolicies": "create delete get list update",
    "pubsub.subscriptions": "create delete get getIamPolicy list setIamPolicy update",
    "pubsub.topics": "attachSubscription create delete get getIamPolicy list setIamPolicy update",
    "resourcemanager.projects": "get getIamPolicy setIamPolicy",
    "run.executions": "get list",
    "run.jobs": "create delete get getIamPolicy list run setIamPolicy update",
    "run.operations": "get list",
    "servicedirectory.namespaces": "create delete get list",
    "servicedirectory.services": "create delete get list",
    "serviceusage.operations": "get",
    "serviceusage.services": "enable get list use",
    "storage.buckets": "create delete get getIamPolicy list setIamPolicy update",
    "workflows.operations": "get list",
    "workflows.workflows": "create delete get list update",
}
"""What the capabilities make on Google Cloud, and the verbs that a pipeline may use on it."""

APPROVER: tuple[str, ...] = (
    "aiplatform.modelEvaluations.get",
    "aiplatform.modelEvaluations.list",
    "aiplatform.models.get",
    "aiplatform.models.list",
    "aiplatform.models.update",
    "clouddeploy.deliveryPipelines.get",
    "clouddeploy.deliveryPipelines.list",
    "clouddeploy.releases.get",
    "clouddeploy.releases.list",
    "clouddeploy.rollouts.approve",
    "clouddeploy.rollouts.get",
    "clouddeploy.rollouts.list",
    "clouddeploy.targets.get",
    "clouddeploy.targets.list",
    "resourcemanager.projects.get",
)
"""Looking at a model, its evaluations and its release, approving or rejecting the release, and saying so in the label
of the version, which batch scoring and releases look at. Nobody else may change models: neither training nor pipeline.
"""

MANIFEST: tuple[str, ...] = (
    "storage.objects.create",
    "storage.objects.delete",
    "storage.objects.get",
    "storage.objects.update",
)
"""Writing the release manifest; bound under a condition that names this object, so that no other is in reach."""


def to_read() -> list[str]:
    """Permissions to preview: state of resources and who may do what on them."""
    return _pick(lambda verb: verb in _READ)


def to_change() -> list[str]:
    """Permissions to apply, without granting."""
    return _pick(lambda verb: verb not in _GRANT)


def to_grant() -> list[str]:
    """Permissions to grant roles on single resources; bound under a condition that says which roles."""
    return [name for name in _pick(lambda verb: verb in _GRANT) if name != _PROJECT]


def to_grant_on_project() -> list[str]:
    """The permission to grant roles on the whole project; bound under a condition of its own."""
    return [_PROJECT]


def _pick(wanted: Callable[[str], bool]) -> list[str]:
    return sorted(f"{kind}.{verb}" for kind, verbs in RESOURCES.items() for verb in verbs.split() if wanted(verb))
