"""Cases of the group data-protection-keys."""

from __future__ import annotations

import json
from collections.abc import Iterator

from policies.tokens import aws, azure, gcp
from tests.policies.dsl import SECRET, UNKNOWN, Case, cells, put, res, secret

BUCKET, ACCOUNT, GCS = aws("s3.Bucket"), azure("storage.StorageAccount"), gcp("storage.Bucket")
SSE, BLOCK = aws("s3.BucketServerSideEncryptionConfiguration"), aws("s3.BucketPublicAccessBlock")


def _sse(
    bucket: object, algorithm: object = "aws:kms", key: object = "arn:aws:kms:eu-west-1:1:key/k"
) -> dict[str, object]:
    default = {"sseAlgorithm": algorithm, "kmsMasterKeyId": key}
    return {"bucket": bucket, "rules": [{"applyServerSideEncryptionByDefault": default}]}


def cases() -> Iterator[Case]:
    yield from _encryption()
    yield from _public()
    yield from _rotation()
    yield from _secrets()
    yield from _transport()
    yield from _versions()
    yield from _key_life()
    yield from _more_keys()


def _encryption() -> Iterator[Case]:
    a, z, g = cells("store-cmk-encryption")
    key = res(aws("kms.Key"), "key")
    first, second = res(BUCKET, "pass", {"bucket": "raw"}), res(BUCKET, "fail", {"bucket": "curated"})
    yield a.case("passing", res(BUCKET, "pass", {"bucket": "raw"}), res(SSE, "sse", _sse("raw")))
    yield a.case("failing", first, second, res(SSE, "a", _sse("raw")), res(SSE, "b", _sse("curated", "AES256")))
    yield a.case("no key", res(BUCKET, "fail", {"bucket": "raw"}), res(SSE, "s", _sse("raw", key=None)))
    yield a.case("absent", first, second, res(SSE, "sse", _sse("raw")))
    yield a.case("unknown", res(BUCKET, "open", {"bucket": "raw"}), res(SSE, "s", _sse("raw", UNKNOWN)))
    yield a.case("unknown bucket", res(BUCKET, "open", {"bucket": "raw"}), res(SSE, "s", _sse(UNKNOWN)))
    made = res(BUCKET, "pass")
    yield a.case(
        "key and bucket by dependency",
        key,
        made,
        res(BUCKET, "fail other"),
        res(SSE, "s", _sse(UNKNOWN, key=UNKNOWN), of={"bucket": made, "rules": key}),
    )
    yield a.case(
        "log target",
        res(BUCKET, "skip", {"bucket": "logs"}),
        res(aws("s3.BucketLogging"), "l", {"bucket": "raw", "targetBucket": "logs", "targetPrefix": "s3/"}),
    )
    inline = {"rule": {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "k"}}}
    yield a.case("inline", res(BUCKET, "pass", {"serverSideEncryptionConfiguration": inline}))
    yield from z.row(
        ACCOUNT,
        {"encryption": {"keySource": "Microsoft.Keyvault"}},
        "encryption.keySource",
        "Microsoft.Storage",
    )
    path = "encryption.defaultKmsKeyName"
    good = {"encryption": {"defaultKmsKeyName": "projects/p/locations/l/keyRings/r/cryptoKeys/k"}}
    yield from g.row(GCS, good, path, "")
    ring = res(gcp("kms.CryptoKey"), "key")
    yield g.case("evidence", ring, res(GCS, "pass", put(good, path, UNKNOWN), of={"encryption": ring}))
    topic = res(gcp("pubsub.Topic"), "topic")
    yield g.case("no evidence", topic, res(GCS, "open", put(good, path, UNKNOWN), of={"encryption": topic}))


def _public() -> Iterator[Case]:
    a, z, g = cells("store-no-public-access")
    flags = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    good = {"bucket": "raw", **dict.fromkeys(flags, True)}
    yield a.case("passing", res(BUCKET, "pass", {"bucket": "raw"}), res(BLOCK, "b", good))
    for flag in flags:
        yield a.case(f"failing {flag}", res(BUCKET, "fail", {"bucket": "raw"}), res(BLOCK, "b", {**good, flag: False}))
    half = {k: v for k, v in good.items() if k != "ignorePublicAcls"}
    yield a.case("absent flag", res(BUCKET, "fail", {"bucket": "raw"}), res(BLOCK, "b", half))
    yield a.case("absent", res(BUCKET, "fail", {"bucket": "raw"}))
    yield a.case(
        "unknown",
        res(BUCKET, "open", {"bucket": "raw"}),
        res(BLOCK, "b", {**good, "blockPublicAcls": UNKNOWN}),
    )
    yield from z.row(ACCOUNT, {"allowBlobPublicAccess": False}, "allowBlobPublicAccess", True)
    yield from g.row(GCS, {"publicAccessPrevention": "enforced"}, "publicAccessPrevention", "inherited")


