"""The regions of the three clouds.

Those of AWS are read from botocore, which lists them by partition. Azure and Google publish theirs on pages; the
lists here are of November 2026 and were not compared with the pages line by line (docs/traps.md, AZ-63 and GC-59). A
region of Azure that is not like any known one passes, because Azure adds several a year; Google's is a closed list.
"""

from __future__ import annotations

import difflib
import functools
import json
from importlib import resources
from typing import Final

_AZURE: Final = frozenset(
    [
        "australiacentral",
        "australiacentral2",
        "australiaeast",
        "australiasoutheast",
        "austriaeast",
        "belgiumcentral",
        "brazilsouth",
        "brazilsoutheast",
        "canadacentral",
        "canadaeast",
        "centralindia",
        "centralus",
        "chilecentral",
        "denmarkeast",
        "eastasia",
        "eastus",
        "eastus2",
        "eastus3",
        "francecentral",
        "francesouth",
        "germanynorth",
        "germanywestcentral",
        "indonesiacentral",
        "israelcentral",
        "italynorth",
        "japaneast",
        "japanwest",
        "jioindiacentral",
        "jioindiawest",
        "koreacentral",
        "koreasouth",
        "malaysiawest",
        "mexicocentral",
        "newzealandnorth",
        "northcentralus",
        "northeurope",
        "norwayeast",
        "norwaywest",
        "polandcentral",
        "qatarcentral",
        "southafricanorth",
        "southafricawest",
        "southcentralus",
        "southeastasia",
        "southindia",
        "spaincentral",
        "swedencentral",
        "swedensouth",
        "switzerlandnorth",
        "switzerlandwest",
        "uaecentral",
        "uaenorth",
        "uksouth",
        "ukwest",
        "westcentralus",
        "westeurope",
        "westindia",
        "westus",
        "westus2",
        "westus3",
        "global",
    ]
)
"""https://learn.microsoft.com/azure/reliability/regions-list, January 2026."""

_GOOGLE: Final = frozenset(
    [
        "africa-south1",
        "asia-east1",
        "asia-east2",
        "asia-northeast1",
        "asia-northeast2",
        "asia-northeast3",
        "asia-south1",
        "asia-south2",
        "asia-southeast1",
        "asia-southeast2",
        "asia-southeast3",
        "australia-southeast1",
        "australia-southeast2",
        "europe-central2",
        "europe-north1",
        "europe-north2",
        "europe-southwest1",
        "europe-west1",
        "europe-west2",
        "europe-west3",
        "europe-west4",
        "europe-west6",
        "europe-west8",
        "europe-west9",
        "europe-west10",
        "europe-west12",
        "me-central1",
        "me-central2",
        "me-west1",
        "northamerica-northeast1",
        "northamerica-northeast2",
        "northamerica-south1",
        "southamerica-east1",
        "southamerica-west1",
        "us-central1",
        "us-east1",
        "us-east4",
        "us-east5",
        "us-south1",
        "us-west1",
        "us-west2",
        "us-west3",
        "us-west4",
    ]
)
"""https://cloud.google.com/about/locations, January 2026."""


@functools.cache
def regions(package: str) -> frozenset[str]:
    """Return the regions of a cloud, every partition of it."""
    if package == "azure-native":
        return _AZURE
    if package == "gcp":
        return _GOOGLE
    endpoints = json.loads((resources.files("botocore") / "data" / "endpoints.json").read_text(encoding="utf-8"))
    return frozenset(region for partition in endpoints["partitions"] for region in partition["regions"])


def region_fault(package: str, region: str) -> str:
    """Return what is wrong with the name of a region, empty where nothing is."""
    known = regions(package)
    written = region.replace(" ", "").lower() if package == "azure-native" else region
    if written in known:
        return ""
    near = difflib.get_close_matches(written, known, n=3, cutoff=0.6 if package != "azure-native" else 0.85)
    if package == "azure-native" and not near:
        return ""
    hint = f"; nearest: {', '.join(near)}" if near else ""
    called = {"aws": "AWS", "azure-native": "Azure", "gcp": "Google Cloud"}[package]
    return f"'{region}' is no {called} region{hint}"
