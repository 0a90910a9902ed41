"""The two pipelines as steps: retraining (quality, train, evaluate, register) and batch scoring.

Azure ML mounts inputs and uploads outputs as the identity of the cluster, so that containers work with paths alone.
Registering runs on a cluster of its own as the pipeline's identity: what trained a model cannot register one.
"""

from dataclasses import dataclass

from pulumi import Input

from components.clouds.azure_ml import datastore, model_name, model_registry
from components.clouds.azure_pipeline import Step, of, place
from components.core.image import runtime_command
from components.core.scope import Scope
from components.core.vocabulary import Zone
from components.training.contract import TrainingArgs

RUNS = "runs/${{name}}"
"""Prefix in zone artifacts; Azure ML puts the name of the run."""
PREDICTIONS = "predictions/${{name}}"
REPORT = "report.json"
"""File that the quality and evaluate steps write."""


@dataclass(frozen=True, kw_only=True)
class Clusters:
    """ARM ids of the clusters, one per identity."""

    train: Input[str]
    register: Input[str]


def retraining_steps(
    scope: Scope, args: TrainingArgs, clusters: Clusters, workspace_id: Input[str]
) -> tuple[Step, ...]:
    """Check the data, train, evaluate, register. A step that fails ends the run; its report is kept.

    Where approvals are required candidates are registered in the workspace; promoting one to the registry is the
    approval. Steps take the report of the step that must have passed as an input: that is how Azure ML orders them.
    """
    curated, data, report = datastore(Zone.CURATED), place("inputs", "data"), place("outputs", "report")
    features, flags = _features(args)
    target = workspace_id if scope.posture.require_approval else model_registry(args["registry"])
    return (
        Step(
            name="quality",
            command=runtime_command("quality", input=data, report=f"{report}/{REPORT}"),
            compute_id=clusters.train,
            inputs={"data": curated},
            outputs={"report": datastore(Zone.ARTIFACTS, f"{RUNS}/quality")},
        ),
        Step(
            name="train",
            command=runtime_command("train", input=data, **flags, model=place("outputs", "model")),
            compute_id=clusters.train,
            inputs={"data": curated, "checked": of("quality", "report"), **features},
            outputs={"model": datastore(Zone.ARTIFACTS, f"{RUNS}/model")},
        ),
        Step(
            name="evaluate",
            command=runtime_command(
                "evaluate", model=place("inputs", "model"), input=data, **flags, report=f"{report}/{REPORT}"
            ),
            compute_id=clusters.train,
            inputs={"data": curated, "model": of("train", "model"), **features},
            outputs={"report": datastore(Zone.ARTIFACTS, f"{RUNS}/evaluation")},
        ),
        Step(
            name="register",
            command=[
                *runtime_command(
                    "register", model=place("inputs", "model"), report=f"{place('inputs', 'report')}/{REPORT}"
                ),
                "--name",
                model_name(args["registry"]),
                "--registry",
                target,
            ],
            compute_id=clusters.register,
            inputs={"model": of("train", "model"), "report": of("evaluate", "report")},
        ),
    )


def _features(args: TrainingArgs) -> tuple[dict[str, Input[str]], dict[str, str]]:
    """The offline store as an input, and the flag for it; both empty without a feature store.

    Whatever looks at a model joins the same features that it was trained with.
    """
    store = args.get("feature_store")
    if store is None:
        return {}, {}
    return {"features": store["offline_uri"]}, {"features": place("inputs", "features")}


def scoring_steps(args: TrainingArgs, clusters: Clusters) -> tuple[Step, ...]:
    """Score the newest curated data with the newest version in the registry, which is the approved one."""
    features, flags = _features(args)
    return (
        Step(
            name="score",
            command=[
                *runtime_command(
                    "score", input=place("inputs", "data"), **flags, output=place("outputs", "predictions")
                ),
                "--name",
                model_name(args["registry"]),
                "--registry",
                model_registry(args["registry"]),
            ],
            compute_id=clusters.train,
            inputs={"data": datastore(Zone.CURATED), **features},
            outputs={"predictions": datastore(Zone.ARTIFACTS, PREDICTIONS)},
        ),
    )
