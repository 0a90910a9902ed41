"""Azure ML pipelines as typed steps: each becomes a command component, all of them one pipeline component.

The documents are those of the service's own SDK
(https://learn.microsoft.com/azure/machine-learning/reference-yaml-component-command,
https://learn.microsoft.com/azure/machine-learning/reference-yaml-component-pipeline); the provider leaves them untyped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_azure_native as azure
from pulumi import Input, Output

from components.clouds.azure_ml import asset_version, command_line, duration
from components.core.refs import FoundationRef
from components.core.scope import Scope
from components.core.vocabulary import Frequency

_SCHEMAS = "https://azuremlschemas.azureedge.net/latest"
FOLDER = "uri_folder"
JOB_SETTINGS = {"_source": "REMOTE.WORKSPACE.JOB", "continue_on_step_failure": False}
"""Settings of a job that runs a pipeline component; its steps name their own clusters and places."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One job of a pipeline."""

    name: str
    """Lower-case letters and underscores."""
    command: Sequence[Input[str]]
    """Container command; ``${{inputs.x}}`` and ``${{outputs.x}}`` are paths."""
    compute_id: Input[str]
    """Cluster that it runs on, and with it the identity that it runs as."""
    inputs: Mapping[str, Input[str]] = field(default_factory=dict)
    """Folders by name: a data URI, or ``${{parent.jobs.<step>.outputs.<output>}}``."""
    outputs: Mapping[str, str] = field(default_factory=dict)
    """Folders by name, with the URI that they are uploaded to when the step ends."""
    environment: Mapping[str, Input[str]] = field(default_factory=dict)
    """Environment variables."""


def of(step: str, output: str) -> str:
    """Input that is the output of another step."""
    return f"${{{{parent.jobs.{step}.outputs.{output}}}}}"


def place(kind: str, name: str) -> str:
    """Placeholder of a path in a command: ``${{inputs.data}}``."""
    return f"${{{{{kind}.{name}}}}}"


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What all steps of a pipeline share."""

    foundation: FoundationRef
    workspace_name: Input[str]
    environment_id: Input[str]
    """ARM id of the environment version."""
    max_runtime_hours: int


def _component(
    scope: Scope, frame: Frame, name: str, spec: Mapping[str, Any], depends_on: Sequence[pulumi.Resource] = ()
) -> azure.machinelearningservices.ComponentVersion:
    """Register an immutable version; old ones stay, because runs refer to them."""
    ml = azure.machinelearningservices
    version = asset_version(Output.json_dumps(spec, sort_keys=True))
    return ml.ComponentVersion(
        scope.label("component", name),
        resource_group_name=frame.foundation["group_name"],
        workspace_name=frame.workspace_name,
        name=name,
        version=version,
        properties=ml.ComponentVersionPropertiesArgs(
            component_spec={**spec, "name": name, "version": version}, is_anonymous=False
        ),
        opts=scope.options(depends_on=depends_on, retain_on_delete=True, replace_on_changes=["properties"]),
    )


def command_component(scope: Scope, frame: Frame, step: Step) -> azure.machinelearningservices.ComponentVersion:
    """The component of one step."""
    spec = {
        "$schema": f"{_SCHEMAS}/commandComponent.schema.json",
        "_source": "YAML.COMPONENT",
        "type": "command",
        "display_name": step.name,
        "command": command_line(step.command),
        "environment": Output.concat("azureml:", frame.environment_id),
        "inputs": {name: {"type": FOLDER} for name in step.inputs},
        "outputs": {name: {"type": FOLDER} for name in step.outputs},
        "is_deterministic": False,  # the same path holds other data tomorrow: results must not be reused
    }
    return _component(scope, frame, step.name, spec)


def _node(frame: Frame, step: Step, component: azure.machinelearningservices.ComponentVersion) -> dict[str, Any]:
    def given(value: Input[str]) -> dict[str, Any]:
        if isinstance(value, str) and value.startswith("${{"):
            return {"job_input_type": "literal", "value": value}
        return {"job_input_type": FOLDER, "uri": value, "mode": "ReadOnlyMount"}

    return {
        "name": step.name,
        "type": "command",
        "_source": "REMOTE.WORKSPACE.COMPONENT",
        "componentId": component.id,
        "computeId": step.compute_id,
        "environment_variables": dict(step.environment),
        "inputs": {name: given(value) for name, value in step.inputs.items()},
        "outputs": {
            name: {"job_output_type": FOLDER, "uri": uri, "mode": "Upload"} for name, uri in step.outputs.items()
        },
        "limits": {"job_limits_type": "Command", "timeout": duration(hours=frame.max_runtime_hours)},
        "resources": {"instance_count": 1},
    }


def pipeline_component(
    scope: Scope, frame: Frame, name: str, steps: Sequence[Step]
) -> azure.machinelearningservices.ComponentVersion:
    """The pipeline of the steps, with a component for each. It takes no inputs: a trigger needs to know none."""
    components = {step.name: command_component(scope, frame, step) for step in steps}
    spec = {
        "$schema": f"{_SCHEMAS}/pipelineComponent.schema.json",
        "_source": "YAML.COMPONENT",
        "type": "pipeline",
        "display_name": name,
        "inputs": {},
        "outputs": {},
        "jobs": {step.name: _node(frame, step, components[step.name]) for step in steps},
    }
    return _component(scope, frame, name, spec)


def environment_version(
    scope: Scope, *, foundation: FoundationRef, workspace_name: Input[str], name: str, image: Input[str]
) -> azure.machinelearningservices.EnvironmentVersion:
    """An image as an environment. Versions are immutable and old runs refer to them: a new image is a new version."""
    ml = azure.machinelearningservices
    return ml.EnvironmentVersion(
        scope.label("environment"),
        resource_group_name=foundation["group_name"],
        workspace_name=workspace_name,
        name=name,
        version=asset_version(image),
        properties=ml.EnvironmentVersionPropertiesArgs(
            image=image,
            os_type=ml.OperatingSystemType.LINUX,
            description=f"Jobs of {scope.prefix}",
            is_anonymous=False,
        ),
        opts=scope.options(retain_on_delete=True, replace_on_changes=["properties.image"]),
    )


def schedule(
    scope: Scope,
    frame: Frame,
    part: str,
    *,
    frequency: Frequency,
    component: azure.machinelearningservices.ComponentVersion,
) -> azure.machinelearningservices.Schedule:
    """Run a pipeline component at fixed times, UTC. Azure ML schedules pipelines only, not single commands."""
    ml = azure.machinelearningservices
    return ml.Schedule(
        scope.label(part, "schedule"),
        resource_group_name=frame.foundation["group_name"],
        workspace_name=frame.workspace_name,
        name=scope.name("ml_asset", part),
        properties=ml.SchedulePropertiesArgs(
            display_name=f"{scope.prefix}: {part}",
            is_enabled=True,
            trigger=ml.CronTriggerArgs(
                trigger_type="Cron", expression=scope.facts.schedules[frequency], time_zone="UTC"
            ),
            action=ml.JobScheduleActionArgs(
                action_type="CreateJob",
                job_definition=ml.PipelineJobArgs(
                    job_type="Pipeline",
                    component_id=component.id,
                    experiment_name=part,
                    display_name=part,
                    settings=JOB_SETTINGS,
                    tags=scope.tags(started_by="schedule"),
                ),
            ),
            tags=scope.tags(),
        ),
        # the body of a job is fixed once the schedule exists; the provider does not know
        opts=scope.options(replace_on_changes=["properties.action"], delete_before_replace=True),
    )
