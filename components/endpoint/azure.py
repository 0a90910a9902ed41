"""Endpoint on Azure: a managed online endpoint, and optionally one model version in it, released step by step.

The slot knows no traffic: Azure accepts a share for a deployment only once it is there, and shares move while a release
runs, so a workflow owns them (``azure_release``). Callers sign in with Entra ID; whom to let call is granted outside.
Private endpoints are the workspace's: an endpoint has none of its own.

A model needs no scoring code: versions are MLflow models
(https://learn.microsoft.com/azure/machine-learning/how-to-deploy-mlflow-models-online-endpoints). Going back after a
refused release is a release of the older version; while its deployment still serves, nothing has to be done.
"""

import pulumi_azure_native as azure
from pulumi import Input, Output

from components.clouds.azure_ids import name_in
from components.clouds.azure_logs import diagnostic_setting
from components.clouds.azure_ml import datastore, registry_model
from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.names import suffix
from components.core.scope import Scope
from components.core.vocabulary import Zone
from components.endpoint.azure_release import release_loop
from components.endpoint.azure_scale import autoscale
from components.endpoint.contract import EndpointArgs, EndpointOutputs, EndpointSpec, ModelVersion

SUPPORT = Support(means=Means.COMPOSED, by="Azure ML managed online endpoint, Azure Monitor autoscale, Logic Apps")
GAPS: tuple[Gap, ...] = ()

COLLECTIONS = ("model_inputs", "model_outputs")
"""What the data collector logs of MLflow models
(https://learn.microsoft.com/azure/machine-learning/how-to-collect-production-data#collect-data-for-mlflow-models)."""
REQUEST_TIMEOUT = "PT60S"
"""Longest time for one request; the service's default is 5 s and its greatest 180 s
(https://learn.microsoft.com/azure/machine-learning/reference-yaml-deployment-managed-online#requestsettings)."""


def build(scope: Scope, spec: EndpointSpec, args: EndpointArgs) -> EndpointOutputs:
    """Make the slot, and what serves and releases the model where one is given."""
    ml, foundation = azure.machinelearningservices, args["foundation"]
    name = scope.name("ml_endpoint")
    workspace_name = name_in(args["training"]["workspace_id"], "workspaces")
    endpoint = ml.OnlineEndpoint(
        scope.label("slot"),
        resource_group_name=foundation["group_name"],
        workspace_name=workspace_name,
        endpoint_name=name,
        location=scope.region,
        identity=ml.ManagedServiceIdentityArgs(
            type=ml.ManagedServiceIdentityType.USER_ASSIGNED, user_assigned_identities=[args["identity"]["serving_id"]]
        ),
        properties=ml.OnlineEndpointPropertiesArgs(
            auth_mode=ml.EndpointAuthMode.AAD_TOKEN,
            public_network_access=_public(scope),
            description=f"Real-time predictions of {scope.prefix}",
        ),
        tags=scope.tags(),
        opts=scope.options(
            stateful=True,
            ignore_changes=["properties.traffic"],
            # the service fixes both; the provider would plan an update
            replace_on_changes=["identity", "properties.authMode"],
        ),
    )
    diagnostic_setting(scope, "slot", resource_id=endpoint.id, log_id=foundation["log_id"])
    if spec.model is not None:
        deployment = _deployment(scope, spec, args, model=spec.model, endpoint=endpoint, workspace_name=workspace_name)
        release_loop(scope, spec, args, endpoint_id=endpoint.id, deployment=deployment, public=_public(scope).value)
    return EndpointOutputs(
        endpoint_id=Output.from_input(endpoint.id),
        endpoint_name=_after(endpoint.id, name),
        instance_type=Output.from_input(scope.facts.serving_machines[spec.size]),
        invoke_url=_after(endpoint.id, f"https://{name}.{scope.region}.inference.ml.azure.com/score"),
        capture_uri=Output.concat(args["storage"]["monitoring_uri"], "/", _capture(name)),
    )


def _public(scope: Scope) -> azure.machinelearningservices.PublicNetworkAccessType:
    access = azure.machinelearningservices.PublicNetworkAccessType
    return access.ENABLED if scope.posture.public_access else access.DISABLED


