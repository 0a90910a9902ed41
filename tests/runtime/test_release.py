"""The release against an endpoint that behaves as Vertex AI does, from every state and with every fault."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import release
from runtime.cli import main
from runtime.errors import InputError, Refused
from runtime.release import Deployed, Health, Manifest, reconcile

ENDPOINT = "projects/acme-ml/locations/europe-west4/endpoints/123456789"
MODEL = "projects/acme-ml/locations/europe-west4/models/churn"
MANIFEST = Manifest(
    endpoint=ENDPOINT,
    model=f"{MODEL}@2",
    service_account="churn-serving@acme-ml.iam.gserviceaccount.com",
    machine_type="n2-standard-2",
    accelerator_type="",
    accelerator_count=0,
    min_replicas=1,
    max_replicas=4,
    target_utilization=60,
    canary_percent=10,
    bake_minutes=5,
    require_approval=True,
)
OLD = replace(MANIFEST, model=f"{MODEL}@1")
GOOD, BAD = Health(requests=100, errors=1, latency_ms=20.0), Health(requests=100, errors=6, latency_ms=20.0)


class Endpoint:
    """An endpoint: refuses a split that is not 100, and removing what has traffic."""

    def __init__(
        self, *manifests: tuple[Manifest, int], health: Mapping[str, Health | Exception] | None = None
    ) -> None:
        self.models = {
            str(number): [manifest.deployed_name, traffic] for number, (manifest, traffic) in enumerate(manifests, 1)
        }
        self.calls: list[str] = []
        self.slept = 0.0
        self._health, self._approval = dict(health or {}), "approved"

    def label(self, approval: str) -> None:
        self._approval = approval

    def sleep(self, seconds: float) -> None:
        self.slept += seconds

    def traffic(self) -> dict[str, int]:
        """Traffic by display name."""
        return dict(self.models.values())

    def deployed(self) -> list[Deployed]:
        return [Deployed(id=key, name=name, traffic=traffic) for key, (name, traffic) in self.models.items()]

    def approval(self, model: str) -> str:
        return self._approval

    def deploy(self, manifest: Manifest, traffic: Mapping[str, int]) -> str:
        new = str(max(map(int, self.models), default=0) + 1)
        self.models[new] = [manifest.deployed_name, 0]
        self.calls.append(f"deploy {manifest.deployed_name}")
        self._set({new if key == release.NEW else key: share for key, share in traffic.items()})
        return new

    def split(self, traffic: Mapping[str, int]) -> None:
        self.calls.append(f"split {sorted(traffic.values())}")
        self._set(traffic)

    def _set(self, traffic: Mapping[str, int]) -> None:
        assert sum(traffic.values()) == 100, traffic
        assert set(traffic) <= set(self.models), traffic
        for key in self.models:
            self.models[key][1] = traffic.get(key, 0)

    def undeploy(self, deployed_id: str) -> None:
        assert self.models[deployed_id][1] == 0, "has traffic"
        self.calls.append(f"undeploy {self.models.pop(deployed_id)[0]}")

    def health(self, deployed_ids: Sequence[str], seconds: int) -> Health:
        names = {self.models[each][0] for each in deployed_ids}
        found = self._health.get(next(iter(names)), Health(requests=0, errors=0, latency_ms=None))
        if isinstance(found, Exception):
            raise found
        return found


def run(endpoint: Endpoint, manifest: Manifest = MANIFEST) -> str:
    return reconcile(manifest, endpoint, endpoint.sleep)


NEW, STABLE = MANIFEST.deployed_name, OLD.deployed_name


def test_an_empty_slot_is_filled() -> None:
    endpoint = Endpoint()
    assert run(endpoint) == "filled"
    assert endpoint.traffic() == {NEW: 100}
    assert (endpoint.calls, endpoint.slept) == ([f"deploy {NEW}"], 0)


def test_a_good_canary_is_promoted_and_the_old_one_removed() -> None:
    endpoint = Endpoint((OLD, 100), health={NEW: GOOD, STABLE: GOOD})
    assert run(endpoint) == "promoted"
    assert endpoint.calls == [f"deploy {NEW}", "split [100]", f"undeploy {STABLE}"]
    assert endpoint.traffic() == {NEW: 100}
    assert endpoint.slept == 5 * 60 + release.SETTLE_SECONDS


def test_again_changes_nothing() -> None:
    endpoint = Endpoint((OLD, 100), health={NEW: GOOD})
    run(endpoint)
    endpoint.calls.clear()
    assert run(endpoint) == "unchanged"
    assert endpoint.calls == []


def test_a_failing_canary_is_rolled_back_at_once() -> None:
    endpoint = Endpoint((OLD, 100), health={NEW: BAD, STABLE: GOOD})
    with pytest.raises(Refused, match=r"6 of 100 requests failed .at most 5% may.; traffic is back"):
        run(endpoint)
    assert endpoint.calls == [f"deploy {NEW}", "split [100]", f"undeploy {NEW}"]
    assert endpoint.traffic() == {STABLE: 100}
    assert endpoint.slept == release.POLL_SECONDS


def test_few_failures_are_judged_at_the_end() -> None:
    few = Health(requests=3, errors=1, latency_ms=20.0)
    endpoint = Endpoint((OLD, 100), health={NEW: few, STABLE: GOOD})
    with pytest.raises(Refused, match="1 of 3 requests failed"):
        run(endpoint)
    assert endpoint.slept == 5 * 60 + release.SETTLE_SECONDS


def test_a_slow_canary_is_rolled_back() -> None:
    slow = Health(requests=100, errors=0, latency_ms=41.0)
    endpoint = Endpoint((OLD, 100), health={NEW: slow, STABLE: GOOD})
    with pytest.raises(Refused, match="its latency is 41 ms, that of the others 20 ms"):
        run(endpoint)
    assert endpoint.traffic() == {STABLE: 100}


def test_a_canary_without_requests_passes() -> None:
    assert run(Endpoint((OLD, 100), health={STABLE: GOOD})) == "promoted"


def test_a_canary_that_cannot_be_watched_is_taken_out() -> None:
    endpoint = Endpoint((OLD, 100), health={NEW: RuntimeError("monitoring is down")})
    with pytest.raises(RuntimeError, match="monitoring is down"):
        run(endpoint)
    assert endpoint.traffic() == {STABLE: 100}


@pytest.mark.parametrize("shares", [(90, 10), (100, 0), (50, 50)])
def test_an_interrupted_release_is_finished(shares: tuple[int, int]) -> None:
    endpoint = Endpoint((OLD, shares[0]), (MANIFEST, shares[1]), health={NEW: GOOD, STABLE: GOOD})
    assert run(endpoint) == "promoted"
    assert endpoint.traffic() == {NEW: 100}
    assert not any(call.startswith("deploy") for call in endpoint.calls)


def test_what_was_left_behind_is_removed() -> None:
    endpoint = Endpoint((OLD, 0), (MANIFEST, 100))
    assert run(endpoint) == "unchanged"
    assert endpoint.calls == [f"undeploy {STABLE}"]


def test_an_endpoint_that_lost_its_traffic_gets_it_back() -> None:
    endpoint = Endpoint((MANIFEST, 0), (OLD, 0))
    assert run(endpoint) == "filled"
    assert endpoint.traffic() == {NEW: 100}


def test_another_machine_is_a_release_and_another_bake_time_is_none() -> None:
    endpoint = Endpoint((MANIFEST, 100), health={})
    assert run(endpoint, replace(MANIFEST, bake_minutes=1, canary_percent=50)) == "unchanged"
    assert run(endpoint, replace(MANIFEST, machine_type="n2-standard-4")) == "promoted"


def test_a_rejected_model_is_not_deployed() -> None:
    endpoint = Endpoint()
    endpoint.label("rejected")
    for required in (True, False):
        with pytest.raises(Refused, match="approval=rejected"):
            run(endpoint, replace(MANIFEST, require_approval=required))
    assert endpoint.calls == []


@pytest.mark.parametrize(("label", "seen"), [("pending", "the label approval=pending"), ("", "no label approval")])
def test_a_model_that_nobody_approved_is_deployed_only_where_none_has_to(label: str, seen: str) -> None:
    endpoint = Endpoint((OLD, 100), health={NEW: GOOD})
    endpoint.label(label)
    with pytest.raises(Refused, match=f"churn@2 has {seen}: the approver sets approval=approved"):
        run(endpoint)
    assert endpoint.calls == []
    assert run(endpoint, replace(MANIFEST, require_approval=False)) == "promoted"


def test_asking_for_approval_is_no_release() -> None:
    assert replace(MANIFEST, require_approval=False).deployed_name == MANIFEST.deployed_name


states = st.lists(
    st.tuples(st.sampled_from([MANIFEST, OLD, replace(OLD, model=f"{MODEL}@0")]), st.integers(0, 100)),
    max_size=3,
    unique_by=lambda each: each[0].model,
)


@given(states, st.sampled_from([GOOD, BAD, Health(requests=0, errors=0, latency_ms=None)]))
def test_every_state_ends_whole(state: list[tuple[Manifest, int]], health: Health) -> None:
    """All traffic on the new model alone, or none of it and the shares of the others kept; and again is the same."""
    weights = {str(number): traffic for number, (_, traffic) in enumerate(state) if traffic}
    given_shares = release.shares(weights, 100) if weights else {}
    start = [(manifest, given_shares.get(str(number), 0)) for number, (manifest, _) in enumerate(state)]
    endpoint = Endpoint(*start, health={NEW: health, STABLE: GOOD})
    others = any(traffic for manifest, traffic in start if manifest.model != MANIFEST.model)
    try:
        run(endpoint)
    except Refused:
        assert others
        assert health is BAD
        assert sum(endpoint.traffic().values()) == 100
        assert NEW not in endpoint.traffic()
        return
    assert endpoint.traffic() == {NEW: 100}
    endpoint.calls.clear()
    assert run(endpoint) == "unchanged"
    assert endpoint.calls == []


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 100), min_size=1, max_size=6), st.integers(0, 100))
def test_shares_are_whole_and_add_up(weights: dict[str, int], total: int) -> None:
    found = release.shares(weights, total)
    assert sum(found.values()) == total
    whole = sum(weights.values())
    assert all(abs(found[name] - total * weight / whole) < 1 for name, weight in weights.items())


def document(**changes: Any) -> dict[str, Any]:
    return {**MANIFEST.__dict__, **changes}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], "expected an object"),
        (document(colour="red"), "missing or unknown: colour"),
        ({key: value for key, value in document().items() if key != "machine_type"}, "unknown: machine_type"),
        (document(min_replicas="1"), "min_replicas: '1' is not of type int"),
        (document(min_replicas=True), "min_replicas: True is not of type int"),
        (document(require_approval=1), "require_approval: 1 is not of type bool"),
        (document(require_approval="false"), "require_approval: 'false' is not of type bool"),
        (document(min_replicas=5), "max_replicas not below it"),
        (document(canary_percent=0), "canary_percent must be 1 to 99"),
        (document(model=""), "names no model, because the slot is empty"),
        (document(model=f"{MODEL}"), "expected projects/…/locations/…/models/<name>@<version>"),
    ],
)
def test_a_wrong_manifest_is_bad_input(tmp_path: Path, content: Any, message: str) -> None:
    (tmp_path / "release.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match=message):
        release.load(release.Options(manifest=str(tmp_path / "release.json")))


def test_a_deployment_names_the_model_of_an_empty_slot(tmp_path: Path) -> None:
    (tmp_path / "release.json").write_text(json.dumps(document(model="")))
    loaded = release.load(release.Options(manifest=str(tmp_path / "release.json"), model=MANIFEST.model))
    assert loaded == MANIFEST


def test_cloud_deploy_reads_why_a_release_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_DEPLOY_OUTPUT_GCS_PATH", str(tmp_path / "out"))
    (tmp_path / "release.json").write_text(json.dumps(document(model="")))
    assert main(["release", "--manifest", str(tmp_path / "release.json")]) == 2
    result = json.loads((tmp_path / "out" / "results.json").read_text())
    assert result["resultStatus"] == "FAILED"
    assert "names no model" in result["failureMessage"]


def test_cloud_deploy_reads_that_a_release_succeeded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = Endpoint()
    monkeypatch.setenv("CLOUD_DEPLOY_OUTPUT_GCS_PATH", str(tmp_path / "out"))
    monkeypatch.setattr("runtime.vertex.VertexEndpoints", lambda name: endpoint)
    (tmp_path / "release.json").write_text(json.dumps(document()))
    assert main(["release", "--manifest", str(tmp_path / "release.json")]) == 0
    result = json.loads((tmp_path / "out" / "results.json").read_text())
    assert result == {"resultStatus": "SUCCEEDED", "metadata": {"outcome": "filled", "model": MANIFEST.model}}
    assert endpoint.traffic() == {NEW: 100}
