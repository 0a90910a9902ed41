"""Lifecycle policies of image repositories (ECR)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.documents.fault import Document, Fault, Place, members
from simulator.documents.shape import TEXT, array, checker, enum, record, whole
from simulator.values import is_unknown

_SELECTION = record(
    {
        "tagStatus": enum("tagged", "untagged", "any"),
        "tagPrefixList": array(TEXT, least=1),
        "tagPatternList": array({"type": "string", "maxLength": 128}, least=1),
        "storageClass": enum("standard", "archive"),
        "countType": enum("imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned"),
        "countUnit": enum("days"),
        "countNumber": whole(least=1),
    },
    required=("tagStatus", "countType", "countNumber"),
)
_RULES = checker(
    record(
        {
            "rules": array(
                record(
                    {
                        "rulePriority": whole(least=1),
                        "description": TEXT,
                        "selection": _SELECTION,
                        "action": record(
                            {"type": enum("expire", "transition"), "targetStorageClass": enum("archive")},
                            required=("type",),
                        ),
                    },
                    required=("rulePriority", "selection", "action"),
                ),
                least=1,
                most=50,
            )
        },
        required=("rules",),
    )
)


def image_lifecycle(document: Document) -> Iterator[Fault]:
    """Grammar of a lifecycle policy of a repository.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html.
    """
    found = list(_RULES(document.value, ()))
    yield from found
    if found or not isinstance(document.value, dict):
        return
    rules = [(place, rule) for place, rule in members(document.value["rules"], ("rules",))]
    priorities = [rule["rulePriority"] for _, rule in rules if not is_unknown(rule["rulePriority"])]
    for place, rule in rules:
        priority, selection = rule["rulePriority"], rule["selection"]
        if priorities.count(priority) > 1:
            yield Fault((*place, "rulePriority"), f"the priority {priority} is taken", "unique priorities")
        if isinstance(selection, dict):
            yield from _selection(selection, (*place, "selection"))
            if selection["tagStatus"] == "any" and priorities and priority != max(priorities):
                yield Fault((*place, "rulePriority"), "a rule for any image comes last", "the highest rulePriority")


def _selection(selection: dict[str, Any], place: Place) -> Iterator[Fault]:
    tags = [key for key in ("tagPrefixList", "tagPatternList") if key in selection]
    status = selection["tagStatus"]
    if status == "tagged" and len(tags) != 1:
        yield Fault(place, f"a rule for tagged images has {len(tags)} lists of tags", "tagPrefixList or tagPatternList")
    elif status in ("untagged", "any") and tags:
        yield Fault((*place, tags[0]), f"a rule for {status} images names tags", "only with tagStatus tagged")
    counts = selection["countType"] == "imageCountMoreThan"
    if not counts and "countUnit" not in selection and not is_unknown(selection["countType"]):
        yield Fault(place, "'countUnit' is missing", "days")
    elif counts and "countUnit" in selection:
        yield Fault((*place, "countUnit"), "a number of images has no unit", "only with a countType of time")
