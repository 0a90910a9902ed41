"""Cases of controls on what is written down: models, data, experiments, dossiers, dashboards, logs."""

from __future__ import annotations

import json
from collections.abc import Iterator

from policies.tokens import aws, azure, gcp
from tests.policies.dsl import UNKNOWN, Case, cells, put, res

GROUP, CARD = aws("sagemaker.ModelPackageGroup"), aws("sagemaker.ModelCard")
ENDPOINT, ONLINE, VERTEX = (
    aws("sagemaker.Endpoint"),
    azure("machinelearningservices.OnlineEndpoint"),
    gcp("vertex.AiEndpoint"),
)
WORKSPACE, MODEL = (azure(f"machinelearningservices.{c}") for c in ("Workspace", "ModelContainer"))
SCHEDULE = azure("machinelearningservices.Schedule")


def cases() -> Iterator[Case]:
    yield from _models()
    yield from _registries()
    yield from _images()
    yield from _experiments()
    yield from _features()
    yield from _quality()
    yield from _logs()
    yield from _dashboards()
    yield from _dossiers()
    yield from _bias()


def _models() -> Iterator[Case]:
    a, z, _ = cells("model-documented")
    described = {"modelPackageGroupDescription": "Who will leave."}
    yield from a.row(GROUP, described, "modelPackageGroupDescription", " ")
    full = {"content": json.dumps({"model_overview": {"model_name": "churn"}, "intended_uses": {"purpose": "offers"}})}
    yield from a.row(CARD, full, "content", json.dumps({"model_overview": {"model_name": "churn"}}), label="card")
    yield a.case("no card", res(CARD, "fail", {"content": "see the wiki"}))
    yield from z.row(MODEL, {"properties": {"description": "Who will leave."}}, "properties.description", "")


def _registries() -> Iterator[Case]:
    a, z, g = cells("model-registry-access")
    policy = aws("sagemaker.ModelPackageGroupPolicy")

    def allows(*actions: str) -> str:
        return json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"AWS": "1"}, "Action": actions}]})

    reads = {"resourcePolicy": allows("sagemaker:DescribeModelPackage")}
    yield from a.row(policy, reads, "resourcePolicy", allows("sagemaker:*"), absent="skip")
    registry = azure("machinelearningservices.Registry")
    yield from z.row(registry, {"publicNetworkAccess": "Disabled"}, "publicNetworkAccess", "Enabled")
    images = azure("containerregistry.Registry")
    kept = {"publicNetworkAccess": "Disabled", "policies": {"exportPolicy": {"status": "disabled"}}}
    for path, label in (("adminUserEnabled", "admin"), ("anonymousPullEnabled", "pull")):
        yield from z.row(images, {**kept, path: False}, path, True, absent="pass", label=label)
    yield from z.row(images, kept, "policies.exportPolicy.status", "enabled", label="export")
    yield from z.row(images, kept, "publicNetworkAccess", "Enabled", label="door")
    yield from _old_images()
    member = {"member": "serviceAccount:a@b", "role": "roles/artifactregistry.reader"}
    type_ = gcp("artifactregistry.RepositoryIamMember")
    yield from g.row(type_, member, "member", "allUsers")
    yield from g.row(type_, member, "role", "roles/artifactregistry.admin", label="role")


def _images() -> Iterator[Case]:
    a, z, g = cells("image-source-trusted")
    model, path = aws("sagemaker.Model"), "primaryContainer.image"
    ecr = {"primaryContainer": {"image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/churn:1"}}
    yield from a.row(model, ecr, path, "docker.io/library/python:3.11", absent="skip")
    private = {"image": "registry.acme.example/churn:1", "imageConfig": {"repositoryAccessMode": "Vpc"}}
    yield a.case("private registry", res(model, "pass", {"containers": [private]}))
    platform = put({"primaryContainer": private}, "primaryContainer.imageConfig.repositoryAccessMode", "Platform")
    yield a.case("public registry", res(model, "fail", platform))
    environment = azure("machinelearningservices.EnvironmentVersion")
    acr = {"properties": {"image": "acme.azurecr.io/train:1"}}
    yield from z.row(environment, acr, "properties.image", "python:3.11", absent="skip")
    run = {"template": {"template": {"containers": [{"image": "europe-west4-docker.pkg.dev/p/r/drift:1"}]}}}
    yield from g.row(gcp("cloudrunv2.Job"), run, "template.template.containers[].image", "docker.io/acme/drift")


