"""Functions of pulumi-azure-native."""

from __future__ import annotations

from typing import Final

from simulator.model import CloudError, Props

CLIENT_ID: Final = "11111111-1111-4111-8111-111111111111"
OBJECT_ID: Final = "22222222-2222-4222-8222-222222222222"
TENANT_ID: Final = "33333333-3333-4333-8333-333333333333"

_FUNCTIONS: Final = ("azure-native:authorization:getClientConfig", "azure-native:authorization:getClientToken")


def invoke(token: str, config: Props, subscription: str) -> Props:
    """Answer a function; raises :class:`CloudError` ``UnknownFunction`` for one that is not simulated."""
    if token == _FUNCTIONS[0]:
        return {
            "clientId": str(config.get("clientId") or CLIENT_ID),
            "objectId": OBJECT_ID,
            "subscriptionId": subscription,
            "tenantId": str(config.get("tenantId") or TENANT_ID),
        }
    if token == _FUNCTIONS[1]:
        return {"token": "simulated-token-that-opens-nothing"}
    raise CloudError("UnknownFunction", f"'{token}' is not simulated; simulated are {', '.join(_FUNCTIONS)}")
