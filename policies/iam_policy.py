"""AWS policy documents as typed data: what rules on IAM, key, bucket and trust policies read.

A document comes as JSON text, or as an object where a program wrote one; a text that does not parse is
:class:`Invalid`, never an empty document. Names keep the spelling of the language:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from policies.checks import PASSED, Outcome, Rule, failed, undetermined
from policies.graph import Resource
from policies.settings import Settings
from policies.tokens import aws
from policies.verdict import MISSING, UNKNOWN, Mark, at


@dataclass(frozen=True)
class Condition:
    """One key of one operator: ``Bool`` ``aws:SecureTransport`` ``("false",)``."""

    operator: str
    key: str
    values: tuple[str, ...]

    @property
    def requires(self) -> bool:
        """Whether a request must carry the key with one of the values: no negation, no IfExists, no ForAllValues.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
        """
        quantifier, _, operator = self.operator.casefold().rpartition(":")
        loose = quantifier == "forallvalues" or operator.endswith("ifexists") or "not" in operator or operator == "null"
        return not loose

    @property
    def binds(self) -> bool:
        """Whether a request must carry the key with a value that is told."""
        return self.requires and not set(self.values) <= {"*"}


@dataclass(frozen=True)
class Statement:
    """One statement; lists are tuples and a single word is a tuple of one."""

    sid: str
    allow: bool
    principals: tuple[tuple[str, str], ...] = ()
    """Pairs of kind and name; ``("*", "*")`` for everyone."""
    not_principals: tuple[tuple[str, str], ...] = ()
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    unsure: bool = False
    """Whether some value of it is not known yet."""

    @property
    def public(self) -> bool:
        """Whether anybody at all is named (a condition may still narrow it)."""
        return any(name == "*" for _, name in self.principals)

    @property
    def anywhere(self) -> bool:
        """Whether it speaks of all resources of a service, or of all but some."""
        return bool(self.not_resources) or any(any_resource(name) for name in self.resources)

    def requires(self, *keys: str) -> bool:
        """Whether a request must carry one of the condition keys with a value that is told."""
        wanted = {key.casefold() for key in keys}
        return any(c.key.casefold() in wanted and c.binds for c in self.conditions)

    def covers(self, action: str) -> bool:
        """Whether the statement speaks of the action, wildcards and NotAction included."""
        folded = action.casefold()
        if self.not_actions:
            return not any(fnmatch.fnmatchcase(folded, a.casefold()) for a in self.not_actions)
        return any(fnmatch.fnmatchcase(folded, a.casefold()) for a in self.actions)

    def condition_values(self, key: str) -> tuple[tuple[str, str], ...]:
        """Pairs of operator and value for a condition key, whatever its case."""
        return tuple((c.operator, v) for c in self.conditions if c.key.casefold() == key.casefold() for v in c.values)


@dataclass(frozen=True)
class Document:
    """A policy document."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Invalid:
    """A value that is no policy document, and why."""

    reason: str


IDENTITY_POLICIES: Mapping[str, tuple[str, ...]] = {
    aws("iam.Policy"): ("policy",),
    aws("iam.RolePolicy"): ("policy",),
    aws("iam.UserPolicy"): ("policy",),
    aws("iam.GroupPolicy"): ("policy",),
    aws("iam.Role"): ("inlinePolicies[].policy",),
}
"""Where the policies stand that say what somebody may do."""
KEY_POLICIES: Mapping[str, tuple[str, ...]] = {aws("kms.Key"): ("policy",), aws("kms.KeyPolicy"): ("policy",)}
"""Where the policies of keys stand."""


def parse(value: Any) -> Document | Invalid | Mark:
    """Read a policy document: a Document, Invalid with the reason, or the mark that stands in the value's place."""
    return _of_text(value) if isinstance(value, str) else _of_value(value)


@lru_cache(maxsize=4096)  # several controls ask about each document
def _of_text(text: str) -> Document | Invalid | Mark:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return Invalid("is not JSON")
    return _of_value(value)


def _of_value(value: Any) -> Document | Invalid | Mark:
    if isinstance(value, Mark):
        return value
    if not isinstance(value, Mapping):
        return Invalid("is not a policy document")
    raw = value.get("Statement")
    if isinstance(raw, Mark):
        return raw
    entries = [raw] if isinstance(raw, Mapping) else raw
    if not isinstance(entries, list) or not entries:
        return Invalid("has no Statement")
    if any(entry is UNKNOWN for entry in entries):
        return UNKNOWN
    statements = [_statement(entry) for entry in entries]
    faulty = next((s for s in statements if isinstance(s, Invalid)), None)
    return faulty or Document(tuple(s for s in statements if isinstance(s, Statement)))


