"""Data stays where it may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from components.core.cloud import ByCloud
from policies.checks import PASSED, Outcome, Rule, failed, not_applicable, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import MISSING, UNKNOWN, Verdict

_AWS = (aws("s3.Bucket"), aws("sagemaker.FeatureGroup"), aws("kms.Key"))
_AZURE = (azure("storage.StorageAccount"), azure("machinelearningservices.Workspace"), azure("keyvault.Vault"))
_GCP = (gcp("storage.Bucket"), gcp("bigquery.Dataset"), gcp("vertex.AiEndpoint"))


def _plain(region: str) -> str:
    # Azure takes "West Europe" and "westeurope", Google Cloud "EU" and "eu".
    return region.replace(" ", "").casefold()


def _region(path: str, if_missing: Verdict) -> Callable[[Resource, Settings], Iterator[Outcome]]:
    """Judge the place of a resource; one that has none takes its provider's, which is seen once it is made."""

    def check(resource: Resource, settings: Settings) -> Iterator[Outcome]:
        if settings.regions is None:
            yield not_applicable("tripod:policy regions is not set")
            return
        words = ", ".join(sorted(settings.regions))
        value = resource.at(path)
        if value is UNKNOWN or (value is MISSING and if_missing is Verdict.UNDETERMINED):
            yield undetermined(f"{path} is not known yet; it must be one of {words}", path)
        elif isinstance(value, str) and _plain(value) in {_plain(r) for r in settings.regions}:
            yield PASSED
        else:
            yield failed(f"{path} must be one of {words}", path)

    return check


CONTROL = Control(
    id="data-residency",
    group=Group.DATA_GOVERNANCE,
    title="Data is kept in allowed regions",
    severity=Severity.HIGH,
    why="Personal data in another region may be a transfer that the law forbids.",
    remedy="Choose a region of tripod:policy regions, or have the region added to the list.",
    url="https://eur-lex.europa.eu/eli/reg/2016/679/oj",
    clauses=(
        "iso27001:A.5.34",
        "gdpr:Art. 44",
        "nist-800-53:SA-9",
    ),
    covers=(),
    rows=ByCloud(
        aws=(
            Rule(types=_AWS, check=_region("region", Verdict.UNDETERMINED), reads=tuple((t, "region") for t in _AWS)),
        ),
        azure=(
            Rule(
                types=_AZURE,
                check=_region("location", Verdict.UNDETERMINED),
                reads=tuple((t, "location") for t in _AZURE),
            ),
        ),
        gcp=(Rule(types=_GCP, check=_region("location", Verdict.FAILED), reads=tuple((t, "location") for t in _GCP)),),
    ),
)
