"""Amazon Web Services as pulumi-aws shows it: one account, ARNs, EC2 ids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

from simulator.catalogue import aws_ids, aws_links
from simulator.catalogue.shapes import Shape, shape_of
from simulator.catalogue.templates import fill
from simulator.catalogue.types import Kind
from simulator.clouds.aws_outputs import COMPUTED, SAME
from simulator.clouds.base import Birth, Identity, Naming, Reference
from simulator.clouds.bridged import named_by_hand, qualified, with_automatic_name
from simulator.functions import aws as functions
from simulator.model import UNKNOWN, CheckFailure, CloudError, Props
from simulator.naming import AutoName
from simulator.records import Stored
from simulator.regions import region_fault
from simulator.store import Transaction
from simulator.values import Path, parse, render, reveal, strings

ACCOUNT: Final = "123456789012"
"""The account of AWS's own examples."""

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_ARN = re.compile(r"arn:(aws|aws-cn|aws-us-gov):([a-z0-9-]+):([a-z0-9-]*):([0-9]*):(.+)")
_EC2_ID = re.compile(r"(" + "|".join(aws_links.EC2_NOT_FOUND) + r")-[0-9a-f]{8,17}")
_QUEUE = re.compile(r"https://sqs\.([a-z0-9-]+)\.amazonaws\.com/(\d{12})/([\w.-]+)")
_S3_URI = re.compile(r"s3://([a-z0-9.-]{3,63})(/.*)?")
_IMAGE = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/([^:@]+)([:@].*)?")
_MODEL_PACKAGE = re.compile(r"(arn:[^:]+:sagemaker:[^:]*:\d*:)model-package/([^/]+)(/\d+)?")
_SCALED = re.compile(r"endpoint/([^/]+)/variant/[^/]+")
_NOT_REFERENCES: Final = frozenset(
    {"tags", "tagsAll", "description", "policy", "assumeRolePolicy", "pipelineDefinition", "dimensions"}
)
"""Values that no service looks up when it is given them; CloudWatch takes any text as a dimension of an alarm."""

_AUTO_NAMES: Final = MappingProxyType(
    {
        "aws:s3/bucket:Bucket": AutoName("bucket", longest=63, lower=True),
        "aws:cloudwatch/eventRule:EventRule": AutoName("name", longest=64),
        "aws:cloudwatch/eventTarget:EventTarget": AutoName("targetId"),
        "aws:cloudwatch/metricAlarm:MetricAlarm": AutoName("name"),
        "aws:iam/role:Role": AutoName("name", longest=64),
        "aws:iam/policy:Policy": AutoName("name", longest=128),
        "aws:lambda/function:Function": AutoName("name", longest=64),
        "aws:athena/database:Database": AutoName("name", separator="_"),
    }
)
"""Source: pulumi-aws provider/resources.go; every other optional ``name`` follows its setAutonaming (255, "-")."""


