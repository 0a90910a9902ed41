"""The documents of the shipped stacks: every one has a grammar or a reason, and all are accepted."""

import functools
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.documents.check import check_documents
from simulator.documents.table import DOCUMENTS, WITHOUT_GRAMMAR, documents_of
from simulator.values import Path, covers, is_asset, parse, plain
from tests.policies.sdk import resolve
from tests.simulated import World

CLOUDS = ("aws", "azure", "gcp")


@functools.cache
def resources(cloud: str) -> tuple[tuple[str, dict[str, Any]], ...]:
    """(type, inputs) of every resource of the cloud's dev stack, deployed into a world of its own."""
    world = World()
    result = world.run(f"{cloud}-dev", "up")
    assert result.ok, result.errors
    found = world.state(f"{cloud}-dev").load().resources
    return tuple((one.type, plain(one.inputs)) for one in found if one.custom)


def documents(value: Any, path: Path = ()) -> Iterator[Path]:
    """Paths of text that looks like a document: JSON, YAML, a program."""
    if isinstance(value, dict):
        for key, inner in {} if is_asset(value) else value.items():
            yield from documents(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from documents(inner, (*path, index))
    elif isinstance(value, str) and (value.lstrip().startswith(("{", '["', "[{")) or "\n" in value):
        yield path


@pytest.mark.parametrize("cloud", CLOUDS)
def test_every_document_is_named(cloud: str) -> None:
    unnamed = set()
    for type_, inputs in resources(cloud):
        known = [parse(entry.path) for entry in documents_of(type_) if entry.path]
        known += [parse(path) for token, path in WITHOUT_GRAMMAR if token == type_]
        for path in documents(inputs):
            if not any(covers(one, path) for one in known):
                unnamed.add((type_, path))
    assert unnamed == set()


NAMED = [(token, entry.path) for token, entries in DOCUMENTS.items() for entry in entries] + list(WITHOUT_GRAMMAR)


@pytest.mark.parametrize(("token", "path"), NAMED)
def test_the_table_names_what_the_sdk_has(token: str, path: str) -> None:
    assert resolve(token, path.replace("[*]", "[]").replace('["v1.specification"]', ".{}")), token


CARRIED = {
    "aws": {
        "aws:cloudwatch/dashboard:Dashboard",
        "aws:cloudwatch/eventRule:EventRule",
        "aws:iam/role:Role",
        "aws:kms/key:Key",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:sagemaker/pipeline:Pipeline",
        "aws:sfn/stateMachine:StateMachine",
        "aws:sqs/queuePolicy:QueuePolicy",
    },
    "azure": {
        "azure-native:applicationinsights:Workbook",
        "azure-native:authorization:RoleDefinition",
        "azure-native:logic:Workflow",
        "azure-native:machinelearningservices:ComponentVersion",
        "azure-native:resources:Deployment",
    },
    "gcp": {
        "gcp:monitoring/alertPolicy:AlertPolicy",
        "gcp:monitoring/dashboard:Dashboard",
        "gcp:projects/iAMCustomRole:IAMCustomRole",
        "gcp:projects/iAMMember:IAMMember",
        "gcp:workflows/workflow:Workflow",
    },
}


@pytest.mark.parametrize("cloud", CLOUDS)
def test_the_kit_is_accepted_and_reaches_the_grammars(cloud: str) -> None:
    reached = set()
    for type_, inputs in resources(cloud):
        assert list(check_documents(type_, inputs)) == [], type_
        if documents_of(type_):
            reached.add(type_)
    assert reached >= CARRIED[cloud]
