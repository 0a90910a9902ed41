"""Policies as the engine sees them: what a rule is shown and what it answers.

The engine runs the resource rules after the provider checked the inputs and before the step: first all remediations,
one set of rules after the other, each of which may change the inputs; then all validations, of what came of them. A
mandatory violation stops that resource in an update and fails the run. Stack rules run once, when everything is done.
As in the CLI, the provider does not check remediated inputs again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from simulator.engine import urn as urns
from simulator.engine.events import PolicyViolation
from simulator.engine.resource import CustomTimeouts, Resource
from simulator.model import Props


@dataclass(frozen=True)
class Options:
    """The options of a resource that rules may look at."""

    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    delete_before_replace: bool | None = None
    retain_on_delete: bool = False
    deleted_with: str = ""
    aliases: tuple[str, ...] = ()
    custom_timeouts: CustomTimeouts = field(default_factory=CustomTimeouts)
    additional_secret_outputs: tuple[str, ...] = ()
    import_id: str = ""


@dataclass(frozen=True)
class ResourceView:
    """A resource as planned or as it is. Values are wire values: unknowns and secrets keep their marks."""

    urn: str
    type: str
    name: str
    custom: bool
    inputs: Props
    outputs: Props
    id: str = ""
    parent: str = ""
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    protect: bool = False
    external: bool = False
    options: Options = field(default_factory=Options)
    provider: str = ""
    provider_inputs: Props = field(default_factory=dict)

    @property
    def default_provider(self) -> bool:
        """Whether this is a provider that the engine made by itself."""
        return urns.is_default_provider(self.urn)


@dataclass(frozen=True)
class Violation:
    """What a rule found. ``level``: mandatory or advisory; ``urn`` empty means the resource at hand, or the stack."""

    control: str
    level: str
    severity: str
    message: str
    urn: str = ""


@dataclass(frozen=True)
class Remediation:
    """What one rule changed: the inputs as a whole, or None and the reason why it could not look at them."""

    control: str
    inputs: Props | None
    message: str = ""


class Analyzer(Protocol):
    """A set of rules. One that is a :class:`Remediator` as well may change inputs."""

    @property
    def name(self) -> str: ...

    def analyze(self, resource: ResourceView) -> Sequence[Violation]: ...

    def analyze_stack(self, resources: Sequence[ResourceView]) -> Sequence[Violation]: ...


@runtime_checkable
class Remediator(Protocol):
    """Rules that may change the inputs of a resource before they are validated."""

    def remediate(self, resource: ResourceView) -> Sequence[Remediation] | Props | None:
        """The remediations in order; or the changed inputs; or None where nothing is to change."""
        ...


def remediations(analyzer: Analyzer, resource: ResourceView) -> Sequence[Remediation]:
    """What an analyzer would change in a resource."""
    if not isinstance(analyzer, Remediator):
        return ()
    answer = analyzer.remediate(resource)
    if answer is None:
        return ()
    return [Remediation(analyzer.name, answer)] if isinstance(answer, dict) else answer


def view(
    resource: Resource,
    *,
    delete_before_replace: bool | None = None,
    aliases: Sequence[str] = (),
    provider: Resource | None = None,
) -> ResourceView:
    """The view of a state. ``provider`` is the provider resource, if there is one."""
    copied: dict[str, Any] = {key: tuple(value) for key, value in resource.property_dependencies.items()}
    return ResourceView(
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        custom=resource.custom,
        inputs=resource.inputs,
        outputs=resource.outputs,
        id=resource.id,
        parent=resource.parent,
        dependencies=tuple(resource.dependencies),
        property_dependencies=copied,
        protect=resource.protect,
        external=resource.external,
        options=Options(
            ignore_changes=tuple(resource.ignore_changes),
            replace_on_changes=tuple(resource.replace_on_changes),
            delete_before_replace=delete_before_replace,
            retain_on_delete=resource.retain_on_delete,
            deleted_with=resource.deleted_with,
            aliases=tuple(aliases),
            custom_timeouts=resource.custom_timeouts,
            additional_secret_outputs=tuple(resource.additional_secret_outputs),
            import_id=resource.import_id,
        ),
        provider=urns.split_reference(resource.provider)[0] if resource.provider else "",
        provider_inputs=provider.inputs if provider is not None else {},
    )


def violation_event(violation: Violation, urn: str) -> PolicyViolation:
    return PolicyViolation(
        violation.control, violation.level, violation.severity, violation.message, violation.urn or urn
    )
