"""A label of data is followed by what it demands."""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud, Cloud
from policies.accept import (
    equals,
)
from policies.checks import (
    Outcome,
    StackRow,
    not_applicable,
    undetermined,
)
from policies.control import Control, Group, Severity
from policies.controls.data_protection_keys import store_cmk_encryption, store_no_public_access, store_tls_only
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import UNKNOWN, first, known

_KEY = "data-class"
# Classes above "internal" of the kit's scale; a house with other words maps them onto these.
_HIGH = equals("confidential", "restricted")
_DEMANDS = (store_cmk_encryption.CONTROL, store_no_public_access.CONTROL, store_tls_only.CONTROL)


def _follows(cloud: Cloud, store: str, tags: tuple[str, ...]) -> StackRow:
    """Judge a store by the controls that its class demands, whatever their level in the pack."""
    checks = [c for control in _DEMANDS for c in control.checks(cloud) if store in c.types]

    def check(resource: Resource, graph: Graph, settings: Settings) -> Iterator[Outcome]:
        values = [first(resource.at(path), _KEY) if known(resource.at(path)) else resource.at(path) for path in tags]
        label = next((v for v in values if known(v)), None)
        if label is None and any(v is UNKNOWN for v in values):
            yield undetermined(f"{tags[0]}.{_KEY} is not known yet", f"{tags[0]}.{_KEY}")
        elif label is None:
            yield not_applicable("the data is not classified; required-tags says so")
        elif not _HIGH(label):
            yield not_applicable("the class of the data demands nothing more")
        else:
            for item in checks:
                yield from item.judge(resource, graph, settings)

    return StackRow(
        types=(store,),
        check=check,
        reads=((store, tags[0]), *(pair for item in checks for pair in item.reads)),
    )


CONTROL = Control(
    id="classification-consistent",
    group=Group.DATA_GOVERNANCE,
    title="Stores of confidential data are encrypted with a customer key, private and reached by TLS only",
    severity=Severity.HIGH,
    why="A label that changes nothing teaches everybody to ignore labels.",
    remedy="Protect the store as its class demands, or label the data correctly.",
    url="https://docs.aws.amazon.com/whitepapers/latest/data-classification/data-classification.html",
    clauses=("iso27001:A.5.12", "soc2:C1.1", "gdpr:Art. 32", "nist-800-53:RA-2", "cis:3.7"),
    covers=(),
    rows=ByCloud(
        aws=(_follows(Cloud.AWS, aws("s3.Bucket"), ("tags", "tagsAll")),),
        azure=(_follows(Cloud.AZURE, azure("storage.StorageAccount"), ("tags",)),),
        gcp=(_follows(Cloud.GCP, gcp("storage.Bucket"), ("labels", "effectiveLabels")),),
    ),
)
