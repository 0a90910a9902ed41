"""Cases of deployment-template-judged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policies.tokens import azure
from tests.policies.dsl import UNKNOWN, Case, cells, res

DEPLOYMENT = azure("resources.Deployment")


def deployment(name: str, *resources: Any, **properties: Any) -> Any:
    given = {"properties": {"mode": "Incremental", "template": {"resources": list(resources)}, **properties}}
    return res(DEPLOYMENT, name, given)


def cases() -> Iterator[Case]:
    _, z, _ = cells("deployment-template-judged")
    vault = {"type": "Microsoft.KeyVault/vaults", "name": "v", "properties": {}}
    yield z.case("passing", deployment("pass", vault))
    yield z.case("passing symbolic names", deployment("pass", template={"resources": {"vault": vault}}))
    yield z.case("passing without resources", deployment("skip"))
    linked = {"properties": {"templateLink": {"uri": "https://example.com/main.json"}}}
    yield z.case("failing", res(DEPLOYMENT, "fail", linked))
    yield z.case("failing text", deployment("fail", template="{}"))
    yield z.case("failing without a type", deployment("fail", {"name": "v"}))
    yield z.case("failing subscription", res(azure("resources.DeploymentAtSubscriptionScope"), "fail", linked))
    yield z.case("absent", res(DEPLOYMENT, "fail", {"properties": {"mode": "Incremental"}}))
    yield z.case("unknown", deployment("open", template=UNKNOWN))
    yield z.case("unknown resources", deployment("open", template={"resources": UNKNOWN}))
    yield z.case("unknown resource", deployment("open", vault, UNKNOWN))
    yield z.case("unknown properties", deployment("open", {**vault, "properties": UNKNOWN}))
