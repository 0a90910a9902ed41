"""Operations on a part of the stack."""

from __future__ import annotations

import pulumi_aws as aws
from pulumi import ResourceOptions

from tests.differential.case import case, destroy, preview, refresh, up


def _urn(name: str) -> str:
    return f"urn:pulumi:dev::differential::aws:sns/topic:Topic::{name}"


def _chain(version: int) -> None:
    one = aws.sns.Topic("one", display_name=f"v{version}")
    two = aws.sns.Topic("two", display_name=f"v{version}", tags={"one": one.arn})
    aws.sns.Topic("three", display_name=f"v{version}", opts=ResourceOptions(depends_on=[two]))
    aws.sns.Topic("alone", display_name=f"v{version}")


@case(up(1), up(2, target=[_urn("one")]), up(2, target=[_urn("t*")]), up(2), destroy(target=[_urn("alone")]))
def targets(version: int) -> None:
    _chain(version)


@case(up(1), up(2, target=[_urn("one")], target_dependents=True), preview(2, target=[_urn("two")]))
def targets_and_their_dependents(version: int) -> None:
    _chain(version)


@case(up(1), up(2, exclude=[_urn("two")]), up(3, exclude=[_urn("one")], exclude_dependents=True), destroy())
def exclusions(version: int) -> None:
    _chain(version)


@case(up(1), up(1, replace=[_urn("one")]), up(1, target_replace=[_urn("alone")]))
def replacement_on_demand(version: int) -> None:
    _chain(version)


@case(
    up(1),
    refresh(
        target=[_urn("one")],
        before=lambda cloud: [cloud.edit(_urn(name), "displayName", "drift") for name in ("one", "two")],
    ),
    up(1),
)
def refresh_of_a_target(version: int) -> None:
    _chain(version)


@case(
    up(1),
    destroy(target=[_urn("one")], fails=True),
    destroy(target=[_urn("one")], target_dependents=True),
    destroy(),
    differs={
        "[1: destroy 0] steps/": "the CLI refuses before it looks at what is not a target; nothing is done by either"
    },
)
def destruction_of_a_target(version: int) -> None:
    _chain(version)
