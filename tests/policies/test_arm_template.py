"""What the templates of Azure deployments declare is judged as if the program had declared it."""

from __future__ import annotations

from typing import Any

import pytest

from policies.arm_template import holder_of
from policies.arm_types import ARM_TYPES, NESTED, RENAMED, SCOPES
from policies.graph import Graph, Resource
from policies.registry import controls
from policies.run import Finding, judge, judge_alone
from policies.settings import Settings
from policies.tokens import azure
from policies.verdict import MISSING, UNKNOWN, Verdict
from tests.policies.dsl import SECRET, res, secret, urn
from tests.policies.dsl import UNKNOWN as WIRE
from tests.policies.sdk import inputs_of
from tests.policies.test_native import analyze

DEPLOYMENT, ACCOUNT = azure("resources.Deployment"), azure("storage.StorageAccount")
GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/Team"
ID = f"{GROUP}/providers/Microsoft.Resources/deployments/d"
SAFE: dict[str, Any] = {
    "type": "Microsoft.Storage/storageAccounts",
    "apiVersion": "2025-01-01",
    "name": "raw",
    "location": "westeurope",
    "properties": {"allowBlobPublicAccess": False, "publicNetworkAccess": "Disabled", "supportsHttpsTrafficOnly": True},
}


def deployed(*resources: Any, id_: str | None = ID, of: Any = None, **template: Any) -> Resource:
    held = {"resources": list(resources), **template}
    properties = {"mode": "Incremental", "template": held, "parameters": template.pop("given", {})}
    return res(DEPLOYMENT, "d", {"properties": properties, "resourceGroupName": "Team"}, id_=id_, of=of)


def inside(*resources: Any, **template: Any) -> list[Resource]:
    return [r for r in Graph([deployed(*resources, **template)]) if r.within]


def changed(**properties: Any) -> dict[str, Any]:
    return {**SAFE, "properties": {**SAFE["properties"], **properties}}


def finding(resource: Resource, control: str, *, alone: bool = False) -> list[Finding]:
    mine = [c for c in controls() if c.id == control]
    found = judge_alone(mine, resource, "regulated") if alone else judge(mine, [resource], "regulated")
    return [f for f in found if f.urn]


@pytest.mark.parametrize("arm", sorted(ARM_TYPES))
def test_the_table_agrees_with_the_provider(arm: str) -> None:
    known = ARM_TYPES[arm]
    properties = inputs_of(known.token)
    assert {name for name in known.names if name} <= properties
    assert ("properties" in properties) is (known.token in NESTED)
    assert known.token not in SCOPES or SCOPES[known.token] in properties


def test_every_azure_type_that_a_control_reads_has_a_row() -> None:
    """Save the types that are set on the subscription, or that Azure makes only through another type."""
    read = {t for c in controls() for t in c.types if t.startswith("azure-native:")}
    rows = {known.token for known in ARM_TYPES.values()} | {azure("monitor.SubscriptionDiagnosticSetting")}
    missing = {t for t in read - rows if not t.startswith("azure-native:resources:Deployment")}
    assert missing == set()
    assert set(RENAMED) <= rows


def test_a_resource_has_the_words_of_azure_native() -> None:
    (account,) = inside({**SAFE, "sku": {"name": "Standard_LRS"}, "tags": {"owner": "ml"}})
    assert (account.type, account.name) == (ACCOUNT, "d#Microsoft.Storage/storageAccounts/raw")
    assert account.props == {
        "location": "westeurope",
        "sku": {"name": "Standard_LRS"},
        "tags": {"owner": "ml"},
        "allowBlobPublicAccess": False,
        "publicNetworkAccess": "Disabled",
        "enableHttpsTrafficOnly": True,
        "accountName": "raw",
        "resourceGroupName": "Team",
    }
    assert account.id == f"{GROUP}/providers/Microsoft.Storage/storageAccounts/raw"
    assert account.urn.startswith(urn(DEPLOYMENT, "d") + "#")
    assert holder_of(account.urn) == account.within == urn(DEPLOYMENT, "d")
    assert holder_of(urn(ACCOUNT, "raw")) == urn(ACCOUNT, "raw")


