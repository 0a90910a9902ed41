"""Training runs end."""

from __future__ import annotations

from components.core.cloud import ByCloud, Gap, GapKind
from policies import pipeline_jobs
from policies.accept import Accept, at_most, equals, iso_between
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.settings import Settings
from policies.tokens import aws, azure
from policies.verdict import Verdict


def _limit(settings: Settings) -> Accept:
    return at_most(settings.limit("training_hours") * 3600)


CONTROL = Control(
    id="training-max-runtime",
    group=Group.COST,
    title="Training runs have a time limit",
    severity=Severity.MEDIUM,
    why="A run that hangs on an accelerator burns a budget over a weekend.",
    remedy="Set a maximum run time on the job.",
    url="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html",
    clauses=(
        "iso42001:A.4.5",
        "iso27001:A.8.6",
    ),
    covers=(),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("sagemaker.TrainingJob"),
                path="stoppingCondition.maxRuntimeInSeconds",
                accept=_limit,
                if_missing=Verdict.FAILED,
            ),
            pipeline_jobs.job_rule(
                pipeline_jobs.Asked(place=lambda p: p.runtime, accept=_limit),
                pipeline_jobs.Asked(place=lambda p: p.waiting, accept=_limit, optional=True),
                words="its jobs must have a time limit",
            ),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.Job"),
                path="properties.limits.timeout",
                accept=lambda s: iso_between(
                    1, s.limit("training_hours") * 3600, f"{s.limit('training_hours'):g} hours or less"
                ),
                if_missing=Verdict.FAILED,
                when=("properties.jobType", equals("Command", "AutoML", "Sweep")),
            ),
        ),
        gcp=Gap(
            kind=GapKind.UPSTREAM,
            reason="The provider has no class for Vertex custom jobs; a pipeline sets the limit on its own steps.",
        ),
    ),
)
