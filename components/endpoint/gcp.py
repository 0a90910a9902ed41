"""Endpoint on Google Cloud: a Vertex AI endpoint, the BigQuery table of what it captured, and the release manifest.

No class deploys a model to an endpoint, so what a release must use (machine, bounds, canary, accounts) stands in a
manifest in zone artifacts, and whoever releases, the job made here or Cloud Deploy after an approval, runs the kit's
``release`` step over it. The step owns deployed models and the traffic split; they are never declared here.

Not here: the address of a private endpoint before its first model, which the service makes only then; the next refresh
shows it in ``invoke_url``.
"""

import hashlib
from typing import Any

import pulumi_gcp as gcp
from pulumi import Output

from components.clouds.gcp_run import attached
from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.scope import Scope
from components.core.vocabulary import DataClass
from components.endpoint.contract import EndpointArgs, EndpointOutputs, EndpointSpec
from components.endpoint.gcp_capture import make_capture
from components.endpoint.gcp_release import manifest_text, release_role, release_step, write_manifest

SUPPORT = Support(means=Means.COMPOSED, by="Vertex AI endpoints, BigQuery, Cloud Run jobs")
GAPS: tuple[Gap, ...] = ()

_Logging = gcp.vertex.AiEndpointPredictRequestResponseLoggingConfigArgs
_Destination = gcp.vertex.AiEndpointPredictRequestResponseLoggingConfigBigqueryDestinationArgs
_Private = gcp.vertex.AiEndpointPrivateServiceConnectConfigArgs
_Automation = gcp.vertex.AiEndpointPrivateServiceConnectConfigPscAutomationConfigArgs


def build(scope: Scope, spec: EndpointSpec, args: EndpointArgs) -> EndpointOutputs:
    """Make the slot and, where a model is given, the job that puts it in."""
    project = args["foundation"]["account_id"]
    capture_uri = make_capture(scope, args)
    endpoint = _endpoint(scope, spec, args, capture_uri)
    name = endpoint_number(scope)
    endpoint_id = Output.concat("projects/", project, f"/locations/{scope.region}/endpoints/", endpoint.name)
    granted = release_role(scope, args)
    text = manifest_text(scope, spec, args, endpoint_id)
    manifest = write_manifest(scope, args, text)
    if spec.model is not None:
        release_step(scope, spec, args, text=text, ready=[manifest, granted])
    return EndpointOutputs(
        endpoint_id=endpoint_id,
        endpoint_name=Output.from_input(name),
        instance_type=Output.from_input(scope.facts.serving_machines[spec.size]),
        invoke_url=_invoke_url(scope, endpoint, endpoint_id),
        capture_uri=capture_uri,
    )


def endpoint_number(scope: Scope) -> str:
    """Id of the endpoint: nine digits that depend on nothing but the stack.

    The provider takes digits only, without a leading zero (https://www.pulumi.com/registry/packages/gcp/api-docs/vertex/
    aiendpoint/); the API takes at most nine where it takes digits
    (https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/create).
    """
    seed = f"{scope.spec.account}/{scope.region}/{scope.prefix}/{scope.spec.generation}"
    return str(10**8 + int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) % (9 * 10**8))


def _endpoint(scope: Scope, spec: EndpointSpec, args: EndpointArgs, capture_uri: Output[str]) -> gcp.vertex.AiEndpoint:
    project, public = args["foundation"]["account_id"], scope.posture.public_access
    key = args["keys"]["models_key_id"] if scope.covers(DataClass.MODELS) else None
    return gcp.vertex.AiEndpoint(
        scope.label("endpoint"),
        project=project,
        location=scope.region,
        region=scope.region,
        name=endpoint_number(scope),
        display_name=scope.prefix,
        description=f"Real-time endpoint of {scope.prefix}",
        # the two ways in exclude each other; the shared public address is left out: 60 s and 1.5 MB at most
        dedicated_endpoint_enabled=True if public else None,
        private_service_connect_config=None if public else _private(scope, args),
        # immutable: a key that is added later replaces the endpoint
        encryption_spec=gcp.vertex.AiEndpointEncryptionSpecArgs(kms_key_name=key) if key is not None else None,
        # always a table: with less, the service makes a dataset of its own, without our key and elsewhere
        predict_request_response_logging_config=_Logging(
            enabled=spec.capture_percent > 0,
            sampling_rate=spec.capture_percent / 100 if spec.capture_percent else None,
            bigquery_destination=_Destination(output_uri=capture_uri),
        ),
        deletion_policy="PREVENT" if scope.posture.deletion_protection else "DELETE",
        labels=scope.tags(),
        opts=scope.options(stateful=True),
    )


def _private(scope: Scope, args: EndpointArgs) -> gcp.vertex.AiEndpointPrivateServiceConnectConfigArgs:
    """Only from the stack's project; with a network, the service makes the address in it."""
    project, network = args["foundation"]["account_id"], attached(scope, args.get("network"))
    return _Private(
        enable_private_service_connect=True,
        enable_secure_private_service_connect=True,
        project_allowlists=[project],
        psc_automation_configs=[_Automation(project_id=project, network=network["network_id"])]
        if network is not None
        else None,
    )


def _invoke_url(scope: Scope, endpoint: gcp.vertex.AiEndpoint, endpoint_id: Output[str]) -> Output[str]:
    regional = f"https://{scope.region}-aiplatform.googleapis.com"

    def url(host: str, path: str) -> str:
        return f"{host or regional}/v1/{path}:predict"

    origin: Output[Any] = endpoint.dedicated_endpoint_dns
    if not scope.posture.public_access:
        origin = endpoint.private_service_connect_config.apply(_address)
    return Output.all(origin, endpoint_id).apply(lambda found: url(_https(found[0]), str(found[1])))


def _https(host: Any) -> str:
    """``host`` as an origin; the API gives some with the scheme and some without."""
    return f"https://{str(host).removeprefix('https://')}" if host else ""


def _address(private: Any) -> str:
    """Address of the first endpoint that the service made in the network; empty before the first model."""
    configs = (private or {}).get("psc_automation_configs") or []
    return str(configs[0].get("ip_address") or "") if configs else ""