class Aws:
    """The rules of AWS."""

    package = "aws"

    def check_config(self, config: Props) -> tuple[CheckFailure, ...]:
        """Return what is missing or wrong in the provider configuration."""
        region = config.get("region")
        if region is None:
            return (
                CheckFailure(
                    "region",
                    "missing required configuration key 'aws:region'; run `pulumi config set aws:region eu-west-1`",
                ),
            )
        if region == UNKNOWN:
            return ()
        if isinstance(region, str) and not _REGION.fullmatch(region):
            return (CheckFailure("region", f"'{region}' is no AWS region; a region looks like eu-west-1"),)
        if isinstance(region, str) and config.get("skipRegionValidation") is not True:
            fault = region_fault(self.package, region)
            return (CheckFailure("region", fault),) if fault else ()
        return ()

    def replacing_config(self) -> frozenset[str]:
        """Return the configuration keys whose change replaces everything."""
        return frozenset({"region", "allowedAccountIds", "assumeRoles"})

    def complete(self, question: Naming) -> Props:
        """Return the inputs with an automatic name."""

        def known(name: str) -> str:
            return self._named(question.shape, name, _region(question.news, question.config))

        return with_automatic_name(question, self._auto_name(question.shape), known)

    def delete_first(self, shape: Shape, olds: Props, news: Props) -> bool:
        """Tell whether the name was set by hand and stays (bridge rule for names that it would have made)."""
        return named_by_hand(self._auto_name(shape), news)

    def identity(self, birth: Birth) -> Identity:
        """Return the id, the ARN and the names of a new object."""
        shape = birth.shape
        row = aws_ids.id_of(shape.token, shape)
        values = self._values(birth)
        if row.arn is None or "{id}" in row.arn:
            id_ = fill(row.id, values, birth.dice)
            arn = f"arn:aws:{fill(row.arn, {**values, 'id': id_}, birth.dice)}" if row.arn else None
        else:
            arn = f"arn:aws:{fill(row.arn, values, birth.dice)}"
            id_ = fill(row.id, {**values, "arn": arn}, birth.dice)
        own = self._own_input(shape)
        name = values.get(own) if own else None
        region = self._region(birth)
        facts: Props = {}
        if arn is not None and "arn" in shape.outputs and "arn" not in birth.inputs:
            facts["arn"] = arn
        if own is not None and own in shape.outputs and own not in birth.inputs:
            facts[own] = name
        names = {id_ if _EC2_ID.fullmatch(id_) or _QUEUE.fullmatch(id_) else self._named(shape, id_, region)}
        names |= {arn} if arn else set()
        names |= {self._named(shape, str(name), region)} if name else set()
        claims: tuple[str, ...] = ()
        if shape.token == aws_links.BUCKET:
            claims = (f"aws:s3:{id_}",)
        elif shape.token == "aws:secretsmanager/secret:Secret":
            claims = (f"aws:secret:{region}:{name}",)
        return Identity(id=id_, facts=facts, names=frozenset(names), claims=claims)

    def known_early(self, birth: Birth) -> Props:
        """Return region and tags, which the provider plans itself."""
        known: Props = {}
        if "region" in birth.shape.outputs:
            known["region"] = birth.inputs.get("region") or birth.config.get("region")
        if "tagsAll" in birth.shape.outputs:
            tags = birth.inputs.get("tags")
            defaults = (birth.config.get("defaultTags") or {}).get("tags") or {}
            known["tagsAll"] = {**defaults, **(tags if isinstance(tags, dict) else {})}
        return known

    def added(self, birth: Birth, identity: Identity, path: str) -> str | None:
        """Nothing is known to be added inside a given value."""
        return None

    def computed(self, birth: Birth, identity: Identity, name: str) -> str | None:
        """Return a plausible value of a computed string output."""
        name = SAME.get(name, name)
        region = self._region(birth)
        values = {**self._values(birth), **birth.inputs, **identity.facts, "id": identity.id}
        template = COMPUTED.get(f"{birth.shape.token}.{name}") or COMPUTED.get(name)
        if template is not None:
            return fill(template, {**values, "region": region, "account": ACCOUNT}, birth.dice, name)
        if name.endswith("Arn"):
            service = birth.shape.token.split(":")[1].split("/")[0]
            return f"arn:aws:{service}:{region}:{ACCOUNT}:{name[:-3].lower()}/{birth.dice.letters(12, name)}"
        return None

    def references(self, shape: Shape, inputs: Props, config: Props) -> Iterator[Reference]:
        """Yield ARNs, EC2 ids, queue URLs, and names where the table of links says so."""
        region = _region(inputs, config)
        linked = {parse(path): target for path, target in aws_links.LINKS.get(shape.token, {}).items()}
        if shape.token.startswith("aws:s3/") and shape.token != aws_links.BUCKET:
            linked[("bucket",)] = aws_links.BUCKET
        for path, text in strings(inputs):
            if not _NOT_REFERENCES.isdisjoint(path):
                continue
            target = next((to for pattern, to in linked.items() if _matches(pattern, path)), None)
            found = self._recognise(text)
            if scaled := _SCALED.fullmatch(text):
                found = self._named(shape_of("aws:sagemaker/endpoint:Endpoint"), scaled.group(1), region), True
            if found is not None:
                yield Reference(render(path), found[0], text, found[1])
            elif target is not None and "*" not in text:
                yield Reference(render(path), self._named(shape_of(target), text, region), text)

    def built_in(self, reference: str) -> bool:
        """Tell whether a reference names something that every account has."""
        return any(part in reference for part in aws_links.BUILT_IN) or "Schedule#default@" in reference

    def ancestors(self, reference: str) -> tuple[str, ...]:
        """Return the ARNs of which an ARN may be a child (``model-package/group/1`` of its group)."""
        package = _MODEL_PACKAGE.fullmatch(reference)
        if package is not None:
            return (f"{package.group(1)}model-package-group/{package.group(2)}",)
        found = _ARN.fullmatch(reference)
        if found is None:
            return ()
        resource = found.group(5)
        head = reference[: -len(resource)]
        cuts = [position for position, letter in enumerate(resource) if letter in "/:"]
        return tuple(head + resource[:cut] for cut in reversed(cuts[1:]))

    def kind(self, reference: Reference) -> str | None:
        """Return service and resource type of an ARN or EC2 id."""
        if ec2 := _EC2_ID.fullmatch(reference.name):
            return f"ec2:{ec2.group(1)}"
        arn = _ARN.fullmatch(reference.name)
        if arn is None:
            return "sqs:queue" if _QUEUE.fullmatch(reference.name) else None
        resource = re.split(r"[:/]", arn.group(5))
        return f"{arn.group(2)}:{resource[0] if len(resource) > 1 else ''}"

    def namespace(self, shape: Shape, inputs: Props, config: Props) -> str:
        """Return the region: two regions may each have an endpoint ``churn``. Bucket names are unique everywhere."""
        return "" if shape.token.startswith("aws:s3/") else self.place(shape, inputs, config) or ""

    def place(self, shape: Shape, inputs: Props, config: Props) -> str | None:
        """Return the region; the types of global services have no such input."""
        if "region" not in shape.inputs:
            return None
        return _region(inputs, config)

    def place_of(self, reference: Reference, store: Transaction) -> str | None:
        """Return the region in an ARN."""
        arn = _ARN.fullmatch(reference.name)
        return (arn.group(3) or None) if arn else None

    def out_of_sight(self, reference: Reference, found: list[Stored], place: str | None) -> bool:
        """EC2 answers for one region at a time."""
        if place is None or not _EC2_ID.fullmatch(reference.name):
            return False
        return all(one.outputs.get("region") not in (None, place) for one in found)

    def not_found(self, shape: Shape, reference: Reference) -> CloudError:
        """Return the error for an input that refers to nothing."""
        if ec2 := _EC2_ID.fullmatch(reference.name):
            code, called = aws_links.EC2_NOT_FOUND[ec2.group(1)]
            return CloudError(
                code, f"The {called} '{reference.text}' does not exist ({reference.path} of {shape.token})"
            )
        service = _service(reference.name, shape)
        code = aws_links.NOT_FOUND.get(service, "ResourceNotFoundException")
        return CloudError(
            code,
            f"{reference.path} of {shape.token} refers to '{reference.text}', which does not exist in account "
            f"{ACCOUNT}; create it first, or place it with `SimulatedCloud.place` when it is yours already",
        )

    def conflict(self, shape: Shape, identity: str) -> CloudError:
        """Return the error for a name that is taken."""
        code = aws_links.CONFLICT.get(_service("", shape), "ResourceAlreadyExistsException")
        return CloudError(code, f"{shape.token} with the name '{identity}' already exists")

    def in_use(self, shape: Shape, identity: str, users: str) -> CloudError:
        """Return the error for the deletion of what others refer to."""
        code = aws_links.IN_USE.get(_service("", shape), "ResourceInUseException")
        return CloudError(code, f"cannot delete {shape.token} '{identity}': {users}")

    def gone(self, shape: Shape, identity: str) -> CloudError:
        """Return the error for an update or deletion of what is not there."""
        code = aws_links.NOT_FOUND.get(_service("", shape), "ResourceNotFoundException")
        return CloudError(code, f"{shape.token} '{identity}' does not exist; run a refresh")

    def invoke(self, token: str, args: Props, config: Props, store: Transaction) -> Props:
        """Answer a function of pulumi-aws."""
        return functions.invoke(token, args, config, ACCOUNT, store)

    def _auto_name(self, shape: Shape) -> AutoName | None:
        rule = _AUTO_NAMES.get(shape.token)
        if rule is None and shape.accepts("name") and not shape.inputs["name"].required:
            rule = AutoName("name")
        return rule

    def _named(self, shape: Shape, name: str, region: str) -> str:
        """Return the name under which the store knows an object, apart from its namesakes in other regions."""
        namespace = self.namespace(shape, {"region": region}, {})
        return f"{qualified(shape.token, name)}@{namespace}" if namespace else qualified(shape.token, name)

    def _own_input(self, shape: Shape) -> str | None:
        if shape.token == aws_links.BUCKET:
            return "bucket"
        return aws_ids.own_name(shape)

    def _region(self, birth: Birth) -> str:
        return _region(birth.inputs, birth.config)

    def _values(self, birth: Birth) -> dict[str, Any]:
        values: dict[str, Any] = {key: reveal(value) for key, value in birth.inputs.items()}
        values |= {"account": ACCOUNT, "region": self._region(birth)}
        own = self._own_input(birth.shape)
        if own is not None and own not in values and birth.shape.inputs[own].type.kind is Kind.STRING:
            prefix = values.get(f"{own}Prefix")
            # Terraform's unique ids: a UTC timestamp and a counter, 26 digits.
            unique = birth.dice.digits(26, own)
            values[own] = f"{prefix}{unique}" if prefix else f"terraform-{unique}"
        name = str(values.get(own, "")) if own else ""
        values["lowerName"] = name.lower()
        values["bareName"] = name.removeprefix("/")
        bus = str(values.get("eventBusName") or "default")
        values["busAndName"] = name if bus == "default" else f"{bus}/{name}"
        values["host"] = re.sub(r"^https?://", "", str(values.get("url", ""))).rstrip("/")
        return values

    def _recognise(self, text: str) -> tuple[str, bool] | None:
        if "*" in text or "?" in text or "${" in text:
            return None
        if arn := _ARN.fullmatch(text):
            _, service, _, account, resource = arn.groups()
            if service == "s3" and not account:
                return f"arn:aws:s3:::{resource.split('/')[0]}", False
            return (text, True) if account == ACCOUNT else None
        if _EC2_ID.fullmatch(text):
            return text, True
        if queue := _QUEUE.fullmatch(text):
            return (text, True) if queue.group(2) == ACCOUNT else None
        if uri := _S3_URI.fullmatch(text):
            return f"arn:aws:s3:::{uri.group(1)}", False
        if image := _IMAGE.fullmatch(text):
            account, region, repository = image.groups()[:3]
            return (f"arn:aws:ecr:{region}:{account}:repository/{repository}", False) if account == ACCOUNT else None
        return None


def _region(inputs: Props, config: Props) -> str:
    return str(inputs.get("region") or config.get("region") or "us-east-1")


def _matches(pattern: Path, path: Path) -> bool:
    return len(pattern) == len(path) and all(want in ("*", have) for want, have in zip(pattern, path, strict=True))


def _service(name: str, shape: Shape) -> str:
    if found := _ARN.fullmatch(name):
        return found.group(2)
    token = name.partition("#")[0] if "#" in name else shape.token
    module = token.split(":")[1].partition("/")[0]
    return aws_ids.SERVICES.get(module, module)
