"""Google Cloud: names, labels, machines and schedules."""

import re
from collections.abc import Mapping

from components.core.names import NameRule
from components.core.scope import CloudFacts
from components.core.vocabulary import ComputeSize, Frequency

_STORAGE = "https://cloud.google.com/storage/docs/buckets#naming"
_COMPUTE = "https://cloud.google.com/compute/docs/naming-resources"

NAMES: dict[str, NameRule] = {
    "bucket": NameRule(min=3, max=63, pattern=r"[a-z0-9][a-z0-9_-]*[a-z0-9]", url=_STORAGE, unique=True),
    "compute": NameRule(max=63, pattern=r"[a-z]([-a-z0-9]*[a-z0-9])?", url=_COMPUTE),
}
"""Rule per kind of resource. Vertex AI names take no hyphen, so nothing of it may be auto-named."""


def tags(portable: Mapping[str, str]) -> dict[str, str]:
    """Labels: ``[a-z0-9_-]``, at most 63 characters (https://cloud.google.com/resource-manager/docs/labels-overview)."""

    def clean(text: str) -> str:
        return re.sub(r"[^a-z0-9_-]", "_", text.lower().replace("@", "_at_"))[:63]

    return {clean(key): clean(value) for key, value in portable.items()}


FACTS = CloudFacts(
    names=NAMES,
    tags=tags,
    training_machines={
        ComputeSize.SMALL: "n1-standard-4",
        ComputeSize.MEDIUM: "n1-standard-4",
        ComputeSize.LARGE: "n1-standard-8",
        ComputeSize.XLARGE: "n1-standard-16",
        ComputeSize.GPU: "n1-standard-4",
    },
    serving_machines={
        ComputeSize.SMALL: "n1-standard-2",
        ComputeSize.MEDIUM: "n1-standard-4",
        ComputeSize.LARGE: "n1-standard-8",
        ComputeSize.XLARGE: "n1-standard-16",
        ComputeSize.GPU: "n1-standard-4",
    },
    schedules={
        Frequency.HOURLY: "0 * * * *",
        Frequency.DAILY: "0 2 * * *",
        Frequency.WEEKLY: "0 2 * * 1",
        Frequency.MONTHLY: "0 2 1 * *",
    },
)
