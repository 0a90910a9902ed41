"""The three packs: at which level each control stands in a sandbox, a standard and a regulated stack.

One line per control, three letters: ``-`` off, ``A`` advisory, ``M`` mandatory. A stack file may only raise a level.
"""

from __future__ import annotations

from collections.abc import Mapping

from policies.settings import Level, Profile, Settings

_LETTERS = {"-": Level.OFF, "A": Level.ADVISORY, "M": Level.MANDATORY}

LEVELS: Mapping[str, str] = {
    # data-protection-keys
    "catalog-cmk": "-AM",
    "endpoint-cmk": "-AM",
    "feature-store-cmk": "-AM",
    "genai-cmk": "-AM",
    "key-access-scoped": "AMM",
    "key-deletion-guard": "-MM",
    "key-in-hardware": "--M",
    "key-rotation": "AMM",
    "messaging-cmk": "--M",
    "ml-artifact-cmk": "-AM",
    "no-plaintext-secrets": "MMM",
    "store-cmk-encryption": "AMM",
    "store-identity-only-access": "AAM",
    "store-no-public-access": "MMM",
    "store-tls-only": "AMM",
    "store-upload-encryption": "-AM",
    "store-versioning": "-MM",
    "training-traffic-encrypted": "-AM",
    "workbench-cmk": "-AM",
    # network-isolation
    "default-group-closed": "-MM",
    "endpoint-policy-bounded": "-AM",
    "endpoint-private": "-MM",
    "flow-logs": "-MM",
    "genai-private": "-MM",
    "job-network-isolation": "-AM",
    "model-network-isolation": "-AM",
    "no-open-egress": "-AM",
    "no-open-ingress": "MMM",
    "private-service-access": "-AM",
    "store-network-deny-default": "-AA",
    "subnet-guarded": "-AM",
    "training-in-vpc": "-AM",
    "workbench-in-network": "-MM",
    "workspace-private": "-MM",
    # identity-least-privilege
    "ci-federated-identity": "-MM",
    "genai-identity": "AMM",
    "iam-no-admin-grant": "AMM",
    "iam-no-public-principal": "MMM",
    "iam-no-wildcard": "AMM",
    "iam-resource-scoped": "-AM",
    "iam-rights-limited": "-AM",
    "job-rights-bounded": "-AM",
    "no-static-credentials": "AMM",
    "service-principal-scoped": "AMM",
    "workbench-host-hardening": "-MM",
    "workbench-no-download": "-AM",
    "workbench-no-root-ssh": "-MM",
    "workbench-personal": "-MM",
    "workload-identity-dedicated": "AMM",
    # model-governance
    "deploy-from-registry": "-MM",
    "experiment-tracking": "AMM",
    "image-retention": "-AM",
    "image-scanning": "AMM",
    "image-source-trusted": "AMM",
    "image-tags-immutable": "-MM",
    "model-documented": "AMM",
    "model-registered": "AMM",
    "model-registry-access": "AMM",
    "serving-image-pinned": "-MM",
    # data-governance
    "catalog-registration": "AMM",
    "classification-consistent": "-MM",
    "data-quality-gate": "-AM",
    "data-residency": "AMM",
    "data-retention": "AMM",
    "feature-keys-declared": "AMM",
    "pii-discovery": "-AM",
    # reliability
    "backup-soft-delete": "-MM",
    "endpoint-alarms": "AMM",
    "endpoint-autoscaling": "-AM",
    "endpoint-min-instances": "-AM",
    "endpoint-rollback": "-AM",
    "events-dead-letter": "-MM",
    "stateful-delete-guard": "-MM",
    # monitoring-observability
    "alarm-notifies": "AMM",
    "dashboard-present": "-MM",
    "drift-monitor": "-MM",
    "genai-invocation-log": "-MM",
    "inference-capture": "AMM",
    "log-cmk": "--M",
    "log-retention": "AMM",
    "ml-service-log": "-MM",
    "traces-on": "-AA",
    # cost
    "budget-alert": "MMM",
    "compute-scale-to-zero": "MAA",
    "instance-allowlist": "MMM",
    "training-max-nodes": "MMM",
    "training-max-runtime": "MMM",
    "workbench-idle-shutdown": "MMM",
    # audit-compliance
    "audit-immutable": "--M",
    "audit-trail": "AMM",
    "deployment-template-judged": "AMM",
    "store-access-log": "-MM",
    # tagging-ownership
    "required-tags": "MMM",
    # responsible-ai
    "ai-risk-class": "AMM",
    "bias-monitor": "-AM",
    "genai-guardrail": "-MM",
    "high-risk-dossier": "AMM",
    "human-approval-gate": "-MM",
}


def levels(profile: Profile | str) -> Mapping[str, Level]:
    """The level of every control in a profile."""
    column = list(Profile).index(Profile(profile))
    return {control: _LETTERS[row[column]] for control, row in LEVELS.items()}


def level_of(control: str, settings: Settings) -> Level:
    """The level of a control under the settings; a control that no pack names is MANDATORY, so none is lost."""
    row = LEVELS.get(control, "MMM")
    base = _LETTERS[row[list(Profile).index(settings.profile)]]
    return max(base, settings.levels.get(control, base), key=lambda level: level.rank)
