"""What the management clients of Azure and the rules written by hand say of types, by name and value."""

import functools
import importlib.util
import re
import sys
import textwrap
from pathlib import Path
from typing import ClassVar

import pytest

from simulator.catalogue.facts import Confidence, Fact, Rule
from simulator.catalogue.sources import places
from simulator.catalogue.sources.arm import ArmModels, standing_behind
from simulator.catalogue.sources.azure_models import Model
from simulator.catalogue.sources.azure_operations import operations, shape_of_path
from simulator.catalogue.sources.azure_rules import AzureRules
from simulator.catalogue.sources.sdk import sdk_shape
from simulator.catalogue.types import Kind, Property, WireType


def _installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def needs(*packages: str) -> pytest.MarkDecorator:
    absent = [name for name in packages if not _installed(name)]
    return pytest.mark.skipif(bool(absent), reason=f"sources of the catalogue are not installed: {', '.join(absent)}")


ML = "azure.ai.ml._restclient.arm_ml_service"
ML_PATTERNS = "azure.mgmt.machinelearningservices"
ARM = ArmModels()
BY_HAND = AzureRules()


@functools.cache
def said(source: ArmModels | AzureRules, short: str) -> dict[tuple[str, Rule], Fact]:
    facts = list(source.facts(sdk_shape(f"azure-native:{short}")))
    found = {(fact.path, fact.rule): fact for fact in facts}
    assert len(found) == len(facts), "a source says one thing of one place"
    return found


def text(name: str) -> Property:
    return Property(name, name, WireType(Kind.STRING))


class TestPatterns:
    """A pattern of an API finds a match; one of the catalogue matches the whole."""

    @pytest.mark.parametrize(
        ("pattern", "fits", "fails"),
        [
            (r"^[a-z0-9]+$", "abc1", "abc-1"),
            (r"[a-zA-Z0-9_]", "-a-", "---"),
            (r"^a|b$", "xb", "xa"),
            (r"^(a|b)$", "b", "ab"),
            (r"^[|]x$", "|x", "x"),
            (r"^\|x$", "|x", "x"),
        ],
    )
    def test_whole(self, pattern: str, fits: str, fails: str) -> None:
        assert re.fullmatch(places.whole(pattern), fits)
        assert not re.fullmatch(places.whole(pattern), fails)

    def test_an_anchored_pattern_stays_as_it_is(self) -> None:
        assert places.whole(r"^(a|b)[|]$") == r"^(a|b)[|]$"


