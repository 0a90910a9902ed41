"""What a model is for is written down where the model is registered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from components.core.cloud import ByCloud, Gap, GapKind
from policies.accept import (
    is_set,
)
from policies.checks import (
    PASSED,
    Outcome,
    Row,
    Rule,
    failed,
    undetermined,
)
from policies.control import Control, Group, Severity
from policies.graph import Resource
from policies.settings import Settings
from policies.tokens import aws, azure
from policies.verdict import UNKNOWN, Verdict

_CARD = aws("sagemaker.ModelCard")
_AZURE = (
    azure("machinelearningservices.ModelContainer"),
    azure("machinelearningservices.RegistryModelContainer"),
    azure("machinelearningservices.ModelVersion"),
)
_CONTENT = "content"
# Sections of the model card schema without which a card says nothing.
# https://docs.aws.amazon.com/sagemaker/latest/dg/model-cards-json-schema.html
_SECTIONS = ("model_overview", "intended_uses")


def _card(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    content = resource.at(_CONTENT)
    if content is UNKNOWN:
        yield undetermined(f"{_CONTENT} is not known yet; it must describe the model", _CONTENT)
        return
    try:
        card = json.loads(content) if isinstance(content, str) else None
    except (ValueError, RecursionError):
        card = None
    if not isinstance(card, Mapping):
        yield failed(f"{_CONTENT} is no model card in JSON", _CONTENT)
        return
    missing = [section for section in _SECTIONS if not card.get(section)]
    yield failed(f"{_CONTENT} has no {' and no '.join(missing)}", _CONTENT) if missing else PASSED


CONTROL = Control(
    id="model-documented",
    group=Group.MODEL_GOVERNANCE,
    title="Registered models are described",
    severity=Severity.MEDIUM,
    why="A model without a stated purpose is used for every purpose.",
    remedy="Describe each model in the blueprint; fill in overview and intended uses of its card.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/model-cards.html",
    clauses=(
        "nist-ai-rmf:MEASURE 2.9",
        "iso42001:A.6.2.7",
        "soc2:CC2.1",
        "eu-ai-act:Art. 11",
        "eu-ai-act:Art. 13",
    ),
    covers=("aws-config:sagemaker-image-description",),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("sagemaker.ModelPackageGroup"),
                path="modelPackageGroupDescription",
                accept=is_set(),
                if_missing=Verdict.FAILED,
            ),
            Row(type=aws("sagemaker.Image"), path="description", accept=is_set(), if_missing=Verdict.FAILED),
            Rule(types=(_CARD,), check=_card, reads=((_CARD, _CONTENT),)),
        ),
        azure=tuple(
            Row(type=t, path="properties.description", accept=is_set(), if_missing=Verdict.FAILED) for t in _AZURE
        ),
        gcp=Gap(
            kind=GapKind.UPSTREAM,
            reason="The provider has no class for a Vertex model; the pipeline writes its description at run time.",
            url="https://cloud.google.com/vertex-ai/docs/model-registry/introduction",
        ),
    ),
)
