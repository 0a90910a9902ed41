"""Arranged faults: what strikes an operation, and which errors a provider outlasts by trying again.

The three providers repeat a request that was throttled, so a fault with such a code is met once per attempt: two
occurrences are survived, and only a fault with more occurrences than the provider has attempts comes through. Waiting
between attempts takes no time here. What is not done: jitter, and the retries of single resources (IAM propagation).
"""

from __future__ import annotations

import fnmatch
import time
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from simulator.catalogue import files
from simulator.catalogue.packages import PACKAGES
from simulator.catalogue.shapes import shape_of
from simulator.model import CloudError, Props
from simulator.records import Effect, Fault
from simulator.store import Store

OPERATIONS: Final = ("create", "read", "update", "delete", "*")


@dataclass(frozen=True)
class Retries:
    """How a provider repeats a request that failed."""

    codes: frozenset[str]
    """Errors after which it tries again."""
    attempts: int | None
    """Requests in all; None where only the timeout of the operation ends them."""
    setting: str = ""
    """Key of the provider configuration that changes ``attempts``."""
    source: str = ""

    def allowed(self, config: Props, timeout: float) -> int:
        """Return how many requests an operation with a timeout (seconds, 0 for the default) may take."""
        chosen = config.get(self.setting) if self.setting else None
        if isinstance(chosen, int | float) and not isinstance(chosen, bool) and chosen > 0:
            return int(chosen)
        return self.attempts if self.attempts is not None else _within(timeout or _GOOGLE_TIMEOUT)


_GOOGLE_TIMEOUT: Final = 1200.0
"""Seconds: most resources of the Google provider allow 20 minutes (argument reference, section Timeouts)."""


def _within(seconds: float) -> int:
    """Return how many attempts fit: pauses of 0.5, 1, 2, 4, 8, then 10 seconds (helper/retry of the plugin SDK)."""
    attempts, pause, left = 1, 0.5, seconds
    while left >= pause:
        left -= pause
        attempts += 1
        pause = min(pause * 2, 10.0)
    return attempts


RETRIES: Final = MappingProxyType(
    {
        "aws": Retries(
            codes=frozenset(
                {
                    "BandwidthLimitExceeded",
                    "EC2ThrottledException",
                    "LimitExceededException",
                    "PriorRequestNotComplete",
                    "ProvisionedThroughputExceededException",
                    "RequestLimitExceeded",
                    "RequestThrottled",
                    "RequestThrottledException",
                    "RequestTimeout",
                    "RequestTimeoutException",
                    "SlowDown",
                    "ThrottledException",
                    "Throttling",
                    "ThrottlingException",
                    "TooManyRequestsException",
                    "TransactionInProgressException",
                    "500",
                    "502",
                    "503",
                    "504",
                }
            ),
            attempts=25,
            setting="maxRetries",
            source="aws-sdk-go-v2 aws/retry (DefaultThrottleErrorCodes, DefaultRetryableErrorCodes); max_retries of "
            "https://registry.terraform.io/providers/hashicorp/aws/latest/docs",
        ),
        "azure-native": Retries(
            codes=frozenset(
                {
                    "AnotherOperationInProgress",
                    "BadGateway",
                    "GatewayTimeout",
                    "InternalServerError",
                    "RequestTimeout",
                    "ResourceRequestsThrottled",
                    "ServiceUnavailable",
                    "SubscriptionRequestsThrottled",
                    "TooManyRequests",
                    "408",
                    "429",
                    "500",
                    "502",
                    "503",
                    "504",
                }
            ),
            attempts=4,
            source="pulumi-azure-native provider/pkg/azure/client_azcore.go (three retries after 20, 60 and 120 s); "
            "https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling",
        ),
        "gcp": Retries(
            codes=frozenset(
                {
                    "INTERNAL",
                    "RATE_LIMIT_EXCEEDED",
                    "RESOURCE_EXHAUSTED",
                    "UNAVAILABLE",
                    "rateLimitExceeded",
                    "429",
                    "500",
                    "502",
                    "503",
                }
            ),
            attempts=None,
            source="terraform-provider-google google/transport/error_retry_predicates.go and retry_utils.go",
        ),
    }
)
"""Package -> how its provider repeats requests."""

_LOST: Final = MappingProxyType(
    {
        "aws": ("RequestError", "send request failed: read tcp: connection reset by peer"),
        "azure-native": ("RequestFailed", "read tcp: connection reset by peer"),
        "gcp": ("TransportError", "unexpected EOF"),
    }
)
"""Package -> what the provider says of an answer that never came, unless the fault says otherwise."""


