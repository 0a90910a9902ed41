"""A second PUT of a resource, for properties that can be set only once its children exist.

The provider refuses to declare one ARM id twice, so the second PUT is a template deployment, as in Microsoft's own SDK.
The first resource ignores changes of the property.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_azure_native as azure
from pulumi import Input

from components.core.refs import FoundationRef
from components.core.scope import Scope

_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def put_again(
    scope: Scope,
    part: str,
    *,
    foundation: FoundationRef,
    type_: str,
    api_version: str,
    name: Input[str],
    body: Mapping[str, Any],
    depends_on: Sequence[pulumi.Resource],
) -> azure.resources.Deployment:
    """PUT the whole ``body`` of the resource ``name`` (``parent/child``) after ``depends_on``.

    Give the body as a whole, tags included: what it leaves out is reset, and whenever the first PUT changes, this one
    must change with it and run again.
    """
    return azure.resources.Deployment(
        scope.label(part, "put"),
        resource_group_name=foundation["group_name"],
        deployment_name=scope.name("deployment", scope.component, part),
        properties=azure.resources.DeploymentPropertiesArgs(
            mode=azure.resources.DeploymentMode.INCREMENTAL,
            template={
                "$schema": _SCHEMA,
                "contentVersion": "1.0.0.0",
                "resources": [{"type": type_, "apiVersion": api_version, "name": name, **body}],
            },
        ),
        tags=scope.tags(),
        opts=scope.options(depends_on=depends_on),
    )
