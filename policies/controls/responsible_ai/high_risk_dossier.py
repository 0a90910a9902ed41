"""A high-risk system has its technical documentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from components.core.cloud import ByCloud
from policies.checks import (
    PASSED,
    Outcome,
    StackRow,
    failed,
    not_applicable,
    undetermined,
)
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import UNKNOWN, at

_RISK = "ai-risk-class"
_CARD = aws("sagemaker.ModelCard")
_MODELS = (azure("machinelearningservices.ModelVersion"), azure("machinelearningservices.ModelContainer"))
_ENTRY = gcp("dataplex.Entry")
_DOSSIER = "dossier_uri"


def _high(resource: Resource, path: str) -> bool | None:
    value = resource.at(f"{path}.{{{_RISK}}}")
    return None if value is UNKNOWN else isinstance(value, str) and value.casefold() == "high"


def _documented(
    path: str, candidates: Callable[[Graph], list[bool | None]], words: str
) -> Callable[[Resource, Graph, Settings], Iterator[Outcome]]:
    def check(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
        high = _high(resource, path)
        if high is False:
            yield not_applicable("the system is not of high risk; ai-risk-class says where the class is missing")
            return
        found = candidates(graph)
        if any(found):
            yield PASSED
        elif high is None or any(answer is None for answer in found):
            yield undetermined(f"whether this needs and has {words} is not known yet", f"{path}.{_RISK}")
        else:
            yield failed(f"a high-risk system needs {words}")

    return check


def _approved(graph: Graph) -> list[bool | None]:
    statuses = [card.at("modelCardStatus") for card in graph.of(_CARD)]
    return [None if s is UNKNOWN else s == "Approved" for s in statuses]


def _linked(graph: Graph) -> list[bool | None]:
    values = [
        model.at(f"properties.{place}.{{{_DOSSIER}}}")
        for model in graph.of(*_MODELS)
        for place in ("properties", "tags")
    ]
    return [None if v is UNKNOWN else isinstance(v, str) and v.startswith("https://") for v in values]


def _aspects(graph: Graph) -> list[bool | None]:
    keys = [hit.value for entry in graph.of(_ENTRY) for hit in at(entry.props, "aspects[].aspectKey")]
    return [None if k is UNKNOWN else isinstance(k, str) and k.endswith(".ai-dossier") for k in keys]


_ONLINE, _BATCH = (azure(f"machinelearningservices.{c}Endpoint") for c in ("Online", "Batch"))

CONTROL = Control(
    id="high-risk-dossier",
    group=Group.RESPONSIBLE_AI,
    title="High-risk systems have approved technical documentation",
    severity=Severity.CRITICAL,
    why="Without its documentation a high-risk system may not be put on the market of the European Union.",
    remedy="Add an approved model card, a model with a dossier_uri, or a catalogue entry with the aspect ai-dossier.",
    url="https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
    clauses=("nist-ai-rmf:MEASURE 2.9", "iso42001:A.5.3", "gdpr:Art. 35", "eu-ai-act:Art. 11"),
    covers=(),
    rows=ByCloud(
        aws=(
            StackRow(
                types=(aws("sagemaker.Endpoint"),),
                check=_documented("tags", _approved, "an approved model card"),
                reads=((aws("sagemaker.Endpoint"), "tags"), (_CARD, "modelCardStatus")),
            ),
        ),
        azure=(
            StackRow(
                types=(_ONLINE, _BATCH),
                check=_documented("tags", _linked, "a registered model whose dossier_uri is an https address"),
                reads=(
                    (_ONLINE, "tags"),
                    (_BATCH, "tags"),
                    *((m, f"properties.{place}") for m in _MODELS for place in ("properties", "tags")),
                ),
            ),
        ),
        gcp=(
            StackRow(
                types=(gcp("vertex.AiEndpoint"),),
                check=_documented("labels", _aspects, "a catalogue entry with the aspect ai-dossier"),
                reads=((gcp("vertex.AiEndpoint"), "labels"), (_ENTRY, "aspects[].aspectKey")),
            ),
        ),
    ),
)
