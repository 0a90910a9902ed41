"""A program that grows and changes: things of three clouds which are alike, described by values.

A thing has a label (changed in place), a generation (part of its name: another one replaces it), what it needs, whether
its label is secret, whether it is protected, and the names it had before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws
import pulumi_azure_native as azure
import pulumi_gcp as gcp
from pulumi import Alias, Input, Output, ResourceOptions


@dataclass(frozen=True)
class Thing:
    """One resource of the program."""

    kind: int
    physical: str
    """Its name in the cloud, without the generation."""
    label: str
    generation: int = 0
    needs: tuple[str, ...] = ()
    secret: bool = False
    protect: bool = False
    formerly: tuple[str, ...] = ()


Maker = Callable[[str, str, Mapping[str, Input[str]], ResourceOptions], Output[str]]
"""Takes logical name, name in the cloud, labels and options; answers what others refer to."""


@dataclass(frozen=True)
class Cloud:
    """What things are in a cloud."""

    config: Mapping[str, str]
    makers: tuple[Maker, ...]
    label_paths: tuple[str, ...]
    """Property that holds the label, one for each kind."""
    types: tuple[str, ...]
    """Type token, one for each kind."""
    names: tuple[str, ...] = field(default=())
    """Logical names that are always there."""


# Tags carry no secret on AWS: the provider's copy of them with its own (tagsAll) is plain, under the CLI too.
def _parameter(name: str, physical: str, tags: Mapping[str, Input[str]], opts: ResourceOptions) -> Output[str]:
    label, needs = _split(tags)
    return aws.ssm.Parameter(name, name=physical, type="String", value=label, tags=needs, opts=opts).name


def _topic(name: str, physical: str, tags: Mapping[str, Input[str]], opts: ResourceOptions) -> Output[str]:
    label, needs = _split(tags)
    return aws.sns.Topic(name, name=physical, display_name=label, tags=needs, opts=opts).name


def _split(tags: Mapping[str, Input[str]]) -> tuple[Input[str], dict[str, Input[str]]]:
    return tags["label"], {key: value for key, value in tags.items() if key != "label"}


def _identity(name: str, physical: str, tags: Mapping[str, Input[str]], opts: ResourceOptions) -> Output[str]:
    made = azure.managedidentity.UserAssignedIdentity(
        name, resource_name_=physical, resource_group_name="sequences", location="westeurope", tags=tags, opts=opts
    )
    return made.name


def _group(name: str, physical: str, tags: Mapping[str, Input[str]], opts: ResourceOptions) -> Output[str]:
    return azure.resources.ResourceGroup(name, resource_group_name=physical, tags=tags, opts=opts).name


def _events(name: str, physical: str, labels: Mapping[str, Input[str]], opts: ResourceOptions) -> Output[str]:
    return gcp.pubsub.Topic(name, name=physical, labels=labels, opts=opts).name


def _dataset(name: str, physical: str, labels: Mapping[str, Input[str]], opts: ResourceOptions) -> Output[str]:
    dataset = physical.replace("-", "_")
    return gcp.bigquery.Dataset(name, dataset_id=dataset, location="EU", labels=labels, opts=opts).dataset_id


CLOUDS: Mapping[str, Cloud] = {
    "aws": Cloud(
        {"aws:region": "eu-west-1"},
        (_parameter, _topic),
        ("value", "displayName"),
        ("aws:ssm/parameter:Parameter", "aws:sns/topic:Topic"),
    ),
    "azure": Cloud(
        {"azure-native:location": "westeurope"},
        (_identity, _group),
        ("tags.label", "tags.label"),
        ("azure-native:managedidentity:UserAssignedIdentity", "azure-native:resources:ResourceGroup"),
        ("sequences",),
    ),
    "gcp": Cloud(
        {"gcp:project": "tripod-sim", "gcp:region": "europe-west4"},
        (_events, _dataset),
        ("labels.label", "labels.label"),
        ("gcp:pubsub/topic:Topic", "gcp:bigquery/dataset:Dataset"),
    ),
}


def program(cloud: str, things: Mapping[str, Thing]) -> Callable[[], None]:
    """The program of these things, in their order."""
    described = dict(things)

    def run() -> None:
        made: dict[str, Output[str]] = {}
        base: list[pulumi.Resource] = []
        if cloud == "azure":
            base.append(azure.resources.ResourceGroup("sequences", resource_group_name="sequences"))
        for name, thing in described.items():
            label = Output.secret(thing.label) if thing.secret else Output.from_input(thing.label)
            needs = {f"needs{number}": made[need] for number, need in enumerate(thing.needs) if need in made}
            opts = ResourceOptions(
                protect=thing.protect,
                depends_on=base,
                aliases=[Alias(name=old) for old in thing.formerly],
            )
            physical = f"{thing.physical}-{thing.generation}"
            made[name] = CLOUDS[cloud].makers[thing.kind](name, physical, {"label": label, **needs}, opts)
            pulumi.export(name, label)

    return run
