"""What the template of an Azure deployment makes, as resources that rules read like all others.

The resources that a deployment's inline template declares are unfolded, with children that are written inside their
parent and with deployments inside the template, into azure-native types (:mod:`policies.arm_types`) and properties.
Parameters and variables that stand alone in an expression are looked up; every other expression (``[concat(…)]``,
``[reference(…)]``, a ``copy``) is UNKNOWN, so that what depends on it is undetermined and never passes.
https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax

Deliberately not done: evaluating functions (most need the cloud), templates behind a link and template specs (nothing
is fetched; control ``deployment-template-judged`` says so), types that no control reads, the old form of an extension
as a child (``…/providers/diagnosticSettings``), and ``resources.Resource``, a single resource written by its ARM type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from policies.arm_types import ARM_TYPES, NESTED, RENAMED, SCOPES, ArmType
from policies.tokens import azure
from policies.verdict import MISSING, UNKNOWN, Mark, first

if TYPE_CHECKING:
    from policies.graph import Resource

DEPLOYMENTS: Final = frozenset(
    azure(f"resources.{name}")
    for name in (
        "Deployment",
        "DeploymentAtSubscriptionScope",
        "DeploymentAtManagementGroupScope",
        "DeploymentAtTenantScope",
    )
)
"""The types that hold a template."""
TEMPLATE: Final = "properties.template"
_MARKER: Final = "#Microsoft."
_EXPRESSION: Final = re.compile(r"\[(?!\[).*\]", re.DOTALL)
_LOOKUP: Final = re.compile(r"\[\s*(parameters|variables)\(\s*'([^']+)'\s*\)\s*\]", re.IGNORECASE)
_DEPTH: Final = 16
"""How far parameters, variables and templates are followed before the rest is UNKNOWN: a template may name itself."""
_OF_RESOURCE: Final = ("location", "tags", "identity", "sku", "kind", "zones", "plan", "extendedLocation", "managedBy")
"""What stands beside ``properties`` in every resource of a template and is a property of azure-native as well."""


def holder_of(urn: str) -> str:
    """The URN that the engine knows: of the deployment whose template declares the resource, else its own."""
    return urn.partition(_MARKER)[0]


def declared(template: Any) -> list[tuple[str, Any]]:
    """Place and value of every resource at the top of a template; symbolic names are places as well.

    Empty where the template declares none or is not known: ask :func:`policies.verdict.at` for that.
    """
    found = template.get("resources") if isinstance(template, Mapping) else None
    if isinstance(found, Mapping):
        return [(f"resources.{key}", value) for key, value in found.items()]
    return [(f"resources[{i}]", value) for i, value in enumerate(found)] if isinstance(found, list) else []


def unfold(deployment: Resource, depth: int = _DEPTH) -> Iterator[Resource]:
    """The resources that the inline template of a deployment declares, those of deployments inside it included."""
    template = deployment.at(TEMPLATE)
    if not isinstance(template, Mapping) or not depth:
        return
    scope = _Scope(deployment, template)
    seen: set[str] = set()
    for place, value in declared(template):
        for one in _resources(scope, f"{TEMPLATE}.{place}", value, "", ""):
            if one.urn not in seen:
                seen.add(one.urn)
                yield one
                if one.type in DEPLOYMENTS:
                    yield from unfold(one, depth - 1)


@dataclass(frozen=True)
class _Scope:
    """Where the expressions of a template are looked up."""

    deployment: Resource
    template: Mapping[str, Any]

    def resolved(self, value: Any, depth: int = _DEPTH) -> Any:
        """The value with every expression looked up, or UNKNOWN in its place."""
        if isinstance(value, str):
            if _EXPRESSION.fullmatch(value):
                return self._looked_up(value, depth)
            return value[1:] if value.startswith("[[") else value
        if isinstance(value, list):
            return [self.resolved(item, depth) for item in value]
        if not isinstance(value, Mapping):
            return value
        copies = value.get("copy")
        result = {key: self.resolved(item, depth) for key, item in value.items()}
        if isinstance(copies, list) and all(isinstance(c, Mapping) and "input" in c for c in copies):
            del result["copy"]
            result |= {str(c.get("name")): UNKNOWN for c in copies}
        return result

    def _looked_up(self, text: str, depth: int) -> Any:
        found = _LOOKUP.fullmatch(text)
        if found is None or not depth:
            return UNKNOWN
        kind, name = found[1].casefold(), found[2]
        if kind == "parameters":
            given = first(self.deployment.props, f"properties.parameters.{{{name}}}")
            if isinstance(given, Mapping):
                return given.get("value", UNKNOWN)
            if given is UNKNOWN or self.deployment.at("properties.parametersLink") is not MISSING:
                return UNKNOWN
            default = first(self.template, f"parameters.{{{name}}}.defaultValue")
        else:
            default = first(self.template, f"variables.{{{name}}}")
        return UNKNOWN if isinstance(default, Mark) else self.resolved(default, depth - 1)

    def secret(self, text: Any) -> bool:
        """Whether an expression names a parameter that must not be shown."""
        found = _LOOKUP.fullmatch(text) if isinstance(text, str) else None
        if found is None or found[1].casefold() != "parameters":
            return False
        type_ = first(self.template, f"parameters.{{{found[2]}}}.type")
        return (isinstance(type_, str) and type_.casefold().startswith("secure")) or self.deployment.is_secret(
            f"properties.parameters.{found[2]}"
        )

    @property
    def group(self) -> str | Mark:
        """The id of the scope that the deployment is made in."""
        id_ = self.deployment.id
        return id_.partition("/providers/Microsoft.Resources/")[0] if isinstance(id_, str) else UNKNOWN


def _resources(scope: _Scope, place: str, given: Any, above: str, parent: str) -> Iterator[Resource]:
    """A resource of a template and the children that are written inside it."""
    if not isinstance(given, Mapping) or given.get("existing") is True or given.get("condition") is False:
        return
    type_, name = given.get("type"), scope.resolved(given.get("name", UNKNOWN))
    if not isinstance(type_, str):
        return
    if above:
        type_ = f"{above}/{type_}"
        name = f"{parent}/{name}" if isinstance(name, str) and parent else UNKNOWN
    known = ARM_TYPES.get(type_.casefold())
    if known is not None:
        yield _resource(scope, place, given, type_, known, name)
    for below, child in declared(given):
        yield from _resources(scope, f"{place}.{below}", child, type_, name if isinstance(name, str) else "")


def _resource(
    scope: _Scope, place: str, given: Mapping[str, Any], type_: str, known: ArmType, name: str | Mark
) -> Resource:
    deployment, token = scope.deployment, known.token
    inner = first(given, "properties.expressionEvaluationOptions.scope")
    own_scope = token in DEPLOYMENTS and isinstance(inner, str) and inner.casefold() == "inner"
    properties: Any = given.get("properties")
    raw: dict[str, Any] = {key: given[key] for key in _OF_RESOURCE if key in given}
    if token in NESTED:
        raw |= {"properties": properties} if properties is not None else {}
    elif isinstance(properties, Mapping):
        raw |= dict(properties)
    props = {_wire(token, key): _words(token, value) for key, value in scope.resolved(raw).items()}
    if own_scope and isinstance(properties, Mapping) and "template" in properties:
        props["properties"]["template"] = properties["template"]
    parts = name.split("/") if isinstance(name, str) else []
    if len(parts) == len(known.names):
        props |= {key: part for key, part in zip(known.names, parts, strict=True) if key}
    elif known.names[-1]:
        props[known.names[-1]] = UNKNOWN
    id_ = _id(scope, given, type_, parts)
    if token in SCOPES:
        props[SCOPES[token]] = scope.resolved(given["scope"]) if "scope" in given else scope.group
    elif "resourceGroupName" in deployment.props and "resourceGroup" not in given:
        props.setdefault("resourceGroupName", deployment.props["resourceGroupName"])
    shown = given.get("name") if isinstance(given.get("name"), str) else place.removeprefix(f"{TEMPLATE}.")
    shown = "/".join(parts) if parts else str(shown)
    marker = f"{_MARKER}{type_.partition('.')[2]}/{shown}"
    return replace(
        deployment,
        urn=deployment.urn + marker,
        type=token,
        name=f"{deployment.name}{marker}",
        props=props,
        id=id_,
        # Deleting a deployment leaves what it made:
        # https://learn.microsoft.com/azure/azure-resource-manager/templates/deployment-history-deletions
        options=replace(deployment.options, retain_on_delete=True),
        property_dependencies={
            _wire(token, key): deployment.property_dependencies.get("properties", ())
            for key, value in {**raw, known.names[-1]: given.get("name")}.items()
            if key and _pending(value)
        },
        secret_paths=frozenset(_secrets(scope, place, given, token)),
        within=deployment.within or deployment.urn,
    )


def _id(scope: _Scope, given: Mapping[str, Any], type_: str, parts: list[str]) -> str | Mark:
    provider, *types = type_.split("/")
    if any(key in given for key in ("scope", "resourceGroup", "subscriptionId")) or len(types) != len(parts):
        return UNKNOWN
    way = "/".join(f"{kind}/{part}" for kind, part in zip(types, parts, strict=True))
    return scope.group if isinstance(scope.group, Mark) else f"{scope.group}/providers/{provider}/{way}"


def _wire(token: str, key: str) -> str:
    renamed = RENAMED.get(token, {}).get(key, key)
    return renamed[:1].lower() + renamed[1:]


def _words(token: str, value: Any) -> Any:
    """A value in the words of azure-native, which also lifts ``properties`` of items to the item."""
    if isinstance(value, list):
        return [_words(token, _lifted(token, item)) for item in value]
    if not isinstance(value, Mapping):
        return value
    renamed = RENAMED.get(token, {})
    return {renamed.get(key, key): _words(token, item) for key, item in value.items()}


def _lifted(token: str, item: Any) -> Any:
    below = item.get("properties") if isinstance(item, Mapping) and token not in NESTED else None
    if not isinstance(below, Mapping):
        return item
    return {**{key: value for key, value in item.items() if key != "properties"}, **below}


def _pending(value: Any) -> bool:
    """Whether something in a value awaits the engine, and nothing in it awaits Resource Manager."""
    leaves = list(_leaves(value, ""))
    asked = any(isinstance(v, str) and _EXPRESSION.fullmatch(v) for _, v in leaves)
    return not asked and any(v is UNKNOWN for _, v in leaves)


def _leaves(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{where}.{key}" if where else str(key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from _leaves(item, f"{where}[{i}]")
    else:
        yield where, value


def _secrets(scope: _Scope, place: str, given: Mapping[str, Any], token: str) -> Iterator[str]:
    paths = [path for path, value in _leaves(given, "") if scope.secret(value)]
    for path in scope.deployment.secret_paths:
        if path == place or not path or place.startswith((f"{path}.", f"{path}[")):
            yield ""
        elif path.startswith(f"{place}."):
            paths.append(path.removeprefix(f"{place}."))
    for path in paths:
        lifted = re.sub(r"(\[\d+\])\.properties\b", r"\1", path.removeprefix("properties."))
        yield ".".join(_wire(token, step) for step in (path if token in NESTED else lifted).split("."))
