"""IAM of Google Cloud: roles, members, conditions, custom roles, identity pools."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.documents.check import check_documents
from simulator.documents.gcp.expressions import CEL, WORKFLOWS, parse
from simulator.documents.gcp.predefined_roles import OTHER_SERVICES, ROLES
from simulator.documents.reader import Malformed
from simulator.model import UNKNOWN
from tests.simulator.documents.probe import changed, json_like, said

MEMBER = "gcp:projects/iAMMember:IAMMember"
POLICY = "gcp:storage/bucketIAMPolicy:BucketIAMPolicy"
CUSTOM = "gcp:projects/iAMCustomRole:IAMCustomRole"
POOL = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"

GRANT: dict[str, Any] = {
    "project": "acme-ml-dev",
    "role": "roles/storage.objectViewer",
    "member": "serviceAccount:trainer@acme-ml-dev.iam.gserviceaccount.com",
    "condition": {
        "title": "Release manifest only",
        "expression": "resource.type == 'storage.googleapis.com/Object' && resource.name.endsWith('/release.json')",
    },
}
ROLE: dict[str, Any] = {
    "roleId": "churn_approver",
    "title": "churn approver",
    "permissions": ["aiplatform.models.get", "clouddeploy.rollouts.approve"],
    "stage": "GA",
}
PROVIDER: dict[str, Any] = {
    "oidc": {"issuerUri": "https://token.actions.githubusercontent.com"},
    "attributeMapping": {"google.subject": "assertion.sub", "attribute.repository": "assertion.repository"},
    "attributeCondition": "assertion.repository == 'acme/churn' && assertion.ref in ['refs/heads/main']",
}
DATA: dict[str, Any] = {
    "bindings": [{"role": "roles/storage.admin", "members": ["group:ml@example.com", "allUsers"]}],
    "version": 3,
}


@pytest.mark.parametrize(
    ("type_", "inputs"),
    [
        (MEMBER, GRANT),
        (CUSTOM, ROLE),
        (POOL, PROVIDER),
        (POLICY, {"policyData": json.dumps(DATA)}),
        (MEMBER, {**GRANT, "role": UNKNOWN, "member": UNKNOWN}),
        (MEMBER, {**GRANT, "role": "projects/acme-ml-dev/roles/churn_approver"}),
        (MEMBER, {**GRANT, "role": "organizations/1234/roles/auditor"}),
        (MEMBER, {**GRANT, "member": "serviceAccount:acme-ml-dev.svc.id.goog[ml/trainer]"}),
        (
            MEMBER,
            {
                **GRANT,
                "member": "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/"
                "attribute.repository/acme/churn",
            },
        ),
    ],
)
def test_accepts(type_: str, inputs: dict[str, Any]) -> None:
    assert said(type_, inputs) == []


@pytest.mark.parametrize(
    ("type_", "inputs", "place", "value", "told"),
    [
        (
            MEMBER,
            GRANT,
            ("role",),
            "roles/storage.objectReader",
            "role: INVALID_ARGUMENT: the grant: Role roles/storage",
        ),
        (MEMBER, GRANT, ("role",), "roles/storage.objectVeiwer", "did you mean 'roles/storage.objectViewer'"),
        (MEMBER, GRANT, ("role",), "roles/storge.objectViewer", "did you mean 'storage.objectViewer'"),
        (MEMBER, GRANT, ("role",), "storage.objectViewer", "is no name of a role"),
        (MEMBER, GRANT, ("role",), "projects/acme-ml-dev/roles/a-b", "is no name of a role"),
        (MEMBER, GRANT, ("member",), "trainer@acme.iam.gserviceaccount.com", "of an unknown type"),
        (MEMBER, GRANT, ("member",), "serviceaccount:a@b.com", "did you mean 'serviceAccount'"),
        (MEMBER, GRANT, ("member",), "user:somebody", "invalid format"),
        (MEMBER, GRANT, ("member",), "principalSet:somebody", "invalid format"),
        (MEMBER, GRANT, ("condition", "title"), ..., "condition.title: "),
        (MEMBER, GRANT, ("condition", "expression"), "resource.type = 'x'", "does not parse"),
        (MEMBER, GRANT, ("condition", "expression"), "(resource.type == 'x'", "does not parse: expected ')'"),
        (MEMBER, GRANT, ("condition", "expression"), "resource.type == 'x", "a string is not closed"),
        (MEMBER, GRANT, ("condition", "expression"), "resourse.type == 'x'", "did you mean 'resource'"),
        (MEMBER, GRANT, ("condition", "expression"), " || ".join(["resource.a"] * 14), "13 logical operators"),
        (CUSTOM, ROLE, ("roleId",), "churn-approver", "roleId: "),
        (CUSTOM, ROLE, ("permissions", 0), "aiplatform.*", "permissions[0]: "),
        (CUSTOM, ROLE, ("permissions", 0), "aiplatform.models", "service.resource.verb"),
        (CUSTOM, ROLE, ("permissions", 0), "resourcemanager.projects.list", "of an organisation only"),
        (CUSTOM, ROLE, ("permissions",), [], "1 to 3,000"),
        (CUSTOM, ROLE, ("stage",), "RELEASED", "no launch stage"),
        (CUSTOM, ROLE, ("title",), "x" * 101, "at most 100"),
        (POOL, PROVIDER, ("attributeCondition",), "assertion.ref ==", "does not parse"),
        (POOL, PROVIDER, ("attributeCondition",), "token.ref == 'x'", "undeclared reference to 'token'"),
        (POOL, PROVIDER, ("attributeMapping", "google.subject"), ..., "google.subject is not mapped"),
        (POOL, PROVIDER, ("attributeMapping", "attribute.Repo"), "assertion.repo", "is no attribute"),
    ],
)
def test_refuses(type_: str, inputs: dict[str, Any], place: tuple[str | int, ...], value: Any, told: str) -> None:
    found = said(type_, changed(inputs, place, value))
    assert any(told in one for one in found), found


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (("bindings", 0, "role"), "roles/storage.nothing", "at /bindings/0/role: "),
        (("bindings", 0, "members", 0), "ml@example.com", "at /bindings/0/members/0: "),
    ],
)
def test_refuses_in_policies(place: tuple[str | int, ...], value: Any, told: str) -> None:
    found = said(POLICY, {"policyData": json.dumps(changed(DATA, place, value))})
    assert any(told in one for one in found), found


def test_every_grant_of_google_cloud_is_checked() -> None:
    for token in (
        "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember",
        "gcp:storage/bucketIAMBinding:BucketIAMBinding",
        "gcp:serviceaccount/iAMMember:IAMMember",
    ):
        assert said(token, {"role": "roles/storage.nothing", "member": "allUsers"}), token


def test_roles_are_sorted_into_services() -> None:
    assert "user" in ROLES["aiplatform"]
    assert "objectViewer" in ROLES["storage"]
    assert not OTHER_SERVICES & set(ROLES)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a.b.c == 'x'", ["a.b.c"]),
        ("has(assertion.x) ? assertion.y : 'z'", ["assertion.x", "assertion.y"]),
        ("request.time < timestamp('2026-01-01T00:00:00Z')", ["request.time"]),
        ("{'a': [1, 2.5, 0x1f]}[k].size() > 0u", ["k"]),
    ],
)
def test_reads_cel(text: str, names: list[str]) -> None:
    assert parse(text, CEL).names == names


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a &&", "expected a value, got the end"),
        ("a b", "expected an operator or the end, got 'b' at character 2"),
        ("a # b", "unexpected '#' at character 2"),
        ("f(a,", "expected a value"),
        ("(" * 60 + "a" + ")" * 60, "nested deeper"),
    ],
)
def test_refuses_cel(text: str, fault: str) -> None:
    with pytest.raises(Malformed, match=fault.replace("(", r"\(")):
        parse(text, CEL)


def test_languages_differ() -> None:
    assert parse('not a or b["x"] // 2 == 1', WORKFLOWS).names == ["a", "b"]
    with pytest.raises(Malformed):
        parse("a && b", WORKFLOWS)
    with pytest.raises(Malformed):
        parse("a or b", CEL)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab.()[]{}'\"!&|?:,<>= 1", max_size=30))
def test_expressions_never_raise_otherwise(text: str) -> None:
    for language in (CEL, WORKFLOWS):
        try:
            parse(text, language)
        except Malformed as error:
            assert str(error)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([MEMBER, POLICY, CUSTOM, POOL]),
    st.dictionaries(
        st.sampled_from(
            ["role", "member", "members", "condition", "permissions", "policyData", "attributeMapping", "roleId"]
        ),
        json_like("role", "members", "bindings", "expression", "title", "roles/storage.admin", "user:a@b.c"),
    ),
)
def test_never_raises(type_: str, inputs: dict[str, Any]) -> None:
    for one in check_documents(type_, inputs):
        assert one.reason
