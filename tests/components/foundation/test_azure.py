"""The foundation on Azure: the resource group, and logs that no shared key can read or write."""

import pytest

from components.core.profile import PROFILES, Profile
from components.foundation.azure import build as backend
from components.foundation.contract import FoundationSpec
from tests.components.azure_bench import build


@pytest.mark.parametrize("profile", list(Profile))
def test_logs_are_kept_as_long_as_the_posture_says(profile: Profile) -> None:
    logs = build(backend, "foundation", FoundationSpec(), profile)["foundation-logs"]
    assert logs.inputs["retentionInDays"] == PROFILES[profile].log_retention_days
    assert logs.inputs["features"] == {"disableLocalAuth": True}
    assert logs.inputs["workspaceName"] == "churn-dev"
    assert logs.inputs["sku"] == {"name": "PerGB2018"}


@pytest.mark.parametrize(("profile", "kept"), [(Profile.SANDBOX, False), (Profile.STANDARD, True)])
def test_group_and_logs_are_protected_above_sandbox(profile: Profile, kept: bool) -> None:
    graph = build(backend, "foundation", FoundationSpec(), profile)
    assert {name: item.protect for name, item in graph.items()} == {"foundation-group": kept, "foundation-logs": kept}


def test_the_group_lies_in_the_region_of_the_stack() -> None:
    group = build(backend, "foundation", FoundationSpec())["foundation-group"].inputs
    assert (group["resourceGroupName"], group["location"]) == ("churn-dev", "westeurope")
    assert group["tags"]["owner"] == "growth-ml@example.com"
