"""One lifecycle on each of the other two clouds."""

from __future__ import annotations

import pulumi
import pulumi_azure_native as azure
import pulumi_gcp as gcp
from pulumi import ResourceOptions

from tests.differential.case import case, destroy, up


@case(up(1), up(2), up(3), destroy())
def azure_lifecycle(version: int) -> None:
    group = azure.resources.ResourceGroup("rg", tags={"version": str(version)})
    account = azure.storage.StorageAccount(
        "lake",
        account_name="acmelake" if version < 3 else "acmelake3",
        resource_group_name=group.name,
        kind=azure.storage.Kind.STORAGE_V2,
        sku={"name": azure.storage.SkuName.STANDARD_LRS},
        allow_blob_public_access=version == 1,
    )
    azure.storage.BlobContainer(
        "raw", account_name=account.name, resource_group_name=group.name, opts=ResourceOptions(parent=account)
    )
    pulumi.export("id", account.id)


@case(up(1), up(2), up(3), destroy())
def google_lifecycle(version: int) -> None:
    bucket = gcp.storage.Bucket(
        "lake",
        location="EU" if version < 3 else "US",
        uniform_bucket_level_access=True,
        labels={"version": str(version)},
        versioning={"enabled": version > 1},
    )
    topic = gcp.pubsub.Topic("events", labels={"bucket": bucket.name})
    gcp.pubsub.Subscription("sub", topic=topic.name, ack_deadline_seconds=10 * version)
    pulumi.export("url", bucket.url)
