"""Registry on AWS: who may approve, what is kept, which key, what a stack may not take for itself."""

import json
from typing import Any

import pytest

from components.core.profile import Profile
from components.registry.aws import build as backend
from components.registry.contract import RegistrySpec
from tests.components.aws_bench import Graph, build, build_with_outputs

SAGEMAKER = "arn:aws:sagemaker:eu-west-1:123456789012:"
MODELS_KEY = "arn:aws:kms:eu-west-1:123456789012:key/22222222-2222-2222-2222-222222222222"
LOGS_KEY = "arn:aws:kms:eu-west-1:123456789012:key/33333333-3333-3333-3333-333333333333"


def registry(profile: Profile, **options: Any) -> Graph:
    return build(backend, "registry", RegistrySpec(**options), profile)


class TestGroups:
    def test_one_per_model_with_texts_that_never_change(self) -> None:
        graph = registry(Profile.STANDARD, models=("churn", "challenger"))
        groups = graph.of("sagemaker/modelPackageGroup:ModelPackageGroup")
        assert [group.inputs["modelPackageGroupName"] for group in groups] == [
            "churn-dev-challenger",
            "churn-dev-churn",
        ]
        assert groups[1].inputs["modelPackageGroupDescription"] == "Versions of model churn"

    @pytest.mark.parametrize(("profile", "kept"), [(Profile.SANDBOX, False), (Profile.REGULATED, True)])
    def test_versions_outlive_the_stack_above_sandbox(self, profile: Profile, kept: bool) -> None:
        group = registry(profile)["registry-group-model"]
        assert (group.protect, group.options["retain_on_delete"]) == (kept, kept)


class TestApproval:
    def test_only_the_approver_updates_versions_of_these_groups(self) -> None:
        graph = registry(Profile.REGULATED, models=("churn", "challenger"))
        updates = {
            (item.name, resource)
            for item in graph.of("iam/rolePolicy:RolePolicy")
            if not item.name.startswith("registry-track-")  # about the app, whose id is unknown in a plan
            for action, resource in graph.allowed(item.name)
            if action == "sagemaker:UpdateModelPackage"
        }
        assert updates == {
            ("registry-approve", f"{SAGEMAKER}model-package/churn-dev-churn/*"),
            ("registry-approve", f"{SAGEMAKER}model-package/churn-dev-challenger/*"),
        }
        assert graph["registry-approve"].inputs["role"] == "churn-dev-approver"

    @pytest.mark.parametrize("role", ["pipeline", "training"])
    def test_workloads_neither_approve_nor_register_as_approved(self, role: str) -> None:
        graph = registry(Profile.STANDARD)
        denied = graph.statements(f"registry-no-approval-{role}")
        assert graph[f"registry-no-approval-{role}"].inputs["role"] == f"churn-dev-{role}"
        assert {statement["Effect"] for statement in denied.values()} == {"Deny"}
        assert denied["NeverApprove"]["Action"] == ["sagemaker:UpdateModelPackage"]
        assert denied["NeverApprove"]["Resource"] == [f"{SAGEMAKER}model-package/*"]
        assert denied["NeverRegisterAsApproved"]["Action"] == ["sagemaker:CreateModelPackage"]
        assert denied["NeverRegisterAsApproved"]["Condition"] == {
            "StringEquals": {"sagemaker:ModelApprovalStatus": "Approved"}
        }

    def test_approvals_wait_in_a_queue_that_only_the_rule_fills(self) -> None:
        graph, outputs = build_with_outputs(backend, "registry", RegistrySpec(models=("churn",)), Profile.REGULATED)
        rule = "arn:aws:events:eu-west-1:123456789012:rule/churn-dev-approved"
        assert outputs["approval_id"] == rule
        assert json.loads(graph["registry-approved"].inputs["eventPattern"]) == {
            "source": ["aws.sagemaker"],
            "detail-type": ["SageMaker Model Package State Change"],
            "detail": {"ModelApprovalStatus": ["Approved"], "ModelPackageGroupName": ["churn-dev-churn"]},
        }
        send = graph.statements("registry-approved-versions-policy")["SendFromRule"]
        assert send["Principal"] == {"Service": ["events.amazonaws.com"]}
        assert send["Condition"] == {"ArnEquals": {"aws:SourceArn": rule}}
        queue = graph["registry-approved-versions"].inputs
        assert queue["kmsMasterKeyId"] == LOGS_KEY
        assert "sqsManagedSseEnabled" not in queue
        target = graph["registry-approved-target"].inputs
        assert target["rule"] == "churn-dev-approved"
        assert "deadLetterConfig" in target

    def test_nothing_holds_a_release_where_the_posture_needs_no_approval(self) -> None:
        graph, outputs = build_with_outputs(backend, "registry", RegistrySpec(), Profile.SANDBOX)
        assert outputs["approval_id"] == ""
        assert not graph.of("cloudwatch/eventRule:EventRule")
        assert "registry-no-approval-pipeline" not in graph


