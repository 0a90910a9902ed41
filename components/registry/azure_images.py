"""The container registry of the platform's images: private, signed in to with identities only, kept tidy."""

import base64
import json
from dataclasses import dataclass
from typing import Any

import pulumi_azure_native as azure
from pulumi import Input, Output

from components.clouds.azure_arm import put_again
from components.clouds.azure_ids import key_arm_id
from components.clouds.azure_logs import diagnostic_setting
from components.clouds.azure_private import private_endpoint
from components.clouds.azure_roles import BuiltInRole, role_assignment
from components.core.scope import Scope
from components.core.vocabulary import DataClass
from components.registry.contract import RegistryArgs, RegistrySpec

UNTAGGED_DAYS = 7
"""Days after which manifests that no tag names any more are deleted."""
PURGE_SCHEDULE = "0 3 * * *"
"""When superfluous images are deleted, UTC."""
TASKS_API_VERSION = "2025-11-01"
"""First stable API version of the registry that lets tasks past its firewall."""
SCANNED_POLICY = "/providers/Microsoft.Authorization/policyDefinitions/090c7b07-b4ed-4561-ad20-e9075f3ccaff"
"""Built-in "Azure registry container images should have vulnerabilities resolved"
(https://learn.microsoft.com/azure/container-registry/policy-reference)."""


@dataclass(frozen=True, kw_only=True)
class Encryption:
    """Who uses the key, and the grant that lets it."""

    identity: azure.managedidentity.UserAssignedIdentity
    grant: azure.authorization.RoleAssignment

    def user(self) -> azure.containerregistry.IdentityPropertiesArgs:
        """The identity of the registry."""
        acr = azure.containerregistry
        return acr.IdentityPropertiesArgs(
            type=acr.ResourceIdentityType.USER_ASSIGNED,
            user_assigned_identities=Output.from_input(self.identity.id).apply(
                lambda known: {known: acr.UserIdentityPropertiesArgs()}
            ),
        )

    def property(self, key_id: Input[str]) -> azure.containerregistry.EncryptionPropertyArgs:
        """The encryption of the registry with a key."""
        acr = azure.containerregistry
        return acr.EncryptionPropertyArgs(
            status=acr.EncryptionStatus.ENABLED,
            key_vault_properties=acr.KeyVaultPropertiesArgs(identity=self.identity.client_id, key_identifier=key_id),
        )


def image_registry(
    scope: Scope, spec: RegistrySpec, args: RegistryArgs
) -> tuple[azure.containerregistry.Registry, list[azure.authorization.RoleAssignment]]:
    """Make the registry, its network, clean-up and scanning rule; the registry and the grants to pull."""
    acr, foundation = azure.containerregistry, args["foundation"]
    private, customer_key = not scope.posture.public_access, scope.covers(DataClass.MODELS)
    premium = private or customer_key
    encryption = _encryption(scope, args) if customer_key else None
    registry = acr.Registry(
        scope.label("images"),
        resource_group_name=foundation["group_name"],
        registry_name=scope.name("container_registry"),
        location=scope.region,
        # private endpoints, customer keys and retention exist in the Premium tier only
        sku=acr.SkuArgs(name=acr.SkuName.PREMIUM if premium else acr.SkuName.STANDARD),
        admin_user_enabled=False,
        anonymous_pull_enabled=False,
        public_network_access=acr.PublicNetworkAccess.DISABLED if private else acr.PublicNetworkAccess.ENABLED,
        # Azure ML pulls as a trusted service
        network_rule_bypass_options=acr.NetworkRuleBypassOptions.AZURE_SERVICES,
        network_rule_set=acr.NetworkRuleSetArgs(default_action=acr.DefaultAction.DENY) if private else None,
        policies=_policies(private) if premium else None,
        identity=encryption.user() if encryption else None,
        encryption=encryption.property(args["keys"]["models_key_id"]) if encryption else None,
        tags=scope.tags(),
        opts=scope.options(
            stateful=True,
            depends_on=[encryption.grant] if encryption else None,
            replace_on_changes=["encryption.status", "location"],
        ),
    )
    if private and "network" in args:
        private_endpoint(
            scope,
            "images",
            foundation=foundation,
            network=args["network"],
            resource_id=registry.id,
            group="registry",
        )
    diagnostic_setting(scope, "images", resource_id=registry.id, log_id=foundation["log_id"])
    pullers = _grants(scope, args, registry.id)
    _purge(scope, spec, args, registry, encryption)
    if spec.image_scanning:
        _scanning(scope, registry.id)
    return registry, pullers


