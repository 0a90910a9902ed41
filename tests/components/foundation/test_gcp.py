"""The foundation on Google Cloud: services are on before anything uses them, and stay on."""

import pytest

from components.core.errors import TripodError
from components.foundation.contract import FoundationSpec
from components.foundation.gcp import build as backend
from tests.components.gcp_bench import NUMBER, PROJECT, Graph, build

NEEDED = {"aiplatform", "bigquery", "cloudkms", "compute", "dns", "iam", "iamcredentials", "storage"}
BEHIND_OTHERS = {"cloudbuild", "servicedirectory", "sts", "workflowexecutions"}


def foundation() -> Graph:
    return build(backend, "foundation", FoundationSpec())


def test_services_are_enabled_and_never_disabled() -> None:
    services = foundation().of("projects/service:Service")
    assert {f"{name}.googleapis.com" for name in NEEDED | BEHIND_OTHERS} <= {
        item.inputs["service"] for item in services.values()
    }
    for name, item in services.items():
        assert item.inputs["service"] == f"{name.removeprefix('foundation-')}.googleapis.com"
        assert item.inputs["project"] == PROJECT
        assert item.inputs["disableOnDestroy"] is False  # other stacks of the project may use it


def test_outputs_name_the_project_by_id_and_number() -> None:
    assert foundation().outputs == {
        "group_name": PROJECT,
        "account_id": PROJECT,
        "account_number": NUMBER,
        "log_id": f"projects/{PROJECT}/locations/global/buckets/_Default",
    }


def test_a_stack_without_a_project_is_refused() -> None:
    with pytest.raises(TripodError, match="the stack names no project"):
        build(backend, "foundation", FoundationSpec(), account="")
