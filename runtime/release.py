"""Release on Google Cloud: bring an endpoint to what its manifest says, whatever state it is in.

=============================================  ======================================================================
what serves                                    what happens
=============================================  ======================================================================
nothing                                        the model is deployed with all traffic
other models                                   the model is deployed with ``canary_percent``, watched for
                                               ``bake_minutes``, then gets all traffic; or none again, and is removed
other models, and this one with some traffic   a release was interrupted: it is watched again from the start
this model, with the same settings             nothing
=============================================  ======================================================================

In the end what has no traffic is undeployed. A run that failed or was stopped is mended by the next one. A model is the
same if version and settings are, which its display name holds as a digest: other settings are a release too.

Run by the job of the endpoint, or by Cloud Deploy after an approval, which reads the result from a file
(https://cloud.google.com/deploy/docs/custom-targets#required_inputs_and_outputs).
"""

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Protocol

from runtime import files
from runtime.errors import InputError, Refused
from runtime.flags import flag
from runtime.log import log
from runtime.registry import APPROVED

ALL = 100
NEW = "0"
"""Key of the model that a call deploys, in the traffic split of that call
(https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/deployModel)."""
MOST_ERRORS = 0.05
"""Share of failed requests above which a canary is refused. Coarse on purpose: it catches a release that is broken."""
SLOWER = 2.0
"""A canary whose 95th percentile of latency is more than so many times that of the others is refused."""
ENOUGH_REQUESTS = 20
"""Requests from which a canary is refused before its time is over."""
POLL_SECONDS = 60
SETTLE_SECONDS = 180
"""Metrics of Vertex AI are up to three minutes late (https://cloud.google.com/monitoring/api/metrics_gcp)."""
RESULT = "CLOUD_DEPLOY_OUTPUT_GCS_PATH"
REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True)
class Options:
    """Flags of the step."""

    manifest: str = flag("Manifest of the release.")
    model: str | None = flag(
        "Model version that takes the place of the manifest's: projects/…/locations/…/models/<name>@<version>.",
        default=None,
        env="CLOUD_DEPLOY_customTarget_model",
    )


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a release must use."""

    endpoint: str
    model: str
    service_account: str
    machine_type: str
    accelerator_type: str
    accelerator_count: int
    min_replicas: int
    max_replicas: int
    target_utilization: int
    canary_percent: int
    bake_minutes: int
    require_approval: bool
    """Whether only versions labelled as approved are released."""

    @property
    def deployed_name(self) -> str:
        """Display name of the deployed model: model, version, and a digest of what only a new deployment changes."""
        left_out = ("endpoint", "canary_percent", "bake_minutes", "require_approval")
        settings = {name: value for name, value in asdict(self).items() if name not in left_out}
        digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:8]
        return f"{self.model.rsplit('/', 1)[-1].replace('@', '-')}-{digest}"


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A model in the endpoint."""

    id: str
    name: str
    """Display name."""
    traffic: int
    """Percent."""


@dataclass(frozen=True, kw_only=True)
class Health:
    """Requests of a deployed model since a release began."""

    requests: int
    errors: int
    latency_ms: float | None
    """95th percentile; None without requests."""


class Endpoints(Protocol):
    """An endpoint of Vertex AI."""

    def deployed(self) -> Sequence[Deployed]:
        """What is in it."""

    def approval(self, model: str) -> str:
        """Label ``approval`` of a model version; empty without one."""

    def deploy(self, manifest: Manifest, traffic: Mapping[str, int]) -> str:
        """Deploy the model of ``manifest`` and return its id; ``traffic`` is the whole split, the new one under NEW."""

    def split(self, traffic: Mapping[str, int]) -> None:
        """Set the whole traffic split."""

    def undeploy(self, deployed_id: str) -> None:
        """Remove a model that has no traffic."""

    def health(self, deployed_ids: Sequence[str], seconds: int) -> Health:
        """Requests to these models in the last ``seconds``."""


