"""Functions of pulumi-aws."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

from simulator.dice import Dice
from simulator.functions import lookup
from simulator.model import CloudError, Props
from simulator.regions import regions
from simulator.store import Transaction
from simulator.values import plain

_SCIKIT: Final = MappingProxyType(
    {
        "ap-northeast-1": "354813040037",
        "ap-northeast-2": "366743142698",
        "ap-south-1": "720646828776",
        "ap-southeast-1": "121021644041",
        "ap-southeast-2": "783357654285",
        "ca-central-1": "341280168497",
        "eu-central-1": "492215442770",
        "eu-north-1": "662702820516",
        "eu-west-1": "141502667606",
        "eu-west-2": "764974769150",
        "eu-west-3": "659782779980",
        "sa-east-1": "737474898029",
        "us-east-1": "683313688378",
        "us-east-2": "257758044811",
        "us-west-1": "746614075791",
        "us-west-2": "246618743249",
    }
)
"""Region -> registry of scikit-learn and XGBoost (docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths)."""

_OTHER_PARTITIONS: Final = ("cn-", "us-gov-", "us-iso", "eu-iso", "eusc-")
_DEEP_LEARNING: Final = "763104351884"
_IMAGES_SCIKIT: Final = frozenset({"sagemaker-scikit-learn", "sagemaker-xgboost", "sagemaker-sparkml-serving"})


def invoke(token: str, args: Props, config: Props, account: str, store: Transaction) -> Props:
    """Answer a function; raises :class:`CloudError` ``UnknownFunction`` for one that is not simulated."""
    region = str(args.get("region") or config.get("region") or "us-east-1")
    if token == "aws:index/getDefaultTags:getDefaultTags":
        return {"id": account, "tags": (config.get("defaultTags") or {}).get("tags") or {}}
    function = _FUNCTIONS.get(token)
    if function is not None:
        return function(plain(args), region, account)
    type_ = lookup.type_of(token)
    if type_ is None:
        raise CloudError(
            "UnknownFunction",
            f"'{token}' is not simulated; simulated are {', '.join(sorted(_FUNCTIONS))}, and get… of every type in the "
            "catalogue",
        )
    return lookup.bridged(token, type_, plain(args), region, store)


def _caller(_args: Props, _region: str, account: str) -> Props:
    arn = f"arn:aws:sts::{account}:assumed-role/simulated/tripod"
    return {"accountId": account, "arn": arn, "id": account, "userId": "AROASIMULATED:tripod"}


def _region(_args: Props, region: str, _account: str) -> Props:
    description = f"Simulated ({region})"
    endpoint = f"ec2.{region}.amazonaws.com"
    return {"id": region, "region": region, "name": region, "description": description, "endpoint": endpoint}


def _partition(_args: Props, _region: str, _account: str) -> Props:
    return {"id": "aws", "partition": "aws", "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws"}


def _zones(args: Props, region: str, _account: str) -> Props:
    excluded = set(args.get("excludeNames") or ())
    names = [f"{region}{letter}" for letter in "abc" if f"{region}{letter}" not in excluded]
    ids = [f"{Dice.of('zone', region).letters(3)}1-az{index + 1}" for index in range(len(names))]
    return {**args, "id": region, "region": region, "names": names, "zoneIds": ids, "groupNames": [region]}


def _regions(args: Props, _region: str, _account: str) -> Props:
    return {
        **args,
        "id": "aws",
        "names": sorted(one for one in regions("aws") if not one.startswith(_OTHER_PARTITIONS)),
    }


def _arn(args: Props, _region: str, _account: str) -> Props:
    arn = str(args["arn"])
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        raise CloudError("InvalidArn", f"'{arn}' is no ARN")
    names = ("partition", "service", "region", "account", "resource")
    return {"arn": arn, "id": arn, **dict(zip(names, parts[1:], strict=True))}


def _prebuilt_image(args: Props, region: str, _account: str) -> Props:
    repository = str(args.get("repositoryName") or "")
    registry = _SCIKIT.get(region) if repository in _IMAGES_SCIKIT else _DEEP_LEARNING
    if registry is None:
        raise CloudError("UnsupportedRegion", f"no prebuilt image of {repository} is known in {region}")
    tag, suffix = args.get("imageTag") or "latest", args.get("dnsSuffix") or "amazonaws.com"
    path = f"{registry}.dkr.ecr.{region}.{suffix}/{repository}:{tag}"
    return {**args, "id": registry, "registryId": registry, "registryPath": path, "region": region}


def _policy_document(args: Props, _region: str, _account: str) -> Props:
    document: Props = {"Version": str(args.get("version") or "2012-10-17")}
    if args.get("policyId"):
        document["Id"] = args["policyId"]
    statements: list[Props] = []
    for source in args.get("sourcePolicyDocuments") or ():
        statements += _as_list(json.loads(source).get("Statement"))
    for statement in args.get("statements") or ():
        statements.append(_statement(statement))
    for override in args.get("overridePolicyDocuments") or ():
        for replacement in _as_list(json.loads(override).get("Statement")):
            sid = replacement.get("Sid")
            statements = [one for one in statements if not sid or one.get("Sid") != sid]
            statements.append(replacement)
    document["Statement"] = statements
    text = json.dumps(document, indent=2)
    minified = json.dumps(document, separators=(",", ":"))
    return {**args, "id": Dice.of(text).digits(10), "json": text, "minifiedJson": minified}


def _as_list(value: Any) -> list[Props]:
    return value if isinstance(value, list) else [value] if value else []


def _statement(given: Props) -> Props:
    """One statement as the provider renders it: a list of one is a string, longer lists are sorted downwards."""
    statement: Props = {}
    if given.get("sid"):
        statement["Sid"] = given["sid"]
    statement["Effect"] = given.get("effect") or "Allow"
    for key, written in (
        ("actions", "Action"),
        ("notActions", "NotAction"),
        ("resources", "Resource"),
        ("notResources", "NotResource"),
    ):
        if given.get(key):
            statement[written] = _compact(given[key])
    for key, written in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        if given.get(key):
            statement[written] = _principals(given[key])
    if given.get("conditions"):
        conditions: dict[str, Props] = {}
        for condition in given["conditions"]:
            conditions.setdefault(condition["test"], {})[condition["variable"]] = _compact(condition["values"])
        statement["Condition"] = conditions
    return statement


def _compact(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else sorted(values, reverse=True)


def _principals(principals: list[Props]) -> Any:
    if any(one["type"] == "*" and one["identifiers"] == ["*"] for one in principals):
        return "*"
    found: dict[str, list[str]] = {}
    for one in principals:
        found.setdefault(one["type"], []).extend(one["identifiers"])
    return {kind: _compact(identifiers) for kind, identifiers in found.items()}


_FUNCTIONS: Final[MappingProxyType[str, Callable[[Props, str, str], Props]]] = MappingProxyType(
    {
        "aws:index/getCallerIdentity:getCallerIdentity": _caller,
        "aws:index/getRegion:getRegion": _region,
        "aws:index/getPartition:getPartition": _partition,
        "aws:index/getRegions:getRegions": _regions,
        "aws:index/getArn:getArn": _arn,
        "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
        "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
        "aws:sagemaker/getPrebuiltEcrImage:getPrebuiltEcrImage": _prebuilt_image,
    }
)