def _policies(private: bool) -> azure.containerregistry.PoliciesArgs:
    acr = azure.containerregistry
    return acr.PoliciesArgs(
        # copying images out needs a public endpoint; where there is one, pulling does the same
        export_policy=acr.ExportPolicyArgs(
            status=acr.ExportPolicyStatus.DISABLED if private else acr.ExportPolicyStatus.ENABLED
        ),
        # images stay unpullable until a scanner of one's own releases them, and Defender is none
        quarantine_policy=acr.QuarantinePolicyArgs(status=acr.PolicyStatus.DISABLED),
        retention_policy=acr.RetentionPolicyArgs(days=UNTAGGED_DAYS, status=acr.PolicyStatus.ENABLED),
    )


def _encryption(scope: Scope, args: RegistryArgs) -> Encryption:
    """An identity for nothing but the key: Container Registry wants the client id, which references lack."""
    foundation, keys = args["foundation"], args["keys"]
    identity = azure.managedidentity.UserAssignedIdentity(
        scope.label("encryption"),
        resource_group_name=foundation["group_name"],
        resource_name_=scope.name("user_identity", "images-encryption"),
        location=scope.region,
        tags=scope.tags(),
        opts=scope.options(),
    )
    grant = role_assignment(
        scope,
        "encryption-key",
        subscription=foundation["account_id"],
        role=BuiltInRole.KEY_VAULT_CRYPTO_SERVICE_ENCRYPTION_USER,
        on=key_arm_id(keys["vault_id"], keys["models_key_id"]),
        principal=identity.principal_id,
    )
    return Encryption(identity=identity, grant=grant)


def _grants(scope: Scope, args: RegistryArgs, registry_id: Input[str]) -> list[azure.authorization.RoleAssignment]:
    """Every workload pulls; nobody here pushes: images are built by continuous integration."""
    identity = args["identity"]
    return [
        role_assignment(
            scope,
            f"pull-{role}",
            subscription=args["foundation"]["account_id"],
            role=BuiltInRole.ACR_PULL,
            on=registry_id,
            principal=principal,
        )
        for role, principal in (
            ("training", identity["training_principal"]),
            ("pipeline", identity["pipeline_principal"]),
            ("serving", identity["serving_principal"]),
            ("monitoring", identity["monitoring_principal"]),
        )
    ]


def purge_task(keep: int) -> str:
    """Task file that keeps the ``keep`` newest tags of every repository; JSON is YAML
    (https://learn.microsoft.com/azure/container-registry/container-registry-auto-purge)."""
    command = f"acr purge --filter '.*:.*' --ago 0d --keep {keep} --untagged"
    step = {"cmd": command, "disableWorkingDirectoryOverride": True, "timeout": 3600}
    return json.dumps({"steps": [step], "version": "v1.1.0"}, sort_keys=True)


