"""Facts of Google Cloud types from the discovery documents that google-api-python-client bundles.

A type is found by its id: the document of its service whose GET has that path answers with its schema. The SDK is made
from the beta provider, so beta documents are asked where there are any. Names are compared without case and number,
since the provider calls a list by its items. An enumeration of the schema is taken with its ``…_UNSPECIFIED`` value,
which the API takes for nothing given, and only where the provider's documentation does not list the values itself
(:mod:`simulator.catalogue.sources.google_docs`). Not taken: what a description calls required, because the SDK asks for
what the provider does not fill in.
"""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from simulator.catalogue import gcp_ids
from simulator.catalogue.facts import Confidence, Fact, Rule
from simulator.catalogue.facts import Mapping as Coverage
from simulator.catalogue.shapes import Shape
from simulator.catalogue.sources.google_docs import in_words, listed, speaks_against
from simulator.catalogue.sources.places import Member, Walk
from simulator.catalogue.templates import fields
from simulator.catalogue.types import Property

DISTRIBUTION: Final = "google-api-python-client"

DOCUMENTS: Final = MappingProxyType(
    {
        "accesscontextmanager": ("accesscontextmanager.v1",),
        "apigateway": ("apigateway.v1beta",),
        "artifactregistry": ("artifactregistry.v1",),
        "bigquery": ("bigquery.v2", "bigqueryconnection.v1", "bigquerydatatransfer.v1"),
        "bigtable": ("bigtableadmin.v2",),
        "billing": ("billingbudgets.v1",),
        "cloudbuild": ("cloudbuild.v1",),
        "cloudbuildv2": ("cloudbuild.v2",),
        "clouddeploy": ("clouddeploy.v1",),
        "cloudfunctionsv2": ("cloudfunctions.v2",),
        "cloudrunv2": ("run.v2",),
        "cloudscheduler": ("cloudscheduler.v1",),
        "cloudtasks": ("cloudtasks.v2",),
        "colab": ("aiplatform.v1beta1",),
        "composer": ("composer.v1",),
        "compute": ("compute.beta",),
        "container": ("container.v1beta1",),
        "datacatalog": ("datacatalog.v1",),
        "dataform": ("dataform.v1beta1",),
        "dataplex": ("dataplex.v1",),
        "dataproc": ("dataproc.v1",),
        "dns": ("dns.v1",),
        "essentialcontacts": ("essentialcontacts.v1",),
        "eventarc": ("eventarc.v1",),
        "firestore": ("firestore.v1",),
        "iam": ("iam.v1", "iam.v2"),
        "kms": ("cloudkms.v1",),
        "logging": ("logging.v2",),
        "monitoring": ("monitoring.v3", "monitoring.v1"),
        "networkconnectivity": ("networkconnectivity.v1",),
        "networksecurity": ("networksecurity.v1beta1",),
        "networkservices": ("networkservices.v1beta1",),
        "orgpolicy": ("orgpolicy.v2",),
        "projects": ("iam.v1", "cloudresourcemanager.v3"),
        "pubsub": ("pubsub.v1",),
        "redis": ("redis.v1",),
        "secretmanager": ("secretmanager.v1",),
        "serviceaccount": ("iam.v1",),
        "servicenetworking": ("servicenetworking.v1",),
        "spanner": ("spanner.v1",),
        "sql": ("sqladmin.v1beta4",),
        "storage": ("storage.v1",),
        "vertex": ("aiplatform.v1beta1",),
        "vpcaccess": ("vpcaccess.v1",),
        "workbench": ("notebooks.v2",),
        "workflows": ("workflows.v1",),
    }
)
"""Module of the SDK -> documents of its API, first match first."""

SCHEMAS: Final = MappingProxyType(
    {
        "compute/routerNat:RouterNat": ("compute.beta", "RouterNat"),
        "dns/recordSet:RecordSet": ("dns.v1", "ResourceRecordSet"),
        "kms/cryptoKey:CryptoKey": ("cloudkms.v1", "CryptoKey"),
        "logging/metric:Metric": ("logging.v2", "LogMetric"),
        "monitoring/metricDescriptor:MetricDescriptor": ("monitoring.v3", "MetricDescriptor"),
        "monitoring/customService:CustomService": ("monitoring.v3", "Service"),
        "monitoring/group:Group": ("monitoring.v3", "Group"),
        "monitoring/slo:Slo": ("monitoring.v3", "ServiceLevelObjective"),
        "monitoring/uptimeCheckConfig:UptimeCheckConfig": ("monitoring.v3", "UptimeCheckConfig"),
        "orgpolicy/customConstraint:CustomConstraint": ("orgpolicy.v2", "GoogleCloudOrgpolicyV2CustomConstraint"),
        "orgpolicy/policy:Policy": ("orgpolicy.v2", "GoogleCloudOrgpolicyV2Policy"),
        "servicenetworking/connection:Connection": ("servicenetworking.v1", "Connection"),
        "storage/bucket:Bucket": ("storage.v1", "Bucket"),
        "storage/bucketObject:BucketObject": ("storage.v1", "Object"),
        "storage/notification:Notification": ("storage.v1", "Notification"),
        "vertex/aiDataset:AiDataset": ("aiplatform.v1beta1", "GoogleCloudAiplatformV1beta1Dataset"),
        "vertex/aiFeatureStoreEntityType:AiFeatureStoreEntityType": (
            "aiplatform.v1beta1",
            "GoogleCloudAiplatformV1beta1EntityType",
        ),
        "vertex/aiFeatureStoreEntityTypeFeature:AiFeatureStoreEntityTypeFeature": (
            "aiplatform.v1beta1",
            "GoogleCloudAiplatformV1beta1Feature",
        ),
        "vertex/aiIndexEndpointDeployedIndex:AiIndexEndpointDeployedIndex": (
            "aiplatform.v1beta1",
            "GoogleCloudAiplatformV1beta1DeployedIndex",
        ),
    }
)
"""Type without ``gcp:`` whose id is not the path of its API -> document and schema."""

