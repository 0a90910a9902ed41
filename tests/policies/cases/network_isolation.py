"""Cases of the group network-isolation."""

from __future__ import annotations

from collections.abc import Iterator

from policies.tokens import aws, azure, gcp
from tests.policies.dsl import Case, cells


def cases() -> Iterator[Case]:
    a, z, g = cells("workspace-private")
    domain, workspace = aws("sagemaker.Domain"), azure("machinelearningservices.Workspace")
    yield from a.row(domain, {"appNetworkAccessType": "VpcOnly"}, "appNetworkAccessType", "PublicInternetOnly")
    yield from z.row(workspace, {"publicNetworkAccess": "Disabled"}, "publicNetworkAccess", "Enabled")
    notebook = {"gceSetup": {"disablePublicIp": True}}
    yield from g.row(gcp("workbench.Instance"), notebook, "gceSetup.disablePublicIp", False)
