"""Every option matters: change it, and the plan changes on every cloud, or a Gap names the field and says why not."""

import pytest

from components.core.cloud import Cloud, Gap, GapKind
from components.core.errors import TripodError
from components.core.profile import PROFILES, KeyCoverage, Posture, Profile
from components.core.vocabulary import Classification, Risk
from tests.conformance import wiring
from tests.conformance.perturb import variants
from tests.conformance.planned import CELLS, ENTRIES, fingerprint, gap_fields, plan, planned

VARIANTS = [
    pytest.param(capability, cloud, path, spec, id=f"{capability}-{cloud}-{path}")
    for capability, cloud in CELLS
    for path, spec in variants(wiring.maximal(capability, cloud))
]


@pytest.mark.parametrize(("capability", "cloud", "path", "spec"), VARIANTS)
def test_option_changes_the_plan(capability: str, cloud: Cloud, path: str, spec: object) -> None:
    before = fingerprint(planned(capability, cloud, "max"))
    try:
        after = fingerprint(plan(capability, cloud, spec, wiring.scope(cloud)))  # type: ignore[arg-type]
    except TripodError as error:  # refused in this profile, which is an effect, too
        after = str(error)
    gap = gap_fields(capability, cloud).get(path.replace(".*", ""))
    if gap is not None:
        assert before == after, f"the gap on {path} has closed: remove it ({gap.reason})"
    else:
        assert before != after, f"{capability}.{path} has no effect on {cloud}: use it, or declare Gap(field={path!r})"


def _posture_variants() -> list[tuple[str, object]]:
    return [
        ("public_access", True),
        ("customer_keys", KeyCoverage.DATA),
        ("hsm_keys", False),
        ("deletion_protection", False),
        ("deletion_window_days", 7),
        ("log_retention_days", 30),
        ("require_approval", False),
        ("immutable_logs", False),
        ("network_isolation", False),
        ("min_replicas", 3),
    ]


def test_posture_variants_are_complete() -> None:
    assert [name for name, _ in _posture_variants()] == list(Posture.model_fields)


@pytest.mark.parametrize("cloud", list(Cloud))
@pytest.mark.parametrize(("field", "value"), _posture_variants())
def test_posture_changes_the_plan(cloud: Cloud, field: str, value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each field of the posture shows somewhere on each cloud (profiles are loosened here, as no user may)."""

    def whole() -> str:
        graphs = []
        for capability in ENTRIES:
            spec = wiring.maximal(capability, cloud)
            if capability == "endpoint":
                spec = spec.model_copy(update={"min_instances": None})
            graphs += plan(capability, cloud, spec, wiring.scope(cloud, Profile.REGULATED))
        return fingerprint(graphs)

    before = whole()
    monkeypatch.setitem(PROFILES, Profile.REGULATED, PROFILES[Profile.REGULATED].model_copy(update={field: value}))
    after = whole()
    declared = [gaps for capability in ENTRIES if (gaps := gap_fields(capability, cloud).get(f"posture.{field}"))]
    if declared:
        assert before == after, f"the gap on posture.{field} has closed on {cloud}: remove it"
    else:
        assert before != after, f"posture.{field} has no effect on {cloud}"


@pytest.mark.parametrize("cloud", list(Cloud))
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "other"),
        ("environment", "test"),
        ("owner", "someone@example.com"),
        ("cost_center", "other"),
        ("classification", Classification.RESTRICTED),
        ("risk", Risk.HIGH),
        ("generation", 2),
    ],
)
def test_scope_changes_the_plan(cloud: Cloud, field: str, value: object) -> None:
    scope = wiring.scope(cloud)
    spec = wiring.defaults("storage", cloud)
    before = fingerprint(plan("storage", cloud, spec, scope))
    after = fingerprint(plan("storage", cloud, spec, scope.model_copy(update={field: value})))
    assert before != after


@pytest.mark.parametrize(("capability", "cloud"), CELLS, ids=str)
def test_gaps_are_well_formed(capability: str, cloud: Cloud) -> None:
    leg = ENTRIES[capability].legs[cloud]
    gaps = [leg] if isinstance(leg, Gap) else list(leg.gaps)
    paths = {path.replace(".*", "") for path, _ in variants(wiring.maximal(capability, cloud))}
    for gap in gaps:
        assert len(gap.reason) > 20, gap
        if gap.kind is GapKind.NEVER:
            assert gap.url, f"{gap.field}: a gap of kind NEVER cites the vendor"
        if gap.url:
            assert gap.url.startswith("https://"), gap
        if not isinstance(leg, Gap):
            assert gap.field, gap
            posture = {f"posture.{name}" for name in Posture.model_fields}
            assert gap.field in paths | posture, f"{capability} on {cloud}: '{gap.field}' is not an option"
