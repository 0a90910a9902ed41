"""The two pipelines as steps: retraining (quality, train, evaluate, register) and batch scoring.

Every job gets its data staged and its results collected by SageMaker, so that containers work with paths alone and run
without a network where the posture isolates them.
"""

from dataclasses import replace

from pulumi import Input, Output

from components.clouds.aws_pipeline import (
    CHANNELS,
    INPUT,
    MODEL,
    OUTPUT,
    Frame,
    condition,
    definition,
    equals,
    fail,
    get,
    of_run,
    processing,
    register,
    reported,
    text_parameter,
    training,
)
from components.core.image import runtime_command
from components.core.scope import Scope
from components.training.contract import TrainingArgs

RUNS = "runs"
"""Prefix in zone artifacts below which each execution keeps reports and models."""
PREDICTIONS = "predictions"
"""Prefix in zone artifacts of batch scores."""
REPORT = "report.json"
"""File that the quality and evaluate steps write."""
PASSED = "passed"
"""Field of the evaluation report: whether the model may be registered."""


def retraining_definition(scope: Scope, args: TrainingArgs, frame: Frame) -> Output[str]:
    """Check the data, train, evaluate, and register a version, approved only where the posture needs no approval.

    The quality step ends the execution by failing; the evaluation is a condition, so that its report is kept and shown.
    """
    storage = args["storage"]
    runs = Output.concat(storage["artifacts_uri"], f"/{RUNS}")
    data = get("Parameters.InputUri")
    report = f"{OUTPUT}/report/{REPORT}"
    quality = processing(
        "quality",
        frame,
        runtime_command("quality", input=f"{INPUT}/data", report=report),
        inputs={"data": data},
        outputs={"report": of_run(runs, "quality")},
    )
    train = training(
        "train",
        frame,
        _train_command(args),
        channels={"train": data, **_features(args)},
        output=of_run(runs, "model"),
        depends_on=("quality",),
    )
    model = get("Steps.train.ModelArtifacts.S3ModelArtifacts")
    evaluate = processing(
        "evaluate",
        frame,
        [
            *runtime_command("evaluate", model=f"{INPUT}/model", input=f"{INPUT}/data", report=report),
            *_features_flag(args, INPUT),
        ],
        inputs={"model": model, "data": data, **_features(args)},
        outputs={"report": of_run(runs, "evaluation")},
        reports={"report": REPORT},
    )
    release = register(
        "register",
        group=_model_group(args),
        image=frame.image,
        model_data=model,
        quality_report=of_run(runs, "evaluation", REPORT),
        approval="PendingManualApproval" if scope.posture.require_approval else "Approved",
        instance_types=sorted(set(scope.facts.serving_machines.values())),
    )
    gate = condition(
        "passed",
        [equals(reported("evaluate", "report", PASSED), True)],
        then=[release],
        otherwise=[fail("rejected", "The model did not pass evaluation: see the evaluation report.")],
    )
    return definition([text_parameter("InputUri", storage["curated_uri"])], [quality, train, evaluate, gate])


def batch_definition(scope: Scope, args: TrainingArgs, frame: Frame) -> Output[str]:
    """Score the newest curated data with the newest approved version.

    Its container asks the registry which version that is, so it needs the network, inside the VPC where there is one.
    """
    storage, registry = args["storage"], args["registry"]
    paths = runtime_command("score", input=f"{INPUT}/data", output=f"{OUTPUT}/predictions")
    command = [
        *paths,
        "--name",
        _model_group(args),
        "--registry",
        registry["registry_id"],
        *_features_flag(args, INPUT),
    ]
    score = processing(
        "score",
        replace(frame, isolated=False),
        command,
        inputs={"data": get("Parameters.InputUri"), **_features(args)},
        outputs={"predictions": of_run(Output.concat(storage["artifacts_uri"], f"/{PREDICTIONS}"))},
        environment={"AWS_DEFAULT_REGION": scope.region},
    )
    return definition([text_parameter("InputUri", storage["curated_uri"])], [score])


def _train_command(args: TrainingArgs) -> list[str]:
    return [*runtime_command("train", input=f"{CHANNELS}/train", model=MODEL), *_features_flag(args, CHANNELS)]


def _features_flag(args: TrainingArgs, staged: str) -> list[str]:
    """Where the features lie below ``staged``: a model is measured and used on the columns that it was trained on."""
    return ["--features", f"{staged}/features"] if "feature_store" in args else []


def _features(args: TrainingArgs) -> dict[str, Input[str]]:
    store = args.get("feature_store")
    return {} if store is None else {"features": store["offline_uri"]}


def _model_group(args: TrainingArgs) -> Output[str]:
    """Name of the group of the first model."""
    return Output.from_input(args["registry"]["registry_id"]).apply(lambda arn: arn.rsplit("/", 1)[-1])