def test_properties_of_items_are_lifted_and_typed_ones_stay() -> None:
    said = {"access": "Allow", "direction": "Inbound", "sourceAddressPrefix": "*"}
    rule = {"name": "in", "properties": said}
    group, vault = inside(
        {"type": "microsoft.network/NetworkSecurityGroups", "name": "g", "properties": {"securityRules": [rule]}},
        {"type": "Microsoft.KeyVault/vaults", "name": "v", "properties": {"enablePurgeProtection": True}},
    )
    assert group.at("securityRules") == [{"name": "in", **said}]
    assert vault.at("properties.enablePurgeProtection") is True


@pytest.mark.parametrize("alone", [False, True])
def test_every_control_judges_what_is_inside(alone: bool) -> None:
    open_, safe = deployed(changed(allowBlobPublicAccess=True)), deployed(SAFE)
    (found,) = finding(open_, "store-no-public-access", alone=alone)
    assert (found.verdict, found.type, found.name) == (
        Verdict.FAILED,
        ACCOUNT,
        "d#Microsoft.Storage/storageAccounts/raw",
    )
    assert found.paths == ("allowBlobPublicAccess",)
    assert [f.verdict for f in finding(safe, "store-no-public-access", alone=alone)] == [Verdict.PASSED]


@pytest.mark.parametrize(
    ("expression", "verdict"),
    [
        ("[parameters('open')]", Verdict.FAILED),
        ("[parameters('shut')]", Verdict.PASSED),
        ("[ Variables( 'fromParameter' ) ]", Verdict.FAILED),
        ("[variables('loop')]", Verdict.UNDETERMINED),
        ("[parameters('absent')]", Verdict.UNDETERMINED),
        ("[parameters('fromVault')]", Verdict.UNDETERMINED),
        ("[not(parameters('open'))]", Verdict.UNDETERMINED),
        ("[reference('other').open]", Verdict.UNDETERMINED),
        (WIRE, Verdict.UNDETERMINED),
    ],
)
def test_expressions_are_looked_up_or_undetermined(expression: str, verdict: Verdict) -> None:
    made = deployed(
        changed(allowBlobPublicAccess=expression),
        given={"open": {"value": True}, "fromVault": {"reference": {"keyVault": {}}}},
        parameters={"open": {"type": "bool", "defaultValue": False}, "shut": {"type": "bool", "defaultValue": False}},
        variables={"fromParameter": "[parameters('open')]", "loop": "[variables('loop')]"},
    )
    assert [f.verdict for f in finding(made, "store-no-public-access")] == [verdict]


def test_brackets_that_are_doubled_are_text_and_copies_are_unknown() -> None:
    copies = {"copy": [{"name": "securityRules", "count": 2, "input": {"name": "[copyIndex()]"}}]}
    group, account = inside(
        {"type": "Microsoft.Network/networkSecurityGroups", "name": "g", "properties": copies},
        {**SAFE, "tags": {"note": "[[draft]"}},
    )
    assert group.at("securityRules") is UNKNOWN
    assert account.at("tags.note") == "[draft]"


def test_children_are_found_inside_their_parent_and_beside_it() -> None:
    service = {"type": "blobServices", "name": "default", "properties": {"isVersioningEnabled": False}}
    box = {"type": "containers", "name": "data", "properties": {"publicAccess": "None"}}
    beside = {"type": "Microsoft.Storage/storageAccounts/blobServices/containers", "name": "raw/default/more"}
    found = inside({**SAFE, "resources": [{**service, "resources": [box]}]}, beside)
    assert [(r.type, r.at("accountName")) for r in found] == [
        (ACCOUNT, "raw"),
        (azure("storage.BlobServiceProperties"), "raw"),
        (azure("storage.BlobContainer"), "raw"),
        (azure("storage.BlobContainer"), "raw"),
    ]
    assert [r.at("containerName") for r in found[2:]] == ["data", "more"]
    parents = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/raw/blobServices/default/containers"
    assert [r.id for r in found[2:]] == [f"{parents}/data", f"{parents}/more"]


def test_what_is_not_made_is_not_judged() -> None:
    assert (
        inside({**SAFE, "condition": False}, {**SAFE, "existing": True}, {"type": "Contoso.X/things", "name": "x"})
        == []
    )
    assert [r.name for r in inside({**SAFE, "condition": "[parameters('on')]"})] == [
        "d#Microsoft.Storage/storageAccounts/raw"
    ]


