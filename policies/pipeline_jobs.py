"""The jobs that steps of SageMaker pipelines start: where each kind keeps what a rule asks of any job.

One table, because the same setting has another place in every API. Deliberately not done: jobs that a Lambda or
callback step starts, whose code no definition shows; and the network of a Transform step, which is that of its model.
https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.accept import Accept
from policies.checks import PASSED, Outcome, Rule, failed, undetermined
from policies.pipeline_definition import PATH, Definition, Step, definition_rule
from policies.settings import Settings
from policies.verdict import MISSING, UNKNOWN, at, first

_TRAFFIC = "EnableInterContainerTrafficEncryption"


@dataclass(frozen=True, kw_only=True)
class Places:
    """Paths in the arguments of a kind of step; empty where its API has no such argument."""

    network: str = ""
    isolation: str = ""
    traffic: str = ""
    volume_key: str = ""
    output_key: str = ""
    machine: str = ""
    """The type of the machines whose volume the key is for."""
    runtime: str = ""
    """Seconds after which the job is stopped."""
    waiting: str = ""
    """Seconds after which it is stopped, those included in which it waits for spare capacity."""


_TRAINING = Places(
    network="VpcConfig",
    isolation="EnableNetworkIsolation",
    traffic=_TRAFFIC,
    volume_key="ResourceConfig.VolumeKmsKeyId",
    output_key="OutputDataConfig.KmsKeyId",
    machine="ResourceConfig.InstanceType",
    runtime="StoppingCondition.MaxRuntimeInSeconds",
    waiting="StoppingCondition.MaxWaitTimeInSeconds",
)
_PROCESSING = Places(
    network="NetworkConfig.VpcConfig",
    isolation="NetworkConfig.EnableNetworkIsolation",
    traffic=f"NetworkConfig.{_TRAFFIC}",
    volume_key="ProcessingResources.ClusterConfig.VolumeKmsKeyId",
    output_key="ProcessingOutputConfig.KmsKeyId",
    machine="ProcessingResources.ClusterConfig.InstanceType",
    runtime="StoppingCondition.MaxRuntimeInSeconds",
)
PLACES: Mapping[str, Places] = {
    "Training": _TRAINING,
    "Tuning": _TRAINING,
    "Processing": _PROCESSING,
    "ClarifyCheck": _PROCESSING,
    "QualityCheck": _PROCESSING,
    "Transform": Places(
        volume_key="TransformResources.VolumeKmsKeyId",
        output_key="TransformOutput.KmsKeyId",
        machine="TransformResources.InstanceType",
    ),
    "AutoML": Places(
        network="AutoMLJobConfig.SecurityConfig.VpcConfig",
        traffic=f"AutoMLJobConfig.SecurityConfig.{_TRAFFIC}",
        volume_key="AutoMLJobConfig.SecurityConfig.VolumeKmsKeyId",
        output_key="OutputDataConfig.KmsKeyId",
        runtime="AutoMLJobConfig.CompletionCriteria.MaxAutoMLJobRuntimeInSeconds",
    ),
}
"""Types of step that start jobs."""


def jobs(step: Step) -> Iterator[Mapping[str, Any]]:
    """The requests of the jobs that a step starts: its arguments, or each training that a tuning job is made of."""
    if step.type != "Tuning":
        yield step.arguments
        return
    single, several = first(step.arguments, "TrainingJobDefinition"), at(step.arguments, "TrainingJobDefinitions[]")
    found = [value for value in (single, *(hit.value for hit in several)) if isinstance(value, Mapping)]
    yield from found or [{}]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a rule asks of one place of every job."""

    place: Callable[[Places], str]
    accept: Accept | Callable[[Settings], Accept]
    optional: bool = False
    """Whether it may be absent."""
    unless: Callable[[Places, Mapping[str, Any]], bool] = lambda _places, _job: False
    """Jobs of which it is not asked."""

    def judge(self, step: Step, definition: Definition, settings: Settings) -> Iterator[Outcome]:
        """What is right and wrong with the jobs of a step."""
        places = PLACES.get(step.type, Places())
        path = self.place(places)
        accept = self.accept if isinstance(self.accept, Accept) else self.accept(settings)
        for job in jobs(step) if path else ():
            given = first(job, path)
            value = definition.resolve(given)
            if isinstance(given, Mapping) and "Get" in given and value is MISSING:
                value = UNKNOWN  # a parameter without a default, or what another step says
            if self.unless(places, job) or (value is MISSING and self.optional):
                continue
            if value is MISSING:
                yield failed(f"step {step.name} sets no {path}; it must be {accept.words}", PATH)
            elif value is UNKNOWN or (value is given and isinstance(value, Mapping) and "Get" in value):
                yield undetermined(f"step {step.name} takes {path} at its start; it must be {accept.words}", PATH)
            else:
                yield PASSED if accept(value) else failed(f"step {step.name}: {path} must be {accept.words}", PATH)


def job_rule(*asked: Asked, words: str) -> Rule:
    """A rule on the jobs of pipelines; ``words`` says what must hold of a definition that is not known yet."""

    def judge(definition: Definition, settings: Settings) -> Iterator[Outcome]:
        for step in definition.steps:
            for one in asked:
                yield from one.judge(step, definition, settings)

    return definition_rule(judge, words)
