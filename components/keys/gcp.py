"""Keys on Google Cloud: a key ring in the stack's region with one rotated key per data class, usable by service agents.

The ids of the keys are given out only after the grants, so that whatever encrypts with a key waits until its service
may use it. Key rings and keys outlive their destruction (only key versions are destroyed): their names are taken for
good, and ``generation`` gives new ones.
"""

import pulumi_gcp as gcp
from pulumi import Input, Output, Resource

from components.clouds import gcp_agents, gcp_grants
from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.scope import Scope
from components.core.vocabulary import DataClass
from components.keys.contract import KeysArgs, KeysOutputs, KeysSpec

SUPPORT = Support(means=Means.NATIVE, by="Cloud KMS, Cloud HSM")
GAPS: tuple[Gap, ...] = ()

_DAY = 24 * 60 * 60
"""Seconds: durations of the API are texts such as ``7776000s``."""


def build(scope: Scope, spec: KeysSpec, args: KeysArgs) -> KeysOutputs:
    """Make the service agents; then the key ring, its keys and the grants on them, or pass on the existing keys."""
    project, number = args["foundation"]["account_id"], args["foundation"]["account_number"]
    covered = [data_class for data_class in DataClass if scope.covers(data_class)]
    agents = _agents(scope, covered, project, number)
    if spec.existing is not None:
        return KeysOutputs(**{name: Output.from_input(value) for name, value in spec.existing.model_dump().items()})
    ring = gcp.kms.KeyRing(
        scope.label("ring"),
        project=project,
        name=scope.name("key_ring"),
        location=scope.region,  # Vertex AI wants the key in the region of what it encrypts
        opts=scope.options(stateful=True),
    )
    ids = {data_class: _key(scope, spec, ring, data_class, agents) for data_class in DataClass}
    return KeysOutputs(
        data_key_id=ids[DataClass.DATA],
        models_key_id=ids[DataClass.MODELS],
        logs_key_id=ids[DataClass.LOGS],
        vault_id=ring.id,
        user_id=gcp_agents.address("aiplatform", number),
    )


def _agents(
    scope: Scope, covered: list[DataClass], project: Input[str], number: Input[str]
) -> dict[str, tuple[Output[str], list[Resource]]]:
    """Member of each service that encrypts with a key, and what must exist before it is granted anything."""
    services = dict.fromkeys(service for data_class in covered for service in gcp_agents.KEY_USERS[data_class])
    return {
        service: (gcp_agents.address(service, number), gcp_agents.make_agent(scope, service, project, number))
        if service in gcp_agents.AGENTS
        else (gcp_agents.look_up(service, project), [])
        for service in services
    }


def _key(
    scope: Scope,
    spec: KeysSpec,
    ring: gcp.kms.KeyRing,
    data_class: DataClass,
    agents: dict[str, tuple[Output[str], list[Resource]]],
) -> Output[str]:
    """Make one key; its id resolves once every service that uses it may."""
    key = gcp.kms.CryptoKey(
        scope.label(data_class.value),
        key_ring=ring.id,
        name=scope.name("key", data_class.value),
        purpose="ENCRYPT_DECRYPT",
        rotation_period=f"{spec.rotation_days * _DAY}s",
        destroy_scheduled_duration=f"{scope.posture.deletion_window_days * _DAY}s",
        version_template=gcp.kms.CryptoKeyVersionTemplateArgs(
            algorithm="GOOGLE_SYMMETRIC_ENCRYPTION",
            protection_level="HSM" if scope.posture.hsm_keys else "SOFTWARE",
        ),
        deletion_policy="PREVENT" if scope.posture.deletion_protection else "DELETE",
        labels=scope.tags(),
        opts=scope.options(stateful=True),
    )
    users = gcp_agents.KEY_USERS[data_class] if scope.covers(data_class) else ()
    grants = [
        gcp_grants.on_key(
            scope, f"{data_class.value}-{service}", key.id, agents[service][0], depends_on=agents[service][1]
        )
        for service in users
    ]
    return Output.all(key.id, *(grant.id for grant in grants)).apply(lambda ids: str(ids[0]))
