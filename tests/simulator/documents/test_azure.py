"""Documents of Azure: roles, conditions, workflows, templates, components, workbooks, policies, registry tasks."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.documents.check import check_documents
from simulator.documents.table import DOCUMENTS
from simulator.model import UNKNOWN
from tests.simulator.documents.probe import changed, json_like, said

GUID = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
ROLE = "azure-native:authorization:RoleDefinition"
ASSIGNMENT = "azure-native:authorization:RoleAssignment"
WORKFLOW = "azure-native:logic:Workflow"
DEPLOYMENT = "azure-native:resources:Deployment"
COMPONENT = "azure-native:machinelearningservices:ComponentVersion"
FEATURES = "azure-native:machinelearningservices:FeaturesetContainerEntity"
WORKBOOK = "azure-native:applicationinsights:Workbook"
RULE = "azure-native:authorization:PolicyDefinition"
POLICY = "azure-native:authorization:PolicyAssignment"
TASK = "azure-native:containerregistry:Task"

BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
CONDITION = (
    f"((!(ActionMatches{{'{BLOBS}/read'}}) AND !(ActionMatches{{'{BLOBS}/write'}})) OR "
    "(@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringLike 'azureml*' AND "
    "@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals "
    f"{{{GUID}, {GUID}}} AND NOT Exists @Principal[Microsoft.Directory/CustomSecurityAttributes/Id:a_b]))"
)

GOOD: dict[str, dict[str, Any]] = {
    ROLE: {
        "roleName": "churn approver",
        "roleType": "CustomRole",
        "roleDefinitionId": GUID,
        "assignableScopes": [f"{SUBSCRIPTION}/resourceGroups/churn"],
        "permissions": [
            {
                "actions": ["Microsoft.MachineLearningServices/workspaces/*/read", "*/read"],
                "notActions": ["Microsoft.Authorization/*/Delete"],
                "dataActions": [f"{BLOBS}/add/action"],
            }
        ],
    },
    ASSIGNMENT: {
        "roleAssignmentName": GUID,
        "roleDefinitionId": f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{GUID}",
        "principalId": GUID,
        "condition": CONDITION,
        "conditionVersion": "2.0",
    },
    WORKFLOW: {
        "definition": {
            "$schema": "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/"
            "workflowdefinition.json#",
            "contentVersion": "1.0.0.0",
            "parameters": {"limit": {"type": "Int", "defaultValue": 3}},
            "triggers": {"Daily": {"type": "Recurrence", "recurrence": {"frequency": "Day", "interval": 1}}},
            "actions": {
                "Measure": {"type": "Http", "inputs": {"method": "GET", "uri": "https://example.com/@{utcNow()}"}},
                "Drifted": {
                    "type": "If",
                    "runAfter": {"Measure": ["Succeeded", "Failed"]},
                    "expression": {"and": [{"greater": ["@length(body('Measure')?['value'])", 1]}]},
                    "actions": {"Start": {"type": "Http", "inputs": {"body": "@parameters('limit')"}}},
                    "else": {"actions": {}},
                },
            },
        }
    },
    DEPLOYMENT: {
        "properties": {
            "mode": "Incremental",
            "template": {
                "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                "contentVersion": "1.0.0.0",
                "resources": [
                    {
                        "type": "Microsoft.MachineLearningServices/workspaces/batchEndpoints",
                        "apiVersion": "2025-12-01",
                        "name": "churn/retrain",
                        "dependsOn": ["[resourceId('Microsoft.Storage/storageAccounts', 'x')]"],
                    }
                ],
            },
        }
    },
    COMPONENT: {
        "properties": {
            "componentSpec": {
                "name": "retrain",
                "type": "pipeline",
                "inputs": {"data": {"type": "uri_folder"}},
                "outputs": {},
                "jobs": {
                    "train": {
                        "componentId": "c",
                        "inputs": {"data": {"value": "${{parent.inputs.data}}"}},
                        "outputs": {"model": {"job_output_type": "uri_folder"}},
                    },
                    "evaluate": {
                        "componentId": "c",
                        "inputs": {"model": {"value": "${{parent.jobs.train.outputs.model}}"}},
                    },
                },
            }
        }
    },
    FEATURES: {
        "properties": {
            "properties": {
                "v1.specification": {
                    "source": {"type": "parquet", "path": "abfss://x", "timestamp_column": {"name": "event_time"}},
                    "features": [{"name": "country", "type": "string"}],
                    "index_columns": [{"name": "customer_id", "type": "string"}],
                }
            }
        }
    },
    WORKBOOK: {
        "serializedData": {
            "version": "Notebook/1.0",
            "items": [{"type": 1, "content": {"json": "# title"}, "name": "title", "customWidth": "50"}],
        }
    },
    RULE: {
        "policyRule": {
            "if": {
                "allOf": [
                    {"field": "type", "equals": "Microsoft.Storage/storageAccounts"},
                    {"not": {"field": "location", "in": ["westeurope"]}},
                ]
            },
            "then": {"effect": "[parameters('effect')]"},
        }
    },
    POLICY: {
        "policyDefinitionId": f"/providers/Microsoft.Authorization/policyDefinitions/{GUID}",
        "parameters": {"effect": {"value": "Deny"}},
    },
}
PURGE = {"version": "v1.1.0", "steps": [{"cmd": "acr purge --untagged"}]}


@pytest.mark.parametrize("type_", GOOD)
def test_accepts(type_: str) -> None:
    assert said(type_, GOOD[type_]) == []


def test_accepts_text_as_well() -> None:
    assert said(WORKBOOK, {"serializedData": json.dumps(GOOD[WORKBOOK]["serializedData"])}) == []


@pytest.mark.parametrize("version", [3, "Notebook/2.0", None])
def test_refuses_text_as_well(version: Any) -> None:
    found = said(WORKBOOK, {"serializedData": json.dumps({"version": version, "items": []})})
    assert [one for one in found if one.startswith("serializedData: the workbook: at /version: ")], found


_GROUPS = "/providers/Microsoft.Management/managementGroups/"
_SCOPES = ("assignableScopes", 0)
_ACTION = ("permissions", 0, "actions", 0)
_ACTIONS = ("definition", "actions")
_RESOURCE = ("properties", "template", "resources", 0)
_SPEC = ("properties", "componentSpec")
_COMMAND = {"name": "q", "type": "command", "environment": "e"}
_EVALUATE = (*_SPEC, "jobs", "evaluate", "inputs", "model")
_SET = ("properties", "properties", "v1.specification")


@pytest.mark.parametrize(
    ("type_", "place", "value", "told"),
    [
        (ROLE, _SCOPES, "/", "InvalidAssignableScope"),
        (ROLE, _SCOPES, f"{SUBSCRIPTION}/resourceGroups/x/providers/A.B/c/d", "InvalidAssignableScope"),
        (ROLE, ("assignableScopes",), [f"{_GROUPS}{i}" for i in "ab"], "at most one"),
        (ROLE, _ACTION, "Microsoft.Storage/storageAccounts", "permissions[0].actions[0]: "),
        (ROLE, _ACTION, "Microsoft.Storage/storageAccounts/get", "with the verb *, read, write, delete or action"),
        (ROLE, ("permissions",), [{"notActions": ["*/read"]}], "the role allows nothing"),
        (ROLE, ("roleType",), "BuiltInRole", "cannot be made"),
        (ROLE, ("roleDefinitionId",), "approver", "roleDefinitionId: "),
        (ROLE, ("roleName",), "x" * 513, "at most 512"),
        (ASSIGNMENT, ("roleDefinitionId",), "Reader", "is no id of a role definition"),
        (ASSIGNMENT, ("principalId",), "me@example.com", "is no GUID"),
        (ASSIGNMENT, ("conditionVersion",), "1.0", "no version of conditions"),
        (ASSIGNMENT, ("condition",), CONDITION[:-1], "expected ')', got the end"),
        (ASSIGNMENT, ("condition",), CONDITION.replace("StringLike", "StringLikes"), "did you mean 'StringLike'"),
        (ASSIGNMENT, ("condition",), CONDITION.replace("@Resource", "@Resources"), "no source of attributes"),
        (ASSIGNMENT, ("condition",), CONDITION.replace("ActionMatches", "ActionMatch"), "did you mean 'ActionMatches'"),
        (ASSIGNMENT, ("condition",), CONDITION.replace("ForAnyOfAnyValues", "ForAnyValue"), "no set operator"),
        (ASSIGNMENT, ("condition",), "@Resource[a:b] StringEquals 'x", "unexpected '''"),
        (WORKFLOW, (*_ACTIONS, "Measure", "type"), "Htp", "did you mean 'Http'"),
        (WORKFLOW, (*_ACTIONS, "Drifted", "runAfter"), {"Mesure": ["Succeeded"]}, "did you mean 'Measure'"),
        (WORKFLOW, (*_ACTIONS, "Drifted", "runAfter", "Measure"), ["Done"], "is no status"),
        (WORKFLOW, (*_ACTIONS, "Measure", "runAfter"), {"Drifted": ["Succeeded"]}, "in a circle"),
        (WORKFLOW, (*_ACTIONS, "Drifted", "expression"), {"bigger": [1, 2]}, "is no comparison"),
        (WORKFLOW, (*_ACTIONS, "Drifted", "actions", "Measure"), {"type": "Http"}, "is taken"),
        (WORKFLOW, (*_ACTIONS, "Measure", "inputs", "uri"), "@body('Other')", "names no action"),
        (WORKFLOW, (*_ACTIONS, "Measure", "inputs", "uri"), "@parameters('x')", "names no parameter"),
        (WORKFLOW, (*_ACTIONS, "Measure", "inputs", "uri"), "x@{concat('a'", "does not parse"),
        (WORKFLOW, (*_ACTIONS, "Measure", "inputs", "uri"), "@concat('a", "a string is not closed"),
        (WORKFLOW, ("definition", "triggers", "Daily", "recurrence", "frequency"), "Daily", "is no frequency"),
        (WORKFLOW, ("definition", "triggers", "Daily", "type"), "Timer", "at /triggers/Daily/type"),
        (WORKFLOW, ("definition", "action"), {}, "did you mean 'actions'"),
        (DEPLOYMENT, (*_RESOURCE, "name"), "churn", "incorrect segment lengths"),
        (DEPLOYMENT, (*_RESOURCE, "apiVersion"), "latest", "a date such as"),
        (DEPLOYMENT, (*_RESOURCE, "type"), "workspaces", "Provider.Name/type"),
        (DEPLOYMENT, (*_RESOURCE, "dependsOn"), ["y"], "is not defined in the template"),
        (DEPLOYMENT, ("properties", "template", "contentVersion"), "1", "has the wrong form"),
        (COMPONENT, (*_SPEC, "type"), "pipelines", "did you mean 'pipeline'"),
        (COMPONENT, (*_SPEC, "name"), "a b", "no name of a component"),
        (COMPONENT, (*_SPEC, "inputs", "data", "type"), "folder", "is no type"),
        (COMPONENT, _EVALUATE, "${{parent.jobs.trian.outputs.model}}", "'train'"),
        (COMPONENT, _EVALUATE, "${{parent.jobs.train.outputs.x}}", "no output 'x'"),
        (COMPONENT, _EVALUATE, "${{parent.inputs.x}}", "names no input"),
        (COMPONENT, (*_SPEC, "jobs", "train", "inputs"), "${{parent.jobs.evaluate.outputs.x}}", "wait for each other"),
        (COMPONENT, (*_SPEC, "jobs"), {}, "has no jobs"),
        (COMPONENT, (*_SPEC,), {"name": "q", "type": "command", "command": "a", "environment": ""}, "no environment"),
        (
            COMPONENT,
            (*_SPEC,),
            {**_COMMAND, "command": "${{inputs.dat}}", "inputs": {"data": {"type": "string"}}},
            "did you mean 'data'",
        ),
        (FEATURES, (*_SET, "features"), [], "at least 1"),
        (FEATURES, (*_SET, "features", 0, "type"), "text", "at /features/0/type"),
        (FEATURES, (*_SET, "index_columns", 0, "name"), "country", "is named twice"),
        (FEATURES, (*_SET, "source"), ..., "'source' is missing"),
        (WORKBOOK, ("serializedData", "items", 0, "type"), 99, "at /items/0/type: 99 is not known"),
        (RULE, ("policyRule", "then", "effect"), "forbid", "is no effect"),
        (RULE, ("policyRule", "if", "allOf", 0), {"field": "type", "equal": "x"}, "did you mean 'equals'"),
        (RULE, ("policyRule", "if", "allOf", 0), {"field": "type"}, "it has 0 operators"),
        (RULE, ("policyRule", "then"), ..., "'then' is missing"),
        (POLICY, ("policyDefinitionId",), "AllowedLocations", "is no id of a policy definition"),
        (POLICY, ("parameters", "effect"), "Deny", "is not wrapped"),
    ],
)
def test_refuses(type_: str, place: tuple[str | int, ...], value: Any, told: str) -> None:
    found = said(type_, changed(GOOD[type_], place, value))
    assert any(told in one for one in found), found


@pytest.mark.parametrize(
    ("task", "told"),
    [
        (PURGE, ""),
        ({**PURGE, "steps": []}, "a task has no steps"),
        ({**PURGE, "steps": [{"run": "x"}]}, "exactly one"),
        ({**PURGE, "version": "v2"}, "no version of task files"),
        ({**PURGE, "steps": [{"id": "a", "cmd": "x", "when": ["b"]}]}, "there is no step 'b'"),
    ],
)
def test_registry_tasks(task: dict[str, Any], told: str) -> None:
    found = said(TASK, {"step": {"encodedTaskContent": base64.b64encode(json.dumps(task).encode()).decode()}})
    assert any(told in one for one in found) if told else found == []


def test_registry_tasks_are_base64() -> None:
    assert "it is not base64" in said(TASK, {"step": {"encodedTaskContent": "steps:"}})[0]


def test_unknown_parts_pass() -> None:
    for type_, place in (
        (ROLE, _ACTION),
        (WORKFLOW, (*_ACTIONS, "Drifted", "runAfter")),
        (COMPONENT, (*_SPEC, "jobs")),
    ):
        assert said(type_, changed(GOOD[type_], place, UNKNOWN)) == []


ALL = [one for one in DOCUMENTS if one.startswith("azure-native:")]
VALUES = json_like(
    *("type", "name", "actions", "runAfter", "expression", "If", "Http", "inputs", "jobs", "pipeline", "command"),
    *("resources", "steps", "allOf", "field", "equals", "permissions", "@body('x", "${{parent.jobs.a.outputs.b}}"),
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(GOOD)), st.data())
def test_never_raises(type_: str, data: st.DataObject) -> None:
    entry = DOCUMENTS[type_][0]
    value = data.draw(VALUES)
    document = value
    for step in reversed(_steps(entry.path)):
        document = {step: document}
    for one in check_documents(type_, document if isinstance(document, dict) else {"condition": value}):
        assert one.reason


def _steps(path: str) -> list[str]:
    return path.replace('["v1.specification"]', ".v1 specification").replace("v1 s", "v1\0s").split(".") if path else []
