"""Cases of controls on notebooks and other workbenches."""

from __future__ import annotations

from collections.abc import Iterator

from policies.tokens import aws, azure, gcp
from tests.policies.dsl import UNKNOWN, Case, cells, res

NOTEBOOK, DOMAIN = aws("sagemaker.NotebookInstance"), aws("sagemaker.Domain")
COMPUTE, WORKSPACE = (azure(f"machinelearningservices.{c}") for c in ("Compute", "Workspace"))
INSTANCE, TEMPLATE = gcp("workbench.Instance"), gcp("colab.RuntimeTemplate")


def cases() -> Iterator[Case]:
    yield from _network()
    yield from _hardening()
    yield from _persons()
    _, _, g = cells("workbench-no-download")
    metadata = {"notebook-disable-downloads": "true", "notebook-disable-terminal": "true"}
    good = {"gceSetup": {"metadata": metadata}}
    yield from g.row(INSTANCE, good, "gceSetup.metadata.notebook-disable-downloads", "false")
    yield from g.row(INSTANCE, good, "gceSetup.metadata.notebook-disable-terminal", "false", label="terminal")


def _network() -> Iterator[Case]:
    a, z, g = cells("workbench-in-network")
    good = {"subnetId": "subnet-1", "directInternetAccess": "Disabled"}
    yield from a.row(NOTEBOOK, good, "directInternetAccess", "Enabled")
    yield from a.row(NOTEBOOK, good, "subnetId", "", label="subnet")
    subnet = res(aws("ec2.Subnet"), "subnet")
    late = {**good, "subnetId": UNKNOWN}
    yield a.case("evidence", subnet, res(NOTEBOOK, "pass", late, of={"subnetId": subnet}))
    mode = {"managedNetwork": {"isolationMode": "AllowOnlyApprovedOutbound"}}
    yield from z.row(WORKSPACE, mode, "managedNetwork.isolationMode", "Disabled")
    interface = {"gceSetup": {"networkInterfaces": [{"subnet": "projects/p/regions/r/subnetworks/s"}]}}
    yield from g.row(INSTANCE, interface, "gceSetup.networkInterfaces[].subnet", "")
    network = {"networkSpec": {"network": "projects/p/global/networks/n"}}
    yield from g.row(TEMPLATE, network, "networkSpec.network", "", label="runtime")


def _hardening() -> Iterator[Case]:
    a, _, g = cells("workbench-host-hardening")
    metadata = {"minimumInstanceMetadataServiceVersion": "2"}
    good = {"instanceMetadataServiceConfiguration": metadata, "platformIdentifier": "notebook-al2023-v1"}
    path = "instanceMetadataServiceConfiguration.minimumInstanceMetadataServiceVersion"
    yield from a.row(NOTEBOOK, good, path, "1")
    yield from a.row(NOTEBOOK, good, "platformIdentifier", "notebook-al1-v1", label="platform")
    shield = {
        "gceSetup": {
            "shieldedInstanceConfig": {"enableVtpm": True, "enableIntegrityMonitoring": True},
            "metadata": {"notebook-upgrade-schedule": "00 19 * * SAT"},
        }
    }
    yield from g.row(INSTANCE, shield, "gceSetup.metadata.notebook-upgrade-schedule", "", label="upgrades")
    yield from g.row(INSTANCE, shield, "gceSetup.shieldedInstanceConfig.enableVtpm", False, absent="pass")
    boot = {"shieldedVmConfig": {"enableSecureBoot": True}}
    yield from g.row(TEMPLATE, boot, "shieldedVmConfig.enableSecureBoot", False, label="runtime")


def _persons() -> Iterator[Case]:
    a, z, g = cells("workbench-personal")
    named = {"authMode": "IAM", "domainSettings": {"executionRoleIdentityConfig": "USER_PROFILE_NAME"}}
    yield from a.row(DOMAIN, named, "domainSettings.executionRoleIdentityConfig", "DISABLED")
    yield a.case("single sign-on", res(DOMAIN, "skip", {"authMode": "SSO"}))
    private = {"spaceSharingSettings": {"sharingType": "Private"}}
    yield from a.row(aws("sagemaker.Space"), private, "spaceSharingSettings.sharingType", "Shared", label="space")
    own = {"properties": {"computeType": "ComputeInstance", "properties": {"applicationSharingPolicy": "Personal"}}}
    yield from z.row(COMPUTE, own, "properties.properties.applicationSharingPolicy", "Shared")
    yield z.case("cluster", res(COMPUTE, "skip", {"properties": {"computeType": "AmlCompute"}}))
    yield from g.row(INSTANCE, {"instanceOwners": "a@example.com"}, "instanceOwners", "")
