"""Releases on AWS as the engine runs them in a simulated cloud: what exists before, what is deleted first."""

import functools
from dataclasses import replace

from components.core.vocabulary import ComputeSize
from components.endpoint.contract import EndpointSpec, ModelVersion
from simulator.engine.deployment import Result
from simulator.engine.events import Op
from simulator.engine.resource import Resource
from stacks.settings import Settings, load
from tests.simulated import World

STACK = "aws-prod"


def settings(size: ComputeSize) -> Settings:
    """The shipped stack with a model in its slot."""
    chosen = load(STACK)
    spec = EndpointSpec(size=size, model=ModelVersion(name="churn", version="3"))
    return replace(chosen, blueprint=chosen.blueprint.model_copy(update={"endpoint": spec}))


@functools.cache
def resized() -> tuple[dict[str, Resource], Result, Result]:
    """Resources by name after a first up; the second up, with another machine; a third that changes nothing."""
    world = World()
    first = world.run(STACK, "up", settings(ComputeSize.SMALL))
    assert first.ok, first.errors
    resources = {item.urn.rsplit("::", 1)[-1]: item for item in world.state(STACK).load().resources}
    larger = settings(ComputeSize.LARGE)
    return resources, world.run(STACK, "up", larger), world.run(STACK, "up", larger)


def needed(name: str) -> set[str]:
    """Names of all that a resource depends on, directly or through others."""
    resources, _, _ = resized()
    found: set[str] = set()
    ahead = [name]
    while ahead:
        for urn in resources[ahead.pop()].needs():
            other = urn.rsplit("::", 1)[-1]
            if other in resources and other not in found:
                found.add(other)
                ahead.append(other)
    return found


def test_a_model_is_made_after_all_that_its_role_may_do_and_gone_before() -> None:
    """Deleting an endpoint goes on after the call, under the role and its use of the key."""
    grants = {
        "endpoint-run-containers",
        "identity-serving-keys",
        "registry-pull-serving",
        "storage-serving-zones",
    }
    assert grants <= needed("endpoint-model")
    assert grants <= needed("endpoint-endpoint")


def test_pipelines_and_domain_wait_for_the_grants_of_their_roles() -> None:
    training = {"identity-training-keys", "registry-pull-training", "storage-training-zones", "training-run-jobs"}
    pipeline = {"identity-pipeline-keys", "identity-pipeline-pass", "storage-pipeline-zones", "training-start-jobs"}
    assert training <= needed("training-domain")
    assert training | pipeline <= needed("training-retraining")
    assert {"identity-monitoring-keys", "registry-pull-monitoring", "storage-monitoring-zones"} <= needed(
        "monitoring-drift"
    )


def test_another_machine_finds_no_scaling_target() -> None:
    """SageMaker refuses to change the instance type of a variant that is a target of autoscaling."""
    _, second, third = resized()
    assert second.ok, second.errors
    order = [(step.op, step.name) for step in second.steps]
    deregistered = order.index((Op.DELETE_REPLACED, "endpoint-scaling"))
    assert order.index((Op.DELETE_REPLACED, "endpoint-scaling-policy")) < deregistered
    updated = order.index((Op.UPDATE, "endpoint-endpoint"))
    assert deregistered < updated < order.index((Op.CREATE_REPLACEMENT, "endpoint-scaling"))
    assert third.ok, third.errors
    assert set(third.counts) == {"same"}
