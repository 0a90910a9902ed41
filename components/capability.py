"""The base of the public components: validates, refuses gaps, calls the cloud's backend, registers outputs."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Generic, TypeVar

import pulumi

from components.clouds import FACTS
from components.core.backend import Backend, Support
from components.core.cloud import ByCloud, Gap
from components.core.errors import Fault, TripodError
from components.core.scope import ScopeSpec, open_scope
from components.core.spec import Spec

S = TypeVar("S", bound=Spec)
A = TypeVar("A", bound=Mapping[str, Any])
Out = TypeVar("Out")


@dataclass(frozen=True, kw_only=True)
class Leg(Generic[S, A, Out]):
    """A capability on one cloud: what builds it, how, and which options have no effect there."""

    build: Backend[S, A, Out]
    support: Support
    gaps: tuple[Gap, ...] = ()


class Capability(pulumi.ComponentResource):
    """A component that stands on any of the three clouds.

    Subclasses define ``__init__(self, name, args, opts=None)`` with a TypedDict of their own and call :meth:`_stand`.
    """

    _title: ClassVar[str]

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(f"tripod:index:{type(self).__name__}", name, None, opts)
        self._logical_name = name

    def _stand(self, legs: ByCloud[Leg[S, A, Out] | Gap], spec_type: type[S], args: A) -> Out:
        """Validate ``args``, build on the cloud of the scope and publish the outputs as attributes.

        Raises:
            TripodError: where the cloud has a gap for the capability, or an override loosens the profile.
            pydantic.ValidationError: where the spec or the scope is wrong.
        """
        scope_spec = ScopeSpec.model_validate(args["scope"])
        spec = spec_type.model_validate(args.get("spec") or {})
        leg = legs[scope_spec.cloud]
        if isinstance(leg, Gap):
            raise TripodError(
                Fault(
                    where=type(self).__name__,
                    what=f"not available on {scope_spec.cloud.value} ({leg.kind.value}): {leg.reason}",
                    remedy="leave the capability out of this stack",
                )
            )
        scope = open_scope(scope_spec, self._logical_name, self, FACTS[scope_spec.cloud])
        outputs = leg.build(scope, spec, args)
        named: dict[str, Any] = {field.name: getattr(outputs, field.name) for field in fields(outputs)}  # type: ignore[arg-type]
        for key, value in named.items():
            setattr(self, key, value)
        self.register_outputs(named)
        return outputs