def _experiments() -> Iterator[Case]:
    a, z, g = cells("experiment-tracking")
    tracker = aws("sagemaker.MlflowApp")
    yield a.case("passing", res(GROUP, "pass", {}), res(tracker, "tracker", {"artifactStoreUri": "s3://b/mlflow"}))
    yield a.case("failing", res(GROUP, "fail", {}), res(tracker, "tracker", {"artifactStoreUri": ""}))
    yield a.case("absent", res(GROUP, "fail", {}))
    yield a.case("unknown", res(GROUP, "open", {}), res(tracker, "tracker", {"artifactStoreUri": UNKNOWN}))
    yield from z.row(WORKSPACE, {"storageAccount": "/subscriptions/s/account"}, "storageAccount", "")
    yield z.case("feature store", res(WORKSPACE, "skip", {"kind": "FeatureStore"}))
    persistent, board = gcp("vertex.AiPersistentResource"), gcp("vertex.AiTensorboard")
    project = {"displayName": "churn"}
    yield g.case("passing", res(persistent, "pass", {}), res(board, "board", project))
    yield g.case("failing", res(persistent, "fail", {}), res(board, "board", {"displayName": ""}))
    yield g.case("absent", res(persistent, "fail", {}), res(gcp("vertex.AiDataset"), "data", project))
    yield g.case("unknown", res(persistent, "open", {}), res(board, "board", {"displayName": UNKNOWN}))


def _features() -> Iterator[Case]:
    a, z, g = cells("feature-keys-declared")
    group = aws("sagemaker.FeatureGroup")
    keys = {"recordIdentifierFeatureName": "customer_id", "eventTimeFeatureName": "event_time"}
    yield from a.row(group, keys, "eventTimeFeatureName", "")
    yield from a.row(group, keys, "recordIdentifierFeatureName", "", label="entity")
    version = azure("machinelearningservices.FeaturesetVersion")
    entities = {"properties": {"entities": ["azureml:customer:1"]}}
    yield from z.row(version, entities, "properties.entities", [])
    features = gcp("vertex.AiFeatureGroup")
    columns = {"bigQuery": {"entityIdColumns": ["customer_id"]}}
    yield from g.row(features, columns, "bigQuery.entityIdColumns", [])
    a, z, g = cells("catalog-registration")
    yield from a.row(aws("glue.CatalogDatabase"), {"description": "Features"}, "description", "")
    path = "offlineStoreConfig.disableGlueTableCreation"
    table = {"offlineStoreConfig": {"disableGlueTableCreation": False}}
    yield from a.row(group, table, path, True, absent="pass", label="table")
    container = azure("machinelearningservices.FeaturesetContainerEntity")
    yield from z.row(container, {"properties": {"description": "Use"}}, "properties.description", "")
    yield from g.row(features, {"description": "Use"}, "description", "")
    yield from g.row(gcp("bigquery.Dataset"), {"description": "Use"}, "description", "", label="dataset")
    a, _, g = cells("catalog-cmk")
    settings = {"catalogEncryptionMode": "SSE-KMS", "sseAwsKmsKeyId": "arn:aws:kms:r:1:key/k"}
    catalog = {"dataCatalogEncryptionSettings": {"encryptionAtRest": settings}}
    path = "dataCatalogEncryptionSettings.encryptionAtRest"
    type_ = aws("glue.DataCatalogEncryptionSettings")
    yield from a.row(type_, catalog, f"{path}.catalogEncryptionMode", "DISABLED")
    yield from a.row(type_, catalog, f"{path}.sseAwsKmsKeyId", "", label="key")
    key = {"defaultEncryptionConfiguration": {"kmsKeyName": "projects/p/locations/l/keyRings/r/cryptoKeys/k"}}
    yield from g.row(gcp("bigquery.Dataset"), key, "defaultEncryptionConfiguration.kmsKeyName", "")


