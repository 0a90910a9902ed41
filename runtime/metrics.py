"""Where a measurement goes: the monitoring service of the cloud that the job runs in."""

import json
import os
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from runtime.errors import InputError
from runtime.log import log

NAMESPACE = "Tripod"
"""Namespace on AWS and Azure."""
GOOGLE_PREFIX = "custom.googleapis.com/tripod"
GOOGLE_NAMES = {"DriftedShare": "drifted_share"}
"""Names on Google Cloud, whose metrics are written in lower case."""
AZURE_RESOURCE, AZURE_REGION = "TRIPOD_METRIC_RESOURCE", "TRIPOD_METRIC_REGION"
"""Resource that a custom metric of Azure belongs to, and its region."""
KINDS = ("cloudwatch", "azure", "google", "log")
TIMEOUT_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One data point."""

    name: str
    value: float
    dimensions: Mapping[str, str]
    time: datetime = field(default_factory=lambda: datetime.now(UTC))


class Sink(Protocol):
    """Something that takes data points."""

    def send(self, metric: Metric) -> None:
        """Deliver one data point, or raise."""


class Log:
    """No service: the line in the log is all."""

    def send(self, metric: Metric) -> None:
        """Write the line."""
        log("metric", name=metric.name, value=metric.value, dimensions=dict(metric.dimensions))


class CloudWatch:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html"""

    def __init__(self, client: Any = None) -> None:
        self._client = client

    def send(self, metric: Metric) -> None:
        """Put one datum; an alarm must name exactly these dimensions."""
        self._client = self._client or _boto3("cloudwatch")
        dimensions = [{"Name": name, "Value": value} for name, value in sorted(metric.dimensions.items())]
        datum = {
            "MetricName": metric.name,
            "Dimensions": dimensions,
            "Timestamp": metric.time,
            "Value": metric.value,
            "Unit": "None",
        }
        self._client.put_metric_data(Namespace=NAMESPACE, MetricData=[datum])


class AzureMonitor:
    """https://learn.microsoft.com/azure/azure-monitor/metrics/metrics-store-custom-rest-api"""

    # the service asks for the slash at the end of its audience, hence two
    SCOPE = "https://monitoring.azure.com//.default"

    def __init__(self, resource: str, region: str, *, token: Any = None, post: Any = None) -> None:
        self._url = f"https://{region}.monitoring.azure.com{resource}/metrics"
        self._token = token or azure_token
        self._post = post or _post

    def send(self, metric: Metric) -> None:
        """Post one data point as the job's identity."""
        names = sorted(metric.dimensions)
        series = {
            "dimValues": [metric.dimensions[name] for name in names],
            "min": metric.value,
            "max": metric.value,
            "sum": metric.value,
            "count": 1,
        }
        data = {"metric": metric.name, "namespace": NAMESPACE, "dimNames": names, "series": [series]}
        body = {"time": metric.time.strftime("%Y-%m-%dT%H:%M:%SZ"), "data": {"baseData": data}}
        self._post(self._url, self._token(self.SCOPE), json.dumps(body).encode())


class GoogleMonitoring:
    """https://cloud.google.com/monitoring/custom-metrics/creating-metrics"""

    def __init__(self, project: str, client: Any = None) -> None:
        self._project, self._client = project, client

    def series(self, metric: Metric) -> dict[str, Any]:
        """The data point in the words of the API."""
        seconds = metric.time.timestamp()
        end = {"seconds": int(seconds), "nanos": int(seconds % 1 * 10**9)}
        return {
            "metric": {
                "type": f"{GOOGLE_PREFIX}/{GOOGLE_NAMES.get(metric.name, metric.name)}",
                "labels": dict(metric.dimensions),
            },
            "resource": {"type": "global", "labels": {"project_id": self._project}},
            "points": [{"interval": {"end_time": end}, "value": {"double_value": metric.value}}],
        }

    def send(self, metric: Metric) -> None:
        """Write one point."""
        if self._client is None:
            from google.cloud import monitoring_v3  # noqa: PLC0415  in the image only

            self._client = monitoring_v3.MetricServiceClient()
        self._client.create_time_series(
            request={"name": f"projects/{self._project}", "time_series": [self.series(metric)]}
        )


def sink(kind: str | None = None, environment: Mapping[str, str] | None = None) -> Sink:
    """The sink of that kind, or the one that the environment of the job names.

    Raises:
        InputError: where the kind needs a variable that is not set.
    """
    env = os.environ if environment is None else environment
    project = env.get("GOOGLE_CLOUD_PROJECT") or env.get("CLOUD_ML_PROJECT_ID") or ""
    chosen = kind or _detected(env, project)
    if chosen == "azure":
        for name in (AZURE_RESOURCE, AZURE_REGION):
            if not env.get(name):
                raise InputError(f"{name} is not set: Azure custom metrics belong to a resource and its region")
        return AzureMonitor(env[AZURE_RESOURCE], env[AZURE_REGION])
    if chosen == "google":
        if not project:
            raise InputError("GOOGLE_CLOUD_PROJECT is not set: it names the project that the metric is written to")
        return GoogleMonitoring(project)
    return CloudWatch() if chosen == "cloudwatch" else Log()


def _detected(env: Mapping[str, str], project: str) -> str:
    if env.get(AZURE_RESOURCE):
        return "azure"
    if project:
        return "google"
    return "cloudwatch" if env.get("AWS_DEFAULT_REGION") or env.get("AWS_REGION") else "log"


def azure_token(scope: str) -> str:
    """A token of the job's identity; Azure ML says in a variable which one that is
    (https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication)."""
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415  in the image only

    client_id = os.environ.get("DEFAULT_IDENTITY_CLIENT_ID")
    return str(DefaultAzureCredential(managed_identity_client_id=client_id).get_token(scope).token)


def _post(url: str, token: str, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):
        return


def _boto3(service: str) -> Any:
    import boto3  # noqa: PLC0415

    return boto3.client(service)
