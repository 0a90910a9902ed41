"""A person decides what is released.

Deliberately not done: on Azure, what an environment of the CI asks before it promotes a version (no resource shows it);
an identity that the CI federates with is therefore let through there.
"""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies import pipeline_definition
from policies.accept import equals, is_true
from policies.checks import PASSED, Outcome, Row, Rule, StackRow, failed, not_applicable, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.iam_policy import Document, Statement, parse
from policies.role_grants import READS, ROLE, grants, services
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import UNKNOWN, Verdict

_DOCUMENTS = {
    aws("iam.Policy"): "policy",
    aws("iam.RolePolicy"): "policy",
    aws("iam.UserPolicy"): "policy",
    aws("iam.GroupPolicy"): "policy",
}
_APPROVE = "sagemaker:UpdateModelPackage"
# Whoever makes a version must not approve it.
_MAKE = ("sagemaker:CreateModelPackage", "sagemaker:CreateTrainingJob", "sagemaker:StartPipelineExecution")
_REGISTER, _STATUS = "sagemaker:CreateModelPackage", "sagemaker:ModelApprovalStatus"
_GRANT, _REGISTRY = azure("authorization.RoleAssignment"), azure("machinelearningservices.Registry")
_IDENTITY = azure("managedidentity.UserAssignedIdentity")
_FEDERATED = azure("managedidentity.FederatedIdentityCredential")
# AzureML Registry User, Contributor, Owner: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
_WRITERS = (
    "1823dd4f-9b8c-4ab6-ab4e-7397a3684615",
    "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
)


def _separation(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    path = _DOCUMENTS[resource.type]
    document = parse(resource.at(path))
    if document is UNKNOWN:
        yield undetermined(f"{path} is not known yet; who approves must not make model versions", path)
    if not isinstance(document, Document):
        return  # what is no document is a fault of iam-no-wildcard
    allowed = [s for s in document.statements if s.allow]
    if not any(s.covers(_APPROVE) for s in allowed):
        return
    both = [action for action in _MAKE if any(s.covers(action) for s in allowed)]
    yield failed(f"{path} allows {_APPROVE} together with {both[0]}", path) if both else PASSED


def _role(role: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    """Whether a role that makes versions, or in which a service acts, can release them, by all of its policies."""
    held = grants(role, graph)
    makes = [action for action in _MAKE if held.allowed(action)]
    if not makes and not services(role):
        yield not_applicable("no automation acts in the role")
        return
    safe = held.denied(_APPROVE) and (held.denied(_REGISTER) or any(map(_no_release, held.statements)))
    faults = []
    if held.allowed(_APPROVE):
        faults.append(f"its policies allow {_APPROVE} to automation")
    if any(not _pending(s) for s in held.allowed(_REGISTER)) and not any(map(_no_release, held.statements)):
        faults.append(f"its policies allow {_REGISTER} with any {_STATUS}, Approved included")
    for fault in faults:
        yield undetermined(f"{fault}, as far as they are known") if held.unsure else failed(fault)
    if faults:
        return
    if safe or not held.unsure:
        yield PASSED
    elif makes:
        yield undetermined("whether a policy lets it approve is not known yet")
    else:  # most policies are not known in a preview; the stack is judged again when all are
        yield not_applicable("no policy that is known yet lets it release")


def _pending(statement: Statement) -> bool:
    """Whether a grant is for versions of another status than Approved alone."""
    return statement.requires(_STATUS) and "Approved" not in {v for _, v in statement.condition_values(_STATUS)}


def _no_release(statement: Statement) -> bool:
    """Whether a statement denies to register versions that are approved already."""
    status = statement.conditions and all(
        c.key.casefold() == _STATUS.casefold() and c.operator.casefold().startswith("stringequals")
        for c in statement.conditions
    )
    denied = {value for _, value in statement.condition_values(_STATUS)}
    return not statement.allow and statement.covers(_REGISTER) and bool(status) and "Approved" in denied


def _pipeline(definition: pipeline_definition.Definition, _settings: Settings) -> Iterator[Outcome]:
    for step in definition.steps:
        if "ModelApprovalStatus" not in step.arguments and step.type != "RegisterModel":
            continue
        status = definition.resolve(step.arguments.get("ModelApprovalStatus"))
        if status == "PendingManualApproval":
            yield PASSED
        else:  # one that is absent is left to the service; a gate is written down
            yield failed(
                f"step {step.name} does not register the model as PendingManualApproval", pipeline_definition.PATH
            )


def _promotes(grant: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    """Whether a workload may itself put versions into the registry from which models are released."""
    sources = graph.sources(grant, "scope")
    answers = [graph.refers(grant, "scope", registry) for registry in graph.of(_REGISTRY)]
    if True not in answers and (None not in answers or (sources and not any(s.type == _REGISTRY for s in sources))):
        yield not_applicable("the grant is not on a registry of models")
        return
    role = grant.at("roleDefinitionId")
    if isinstance(role, str) and role.rpartition("/")[2].casefold() not in _WRITERS:
        yield PASSED
        return
    workloads = {
        identity.name: graph.refers(grant, "principalId", identity)
        for identity in graph.of(_IDENTITY)
        if not graph.referring(identity, (_FEDERATED,), "resourceName")[0]
    }
    named = sorted(name for name, answer in workloads.items() if answer)
    if not named and None not in workloads.values():
        yield PASSED
    elif named and True in answers and isinstance(role, str):
        yield failed(f"workload {named[0]} may put versions into the registry without a person", "roleDefinitionId")
    else:
        yield undetermined("whether a workload may put versions into the registry is not known yet", "principalId")


CONTROL = Control(
    id="human-approval-gate",
    group=Group.RESPONSIBLE_AI,
    title="Releases need the approval of a person",
    severity=Severity.HIGH,
    why="Automation that approves its own work is no control at all.",
    remedy="Leave registered versions pending, and let only the approver role approve.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-approve.html",
    clauses=(
        "nist-ai-rmf:MANAGE 1.1",
        "iso42001:A.6.2.5",
        "iso27001:A.8.32",
        "soc2:CC8.1",
        "eu-ai-act:Art. 14",
        "nist-800-53:CM-3",
    ),
    covers=(),
    rows=ByCloud(
        aws=(
            Rule(types=tuple(_DOCUMENTS), check=_separation, reads=tuple((t, p) for t, p in _DOCUMENTS.items())),
            StackRow(types=(ROLE,), check=_role, reads=READS),
            pipeline_definition.definition_rule(_pipeline, "it must register models as pending"),
            Row(
                type=aws("codepipeline.Pipeline"),
                path="stages[].actions[].category",
                accept=equals("Approval"),
                if_missing=Verdict.FAILED,
                any=True,
                when=("stages[].actions[].category", equals("Deploy")),
            ),
        ),
        azure=(
            StackRow(
                types=(_GRANT,),
                check=_promotes,
                reads=(
                    *((_GRANT, path) for path in ("scope", "roleDefinitionId", "principalId")),
                    (_FEDERATED, "resourceName"),
                    (_REGISTRY, ""),
                    (_IDENTITY, ""),
                ),
            ),
        ),
        gcp=(Row(type=gcp("clouddeploy.Target"), path="requireApproval", accept=is_true(), if_missing=Verdict.FAILED),),
    ),
)