def run(options: Options) -> None:
    """Release, and tell Cloud Deploy where it asks."""
    result = os.environ.get(RESULT)
    try:
        manifest = load(options)
        from runtime.vertex import VertexEndpoints  # noqa: PLC0415  only a valid manifest needs a client

        outcome = reconcile(manifest, VertexEndpoints(manifest.endpoint))
    except Exception as error:
        if result:
            content = {"resultStatus": "FAILED", "failureMessage": str(error)[:1000]}
            files.write_json(files.join(result, "results.json"), content)
        raise
    log("released", outcome=outcome, model=manifest.model)
    if result:
        metadata = {"outcome": outcome, "model": manifest.model}
        files.write_json(files.join(result, "results.json"), {"resultStatus": "SUCCEEDED", "metadata": metadata})


def load(options: Options) -> Manifest:
    """The manifest with the model that is to be released.

    Raises:
        InputError: where a setting is missing, of a wrong type or out of range, or no model is named.
    """
    content = files.read_json(options.manifest)
    manifest = parse(content, options.manifest)
    if options.model:
        manifest = replace(manifest, model=options.model)
    if not manifest.model:
        raise InputError(
            f"{options.manifest} names no model, because the slot is empty: name one by --model or by the deploy "
            "parameter customTarget/model"
        )
    if "/models/" not in manifest.model or "@" not in manifest.model:
        raise InputError(f"model '{manifest.model}': expected projects/…/locations/…/models/<name>@<version>")
    return manifest


def parse(content: Any, place: str) -> Manifest:
    """A manifest of its document."""
    if not isinstance(content, dict):
        raise InputError(f"{place}: expected an object")
    known = {each.name: each.type for each in fields(Manifest)}
    strange = sorted(set(content) ^ set(known))
    if strange:
        raise InputError(f"{place}: missing or unknown: {', '.join(strange)}; expected: {', '.join(known)}")
    for name, kind in known.items():
        # a bool is an int to isinstance
        if type(content[name]) is not kind:
            raise InputError(f"{place}: {name}: {content[name]!r} is not of type {kind.__name__}")  # type: ignore[union-attr]
    manifest = Manifest(**content)
    if not 1 <= manifest.min_replicas <= manifest.max_replicas:
        raise InputError(f"{place}: min_replicas must be at least 1 and max_replicas not below it")
    if not 1 <= manifest.canary_percent < ALL or manifest.bake_minutes < 0:
        raise InputError(f"{place}: canary_percent must be 1 to 99 and bake_minutes not negative")
    return manifest


def reconcile(manifest: Manifest, endpoints: Endpoints, sleep: Callable[[float], None] = time.sleep) -> str:
    """Do what the endpoint needs; ``unchanged``, ``filled`` or ``promoted``.

    Raises:
        Refused: where the model was rejected, or is not approved and has to be, or where the canary was refused and
            traffic is back where it was.
    """
    approval = endpoints.approval(manifest.model)
    if approval == REJECTED:
        raise Refused(f"{manifest.model} has the label approval={REJECTED}")
    if manifest.require_approval and approval != APPROVED:
        label = f"the label approval={approval}" if approval else "no label approval"
        raise Refused(
            f"{manifest.model} has {label}: the approver sets approval={APPROVED} on a version before it is released"
        )
    deployed = list(endpoints.deployed())
    new = next((each for each in deployed if each.name == manifest.deployed_name), None)
    stable = {each.id: each.traffic for each in deployed if each.traffic > 0 and each != new}
    outcome = "unchanged"
    if not stable:
        if new is None:
            log("filling an empty slot", model=manifest.deployed_name)
            new_id = endpoints.deploy(manifest, {NEW: ALL})
            outcome = "filled"
        else:
            new_id = new.id
            if new.traffic != ALL:
                endpoints.split({new_id: ALL})
                outcome = "filled"
    else:
        new_id = _canary(manifest, endpoints, new, stable)
        _bake(manifest, endpoints, new_id, stable, sleep)
        endpoints.split({new_id: ALL})
        outcome = "promoted"
    for each in endpoints.deployed():
        if each.id != new_id and each.traffic == 0:
            endpoints.undeploy(each.id)
            log("undeployed", model=each.name)
    return outcome


