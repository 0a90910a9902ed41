"""The workspace, the compute that pipelines run on, and the pipeline that a trigger starts to retrain."""

from components.training.component import LEGS, Training
from components.training.contract import TrainingArgs, TrainingOutputs, TrainingSpec

__all__ = ["LEGS", "Training", "TrainingArgs", "TrainingOutputs", "TrainingSpec"]
