"""Microsoft Azure as azure-native shows it: one subscription, Resource Manager ids compared without regard to case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from simulator.catalogue import azure_paths
from simulator.catalogue.shapes import Shape, shape_of
from simulator.catalogue.templates import fill
from simulator.catalogue.types import Kind
from simulator.clouds.azure_outputs import COMPUTED
from simulator.clouds.base import Birth, Identity, Naming, Reference
from simulator.dice import Dice
from simulator.documents.azure.built_in_roles import BUILT_IN_ROLES
from simulator.functions import azure as functions
from simulator.model import UNKNOWN, CheckFailure, CloudError, Props
from simulator.naming import CREATE_BEFORE_DELETE
from simulator.records import Stored
from simulator.regions import region_fault
from simulator.store import Transaction
from simulator.values import render, reveal, strings

SUBSCRIPTION: Final = "00000000-0000-0000-0000-000000000000"
"""The simulated subscription where the configuration names none."""

_GLOBAL: Final = MappingProxyType(
    {
        "azure-native:storage:StorageAccount": "accountName",
        "azure-native:keyvault:Vault": "vaultName",
        "azure-native:containerregistry:Registry": "registryName",
        "azure-native:redis:Redis": "name",
        "azure-native:web:WebApp": "name",
        "azure-native:purview:Account": "accountName",
    }
)
"""Types whose names are DNS labels of the whole of Azure -> the input that holds it."""

_REGIONAL: Final = frozenset(
    {"azure-native:machinelearningservices:OnlineEndpoint", "azure-native:machinelearningservices:BatchEndpoint"}
)
"""Types whose names are unique in a region, over all subscriptions
(https://learn.microsoft.com/azure/machine-learning/concept-endpoints-online)."""

_SUBSCRIPTION = re.compile(r"/subscriptions/([0-9a-f-]{36})(/.*)?", re.IGNORECASE)
_BUILT_IN = re.compile(
    r"/subscriptions/[^/]+(/resourcegroups/[^/]+/.*)?/providers/microsoft\.authorization/"
    r"(policydefinitions|policysetdefinitions)/[^/]+"
    r"|/subscriptions/[^/]+(/resourcegroups/networkwatcherrg(/.*)?)?"
)
"""Policy definitions of Azure, the subscription, and the network watchers it makes by itself."""
_ROLE = re.compile(r"(/subscriptions/[^/]+)?/providers/microsoft\.authorization/roledefinitions/([^/]+)")
_IMPLIED = re.compile(
    r"/(?:(?:blobservices|fileservices|queueservices|tableservices|managednetworks)/default"
    r"|(?:data|codes|components|environments|models|featuresets|featurestoreentities)/[^/]+)$"
)
"""Parents that come to exist with their first child (services of a storage account, containers of versions)."""
_NOT_REFERENCES: Final = frozenset({"tags", "description", "serializedData", "definition", "componentSpec"})


class Azure:
    """The rules of Azure."""

    package = "azure-native"

    def check_config(self, config: Props) -> tuple[CheckFailure, ...]:
        """Return what is missing or wrong in the provider configuration; the subscription may be left out."""
        subscription = config.get("subscriptionId")
        if (
            isinstance(subscription, str)
            and subscription != UNKNOWN
            and not re.fullmatch(r"[0-9a-fA-F-]{36}", subscription)
        ):
            return (CheckFailure("subscriptionId", f"'{subscription}' is no GUID"),)
        if config.get("location") is None:
            return (
                CheckFailure(
                    "location",
                    "missing configuration key 'azure-native:location'; "
                    "run `pulumi config set azure-native:location westeurope`",
                ),
            )
        fault = region_fault(self.package, str(config["location"])) if config["location"] != UNKNOWN else ""
        return (CheckFailure("location", fault),) if fault else ()

    def replacing_config(self) -> frozenset[str]:
        """Return the configuration keys whose change replaces everything."""
        return frozenset({"subscriptionId", "tenantId", "environment"})

    def complete(self, question: Naming) -> Props:
        """Return the inputs with an automatic name and the location of the configuration or the resource group."""
        news = dict(question.news)
        news.pop(CREATE_BEFORE_DELETE, None)
        shape = question.shape
        template = azure_paths.path_of(shape.token, shape)
        own = azure_paths.own_field(template)
        if own is not None and own not in news and shape.accepts(own):
            self._name(question, template, own, news)
        if "location" not in news and shape.accepts("location") and shape.token not in _NO_AUTO_LOCATION:
            location = self._location(question)
            if location is not None:
                news["location"] = location
        return news

    def _name(self, question: Naming, template: str, own: str, news: Props) -> None:
        short = question.shape.token.split(":", 1)[1]
        old = question.olds.get(own)
        if isinstance(old, str):
            news[own] = old
            if question.olds.get(CREATE_BEFORE_DELETE) is True:
                news[CREATE_BEFORE_DELETE] = True
        elif short in azure_paths.SINGLETONS:
            news[own] = azure_paths.SINGLETONS[short] or question.name
        elif own in ("roleAssignmentName", "roleDefinitionId"):
            news |= {own: question.dice.guid("autoname"), CREATE_BEFORE_DELETE: True}
        elif own in ("endpointName", "customDomainName") or _stands_alone(template):
            name = f"{question.name}{question.dice.hex(8, 'autoname')}"
            tries = 0
            while self._taken(question, own, name):
                tries += 1
                name = f"{question.name}{Dice.of(question.dice.seed, tries).hex(8, 'autoname')}"
            news |= {own: name, CREATE_BEFORE_DELETE: True}
        else:
            news[own] = question.name

    def _taken(self, question: Naming, own: str, name: str) -> bool:
        birth = Birth(question.shape, {**question.news, own: name}, question.name, question.dice, question.config)
        return question.store.find(question.shape.token, self.identity(birth).id) is not None

    def _location(self, question: Naming) -> object:
        if "location" in question.olds:
            return question.olds["location"]
        if question.config.get("location") is not None:
            return question.config["location"]
        group = question.news.get("resourceGroupName")
        if group == UNKNOWN:
            return UNKNOWN
        found = question.store.named(
            f"/subscriptions/{self._subscription(question.config)}/resourcegroups/{group}".lower()
        )
        return found[0].inputs.get("location") if found else None

    def delete_first(self, shape: Shape, olds: Props, news: Props) -> bool:
        """Tell whether the name is not random (azure-native deletes first unless it made the name itself)."""
        return news.get(CREATE_BEFORE_DELETE) is not True

    def identity(self, birth: Birth) -> Identity:
        """Return the Resource Manager id of a new object."""
        template = azure_paths.path_of(birth.shape.token, birth.shape)
        values: Props = {key: reveal(value) for key, value in birth.inputs.items()}
        values["subscriptionId"] = self._subscription(birth.config)
        for scope in ("scope", "resourceUri", "resourceId"):
            if isinstance(values.get(scope), str):
                values[scope] = values[scope].rstrip("/")
        id_ = fill(template, values, birth.dice)
        own = azure_paths.own_field(template)
        facts: Props = {"name": id_.rsplit("/", 1)[-1]}
        if own is not None and own in birth.shape.outputs:
            facts[own] = facts["name"]
        if "type" in birth.shape.outputs and birth.shape.outputs["type"].type.kind is Kind.STRING:
            facts["type"] = resource_type(id_)
        facts = {key: value for key, value in facts.items() if key in birth.shape.outputs}
        claims: tuple[str, ...] = ()
        if birth.shape.token in _GLOBAL:
            name = values.get(_GLOBAL[birth.shape.token], facts.get("name"))
            claims = (f"azure:{birth.shape.token}:{str(name).lower()}",)
        if birth.shape.token in _REGIONAL:
            region = _location(values.get("location") or birth.config.get("location"))
            claims = (f"azure:{birth.shape.token}:{region}:{facts.get('name', '')}".lower(),)
        return Identity(
            id=id_,
            facts=facts,
            names=frozenset({id_.lower(), *_aliases(birth.shape.token, id_.lower(), values["subscriptionId"])}),
            claims=claims,
            parents=_parents(id_, values["subscriptionId"], guessed=not azure_paths.is_known(birth.shape.token)),
        )

    def known_early(self, birth: Birth) -> Props:
        """Return nothing: azure-native knows no output before the resource exists."""
        return {}

    def added(self, birth: Birth, identity: Identity, path: str) -> str | None:
        """Nothing is known to be added inside a given value."""
        return None

    def computed(self, birth: Birth, identity: Identity, name: str) -> str | None:
        """Return a plausible value of a computed string output."""
        own = identity.id.rsplit("/", 1)[-1]
        location = (
            str(birth.inputs.get("location") or birth.config.get("location") or "westeurope").replace(" ", "").lower()
        )
        values = {
            "own": own,
            "location": location,
            "id": identity.id,
            "tenant": str(birth.config.get("tenantId") or functions.TENANT_ID),
            "vault": str(birth.inputs.get("vaultName", "")),
            "account": str(birth.inputs.get("accountName") or own),
            "version": birth.shape.api_version or "",
        }
        template = COMPUTED.get(f"{birth.shape.token.split(':', 1)[1]}.{name}") or COMPUTED.get(name)
        return fill(template, values, birth.dice, name) if template is not None else None

    def references(self, shape: Shape, inputs: Props, config: Props) -> Iterator[Reference]:
        """Yield Resource Manager ids of the simulated subscription."""
        subscription = self._subscription(config)
        for path, text in strings(inputs):
            if not _NOT_REFERENCES.isdisjoint(path):
                continue
            found = _SUBSCRIPTION.fullmatch(text)
            if found is None or found.group(1).lower() != subscription.lower() or "*" in text:
                continue
            yield Reference(render(path), text.rstrip("/").lower(), text)

    def built_in(self, reference: str) -> bool:
        """Tell whether a reference names the subscription itself or a built-in definition."""
        role = _ROLE.fullmatch(reference)
        return role.group(2) in BUILT_IN_ROLES if role is not None else _BUILT_IN.fullmatch(reference) is not None

    def ancestors(self, reference: str) -> tuple[str, ...]:
        """Return the resources (not the resource group) of which an id is a child path."""
        head, _, path = reference.rpartition("/providers/")
        steps = path.split("/")
        if len(steps) > 3 and steps[-2] in azure_paths.OWN_CHILDREN:
            return ()
        found = [f"{head}/providers/{'/'.join(steps[:end])}" for end in range(len(steps) - 2, 2, -2)]
        return tuple(found)

    def kind(self, reference: Reference) -> str | None:
        """Return the resource type in an id, in lower case."""
        return resource_type(reference.name).lower()

    def namespace(self, shape: Shape, inputs: Props, config: Props) -> str:
        """Return nothing: ids are full paths."""
        return ""

    def place(self, shape: Shape, inputs: Props, config: Props) -> str | None:
        """Return the location of a resource that says one."""
        return _location(inputs.get("location"))

    def place_of(self, reference: Reference, store: Transaction) -> str | None:
        """Return the location of what an id names, or of its nearest ancestor that has one."""
        name = reference.name
        while "/providers/" in name and not name.endswith("/providers"):
            for one in store.named(name):
                location = _location(one.inputs.get("location"))
                if location is not None:
                    return location
            name = name.rsplit("/", 2)[0]
        return None

    def out_of_sight(self, reference: Reference, found: list[Stored], place: str | None) -> bool:
        """Nothing is: Resource Manager answers for all regions."""
        return False

    def not_found(self, shape: Shape, reference: Reference) -> CloudError:
        """Return the error for an input that refers to nothing."""
        group = re.match(r"(/subscriptions/[^/]+/resourcegroups/([^/]+))(/|$)", reference.text, re.IGNORECASE)
        if group is not None and group.group(1).lower() == reference.name:
            return CloudError("ResourceGroupNotFound", f"Resource group '{group.group(2)}' could not be found.")
        if _ROLE.fullmatch(reference.name):
            guid = reference.text.rsplit("/", 1)[-1]
            return CloudError(
                "RoleDefinitionDoesNotExist",
                f"The specified role definition with ID '{guid}' does not exist: it is neither a built-in role nor a "
                "custom role that was made",
            )
        if reference.path == "":
            return CloudError(
                "ParentResourceNotFound",
                f"Failed to perform 'write' on a child of '{resource_type(reference.text)}' ({shape.token}), because "
                f"the parent resource '{reference.text}' could not be found.",
            )
        return CloudError(
            "ResourceNotFound",
            f"The Resource '{reference.text}' ({reference.path} of {shape.token}) was not found; create it first, or "
            "place it with `SimulatedCloud.place` when it is yours already",
        )

    def conflict(self, shape: Shape, identity: str) -> CloudError:
        """Return the error for a name that is taken."""
        if shape.token in _GLOBAL and "/" not in identity:
            code = {"StorageAccount": "StorageAccountAlreadyTaken", "Vault": "VaultAlreadyExists"}
            return CloudError(
                code.get(shape.token.rsplit(":", 1)[-1], "AlreadyInUse"),
                f"the name '{identity}' of {shape.token} is taken; it is unique in the whole of Azure",
            )
        return CloudError("Conflict", f"cannot create already existing resource '{identity}'")

    def in_use(self, shape: Shape, identity: str, users: str) -> CloudError:
        """Return the error for the deletion of what others refer to."""
        code = "InUseSubnetCannotBeDeleted" if shape.token.endswith(":Subnet") else "InUse"
        return CloudError(code, f"cannot delete '{identity}': {users}")

    def gone(self, shape: Shape, identity: str) -> CloudError:
        """Return the error for an update or deletion of what is not there."""
        return CloudError("ResourceNotFound", f"The Resource '{identity}' was not found; run a refresh")

    def invoke(self, token: str, args: Props, config: Props, store: Transaction) -> Props:
        """Answer a function of azure-native."""

        def path_of(type_: str, given: Props) -> str:
            return self.identity(Birth(shape_of(type_), given, "", Dice.of(token), config)).id

        return functions.invoke(token, args, config, self._subscription(config), store, path_of)

    def _subscription(self, config: Props) -> str:
        return str(config.get("subscriptionId") or SUBSCRIPTION)


def _location(value: object) -> str | None:
    """Return a location as Azure compares it (``West Europe`` is ``westeurope``); None where nothing is said."""
    if not isinstance(value, str) or value in ("", UNKNOWN):
        return None
    name = value.replace(" ", "").lower()
    return None if name == "global" else name


def _stands_alone(template: str) -> bool:
    return "/providers/" not in template or template.rsplit("/providers/", 1)[-1].count("{") == 1


def resource_type(id_: str) -> str:
    """Return the resource type an id says (``Microsoft.Storage/storageAccounts``)."""
    _, separator, path = id_.rpartition("/providers/")
    if not separator:
        return "Microsoft.Resources/resourceGroups"
    namespace, *steps = path.split("/")
    return "/".join([namespace, *steps[::2]])


def _aliases(token: str, id_: str, subscription: str) -> tuple[str, ...]:
    """Return the other names of an object: a role definition is known in its whole subscription, whatever its scope."""
    if token != "azure-native:authorization:RoleDefinition":
        return ()
    role = f"/providers/microsoft.authorization/roledefinitions/{id_.rsplit('/', 1)[-1]}"
    return (f"/subscriptions/{subscription.lower()}{role}", role)


def _parents(id_: str, subscription: str, *, guessed: bool) -> tuple[str, ...]:
    head, separator, path = id_.lower().rpartition("/providers/")
    if not separator or not head.startswith(f"/subscriptions/{subscription.lower()}/"):
        return ()
    steps = path.split("/")
    if len(steps) > 3 and not guessed:
        parent = f"{head}/providers/{'/'.join(steps[:-2])}"
        return (_IMPLIED.sub("", parent),)
    return (head,)


_NO_AUTO_LOCATION: Final = frozenset({"azure-native:resources:Deployment", "azure-native:portal:Dashboard"})
