"""The foundation on AWS: a resource group that finds the stack by its tags."""

import json

from components.foundation.aws import build as backend
from components.foundation.contract import FoundationSpec
from tests.components.aws_bench import build, build_with_outputs


def test_the_group_finds_what_carries_the_tags_of_the_stack() -> None:
    graph = build(backend, "foundation", FoundationSpec())
    assert set(graph) == {"foundation-group"}
    group = graph["foundation-group"].inputs
    assert group["name"] == "churn-dev"
    assert group["resourceQuery"]["type"] == "TAG_FILTERS_1_0"
    assert json.loads(group["resourceQuery"]["query"]) == {
        "ResourceTypeFilters": ["AWS::AllSupported"],
        "TagFilters": [
            {"Key": "project", "Values": ["churn"]},
            {"Key": "environment", "Values": ["dev"]},
            {"Key": "managed-by", "Values": ["tripod"]},
        ],
    }
    assert group["tags"]["data-class"] == "confidential"
    assert group["tags"]["cost-center"] == "growth"


def test_the_account_is_that_of_the_credentials() -> None:
    outputs = build_with_outputs(backend, "foundation", FoundationSpec())[1]
    assert outputs["account_id"] == outputs["account_number"] == "123456789012"
    assert outputs["log_id"] == "/tripod/churn-dev"
    assert outputs["group_name"] == "churn-dev"
