"""Documents of AWS other than policies: state machines, pipelines, dashboards, patterns, life cycles, queries."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.documents.check import check_documents
from simulator.documents.table import DOCUMENTS
from simulator.model import UNKNOWN
from tests.simulator.documents.probe import changed, json_like, said

MACHINE = "aws:sfn/stateMachine:StateMachine"
PIPELINE = "aws:sagemaker/pipeline:Pipeline"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
IMAGES = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
GROUP = "aws:resourcegroups/group:Group"
QUEUE = "aws:sqs/queue:Queue"

PATHS: dict[str, Any] = {
    "StartAt": "Look",
    "States": {
        "Look": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sagemaker:createTrainingJob.sync",
            "Parameters": {"TrainingJobName.$": "$.name", "Id.$": "States.UUID()", "Static": 1},
            "ResultPath": "$.job",
            "Retry": [{"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 2, "BackoffRate": 2}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}],
            "Next": "Good",
        },
        "Good": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.score", "NumericGreaterThan": 0.8, "Next": "All"},
                {"Not": {"Variable": "$.score", "IsPresent": True}, "Next": "Failed"},
            ],
            "Default": "Rest",
        },
        "All": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemProcessor": {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}},
            "Next": "Both",
        },
        "Both": {
            "Type": "Parallel",
            "Branches": [{"StartAt": "Left", "States": {"Left": {"Type": "Succeed"}}}],
            "End": True,
        },
        "Rest": {"Type": "Wait", "Seconds": 5, "Next": "Done"},
        "Done": {"Type": "Succeed"},
        "Failed": {"Type": "Fail", "Error": "E", "Cause": "c"},
    },
}
QUERIES: dict[str, Any] = {
    "QueryLanguage": "JSONata",
    "StartAt": "List",
    "States": {
        "List": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:sagemaker:listPipelineExecutions",
            "Arguments": {"CreatedAfter": "{% $fromMillis($millis() - 100) %}"},
            "Output": {"started": "{% $count($states.result.x[Name = 'drift']) %}"},
            "TimeoutSeconds": "{% $states.input.t %}",
            "Next": "Cooled",
        },
        "Cooled": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.started = 0 %}", "Next": "Done"}],
            "Default": "Done",
        },
        "Done": {"Type": "Succeed"},
    },
}
TRAINING: dict[str, Any] = {
    "AlgorithmSpecification": {
        "TrainingImage": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/x:1",
        "TrainingInputMode": "File",
    },
    "RoleArn": "arn:aws:iam::123456789012:role/train",
    "OutputDataConfig": {
        "S3OutputPath": {"Std:Join": {"On": "/", "Values": ["s3://b", {"Get": "Execution.PipelineExecutionId"}]}}
    },
    "ResourceConfig": {"InstanceType": {"Get": "Parameters.Size"}, "InstanceCount": 1, "VolumeSizeInGB": 30},
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
}
STEPS: dict[str, Any] = {
    "Version": "2020-12-01",
    "Metadata": {},
    "Parameters": [{"Name": "Size", "Type": "String", "DefaultValue": "ml.m5.large"}],
    "Steps": [
        {"Name": "train", "Type": "Training", "Arguments": TRAINING},
        {
            "Name": "model",
            "Type": "Model",
            "DependsOn": ["train"],
            "Arguments": {
                "ExecutionRoleArn": "arn:aws:iam::123456789012:role/train",
                "PrimaryContainer": {
                    "Image": "x",
                    "ModelDataUrl": {"Get": "Steps.train.ModelArtifacts.S3ModelArtifacts"},
                },
            },
        },
        {
            "Name": "good",
            "Type": "Condition",
            "Arguments": {
                "Conditions": [
                    {
                        "Type": "GreaterThan",
                        "LeftValue": {"Get": "Steps.train.TrainingTimeInSeconds"},
                        "RightValue": 0.8,
                    }
                ],
                "IfSteps": [{"Name": "stop", "Type": "Fail", "Arguments": {"ErrorMessage": "bad"}}],
                "ElseSteps": [],
            },
        },
    ],
}
WIDGETS: dict[str, Any] = {
    "widgets": [
        {
            "type": "metric",
            "x": 0,
            "y": 0,
            "width": 12,
            "height": 6,
            "properties": {
                "region": "eu-west-1",
                "view": "timeSeries",
                "period": 300,
                "metrics": [
                    ["AWS/SageMaker", "Invocations", "EndpointName", "e", {"stat": "Sum"}],
                    [{"expression": "m1*2"}],
                ],
            },
        },
        {"type": "text", "properties": {"markdown": "# hello"}},
    ]
}
PATTERN: dict[str, Any] = {
    "source": ["aws.sagemaker", {"prefix": "aws.cloud"}],
    "detail": {"state": {"value": ["ALARM"]}, "n": [{"numeric": [">", 0, "<=", 5]}], "x": [{"anything-but": ["a"]}]},
    "$or": [{"a": [1]}, {"b": [{"exists": False}]}],
}
KEEP: dict[str, Any] = {
    "rules": [
        {
            "rulePriority": 1,
            "selection": {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": 7,
            },
            "action": {"type": "expire"},
        },
        {
            "rulePriority": 2,
            "selection": {
                "tagStatus": "tagged",
                "tagPatternList": ["*"],
                "countType": "imageCountMoreThan",
                "countNumber": 30,
            },
            "action": {"type": "expire"},
        },
    ]
}
GOOD: dict[str, tuple[str, Any]] = {
    "paths": (MACHINE, {"definition": PATHS}),
    "queries": (MACHINE, {"definition": QUERIES}),
    "pipeline": (PIPELINE, {"pipelineDefinition": STEPS}),
    "dashboard": (DASHBOARD, {"dashboardBody": WIDGETS}),
    "pattern": (RULE, {"eventPattern": PATTERN}),
    "target": (
        TARGET,
        {
            "inputTransformer": {
                "inputPaths": {"state": "$.detail.state"},
                "inputTemplate": '"is <state> in <aws.events.rule-arn>"',
            }
        },
    ),
    "images": (IMAGES, {"policy": KEEP}),
    "filter": (SUBSCRIPTION, {"filterPolicy": {"severity": ["high", {"prefix": "crit"}]}}),
    "group": (
        GROUP,
        {
            "resourceQuery": {
                "query": {
                    "ResourceTypeFilters": ["AWS::AllSupported"],
                    "TagFilters": [{"Key": "project", "Values": ["x"]}],
                }
            }
        },
    ),
    "redrive": (
        QUEUE,
        {"redrivePolicy": {"deadLetterTargetArn": "arn:aws:sqs:eu-west-1:123456789012:dead", "maxReceiveCount": 5}},
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_accepts(name: str) -> None:
    type_, inputs = GOOD[name]
    assert said(type_, inputs) == []
    as_text = {
        key: json.dumps(value) if key.endswith(("ition", "Body", "attern", "olicy")) else value
        for key, value in inputs.items()
    }
    assert said(type_, as_text) == []


_LOOK = ("definition", "States", "Look")
_LIST = ("definition", "States", "List")
_RULES = ("definition", "States", "Good", "Choices")
_STEP = ("pipelineDefinition", "Steps")
_ARGUMENTS = (*_STEP, 0, "Arguments")
_WIDGET = ("dashboardBody", "widgets", 0)
_KEEP = ("policy", "rules", 0)

REFUSED: list[tuple[str, tuple[str | int, ...], Any, str]] = [
    ("paths", ("definition", "StartAt"), "Lok", "there is no state 'Lok'"),
    ("paths", ("definition", "States"), {}, "at least 1"),
    ("paths", ("definition", "Version"), "2.0", "is not allowed"),
    ("paths", (*_LOOK, "Next"), "God", "did you mean 'Good'"),
    ("paths", (*_LOOK, "Next"), "Rest", "UNREACHABLE_STATE: nothing leads to 'Good'"),
    ("paths", (*_LOOK, "Next"), ..., "exactly one of Next and End"),
    ("paths", (*_LOOK, "End"), True, "exactly one of Next and End"),
    ("paths", (*_LOOK, "Type"), "Taks", "did you mean 'Task'"),
    ("paths", (*_LOOK, "Resource"), ..., "'Resource' is missing"),
    ("paths", (*_LOOK, "Resource"), "arn:aws:s3:::b", "INVALID_RESOURCE"),
    ("paths", (*_LOOK, "Arguments"), {}, "'Arguments' is no field here"),
    ("paths", (*_LOOK, "TimeoutSecond"), 1, "did you mean 'TimeoutSeconds'"),
    ("paths", (*_LOOK, "TimeoutSeconds"), 0, "≥ 1"),
    ("paths", (*_LOOK, "ResultPath"), "job", "or null"),
    ("paths", (*_LOOK, "Parameters", "Id.$"), "name", "is no path"),
    ("paths", (*_LOOK, "Retry", 0, "ErrorEquals"), [], "at least 1"),
    ("paths", (*_LOOK, "Retry", 0, "ErrorEquals"), ["States.TimeOut"], "did you mean 'States.Timeout'"),
    ("paths", (*_LOOK, "Retry", 0, "BackoffRate"), 0.5, "≥ 1"),
    ("paths", (*_LOOK, "Catch", 0, "Next"), "Nowhere", "there is no state 'Nowhere'"),
    ("paths", (*_LOOK, "Catch", 0, "ErrorEquals"), ["States.ALL", "E"], "stands alone"),
    ("paths", (*_RULES, 0, "Next"), ..., "'Next' is missing"),
    ("paths", (*_RULES, 0, "Variable"), ..., "Variable"),
    ("paths", (*_RULES, 0, "NumericGreaterThan"), "0.8", "number"),
    ("paths", (*_RULES, 0, "NumericMoreThan"), 1, "is no field here"),
    ("paths", (*_RULES,), [], "at least 1"),
    ("paths", ("definition", "States", "All", "ItemProcessor", "StartAt"), "Two", "/ItemProcessor/StartAt"),
    ("paths", ("definition", "States", "Both", "Branches"), [], "at least 1"),
    ("paths", ("definition", "States", "Rest", "Seconds"), ..., "exactly one of Seconds"),
    ("paths", ("definition", "States", "Done", "Next"), "Look", "'Next' is no field here"),
    ("queries", (*_LIST, "Parameters"), {}, "'Parameters' is no field here"),
    ("queries", (*_LIST, "QueryLanguage"), "JSONPath", "cannot go back to JSONPath"),
    ("queries", (*_LIST, "Resource"), "arn:aws:states:::aws-sdk:sagemaker:ListPipelineExecutions", "camelCase"),
    ("queries", (*_LIST, "Output"), "{% $count( %}", "is not closed"),
    ("queries", (*_LIST, "Output"), "{% $count()", "is not closed"),
    ("queries", ("definition", "States", "Cooled", "Choices", 0, "Condition"), "$x = 0", "no JSONata expression"),
    ("pipeline", ("pipelineDefinition", "Version"), "2021-01-01", "at /Version"),
    ("pipeline", ("pipelineDefinition", "Parameters", 0, "Type"), "Text", "at /Parameters/0/Type"),
    ("pipeline", ("pipelineDefinition", "Parameters", 0, "DefaultValue"), 3, "is no String"),
    ("pipeline", (*_STEP, 0, "Type"), "Train", "did you mean 'Training'"),
    ("pipeline", (*_STEP, 0, "Name"), "a b", "no name of a step"),
    ("pipeline", (*_STEP, 1, "Name"), "train", "is taken"),
    ("pipeline", (*_STEP, 1, "DependsOn"), ["trian"], "did you mean 'train'"),
    ("pipeline", (*_STEP, 0, "DependsOn"), ["model"], "in a circle"),
    ("pipeline", (*_ARGUMENTS, "RoleArn"), ..., "'RoleArn' is missing"),
    ("pipeline", (*_ARGUMENTS, "RoleArn"), "role", "has the wrong form"),
    ("pipeline", (*_ARGUMENTS, "ResourceConfig", "InstanceType"), "ml.m5.huge", "did you mean"),
    ("pipeline", (*_ARGUMENTS, "ResourceConfig", "InstanceType"), {"Get": "Parameters.Sise"}, "did you mean 'Size'"),
    ("pipeline", (*_ARGUMENTS, "ResourceConfig", "InstanceCount"), "one", "a number"),
    ("pipeline", (*_ARGUMENTS, "ResourceConfig", "VolumeSizeInGB"), -1, "at least 0"),
    ("pipeline", (*_ARGUMENTS, "StopCondition"), {}, "did you mean 'StoppingCondition'"),
    (
        "pipeline",
        (*_STEP, 1, "Arguments", "PrimaryContainer", "ModelDataUrl"),
        {"Get": "Steps.train.ModelArtifacts.S3Model"},
        "no property 'S3Model'",
    ),
    ("pipeline", (*_STEP, 1, "Arguments", "PrimaryContainer", "Image"), {"Get": "Steps.trained.X"}, "names no step"),
    ("pipeline", (*_STEP, 1, "Arguments", "PrimaryContainer", "Image"), {"Get": "Execution.Id"}, "of an execution"),
    ("pipeline", (*_STEP, 2, "Arguments", "Conditions", 0, "Type"), "Greater", "is no condition"),
    ("pipeline", (*_STEP, 2, "Arguments", "Conditions", 0, "LeftValue"), ..., "'LeftValue' is missing"),
    ("pipeline", (*_STEP, 2, "Arguments", "IfSteps", 0, "Arguments"), {}, "'ErrorMessage' is missing"),
    ("dashboard", (*_WIDGET, "type"), "metrics", "did you mean 'metric'"),
    ("dashboard", (*_WIDGET, "width"), 25, "≤ 24"),
    ("dashboard", (*_WIDGET, "x"), ..., "/widgets/0"),
    ("dashboard", (*_WIDGET, "properties", "region"), ..., "'region' is missing"),
    ("dashboard", (*_WIDGET, "properties", "view"), "line", "is not known"),
    ("dashboard", (*_WIDGET, "properties", "period"), 90, "is no period"),
    ("dashboard", (*_WIDGET, "properties", "metrics", 0), ["AWS/SageMaker", "Invocations", "EndpointName"], "in pairs"),
    ("dashboard", (*_WIDGET, "properties", "metrics", 1), [{"label": "x"}], "neither a metric nor"),
    ("pattern", ("eventPattern", "source"), "aws.sagemaker", "must be an object or an array"),
    ("pattern", ("eventPattern", "source"), [], "Empty arrays"),
    ("pattern", ("eventPattern", "source"), [{"startsWith": "a"}], "Unrecognized match type startsWith"),
    ("pattern", ("eventPattern", "source"), [{"prefix": "a", "suffix": "b"}], "Only one key"),
    ("pattern", ("eventPattern", "detail", "n"), [{"numeric": [">"]}], "no operand of numeric"),
    ("pattern", ("eventPattern", "detail", "n"), [{"cidr": "10.0.0.0/99"}], "a CIDR range"),
    ("pattern", ("eventPattern", "$or"), [{"a": [1]}], "two or more"),
    ("pattern", ("eventPattern",), {}, "it matches nothing"),
    ("target", ("inputTransformer", "inputTemplate"), '"<stat>"', "invalid placeholder stat"),
    ("target", ("inputTransformer", "inputPaths", "state"), "detail.state", "is no path"),
    ("target", ("input",), "{", "inputTransformer: "),
    ("images", (*_KEEP, "rulePriority"), 2, "the priority 2 is taken"),
    ("images", (*_KEEP, "selection", "countUnit"), ..., "'countUnit' is missing"),
    ("images", (*_KEEP, "selection", "tagStatus"), "tagged", "has 0 lists of tags"),
    ("images", (*_KEEP, "selection", "tagStatus"), "any", "comes last"),
    ("images", (*_KEEP, "action", "type"), "delete", "is not known"),
    ("filter", ("filterPolicy", "severity"), {"level": ["x"]}, "is not nested"),
    ("filter", ("filterPolicy",), {str(i): ["x"] for i in range(6)}, "at most 5"),
    ("group", ("resourceQuery", "query", "ResourceTypeFilters"), ["S3"], "AWS::AllSupported or"),
    ("redrive", ("redrivePolicy", "maxReceiveCount"), 0, "≥ 1"),
    ("redrive", ("redrivePolicy", "deadLetterTargetArn"), "dead", "the ARN of a queue"),
]


@pytest.mark.parametrize(("name", "place", "value", "told"), REFUSED)
def test_refuses(name: str, place: tuple[str | int, ...], value: Any, told: str) -> None:
    type_, inputs = GOOD[name]
    found = said(type_, changed(inputs, place, value))
    assert any(told in one for one in found), found


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("paths", (*_LOOK, "Next")),
        ("paths", (*_LOOK, "Resource")),
        ("pipeline", (*_ARGUMENTS, "ResourceConfig")),
        ("dashboard", (*_WIDGET, "properties", "metrics")),
        ("pattern", ("eventPattern", "source")),
    ],
)
def test_unknown_parts_pass(name: str, place: tuple[str | int, ...]) -> None:
    type_, inputs = GOOD[name]
    assert said(type_, changed(inputs, place, UNKNOWN)) == []


VALUES = json_like(
    *[
        "StartAt",
        "States",
        "Type",
        "Task",
        "Choice",
        "Choices",
        "Next",
        "End",
        "Catch",
        "Retry",
        "ErrorEquals",
        "Branches",
        "Steps",
        "Parameters",
        "Name",
    ],
    *[
        "Arguments",
        "Conditions",
        "Get",
        "Training",
        "widgets",
        "type",
        "metric",
        "properties",
        "metrics",
        "rules",
        "selection",
        "prefix",
        "numeric",
    ],
    *["$or", "inputPaths", "inputTemplate", "$.a", "{%x%}"],
)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(sorted(GOOD)), st.data())
def test_never_raises(name: str, data: st.DataObject) -> None:
    type_, inputs = GOOD[name]
    value = data.draw(VALUES)
    places = [place for one, place, _, _ in REFUSED if one == name]
    place = data.draw(st.sampled_from([(next(iter(inputs)),), *places]))
    for one in check_documents(type_, changed(inputs, place, value)):
        assert one.reason


def test_table_names_each_grammar_once() -> None:
    for type_, entries in DOCUMENTS.items():
        paths = [entry.path for entry in entries]
        assert len(paths) == len(set(paths)), type_
