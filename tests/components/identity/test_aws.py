"""Identity on AWS: trust, key use, passing of roles, approvers, continuous integration."""

import functools
import json
from typing import Any

import botocore.session  # type: ignore[import-untyped]
import pytest

from components.clouds import aws_deploy
from components.core.profile import Profile
from components.core.vocabulary import Provision
from components.identity.aws import build as backend
from components.identity.contract import CiSpec, IdentitySpec
from tests.components.aws_bench import Graph, build, build_with_outputs

ROLE = "arn:aws:iam::123456789012:role/tripod/workload/churn-dev-{}"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/{}"
DATA = KEY.format("11111111-1111-1111-1111-111111111111")
MODELS = KEY.format("22222222-2222-2222-2222-222222222222")
ISSUER = "token.actions.githubusercontent.com"
CI = CiSpec(repository="acme/churn", owner_id="4711")


def identity(profile: Profile = Profile.REGULATED, spec: IdentitySpec | None = None) -> Graph:
    return _built(profile, (spec or IdentitySpec()).model_dump_json())


@functools.cache
def _built(profile: Profile, spec: str) -> Graph:
    return build(backend, "identity", IdentitySpec.model_validate_json(spec), profile)


class TestWorkloads:
    @pytest.mark.parametrize("role", ["training", "pipeline", "serving", "monitoring"])
    def test_only_sagemaker_on_behalf_of_this_account(self, role: str) -> None:
        graph = identity()
        assert graph[f"identity-{role}"].inputs["name"] == f"churn-dev-{role}"
        assert graph.statements(f"identity-{role}", "assumeRolePolicy") == {
            "ServiceOfThisAccount": {
                "Sid": "ServiceOfThisAccount",
                "Effect": "Allow",
                "Action": ["sts:AssumeRole"],
                "Principal": {"Service": ["sagemaker.amazonaws.com"]},
                "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
            }
        }

    def test_only_the_pipeline_passes_roles_and_only_to_sagemaker(self) -> None:
        graph = identity()
        assert graph.statements("identity-pipeline-pass")["PassRole"] == {
            "Sid": "PassRole",
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": [ROLE.format("pipeline"), ROLE.format("training")],
            "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        }
        others = [item.name for item in graph.values() if "iam:PassRole" in item.inputs.get("policy", "")]
        assert others == ["identity-pipeline-pass"]

    def test_no_managed_policy_is_attached(self) -> None:
        assert not identity().of("iam/rolePolicyAttachment:RolePolicyAttachment")

    def test_outputs_are_known_before_the_roles_exist(self) -> None:
        _, outputs = build_with_outputs(backend, "identity", IdentitySpec())
        assert outputs["training_id"] == ROLE.format("training")
        assert outputs["training_principal"] == "churn-dev-training"
        assert outputs["ci_preview_id"] == outputs["ci_apply_id"] == ""


class TestKeyUse:
    def test_regulated_training(self) -> None:
        statements = identity().statements("identity-training-keys")
        through = {
            "StringEquals": {"kms:ViaService": ["s3.eu-west-1.amazonaws.com", "sagemaker.eu-west-1.amazonaws.com"]}
        }
        assert statements["UseDataKey"]["Resource"] == [DATA]
        assert statements["UseDataKey"]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
        assert statements["UseDataKey"]["Condition"] == through
        assert statements["UseModelsKey"]["Condition"] == through
        assert statements["AttachModelsKey"]["Action"] == ["kms:CreateGrant"]
        assert statements["AttachModelsKey"]["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
        assert "AttachDataKey" not in statements

    def test_serving_and_monitoring_only_decrypt_data(self) -> None:
        graph = identity()
        for role in ("serving", "monitoring"):
            assert graph.statements(f"identity-{role}-keys")["UseDataKey"]["Action"] == ["kms:Decrypt"]

    def test_sandbox_uses_the_data_key_alone(self) -> None:
        graph = identity(Profile.SANDBOX)
        used = {
            item.name: {resource for _, resource in graph.allowed(item.name)}
            for item in graph.of("iam/rolePolicy:RolePolicy")
            if item.name.endswith("-keys")
        }
        assert used == {
            "identity-training-keys": {DATA},
            "identity-serving-keys": {DATA},
            "identity-monitoring-keys": {DATA},
        }


class TestApprover:
    def test_named_approvers(self) -> None:
        spec = IdentitySpec(approvers=("arn:aws:iam::123456789012:role/heads",), session_hours=2)
        graph = identity(spec=spec)
        trust = graph.statements("identity-approver", "assumeRolePolicy")["NamedApprovers"]
        assert trust["Principal"] == {"AWS": ["arn:aws:iam::123456789012:role/heads"]}
        assert graph["identity-approver"].inputs["maxSessionDuration"] == 7200

    def test_without_names_a_tag_decides(self) -> None:
        trust = identity().statements("identity-approver", "assumeRolePolicy")["TaggedApprovers"]
        assert trust["Condition"] == {"StringEquals": {"aws:PrincipalTag/tripod-approver": "churn-dev"}}


class TestCi:
    def trust(self, role: str, ci: CiSpec = CI) -> dict[str, Any]:
        graph = identity(spec=IdentitySpec(ci=ci))
        return graph.statements(f"identity-{role}", "assumeRolePolicy")["TokensOfTheRepository"]

    def test_preview_is_for_the_branch_and_pull_requests(self) -> None:
        trust = self.trust("ci-preview")
        assert trust["Action"] == ["sts:AssumeRoleWithWebIdentity"]
        assert trust["Principal"] == {"Federated": [f"arn:aws:iam::123456789012:oidc-provider/{ISSUER}"]}
        assert trust["Condition"] == {
            "StringEquals": {
                f"{ISSUER}:aud": "sts.amazonaws.com",
                f"{ISSUER}:sub": ["repo:acme/churn:ref:refs/heads/main", "repo:acme/churn:pull_request"],
            }
        }

    def test_apply_is_for_the_environment_alone(self) -> None:
        ci = CI.model_copy(update={"environment": "live"})
        assert self.trust("ci-apply", ci)["Condition"]["StringEquals"][f"{ISSUER}:sub"] == [
            "repo:acme/churn:environment:live"
        ]

    def test_an_existing_provider_is_not_made_again(self) -> None:
        """An account takes one provider per issuer."""
        arn = f"arn:aws:iam::123456789012:oidc-provider/{ISSUER}"
        ci = CiSpec(repository="acme/churn", owner_id="4711", provider=Provision.EXISTING, provider_id=arn)
        graph = identity(spec=IdentitySpec(ci=ci))
        assert not graph.of("iam/openIdConnectProvider:OpenIdConnectProvider")
        assert self.trust("ci-apply", ci)["Principal"] == {"Federated": [arn]}

    def test_preview_changes_nothing_and_reads_no_data(self) -> None:
        graph = identity(spec=IdentitySpec(ci=CI))
        attached = {
            item.name: item.inputs["policyArn"]
            for item in graph.of("iam/rolePolicyAttachment:RolePolicyAttachment")
            if "ci-preview" in item.name
        }
        assert set(attached.values()) == {
            "arn:aws:iam::aws:policy/SecurityAudit",
            "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
        }
        verbs = {action.split(":")[1] for action, _ in graph.allowed("identity-ci-preview-reads")}
        assert not [verb for verb in verbs if not verb.startswith(("Describe", "Get", "List", "Validate"))]
        denied = graph.statements("identity-ci-preview-reads")["NeverReadData"]
        assert denied["Effect"] == "Deny"
        assert {"s3:GetObject", "kms:Decrypt"} <= set(denied["Action"])

    def test_apply_has_no_wildcard_action_and_makes_only_roles_of_the_stack(self) -> None:
        graph = identity(spec=IdentitySpec(ci=CI))
        allowed = set().union(*(graph.allowed(item.name) for item in graph.of("iam/policy:Policy")))
        assert not [action for action, _ in allowed if "*" in action]
        assert {resource for action, resource in allowed if action in {"iam:CreateRole", "iam:PassRole"}} == {
            "arn:aws:iam::123456789012:role/tripod/*/churn-dev-*"
        }
        attach = graph.statements("identity-ci-apply-identity")["AttachKnownPolicies"]["Condition"]["ArnLike"]
        assert not [arn for arn in attach["iam:PolicyARN"] if "Administrator" in arn]

    def test_policies_fit_into_what_iam_takes(self) -> None:
        graph = identity(spec=IdentitySpec(ci=CI))
        sizes = {
            item.name: len(json.dumps(json.loads(item.inputs["policy"]), separators=(",", ":")))
            for item in graph.of("iam/policy:Policy")
        }
        assert sorted(sizes) == [
            f"identity-ci-apply-{part}" for part in ("data", "identity", "ml", "network", "operations")
        ]
        assert {name: size for name, size in sizes.items() if size > 6144} == {}


def test_actions_of_ci_exist() -> None:
    """Every action is an operation of the service; S3 has action names of its own."""
    session = botocore.session.get_session()
    models = {"states": "stepfunctions"}
    named = aws_deploy._named  # the tables are what the documents are made of
    tables = (aws_deploy._READS, aws_deploy._NETWORK, aws_deploy._ML, aws_deploy._OPERATIONS)
    actions = {action for table in tables for service, names in table.items() for action in named(service, names)}
    actions |= set(named("kms", aws_deploy._KEY_ACTIONS)) | set(named("glue", aws_deploy._GLUE_ACTIONS))
    actions |= set(aws_deploy._WITHOUT_RESOURCE)
    iam = (*aws_deploy._ROLE_ACTIONS, *aws_deploy._POLICY_ACTIONS, *aws_deploy._PROVIDER_ACTIONS)
    actions |= set(named("iam", iam))
    known: dict[str, set[str]] = {}
    for action in sorted(actions):
        service, operation = action.split(":")
        model = models.get(service, service)
        if model not in known:
            known[model] = set(session.get_service_model(model).operation_names)
        assert operation in known[model], action
