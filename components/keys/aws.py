"""Keys on AWS: one KMS key per data class.

All three keys are made on every profile, so that tightening a profile later re-encrypts nothing that has no key yet.
The key policies name services only; roles get use of the keys from the identity component, through IAM.
"""

from pulumi import Output

from components.clouds.aws_arn import arns
from components.clouds.aws_kms import customer_key, log_services
from components.core.backend import Means, Support
from components.core.cloud import Gap, GapKind
from components.core.scope import Scope
from components.core.vocabulary import DataClass
from components.keys.contract import KeysArgs, KeysOutputs, KeysSpec

SUPPORT = Support(means=Means.NATIVE, by="KMS")
GAPS: tuple[Gap, ...] = (
    Gap(
        kind=GapKind.NEVER,
        field="posture.hsm_keys",
        reason="KMS keeps all key material in FIPS 140-3 level 3 hardware security modules; there is no other kind.",
        url="https://docs.aws.amazon.com/kms/latest/developerguide/data-protection.html",
    ),
)

HOLDS = {
    DataClass.DATA: "zones raw, curated and features, feature store",
    DataClass.MODELS: "artifacts, images, training volumes, endpoints, captured requests",
    DataClass.LOGS: "log groups, trails, alarm topics, dead-letter queues, access logs",
}
"""What each key encrypts, for its description."""


def build(scope: Scope, spec: KeysSpec, args: KeysArgs) -> KeysOutputs:
    """Make the keys, or hand on those that are brought along."""
    names = arns(scope, args["foundation"])
    user = names.iam("root")
    if spec.existing is not None:
        return KeysOutputs(
            data_key_id=Output.from_input(spec.existing.data_key_id),
            models_key_id=Output.from_input(spec.existing.models_key_id),
            logs_key_id=Output.from_input(spec.existing.logs_key_id),
            vault_id=Output.from_input(spec.existing.vault_id),
            user_id=Output.from_input(spec.existing.user_id),
        )
    made = {
        data_class: customer_key(
            scope,
            names,
            data_class.value,
            f"Tripod {scope.prefix}: {HOLDS[data_class]}",
            log_services(names) if data_class is DataClass.LOGS else (),
            rotation_days=spec.rotation_days,
        )
        for data_class in DataClass
    }
    return KeysOutputs(
        data_key_id=made[DataClass.DATA][0].arn,
        models_key_id=made[DataClass.MODELS][0].arn,
        logs_key_id=made[DataClass.LOGS][0].arn,
        vault_id=made[DataClass.DATA][1].arn,
        user_id=user,
    )
