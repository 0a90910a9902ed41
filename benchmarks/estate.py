"""What policies are timed on: the kit's production stack on AWS, made in a simulated cloud and copied with new names.

:func:`state` is a Pulumi state of as many resources as asked for; :func:`terraform_plan` the same resources as a
Terraform plan for Checkov. The AWS provider of Pulumi is made from Terraform's, so types and properties translate by
rule: ``aws:sagemaker/endpointConfiguration:EndpointConfiguration`` is ``aws_sagemaker_endpoint_configuration``,
``kmsKeyId`` is ``kms_key_id``, an object is a block. The few types that Terraform names otherwise are in a table. A
resource whose type Checkov does not know costs it nothing; no care is taken to leave such out.
"""

import hashlib
import json
import os
import re
import sys
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from benchmarks.measure import run

STACK = "aws-prod"
ROOT = Path(__file__).resolve().parents[1]
TRIPOD = Path(sys.prefix) / "bin" / "tripod"

_RANDOM = re.compile(r"(?<=-)[0-9a-z]{7,17}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
"""What a cloud chose: the end of an automatic name or id, the id of a key."""

_BARE: Final = frozenset({"ec2", "vpc", "lb", "cfg", "cloudtrail"})
"""Modules whose name is not part of the Terraform type."""

_RENAMED: Final = MappingProxyType(
    {
        "aws_trail": "aws_cloudtrail",
        "aws_iam_open_id_connect_provider": "aws_iam_openid_connect_provider",
        "aws_security_group_ingress_rule": "aws_vpc_security_group_ingress_rule",
        "aws_security_group_egress_rule": "aws_vpc_security_group_egress_rule",
    }
)
_MAPS: Final = frozenset({"tags", "tagsAll", "environment", "parameters", "defaultArguments", "variables", "policy"})
"""Properties whose object is a map of values, not a block."""


def make(directory: Path) -> dict[str, Any]:
    """The state of the stack, provisioned into a new simulated cloud."""
    env = {**os.environ, "TRIPOD_HOME": str(directory)}
    run([str(TRIPOD), "simulate", "up", STACK], cwd=ROOT, env=env, seconds=600)
    document: dict[str, Any] = json.loads((directory / "stacks" / f"{STACK}.json").read_text())
    return document


def _custom(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in document["deployment"]["resources"] if one["type"].startswith("aws:")]


def _copies(document: dict[str, Any], size: int) -> list[dict[str, Any]]:
    """As many resources of clouds as asked for: whole copies of the stack, and a part of one."""
    texts = [json.dumps(one) for one in _custom(document)]
    result = []
    for number in range(size // len(texts) + 1):

        def another(found: re.Match[str], number: int = number) -> str:
            digest = hashlib.sha256(f"{number}{found[0]}".encode()).hexdigest()
            return "".join(
                mark if old == "-" else new for old, new, mark in zip(found[0], digest, found[0], strict=False)
            )

        for text in texts[: size - len(result)]:
            changed = text if number == 0 else _RANDOM.sub(another, text)
            changed = changed.replace("churn", f"churn{number}").replace(f":{STACK}::", f":{STACK}-{number}::")
            one = json.loads(changed)
            # Parents are components and providers are left out: judging asks for neither.
            result.append({key: value for key, value in one.items() if key not in ("parent", "provider")})
    return result


def state(document: dict[str, Any], size: int) -> dict[str, Any]:
    """A state of ``size`` resources."""
    deployment = {**document["deployment"], "resources": _copies(document, size)}
    return {"version": 3, "deployment": deployment}


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def terraform_type(token: str) -> str:
    """The Terraform name of an AWS type."""
    _, middle, name = token.split(":")
    module = middle.split("/")[0]
    found = f"aws_{_snake(name)}" if module in _BARE else f"aws_{module}_{_snake(name)}"
    return _RENAMED.get(found, found)


def _block(value: Any, key: str = "") -> Any:
    if isinstance(value, list):
        return [_block(item) if not isinstance(item, dict) else _values(item) for item in value]
    if isinstance(value, dict):
        return value if key in _MAPS else [_values(value)]
    return value


def _values(properties: dict[str, Any]) -> dict[str, Any]:
    return {_snake(key): _block(value, key) for key, value in properties.items() if not key.startswith("__")}


def terraform_plan(resources: list[dict[str, Any]]) -> dict[str, Any]:
    """The resources of a state as ``terraform show -json PLAN`` prints them
    (https://developer.hashicorp.com/terraform/internals/json-format)."""
    planned, changes, configured = [], [], []
    for number, one in enumerate(resources):
        type_, name = terraform_type(one["type"]), f"r{number}"
        values = _values(one.get("inputs", {}))
        about = {
            "address": f"{type_}.{name}",
            "mode": "managed",
            "type": type_,
            "name": name,
            "provider_name": "registry.terraform.io/hashicorp/aws",
        }
        planned.append({**about, "schema_version": 0, "values": values})
        change = {"actions": ["create"], "before": None, "after": values, "after_unknown": {}}
        changes.append({**about, "change": change})
        configured.append({**about, "provider_config_key": "aws", "expressions": {}, "schema_version": 0})
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.8",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": configured}},
    }
