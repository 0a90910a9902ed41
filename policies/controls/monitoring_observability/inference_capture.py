"""Endpoints keep what they were asked and what they answered."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import Accept, equals, is_set, is_true, number
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

CONTROL = Control(
    id="inference-capture",
    group=Group.MONITORING_OBSERVABILITY,
    title="Endpoints capture requests and predictions",
    severity=Severity.HIGH,
    why="Without captured data drift cannot be measured and no decision of a model can be explained afterwards.",
    remedy="Set endpoint.capture_percent above 0.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html",
    clauses=(
        "nist-ai-rmf:MEASURE 2.4",
        "iso42001:A.6.2.8",
        "iso27001:A.8.15",
        "soc2:CC7.2",
        "eu-ai-act:Art. 12",
        "nist-800-53:AU-12",
    ),
    covers=(),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("sagemaker.EndpointConfiguration"),
                path="dataCaptureConfig.enableCapture",
                accept=is_true(),
                if_missing=Verdict.FAILED,
                # https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html excludes data capture.
                unless=("productionVariants[].serverlessConfig", is_set()),
            ),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.OnlineDeployment"),
                path="properties.dataCollector.collections.{}.dataCollectionMode",
                accept=equals("Enabled"),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=(
            Row(
                type=gcp("vertex.AiEndpoint"),
                path="predictRequestResponseLoggingConfig.enabled",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
            Row(  # a share of the requests in (0, 1]
                type=gcp("vertex.AiEndpoint"),
                path="predictRequestResponseLoggingConfig.samplingRate",
                accept=Accept("more than 0", lambda v: (number(v) or 0) > 0, shows=True),
                if_missing=Verdict.FAILED,
                when=("predictRequestResponseLoggingConfig.enabled", is_true()),
            ),
        ),
    ),
)
