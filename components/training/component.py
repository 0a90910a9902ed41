"""The public component, and the table of its three legs."""

import pulumi
from pulumi import Output

from components.capability import Capability, Leg
from components.core.cloud import ByCloud, Gap
from components.training import aws, azure, gcp
from components.training.contract import TrainingArgs, TrainingOutputs, TrainingSpec

LEGS: ByCloud[Leg[TrainingSpec, TrainingArgs, TrainingOutputs] | Gap] = ByCloud(
    aws=Leg(build=aws.build, support=aws.SUPPORT, gaps=aws.GAPS),
    azure=Leg(build=azure.build, support=azure.SUPPORT, gaps=azure.GAPS),
    gcp=Leg(build=gcp.build, support=gcp.SUPPORT, gaps=gcp.GAPS),
)


class Training(Capability):
    """The workspace, the compute that pipelines run on, and the pipeline that a trigger starts to retrain."""

    workspace_id: Output[str]
    compute_id: Output[str]
    pipeline_id: Output[str]
    job_defaults: Output[str]

    def __init__(self, name: str, args: TrainingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._stand(LEGS, TrainingSpec, args)