def _after(resource_id: Input[str], text: str) -> Output[str]:
    """A text that is known beforehand, but of use only once the resource is there."""
    return Output.from_input(resource_id).apply(lambda _: text)


def _capture(endpoint_name: str) -> str:
    return f"capture/{endpoint_name}"


def deployment_name(model: ModelVersion, machine: str) -> str:
    """``v<version>-<hash>``: what cannot be changed in place makes another deployment, so a release never replaces."""
    return f"v{model.version}-{suffix(model.name, model.version, machine)}"


def _deployment(
    scope: Scope,
    spec: EndpointSpec,
    args: EndpointArgs,
    *,
    model: ModelVersion,
    endpoint: azure.machinelearningservices.OnlineEndpoint,
    workspace_name: Output[str],
) -> str:
    """Make the deployment of the model; its name. The release removes the old one once it serves nothing."""
    ml, foundation = azure.machinelearningservices, args["foundation"]
    machine = scope.facts.serving_machines[spec.size]
    least, greatest = spec.replicas(scope.posture)
    name = deployment_name(model, machine)
    made = ml.OnlineDeployment(
        scope.label(name),
        resource_group_name=foundation["group_name"],
        workspace_name=workspace_name,
        endpoint_name=endpoint.name,
        deployment_name=name,
        location=scope.region,
        sku=ml.SkuArgs(name="Default", capacity=least),
        properties=ml.ManagedOnlineDeploymentArgs(
            endpoint_compute_type="Managed",
            model=registry_model(args["registry"], model.name, model.version),
            instance_type=machine,
            app_insights_enabled=True,
            # 'Disabled' would take the deployment out of the workspace's managed network, which bounds it otherwise
            # (https://learn.microsoft.com/azure/machine-learning/concept-secure-online-endpoint)
            egress_public_network_access=ml.EgressPublicNetworkAccessType.ENABLED,
            scale_settings=ml.DefaultScaleSettingsArgs(scale_type="Default"),
            request_settings=ml.OnlineRequestSettingsArgs(request_timeout=REQUEST_TIMEOUT),
            data_collector=_collector(scope, spec, args, name, workspace_name) if spec.capture_percent else None,
            description=f"{model.name} {model.version}",
        ),
        tags=scope.tags(model_version=model.version),
        opts=scope.options(
            # autoscaling moves the number of instances
            ignore_changes=["sku"] if greatest > least else None,
            retain_on_delete=True,
        ),
    )
    diagnostic_setting(scope, name, resource_id=made.id, log_id=foundation["log_id"], groups=())
    if greatest > least:
        autoscale(scope, spec, foundation, made.id, least=least, greatest=greatest)
    return name


def _collector(
    scope: Scope, spec: EndpointSpec, args: EndpointArgs, deployment: str, workspace_name: Output[str]
) -> azure.machinelearningservices.DataCollectorArgs:
    """Log a share of requests to zone monitoring, through its datastore and as the endpoint's identity."""
    ml, endpoint = azure.machinelearningservices, scope.name("ml_endpoint")
    collections = {}
    for collection in COLLECTIONS:
        data = ml.DataVersion(
            scope.label(deployment, collection),
            resource_group_name=args["foundation"]["group_name"],
            workspace_name=workspace_name,
            name=f"{endpoint}-{deployment}-{collection}",
            version="1",
            properties=ml.UriFolderDataVersionArgs(
                data_type="uri_folder",
                data_uri=datastore(Zone.MONITORING, f"{_capture(endpoint)}/{deployment}/{collection}"),
                description=f"Captured {collection} of {deployment}",
            ),
            opts=scope.options(retain_on_delete=True),
        )
        collections[collection] = ml.CollectionArgs(
            data_collection_mode=ml.DataCollectionMode.ENABLED,
            sampling_rate=spec.capture_percent / 100,
            data_id=data.id,
        )
    return ml.DataCollectorArgs(collections=collections, rolling_rate=ml.RollingRateType.HOUR)
