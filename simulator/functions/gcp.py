"""Functions of pulumi-gcp."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from simulator.dice import Dice
from simulator.functions import lookup
from simulator.model import CloudError, Props
from simulator.regions import regions
from simulator.store import Transaction
from simulator.values import plain

NUMBER: Final = "123456789012"
"""The number of the simulated project."""


def invoke(token: str, args: Props, config: Props, store: Transaction) -> Props:
    """Answer a function; raises :class:`CloudError` ``UnknownFunction`` for one that is not simulated."""
    given: Props = plain(args)
    function = _FUNCTIONS.get(token)
    if function is None:
        type_ = lookup.type_of(token)
        if type_ is None:
            raise CloudError(
                "UnknownFunction",
                f"'{token}' is not simulated; simulated are {', '.join(sorted(_FUNCTIONS))}, and get… of every type in "
                "the catalogue",
            )
        return lookup.bridged(token, type_, given, str(config.get("region") or ""), store)
    project = str(given.get("project") or given.get("projectId") or config.get("project") or "")
    return function(given, config, project)


def _project(_args: Props, _config: Props, project: str) -> Props:
    return {
        "id": f"projects/{project}",
        "name": project,
        "number": NUMBER,
        "projectId": project,
        "autoCreateNetwork": False,
        "billingAccount": "000000-000000-000000",
        "deletionPolicy": "PREVENT",
        "effectiveLabels": {},
        "folderId": "",
        "labels": {},
        "orgId": "123456789012",
        "pulumiLabels": {},
        "tags": {},
    }


def _client(_args: Props, config: Props, project: str) -> Props:
    region = str(config.get("region") or "")
    return {
        "id": f'projects/"{project}"/regions/"{region}"/zones/""',
        "accessToken": "simulated-token-that-opens-nothing",
        "defaultLabels": config.get("defaultLabels") or {},
        "project": project,
        "region": region,
        "zone": str(config.get("zone") or f"{region}-a"),
    }


def _storage(_args: Props, _config: Props, project: str) -> Props:
    email = f"service-{NUMBER}@gs-project-accounts.iam.gserviceaccount.com"
    return {"id": email, "emailAddress": email, "member": f"serviceAccount:{email}", "project": project}


def _bigquery(_args: Props, _config: Props, project: str) -> Props:
    email = f"bq-{NUMBER}@bigquery-encryption.iam.gserviceaccount.com"
    return {"id": email, "email": email, "member": f"serviceAccount:{email}", "project": project}


def _logging(_args: Props, _config: Props, project: str) -> Props:
    return {
        "id": f"projects/{project}/settings",
        "name": f"projects/{NUMBER}/settings",
        "project": project,
        "disableDefaultSink": False,
        "kmsKeyName": "",
        "kmsServiceAccountId": f"cmek-p{NUMBER}@gcp-sa-logging.iam.gserviceaccount.com",
        "loggingServiceAccountId": f"service-{NUMBER}@gcp-sa-logging.iam.gserviceaccount.com",
        "storageLocation": "",
    }


def _zones(args: Props, config: Props, project: str) -> Props:
    region = str(args.get("region") or config.get("region") or "")
    names = [f"{region}-{letter}" for letter in "abc"]
    return {"id": f"projects/{project}/regions/{region}", "project": project, "region": region, "names": names}


def _regions(_args: Props, _config: Props, project: str) -> Props:
    return {"id": f"projects/{project}", "project": project, "names": sorted(regions("gcp"))}


def _policy(args: Props, _config: Props, _project: str) -> Props:
    """A policy document: bindings by role, members in order, as the provider writes it."""
    bindings = []
    for binding in args.get("bindings") or ():
        one: Props = {"members": sorted(set(binding.get("members") or ())), "role": binding.get("role")}
        if binding.get("condition"):
            one["condition"] = binding["condition"]
        bindings.append(one)
    policy: Props = {"bindings": sorted(bindings, key=lambda one: (str(one["role"]), str(one.get("condition"))))}
    audits = [
        {
            "auditLogConfigs": [
                {key: log[key] for key in ("exemptedMembers", "logType") if log.get(key)}
                for log in audit.get("auditLogConfigs") or ()
            ],
            "service": audit.get("service"),
        }
        for audit in args.get("auditConfigs") or ()
    ]
    if audits:
        policy["auditConfigs"] = audits
    text = json.dumps(policy, separators=(",", ":"))
    return {**args, "id": Dice.of(text).digits(10), "policyData": text}


_FUNCTIONS: Final[MappingProxyType[str, Callable[[Props, Props, str], Props]]] = MappingProxyType(
    {
        "gcp:organizations/getProject:getProject": _project,
        "gcp:organizations/getClientConfig:getClientConfig": _client,
        "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": _storage,
        "gcp:bigquery/getDefaultServiceAccount:getDefaultServiceAccount": _bigquery,
        "gcp:logging/getProjectSettings:getProjectSettings": _logging,
        "gcp:compute/getZones:getZones": _zones,
        "gcp:compute/getRegions:getRegions": _regions,
        "gcp:organizations/getIAMPolicy:getIAMPolicy": _policy,
    }
)
