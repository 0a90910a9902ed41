"""The standard library of Workflows: modules with their functions, and the helpers of expressions.

https://docs.cloud.google.com/workflows/docs/reference/stdlib/overview.
"""

from __future__ import annotations

LIBRARY: dict[str, frozenset[str]] = {
    "base64": frozenset({"decode", "encode"}),
    "events": frozenset({"await_callback", "create_callback_endpoint"}),
    "experimental.executions": frozenset({"map", "run"}),
    "hash": frozenset({"compute_checksum", "compute_hmac"}),
    "http": frozenset(
        {
            "default_retry",
            "default_retry_non_idempotent",
            "default_retry_predicate",
            "default_retry_predicate_non_idempotent",
            "delete",
            "get",
            "patch",
            "post",
            "put",
            "request",
        }
    ),
    "json": frozenset({"decode", "encode", "encode_to_string"}),
    "list": frozenset({"concat", "prepend"}),
    "map": frozenset({"delete", "get", "merge", "merge_nested"}),
    "math": frozenset({"abs", "floor", "max", "min"}),
    "retry": frozenset({"always", "default_backoff", "never"}),
    "sys": frozenset({"get_env", "log", "now", "sleep", "sleep_until"}),
    "text": frozenset(
        {
            "decode",
            "encode",
            "find_all",
            "find_all_regex",
            "match_regex",
            "replace_all",
            "replace_all_regex",
            "split",
            "substring",
            "to_lower",
            "to_upper",
            "url_decode",
            "url_encode",
            "url_encode_plus",
        }
    ),
    "time": frozenset({"format", "parse"}),
    "uuid": frozenset({"generate"}),
}
HELPERS = frozenset({"default", "double", "get_type", "if", "int", "keys", "len", "not", "string"})
