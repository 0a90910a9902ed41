"""What the program asks for: one registration, with defaults resolved and nothing decided yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulator.engine.resource import CustomTimeouts, Resource
from simulator.model import Props


@dataclass(frozen=True)
class Alias:
    """A URN that the resource had before, whole (``urn``) or by the parts that were different."""

    urn: str = ""
    name: str = ""
    type: str = ""
    stack: str = ""
    project: str = ""
    parent: str = ""
    no_parent: bool = False


@dataclass(frozen=True)
class Goal:
    """A resource as the program wants it. ``provider`` is a reference (URN and id), empty for components."""

    type: str
    name: str
    custom: bool
    properties: Props = field(default_factory=dict)
    parent: str = ""
    provider: str = ""
    dependencies: tuple[str, ...] = ()
    property_dependencies: dict[str, tuple[str, ...]] = field(default_factory=dict)
    protect: bool | None = None
    retain_on_delete: bool | None = None
    delete_before_replace: bool | None = None
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    replacement_trigger: Any = None
    additional_secret_outputs: tuple[str, ...] = ()
    aliases: tuple[Alias, ...] = ()
    custom_timeouts: CustomTimeouts = field(default_factory=CustomTimeouts)
    import_id: str = ""
    deleted_with: str = ""
    replace_with: tuple[str, ...] = ()
    hide_diff: tuple[str, ...] = ()
    hooks: dict[str, list[str]] = field(default_factory=dict)

    def state(self, urn: str, old: Resource | None, alias: str) -> Resource:
        """The state that the resource begins with, before its inputs are checked. ``old``: what it takes over."""
        return Resource(
            urn=urn,
            type=self.type,
            custom=self.custom,
            inputs=self.properties,
            parent=self.parent,
            protect=bool(self.protect),
            dependencies=sorted(set(self.dependencies)),
            property_dependencies={key: sorted(set(some)) for key, some in self.property_dependencies.items()},
            provider=self.provider,
            additional_secret_outputs=list(self.additional_secret_outputs),
            aliases=[alias] if alias else [],
            custom_timeouts=self.custom_timeouts,
            import_id=self.import_id,
            retain_on_delete=bool(self.retain_on_delete),
            deleted_with=self.deleted_with,
            replace_with=sorted(set(self.replace_with)),
            replacement_trigger=self.replacement_trigger,
            ignore_changes=list(self.ignore_changes),
            replace_on_changes=list(self.replace_on_changes),
            hide_diff=list(self.hide_diff),
            hooks=dict(self.hooks),
            created=old.created if old else "",
            modified=old.modified if old else "",
            refresh_before_update=old.refresh_before_update if old else False,
        )


@dataclass(frozen=True)
class ReadGoal:
    """A resource that the program only looks at (``Resource.get``)."""

    type: str
    name: str
    id: str
    properties: Props = field(default_factory=dict)
    parent: str = ""
    provider: str = ""
    dependencies: tuple[str, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