MOVED: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "Bucket": {
            "lifecycleRules": "lifecycle.rule",
            "publicAccessPrevention": "iamConfiguration.publicAccessPrevention",
            "requesterPays": "billing.requesterPays",
            "uniformBucketLevelAccess": "iamConfiguration.uniformBucketLevelAccess.enabled",
        },
        "Firewall": {"allows": "allowed", "denies": "denied"},
        "Network": {
            "bgpAlwaysCompareMed": "routingConfig.bgpAlwaysCompareMed",
            "bgpBestPathSelectionMode": "routingConfig.bgpBestPathSelectionMode",
            "bgpInterRegionCost": "routingConfig.bgpInterRegionCost",
            "routingMode": "routingConfig.routingMode",
        },
        "Role": {"permissions": "includedPermissions"},
        "Trigger": {"matchingCriterias": "eventFilters"},
    }
)
"""Schema, without the prefix of its API -> property of the SDK that has another name or is further inside."""

PROVIDER_ONLY: Final = frozenset(
    {"deletionPolicy", "deletionProtection", "deleteContentsOnDestroy", "forceDelete", "forceDestroy"}
)
"""Inputs by which the provider itself is told what to do; no API has them."""

_ROOTS: Final = ("projects", "organizations", "folders", "billingAccounts", "b")
_GRANT = re.compile(r"(?:IAM|Iam)(?:Member|Binding|Policy|AuditConfig)$")
_READ_ONLY = re.compile(r"^\[?Output[ -]only", re.IGNORECASE)
_IMMUTABLE = re.compile(r"^(?:Required\. |Optional\. |Identifier\. )*Immutable\.")


@dataclass(frozen=True, eq=False)
class Schema:
    """One schema of a document as an object to walk over."""

    document: str
    name: str
    body: Mapping[str, Any]
    words: bool = False
    """Whether what the descriptions say is wanted, in place of what the schema states."""

    def member(self, prop: Property) -> Member | None:
        """Return the property of the schema whose name is that of the SDK but for case and number."""
        found: Schema | None = self
        *inside, last = MOVED.get(self.name.rsplit("beta1", 1)[-1], {}).get(prop.name, prop.name).split(".")
        for step in inside:
            found = found.behind(found.body["properties"].get(step, {})) if found else None
        name = found.called(last) if found else None
        if found is None or name is None:
            return None
        body = found.body["properties"][name]
        items = body.get("items") or body.get("additionalProperties") or {}
        return Member(
            where=f"{found.name}.{name}",
            rules=MappingProxyType(dict(self._rules(body, prop))),
            items=MappingProxyType(dict(self._rules(items, prop))),
            node=found.behind(body) or found.behind(items),
        )

    def called(self, name: str) -> str | None:
        """Return the property whose name is this one but for case and number."""
        wanted = _forms(name)
        names: Mapping[str, Any] = self.body.get("properties", {})
        same = next((one for one in names if one.lower() == name.lower()), None)
        return same or next((one for one in names if wanted & _forms(one)), None)

    def chosen(self, constants: Mapping[str, str]) -> Schema:
        """Return the schema itself: no Google schema has variants."""
        return self

    def behind(self, body: Mapping[str, Any]) -> Schema | None:
        """Return the object that a property holds; None for a scalar."""
        if "$ref" in body:
            found = schema(self.document, body["$ref"])
            return replace(found, words=self.words) if found else None
        return replace(self, name=f"{self.name}.object", body=body) if "properties" in body else None

    def _rules(self, body: Mapping[str, Any], prop: Property) -> Iterator[tuple[Rule, Any]]:
        return _in_description(body) if self.words else _stated(body, prop)


