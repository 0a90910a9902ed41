"""An endpoint of Vertex AI through its client libraries (https://cloud.google.com/vertex-ai/docs/reference/rest)."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from runtime.errors import InputError
from runtime.release import Deployed, Health, Manifest

ONLINE = "aiplatform.googleapis.com/prediction/online"
CPU = f"{ONLINE}/cpu/utilization"
LATENCY_LABELS = {"": ' AND metric.labels.latency_type="model"', "private/": ""}
"""Kinds of endpoint metrics, and what picks the model's own latency. An endpoint inside a network reports private
ones, beside the others or in place of them (https://cloud.google.com/monitoring/api/metrics_gcp_a_b#gcp-aiplatform)."""
DEPLOY_SECONDS = 3000
"""Longest wait for one operation."""


class VertexEndpoints:
    """One endpoint."""

    def __init__(
        self, name: str, *, endpoints: Any = None, models: Any = None, metrics: Any = None, now: Any = time.time
    ) -> None:
        parts = name.split("/")
        if len(parts) != 6 or parts[0::2] != ["projects", "locations", "endpoints"]:
            raise InputError(f"endpoint '{name}': expected projects/<project>/locations/<region>/endpoints/<id>")
        self._name, self._project, self._region, self._id = name, parts[1], parts[3], parts[5]
        self._endpoints = endpoints or _client("EndpointServiceClient", self._region)
        self._models = models or _client("ModelServiceClient", self._region)
        self._metrics, self._now = metrics, now

    def deployed(self) -> list[Deployed]:
        """What is in it."""
        found = self._endpoints.get_endpoint(request={"name": self._name})
        traffic = dict(found.traffic_split)
        return [
            Deployed(id=each.id, name=each.display_name, traffic=int(traffic.get(each.id, 0)))
            for each in found.deployed_models
        ]

    def approval(self, model: str) -> str:
        """Label ``approval`` of a model version."""
        return str(dict(self._models.get_model(request={"name": model}).labels).get("approval", ""))

    def deploy(self, manifest: Manifest, traffic: Mapping[str, int]) -> str:
        """Deploy and wait."""
        machine: dict[str, Any] = {"machine_type": manifest.machine_type}
        if manifest.accelerator_type:
            machine |= {
                "accelerator_type": manifest.accelerator_type,
                "accelerator_count": manifest.accelerator_count,
            }
        body = {
            "model": manifest.model,
            "display_name": manifest.deployed_name,
            "service_account": manifest.service_account,
            "dedicated_resources": {
                "machine_spec": machine,
                "min_replica_count": manifest.min_replicas,
                "max_replica_count": manifest.max_replicas,
                "autoscaling_metric_specs": [{"metric_name": CPU, "target": manifest.target_utilization}],
            },
        }
        request = {"endpoint": self._name, "deployed_model": body, "traffic_split": dict(traffic)}
        made = self._endpoints.deploy_model(request=request).result(timeout=DEPLOY_SECONDS)
        return str(made.deployed_model.id)

    def split(self, traffic: Mapping[str, int]) -> None:
        """Set the whole traffic split; what is not named gets none."""
        self._endpoints.update_endpoint(
            request={
                "endpoint": {"name": self._name, "traffic_split": dict(traffic)},
                "update_mask": {"paths": ["traffic_split"]},
            }
        )

    def undeploy(self, deployed_id: str) -> None:
        """Remove a model and wait."""
        request = {"endpoint": self._name, "deployed_model_id": deployed_id}
        self._endpoints.undeploy_model(request=request).result(timeout=DEPLOY_SECONDS)

    def health(self, deployed_ids: Sequence[str], seconds: int) -> Health:
        """Requests by status, and the 95th percentile of latency."""
        seen = Health(requests=0, errors=0, latency_ms=None)
        for kind in LATENCY_LABELS:
            seen = self._health(kind, deployed_ids, seconds)
            if seen.requests:
                break
        return seen

    def _health(self, kind: str, deployed_ids: Sequence[str], seconds: int) -> Health:
        requests = errors = 0
        for series in self._series(
            f"{kind}response_count", "", deployed_ids, seconds, {"per_series_aligner": "ALIGN_SUM"}
        ):
            number = sum(int(point.value.int64_value) for point in series.points)
            requests += number
            if str(dict(series.metric.labels).get("response_code", "")).startswith("5"):
                errors += number
        reduce = {"per_series_aligner": "ALIGN_DELTA", "cross_series_reducer": "REDUCE_PERCENTILE_95"}
        found = [
            float(point.value.double_value)
            for series in self._series(
                f"{kind}prediction_latencies", LATENCY_LABELS[kind], deployed_ids, seconds, reduce
            )
            for point in series.points
        ]
        return Health(requests=requests, errors=errors, latency_ms=max(found) if found else None)

    def _series(
        self, metric: str, rest: str, deployed_ids: Sequence[str], seconds: int, aggregation: Mapping[str, Any]
    ) -> list[Any]:
        """One point per series for the whole time."""
        if self._metrics is None:
            from google.cloud import monitoring_v3  # noqa: PLC0415  in the image only

            self._metrics = monitoring_v3.MetricServiceClient()
        now = int(self._now())
        chosen = ", ".join(f'"{each}"' for each in deployed_ids)
        where = (
            f'metric.type="{ONLINE}/{metric}" AND resource.labels.endpoint_id="{self._id}" AND '
            f"metric.labels.deployed_model_id=one_of({chosen}){rest}"
        )
        request = {
            "name": f"projects/{self._project}",
            "filter": where,
            "interval": {"start_time": {"seconds": now - seconds}, "end_time": {"seconds": now}},
            "aggregation": {"alignment_period": {"seconds": seconds}, **aggregation},
            "view": "FULL",
        }
        return list(self._metrics.list_time_series(request=request))


def _client(kind: str, region: str) -> Any:
    from google.cloud import aiplatform_v1  # noqa: PLC0415  in the image only

    options = {"api_endpoint": f"{region}-aiplatform.googleapis.com"}
    return getattr(aiplatform_v1, kind)(client_options=options)
