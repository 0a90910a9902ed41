"""The two pipelines as steps: retraining (quality, train, evaluate, register) and batch scoring."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pulumi import Input, Output

from components.clouds.gcp_workflow import RUN_JOB, Step, assign, call, fail, finish, get, run_job, source, switch
from components.core.image import runtime_command
from components.core.scope import Scope
from components.training.contract import TrainingArgs

RUNS = "runs"
"""Prefix in zone artifacts below which each execution keeps reports and models."""
PREDICTIONS = "predictions"
"""Prefix in zone artifacts of batch scores."""
PASSED = "passed"
"""Field of the evaluation report: whether the model may be registered."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What all jobs of a project share."""

    parent: Output[str]
    """``projects/<project>/locations/<region>``."""
    region: str
    image: Input[str]
    machine: str
    accelerator: tuple[str, int] | None
    nodes: int
    timeout_seconds: int
    service_account: Input[str]
    key: Input[str] | None
    attachment: Input[str] | None
    """Network attachment; None where jobs use the public network."""
    spot: bool
    labels: Mapping[str, str]
    capacity: str | None = None
    """Persistent resource; None for capacity of the region."""

    def on(self, capacity: str) -> "Frame":
        """The same on a persistent resource."""
        return replace(self, capacity=capacity)

    def job(self, name: str, command: list[Any], nodes: int = 1) -> dict[str, Any]:
        """One custom job (https://cloud.google.com/vertex-ai/docs/reference/rest/v1/CustomJobSpec)."""
        machine: dict[str, Any] = {"machineType": self.machine}
        if self.accelerator is not None:
            machine |= {"acceleratorType": self.accelerator[0], "acceleratorCount": self.accelerator[1]}
        container = {"imageUri": self.image, "command": command[:3], "args": command[3:]}
        pools = [{"machineSpec": machine, "replicaCount": "1", "containerSpec": container}]
        if nodes > 1:  # the first pool is the chief and always one
            pools.append({"machineSpec": machine, "replicaCount": str(nodes - 1), "containerSpec": container})
        spec: dict[str, Any] = {
            "workerPoolSpecs": pools,
            "serviceAccount": self.service_account,
            "enableWebAccess": False,
            "scheduling": {"timeout": f"{self.timeout_seconds}s", "strategy": "SPOT" if self.spot else "STANDARD"},
        }
        if self.capacity is not None:
            spec["persistentResourceId"] = self.capacity
        if self.attachment is not None:
            spec["pscInterfaceConfig"] = {"networkAttachment": self.attachment}
        body: dict[str, Any] = {"displayName": name, "labels": dict(self.labels), "jobSpec": spec}
        if self.key is not None:
            body["encryptionSpec"] = {"kmsKeyName": self.key}
        return body

    def step(self, name: str, command: list[Any], nodes: int = 1) -> Step:
        """Run one job to its end."""
        return call(name, RUN_JOB, parent="${parent}", body=self.job(name, command, nodes))

    def defaults(self) -> dict[str, Any]:
        """What every job of the project must use."""
        return {
            "image": self.image,
            "machineType": self.machine,
            "maxNodes": self.nodes,
            "timeoutSeconds": self.timeout_seconds,
            "spot": self.spot,
            "serviceAccount": self.service_account,
            "kmsKeyName": self.key,
            "networkAttachment": self.attachment,
            "persistentResourceId": self.capacity,
        }


def retraining(scope: Scope, args: TrainingArgs, frame: Frame) -> Output[str]:
    """Check the data, train, evaluate, and register the model where its evaluation passed."""
    storage, registry = args["storage"], args["registry"]
    data, model, report = "${data}", '${run + "/model"}', '${run + "/evaluation.json"}'
    train = [*runtime_command("train", input=data, model=model), *_features(args)]
    evaluate = [*runtime_command("evaluate", model=model, input=data, report=report), *_features(args)]
    approval = "pending" if scope.posture.require_approval else "approved"
    register = [
        *runtime_command("register", model=model, report=report, approval=approval),
        "--name",
        _model_id(args),
        "--registry",
        registry["registry_id"],
    ]
    address = Output.concat(
        '${"https://storage.googleapis.com/storage/v1/b/',
        storage["artifacts_id"],
        f'/o/" + text.url_encode("{RUNS}/" + execution + "/evaluation.json")}}',
    )
    steps = [
        assign(
            "begin",
            parent=frame.parent,
            data=Output.concat('${default(map.get(argument, "input"), "', storage["curated_uri"], '")}'),
            execution='${sys.get_env("GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID")}',
            run=Output.concat('${"', storage["artifacts_uri"], f'/{RUNS}/" + execution}}'),
        ),
        frame.step("quality", runtime_command("quality", input=data, report='${run + "/quality.json"}')),
        frame.step("train", train, frame.nodes),
        frame.step("evaluate", evaluate),
        get("read", address, "evaluation", {"alt": "media"}),
        switch("gate", [(f"${{evaluation.body.{PASSED}}}", "register")], otherwise="rejected"),
        fail("rejected", '${"the model did not pass evaluation: see " + run + "/evaluation.json"}'),
        frame.step("register", register),
        finish("done", "${run}"),
    ]
    return source(steps, ["argument"], **{RUN_JOB: run_job(frame.region)})


def batch(args: TrainingArgs, frame: Frame) -> Output[str]:
    """Score the newest curated data with the newest approved version."""
    storage, registry = args["storage"], args["registry"]
    output = Output.concat(storage["artifacts_uri"], f"/{PREDICTIONS}")
    command = [
        *runtime_command("score", input="${data}"),
        "--output",
        output,
        "--name",
        _model_id(args),
        "--registry",
        registry["registry_id"],
        *_features(args),
    ]
    steps = [
        assign(
            "begin",
            parent=frame.parent,
            data=Output.concat('${default(map.get(argument, "input"), "', storage["curated_uri"], '")}'),
        ),
        frame.step("score", command),
        finish("done", output),
    ]
    return source(steps, ["argument"], **{RUN_JOB: run_job(frame.region)})


def _features(args: TrainingArgs) -> list[Input[str]]:
    """What joins the features to the data: a model is measured and used on the columns that it was trained on."""
    store = args.get("feature_store")
    return [] if store is None else ["--features", store["offline_uri"]]


def _model_id(args: TrainingArgs) -> Output[str]:
    """Id of the first model, under which the endpoint looks for its versions too."""
    return Output.from_input(args["registry"]["registry_id"]).apply(lambda name: name.rsplit("/", 1)[-1])
