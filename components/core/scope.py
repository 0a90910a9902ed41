"""The frame in which a capability builds: whose stack it is, how strict, and what things are called."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pydantic import Field

from components.core.cloud import Cloud
from components.core.names import NameRule, build_name, suffix
from components.core.profile import Posture, PostureOverrides, Profile, posture
from components.core.spec import Spec
from components.core.vocabulary import Classification, ComputeSize, DataClass, Frequency, Risk


class ScopeSpec(Spec):
    """Whose stack this is. The same for every component of a stack."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{1,22}[a-z0-9]$")
    """Required. Name of the ML product: 3 to 24 lower-case letters, digits and hyphens."""
    short_name: str | None = Field(None, pattern=r"^[a-z][a-z0-9]{1,7}$")
    """Optional. At most 8 letters and digits, used where a cloud allows few (Azure storage accounts: 24)."""
    environment: str = Field(pattern=r"^[a-z][a-z0-9]{1,7}$")
    """Required. ``dev``, ``prod`` and the like; at most 8 characters."""
    cloud: Cloud
    """Required. The cloud to stand on."""
    region: str = Field(pattern=r"^[a-z0-9-]+$")
    """Required. Region in the cloud's own spelling (``eu-west-1``, ``westeurope``, ``europe-west4``)."""
    profile: Profile
    """Required. How strict the stack is."""
    owner: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    """Required. E-mail address of the owning team."""
    cost_center: str = Field("unassigned", pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")
    """Optional. Who pays; becomes a tag."""
    classification: Classification = Classification.INTERNAL
    """Optional. Sensitivity of the data; becomes a tag and chooses controls."""
    risk: Risk = Risk.MINIMAL
    """Optional. Risk class under the EU AI Act; becomes a tag and chooses controls."""
    account: str = ""
    """Conditional. Google Cloud project id; elsewhere optional: AWS account id or Azure subscription id."""
    generation: int = Field(1, ge=1, le=9999)
    """Optional. Raise it to get new globally unique names while soft-deleted ones are still taken."""
    posture: PostureOverrides = PostureOverrides()
    """Optional. What is stricter than the profile."""
    retire: bool = False
    """Optional. Lifts deletion protection, and nothing else, for the update that comes before a destroy."""


@dataclass(frozen=True, kw_only=True)
class CloudFacts:
    """What a cloud knows apart from any capability."""

    names: Mapping[str, NameRule]
    """Name rule per kind of resource."""
    tags: Callable[[Mapping[str, str]], dict[str, str]]
    """Portable tags in the cloud's spelling."""
    training_machines: Mapping[ComputeSize, str]
    """Instance type of training nodes."""
    serving_machines: Mapping[ComputeSize, str]
    """Instance type of endpoint instances."""
    schedules: Mapping[Frequency, str]
    """Schedule expression in the cloud's syntax, UTC."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Handed to every backend: names, tags, options and posture, so that backends hold resources only."""

    spec: ScopeSpec
    component: str
    """Pulumi name of the component: the prefix of its children's names."""
    parent: pulumi.Resource
    posture: Posture
    facts: CloudFacts

    @property
    def lasting(self) -> bool:
        """Whether the stack is meant to last: a retiring one keeps its redundancy, though not its protection."""
        return posture(self.spec.profile, self.spec.posture).deletion_protection

    @property
    def region(self) -> str:
        """Region or location of the stack."""
        return self.spec.region

    @property
    def prefix(self) -> str:
        """``<name>-<environment>``: what display names begin with."""
        return f"{self.spec.name}-{self.spec.environment}"

    def label(self, *parts: str) -> str:
        """Pulumi (logical) name of a child: ``<component>-<parts>``."""
        return "-".join((self.component, *parts))

    def name(self, kind: str, *parts: str) -> str:
        """Physical name of a resource of ``kind`` (a key of ``facts.names``).

        Raises:
            TripodError: where the cloud refuses the name, with the remedy.
        """
        short = self.spec.short_name or self.spec.name.replace("-", "")[:8]
        head = [self.spec.name, self.spec.environment, *parts]
        tail = suffix(self.spec.account, self.spec.name, self.spec.environment, str(self.spec.generation))
        return build_name(kind, self.facts.names[kind], head, short, tail)

    def tags(self, **extra: str) -> dict[str, str]:
        """Mandatory tags (labels) and ``extra`` in the cloud's spelling; ``_`` in a keyword becomes ``-``."""
        portable = {
            "project": self.spec.name,
            "environment": self.spec.environment,
            "owner": self.spec.owner,
            "cost-center": self.spec.cost_center,
            "data-class": self.spec.classification.value,
            "ai-risk-class": self.spec.risk.value,
            "managed-by": "tripod",
            **{key.replace("_", "-"): value for key, value in extra.items()},
        }
        return self.facts.tags(portable)

    def options(
        self,
        *,
        stateful: bool = False,
        depends_on: Sequence[pulumi.Resource] | None = None,
        ignore_changes: Sequence[str] | None = None,
        replace_on_changes: Sequence[str] | None = None,
        delete_before_replace: bool | None = None,
        retain_on_delete: bool = False,
        parent: pulumi.Resource | None = None,
    ) -> pulumi.ResourceOptions:
        """Options of a child; ``stateful`` protects it wherever the posture asks for deletion protection."""
        return pulumi.ResourceOptions(
            parent=parent or self.parent,
            protect=True if stateful and self.posture.deletion_protection else None,
            depends_on=list(depends_on) if depends_on else None,
            ignore_changes=list(ignore_changes) if ignore_changes else None,
            replace_on_changes=list(replace_on_changes) if replace_on_changes else None,
            delete_before_replace=delete_before_replace,
            retain_on_delete=retain_on_delete or None,
        )

    def covers(self, data_class: DataClass) -> bool:
        """Whether the posture wants a customer key for ``data_class``."""
        return data_class is DataClass.DATA or self.posture.customer_keys.value == "all"


def open_scope(spec: ScopeSpec, component: str, parent: pulumi.Resource, facts: CloudFacts) -> Scope:
    """The scope of one component.

    Raises:
        TripodError: where an override loosens the profile.
    """
    stance = posture(spec.profile, spec.posture)
    return Scope(
        spec=spec,
        component=component,
        parent=parent,
        posture=stance.model_copy(update={"deletion_protection": False}) if spec.retire else stance,
        facts=facts,
    )
