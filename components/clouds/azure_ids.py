"""ARM ids and what can be read off them, so that references can be plain strings.

Ids are case-insensitive in Azure, but Azure ML wants ``resourceGroups`` in this very spelling
(https://learn.microsoft.com/azure/machine-learning/troubleshooting-managed-feature-store).
"""

from urllib.parse import urlsplit

from pulumi import Input, Output


def group_id(subscription: Input[str], group_name: Input[str]) -> Output[str]:
    """ARM id of a resource group."""
    return Output.concat("/subscriptions/", subscription, "/resourceGroups/", group_name)


def canonical(arm_id: Input[str]) -> Output[str]:
    """The id with ``resourceGroups`` as Azure ML wants it: some services answer with ``resourcegroups``."""
    return Output.from_input(arm_id).apply(
        lambda known: "/".join(
            "resourceGroups" if part.lower() == "resourcegroups" else part for part in known.split("/")
        )
    )


def segment(arm_id: str, kind: str) -> str:
    """The name that follows ``kind`` in an ARM id: ``segment(id, "storageAccounts")``.

    Raises:
        ValueError: where the id has no such segment.
    """
    parts = arm_id.split("/")
    for index, part in enumerate(parts[:-1]):
        if part.lower() == kind.lower():
            return parts[index + 1]
    raise ValueError(f"'{arm_id}' has no {kind}")


def ancestor(arm_id: str, kind: str) -> str:
    """The part of an ARM id that ends with the name of ``kind``: a container's id gives its account's.

    Raises:
        ValueError: where the id has no such segment.
    """
    parts = arm_id.split("/")
    for index, part in enumerate(parts[:-1]):
        if part.lower() == kind.lower():
            return "/".join(parts[: index + 2])
    raise ValueError(f"'{arm_id}' has no {kind}")


def name_in(arm_id: Input[str], kind: str) -> Output[str]:
    """:func:`segment` of an id that may not be known yet."""
    return Output.from_input(arm_id).apply(lambda known: segment(known, kind))


def account_of(container_id: Input[str]) -> Output[str]:
    """ARM id of the storage account that holds a container."""
    return Output.from_input(container_id).apply(lambda known: ancestor(known, "storageAccounts"))


def container_uri(container_id: str) -> str:
    """``abfss://`` URI of a container. The dfs endpoint answers for accounts with and without a hierarchy
    (https://learn.microsoft.com/azure/storage/blobs/data-lake-storage-introduction-abfs-uri)."""
    container, account = segment(container_id, "containers"), segment(container_id, "storageAccounts")
    return f"abfss://{container}@{account}.dfs.core.windows.net"


def key_name(key_identifier: str) -> str:
    """Name of a key: ``https://<vault>.vault.azure.net/keys/<name>`` gives ``<name>``."""
    return urlsplit(key_identifier).path.split("/")[2]


def vault_uri(key_identifier: str) -> str:
    """``https://<vault>.vault.azure.net`` of a key's identifier."""
    parts = urlsplit(key_identifier)
    return f"{parts.scheme}://{parts.netloc}"


def key_arm_id(vault_id: Input[str], key_identifier: Input[str]) -> Output[str]:
    """ARM id of a key, the narrowest scope on which key use can be granted."""
    return Output.all(vault_id, key_identifier).apply(lambda ids: f"{ids[0]}/keys/{key_name(str(ids[1]))}")
