"""Registry on Azure: an Azure ML registry for models, a container registry for images, and approval by promotion.

Azure ML has no approval object; a version's stage and tags are free text that whoever registers it can write. Approval
is therefore a place: with approvals required, pipelines register candidates in their workspace, only the approver may
copy one into the registry, and Azure Policy denies deployments of models of any other registry
(https://learn.microsoft.com/azure/machine-learning/how-to-share-models-pipelines-across-workspaces-with-registries).

Where storage is private, Azure ML cannot copy out of it: the approver then downloads the candidate inside the network
and creates the version in the registry (``az ml model create --registry-name``).

Not here: customer keys for the storage that the registry owns, which its API has no property for; sharing the registry
with other regions, which is a registry of its own stack.
"""

from collections.abc import Sequence

import pulumi_azure_native as azure
from pulumi import Input, Output

from components.clouds.azure_ids import group_id
from components.clouds.azure_logs import diagnostic_setting
from components.clouds.azure_private import private_endpoint
from components.clouds.azure_roles import BuiltInRole, role_assignment
from components.core.backend import Means, Support
from components.core.cloud import Gap, GapKind
from components.core.refs import FoundationRef
from components.core.scope import Scope
from components.registry.azure_images import image_registry
from components.registry.contract import RegistryArgs, RegistryOutputs, RegistrySpec

SUPPORT = Support(means=Means.COMPOSED, by="Azure ML registry, Container Registry, Azure Policy")
GAPS: tuple[Gap, ...] = (
    Gap(
        kind=GapKind.NEVER,
        reason="every Azure ML workspace has an MLflow tracking server; the option only empties the output",
        field="tracking",
        url="https://learn.microsoft.com/azure/machine-learning/concept-mlflow",
    ),
)

Region = azure.machinelearningservices.outputs.RegistryRegionArmDetailsResponse

ONE_REGISTRY_POLICY = "/providers/Microsoft.Authorization/policyDefinitions/19539b54-c61e-4196-9a38-67598701be90"
"""Built-in "Model Registry Deployments are restricted except for the allowed Registry"
(https://learn.microsoft.com/azure/machine-learning/policy-reference)."""


def build(scope: Scope, spec: RegistrySpec, args: RegistryArgs) -> RegistryOutputs:
    """Make both registries, grants on them, and the gate of approvals."""
    foundation = args["foundation"]
    images, pullers = image_registry(scope, spec, args)
    name = scope.name("ml_registry")
    models = _model_registry(scope, args, name)
    containers = [
        azure.machinelearningservices.RegistryModelContainer(
            scope.label("model", model),
            resource_group_name=foundation["group_name"],
            registry_name=models.name,
            model_name=model,
            properties=azure.machinelearningservices.ModelContainerPropertiesArgs(
                description=f"Versions of model {model}"
            ),
            opts=scope.options(stateful=True, replace_on_changes=["modelName", "registryName"]),
        )
        for model in spec.models
    ]
    readers = _grants(scope, args, models.id)
    approval = _approval(scope, args, name, models.id) if scope.posture.require_approval else Output.from_input("")
    return RegistryOutputs(
        # whoever gets these uses them at once: they are known when the grants are made
        registry_id=Output.all(containers[0].id, *(grant.id for grant in readers)).apply(lambda known: str(known[0])),
        image_repository_id=Output.from_input(images.id),
        image_repository=Output.all(images.id, *(grant.id for grant in pullers)).apply(
            lambda _: f"{scope.name('container_registry')}.azurecr.io"
        ),
        tracking_uri=_tracking_uri(scope, foundation) if spec.tracking else Output.from_input(""),
        approval_id=approval,
    )


def _model_registry(scope: Scope, args: RegistryArgs, name: str) -> azure.machinelearningservices.Registry:
    foundation, ml = args["foundation"], azure.machinelearningservices
    private = not scope.posture.public_access
    registry = ml.Registry(
        scope.label("models"),
        resource_group_name=foundation["group_name"],
        registry_name=name,
        location=scope.region,
        identity=ml.ManagedServiceIdentityArgs(type=ml.ManagedServiceIdentityType.SYSTEM_ASSIGNED),
        public_network_access="Disabled" if private else "Enabled",
        region_details=[
            ml.RegistryRegionArmDetailsArgs(
                location=scope.region,
                acr_details=[
                    ml.AcrDetailsArgs(
                        system_created_acr_account=ml.SystemCreatedAcrAccountArgs(acr_account_sku="Premium")
                    )
                ],
                storage_account_details=[
                    ml.StorageAccountDetailsArgs(
                        system_created_storage_account=ml.SystemCreatedStorageAccountArgs(
                            storage_account_type="Standard_LRS",
                            storage_account_hns_enabled=False,
                            allow_blob_public_access=False,
                        )
                    )
                ],
            )
        ],
        tags=scope.tags(),
        # the provider plans an update where the service cannot: the primary region is fixed
        opts=scope.options(stateful=True, replace_on_changes=["location", "registryName"]),
    )
    if private and "network" in args:
        private_endpoint(
            scope,
            "models",
            foundation=foundation,
            network=args["network"],
            resource_id=registry.id,
            group="amlregistry",
        )
        for group, owned in (("blob", _account(registry)), ("registry", _images(registry))):
            private_endpoint(
                scope,
                f"models-{group}",
                foundation=foundation,
                network=args["network"],
                resource_id=owned,
                group=group,
            )
    diagnostic_setting(scope, "models", resource_id=registry.id, log_id=foundation["log_id"])
    return registry


