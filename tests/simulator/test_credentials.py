"""What lets an SDK reach a real account, and what keeps it from one."""

from __future__ import annotations

import os
from pathlib import Path

import pulumi
import pytest

from simulator.cloud import SimulatedCloud
from simulator.credentials import BLOCKED, clear, is_credential, without
from simulator.engine.deployment import Deployment
from simulator.engine.program import InlineProgram, ProjectProgram
from simulator.engine.state import StateFile
from simulator.store import Store

SECRET = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "ECS_CONTAINER_METADATA_URI_V4",
    "BOTO_CONFIG",
    "AZURE_CLIENT_SECRET",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_CONFIG_DIR",
    "ARM_CLIENT_SECRET",
    "ARM_OIDC_TOKEN",
    "MSI_ENDPOINT",
    "MSI_SECRET",
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_OAUTH_ACCESS_TOKEN",
    "GOOGLE_CREDENTIALS",
    "GCLOUD_KEYFILE_JSON",
    "GCE_METADATA_HOST",
    "CLOUDSDK_CONFIG",
    "CLOUDSDK_AUTH_ACCESS_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "SYSTEM_ACCESSTOKEN",
    "PULUMI_ACCESS_TOKEN",
    "PULUMI_CONFIG_PASSPHRASE",
)
KEPT = ("PATH", "HOME", "HTTPS_PROXY", "LANG", "PULUMI_HOME", "TRIPOD_HOME", "ARMADA", "VIRTUAL_ENV")


@pytest.mark.parametrize("name", SECRET)
def test_what_leads_to_an_account_is_taken_out(name: str) -> None:
    assert is_credential(name)
    left = without({name: "real", "PATH": "/bin"})
    assert left.get(name) in (None, BLOCKED.get(name))
    assert left["PATH"] == "/bin"


@pytest.mark.parametrize("name", KEPT)
def test_what_does_not_is_kept(name: str) -> None:
    assert without({name: "x"})[name] == "x"


def test_an_sdk_finds_nothing_by_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The file of credentials in the home directory is there, and is not read."""
    import botocore.session

    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(
        "[default]\naws_access_key_id = real\naws_secret_access_key = real\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in SECRET:
        monkeypatch.delenv(name, raising=False)
    found = botocore.session.Session().get_credentials()
    assert found is not None
    assert found.access_key == "real"
    for name, value in without(os.environ).items():
        monkeypatch.setenv(name, value)
    assert botocore.session.Session().get_credentials() is None


def test_clearing_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    before = dict(os.environ)
    try:
        os.environ.update({"AWS_PROFILE": "prod", "KEPT": "1"})
        clear()
        assert "AWS_PROFILE" not in os.environ
        assert os.environ["KEPT"] == "1"
        assert {name: os.environ[name] for name in BLOCKED} == dict(BLOCKED)
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.mark.parametrize("own_process", [True, False])
def test_a_program_sees_none_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_process: bool) -> None:
    from tripod.session import environment

    for name in SECRET:
        monkeypatch.setenv(name, "real")
    source = (
        "import os, pulumi\n"
        "pulumi.export('seen', sorted(name for name, value in os.environ.items() if value == 'real'))\n"
    )
    (tmp_path / "__main__.py").write_text(source)

    def inline() -> None:
        pulumi.export("seen", sorted(name for name, value in os.environ.items() if value == "real"))

    stack = Deployment(
        "tripod",
        "dev",
        "acme",
        {},
        [],
        StateFile(tmp_path / "dev.json", "passphrase"),
        SimulatedCloud(Store(tmp_path / "cloud.db")),
    )
    if own_process:
        done = stack.up(ProjectProgram(tmp_path))
    else:
        with environment({}):
            done = stack.up(InlineProgram(inline))
    assert done.ok, done.errors
    assert done.outputs["seen"] == []