def _statement(raw: Any) -> Statement | Invalid:
    if not isinstance(raw, Mapping):
        return Invalid("has a Statement that is no object")
    effect = raw.get("Effect")
    if effect not in ("Allow", "Deny"):
        return Invalid("has a Statement whose Effect is neither Allow nor Deny")
    if not ({"Action", "NotAction"} & raw.keys()):
        return Invalid("has a Statement without Action")
    unsure: list[bool] = []

    def words(key: str) -> tuple[str, ...]:
        return _words(raw.get(key), unsure)

    conditions = raw.get("Condition") or {}
    if conditions is UNKNOWN:
        unsure.append(True)
        conditions = {}
    if not isinstance(conditions, Mapping):
        return Invalid("has a Statement whose Condition is no object")
    return Statement(
        sid=str(raw.get("Sid") or ""),
        allow=effect == "Allow",
        principals=_principals(raw.get("Principal"), unsure),
        not_principals=_principals(raw.get("NotPrincipal"), unsure),
        actions=words("Action"),
        not_actions=words("NotAction"),
        resources=words("Resource"),
        not_resources=words("NotResource"),
        conditions=tuple(
            Condition(str(operator), str(key), _words(values, unsure))
            for operator, keys in conditions.items()
            if isinstance(keys, Mapping)
            for key, values in keys.items()
        ),
        unsure=bool(unsure),
    )


def _words(value: Any, unsure: list[bool]) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    if any(item is UNKNOWN for item in items):
        unsure.append(True)
    return tuple(
        str(item).lower() if isinstance(item, bool) else str(item)
        for item in items
        if isinstance(item, (str, bool, int, float))
    )


def _principals(value: Any, unsure: list[bool]) -> tuple[tuple[str, str], ...]:
    if isinstance(value, Mapping):
        return tuple((str(kind), name) for kind, names in value.items() for name in _words(names, unsure))
    return tuple(("*", name) for name in _words(value, unsure))


def document_rule(
    places: Mapping[str, tuple[str, ...]], judge: Callable[[Document], Iterable[str]], words: str
) -> Rule:
    """A rule over policy documents at the paths of each type: ``judge`` yields what is wrong with one, in words.

    ``words`` says what a document must be, for one that is not known yet. A resource without any document at the paths
    gives no finding: what it lacks is another control's matter.
    """

    def check(resource: Resource, settings: Settings) -> Iterator[Outcome]:
        for path in places[resource.type]:
            for hit in at(resource.props, path):
                document = parse(hit.value)
                if document is MISSING:
                    continue
                if isinstance(document, Mark):
                    yield undetermined(f"{hit.path} is not known yet; {words}", hit.path)
                elif isinstance(document, Invalid):
                    yield failed(f"{hit.path} {document.reason}", hit.path)
                else:
                    yield from _document_outcomes(document, judge, hit.path, words)

    reads = tuple((type_, path) for type_, paths in places.items() for path in paths)
    return Rule(types=tuple(places), check=check, reads=reads)


def _document_outcomes(
    document: Document, judge: Callable[[Document], Iterable[str]], path: str, words: str
) -> Iterator[Outcome]:
    faults = list(dict.fromkeys(judge(document)))
    for fault in faults:
        yield failed(f"{path}: {fault}", path)
    if not faults and any(s.unsure for s in document.statements):
        yield undetermined(f"{path} is not wholly known yet; {words}", path)
    elif not faults:
        yield PASSED


def label(statement: Statement, index: int) -> str:
    """How messages name a statement: by its Sid, else by its place."""
    return f"statement {statement.sid}" if statement.sid else f"statement {index + 1}"


_ANYTHING = re.compile(r"[*?]+")
# The last field of an ARN that names no more than a type: `*`, `key/*`, `log-group:*`; S3 has no types.
_ANY_OF_A_TYPE = re.compile(r"([\w-]+[/:])?[*?:/]+")


def any_resource(name: str) -> bool:
    """Whether the name of a resource stands for all of a service, in every region and account."""
    if _ANYTHING.fullmatch(name):
        return True
    fields = name.split(":", 5)
    if len(fields) < 6 or fields[0] != "arn":  # a cut ARN with wildcards, such as arn:aws:s3*
        return name.startswith("arn:") and name.endswith("*") and len(fields) < 6
    _, _, service, region, account, rest = fields
    nowhere = all(not field or _ANYTHING.fullmatch(field) for field in (region, account))
    pattern = _ANYTHING if service == "s3" else _ANY_OF_A_TYPE
    return nowhere and bool(pattern.fullmatch(rest.replace("/", "*") if service == "s3" else rest))
