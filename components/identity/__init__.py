"""One least-privilege principal per workload role, the approver, and keyless CI with two roles."""

from components.identity.component import LEGS, Identity
from components.identity.contract import IdentityArgs, IdentityOutputs, IdentitySpec

__all__ = ["LEGS", "Identity", "IdentityArgs", "IdentityOutputs", "IdentitySpec"]
