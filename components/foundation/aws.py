"""Foundation on AWS: a resource group that finds the stack's resources by tag.

The account is the one of the credentials; log groups are made by whoever writes to them, below one prefix, so that each
has the retention and the key of its own data class.
"""

import json

import pulumi_aws as aws
from pulumi import Output

from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.scope import Scope
from components.foundation.contract import FoundationArgs, FoundationOutputs, FoundationSpec

SUPPORT = Support(means=Means.NATIVE, by="Resource Groups")
GAPS: tuple[Gap, ...] = ()


def build(scope: Scope, spec: FoundationSpec, args: FoundationArgs) -> FoundationOutputs:
    """Make the resource group."""
    tags = scope.tags()
    query = {
        "ResourceTypeFilters": ["AWS::AllSupported"],
        "TagFilters": [{"Key": key, "Values": [tags[key]]} for key in ("project", "environment", "managed-by")],
    }
    group = aws.resourcegroups.Group(
        scope.label("group"),
        name=scope.name("resource_group"),
        description=f"Tripod platform {scope.prefix}",
        resource_query={"type": "TAG_FILTERS_1_0", "query": json.dumps(query, sort_keys=True)},
        tags=tags,
        opts=scope.options(),
    )
    account = aws.get_caller_identity_output().account_id
    return FoundationOutputs(
        group_name=group.name,
        account_id=account,
        account_number=account,
        log_id=Output.from_input(f"/tripod/{scope.prefix}"),
    )
