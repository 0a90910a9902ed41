"""Which resource types the catalogue holds: whole modules of an SDK, and single types of the others.

Every type of the machine-learning services, all that the kit uses, and the services that a platform team adds to it
next. Deliberately left out: ``wafv2`` and ``quicksight`` (megabytes of recursive types), the pipeline types of Data
Factory (likewise), superseded versions of a type under another token.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

MODULES: Final = MappingProxyType(
    {
        "aws": (
            "accessanalyzer appautoscaling athena budgets cfg cloudtrail cloudwatch codebuild costexplorer dynamodb"
            " ecr efs glue guardduty iam kinesis kms lakeformation lambda redshiftserverless resourcegroups s3"
            " sagemaker scheduler secretsmanager sfn sns sqs ssm vpc"
        ),
        "azure-native": (
            "applicationinsights consumption containerregistry keyvault machinelearningservices managedidentity"
            " operationalinsights portal privatedns purview redis redisenterprise search storage"
        ),
        "gcp": (
            "artifactregistry bigquery cloudrunv2 cloudscheduler colab dns eventarc kms logging monitoring pubsub"
            " redis secretmanager serviceaccount storage vertex workbench workflows"
        ),
    }
)
"""Package -> modules of which every type is taken."""

TYPES: Final = MappingProxyType(
    {
        "aws": MappingProxyType(
            {
                "backup": "Plan Selection Vault VaultLockConfiguration VaultPolicy",
                "batch": "ComputeEnvironment JobDefinition JobQueue",
                "bedrock": "Guardrail GuardrailVersion InferenceProfile ProvisionedModelThroughput CustomModel",
                "codeartifact": "Domain DomainPermissions Repository RepositoryPermissionsPolicy",
                "codepipeline": "Pipeline",
                "codestarconnections": "Connection Host",
                "ec2": (
                    "DefaultNetworkAcl DefaultRouteTable DefaultSecurityGroup EgressOnlyInternetGateway Eip"
                    " EipAssociation FlowLog Instance InternetGateway LaunchTemplate MainRouteTableAssociation"
                    " ManagedPrefixList ManagedPrefixListEntry NatGateway NetworkAcl NetworkAclAssociation"
                    " NetworkAclRule NetworkInterface Route RouteTable RouteTableAssociation SecurityGroup"
                    " SecurityGroupRule Subnet Vpc VpcBlockPublicAccessOptions VpcDhcpOptions"
                    " VpcDhcpOptionsAssociation VpcEndpoint VpcEndpointPolicy VpcEndpointRouteTableAssociation"
                    " VpcEndpointService VpcEndpointSubnetAssociation VpcIpv4CidrBlockAssociation"
                    " VpcPeeringConnection VpcPeeringConnectionAccepter"
                ),
                "eks": "Addon Cluster NodeGroup PodIdentityAssociation",
                "emrserverless": "Application",
                "inspector2": "Enabler",
                "macie2": "Account ClassificationJob",
                "mwaa": "Environment",
                "organizations": "Policy PolicyAttachment",
                "pipes": "Pipe",
                "ram": "PrincipalAssociation ResourceAssociation ResourceShare",
                "route53": (
                    "Record ResolverQueryLogConfig ResolverQueryLogConfigAssociation Zone ZoneAssociation"
                    " ResolverFirewallDomainList ResolverFirewallRule ResolverFirewallRuleGroup"
                    " ResolverFirewallRuleGroupAssociation"
                ),
                "securityhub": "Account FindingAggregator StandardsSubscription",
                "signer": "SigningProfile",
                "xray": "EncryptionConfig Group SamplingRule",
            }
        ),
        "azure-native": MappingProxyType(
            {
                "app": "ContainerApp Job ManagedEnvironment",
                "authorization": (
                    "ManagementLockByScope PolicyAssignment PolicyDefinition PolicyExemption PolicySetDefinition"
                    " RoleAssignment RoleDefinition"
                ),
                "cognitiveservices": "Account CommitmentPlan Deployment PrivateEndpointConnection Project RaiPolicy",
                "costmanagement": "Budget Export ScheduledAction",
                "databricks": "AccessConnector Workspace",
                "datafactory": "Factory IntegrationRuntime",
                "eventgrid": (
                    "Domain EventSubscription SystemTopic SystemTopicEventSubscription Topic TopicEventSubscription"
                ),
                "eventhub": "EventHub EventHubAuthorizationRule Namespace",
                "logic": "Workflow",
                "monitor": (
                    "ActionGroup ActivityLogAlert AutoscaleSetting AzureMonitorWorkspace DataCollectionEndpoint"
                    " DataCollectionRule DataCollectionRuleAssociation DiagnosticSetting MetricAlert PrivateLinkScope"
                    " PrivateLinkScopedResource ScheduledQueryRule SubscriptionDiagnosticSetting"
                ),
                "network": (
                    "ApplicationSecurityGroup AzureFirewall BastionHost FirewallPolicy FlowLog IpGroup NatGateway"
                    " NetworkInterface NetworkSecurityGroup NetworkSecurityPerimeter NetworkWatcher"
                    " PrivateDnsZoneGroup PrivateEndpoint PrivateLinkService PublicIPAddress PublicIPPrefix Route"
                    " RouteTable SecurityRule Subnet VirtualNetwork VirtualNetworkPeering"
                ),
                "recoveryservices": "Vault",
                "resources": "AzureCliScript Deployment ResourceGroup TagAtScope",
                "security": "DefenderForStorage Pricing SecurityContact",
                "servicebus": "Namespace Queue Subscription Topic",
                "web": "AppServicePlan WebApp WebAppApplicationSettings",
            }
        ),
        "gcp": MappingProxyType(
            {
                "accesscontextmanager": (
                    "AccessLevel AccessPolicy ServicePerimeter ServicePerimeterEgressPolicy"
                    " ServicePerimeterIngressPolicy ServicePerimeterResource"
                ),
                "billing": "Budget",
                "binaryauthorization": "Attestor Policy",
                "cloudbuild": "Trigger WorkerPool",
                "cloudbuildv2": "Connection Repository",
                "clouddeploy": "Automation CustomTargetType DeliveryPipeline DeployPolicy Target",
                "cloudfunctionsv2": "Function FunctionIamMember",
                "cloudtasks": "Queue",
                "composer": "Environment",
                "compute": (
                    "Address Firewall ForwardingRule GlobalAddress GlobalForwardingRule Network NetworkAttachment"
                    " NetworkFirewallPolicy NetworkFirewallPolicyAssociation NetworkFirewallPolicyRule NetworkPeering"
                    " ResourcePolicy Route Router RouterNat ServiceAttachment Subnetwork SubnetworkIAMMember"
                ),
                "dataform": "Repository RepositoryIamMember RepositoryReleaseConfig RepositoryWorkflowConfig",
                "dataplex": (
                    "AspectType Asset Datascan DatascanIamMember EntryGroup EntryType Glossary GlossaryTerm Lake Zone"
                ),
                "dataproc": "AutoscalingPolicy Batch Cluster MetastoreService",
                "firestore": "Database Field Index",
                "folder": "IAMMember IamAuditConfig",
                "iam": (
                    "DenyPolicy WorkloadIdentityPool WorkloadIdentityPoolIamMember WorkloadIdentityPoolProvider"
                    " PrincipalAccessBoundaryPolicy ProjectsPolicyBinding"
                ),
                "networkconnectivity": "InternalRange RegionalEndpoint ServiceConnectionPolicy",
                "organizations": "IAMMember IamAuditConfig Project",
                "orgpolicy": "CustomConstraint Policy",
                "projects": (
                    "ApiKey IAMAuditConfig IAMBinding IAMCustomRole IAMMember Service ServiceIdentity UsageExportBucket"
                ),
                "servicenetworking": "Connection PeeredDnsDomain",
                "spanner": "Database Instance",
                "tags": "TagBinding TagKey TagValue",
                "vectorsearch": "Collection Index",
                "vpcaccess": "Connector",
            }
        ),
    }
)
"""Package -> module -> types of it."""

SUPERSEDED: Final = frozenset(
    {
        "aws:s3/bucketAccelerateConfigurationV2:BucketAccelerateConfigurationV2",
        "aws:s3/bucketAclV2:BucketAclV2",
        "aws:s3/bucketCorsConfigurationV2:BucketCorsConfigurationV2",
        "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
        "aws:s3/bucketLoggingV2:BucketLoggingV2",
        "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2",
        "aws:s3/bucketRequestPaymentConfigurationV2:BucketRequestPaymentConfigurationV2",
        "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
        "aws:s3/bucketV2:BucketV2",
        "aws:s3/bucketVersioningV2:BucketVersioningV2",
        "aws:s3/bucketWebsiteConfigurationV2:BucketWebsiteConfigurationV2",
    }
)
"""Deprecated tokens for types that the catalogue holds under another one (pulumi-aws 7 migration guide)."""


def wanted(package: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tokens of a package that the catalogue is to hold, of those that the SDK has, in order.

    Raises :class:`ValueError` naming a module or type of the tables that the SDK does not have.
    """
    modules = set(MODULES[package].split())
    single = {(module, leaf) for module, leaves in TYPES[package].items() for leaf in leaves.split()}
    chosen: set[str] = set()
    met: set[str | tuple[str, str]] = set()
    for token in known:
        module, leaf = token.split(":")[1].split("/")[0], token.rsplit(":", 1)[-1]
        if "/" in token.split(":")[1] and package == "azure-native":
            continue  # an explicit API version of a type
        if module in modules:
            met.add(module)
        elif (module, leaf) in single:
            met.add((module, leaf))
        else:
            continue
        if token not in SUPERSEDED:
            chosen.add(token)
    missing = sorted(str(one) for one in (modules | single) - met)
    if missing:
        raise ValueError(f"the SDK of {package} does not have {', '.join(missing)}; mend simulator/catalogue/width.py")
    return tuple(sorted(chosen))
