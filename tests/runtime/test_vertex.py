"""What Vertex AI is asked for, and how its answers are read."""

from types import SimpleNamespace
from typing import Any

import pytest

from runtime.errors import InputError
from runtime.release import Deployed, Health
from runtime.vertex import VertexEndpoints
from tests.runtime.test_release import ENDPOINT, MANIFEST


class Service:
    """An endpoint service that keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def get_endpoint(self, request: dict[str, str]) -> SimpleNamespace:
        assert request == {"name": ENDPOINT}
        models = [SimpleNamespace(id="7", display_name="churn-1-x"), SimpleNamespace(id="8", display_name="churn-0-x")]
        return SimpleNamespace(traffic_split={"7": 100}, deployed_models=models)

    def __getattr__(self, name: str) -> Any:
        def call(request: dict[str, Any]) -> SimpleNamespace:
            self.asked.append((name, request))
            made = SimpleNamespace(deployed_model=SimpleNamespace(id="9"))
            return SimpleNamespace(result=lambda timeout: made)

        return call


class Metrics:
    """Cloud Monitoring with the series of one kind of endpoint."""

    def __init__(self, kind: str) -> None:
        self.kind, self.filters = kind, []

    def list_time_series(self, request: dict[str, Any]) -> list[SimpleNamespace]:
        self.filters.append(request["filter"])
        assert request["interval"] == {"start_time": {"seconds": 400}, "end_time": {"seconds": 1000}}
        if f'online/{self.kind}response_count"' in request["filter"]:
            return [self._series(90, "200"), self._series(6, "404"), self._series(4, "503")]
        if f'online/{self.kind}prediction_latencies"' in request["filter"]:
            return [self._series(31.5)]
        return []

    @staticmethod
    def _series(value: float, code: str = "") -> SimpleNamespace:
        number = SimpleNamespace(int64_value=int(value), double_value=value)
        labels = {"response_code": code} if code else {}
        return SimpleNamespace(metric=SimpleNamespace(labels=labels), points=[SimpleNamespace(value=number)])


def make(service: Service, metrics: Any = None) -> VertexEndpoints:
    return VertexEndpoints(ENDPOINT, endpoints=service, models=object(), metrics=metrics, now=lambda: 1000.5)


def test_what_is_deployed() -> None:
    assert make(Service()).deployed() == [
        Deployed(id="7", name="churn-1-x", traffic=100),
        Deployed(id="8", name="churn-0-x", traffic=0),
    ]


def test_a_deployment_uses_all_settings() -> None:
    service = Service()
    assert make(service).deploy(MANIFEST, {"0": 10, "7": 90}) == "9"
    resources = {
        "machine_spec": {"machine_type": "n2-standard-2"},
        "min_replica_count": 1,
        "max_replica_count": 4,
        "autoscaling_metric_specs": [
            {"metric_name": "aiplatform.googleapis.com/prediction/online/cpu/utilization", "target": 60}
        ],
    }
    body = {
        "model": MANIFEST.model,
        "display_name": MANIFEST.deployed_name,
        "service_account": MANIFEST.service_account,
        "dedicated_resources": resources,
    }
    request = {"endpoint": ENDPOINT, "deployed_model": body, "traffic_split": {"0": 10, "7": 90}}
    assert service.asked == [("deploy_model", request)]


def test_traffic_and_removal() -> None:
    service = Service()
    vertex = make(service)
    vertex.split({"9": 100})
    vertex.undeploy("7")
    update = {
        "endpoint": {"name": ENDPOINT, "traffic_split": {"9": 100}},
        "update_mask": {"paths": ["traffic_split"]},
    }
    assert service.asked == [
        ("update_endpoint", update),
        ("undeploy_model", {"endpoint": ENDPOINT, "deployed_model_id": "7"}),
    ]


@pytest.mark.parametrize(("kind", "asked"), [("", 2), ("private/", 4)])
def test_health_counts_server_errors_of_either_kind(kind: str, asked: int) -> None:
    metrics = Metrics(kind)
    assert make(Service(), metrics).health(["9"], 600) == Health(requests=100, errors=4, latency_ms=31.5)
    assert len(metrics.filters) == asked
    assert metrics.filters[0] == (
        'metric.type="aiplatform.googleapis.com/prediction/online/response_count" AND '
        'resource.labels.endpoint_id="123456789" AND metric.labels.deployed_model_id=one_of("9")'
    )


def test_a_wrong_endpoint_is_bad_input() -> None:
    with pytest.raises(InputError, match="expected projects/<project>/locations/<region>/endpoints/<id>"):
        VertexEndpoints("123456789", endpoints=object(), models=object())