def _rotation() -> Iterator[Case]:
    a, z, g = cells("key-rotation")
    yield from a.row(aws("kms.Key"), {"enableKeyRotation": True}, "enableKeyRotation", False)
    yield a.case("asymmetric", res(aws("kms.Key"), "skip", {"customerMasterKeySpec": "RSA_4096"}))
    yield a.case("unknown kind", res(aws("kms.Key"), "open", {"customerMasterKeySpec": UNKNOWN}))
    actions = [{"action": {"type": "notify"}}, {"action": {"type": "rotate"}}]
    vault = {"properties": {"rotationPolicy": {"lifetimeActions": actions}}}
    path = "properties.rotationPolicy.lifetimeActions[].action.type"
    yield from z.row(azure("keyvault.Key"), vault, path, "notify")
    key = gcp("kms.CryptoKey")
    yield from g.row(key, {"rotationPeriod": "7776000s"}, "rotationPeriod", "7776001s")
    yield g.case("sandbox", res(key, "pass", {"rotationPeriod": "31536000s"}), profile="sandbox")
    yield g.case("asymmetric", res(key, "skip", {"purpose": "ASYMMETRIC_SIGN"}))


def _secrets() -> Iterator[Case]:
    a, z, g = cells("no-plaintext-secrets")
    model, online, job = (
        aws("sagemaker.Model"),
        azure("machinelearningservices.OnlineDeployment"),
        gcp("cloudrunv2.Job"),
    )
    clean = {
        "LOG_LEVEL": "info",
        "DB_SECRET_ARN": "a",
        "API_KEY": "arn:aws:secretsmanager:eu-west-1:1:secret:k",
        "TOKENIZER": "x",
    }

    def envs(value: object) -> dict[str, object]:
        return {"template": {"template": {"containers": [{"envs": [{"name": "DB_PASSWORD", "value": value}]}]}}}

    for label, env in {
        "by name": {"dbPassword": SECRET},
        "by value": {"CONFIG": "AKIAABCDEFGHIJKLMNOP"},
        "connection string": {"BACKEND": "postgres://user:pw@db/x"},
        "marked secret": {"API_TOKEN": secret(SECRET)},
    }.items():
        yield a.case(f"failing {label}", res(model, "fail", {"primaryContainer": {"environment": env}}))
    yield a.case("second container", res(model, "fail", {"containers": [{}, {"environment": {"pwd": SECRET}}]}))
    yield a.case("passing", res(model, "pass", {"primaryContainer": {"environment": clean}}))
    yield a.case("absent", res(model, "pass", {}))
    yield a.case("unknown", res(model, "open", {"primaryContainer": {"environment": {"HOST": UNKNOWN}}}))
    for kind, env, subject in (
        ("passing", clean, "pass"),
        ("failing", {"STORAGE_SAS": SECRET}, "fail"),
        ("unknown", UNKNOWN, "open"),
    ):
        yield z.case(kind, res(online, subject, {"properties": {"environmentVariables": env}}))
    yield z.case("absent", res(online, "pass", {"properties": {}}))
    yield g.case("passing", res(job, "pass", envs("projects/p/secrets/db/versions/1")))
    yield g.case("failing", res(job, "fail", envs(SECRET)))
    yield g.case("absent", res(job, "pass", {"template": {}}))
    yield g.case("unknown", res(job, "open", envs(UNKNOWN)))
    notebook = gcp("workbench.Instance")
    yield g.case("metadata", res(notebook, "fail", {"gceSetup": {"metadata": {"git-token": SECRET}}}))


