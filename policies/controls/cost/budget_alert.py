"""Somebody hears of spending before the money is gone."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import at_most
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

CONTROL = Control(
    id="budget-alert",
    group=Group.COST,
    title="Budgets tell somebody in time",
    severity=Severity.MEDIUM,
    why="A budget that nobody is told about limits nothing.",
    remedy="Add a notification at 80 percent or less to the budget.",
    url="https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html",
    clauses=(
        "iso42001:A.4.5",
        "iso27001:A.8.6",
    ),
    covers=(),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("budgets.Budget"),
                path="notifications[].threshold",
                accept=lambda s: at_most(s.limit("budget_alert_percent")),
                if_missing=Verdict.FAILED,
                any=True,
            ),
        ),
        azure=(
            Row(
                type=azure("consumption.Budget"),
                path="notifications.{}.threshold",
                accept=lambda s: at_most(s.limit("budget_alert_percent")),
                if_missing=Verdict.FAILED,
                any=True,
            ),
        ),
        gcp=(
            Row(
                type=gcp("billing.Budget"),
                path="thresholdRules[].thresholdPercent",
                accept=lambda s: at_most(s.limit("budget_alert_percent") / 100),
                if_missing=Verdict.FAILED,
                any=True,
            ),
        ),
    ),
)
