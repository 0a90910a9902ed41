"""Portable words: what a blueprint says instead of a cloud's own terms. Each cloud's table translates them."""

from enum import StrEnum


class Provision(StrEnum):
    """Bring your own."""

    CREATE = "create"
    """Tripod makes it and owns it."""
    EXISTING = "existing"
    """It exists; nothing of it is created or changed."""
    NONE = "none"
    """The stack does without it."""


class Classification(StrEnum):
    """Sensitivity of the data, in rising order."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"


class Risk(StrEnum):
    """Risk class of the AI system under Regulation (EU) 2024/1689; prohibited practices (Art. 5) have no value here."""

    MINIMAL = "minimal"
    LIMITED = "limited"
    HIGH = "high"


class ComputeSize(StrEnum):
    """Portable machine sizes; ``components/clouds`` holds the instance type of each cloud."""

    SMALL = "small"
    """About 2 vCPU and 8 GiB."""
    MEDIUM = "medium"
    """About 4 vCPU and 16 GiB."""
    LARGE = "large"
    """About 8 vCPU and 32 GiB."""
    XLARGE = "xlarge"
    """About 16 vCPU and 64 GiB."""
    GPU = "gpu"
    """One NVIDIA T4 with at least 4 vCPU."""


class Frequency(StrEnum):
    """How often something runs; always in UTC."""

    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Zone(StrEnum):
    """Zones of storage, by the life of what they hold."""

    RAW = "raw"
    """Data as it arrived from the data platform."""
    CURATED = "curated"
    """Data that passed the quality gate."""
    FEATURES = "features"
    """Offline store of the feature store."""
    ARTIFACTS = "artifacts"
    """Models, pipeline definitions, evaluation reports."""
    MONITORING = "monitoring"
    """Captured requests and responses, drift reports."""
    LOGS = "logs"
    """Access logs of the other zones."""


class DataClass(StrEnum):
    """Classes of data that have a customer key of their own."""

    DATA = "data"
    """Zones raw, curated and features, and the feature store."""
    MODELS = "models"
    """Artifacts, images, training volumes, endpoints, captured requests."""
    LOGS = "logs"
    """Log groups, alarm topics, access logs."""


class Role(StrEnum):
    """Identities of a platform. The first four are workloads, then people, then CI."""

    TRAINING = "training"
    PIPELINE = "pipeline"
    SERVING = "serving"
    MONITORING = "monitoring"
    APPROVER = "approver"
    CI_PREVIEW = "ci_preview"
    CI_APPLY = "ci_apply"


ZONE_CLASS: dict[Zone, DataClass] = {
    Zone.RAW: DataClass.DATA,
    Zone.CURATED: DataClass.DATA,
    Zone.FEATURES: DataClass.DATA,
    Zone.ARTIFACTS: DataClass.MODELS,
    Zone.MONITORING: DataClass.MODELS,
    Zone.LOGS: DataClass.LOGS,
}
"""Which key encrypts which zone."""
