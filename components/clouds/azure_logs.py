"""Diagnostic settings: what a resource logs goes to the stack's Log Analytics workspace.

Retention is the workspace's: retention inside a diagnostic setting was retired
(https://learn.microsoft.com/azure/azure-monitor/platform/migrate-to-azure-storage-lifecycle-policy).
"""

from collections.abc import Sequence

import pulumi_azure_native as azure
from pulumi import Input

from components.core.scope import Scope


def diagnostic_setting(
    scope: Scope,
    part: str,
    *,
    resource_id: Input[str],
    log_id: Input[str],
    groups: Sequence[str] = ("allLogs",),
    categories: Sequence[str] = (),
    metrics: Sequence[str] = ("AllMetrics",),
    archive_id: Input[str] | None = None,
) -> azure.monitor.DiagnosticSetting:
    """Send log category ``groups`` or single ``categories``, and ``metrics``, of a resource to ``log_id``.

    ``archive_id`` is a storage account that gets the same; a storage account cannot be its own archive.
    """
    return azure.monitor.DiagnosticSetting(
        scope.label(part, "logs"),
        name=scope.name("diagnostic_setting", scope.component, part),
        resource_uri=resource_id,
        workspace_id=log_id,
        storage_account_id=archive_id,
        logs=[
            *(azure.monitor.DiagnosticsLogSettingsArgs(enabled=True, category_group=group) for group in groups),
            *(azure.monitor.DiagnosticsLogSettingsArgs(enabled=True, category=category) for category in categories),
        ],
        metrics=[azure.monitor.DiagnosticsMetricSettingsArgs(enabled=True, category=name) for name in metrics],
        opts=scope.options(),
    )
