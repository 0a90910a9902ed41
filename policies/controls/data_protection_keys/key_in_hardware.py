"""Customer keys live in hardware."""

from __future__ import annotations

from components.core.cloud import ByCloud, Gap, GapKind
from policies.accept import equals, is_false
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import azure, gcp
from policies.verdict import Verdict

CONTROL = Control(
    id="key-in-hardware",
    group=Group.DATA_PROTECTION_KEYS,
    title="Customer-managed keys never leave a hardware security module",
    severity=Severity.MEDIUM,
    why="A key in software can be copied with the memory that holds it; one in a module can only be used.",
    remedy="Set posture hsm_keys to true, or choose a hardware key type for your own key.",
    url="https://learn.microsoft.com/azure/key-vault/keys/about-keys",
    clauses=("iso27001:A.8.24", "soc2:CC6.1", "nist-800-53:SC-12"),
    covers=("checkov:CKV_AZURE_112",),
    rows=ByCloud(
        aws=Gap(
            kind=GapKind.NEVER,
            reason="Every key of AWS KMS is in a hardware module; there is no other kind to refuse.",
            url="https://docs.aws.amazon.com/kms/latest/cryptographic-details/intro.html",
        ),
        azure=(
            Row(
                type=azure("keyvault.Key"),
                path="properties.kty",
                accept=equals("RSA-HSM", "EC-HSM", "oct-HSM"),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=azure("keyvault.Key"),
                path="properties.attributes.exportable",
                accept=is_false(),
                if_missing=Verdict.PASSED,
            ),
        ),
        gcp=(
            Row(
                type=gcp("kms.CryptoKey"),
                path="versionTemplate.protectionLevel",
                accept=equals("HSM", "HSM_SINGLE_TENANT", "EXTERNAL", "EXTERNAL_VPC"),
                if_missing=Verdict.FAILED,
            ),
        ),
    ),
)
