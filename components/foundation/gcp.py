"""Foundation on Google Cloud: the services that a platform needs, enabled in an existing project.

``account_id`` is the project id as an output of the enabled services, so whatever is made with it waits for them.
``serviceusage`` and ``cloudresourcemanager`` must be on already: a stack cannot enable what it needs to enable things.
"""

import pulumi_gcp as gcp
from pulumi import Output

from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.errors import Fault, TripodError
from components.core.scope import Scope
from components.foundation.contract import FoundationArgs, FoundationOutputs, FoundationSpec

SUPPORT = Support(means=Means.NATIVE, by="Service Usage")
GAPS: tuple[Gap, ...] = ()

SERVICES = (
    "aiplatform",
    "artifactregistry",
    "bigquery",
    "cloudbuild",
    "clouddeploy",
    "cloudkms",
    "cloudscheduler",
    "compute",
    "dns",
    "eventarc",
    "iam",
    "iamcredentials",
    "logging",
    "monitoring",
    "networkconnectivity",
    "pubsub",
    "run",
    "servicedirectory",
    "storage",
    "sts",
    "workflowexecutions",
    "workflows",
)
"""Services (without ``.googleapis.com``) that the capabilities use. Some stand behind others: Cloud Deploy renders and
deploys in Cloud Build, an endpoint for Google APIs registers in Service Directory, and the Security Token Service
exchanges federated tokens."""


def build(scope: Scope, spec: FoundationSpec, args: FoundationArgs) -> FoundationOutputs:
    """Enable the services.

    Raises:
        TripodError: where the stack names no project.
    """
    if not scope.spec.account:
        raise TripodError(
            Fault(
                where="gcp:project",
                what="the stack names no project",
                allowed="the id of an existing project",
                remedy="set gcp:project in the stack file",
            )
        )
    enabled = [
        gcp.projects.Service(
            scope.label(service),
            project=scope.spec.account,
            service=f"{service}.googleapis.com",
            disable_on_destroy=False,  # other stacks of the project may use it
            opts=scope.options(),
        )
        for service in SERVICES
    ]
    project = Output.all(*(service.project for service in enabled)).apply(lambda projects: str(projects[0]))
    number = gcp.organizations.get_project_output(project_id=scope.spec.account).number
    return FoundationOutputs(
        group_name=project,
        account_id=project,
        account_number=number,
        log_id=Output.concat("projects/", project, "/locations/global/buckets/_Default"),
    )