TLS = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::raw", "arn:aws:s3:::raw/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def _transport() -> Iterator[Case]:
    a, z, _ = cells("store-tls-only")
    policy, bucket = aws("s3.BucketPolicy"), {"bucket": "raw"}

    def text(*statements: object) -> dict[str, object]:
        return {"bucket": "raw", "policy": json.dumps({"Version": "2012-10-17", "Statement": statements})}

    for label, statement in {
        "": TLS,
        "false as boolean": {**TLS, "Condition": {"Bool": {"aws:SecureTransport": False}}},
        "principal map": {**TLS, "Principal": {"AWS": "*"}, "Action": ["s3:*"]},
    }.items():
        yield a.case(f"passing {label}", res(BUCKET, "pass", bucket), res(policy, "pass policy", text(statement)))
    for label, statement in {
        "allow": {**TLS, "Effect": "Allow"},
        "narrowed": {**TLS, "Condition": {**TLS["Condition"], "StringEquals": {"aws:userid": "x"}}},  # type: ignore[dict-item]
        "one role": {**TLS, "Principal": {"AWS": "arn:aws:iam::1:role/r"}},
        "reads only": {**TLS, "Action": "s3:Get*"},
        "true": {**TLS, "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
    }.items():
        yield a.case(f"failing {label}", res(BUCKET, "pass", bucket), res(policy, "fail policy", text(statement)))
    for label, words in {
        "not JSON": "{",
        "no statement": "{}",
        "bad effect": '{"Statement": {"Effect": "No"}}',
    }.items():
        yield a.case(f"failing {label}", res(policy, "fail", {"bucket": "raw", "policy": words}))
    yield a.case("absent", res(BUCKET, "fail", bucket), res(BUCKET, "fail too", {"bucket": "x"}))
    yield a.case("inline", res(BUCKET, "pass", {"bucket": "raw", "policy": text(TLS)["policy"]}))
    made = res(BUCKET, "pass")
    yield a.case("unknown", made, res(policy, "open", {"bucket": UNKNOWN, "policy": UNKNOWN}, of={"bucket": made}))
    yield a.case("unknown link", res(BUCKET, "open", bucket), res(policy, "pass", {**text(TLS), "bucket": UNKNOWN}))
    sound = {"minimumTlsVersion": "TLS1_2", "enableHttpsTrafficOnly": True}
    yield from z.row(ACCOUNT, sound, "minimumTlsVersion", "TLS1_0")
    yield from z.row(ACCOUNT, sound, "enableHttpsTrafficOnly", False, absent="pass", label="plain http")


def _versions() -> Iterator[Case]:
    a, z, g = cells("store-versioning")
    versions, service = aws("s3.BucketVersioning"), azure("storage.BlobServiceProperties")
    bucket, account = {"bucket": "raw"}, {"accountName": "raw"}
    for kind, subject, status in (
        ("passing", "pass", "Enabled"),
        ("failing", "fail", "Suspended"),
        ("unknown", "open", UNKNOWN),
    ):
        given = {"bucket": "raw", "versioningConfiguration": {"status": status}}
        yield a.case(kind, res(BUCKET, subject, bucket), res(versions, "versions", given))
    yield a.case("absent", res(BUCKET, "fail", bucket), res(versions, "v", {"bucket": "other"}))
    for kind, subject, on in (("passing", "pass", True), ("failing", "fail", False), ("unknown", "open", UNKNOWN)):
        blobs = {"accountName": "raw", "isVersioningEnabled": on}
        yield z.case(kind, res(ACCOUNT, subject, account), res(service, "blobs", blobs))
    yield z.case("absent", res(ACCOUNT, "fail", account))
    yield z.case("hierarchical", res(ACCOUNT, "skip", {**account, "isHnsEnabled": True}))
    yield from g.row(GCS, {"versioning": {"enabled": True}}, "versioning.enabled", False)
    yield g.case("retention", res(GCS, "skip", {"retentionPolicy": {"retentionPeriod": "86400"}}))


def _key_life() -> Iterator[Case]:
    a, z, g = cells("key-deletion-guard")
    key, vault, crypto = aws("kms.Key"), azure("keyvault.Vault"), gcp("kms.CryptoKey")
    yield from a.row(key, {"deletionWindowInDays": 30}, "deletionWindowInDays", 7, absent="pass")
    yield from z.row(vault, {"properties": {"enablePurgeProtection": True}}, "properties.enablePurgeProtection", False)
    yield from g.row(
        crypto, {"destroyScheduledDuration": "2592000s"}, "destroyScheduledDuration", "86400s", absent="pass"
    )
    a, z, g = cells("key-access-scoped")

    def opened(principal: object, condition: object = None) -> dict[str, object]:
        statement = {
            "Effect": "Allow",
            "Action": "kms:*",
            "Resource": "*",
            "Principal": principal,
            "Condition": condition,
        }
        return {"policy": json.dumps({"Statement": statement})}

    root = {"AWS": "arn:aws:iam::1:root"}
    yield a.case("passing", res(key, "pass", opened(root)))
    yield a.case("passing by account", res(key, "pass", opened("*", {"StringEquals": {"kms:CallerAccount": "1"}})))
    yield a.case("failing", res(key, "fail", opened({"AWS": ["x", "*"]})), res(key, "pass", opened(root)))
    yield a.case("absent", res(key, "skip", {}))
    yield a.case("unknown", res(key, "open", {"policy": UNKNOWN}))
    yield from z.row(
        vault, {"properties": {"enableRbacAuthorization": True}}, "properties.enableRbacAuthorization", False
    )
    grant = {
        "member": "serviceAccount:s@p.iam.gserviceaccount.com",
        "role": "roles/cloudkms.cryptoKeyEncrypterDecrypter",
    }
    yield from g.row(gcp("kms.CryptoKeyIAMMember"), grant, "member", "allUsers")
    yield from g.row(gcp("kms.CryptoKeyIAMMember"), grant, "role", "roles/owner", label="role")


def _more_keys() -> Iterator[Case]:
    a, z, g = cells("endpoint-cmk")
    config, workspace, vertex = (
        aws("sagemaker.EndpointConfiguration"),
        azure("machinelearningservices.Workspace"),
        gcp("vertex.AiEndpoint"),
    )
    variants = [{"instanceType": "ml.m5.large"}]
    yield from a.row(config, {"kmsKeyArn": "arn:k", "productionVariants": variants}, "kmsKeyArn", "")
    yield a.case("local disks", res(config, "skip", {"productionVariants": [{"instanceType": "ml.g5.xlarge"}]}))
    yield a.case(
        "one with disks", res(config, "fail", {"productionVariants": [{"instanceType": "ml.g5.xlarge"}, *variants]})
    )
    key = res(aws("kms.Key"), "key")
    yield a.case("evidence", key, res(config, "pass", {"kmsKeyArn": UNKNOWN}, of={"kmsKeyArn": key}))
    path = "encryption.keyVaultProperties.keyIdentifier"
    yield from z.row(workspace, {"encryption": {"keyVaultProperties": {"keyIdentifier": "https://v/keys/k"}}}, path, "")
    named = {"encryptionSpec": {"kmsKeyName": "projects/p/locations/l/keyRings/r/cryptoKeys/k"}}
    yield from g.row(vertex, named, "encryptionSpec.kmsKeyName", "")
    a, z, g = cells("feature-store-cmk")
    group = aws("sagemaker.FeatureGroup")
    online = {"onlineStoreConfig": {"enableOnlineStore": True, "securityConfig": {"kmsKeyId": "k"}}}
    offline = {"offlineStoreConfig": {"s3StorageConfig": {"s3Uri": "s3://b", "kmsKeyId": "k"}}}
    yield from a.row(group, online, "onlineStoreConfig.securityConfig.kmsKeyId", "")
    yield from a.row(group, {**online, **offline}, "offlineStoreConfig.s3StorageConfig.kmsKeyId", "", label="offline")
    yield from z.row(
        workspace, {"kind": "FeatureStore", "encryption": {"status": "Enabled"}}, "encryption.status", "Disabled"
    )
    yield z.case("no feature store", res(workspace, "skip", {"kind": "Default"}))
    yield from g.row(gcp("vertex.AiFeatureOnlineStore"), named, "encryptionSpec.kmsKeyName", "")
    a, z, g = cells("store-identity-only-access")
    controls = aws("s3.BucketOwnershipControls")
    for kind, subject, owner in (
        ("passing", "pass", "BucketOwnerEnforced"),
        ("failing", "fail", "ObjectWriter"),
        ("unknown", "open", UNKNOWN),
    ):
        given = {"bucket": "raw", "rule": {"objectOwnership": owner}}
        yield a.case(kind, res(BUCKET, subject, {"bucket": "raw"}), res(controls, "controls", given))
    yield a.case("absent", res(BUCKET, "fail", {"bucket": "raw"}))
    yield from z.row(ACCOUNT, {"allowSharedKeyAccess": False}, "allowSharedKeyAccess", True)
    yield from g.row(GCS, {"uniformBucketLevelAccess": True}, "uniformBucketLevelAccess", False)
    a, z, g = cells("workbench-cmk")
    yield from a.row(aws("sagemaker.Domain"), {"kmsKeyId": "k"}, "kmsKeyId", "")
    yield from z.row(workspace, {"encryption": {"status": "Enabled"}}, "encryption.status", "Disabled")
    disks = {"gceSetup": {"bootDisk": {"diskEncryption": "CMEK"}, "dataDisks": {"diskEncryption": "CMEK"}}}
    yield from g.row(gcp("workbench.Instance"), disks, "gceSetup.bootDisk.diskEncryption", "GMEK")