class TestImages:
    def test_tags_are_immutable_and_the_key_follows_the_posture(self) -> None:
        loose, strict = registry(Profile.SANDBOX)["registry-images"], registry(Profile.REGULATED)["registry-images"]
        for repository in (loose, strict):
            assert repository.inputs["name"] == "churn-dev/tripod-runtime"
            assert repository.inputs["imageTagMutability"] == "IMMUTABLE"
            assert repository.inputs["imageScanningConfiguration"] == {"scanOnPush": True}
        assert loose.inputs["encryptionConfigurations"] == [{"encryptionType": "AES256"}]
        assert strict.inputs["encryptionConfigurations"] == [{"encryptionType": "KMS", "kmsKey": MODELS_KEY}]
        assert (loose.inputs["forceDelete"], strict.inputs["forceDelete"]) == (True, False)

    def test_lifecycle_keeps_as_many_tagged_images_as_asked(self) -> None:
        policy = json.loads(registry(Profile.SANDBOX, keep_images=7)["registry-images-lifecycle"].inputs["policy"])
        selections = {rule["rulePriority"]: rule["selection"] for rule in policy["rules"]}
        assert selections[1] == {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": 7,
        }
        assert selections[2] == {
            "tagStatus": "tagged",
            "tagPatternList": ["*"],
            "countType": "imageCountMoreThan",
            "countNumber": 7,
        }

    @pytest.mark.parametrize("role", ["pipeline", "training", "serving", "monitoring"])
    def test_workloads_pull_from_this_repository_and_push_nowhere(self, role: str) -> None:
        graph = registry(Profile.STANDARD)
        repository = "arn:aws:ecr:eu-west-1:123456789012:repository/churn-dev/tripod-runtime"
        assert graph.allowed(f"registry-pull-{role}") == {
            ("ecr:BatchCheckLayerAvailability", repository),
            ("ecr:BatchGetImage", repository),
            ("ecr:GetDownloadUrlForLayer", repository),
            ("ecr:GetAuthorizationToken", "*"),
        }


class TestTracking:
    def test_the_app_registers_nothing_and_is_nobodys_default(self) -> None:
        app = registry(Profile.STANDARD)["registry-mlflow"]
        assert app.inputs["modelRegistrationMode"] == "AutoModelRegistrationDisabled"
        assert app.inputs["accountDefaultStatus"] == "DISABLED"
        assert app.inputs["artifactStoreUri"] == "s3://churn-dev-artifacts-abcde/mlflow"
        assert "name" not in app.inputs, "an explicit name makes the provider delete it before it makes the next"

    def test_its_role_reaches_its_own_prefix_only(self) -> None:
        graph = registry(Profile.REGULATED)
        assert graph.allowed("registry-tracking-artifacts") == {
            ("s3:GetObject", "arn:aws:s3:::churn-dev-artifacts-abcde/mlflow/*"),
            ("s3:PutObject", "arn:aws:s3:::churn-dev-artifacts-abcde/mlflow/*"),
            ("s3:DeleteObject", "arn:aws:s3:::churn-dev-artifacts-abcde/mlflow/*"),
            ("s3:ListBucket", "arn:aws:s3:::churn-dev-artifacts-abcde"),
            ("kms:Decrypt", MODELS_KEY),
            ("kms:GenerateDataKey", MODELS_KEY),
        }

    def test_can_be_left_out(self) -> None:
        graph, outputs = build_with_outputs(backend, "registry", RegistrySpec(tracking=False), Profile.STANDARD)
        assert outputs["tracking_uri"] == ""
        assert "registry-tracking" not in graph


def test_outputs_are_known_before_anything_exists() -> None:
    _, outputs = build_with_outputs(backend, "registry", RegistrySpec(models=("churn",)), Profile.STANDARD)
    assert outputs["registry_id"] == f"{SAGEMAKER}model-package-group/churn-dev-churn"
    assert outputs["image_repository"] == "123456789012.dkr.ecr.eu-west-1.amazonaws.com/churn-dev"


def test_twenty_models_fit_into_the_policies_of_a_role() -> None:
    graph = registry(Profile.REGULATED, models=tuple(f"model-{index}-of-many" for index in range(20)))
    sizes: dict[str, int] = {}
    for item in graph.of("iam/rolePolicy:RolePolicy"):
        size = len(item.inputs["policy"].replace(" ", ""))
        sizes[item.inputs["role"]] = sizes.get(item.inputs["role"], 0) + size
    assert sizes["churn-dev-training"] < 1_500
    assert sizes["churn-dev-pipeline"] < 5_000
    assert sizes["churn-dev-approver"] < 6_000