@pytest.mark.parametrize(("scope", "expected"), [(None, True), ("outer", True), ("Inner", False)])
def test_deployments_inside_are_followed_in_their_scope(scope: str | None, expected: bool) -> None:
    inner = {
        "parameters": {"open": {"type": "bool", "defaultValue": False}},
        "resources": [changed(allowBlobPublicAccess="[parameters('open')]")],
    }
    properties = {"mode": "Incremental", "template": inner}
    if scope is not None:
        properties["expressionEvaluationOptions"] = {"scope": scope}
    nested = {"type": "Microsoft.Resources/deployments", "name": "inner", "properties": properties}
    one, account = inside(nested, parameters={"open": {"type": "bool", "defaultValue": True}})
    assert (one.type, account.type) == (DEPLOYMENT, ACCOUNT)
    assert account.at("allowBlobPublicAccess") is expected
    assert account.within == urn(DEPLOYMENT, "d")


def test_an_extension_stands_on_its_scope() -> None:
    setting = {"type": "Microsoft.Insights/diagnosticSettings", "name": "all", "properties": {"logs": []}}
    named, group = inside({**setting, "scope": "/subscriptions/x"}, {**setting, "name": "second"})
    assert named.at("resourceUri") == "/subscriptions/x"
    assert group.at("resourceUri") == GROUP


def test_secrets_of_parameters_and_of_the_program_stay_hidden() -> None:
    key = "[parameters('key')]"
    (first,) = inside(
        changed(minimumTlsVersion=key), parameters={"key": {"type": "SecureString", "defaultValue": SECRET}}
    )
    (second,) = inside(changed(minimumTlsVersion=secret(SECRET)))
    for account in (first, second):
        assert account.at("minimumTlsVersion") == SECRET
        assert account.is_secret("minimumTlsVersion")
        assert not account.is_secret("allowBlobPublicAccess")


@pytest.mark.parametrize(
    ("token", "arm", "key"),
    [
        (azure("machinelearningservices.Workspace"), "Microsoft.MachineLearningServices/workspaces", "workspaceName"),
        (azure("containerregistry.Registry"), "Microsoft.ContainerRegistry/registries", "registryName"),
    ],
)
def test_a_second_write_is_reached_like_the_first(token: str, arm: str, key: str) -> None:
    """A workspace that a template writes again keeps its private endpoint, also before names are known."""
    door = azure("network.PrivateEndpoint")
    again = {"type": arm, "name": "ml", "properties": {}}
    link = {"privateLinkServiceConnections": [{"privateLinkServiceId": WIRE}]}
    for name in ("ml", WIRE):
        first = res(token, "ml", {key: name})
        way = res(door, "door", link, of={"privateLinkServiceConnections": first})
        put = deployed({**again, "name": name}, id_=None, of={"properties": first})
        mine = [c for c in controls() if c.id == "private-service-access"]
        verdicts = {f.type: f.verdict for f in judge(mine, [first, way, put], "regulated") if "#" in f.urn}
        assert verdicts == {token: Verdict.PASSED}
    other = deployed({**again, "name": "other"}, id_=None)
    verdicts = {f.type: f.verdict for f in judge(mine, [first, way, other], "regulated") if "#" in f.urn}
    assert verdicts == {token: Verdict.FAILED}
    unnamed = deployed({**again, "name": "[uniqueString('x')]"}, id_=None)
    verdicts = {f.type: f.verdict for f in judge(mine, [first, way, unnamed], "regulated") if "#" in f.urn}
    assert verdicts == {token: Verdict.UNDETERMINED}


def test_a_graph_of_a_graph_declares_nothing_twice() -> None:
    graph = Graph([deployed(SAFE)])
    assert [r.urn for r in Graph(graph)] == [r.urn for r in graph]
    assert graph.resources[1].at("kind") is MISSING


def test_the_pack_of_the_cli_finds_it_on_the_deployment() -> None:
    """The engine knows no resource of a template, so the finding stands on the deployment and names the resource."""
    mine = [c for c in controls() if c.id in ("store-no-public-access", "private-service-access")]
    found = analyze(mine, [deployed(changed(allowBlobPublicAccess=True))], Settings.of("regulated"))
    assert found == {("store-no-public-access", "d", "FAILED"), ("private-service-access", "d", "FAILED")}