class TestOperations:
    """PUT operations are read from the text of a client."""

    OPERATIONS = '''
        def build_things_create_request(resource_group_name: str, thing_name: str, **kwargs: Any) -> HttpRequest:
            _url = kwargs.pop(
                "template_url",
                "/subscriptions/{subscriptionId}/resourceGroups/{rg}/providers/Microsoft.Fake/things/{thingName}",
            )
            path_format_arguments = {
                "thingName": _SERIALIZER.url("thing_name", thing_name, "str", max_length=24, pattern=r"^[a-z]+$"),
            }
            return HttpRequest(method="PUT", url=_url, params=_params, **kwargs)

        def build_things_get_request(thing_name: str, **kwargs: Any) -> HttpRequest:
            _url = "/providers/Microsoft.Fake/others/{thingName}"
            return HttpRequest(method="GET", url=_url, params=_params, **kwargs)

        class ThingsOperations:
            def begin_create(self, thing_name: str, body: _models.Wrong, **kwargs: Any) -> LROPoller[_models.Wrong]:
                """An overload calls no builder."""

            def _create_initial(
                self, thing_name: str, body: Union[_models.ThingCreate, IO[bytes]], **kwargs: Any
            ) -> Iterator[bytes]:
                _request = build_things_create_request(thing_name=thing_name)
    '''

    @pytest.fixture
    def client(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
        package = tmp_path / "fake_things_client" / "operations"
        package.mkdir(parents=True)
        (package.parent / "__init__.py").touch()
        (package / "__init__.py").touch()
        (package / "_operations.py").write_text(textwrap.dedent(self.OPERATIONS), encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "fake_things_client", raising=False)
        return "fake_things_client"

    def test_path_body_and_constraints(self, client: str) -> None:
        found = operations(client)
        assert list(found) == [("microsoft.fake", "things", "{}")]
        thing = found["microsoft.fake", "things", "{}"]
        assert thing.classes == ("ThingCreate",)
        assert thing.names == ["subscriptionId", "rg", "thingName"]
        assert dict(thing.fields["thingName"]) == {Rule.MAX_LENGTH: 24, Rule.PATTERN: "^[a-z]+$"}

    def test_a_client_that_is_not_installed_has_none(self) -> None:
        assert not operations("azure.mgmt.there_is_no_such_client")

    def test_shape_of_path_drops_names_of_fields(self) -> None:
        one = shape_of_path("/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}")
        other = shape_of_path("{scope}/providers/microsoft.authorization/roleassignments/{name}")
        assert one == other == ("microsoft.authorization", "roleassignments", "{}")


class Inner:
    """A model of the older style."""

    _attribute_map: ClassVar = {"kind": {"key": "kind", "type": "str"}, "depth": {"key": "depth", "type": "int"}}
    _validation: ClassVar = {"kind": {"required": True}, "depth": {"minimum": 1, "maximum": 9}}


class Outer:
    """A model of the older style whose properties are flattened."""

    _attribute_map: ClassVar = {
        "enable_https": {"key": "properties.supportsHttps", "type": "bool"},
        "state": {"key": "properties.state", "type": "str"},
    }
    _validation: ClassVar = {"state": {"readonly": True}}


class Visible:
    """A field of the newer style."""

    def __init__(self, name: str, *visibility: str) -> None:
        self._rest_name_input = name
        self._visibility = list(visibility)


class Newer:
    """A model of the newer style."""

    __mapping__: ClassVar[dict[str, type]] = {}
    disk_size: int | None = Visible("diskSize", "read", "create")  # type: ignore[assignment]
    created_on: str = Visible("createdOn", "read")  # type: ignore[assignment]
    kind: str = Visible("kind", "read", "create", "update")  # type: ignore[assignment]


class Variant(Newer):
    """A variant of it."""

    __mapping__: ClassVar[dict[str, type]] = {}
    lanes: int = Visible("lanes", "read", "create")  # type: ignore[assignment]


Newer.__mapping__["Fast"] = Variant


class TestModels:
    """Members of a model by the names of the SDK."""

    def test_flattened_members_are_found_by_wire_name_and_by_client_name(self) -> None:
        by_client = Model(Outer).member(text("enableHttps"))
        by_wire = Model(Outer).member(text("supportsHttps"))
        assert by_client is not None
        assert by_wire is not None
        assert by_client.where == by_wire.where == "Outer.enable_https"
        assert Model(Outer).member(text("other")) is None

    def test_rules_of_the_older_style(self) -> None:
        state = Model(Outer).member(text("state"))
        depth = Model(Inner).member(text("depth"))
        kind = Model(Inner).member(text("kind"))
        assert state is not None
        assert depth is not None
        assert kind is not None
        assert dict(state.rules) == {Rule.READ_ONLY: True}
        assert dict(depth.rules) == {Rule.MINIMUM: 1, Rule.MAXIMUM: 9}
        assert kind.required

    def test_rules_of_the_newer_style(self) -> None:
        found = {name: Model(Newer).member(text(name)) for name in ("diskSize", "createdOn", "kind")}
        rules = {name: dict(member.rules) for name, member in found.items() if member is not None}
        assert rules == {"diskSize": {Rule.CREATE_ONLY: True}, "createdOn": {Rule.READ_ONLY: True}, "kind": {}}
        assert [name for name, member in found.items() if member is not None and member.required] == ["kind"]

    def test_a_discriminator_chooses_the_variant(self) -> None:
        chosen = Model(Newer).chosen({"kind": "Fast"})
        assert chosen.cls is Variant
        assert chosen.member(text("lanes")) is not None
        assert chosen.member(text("diskSize")) is not None, "inherited"
        assert Model(Newer).chosen({"kind": "Slow"}).cls is Newer


class Plain:
    """An object of a model with given members."""

    name = "Plain"

    def __init__(self, **members: places.Member) -> None:
        self._members = members

    def member(self, prop: Property) -> places.Member | None:
        return self._members.get(prop.name)

    def chosen(self, constants: object) -> "Plain":
        return self


class TestWalk:
    """Rules behind a union hold for every kind or are not taken."""

    def walk(self, *alternatives: places.Member) -> dict[tuple[str, Rule], object]:
        walk = places.Walk()
        for alternative in alternatives:
            walk.object({"size": text("size")}, Plain(size=alternative))
        return {(found.path, found.rule): found.value for found in walk.found()}

    def test_what_one_kind_forbids_is_not_forbidden(self) -> None:
        both = {Rule.PATTERN: "a+", Rule.MAX_LENGTH: 5}
        assert self.walk(places.Member("A", both), places.Member("B", {Rule.MAX_LENGTH: 7})) == {
            ("size", Rule.MAX_LENGTH): 7
        }

    def test_lower_bounds_take_the_least(self) -> None:
        assert self.walk(places.Member("A", {Rule.MINIMUM: 1}), places.Member("B", {Rule.MINIMUM: 0})) == {
            ("size", Rule.MINIMUM): 0
        }

    def test_required_of_all_only(self) -> None:
        needed = places.Member("A", required=True)
        assert self.walk(needed, needed) == {("size", Rule.REQUIRED): True}
        assert self.walk(needed, places.Member("B")) == {}


@needs(ML, ML_PATTERNS)
class TestMachineLearning:
    """Azure ML, API 2025-12-01."""

    def test_workspace(self) -> None:
        facts = said(ARM, "machinelearningservices:Workspace")
        assert facts["workspaceName", Rule.PATTERN].value == "^[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}$"
        assert facts["resourceGroupName", Rule.MAX_LENGTH].value == 90
        assert [one.model.name for one in standing_behind(sdk_shape("azure-native:machinelearningservices:Workspace"))]

    def test_datastore(self) -> None:
        facts = said(ARM, "machinelearningservices:Datastore")
        frozen = {path for path, rule in facts if rule is Rule.CREATE_ONLY}
        assert {"properties.accountName", "properties.containerName", "properties.endpoint"} <= frozen
        assert ("name", Rule.READ_ONLY) not in facts, "the name in the path is no member of the body"

    def test_a_child_of_a_frozen_object_is_not_said_again(self) -> None:
        frozen = {path for path, rule in said(ARM, "machinelearningservices:BatchEndpoint") if rule is Rule.CREATE_ONLY}
        assert "properties.keys" in frozen
        assert not any(path.startswith("properties.keys.") for path in frozen)

    def test_compute(self) -> None:
        facts = said(ARM, "machinelearningservices:Compute")
        assert facts["properties.disableLocalAuth", Rule.CREATE_ONLY].value is True
        assert facts["properties.properties.agentCount", Rule.MINIMUM].value == 0
        assert ("properties.properties.vmSize", Rule.CREATE_ONLY) not in facts

    def test_online_endpoint_and_deployment(self) -> None:
        endpoint = said(ARM, "machinelearningservices:OnlineEndpoint")
        assert endpoint["properties.keys", Rule.CREATE_ONLY].source.startswith("azure-ai-ml ")
        assert ("location", Rule.CREATE_ONLY) not in endpoint
        deployment = said(ARM, "machinelearningservices:OnlineDeployment")
        assert deployment["properties.codeConfiguration.scoringScript", Rule.MIN_LENGTH].value == 1

    def test_a_job_inside_a_schedule_is_sent_anew(self) -> None:
        frozen = {path for path, rule in said(ARM, "machinelearningservices:Schedule") if rule is Rule.CREATE_ONLY}
        assert not any(path.startswith("properties.action.jobDefinition") for path in frozen)
        assert "properties.command" in {
            path for path, rule in said(ARM, "machinelearningservices:Job") if rule is Rule.CREATE_ONLY
        }

    def test_mapping_rate(self) -> None:
        types = (
            "BatchDeployment BatchEndpoint CodeVersion ComponentVersion Compute DataVersion Datastore"
            " EnvironmentVersion FeaturesetVersion ModelVersion OnlineDeployment OnlineEndpoint Registry Schedule"
            " Workspace WorkspaceConnection"
        )
        mapped = unmapped = 0
        for leaf in types.split():
            coverage = ARM.mapping(sdk_shape(f"azure-native:machinelearningservices:{leaf}"))
            assert coverage is not None, leaf
            mapped += len(coverage.mapped)
            unmapped += len(coverage.unmapped)
        assert mapped > 1000
        assert mapped / (mapped + unmapped) >= 0.99


@needs("azure.mgmt.storage", "azure.mgmt.keyvault", "azure.mgmt.containerregistry")
class TestSupportingServices:
    """Storage, vault, registry."""

    def test_storage_account(self) -> None:
        facts = said(ARM, "storage:StorageAccount")
        assert facts["accountName", Rule.PATTERN].value == "^[a-z0-9]+$"
        assert (facts["accountName", Rule.MIN_LENGTH].value, facts["accountName", Rule.MAX_LENGTH].value) == (3, 24)
        days = "immutableStorageWithVersioning.immutabilityPolicy.immutabilityPeriodSinceCreationInDays"
        assert facts[days, Rule.MAXIMUM].value == 146000
        coverage = ARM.mapping(sdk_shape("azure-native:storage:StorageAccount"))
        assert coverage is not None
        assert "enableHttpsTrafficOnly" in coverage.mapped, "the wire name is supportsHttpsTrafficOnly"
        assert coverage.unmapped == ()

    def test_blob_service(self) -> None:
        facts = said(ARM, "storage:BlobServiceProperties")
        assert facts["deleteRetentionPolicy.days", Rule.MAXIMUM].value == 365
        assert facts["deleteRetentionPolicy.days", Rule.MINIMUM].value == 1

    def test_vault_and_registry(self) -> None:
        assert said(ARM, "keyvault:Vault")["vaultName", Rule.PATTERN].value == "^[a-zA-Z0-9-]{3,24}$"
        registry = said(ARM, "containerregistry:Registry")
        assert registry["registryName", Rule.MIN_LENGTH].value == 5
        assert registry["registryName", Rule.PATTERN].confidence is Confidence.API

    def test_a_type_whose_path_is_guessed_is_found_by_its_class(self) -> None:
        facts = said(ARM, "storage:FileServiceProperties")
        assert facts["shareDeleteRetentionPolicy.days", Rule.MAXIMUM].value == 365
        assert facts["accountName", Rule.MAX_LENGTH].value == 24

    def test_nothing_is_required_that_the_provider_fills(self) -> None:
        for short in ("storage:StorageAccount", "keyvault:Vault", "containerregistry:Registry"):
            assert not [path for path, rule in said(ARM, short) if rule is Rule.REQUIRED]


class TestByHand:
    """Rules of the naming page and of the template reference."""

    @pytest.mark.parametrize(
        ("short", "path", "fits", "fails"),
        [
            ("keyvault:Vault", "vaultName", "kv-churn-dev", "kv--churn"),
            ("keyvault:Vault", "vaultName", "k2v", "2kv"),
            ("storage:BlobContainer", "containerName", "raw-zone", "raw--zone"),
            ("storage:BlobContainer", "containerName", "$web", "$other"),
            ("network:Subnet", "subnetName", "training_1", "training-"),
            ("network:PrivateEndpoint", "privateEndpointName", "pe.blob", ".blob"),
            ("machinelearningservices:OnlineEndpoint", "endpointName", "churn-dev", "1churn"),
            ("managedidentity:UserAssignedIdentity", "resourceName", "id_train", "-train"),
            ("resources:ResourceGroup", "resourceGroupName", "rg-(dev)", "rg."),
            ("authorization:RoleAssignment", "roleAssignmentName", "0f8fad5b-d9cb-469f-a165-70867728950e", "assign-me"),
        ],
    )
    def test_names(self, short: str, path: str, fits: str, fails: str) -> None:
        pattern = said(BY_HAND, short)[path, Rule.PATTERN].value
        assert re.fullmatch(pattern, fits)
        assert not re.fullmatch(pattern, fails)

    def test_bounds(self) -> None:
        vault = said(BY_HAND, "keyvault:Vault")
        days = "properties.softDeleteRetentionInDays"
        assert (vault[days, Rule.MINIMUM].value, vault[days, Rule.MAXIMUM].value) == (7, 90)
        endpoint = said(BY_HAND, "machinelearningservices:OnlineEndpoint")
        assert endpoint["properties.mirrorTraffic[*]", Rule.MAXIMUM].value == 50

    def test_tags(self) -> None:
        facts = said(BY_HAND, "storage:StorageAccount")
        assert facts["tags", Rule.MAX_ITEMS].value == 50
        assert ("tags", Rule.MAX_ITEMS) not in said(BY_HAND, "storage:BlobContainer")

    def test_every_row_names_its_source_and_an_input(self) -> None:
        for short in BY_HAND.rows:
            inputs = sdk_shape(f"azure-native:{short}").inputs
            for (path, _), fact in said(BY_HAND, short).items():
                assert re.split(r"[.\[]", path)[0] in inputs, (short, path)
                assert fact.source.startswith(("https://learn.microsoft.com/", "azure-mgmt-storage "))
                assert fact.rule is not Rule.PATTERN or re.compile(fact.value)