def validated(fault: Fault) -> Fault:
    """Return a fault that can strike; raises :class:`CloudError` ``InvalidFault`` with the reason for any other."""
    if fault.operation not in OPERATIONS:
        raise CloudError("InvalidFault", f"'{fault.operation}' is no operation; use {', '.join(OPERATIONS)}")
    if fault.times < 1:
        raise CloudError("InvalidFault", f"a fault that strikes {fault.times} times never strikes; use 1 or more")
    if not 0 <= fault.latency <= _LONGEST:
        raise CloudError("InvalidFault", f"a latency of {fault.latency:g} s is out of range; use 0 to {_LONGEST:g}")
    if fault.effect is Effect.PARTIAL and fault.operation in ("read", "delete"):
        raise CloudError(
            "InvalidFault", f"a {fault.operation} cannot be partial; a partial fault needs create, update or *"
        )
    if not packages_of(fault.type_glob):
        raise CloudError("InvalidFault", _no_such_type(fault.type_glob))
    return fault


_LONGEST: Final = 3600.0


def packages_of(type_glob: str) -> tuple[str, ...]:
    """Return the packages that have resource types which match a pattern."""
    return tuple(
        package
        for package in PACKAGES
        if any(fnmatch.fnmatchcase(token, type_glob) for token in files.of(package).names("type"))
    )


def _no_such_type(type_glob: str) -> str:
    if not set("*?[") & set(type_glob):
        try:
            shape_of(type_glob)
        except CloudError as error:
            return error.message
    return f"no resource type of {', '.join(PACKAGES)} matches '{type_glob}'; a pattern looks like aws:sagemaker/*"


def survived(fault: Fault, package: str) -> int | None:
    """Return how many occurrences of a fault a provider outlasts by default; None where it does not try again."""
    retries = RETRIES[package]
    if fault.effect is not Effect.ERROR or fault.code not in retries.codes:
        return None
    return retries.allowed({}, 0) - 1


def strike(store: Store, token: str, name: str, operation: str, timeout: float, config: Props) -> Fault | None:
    """Let the arranged faults strike an operation before it takes place.

    Return the fault that is to strike after it (partial, lost or timed out). Raise :class:`CloudError` for one that
    prevents it. Faults that the provider outlasts are spent in silence, and the next one is met.
    """
    if not store.snapshot().faults():
        return None
    package = token.partition(":")[0]
    retries = RETRIES[package]
    attempts = retries.allowed(config, timeout)
    while True:
        with store.transaction() as transaction:
            fault = next((one for one in transaction.faults() if _matches(one, token, name, operation)), None)
            if fault is None:
                return None
            retried = fault.effect is Effect.ERROR and fault.code in retries.codes
            struck = min(fault.times, attempts) if retried else 1
            transaction.spend_fault(fault.number, struck)
        if fault.latency > 0:
            time.sleep(min(fault.latency, timeout) if timeout > 0 else fault.latency)
            if 0 < timeout < fault.latency:
                return fault.timed_out()
        if fault.effect is not Effect.ERROR:
            return fault
        if retried:
            attempts -= struck
        if fault.code and (not retried or attempts <= 0):
            tried = f" (gave up after {retries.allowed(config, timeout)} attempts)" if retried else ""
            raise CloudError(fault.code, f"{fault.message}{tried}")
        if not fault.code:
            return None


def late(fault: Fault, token: str, name: str, operation: str, timeout: float) -> CloudError:
    """Return the error of a fault that strikes after the operation took place."""
    package = token.partition(":")[0]
    if fault.effect is Effect.TIMEOUT:
        length = f"{timeout:g} s" if timeout > 0 else "its default timeout"
        return CloudError(
            fault.code or "Timeout",
            f"{operation} of {token} '{name}' took longer than {length}; it goes on in the cloud",
        )
    if fault.effect is Effect.LOST and not fault.code:
        return CloudError(*_LOST[package])
    return CloudError(fault.code or "InternalFailure", fault.message)


def _matches(fault: Fault, token: str, name: str, operation: str) -> bool:
    return (
        fault.operation in ("*", operation)
        and fnmatch.fnmatchcase(token, fault.type_glob)
        and fnmatch.fnmatchcase(name, fault.name_glob)
        and not (fault.effect is Effect.PARTIAL and operation in ("read", "delete"))
    )
