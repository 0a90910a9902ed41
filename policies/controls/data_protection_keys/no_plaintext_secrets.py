"""No secret stands in clear text in the environment or metadata of a workload."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from components.core.cloud import ByCloud
from policies import pipeline_definition
from policies.checks import PASSED, Outcome, Rule, failed, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import MISSING, UNKNOWN, Verdict, at

_NAME = re.compile(
    r"(^|[_\-.])(password|passwd|pwd|secret|api_?key|access_?key|private_?key|auth_?token|token|credentials?|"
    r"connection_?string|sas|dsn)([_\-.]|$)",
    re.IGNORECASE,
)
# What follows the name of a secret when the variable holds its place rather than its value.
_PLACE = re.compile(r"(name|arn|uri|url|id|ref|path|file|version|ttl|limit|endpoint)$", re.IGNORECASE)
_REFERENCE = re.compile(
    r"(arn:aws[\w-]*:(secretsmanager|ssm):|\{\{resolve:|@Microsoft\.KeyVault\(|https://[\w-]+\.vault\.azure\.net/|"
    r"(//secretmanager\.googleapis\.com/)?projects/[^/]+/secrets/|\$\{\{)",
)
_VALUE = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}|\bAIza[\w-]{35}|"
    r"\bxox[abpr]-[\w-]{10,}|AccountKey=[A-Za-z0-9+/=]{20,}|[?&]sig=[\w%]{20,}|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.|"
    r"://[^/\s:@]+:[^/\s:@]+@"
)

_MAPS: Mapping[str, tuple[str, ...]] = {
    aws("sagemaker.Model"): ("primaryContainer.environment", "containers[].environment"),
    aws("sagemaker.TrainingJob"): ("environment", "hyperParameters"),
    aws("lambda.Function"): ("environment.variables",),
    azure("machinelearningservices.Job"): ("properties.environmentVariables",),
    azure("machinelearningservices.OnlineDeployment"): ("properties.environmentVariables",),
    azure("machinelearningservices.BatchDeployment"): ("properties.environmentVariables",),
    gcp("workbench.Instance"): ("gceSetup.metadata",),
    gcp("cloudfunctionsv2.Function"): ("serviceConfig.environmentVariables",),
}
"""Maps of name to value, by resource type."""

_LISTS: Mapping[str, tuple[str, ...]] = {
    gcp("cloudrunv2.Job"): ("template.template.containers[].envs[]",),
    gcp("cloudrunv2.Service"): ("template.containers[].envs[]",),
    azure("web.WebApp"): ("siteConfig.appSettings[]",),
}
"""Lists of ``{name, value}``, by resource type."""

_TEXTS: Mapping[str, tuple[str, ...]] = {
    aws("sagemaker.NotebookInstanceLifecycleConfiguration"): ("onCreate", "onStart"),
    aws("sagemaker.CodeRepository"): ("gitConfig.repositoryUrl",),
}
"""Texts that may hold a credential anywhere, by resource type."""


def _judge(name: str, value: Any, path: str) -> Outcome:
    if value is UNKNOWN:
        return undetermined(f"{path} is not known yet; it must hold no secret", path)
    if not isinstance(value, str) or not value.strip() or _REFERENCE.match(value.strip()):
        return PASSED
    if _VALUE.search(value):
        return failed(f"{path} holds what looks like a credential", path)
    spelled = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    if _NAME.search(spelled) and not _PLACE.search(spelled):
        return failed(f"{path} holds a value under the name of a secret", path)
    return PASSED


def _check(resource: Resource, settings: Settings) -> Iterator[Outcome]:
    for path in _MAPS.get(resource.type, ()):
        for hit in at(resource.props, path):
            if hit.value is UNKNOWN:
                yield undetermined(f"{hit.path} is not known yet; it must hold no secret", hit.path)
            elif isinstance(hit.value, Mapping):
                for name, value in hit.value.items():
                    yield _judge(str(name), value, f"{hit.path}.{name}")
    for path in _LISTS.get(resource.type, ()):
        for hit in at(resource.props, path):
            if hit.value is UNKNOWN:
                yield undetermined(f"{hit.path} is not known yet; it must hold no secret", hit.path)
            elif isinstance(hit.value, Mapping) and hit.value.get("name") is not MISSING:
                name = hit.value.get("name")
                label = name if isinstance(name, str) else "?"
                yield _judge(label, hit.value.get("value"), f"{hit.path}({label})")
    yield PASSED  # a workload without an environment holds no secret


def _script(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    """Start scripts come in base64, repositories by an address that may hold a password."""
    for path in _TEXTS[resource.type]:
        text = resource.at(path)
        if text is UNKNOWN:
            yield undetermined(f"{path} is not known yet; it must hold no secret", path)
        elif isinstance(text, str):
            yield failed(f"{path} holds what looks like a credential", path) if _VALUE.search(_clear(text)) else PASSED
    yield PASSED


def _clear(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode(errors="replace")
    except ValueError:
        return text


def _step(step: pipeline_definition.Step) -> str | None:
    environment = step.arguments.get("Environment")
    if not isinstance(environment, Mapping):
        return None
    faults = [name for name, value in environment.items() if _judge(str(name), value, "").verdict is Verdict.FAILED]
    return f"holds what looks like a secret in its Environment: {', '.join(faults)}" if faults else ""


def _rule(package: str) -> tuple[Rule, ...]:
    named = {t: p for t, p in {**_MAPS, **_LISTS}.items() if t.startswith(package + ":")}
    return (
        Rule(types=tuple(named), check=_check, reads=tuple((t, path) for t, paths in named.items() for path in paths)),
    )


_SCRIPTS = Rule(
    types=tuple(_TEXTS), check=_script, reads=tuple((t, path) for t, paths in _TEXTS.items() for path in paths)
)
_STEPS = pipeline_definition.step_rule(_step, "its steps must hold no secret")

CONTROL = Control(
    id="no-plaintext-secrets",
    group=Group.DATA_PROTECTION_KEYS,
    title="Workloads get no secret in clear text",
    severity=Severity.CRITICAL,
    why="Environment variables and metadata are shown in consoles, logs and APIs to everyone who may describe them.",
    remedy="Put the secret into the cloud's secret manager and pass its name; the workload reads it by its identity.",
    url="https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html",
    clauses=("iso27001:A.5.17", "soc2:CC6.1", "nist-800-53:IA-5"),
    covers=(
        "checkov:CKV_AWS_45",
        "cnspec:mondoo-aws-security-sagemaker-code-repository-uses-secret",
        "cnspec:mondoo-aws-security-sagemaker-processing-job-no-plaintext-secrets-env",
        "prowler:sagemaker_notebook_instance_no_secrets",
    ),
    rows=ByCloud(aws=(*_rule("aws"), _SCRIPTS, _STEPS), azure=_rule("azure-native"), gcp=_rule("gcp")),
)
