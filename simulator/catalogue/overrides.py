"""Corrections of what the sources say, each with its reason and the page that it rests on.

What belongs to one source alone (an API name that means something else) is corrected there; here stands what is a
matter of the provider: what it fills in, accepts in another form, or checks by itself.
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import Final

from simulator.catalogue.facts import Confidence, Fact, Rule


@dataclass(frozen=True)
class Dropped:
    """A fact that does not hold under the provider."""

    token: str
    """Glob of tokens."""
    path: str
    """Glob of paths."""
    rule: Rule | None
    """None for every rule about values."""
    reason: str
    source: str

    def covers(self, fact: Fact) -> bool:
        """Tell whether a fact is this one."""
        return (
            (self.rule is None or fact.rule is self.rule)
            and fnmatch.fnmatchcase(fact.token, self.token)
            and fnmatch.fnmatchcase(fact.path, self.path.replace("[", "[[]"))
        )


_TF_SAGEMAKER: Final = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources"

DROPPED: Final[tuple[Dropped, ...]] = (
    Dropped(
        "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
        "*[*].variantName",
        Rule.REQUIRED,
        "the provider makes a name for a variant that has none",
        f"{_TF_SAGEMAKER}/sagemaker_endpoint_configuration",
    ),
)

ADDED: Final[tuple[Fact, ...]] = (
    Fact(
        "gcp:vertex/aiFeatureOnlineStore:AiFeatureOnlineStore",
        "",
        Rule.EXACTLY_ONE_OF,
        ["bigtable", "optimized"],
        "magic-modules mmv1/products/vertexai/FeatureOnlineStore.yaml (exactly_one_of)",
        Confidence.PROVIDER,
    ),
)
"""Facts of the providers that no source states in a form that a program can read."""
