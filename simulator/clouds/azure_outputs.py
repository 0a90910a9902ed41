"""Plausible values of the string outputs that Microsoft Azure computes."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

COMPUTED: Final = MappingProxyType(
    {
        "azureApiVersion": "{version}",
        "etag": 'W/"{guid}"',
        "tenantId": "{tenant}",
        "principalId": "{guid}",
        "clientId": "{guid}",
        "objectId": "{guid}",
        "resourceGuid": "{guid}",
        "immutableId": "{hex:32}",
        "provisioningState": "Succeeded",
        "state": "Enabled",
        "status": "Active",
        "statusOfPrimary": "available",
        "primaryLocation": "{location}",
        "location": "{location}",
        "systemDataCreatedAt": "2026-01-01T00:00:00Z",
        "createdAt": "2026-01-01T00:00:00Z",
        "lastModifiedAt": "2026-01-01T00:00:00Z",
        "createdBy": "tripod@example.com",
        "lastModifiedBy": "tripod@example.com",
        "createdByType": "Application",
        "lastModifiedByType": "Application",
        "creationTime": "2026-01-01T00:00:00Z",
        "creationDate": "2026-01-01T00:00:00Z",
        "createdOn": "2026-01-01T00:00:00Z",
        "updatedOn": "2026-01-01T00:00:00Z",
        "createdTime": "2026-01-01T00:00:00Z",
        "changedTime": "2026-01-01T00:00:00Z",
        "loginServer": "{own}.azurecr.io",
        "hostName": "{own}.redis.cache.windows.net",
        "vaultUri": "https://{own}.vault.azure.net/",
        "keyUri": "https://{vault}.vault.azure.net/keys/{own}",
        "keyUriWithVersion": "https://{vault}.vault.azure.net/keys/{own}/{hex:32}",
        "secretUri": "https://{vault}.vault.azure.net/secrets/{own}",
        "secretUriWithVersion": "https://{vault}.vault.azure.net/secrets/{own}/{hex:32}",
        "blob": "https://{account}.blob.core.windows.net/",
        "dfs": "https://{account}.dfs.core.windows.net/",
        "file": "https://{account}.file.core.windows.net/",
        "queue": "https://{account}.queue.core.windows.net/",
        "table": "https://{account}.table.core.windows.net/",
        "web": "https://{account}.z6.web.core.windows.net/",
        "customerId": "{guid}",
        "appId": "{guid}",
        "applicationId": "{own}",
        "instrumentationKey": "{guid}",
        "connectionString": (
            "InstrumentationKey={guid};IngestionEndpoint=https://{location}-0.in.applicationinsights.azure.com/"
        ),
        "mlFlowTrackingUri": "azureml://{location}.api.azureml.ms/mlflow/v1.0{id}",
        "mlFlowRegistryUri": "azureml://{location}.api.azureml.ms/mlflow/v1.0{id}",
        "discoveryUrl": "https://{location}.api.azureml.ms/discovery",
        "scoringUri": "https://{own}.{location}.inference.ml.azure.com/score",
        "swaggerUri": "https://{own}.{location}.inference.ml.azure.com/swagger.json",
        "workspaceId": "{guid}",
        "serviceProvisionedResourceGroup": "azureml-rg-{own}_{guid}",
        "accessEndpoint": "https://prod-00.{location}.logic.azure.com:443/workflows/{hex:32}",
        "defaultHostName": "{own}.azurewebsites.net",
        "metricResourceId": "{guid}",
    }
)
"""Computed output, alone or after its type -> template."""
