"""Loosen every field of the regulated posture at its source: the pack catches what the components then make.

A stack costs seconds, so fields are loosened together in two groups, such that within a group each field is told by a
control that answers to no other field of it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from components.core.cloud import Cloud
from components.core.profile import PROFILES, Posture, Profile
from policies.graph import Resource
from tests.policies.mutation.graphs import graphs, regulated
from tests.policies.mutation.judging import Judge
from tests.simulated import World
from tripod.verdicts import neutral

PRIVATE = "workspace-private"
CAUGHT: dict[str, dict[Cloud, str]] = {
    "public_access": {Cloud.AWS: PRIVATE, Cloud.AZURE: PRIVATE, Cloud.GCP: "endpoint-private"},
    "customer_keys": dict.fromkeys(Cloud, "store-cmk-encryption"),
    "hsm_keys": {Cloud.AZURE: "key-in-hardware", Cloud.GCP: "key-in-hardware"},
    "deletion_protection": dict.fromkeys(Cloud, "stateful-delete-guard"),
    "deletion_window_days": dict.fromkeys(Cloud, "key-deletion-guard"),
    "log_retention_days": dict.fromkeys(Cloud, "log-retention"),
    "require_approval": dict.fromkeys(Cloud, "human-approval-gate"),
    "immutable_logs": dict.fromkeys(Cloud, "audit-immutable"),
    "network_isolation": dict.fromkeys(Cloud, "job-network-isolation"),
    "min_replicas": {Cloud.GCP: "endpoint-min-instances"},
}
GROUPS = (
    ("public_access", "customer_keys", "deletion_protection", "log_retention_days"),
    ("hsm_keys", "deletion_window_days", "require_approval", "immutable_logs", "network_isolation", "min_replicas"),
)
MISSED: dict[tuple[str, Cloud], str] = {
    ("hsm_keys", Cloud.AWS): "no effect: every key of AWS KMS is in a hardware module",
    ("min_replicas", Cloud.AWS): "no effect: the stack has no model attached",
    ("min_replicas", Cloud.AZURE): "no effect: the stack has no model attached",
}
"""Fields that the pack does not watch on a cloud, and why."""


@contextmanager
def loosened(*fields: str) -> Iterator[None]:
    """The posture of ``regulated`` with fields as in ``sandbox``."""
    before = PROFILES[Profile.REGULATED]
    loose = {field: getattr(PROFILES[Profile.SANDBOX], field) for field in fields}
    PROFILES[Profile.REGULATED] = before.model_copy(update=loose)
    try:
        yield
    finally:
        PROFILES[Profile.REGULATED] = before


def made(cloud: Cloud) -> tuple[Resource, ...]:
    """The regulated stack of a cloud as the components make it now.

    It is brought up, because a plan does not know yet what most policy documents and pipelines will hold.
    """
    result = World().run(f"{cloud.value}-prod", "up", regulated(f"{cloud.value}-prod"))
    assert result.ok, result.errors
    return tuple(neutral(view) for view in result.resources if view.custom)


@functools.cache
def failing(cloud: Cloud, fields: tuple[str, ...]) -> frozenset[str]:
    """The controls that fail when these fields are loosened and do not as things are."""
    with loosened(*fields):
        loose = Judge(cloud, made(cloud))
    held = Judge(cloud, graphs(cloud)[f"{cloud.value}-prod"])
    return frozenset(control for control, _ in loose.before) - {control for control, _ in held.before}


def test_every_field_is_decided_on_every_cloud() -> None:
    decided = [(field, cloud) for field, of in CAUGHT.items() for cloud in of] + list(MISSED)
    assert sorted(decided) == sorted((field, cloud) for field in Posture.model_fields for cloud in Cloud)


@pytest.mark.parametrize("cloud", Cloud)
@pytest.mark.parametrize("field", Posture.model_fields)
def test_a_looser_posture_is_caught(field: str, cloud: Cloud) -> None:
    assert getattr(PROFILES[Profile.REGULATED], field) != getattr(PROFILES[Profile.SANDBOX], field)
    group = next(group for group in GROUPS if field in group)
    if (field, cloud) not in MISSED:
        assert CAUGHT[field][cloud] in failing(cloud, group)


def test_within_a_group_each_control_tells_one_field() -> None:
    assert sorted(field for group in GROUPS for field in group) == sorted(Posture.model_fields)
    for cloud in Cloud:
        for group in GROUPS:
            told = [CAUGHT[field][cloud] for field in group if cloud in CAUGHT[field]]
            assert sorted(told) == sorted(set(told))
