"""Remediation: what the pack may change in a resource's inputs before it is made. Off unless it is asked for by name.

Only what no workload can depend on is changed: missing tags are written, and the flags that keep object stores from
being opened to the world are set. Deliberately not done: encryption, networks, identities and retention. Changing those
behind a program's back replaces resources or cuts connections; the finding says what to do instead.

A value that is not known yet, or is secret, is left alone; so is everything that a rule could not decide. The control
is judged afterwards as always, so that what could not be mended is still a finding.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from components.core.cloud import Cloud
from policies.control import Control
from policies.graph import Graph, Resource
from policies.registry import controls
from policies.settings import REMEDIABLE, Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import MISSING, UNKNOWN, Verdict

Path = tuple[str, ...]
"""Keys from the inputs down to one value."""


@dataclass(frozen=True, kw_only=True)
class Flag:
    """A switch of one resource type, and the only value that it may have."""

    type: str
    name: str
    value: bool | str


FLAGS: Mapping[str, tuple[Flag, ...]] = {
    "store-no-public-access": (
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
        *(
            Flag(type=aws("s3.BucketPublicAccessBlock"), name=name, value=True)
            for name in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
        ),
        # https://learn.microsoft.com/azure/storage/blobs/anonymous-read-access-prevent
        Flag(type=azure("storage.StorageAccount"), name="allowBlobPublicAccess", value=False),
        # https://cloud.google.com/storage/docs/public-access-prevention
        Flag(type=gcp("storage.Bucket"), name="publicAccessPrevention", value="enforced"),
    ),
}
"""The flags that are set, by control."""

TAGS = "required-tags"
"""The control whose missing tags are written, out of ``Settings.tags``."""


def types(control: str) -> frozenset[str]:
    """The resource types that the remediation of a control may change."""
    return _control(TAGS).types if control == TAGS else frozenset(f.type for f in FLAGS.get(control, ()))


def changes(resource: Resource, settings: Settings, only: str | None = None) -> dict[Path, Any]:
    """What the remediations that are switched on set in the inputs of a resource; ``only``: those of one control."""
    chosen = [c for c in REMEDIABLE if c in settings.remediate and only in (None, c)]
    found: dict[Path, Any] = {}
    for control in chosen:
        found |= _tags(resource, settings) if control == TAGS else _flags(resource, control)
    return found


def apply(inputs: Mapping[str, Any], found: Mapping[Path, Any]) -> dict[str, Any]:
    """Wire inputs with the changes; secrets and unknowns elsewhere stay as they are."""
    result = copy.deepcopy(dict(inputs))
    put(result, found)
    return result


def put(inputs: MutableMapping[str, Any], found: Mapping[Path, Any]) -> None:
    """Write the changes into inputs; a proxy of ``pulumi_policy`` will do."""
    for path, value in found.items():
        place: Any = inputs
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value


def _flags(resource: Resource, control: str) -> dict[Path, Any]:
    wanted = [flag for flag in FLAGS[control] if flag.type == resource.type]
    return {
        (flag.name,): flag.value
        for flag in wanted
        if (value := resource.at(flag.name)) is MISSING
        or (value is not UNKNOWN and not resource.is_secret(flag.name) and not _same(value, flag.value))
    }


def _same(value: Any, wanted: bool | str) -> bool:
    if isinstance(value, str) and isinstance(wanted, str):
        return value.casefold() == wanted.casefold()
    return value is wanted


def _tags(resource: Resource, settings: Settings) -> dict[Path, Any]:
    """The tags that the control misses and that the settings know."""
    control, cloud = _control(TAGS), resource.cloud
    if cloud is None:
        return {}
    missing: dict[str, str] = {}
    top = "labels" if cloud is Cloud.GCP else "tags"
    for check in control.checks(cloud):
        if resource.type in check.types:
            for outcome in check.judge(resource, Graph([resource]), settings):
                key = outcome.path.removeprefix(f"{top}.")
                value = settings.tags.get(key, "").strip()
                if outcome.verdict is Verdict.FAILED and value:
                    missing[key] = _label(value) if cloud is Cloud.GCP else value
    held = resource.at(top)
    if held is UNKNOWN or top in resource.secret_paths or not missing:
        return {}
    if not isinstance(held, Mapping):
        return {(top,): missing} if held is MISSING else {}
    return {(top, key): value for key, value in missing.items()}


def _label(text: str) -> str:
    """A label's value: https://cloud.google.com/resource-manager/docs/labels-overview"""
    return re.sub(r"[^a-z0-9_-]", "_", text.lower().replace("@", "_at_"))[:63]


def _control(name: str) -> Control:
    return next(control for control in controls() if control.id == name)