def _canary(manifest: Manifest, endpoints: Endpoints, new: Deployed | None, stable: Mapping[str, int]) -> str:
    """Give the new model its first share, unless an interrupted release did."""
    rest = shares(stable, ALL - manifest.canary_percent)
    log("canary", model=manifest.deployed_name, percent=manifest.canary_percent, resumed=new is not None)
    if new is None:
        return endpoints.deploy(manifest, {NEW: manifest.canary_percent, **rest})
    if new.traffic != manifest.canary_percent:
        endpoints.split({new.id: manifest.canary_percent, **rest})
    return new.id


def _bake(
    manifest: Manifest, endpoints: Endpoints, new_id: str, stable: Mapping[str, int], sleep: Callable[[float], None]
) -> None:
    """Watch the canary; take it out where it fails, or where it cannot be watched."""
    try:
        fault = _watch(manifest, endpoints, new_id, list(stable), sleep)
    except Exception:
        _roll_back(endpoints, new_id, stable)
        raise
    if fault:
        _roll_back(endpoints, new_id, stable)
        raise Refused(f"{manifest.model}: {fault}; traffic is back on what served before")


def _watch(
    manifest: Manifest,
    endpoints: Endpoints,
    new_id: str,
    stable: Sequence[str],
    sleep: Callable[[float], None],
) -> str:
    """What is wrong with the canary; empty where nothing is. One without requests passes: nothing speaks against it."""
    bake, waited = manifest.bake_minutes * 60, 0
    while waited < bake:
        step = min(POLL_SECONDS, bake - waited)
        sleep(step)
        waited += step
        seen = endpoints.health([new_id], waited)
        log("watching", **asdict(seen), seconds=waited)
        if seen.requests >= ENOUGH_REQUESTS and _failing(seen):
            return _failing(seen)
    sleep(SETTLE_SECONDS)
    seconds = waited + SETTLE_SECONDS
    seen, others = endpoints.health([new_id], seconds), endpoints.health(stable, seconds)
    log("judging", canary=asdict(seen), stable=asdict(others))
    if seen.requests == 0:
        log("the canary got no request", severity="WARNING")
    return _failing(seen) or _slow(seen, others)


def _failing(seen: Health) -> str:
    if seen.requests == 0 or seen.errors / seen.requests <= MOST_ERRORS:
        return ""
    return f"{seen.errors} of {seen.requests} requests failed (at most {MOST_ERRORS:.0%} may)"


def _slow(seen: Health, others: Health) -> str:
    if min(seen.requests, others.requests) < ENOUGH_REQUESTS or seen.latency_ms is None or not others.latency_ms:
        return ""
    if seen.latency_ms <= SLOWER * others.latency_ms:
        return ""
    return f"its latency is {seen.latency_ms:.0f} ms, that of the others {others.latency_ms:.0f} ms"


def _roll_back(endpoints: Endpoints, new_id: str, stable: Mapping[str, int]) -> None:
    endpoints.split(shares(stable, ALL))
    endpoints.undeploy(new_id)
    log("rolled back", severity="ERROR")


def shares(weights: Mapping[str, int], total: int) -> dict[str, int]:
    """``total`` in whole numbers, divided as ``weights`` are: what is left over goes to the greatest remainders."""
    whole = sum(weights.values())
    exact = {name: total * weight / whole for name, weight in weights.items()}
    given = {name: int(share) for name, share in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (given[name] - exact[name], name))
    for name in by_remainder[: total - sum(given.values())]:
        given[name] += 1
    return given
