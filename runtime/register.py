"""Add a model to the registry, if its evaluation passed. New versions wait for approval by default."""

from dataclasses import dataclass

from runtime import files, model
from runtime.errors import InputError, Refused
from runtime.flags import flag
from runtime.log import log
from runtime.registry import PENDING, STATES, Candidate, registry


@dataclass(frozen=True, kw_only=True)
class Options:
    """Flags of the step."""

    model: str = flag("Folder or archive of the model.")
    report: str = flag("Report of the evaluate step.")
    name: str = flag("Name of the model.")
    registry: str = flag("Id of the registry.")
    approval: str = flag("State of the new version.", default=PENDING, choices=STATES)
    image: str = flag("Container that serves the model.", default="", env="TRIPOD_IMAGE")


def run(options: Options) -> None:
    """Register.

    Raises:
        InputError: where the report is that of another model.
        Refused: where evaluation did not pass.
    """
    report = files.read_json(options.report)
    if report.get("passed") is not True:
        raise Refused(f"the model did not pass evaluation: see {options.report}")
    card = model.load(options.model).card
    if report.get("model", {}).get("sha256") != card["sha256"]:
        raise InputError(f"{options.report} is the report of another model than {options.model}: evaluate this one")
    version = registry(options.registry).register(
        Candidate(
            name=options.name,
            uri=options.model,
            report=report,
            report_uri=options.report,
            card=card,
            approval=options.approval,
            image=options.image,
        )
    )
    log("registered", model=options.name, version=version, approval=options.approval)