def _quality() -> Iterator[Case]:
    a, z, g = cells("data-quality-gate")
    rules = {"ruleset": 'Rules = [ IsComplete "id" ]'}
    yield from a.row(aws("glue.DataQualityRuleset"), rules, "ruleset", "Rules = []")
    baseline = {"dataQualityBaselineConfig": {"constraintsResource": {"s3Uri": "s3://b/constraints.json"}}}
    path = "dataQualityBaselineConfig.constraintsResource.s3Uri"
    yield from a.row(aws("sagemaker.DataQualityJobDefinition"), baseline, path, "", label="baseline")
    monitor = {"signals": {"quality": {"metricThresholds": [{"metric": "NullValueRate"}]}}}
    action = {"actionType": "CreateMonitor", "monitorDefinition": monitor}
    path = "properties.action.monitorDefinition.signals.quality.metricThresholds"
    yield from z.row(SCHEDULE, {"properties": {"action": action}}, path, [])
    yield z.case("jobs", res(SCHEDULE, "skip", {"properties": {"action": {"actionType": "CreateJob"}}}))
    scan = {"dataQualitySpec": {"rules": [{"dimension": "VALIDITY", "threshold": 0.95}]}}
    yield from g.row(gcp("dataplex.Datascan"), scan, "dataQualitySpec.rules", [])
    yield g.case("profile", res(gcp("dataplex.Datascan"), "skip", {"dataProfileSpec": {}}))
    a, z, g = cells("pii-discovery")
    yield from a.row(aws("macie2.Account"), {"status": "ENABLED"}, "status", "PAUSED", absent="pass")
    job = {"s3JobDefinition": {"bucketDefinitions": [{"buckets": ["features"]}]}}
    path = "s3JobDefinition.bucketDefinitions[].buckets"
    yield from a.row(aws("macie2.ClassificationJob"), job, path, [], label="job")
    discovery = {"properties": {"sensitiveDataDiscovery": {"isEnabled": True}}}
    path = "properties.sensitiveDataDiscovery.isEnabled"
    yield from z.row(azure("security.DefenderForStorage"), discovery, path, False)
    trigger = {"status": "HEALTHY", "triggers": [{"schedule": {"recurrencePeriodDuration": "86400s"}}]}
    type_ = gcp("dataloss.PreventionJobTrigger")
    yield from g.row(type_, trigger, "triggers[].schedule.recurrencePeriodDuration", "")
    yield from g.row(type_, trigger, "status", "PAUSED", absent="pass", label="status")
    yield from _classes()