class Discovery:
    """The fact source of the discovery documents."""

    @property
    def name(self) -> str:
        """The distribution with its version."""
        return f"{DISTRIBUTION} {importlib.metadata.version(DISTRIBUTION)}"

    def facts(self, shape: Shape) -> Iterator[Fact]:
        """Yield what the schema of a type says; nothing for a type without one."""
        root = schema_behind(shape)
        if root is None:
            return
        source = f"{self.name} {root.document}"
        for read, confidence in ((root, Confidence.API), (replace(root, words=True), Confidence.PROSE)):
            for found in _walk(shape, read).found():
                yield Fact(shape.token, found.path, found.rule, found.value, f"{source} {found.where}", confidence)
        for name in sorted(_own(shape) & {*shape.inputs}):
            member = root.member(shape.inputs[name])
            pattern = member.rules.get(Rule.PATTERN) if member else None
            # A pattern with a slash is that of the whole resource name, of which the input is only the last part.
            if member is not None and pattern is not None and "/" not in pattern:
                yield Fact(shape.token, name, Rule.PATTERN, pattern, f"{source} {member.where}")

    def mapping(self, shape: Shape) -> Coverage | None:
        """Say how far the schema knows the inputs; None for a type without one."""
        root = schema_behind(shape)
        if root is None:
            return None
        walk = _walk(shape, root)
        return Coverage(
            token=shape.token,
            source=f"{self.name} {root.document}",
            mapped=tuple(sorted({*walk.mapped, *(_own(shape) & {*shape.inputs})})),
            unmapped=tuple(sorted({*walk.unmapped} - {*walk.mapped})),
        )


@functools.cache
def schema_behind(shape: Shape) -> Schema | None:
    """Return the schema of a type; None for grants, for types no document has, and without the distribution."""
    short = shape.token.split(":", 1)[1]
    if shape.package != "gcp" or _GRANT.search(shape.token):
        return None
    if short in SCHEMAS:
        return schema(*SCHEMAS[short])
    wanted = tuple("{}" if "{" in part else part for part in gcp_ids.id_of(shape.token, shape).split("/"))
    loose = tuple("{}" if index % 2 else part for index, part in enumerate(wanted))
    for document in DOCUMENTS.get(short.split("/", 1)[0], ()):
        paths = _paths(document)
        name = paths.get(wanted) or paths.get(loose)
        if name is not None:
            return schema(document, name)
    return None


@functools.cache
def schema(document: str, name: str) -> Schema | None:
    """Return a schema of a document by name."""
    body = _document(document).get("schemas", {}).get(name)
    return Schema(document, name, body) if body is not None else None


@functools.cache
def _document(name: str) -> Mapping[str, Any]:
    spec = importlib.util.find_spec("googleapiclient")
    if spec is None or spec.origin is None:
        return {}
    path = Path(spec.origin).parent / "discovery_cache" / "documents" / f"{name}.json"
    if not path.is_file():
        return {}
    loaded: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


@functools.cache
def _paths(document: str) -> Mapping[tuple[str, ...], str]:
    """Return path without names of fields -> schema that a GET of it answers with."""
    found: dict[tuple[str, ...], str] = {}
    pending = [_document(document)]
    while pending:
        resource = pending.pop(0)
        pending.extend(resource.get("resources", {}).values())
        get = resource.get("methods", {}).get("get", {})
        if "response" not in get:
            continue
        parts = get.get("flatPath", get["path"]).split("/")
        start = next((parts.index(root) for root in _ROOTS if root in parts), 0)
        found.setdefault(tuple("{}" if "{" in part else part for part in parts[start:]), get["response"]["$ref"])
    return MappingProxyType(found)


@functools.cache
def _walk(shape: Shape, root: Schema) -> Walk:
    own = _own(shape) | PROVIDER_ONLY
    return Walk().object({name: prop for name, prop in shape.inputs.items() if name not in own}, root)


def _own(shape: Shape) -> frozenset[str]:
    named = set(fields(gcp_ids.id_of(shape.token, shape)))
    return frozenset(named | {"name", "project", "region", "location", "zone"})


def _stated(body: Mapping[str, Any], prop: Property) -> Iterator[tuple[Rule, Any]]:
    if "enum" in body and not listed(prop) and not speaks_against(prop, body["enum"]):
        yield Rule.ENUM, sorted(body["enum"])
    if "pattern" in body:
        # Unlike those of Azure these are expressions of the whole value (Compute: "the name must match").
        yield Rule.PATTERN, body["pattern"]
    for key, rule in (("minimum", Rule.MINIMUM), ("maximum", Rule.MAXIMUM)):
        if key in body:
            yield rule, float(body[key]) if "." in body[key] else int(body[key])


def _in_description(body: Mapping[str, Any]) -> Iterator[tuple[Rule, Any]]:
    description = body.get("description", "")
    if body.get("readOnly") or _READ_ONLY.search(description):
        yield Rule.READ_ONLY, True
        return
    if _IMMUTABLE.search(description):
        yield Rule.REPLACES, True
    if body.get("type") == "string" and "pattern" not in body and "enum" not in body:
        yield from in_words(description)


def _forms(name: str) -> frozenset[str]:
    """Return a name as it may be in the singular.

    >>> sorted(_forms("cleanupPolicies"))
    ['cleanuppolici', 'cleanuppolicie', 'cleanuppolicies', 'cleanuppolicy']
    """
    low = name.lower()
    forms = {low} | {low.removesuffix(ending) for ending in ("s", "es")}
    return frozenset(forms | {f"{low[:-3]}y"} if low.endswith("ies") else forms)
