"""Microsoft Azure: names, tags, machines and schedules."""

from collections.abc import Mapping

from components.core.names import NameRule
from components.core.scope import CloudFacts
from components.core.vocabulary import ComputeSize, Frequency

_NAMING = "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules"
_ML_QUOTAS = "https://learn.microsoft.com/azure/machine-learning/how-to-manage-quotas"
_REGISTRIES = "https://learn.microsoft.com/azure/machine-learning/how-to-manage-registries"
_WORKFLOWS = "https://learn.microsoft.com/azure/logic-apps/logic-apps-limits-and-configuration"
_ROLES = "https://learn.microsoft.com/azure/role-based-access-control/custom-roles"

NAMES: dict[str, NameRule] = {
    "resource_group": NameRule(max=90, pattern=r"[\w().-]*[\w()-]", url=_NAMING),
    "log_workspace": NameRule(min=4, max=63, pattern=r"[A-Za-z0-9][A-Za-z0-9-]+[A-Za-z0-9]", url=_NAMING),
    "storage_account": NameRule(min=3, max=24, pattern=r"[a-z0-9]+", url=_NAMING, separator="", unique=True),
    "vault": NameRule(min=3, max=24, pattern=r"[a-zA-Z][a-zA-Z0-9-]*[a-zA-Z0-9]", url=_NAMING, unique=True),
    "virtual_network": NameRule(min=2, max=64, pattern=r"[A-Za-z0-9][\w.-]*\w", url=_NAMING),
    "subnet": NameRule(max=80, pattern=r"[A-Za-z0-9]([\w.-]*\w)?", url=_NAMING),
    "network_security_group": NameRule(max=80, pattern=r"[A-Za-z0-9]([\w.-]*\w)?", url=_NAMING),
    "nat_gateway": NameRule(max=80, pattern=r"[A-Za-z0-9]([\w.-]*\w)?", url=_NAMING),
    "public_ip": NameRule(max=80, pattern=r"[A-Za-z0-9]([\w.-]*\w)?", url=_NAMING),
    "private_endpoint": NameRule(min=2, max=64, pattern=r"[A-Za-z0-9][\w.-]*\w", url=_NAMING),
    "network_link": NameRule(max=80, pattern=r"[A-Za-z0-9]([\w.-]*\w)?", url=_NAMING),
    "flow_log": NameRule(max=80, pattern=r"[A-Za-z0-9]([\w.-]*\w)?", url=_NAMING),
    "diagnostic_setting": NameRule(max=260, pattern=r"[\w.-]+", url=_NAMING),
    "user_identity": NameRule(min=3, max=128, pattern=r"[A-Za-z0-9][\w-]*", url=_NAMING),
    "federated_credential": NameRule(min=3, max=120, pattern=r"[A-Za-z0-9][\w-]*", url=_NAMING),
    "container": NameRule(min=3, max=63, pattern=r"[a-z0-9]([a-z0-9]|-(?!-))*[a-z0-9]", url=_NAMING),
    "key": NameRule(max=127, pattern=r"[A-Za-z0-9-]+", url=_NAMING),
    "role_definition": NameRule(max=128, pattern=r"[\w -]+", url=_ROLES, unique=True),
    "deployment": NameRule(max=64, pattern=r"[\w().-]+", url=_NAMING),
    "app_insights": NameRule(max=260, pattern=r"[\w().-]*[\w()-]", url=_NAMING),
    "redis": NameRule(max=63, pattern=r"[A-Za-z0-9]([A-Za-z0-9]|-(?!-))*[A-Za-z0-9]", url=_NAMING, unique=True),
    "ml_workspace": NameRule(min=3, max=33, pattern=r"[a-zA-Z0-9][\w-]+", url=_NAMING, unique=True),
    "container_registry": NameRule(min=5, max=50, pattern=r"[a-zA-Z0-9]+", url=_NAMING, separator="", unique=True),
    "container_registry_task": NameRule(min=5, max=50, pattern=r"[\w-]+", url=_NAMING),
    "ml_registry": NameRule(min=2, max=32, pattern=r"[a-zA-Z0-9][\w-]+", url=_REGISTRIES, unique=True),
    "ml_compute": NameRule(min=3, max=24, pattern=r"[a-zA-Z](?![a-zA-Z0-9-]*-\d+$)[a-zA-Z0-9-]+", url=_ML_QUOTAS),
    "ml_endpoint": NameRule(min=3, max=32, pattern=r"[a-zA-Z][a-zA-Z0-9-]+", url=_ML_QUOTAS, unique=True),
    "ml_deployment": NameRule(min=3, max=32, pattern=r"[a-zA-Z][a-zA-Z0-9-]+", url=_ML_QUOTAS),
    "ml_asset": NameRule(max=255, pattern=r"[a-zA-Z0-9][\w.-]*", url=_ML_QUOTAS),
    "policy_assignment": NameRule(max=64, pattern=r"[^#<>%&:\\?/]*[^#<>%&:\\?/. ]", url=_NAMING),
    "autoscale_setting": NameRule(max=260, pattern=r"[\w().-]*[\w()-]", url=_NAMING),
    "action_group": NameRule(max=260, pattern=r"[\w() -]*[\w()-]", url=_NAMING),
    "alert": NameRule(max=260, pattern=r"[\w() -]*[\w()-]", url=_NAMING),
    "workflow": NameRule(max=43, pattern=r"[\w().-]+", url=_WORKFLOWS),
}
"""Rule per kind of resource; everything absent here is auto-named by the provider."""


def tags(portable: Mapping[str, str]) -> dict[str, str]:
    """Tags as Azure spells them: keys without ``<>%&\\?/``, values free text, so nothing changes."""
    return dict(portable)


FACTS = CloudFacts(
    names=NAMES,
    tags=tags,
    training_machines={
        ComputeSize.SMALL: "Standard_D2s_v3",
        ComputeSize.MEDIUM: "Standard_D4s_v3",
        ComputeSize.LARGE: "Standard_D8s_v3",
        ComputeSize.XLARGE: "Standard_D16s_v3",
        ComputeSize.GPU: "Standard_NC4as_T4_v3",
    },
    serving_machines={
        ComputeSize.SMALL: "Standard_DS2_v2",
        ComputeSize.MEDIUM: "Standard_DS3_v2",
        ComputeSize.LARGE: "Standard_DS4_v2",
        ComputeSize.XLARGE: "Standard_DS5_v2",
        ComputeSize.GPU: "Standard_NC4as_T4_v3",
    },
    schedules={
        Frequency.HOURLY: "0 * * * *",
        Frequency.DAILY: "0 2 * * *",
        Frequency.WEEKLY: "0 2 * * 1",
        Frequency.MONTHLY: "0 2 1 * *",
    },
)
