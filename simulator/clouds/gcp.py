"""Google Cloud as pulumi-gcp shows it: one project, full resource names, service account e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

from simulator.catalogue import gcp_ids, gcp_links
from simulator.catalogue.shapes import Shape
from simulator.catalogue.templates import fill
from simulator.clouds.base import Birth, Identity, Naming, Reference
from simulator.clouds.bridged import named_by_hand, qualified, with_automatic_name
from simulator.functions import gcp as functions
from simulator.functions.gcp import NUMBER
from simulator.model import UNKNOWN, CheckFailure, CloudError, Props
from simulator.naming import AutoName
from simulator.records import Stored
from simulator.regions import region_fault
from simulator.store import Transaction
from simulator.values import render, reveal, strings

_REGION = re.compile(r"[a-z]+(-[a-z]+)+\d")
_LINK = re.compile(
    r"(?:https://[a-z0-9.-]*googleapis\.com/(?:[a-z]+/)?(?:v\d\w*|beta)/|//[a-z0-9-]+\.googleapis\.com/)(projects/.+)"
)
_EMAIL = re.compile(
    r"(?:serviceAccount:)?([a-z][a-z0-9-]{4,28}[a-z0-9])@([a-z][a-z0-9-]{4,28}[a-z0-9])\.iam\.gserviceaccount\.com"
)
_DOCKER = re.compile(r"([a-z0-9-]+)-(?:docker|kfp|python)\.pkg\.dev/([a-z][a-z0-9-]+)/([a-z0-9-]+)(/.*)?")
_LIKE_KMS: Final = MappingProxyType({"eu": "europe"})
"""Multi-region of Cloud Storage and BigQuery -> of Cloud KMS, where the names differ
(https://cloud.google.com/bigquery/docs/customer-managed-encryption#location)."""
_PLACES: Final = frozenset({"locations", "regions", "zones"})
_NOT_REFERENCES: Final = frozenset({"labels", "description", "sourceContents", "dashboardJson", "filter", "policyData"})

_AUTO_NAMES: Final = MappingProxyType(
    {
        "gcp:projects/iAMCustomRole:IAMCustomRole": AutoName("roleId"),
        "gcp:compute/network:Network": AutoName("name", longest=63),
        "gcp:compute/subnetwork:Subnetwork": AutoName("name", longest=63),
        "gcp:storage/bucket:Bucket": AutoName("name", longest=63, lower=True),
    }
)
"""Source: pulumi-gcp provider/resources.go; every other optional ``name`` follows its SetAutonaming (255, "-")."""


class Gcp:
    """The rules of Google Cloud."""

    package = "gcp"

    def check_config(self, config: Props) -> tuple[CheckFailure, ...]:
        """Return what is missing or wrong in the provider configuration."""
        faults: list[CheckFailure] = []
        for key, example in (("project", "acme-ml-dev"), ("region", "europe-west4")):
            if config.get(key) is None:
                faults.append(
                    CheckFailure(
                        key, f"missing configuration key 'gcp:{key}'; run `pulumi config set gcp:{key} {example}`"
                    )
                )
        region = config.get("region")
        if isinstance(region, str) and region != UNKNOWN and not _REGION.fullmatch(region):
            faults.append(
                CheckFailure("region", f"'{region}' is no Google Cloud region; a region looks like europe-west4")
            )
        elif isinstance(region, str) and region != UNKNOWN and (fault := region_fault(self.package, region)):
            faults.append(CheckFailure("region", fault))
        return tuple(faults)

    def replacing_config(self) -> frozenset[str]:
        """Return the configuration keys whose change replaces everything."""
        return frozenset({"project", "region", "zone"})

    def complete(self, question: Naming) -> Props:
        """Return the inputs with an automatic name."""

        def known(name: str) -> str:
            return qualified(question.shape.token, name)

        return with_automatic_name(question, self._auto_name(question.shape), known)

    def delete_first(self, shape: Shape, olds: Props, news: Props) -> bool:
        """Tell whether the name was set by hand and stays (bridge rule for names that it would have made)."""
        return named_by_hand(self._auto_name(shape), news)

    def identity(self, birth: Birth) -> Identity:
        """Return the id, the self link and the names of a new object."""
        shape = birth.shape
        values = self._values(birth)
        template = gcp_ids.id_of(shape.token, shape)
        id_ = fill(template, values | _short(template, values), birth.dice)
        facts: Props = {}
        if "name" in shape.outputs and "name" not in birth.inputs:
            facts["name"] = values.get("name") if "name" in shape.inputs else id_
        names = {self.canonical(id_, birth.config), qualified(shape.token, id_)}
        own = gcp_ids.own_name(shape)
        if own is not None and isinstance(values.get(own), str):
            names.add(qualified(shape.token, values[own]))
        for key in ("datasetId", "repositoryId", "secretId", "workloadIdentityPoolId"):
            if key in values and id_.endswith(f"/{values[key]}"):
                names.add(qualified(shape.token, str(values[key])))
        claims: tuple[str, ...] = ()
        if shape.token == gcp_links.BUCKET:
            claims = (f"gcp:storage:{id_}",)
        if shape.token == "gcp:serviceaccount/account:Account":
            email = id_.rsplit("/", 1)[-1]
            facts |= {"email": email, "member": f"serviceAccount:{email}", "name": id_}
            names |= {f"email:{email}"}
        return Identity(
            id=id_,
            facts=facts,
            names=frozenset(names),
            claims=claims,
            parents=_parents(self.canonical(id_, birth.config)),
        )

    def known_early(self, birth: Birth) -> Props:
        """Return project, place and labels, which the provider plans itself."""
        known: Props = {}
        values = self._values(birth)
        for key in ("project", "region", "zone"):
            if key in birth.shape.outputs and key in birth.shape.inputs and values.get(key) is not None:
                known[key] = values[key]
        given = birth.inputs.get("labels")
        labels = {**(birth.config.get("defaultLabels") or {}), **(given if isinstance(given, dict) else {})}
        if "pulumiLabels" in birth.shape.outputs:
            known["pulumiLabels"] = labels
        if "effectiveLabels" in birth.shape.outputs:
            known["effectiveLabels"] = {**labels, "goog-pulumi-provisioned": "true"}
        return known

    def computed(self, birth: Birth, identity: Identity, name: str) -> str | None:
        """Return a plausible value of a computed string output."""
        token = birth.shape.token.split(":", 1)[1]
        template = _COMPUTED.get(f"{token}.{name}") or _COMPUTED.get(name)
        return self._filled(template, birth, identity, name) if template is not None else None

    def added(self, birth: Birth, identity: Identity, path: str) -> str | None:
        """Return what the cloud makes beside the object and names inside a value that was given."""
        template = _ADDED.get(f"{birth.shape.token.split(':', 1)[1]}.{path}")
        return self._filled(template, birth, identity, path) if template is not None else None

    def _filled(self, template: str, birth: Birth, identity: Identity, name: str) -> str:
        values = {**self._values(birth), **identity.facts, "id": identity.id, "own": identity.id.rsplit("/", 1)[-1]}
        return fill(template, values, birth.dice, name)

    def references(self, shape: Shape, inputs: Props, config: Props) -> Iterator[Reference]:
        """Yield full resource names, self links, service accounts, and names where the table of links says so."""
        linked = gcp_links.LINKS.get(shape.token, {})
        project = str(config.get("project"))
        for path, text in strings(inputs):
            if not _NOT_REFERENCES.isdisjoint(path):
                continue
            if "*" in text or "{{" in text:
                continue
            if email := _EMAIL.fullmatch(text):
                if email.group(2) == project:
                    yield Reference(render(path), f"email:{text.removeprefix('serviceAccount:')}", text)
                continue
            name = self.canonical(text, config)
            if _is_resource(name) and name.split("/")[1] == project:
                yield Reference(render(path), name, text)
            elif docker := _DOCKER.fullmatch(text.removeprefix("https://")):
                region, owner, repository = docker.groups()[:3]
                yield Reference(
                    render(path), f"projects/{owner}/locations/{region}/repositories/{repository}", text, False
                )
            elif len(path) == 1 and path[0] in linked and "/" not in text:
                yield Reference(render(path), qualified(linked[str(path[0])], text), text)

    def canonical(self, text: str, config: Props) -> str:
        """Return a self link, a custom method (``…/jobs/x:run``) or a name by project number as the full name."""
        link = _LINK.fullmatch(text)
        name = link.group(1).partition(":")[0] if link else text
        return name.replace(f"projects/{NUMBER}/", f"projects/{config.get('project')}/", 1)

    def built_in(self, reference: str) -> bool:
        """Tell whether a reference names something that every project has."""
        return any(part in reference for part in gcp_links.BUILT_IN) or reference.endswith("#default")

    def ancestors(self, reference: str) -> tuple[str, ...]:
        """Return the resources of which a name may be a child path, nearest first."""
        steps = reference.split("/")
        if len(steps) > 1 and steps[-2] in gcp_links.OWN_CHILDREN:
            return ()
        found = ("/".join(steps[:end]) for end in range(len(steps) - 1, 3, -1))
        return tuple(name for name in found if _is_resource(name))

    def kind(self, reference: Reference) -> str | None:
        """Return the collection in a full resource name."""
        if reference.name.startswith("email:"):
            return "email"
        steps = reference.name.split("/")
        if not _is_resource(reference.name) or len(steps) % 2:
            # Global and regional names of Compute Engine have one step more: projects/p/global/networks/n.
            return steps[-2] if len(steps) > 3 and steps[2] == "global" else None
        return "/".join(steps[-4::2]) if steps[-2] == "cryptoKeyVersions" else steps[-2]

    def namespace(self, shape: Shape, inputs: Props, config: Props) -> str:
        """Return nothing: ids are full paths."""
        return ""

    def place(self, shape: Shape, inputs: Props, config: Props) -> str | None:
        """Return the location as Cloud KMS names it: multi-regions have names of their own there."""
        values = {**inputs}
        for key in ("location", "region", "zone"):
            if key in shape.inputs:
                place = str(values.get(key) or config.get(key) or "")
                if place:
                    return _LIKE_KMS.get(place.lower(), re.sub(r"-[a-z]$", "", place.lower()))
        return None

    def place_of(self, reference: Reference, store: Transaction) -> str | None:
        """Return the location in a full resource name."""
        steps = reference.name.split("/")
        at = next((index for index, step in enumerate(steps) if step in _PLACES), None)
        return None if at is None or at + 1 >= len(steps) else re.sub(r"-[a-z]$", "", steps[at + 1])

    def out_of_sight(self, reference: Reference, found: list[Stored], place: str | None) -> bool:
        """Nothing is: names carry their location."""
        return False

    def not_found(self, shape: Shape, reference: Reference) -> CloudError:
        """Return the error for an input that refers to nothing."""
        if reference.name.startswith("email:"):
            return CloudError(
                "400",
                f"Error 400: Service account {reference.text} does not exist ({reference.path} of {shape.token}), "
                "badRequest",
            )
        return CloudError(
            "404",
            f"Error 404: The resource '{reference.text}' was not found "
            f"({reference.path or 'parent'} of {shape.token}), "
            "notFound; create it first, or place it with `SimulatedCloud.place` when it is yours already",
        )

    def conflict(self, shape: Shape, identity: str) -> CloudError:
        """Return the error for a name that is taken."""
        return CloudError("409", f"Error 409: {shape.token} '{identity}' already exists, alreadyExists")

    def in_use(self, shape: Shape, identity: str, users: str) -> CloudError:
        """Return the error for the deletion of what others refer to."""
        return CloudError("400", f"Error 400: cannot delete '{identity}': {users}, resourceInUseByAnotherResource")

    def gone(self, shape: Shape, identity: str) -> CloudError:
        """Return the error for an update or deletion of what is not there."""
        return CloudError("404", f"Error 404: {shape.token} '{identity}' was not found, notFound; run a refresh")

    def invoke(self, token: str, args: Props, config: Props, store: Transaction) -> Props:
        """Answer a function of pulumi-gcp."""
        return functions.invoke(token, args, config, store)

    def _auto_name(self, shape: Shape) -> AutoName | None:
        rule = _AUTO_NAMES.get(shape.token)
        if rule is None and shape.accepts("name") and not shape.inputs["name"].required:
            rule = AutoName("name")
        return rule

    def _values(self, birth: Birth) -> dict[str, Any]:
        values: dict[str, Any] = {key: reveal(value) for key, value in birth.inputs.items()}
        for key in ("project", "region", "zone"):
            if values.get(key) is None:
                values[key] = birth.config.get(key)
        values["project"] = str(values["project"] or "").removeprefix("projects/")
        if not values.get("location"):
            values["location"] = values.get("region") or values.get("zone")
        values["number"] = NUMBER
        values["agent"] = str(values.get("service") or "").removesuffix(".googleapis.com")
        return values


def _short(template: str, values: dict[str, Any]) -> dict[str, str]:
    """Return the last part of full names that a template wants within a path (``secrets/{secret}/versions``)."""
    return {
        key: str(values[key]).rsplit("/", 1)[-1]
        for key in re.findall(r"/\{(\w+)\}", template)
        if str(values.get(key)).startswith("projects/")
    }


def _is_resource(name: str) -> bool:
    steps = name.split("/")
    return steps[0] == "projects" and len(steps) >= 4 and not (steps[2] in _PLACES and len(steps) < 6)


def _parents(id_: str) -> tuple[str, ...]:
    steps = id_.split("/")
    parent = "/".join(steps[:-2])
    return (parent,) if len(steps) % 2 == 0 and _is_resource(parent) and _is_resource(id_) else ()


_ADDED: Final = MappingProxyType(
    {
        # https://cloud.google.com/eventarc/docs/reference/rest/v1/projects.locations.triggers#Pubsub
        "eventarc/trigger:Trigger.transport.pubsub.subscription": (
            "projects/{project}/subscriptions/eventarc-{location}-{own}-sub-{digits:3}"
        ),
    }
)
_COMPUTED: Final = MappingProxyType(
    {
        "createTime": "2026-01-01T00:00:00.000000Z",
        "updateTime": "2026-01-01T00:00:00.000000Z",
        "creationTimestamp": "2026-01-01T00:00:00.000-00:00",
        "timeCreated": "2026-01-01T00:00:00.000Z",
        "updated": "2026-01-01T00:00:00.000Z",
        "creationTime": "2026-01-01T00:00:00.000Z",
        "nextRunTime": "2026-01-02T00:00:00Z",
        "etag": "{hex:16}",
        "fingerprint": "{letters:11}=",
        "uid": "{guid}",
        "uniqueId": "1{digits:20}",
        "generation": "1",
        "selfLink": "https://www.googleapis.com/compute/v1/{id}",
        "storage/bucket:Bucket.selfLink": "https://www.googleapis.com/storage/v1/b/{id}",
        "bigquery/dataset:Dataset.selfLink": "https://bigquery.googleapis.com/bigquery/v2/{id}",
        "bigquery/table:Table.selfLink": "https://bigquery.googleapis.com/bigquery/v2/{id}",
        "storage/bucket:Bucket.url": "gs://{id}",
        "projectNumber": "{number}",
        "number": "{number}",
        "state": "ACTIVE",
        "vertex/aiFeatureOnlineStore:AiFeatureOnlineStore.state": "STABLE",
        "lifecycleState": "ACTIVE",
        "verificationStatus": "VERIFIED",
        "writerIdentity": "serviceAccount:service-{number}@gcp-sa-logging.iam.gserviceaccount.com",
        "registryUri": "{location}-docker.pkg.dev/{project}/{repositoryId}",
        "projects/serviceIdentity:ServiceIdentity.email": "service-{number}@gcp-sa-{agent}.iam.gserviceaccount.com",
        "projects/serviceIdentity:ServiceIdentity.member": (
            "serviceAccount:service-{number}@gcp-sa-{agent}.iam.gserviceaccount.com"
        ),
        "dedicatedEndpointDns": "{own}.{location}-{number}.prediction.vertexai.goog",
        "blobStoragePathPrefix": "cloud-ai-platform-{guid}",
        "revisionId": "000001-{hex:3}",
        "gatewayIpv4": "10.0.0.1",
        "gatewayAddress": "10.0.0.1",
        "address": "10.0.0.2",
        "md5hash": "{letters:22}==",
        "crc32c": "{letters:6}==",
        "peering": "servicenetworking-googleapis-com",
        "proxyUri": "{hex:16}-dot-{location}.notebooks.googleusercontent.com",
        "uri": "https://{name}-{number}.{location}.run.app",
        "location": "{location}",
    }
)
"""Computed output, alone or after its type -> template."""