def _account(registry: azure.machinelearningservices.Registry) -> Output[str]:
    """ARM id of the storage account that the registry owns, in a group that Azure makes for it.

    Whoever reads or writes a version's files reaches that account, so a private registry is of no use without it
    (https://learn.microsoft.com/azure/machine-learning/how-to-registry-network-isolation). Azure tells the id with the
    registry; empty where nothing computes it, as in the simulator.
    """

    def found(regions: Sequence[Region] | None) -> str:
        for region in regions or ():
            for details in region.storage_account_details or ():
                made = details.system_created_storage_account
                if made is not None and made.arm_resource_id is not None and made.arm_resource_id.resource_id:
                    return made.arm_resource_id.resource_id
        return ""

    return registry.region_details.apply(found)


def _images(registry: azure.machinelearningservices.Registry) -> Output[str]:
    """ARM id of the container registry that the registry owns, likewise."""

    def found(regions: Sequence[Region] | None) -> str:
        for region in regions or ():
            for details in region.acr_details or ():
                made = details.system_created_acr_account
                if made is not None and made.arm_resource_id is not None and made.arm_resource_id.resource_id:
                    return made.arm_resource_id.resource_id
        return ""

    return registry.region_details.apply(found)


def _grants(scope: Scope, args: RegistryArgs, registry_id: Input[str]) -> list[azure.authorization.RoleAssignment]:
    """The pipeline writes versions only where nobody has to approve them; who scores and serves reads."""
    identity = args["identity"]
    writes = BuiltInRole.READER if scope.posture.require_approval else BuiltInRole.ML_REGISTRY_USER
    return [
        role_assignment(
            scope,
            part,
            subscription=args["foundation"]["account_id"],
            role=role,
            on=registry_id,
            principal=principal,
        )
        for part, principal, role in (
            ("models-pipeline", identity["pipeline_principal"], writes),
            ("models-training", identity["training_principal"], BuiltInRole.READER),
            ("models-serving", identity["serving_principal"], BuiltInRole.READER),
        )
    ]


def _approval(scope: Scope, args: RegistryArgs, name: str, registry_id: Input[str]) -> Output[str]:
    """Deny deployments of models that come from another registry than the one that approvers write to."""
    foundation = args["foundation"]
    assignment = azure.authorization.PolicyAssignment(
        scope.label("approved"),
        policy_assignment_name=scope.name("policy_assignment", "approved-models"),
        display_name=f"{scope.prefix}: only models that an approver promoted are deployed",
        description="Promotion copies a version from the workspace into the registry, where only approvers write.",
        scope=group_id(foundation["account_id"], foundation["group_name"]),
        policy_definition_id=ONE_REGISTRY_POLICY,
        parameters={
            "effect": azure.authorization.ParameterValuesValueArgs(value="Deny"),
            "allowedRegistryName": azure.authorization.ParameterValuesValueArgs(value=name),
        },
        enforcement_mode=azure.authorization.EnforcementMode.DEFAULT,
        non_compliance_messages=[
            azure.authorization.NonComplianceMessageArgs(message=f"Deploy a model of registry {name}: it was approved.")
        ],
        opts=scope.options(),
    )
    return Output.from_input(assignment.id)


def _tracking_uri(scope: Scope, foundation: FoundationRef) -> Output[str]:
    """MLflow URI of the workspace that training makes: its name follows from the scope
    (https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking)."""
    return Output.concat(
        f"azureml://{scope.region}.api.azureml.ms/mlflow/v1.0",
        group_id(foundation["account_id"], foundation["group_name"]),
        f"/providers/Microsoft.MachineLearningServices/workspaces/{scope.name('ml_workspace')}",
    )
