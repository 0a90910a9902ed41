"""Regions and machine sizes among the inputs: what belongs to another cloud, or holds a typing error, is refused.

Sizes are judged by their grammar and, where a series is closed, by its table; instance types of AWS are in the
catalogue, from the models of its API. Not judged: whether a service, a size or a feature is offered in a region, and
whether there is capacity, because no source states that completely.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from simulator.catalogue.shapes import Shape
from simulator.model import CheckFailure, Props
from simulator.regions import region_fault
from simulator.values import render, strings

_LIKE_GOOGLE: Final = re.compile(r"([a-z]+-[a-z]+\d+)(-[a-z])?")

_AZURE_SIZE: Final = re.compile(
    r"(Standard|Basic)_[A-Z]{1,3}\d+(-\d+)?[a-z]*(_[A-Za-z][A-Za-z0-9]*)*(_v\d+)?(_Promo)?", re.IGNORECASE
)
"""https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions."""
_AZURE_COMMON: Final = [
    "Standard_DS2_v2",
    "Standard_DS3_v2",
    "Standard_DS4_v2",
    "Standard_D2s_v3",
    "Standard_D4s_v3",
    "Standard_D8s_v3",
    "Standard_D16s_v3",
    "Standard_E4s_v3",
    "Standard_E8s_v3",
    "Standard_F4s_v2",
    "Standard_F8s_v2",
    "Standard_NC6s_v3",
    "Standard_NC4as_T4_v3",
    "Standard_NC24ads_A100_v4",
]
_GOOGLE_SIZES: Final = MappingProxyType(
    {
        "n1-standard": (1, 2, 4, 8, 16, 32, 64, 96),
        "n1-highmem": (2, 4, 8, 16, 32, 64, 96),
        "n1-highcpu": (2, 4, 8, 16, 32, 64, 96),
        "e2-standard": (2, 4, 8, 16, 32),
        "e2-highmem": (2, 4, 8, 16),
        "e2-highcpu": (2, 4, 8, 16, 32),
        "n2-standard": (2, 4, 8, 16, 32, 48, 64, 80, 96, 128),
        "c2-standard": (4, 8, 16, 30, 60),
        "g2-standard": (4, 8, 12, 16, 24, 32, 48, 96),
    }
)
"""Series -> vCPUs of its sizes: https://cloud.google.com/compute/docs/general-purpose-machines and
https://cloud.google.com/compute/docs/gpus, January 2026. Series without a row are judged by their grammar alone."""
_GOOGLE_SIZE: Final = re.compile(
    r"(custom|[a-z]\d{1,2}[a-z]{0,2}-custom)-\d+-\d+(-ext)?|(f1-micro|g1-small|e2-(micro|small|medium))"
    r"|[a-z]{1,4}\d{1,2}[a-z]{0,2}-[a-z]+-\d+[gt]?(-[a-z0-9]+)*"
)
_SIZES: Final = MappingProxyType(
    {"azure-native": frozenset({"vmSize", "instanceType"}), "gcp": frozenset({"machineType"})}
)
"""Package -> inputs that name a machine."""
_SIZE_TYPES: Final = MappingProxyType({"azure-native": "azure-native:machinelearningservices:", "gcp": "gcp:"})


def judge(shape: Shape, inputs: Props) -> Iterator[CheckFailure]:
    """Yield the faults of the regions and machine sizes among the inputs of a resource."""
    for name in ("region", "location"):
        value = inputs.get(name)
        if not isinstance(value, str) or name not in shape.inputs:
            continue
        if shape.package == "gcp":
            place = _LIKE_GOOGLE.fullmatch(value.lower())
            value = place.group(1) if place else ""
        if shape.package == "aws" and name == "location":
            continue
        fault = region_fault(shape.package, value) if _SAYS_A_REGION.fullmatch(value) else ""
        if fault:
            yield CheckFailure(name, fault)
    if shape.token.startswith(_SIZE_TYPES.get(shape.package, "-")):
        for path, text in strings(inputs):
            if path and path[-1] in _SIZES[shape.package]:
                reason = size_fault(shape.package, text)
                if reason:
                    yield CheckFailure(render(path), reason)


_SAYS_A_REGION: Final = re.compile(r"[A-Za-z][A-Za-z0-9 -]+")


def size_fault(package: str, size: str) -> str:
    """Return what is wrong with the name of a machine, empty where nothing is."""
    if package == "azure-native":
        if _AZURE_SIZE.fullmatch(size) or size.lower() in ("instant", "defaultinstancetype"):
            return ""
        return f"'{size}' is no VM size of Azure{_nearest(size, _AZURE_COMMON)}"
    bare = size.rsplit("/", 1)[-1]
    series = bare.rpartition("-")[0]
    if series in _GOOGLE_SIZES:
        sizes = [f"{series}-{one}" for one in _GOOGLE_SIZES[series]]
        return "" if bare in sizes else f"'{size}' is no machine type of Google Cloud; {series} has {', '.join(sizes)}"
    if _GOOGLE_SIZE.fullmatch(bare):
        return ""
    known = [f"{one}-{number}" for one, numbers in _GOOGLE_SIZES.items() for number in numbers]
    return f"'{size}' is no machine type of Google Cloud{_nearest(size, known)}"


def _nearest(size: str, known: list[str]) -> str:
    near = difflib.get_close_matches(size, known, n=3, cutoff=0.5)
    return f"; nearest: {', '.join(near)}" if near else f"; a size looks like {known[0]}"