def _classes() -> Iterator[Case]:
    a, z, g = cells("classification-consistent")
    bucket = aws("s3.Bucket")
    confidential = {"bucket": "data", "tags": {"data-class": "confidential"}}
    link = {"bucket": "data"}
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    sse = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "arn:aws:kms:r:1:key/k"}
    flags = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    guards = (
        res(
            aws("s3.BucketServerSideEncryptionConfiguration"),
            "encryption",
            {**link, "rules": [{"applyServerSideEncryptionByDefault": sse}]},
        ),
        res(aws("s3.BucketPublicAccessBlock"), "block", {**link, **dict.fromkeys(flags, True)}),
        res(aws("s3.BucketPolicy"), "policy", {**link, "policy": json.dumps({"Statement": [deny]})}),
    )
    yield a.case("passing", res(bucket, "pass", confidential), *guards)
    yield a.case("failing", res(bucket, "fail", confidential), *guards[:2])
    yield a.case("absent", res(bucket, "skip", {"bucket": "data"}), *guards)
    yield a.case("lower class", res(bucket, "skip", put(confidential, "tags.data-class", "internal")))
    yield a.case("unknown", res(bucket, "open", put(confidential, "tags.data-class", UNKNOWN)), *guards)
    account = {
        "tags": {"data-class": "restricted"},
        "encryption": {"keySource": "Microsoft.Keyvault"},
        "allowBlobPublicAccess": False,
        "minimumTlsVersion": "TLS1_2",
    }
    store = azure("storage.StorageAccount")
    yield from z.row(store, account, "encryption.keySource", "Microsoft.Storage")
    yield z.case("absent class", res(store, "skip", put(account, "tags.data-class", None)))
    private = {
        "labels": {"data-class": "restricted"},
        "encryption": {"defaultKmsKeyName": "projects/p/locations/l/keyRings/r/cryptoKeys/k"},
        "publicAccessPrevention": "enforced",
    }
    yield from g.row(gcp("storage.Bucket"), private, "publicAccessPrevention", "inherited")


def _logs() -> Iterator[Case]:
    a, z, g = cells("ml-service-log")
    trail, path = aws("cloudtrail.Trail"), "eventSelectors[].includeManagementEvents"
    yield from a.row(trail, {"eventSelectors": [{"includeManagementEvents": True}]}, path, False, absent="pass")
    data = {"advancedEventSelectors": [{"fieldSelectors": [{"field": "eventCategory", "equals": ["Data"]}]}]}
    yield a.case("data only", res(trail, "skip", data))
    diagnostic, named = azure("monitor.DiagnosticSetting"), {"workspaceName": "ml"}
    base = {"resourceUri": "ml", "workspaceId": "/subscriptions/s/logs"}
    for kind, word, enabled in (("passing", "pass", True), ("failing", "fail", False), ("unknown", "open", UNKNOWN)):
        setting = res(diagnostic, "setting", {**base, "logs": [{"categoryGroup": "allLogs", "enabled": enabled}]})
        yield z.case(kind, res(WORKSPACE, word, named), setting)
    yield z.case("absent", res(WORKSPACE, "fail", named), res(diagnostic, "setting", {**base, "resourceUri": "other"}))
    nowhere = {"resourceUri": "ml", "logs": [{"categoryGroup": "allLogs", "enabled": True}]}
    yield z.case("no destination", res(WORKSPACE, "fail", named), res(diagnostic, "setting", nowhere))
    audit, path = gcp("projects.IAMAuditConfig"), "auditLogConfigs[].exemptedMembers"
    config = {"service": "aiplatform.googleapis.com", "auditLogConfigs": [{"exemptedMembers": []}]}
    yield from g.row(audit, config, path, ["user:a@example.com"], absent="pass")
    yield g.case("another service", res(audit, "skip", put(config, "service", "storage.googleapis.com")))


def _dashboards() -> Iterator[Case]:
    a, z, g = cells("dashboard-present")
    for cell, endpoint, dashboard, path in (
        (a, ENDPOINT, aws("cloudwatch.Dashboard"), "dashboardBody"),
        (z, ONLINE, azure("applicationinsights.Workbook"), "resourceGroupName"),
        (g, VERTEX, gcp("monitoring.Dashboard"), "dashboardJson"),
    ):
        yield cell.case("passing", res(endpoint, "pass", {}), res(dashboard, "board", {path: "{}"}))
        yield cell.case("failing", res(endpoint, "fail", {}), res(dashboard, "board", {path: ""}))
        yield cell.case("absent", res(endpoint, "fail", {}))
        yield cell.case("unknown", res(endpoint, "open", {}), res(dashboard, "board", {path: UNKNOWN}))


