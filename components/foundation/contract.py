"""Foundation: the place where everything else of a stack lives, and its account.

Not here: accounts, subscriptions and projects themselves, which belong to the landing zone of the company.
"""

from dataclasses import dataclass
from typing import NotRequired, TypedDict

from pulumi import Output

from components.core.scope import ScopeSpec
from components.core.spec import Spec


class FoundationSpec(Spec):
    """Options of the foundation: none, the scope says it all."""


class FoundationArgs(TypedDict):
    """Arguments of :class:`components.foundation.Foundation`."""

    scope: ScopeSpec
    spec: NotRequired[FoundationSpec]


@dataclass(frozen=True, kw_only=True)
class FoundationOutputs:
    """See :class:`components.core.refs.FoundationRef`."""

    group_name: Output[str]
    account_id: Output[str]
    account_number: Output[str]
    log_id: Output[str]