def _purge(
    scope: Scope,
    spec: RegistrySpec,
    args: RegistryArgs,
    registry: azure.containerregistry.Registry,
    encryption: Encryption | None,
) -> None:
    """A registry counts no tags by itself, so a task deletes what is too many."""
    acr, private = azure.containerregistry, not scope.posture.public_access
    server = f"{scope.name('container_registry')}.azurecr.io"
    task = acr.Task(
        scope.label("images", "purge"),
        resource_group_name=args["foundation"]["group_name"],
        registry_name=registry.name,
        task_name=scope.name("container_registry_task", "purge"),
        location=scope.region,
        identity=acr.IdentityPropertiesArgs(type=acr.ResourceIdentityType.SYSTEM_ASSIGNED) if private else None,
        # a trusted task signs in as itself alone
        credentials=acr.CredentialsArgs(
            source_registry=acr.SourceRegistryCredentialsArgs(login_mode=acr.SourceRegistryLoginMode.NONE),
            custom_registries={server: acr.CustomRegistryCredentialsArgs(identity="[system]")},
        )
        if private
        else None,
        platform=acr.PlatformPropertiesArgs(os=acr.OS.LINUX, architecture=acr.Architecture.AMD64),
        step=acr.EncodedTaskStepArgs(
            type="EncodedTask",
            context_path="/dev/null",
            encoded_task_content=base64.b64encode(purge_task(spec.keep_images).encode()).decode(),
        ),
        trigger=acr.TriggerPropertiesArgs(
            timer_triggers=[
                acr.TimerTriggerArgs(name="daily", schedule=PURGE_SCHEDULE, status=acr.TriggerStatus.ENABLED)
            ]
        ),
        agent_configuration=acr.AgentPropertiesArgs(cpu=2),
        status=acr.TaskStatus.ENABLED,
        timeout=3600,
        tags=scope.tags(),
        opts=scope.options(),
    )
    if private:
        _let_in(scope, args, registry, task, encryption)


def _let_in(
    scope: Scope,
    args: RegistryArgs,
    registry: azure.containerregistry.Registry,
    task: azure.containerregistry.Task,
    encryption: Encryption | None,
) -> None:
    """Let the task past the firewall of a private registry, with an identity that reads and deletes images only.

    None but a system-assigned identity passes, and since June 2025 the registry has to allow it, by a property that is
    newer than the provider's class
    (https://learn.microsoft.com/azure/container-registry/manage-network-bypass-policy-for-tasks).
    """
    # empty where nothing computes it, as under mocks
    principal = task.identity.apply(lambda identity: (identity and identity.principal_id) or "")
    for part, role in (("purge-read", BuiltInRole.ACR_PULL), ("purge-delete", BuiltInRole.ACR_DELETE)):
        role_assignment(
            scope,
            part,
            subscription=args["foundation"]["account_id"],
            role=role,
            on=registry.id,
            principal=principal,
        )
    body: dict[str, Any] = {
        "location": scope.region,
        "sku": {"name": "Premium"},
        "tags": scope.tags(),
        "properties": {
            "adminUserEnabled": False,
            "anonymousPullEnabled": False,
            "publicNetworkAccess": "Disabled",
            "networkRuleBypassOptions": "AzureServices",
            "networkRuleBypassAllowedForTasks": True,
            "networkRuleSet": {"defaultAction": "Deny"},
            "policies": {
                "exportPolicy": {"status": "disabled"},
                "quarantinePolicy": {"status": "disabled"},
                "retentionPolicy": {"days": UNTAGGED_DAYS, "status": "enabled"},
            },
        },
    }
    if encryption is not None:
        body["identity"] = {
            "type": "UserAssigned",
            "userAssignedIdentities": Output.from_input(encryption.identity.id).apply(lambda known: {known: {}}),
        }
        body["properties"]["encryption"] = {
            "status": "enabled",
            "keyVaultProperties": {
                "identity": encryption.identity.client_id,
                "keyIdentifier": args["keys"]["models_key_id"],
            },
        }
    put_again(
        scope,
        "images-tasks",
        foundation=args["foundation"],
        type_="Microsoft.ContainerRegistry/registries",
        api_version=TASKS_API_VERSION,
        name=registry.name,
        body=body,
        depends_on=[task],
    )


def _scanning(scope: Scope, registry_id: Input[str]) -> None:
    """Report images with open findings. Scanning itself is the plan Defender for Containers, which a subscription
    has or has not (https://learn.microsoft.com/azure/defender-for-cloud/defender-for-containers-introduction)."""
    azure.authorization.PolicyAssignment(
        scope.label("images", "scanned"),
        policy_assignment_name=scope.name("policy_assignment", "scanned-images"),
        display_name=f"{scope.prefix}: images have no open vulnerabilities",
        description="Container images are scanned by Defender for Containers and findings are resolved.",
        scope=registry_id,
        policy_definition_id=SCANNED_POLICY,
        parameters={"effect": azure.authorization.ParameterValuesValueArgs(value="AuditIfNotExists")},
        enforcement_mode=azure.authorization.EnforcementMode.DEFAULT,
        opts=scope.options(),
    )
