"""Stack files and blueprints: right input gives settings, wrong input gives one clear fault each."""

import shutil
from pathlib import Path

import pytest

from components.core.cloud import Cloud
from components.core.errors import TripodError
from components.core.profile import Profile
from stacks.project import ROOT
from stacks.settings import Layer, load, stack_names

STACKS = [f"{cloud}-{kind}" for cloud in ("aws", "azure", "gcp") for kind in ("demand", "dev", "lake", "prod")]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of its own, with the real stack files and blueprints."""
    (tmp_path / "stacks" / "blueprints").mkdir(parents=True)
    for path in (ROOT / "stacks").glob("Pulumi.*.yaml"):
        shutil.copy(path, tmp_path / "stacks")
    for path in (ROOT / "stacks" / "blueprints").glob("*.yaml"):
        shutil.copy(path, tmp_path / "stacks" / "blueprints")
    return tmp_path


def change(root: Path, old: str, new: str, name: str = "blueprints/churn.yaml") -> None:
    path = root / "stacks" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def faults(root: Path, stack: str = "aws-dev") -> list[str]:
    with pytest.raises(TripodError) as caught:
        load(stack, root)
    return [str(fault) for fault in caught.value.faults]


def test_stacks_of_the_repository() -> None:
    assert stack_names() == STACKS


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_loads(stack: str) -> None:
    settings = load(stack)
    cloud, kind = stack.split("-")
    assert settings.scope.cloud is Cloud(cloud)
    assert settings.layer is (Layer.DATA if kind == "lake" else Layer.PLATFORM)
    profile = {"dev": Profile.SANDBOX, "prod": Profile.REGULATED}.get(kind, Profile.STANDARD)
    assert settings.scope.profile is profile
    assert settings.data_stack == (f"{cloud}-lake" if kind == "demand" else None)


def test_one_blueprint_serves_three_clouds() -> None:
    specs = {cloud: load(f"{cloud}-dev").blueprint for cloud in ("aws", "azure", "gcp")}
    assert specs["aws"] == specs["azure"] == specs["gcp"]


def test_overrides_reach_the_blueprint() -> None:
    assert load("gcp-prod").blueprint.endpoint is not None
    assert load("gcp-prod").blueprint.endpoint.max_instances == 6  # type: ignore[union-attr]
    assert load("gcp-dev").blueprint.endpoint.max_instances == 4  # type: ignore[union-attr]


def test_unknown_blueprint_key(root: Path) -> None:
    change(root, "  max_nodes: 2", "  max_node: 2")
    (fault,) = faults(root)
    assert fault.startswith("stacks/blueprints/churn.yaml:39: training.max_node: unknown key 'max_node'")
    assert "allowed: batch_schedule, idle_minutes, image, max_nodes" in fault
    assert "did you mean 'max_nodes'?" in fault


def test_unknown_key_in_a_group(root: Path) -> None:
    change(root, "      online: true", "      onlin: true")
    (fault,) = faults(root)
    assert "feature_store.groups.usage.onlin: unknown key 'onlin'" in fault
    assert "did you mean 'online'?" in fault


def test_every_fault_is_told_at_once(root: Path) -> None:
    change(root, "max_nodes: 2", "max_nodes: 200")
    change(root, "size: small", "size: tiny")
    change(root, "owner: growth-ml@example.com", "owner: nobody")
    told = faults(root)
    assert len(told) == 3
    assert "owner: 'nobody' is refused; allowed: text matching" in told[0]
    assert "training.max_nodes: 200 is out of range; allowed: 64 or less" in told[1]
    assert "endpoint.size: unknown value 'tiny'; allowed: small, medium, large, xlarge, gpu" in told[2]


def test_wrong_type(root: Path) -> None:
    change(root, "spot: true", "spot: sometimes")
    (fault,) = faults(root)
    assert "training.spot: 'sometimes' is of the wrong type" in fault


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("cloud: aws", "cloud: oracle", "config.tripod:cloud: unknown cloud 'oracle'; allowed: aws, azure, gcp"),
        ("profile: sandbox", "profile: strict", "unknown profile 'strict'; allowed: sandbox, standard, regulated"),
        (
            "profile: sandbox",
            "profile: sandbox\n  tripod:layer: release",
            "unknown layer 'release'; allowed: data, platform",
        ),
        ("blueprint: churn", "blueprint: churm", "blueprint 'churm' does not exist"),
        ("  aws:region: eu-west-1\n", "", "the stack names no region; remedy: set aws:region"),
        ("blueprint: churn", "blueprint: churn\n  tripod:blueprints: x", "unknown key 'tripod:blueprints'"),
        ("blueprint: churn", "blueprint: churn\n  tripod:generation: zero", "allowed: a whole number"),
        ("blueprint: churn", "blueprint: churn\n  tripod:retire: soon", "'soon' is neither true nor false"),
        ("blueprint: churn", "blueprint: churn\n  tripod:overrides: [1]", "allowed: a mapping of blueprint keys"),
    ],
)
def test_wrong_stack_file(root: Path, old: str, new: str, expected: str) -> None:
    change(root, old, new, "Pulumi.aws-dev.yaml")
    (fault,) = faults(root)
    assert "stacks/Pulumi.aws-dev.yaml" in fault
    assert expected in fault


def test_project_is_required_on_google_cloud(root: Path) -> None:
    change(root, "  gcp:project: acme-ml-dev\n", "", "Pulumi.gcp-dev.yaml")
    (fault,) = faults(root, "gcp-dev")
    assert "the stack names no project; remedy: set gcp:project" in fault


def test_missing_stack_file(root: Path) -> None:
    (fault,) = faults(root, "aws-staging")
    assert fault.startswith(
        "stacks/Pulumi.aws-staging.yaml: stack 'aws-staging' has no stack file; allowed: aws-demand"
    )


@pytest.mark.parametrize("name", ["../aws-dev", "a b", ""])
def test_no_stack_name(root: Path, name: str) -> None:
    (fault,) = faults(root, name)
    assert "is no stack name" in fault


def test_broken_yaml(root: Path) -> None:
    change(root, "registry:\n  models: [churn]", "registry:\n  models: [churn")
    (fault,) = faults(root)
    assert fault.startswith("stacks/blueprints/churn.yaml:3")
    assert "broken YAML" in fault


def test_repeated_key(root: Path) -> None:
    change(root, "risk: limited", "risk: limited\nrisk: minimal")
    (fault,) = faults(root)
    assert "risk: the key stands twice (first at line 7); remedy: keep one of the two" in fault


def test_not_a_mapping(root: Path) -> None:
    (root / "stacks" / "blueprints" / "churn.yaml").write_text("- a\n- b\n")
    (fault,) = faults(root)
    assert "the blueprint is a list; allowed: a mapping" in fault


def test_not_utf8(root: Path) -> None:
    (root / "stacks" / "blueprints" / "churn.yaml").write_bytes(b"name: \xff\xfe")
    (fault,) = faults(root)
    assert "not UTF-8" in fault


def test_profile_is_not_loosened_by_an_override(root: Path) -> None:
    change(
        root,
        "endpoint: {max_instances: 6}",
        "posture: {public_access: true, log_retention_days: 90}",
        "Pulumi.aws-prod.yaml",
    )
    public, retention = faults(root, "aws-prod")
    assert "stacks/Pulumi.aws-prod.yaml" in public
    assert "config.tripod:overrides.posture.public_access: true loosens profile regulated; allowed: false" in public
    assert "posture.log_retention_days: 90 loosens profile regulated; allowed: 365 or higher" in retention


def test_profile_may_be_tightened(root: Path) -> None:
    change(root, "risk: limited", "risk: limited\nposture: {log_retention_days: 400, public_access: false}")
    settings = load("aws-dev", root)
    assert settings.posture.log_retention_days == 400
    assert settings.posture.public_access is False
    assert settings.posture.min_replicas == 1


@pytest.mark.parametrize(
    ("old", "new", "stack", "expected"),
    [
        (
            "size: small",
            "size: small\n  min_instances: 1",
            "aws-prod",
            "endpoint.min_instances: 1 loosens profile regulated",
        ),
        (
            "risk: limited",
            "risk: limited\nnetwork: {mode: none}",
            "aws-prod",
            "network.mode: 'none' loosens profile regulated",
        ),
        ("risk: limited", "risk: limited\nnetwork: {egress: nat}", "gcp-prod", "network.egress: 'nat' loosens profile"),
        (
            "risk: limited",
            "risk: limited\nstorage: {versioning: false}",
            "azure-prod",
            "storage.versioning: false loosens",
        ),
        ("classification: confidential", "classification: restricted", "aws-dev", "restricted data is not allowed"),
        ("risk: limited", "risk: high", "gcp-dev", "a high-risk system needs a person's approval"),
        ("capture_percent: 20", "capture_percent: 0", "aws-dev", "drift cannot be measured when nothing is captured"),
        (
            "capture_percent: 20",
            "capture_percent: 20\n  model: {name: other, version: '1'}",
            "aws-dev",
            "endpoint.model.name: 'other' is not a model of the registry; allowed: churn",
        ),
        (
            "max_instances: 4",
            "max_instances: 4\n  min_instances: 5",
            "aws-dev",
            "max_instances (4) is below min_instances (5)",
        ),
        ("entity: customer", "entity: person", "aws-dev", "'person' is not an entity of the store (known: customer)"),
        ("  drift: {schedule: daily, threshold: 0.2, share: 0.3}\n", "", "aws-dev", "retrain_on_drift needs drift"),
    ],
)
def test_what_no_single_field_can_see(root: Path, old: str, new: str, stack: str, expected: str) -> None:
    change(root, old, new)
    told = faults(root, stack)
    assert any(expected in fault for fault in told), told


def test_data_stack_takes_no_data_stack(root: Path) -> None:
    change(root, "tripod:layer: data", "tripod:layer: data\n  tripod:data: other", "Pulumi.aws-lake.yaml")
    (fault,) = faults(root, "aws-lake")
    assert "a data stack cannot take its data layer from another stack" in fault


def test_shared_feature_store_is_declared_in_the_data_stack(root: Path) -> None:
    change(root, "  tripod:overrides:\n    feature_store: null\n", "", "Pulumi.aws-demand.yaml")
    (fault,) = faults(root, "aws-demand")
    assert "the feature store is that of the data stack" in fault