def _dossiers() -> Iterator[Case]:
    a, z, g = cells("high-risk-dossier")
    entry = gcp("dataplex.Entry")
    key = {"aspects": [{"aspectKey": "1.global.ai-dossier"}]}
    linked = {"properties": {"properties": {"dossier_uri": "https://acme.example/dossier"}}}
    for cell, endpoint, tags, document, good, path, bad in (
        (a, ENDPOINT, "tags", CARD, {"modelCardStatus": "Approved"}, "modelCardStatus", "Draft"),
        (z, ONLINE, "tags", MODEL, linked, "properties.properties.dossier_uri", "later"),
        (g, VERTEX, "labels", entry, key, "aspects[].aspectKey", "1.global.schema"),
    ):
        high = {tags: {"ai-risk-class": "high"}}
        yield cell.case("passing", res(endpoint, "pass", high), res(document, "dossier", good))
        yield cell.case("failing", res(endpoint, "fail", high), res(document, "dossier", put(good, path, bad)))
        yield cell.case("absent", res(endpoint, "fail", high))
        yield cell.case("unknown", res(endpoint, "open", high), res(document, "dossier", put(good, path, UNKNOWN)))
        yield cell.case("unknown class", res(endpoint, "open", {tags: {"ai-risk-class": UNKNOWN}}))
        yield cell.case("lower risk", res(endpoint, "skip", {tags: {"ai-risk-class": "limited"}}))


def _bias() -> Iterator[Case]:
    a, z, _ = cells("bias-monitor")
    high = {"tags": {"ai-risk-class": "high"}}
    schedule, pipeline = aws("sagemaker.MonitoringSchedule"), aws("sagemaker.Pipeline")
    kind = "monitoringScheduleConfig"
    yield a.case("passing", res(ENDPOINT, "pass", high), res(schedule, "s", {kind: {"monitoringType": "ModelBias"}}))
    yield a.case("failing", res(ENDPOINT, "fail", high), res(schedule, "s", {kind: {"monitoringType": "DataQuality"}}))
    yield a.case("absent", res(ENDPOINT, "fail", high))
    yield a.case("unknown", res(ENDPOINT, "open", high), res(schedule, "s", {kind: {"monitoringType": UNKNOWN}}))
    yield a.case("low risk", res(ENDPOINT, "skip", {"tags": {"ai-risk-class": "minimal"}}))
    checked = {"pipelineDefinition": json.dumps({"Steps": [{"Name": "Bias", "Type": "ClarifyCheck"}]})}
    yield a.case("Clarify", res(ENDPOINT, "pass", high), res(pipeline, "p", checked))
    for word, label, signal in (
        ("pass", "passing", "FeatureAttributionDrift"),
        ("fail", "failing", "DataDrift"),
        ("open", "unknown", UNKNOWN),
    ):
        definition = {"monitorDefinition": {"signals": {"s": {"signalType": signal}}}}
        yield z.case(label, res(ONLINE, word, high), res(SCHEDULE, "monitor", {"properties": {"action": definition}}))
    yield z.case("absent", res(ONLINE, "fail", high))


def _old_images() -> Iterator[Case]:
    a, z, g = cells("image-retention")
    repository, rules = aws("ecr.Repository"), aws("ecr.LifecyclePolicy")
    for kind, word, policy in (("passing", "pass", "{}"), ("failing", "fail", ""), ("unknown", "open", UNKNOWN)):
        yield a.case(
            kind, res(repository, word, {"name": "r"}), res(rules, "rules", {"repository": "r", "policy": policy})
        )
    yield a.case("absent", res(repository, "fail", {"name": "r"}))
    kept = {"policies": {"retentionPolicy": {"status": "enabled"}}}
    yield from z.row(azure("containerregistry.Registry"), kept, "policies.retentionPolicy.status", "disabled")
    images = {"format": "DOCKER", "cleanupPolicies": [{"action": "DELETE"}]}
    yield from g.row(gcp("artifactregistry.Repository"), images, "cleanupPolicies[].action", "KEEP")
    yield g.case("packages", res(gcp("artifactregistry.Repository"), "skip", {"format": "PYTHON"}))
