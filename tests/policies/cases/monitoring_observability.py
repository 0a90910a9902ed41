"""Cases of the group monitoring-observability."""

from __future__ import annotations

from collections.abc import Iterator

from policies.tokens import aws, azure, gcp
from tests.policies.dsl import UNKNOWN, Case, cells, res

CONFIG = aws("sagemaker.EndpointConfiguration")


def cases() -> Iterator[Case]:
    a, z, g = cells("inference-capture")
    yield from a.row(CONFIG, {"dataCaptureConfig": {"enableCapture": True}}, "dataCaptureConfig.enableCapture", False)
    serverless = {"productionVariants": [{"serverlessConfig": {"maxConcurrency": 5, "memorySizeInMb": 1024}}]}
    yield a.case("serverless", res(CONFIG, "skip", serverless))
    yield a.case("unknown kind", res(CONFIG, "open", {"productionVariants": UNKNOWN}))
    collector = {"properties": {"dataCollector": {"collections": {"model_inputs": {"dataCollectionMode": "Enabled"}}}}}
    path = "properties.dataCollector.collections.model_inputs.dataCollectionMode"
    yield from z.row(azure("machinelearningservices.OnlineDeployment"), collector, path, "Disabled")
    log = {"predictRequestResponseLoggingConfig": {"enabled": True}}
    yield from g.row(gcp("vertex.AiEndpoint"), log, "predictRequestResponseLoggingConfig.enabled", False)
