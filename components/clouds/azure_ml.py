"""Azure ML facts that several capabilities share: datastores, clusters, images and commands of jobs."""

import hashlib
import re
from collections.abc import Sequence

import pulumi_azure_native as azure
from pulumi import Input, Output

from components.clouds.azure_ids import ancestor, segment
from components.core.image import RUNTIME_IMAGE, RUNTIME_VERSION
from components.core.names import build_name, suffix
from components.core.refs import FoundationRef, RegistryRef
from components.core.scope import Scope
from components.core.vocabulary import Zone

API_VERSION = "2025-12-01"
"""API version of Azure ML in templates and calls: the one that the provider's classes use."""
DEFAULT_MODEL = "model"
"""Model that a registry without containers of its own is taken to hold."""


def datastore(zone: Zone, path: str = "") -> str:
    """URI of a path in a zone, read and written as the identity of the job
    (https://learn.microsoft.com/azure/machine-learning/reference-yaml-core-syntax)."""
    return f"azureml://datastores/{zone.value}/paths/{path}"


def runtime_image(registry: RegistryRef, image: str | None = None) -> Output[str]:
    """Reference of the image of the pipeline steps: the given one, or the kit's."""
    if image is not None:
        return Output.from_input(image)
    return Output.concat(registry["image_repository"], f"/{RUNTIME_IMAGE}:{RUNTIME_VERSION}")


def model_registry(registry: RegistryRef) -> Output[str]:
    """ARM id of the registry that holds the models."""
    return Output.from_input(registry["registry_id"]).apply(lambda known: ancestor(known, "registries"))


def model_name(registry: RegistryRef) -> Output[str]:
    """Name of the first model, which is the one that is served."""
    return Output.from_input(registry["registry_id"]).apply(
        lambda known: segment(known, "models") if "/models/" in known else DEFAULT_MODEL
    )


def registry_model(registry: RegistryRef, name: str, version: str) -> Output[str]:
    """Asset id of a model version in the registry."""
    owner = Output.from_input(registry["registry_id"]).apply(lambda known: segment(known, "registries"))
    return Output.concat("azureml://registries/", owner, f"/models/{name}/versions/{version}")


def command_line(parts: Sequence[Input[str]]) -> Output[str]:
    """One shell line of a container command. ``${{inputs.x}}`` stays as it is: Azure ML replaces it by a path."""

    def join(known: Sequence[str]) -> str:
        return " ".join(
            text if re.fullmatch(r"[\w@%+=:,./${}-]+", text) else "'" + text.replace("'", "'\"'\"'") + "'"
            for text in known
        )

    return Output.all(*parts).apply(lambda known: join([str(text) for text in known]))


def asset_version(content: Input[str]) -> Output[str]:
    """Version of an immutable asset: 12 hexadecimal digits of its content, so that a change makes a new version."""
    return Output.from_input(content).apply(lambda text: hashlib.sha256(text.encode()).hexdigest()[:12])


def duration(*, hours: int = 0, minutes: int = 0) -> str:
    """ISO 8601 duration, as limits and idle times want it."""
    return f"PT{hours}H" if hours else f"PT{minutes}M"


def cluster_name(scope: Scope, part: str, machine: str, *, spot: bool = False) -> str:
    """Name of a cluster: the part, and a hash of what only a new cluster can change.

    A cluster that is made again under its old name may keep the old machine
    (https://github.com/Azure/azure-rest-api-specs/issues/18889). The hash begins with a letter, because a name must not
    end in a hyphen and digits. No product in the name: it is unique within a workspace.
    """
    tail = suffix(scope.region, machine, str(spot), str(scope.posture.public_access))
    return build_name("ml_compute", scope.facts.names["ml_compute"], [part, tail], part, "")


def cluster(
    scope: Scope,
    part: str,
    *,
    foundation: FoundationRef,
    workspace_name: Input[str],
    identity_id: Input[str],
    machine: str,
    max_nodes: int = 1,
    spot: bool = False,
    idle_minutes: int = 10,
) -> azure.machinelearningservices.Compute:
    """A cluster that runs as one identity and has no nodes while it has no jobs.

    One identity per cluster, because code in a job gets the cluster's first identity whatever the job asks for
    (https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication#compute-cluster).
    """
    ml = azure.machinelearningservices
    private = not scope.posture.public_access
    return ml.Compute(
        scope.label(part, "cluster"),
        resource_group_name=foundation["group_name"],
        workspace_name=workspace_name,
        compute_name=cluster_name(scope, part, machine, spot=spot),
        location=scope.region,
        identity=ml.ManagedServiceIdentityArgs(
            type=ml.ManagedServiceIdentityType.USER_ASSIGNED, user_assigned_identities=[identity_id]
        ),
        properties=ml.AmlComputeArgs(
            compute_type="AmlCompute",
            compute_location=scope.region,
            description=f"{scope.prefix}: {part}",
            disable_local_auth=True,
            properties=ml.AmlComputePropertiesArgs(
                os_type=ml.OsType.LINUX,
                vm_size=machine,
                vm_priority=ml.VmPriority.LOW_PRIORITY if spot else ml.VmPriority.DEDICATED,
                # nodes without an address need the workspace's managed network, which a public workspace lacks
                enable_node_public_ip=not private,
                remote_login_port_public_access=ml.RemoteLoginPortPublicAccess.DISABLED,
                scale_settings=ml.ScaleSettingsArgs(
                    min_node_count=0,
                    max_node_count=max_nodes,
                    node_idle_time_before_scale_down=duration(minutes=idle_minutes),
                ),
            ),
        ),
        tags=scope.tags(),
        opts=scope.options(replace_on_changes=["computeName", "properties.disableLocalAuth"]),
    )
