"""Cases of the group data-protection-keys."""

from __future__ import annotations

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
