"""Wire values, property paths and URNs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine import paths
from simulator.engine import urn as urns
from simulator.engine.values import (
    OUTPUT_SIG,
    annotate,
    from_struct,
    has_unknown,
    make_secret,
    mask,
    same,
    to_struct,
    unwrap,
)
from simulator.model import SIG_KEY, UNKNOWN

leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**50), 2**50)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
trees = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1), inner), max_leaves=20)


@given(st.dictionaries(st.text(min_size=1), trees))
def test_structs_keep_every_value(props: dict[str, Any]) -> None:
    assert same(from_struct(to_struct(props)), props)


def test_whole_numbers_come_back_as_integers() -> None:
    back = from_struct(to_struct({"a": 1.0, "b": 1.5, "c": True}))
    assert [(type(back[key]), back[key]) for key in "abc"] == [(int, 1), (float, 1.5), (bool, True)]


def test_output_values_are_lowered() -> None:
    wire = {
        "known": {SIG_KEY: OUTPUT_SIG, "value": 1, "dependencies": ["urn"]},
        "unknown": {SIG_KEY: OUTPUT_SIG},
        "secret": {SIG_KEY: OUTPUT_SIG, "value": "x", "secret": True},
    }
    assert from_struct(to_struct(wire)) == {"known": 1, "unknown": UNKNOWN, "secret": make_secret("x")}


def test_every_kind_of_unknown_is_the_same() -> None:
    assert from_struct(to_struct({"a": "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7"})) == {"a": UNKNOWN}
    assert has_unknown({"a": [{"b": make_secret(UNKNOWN)}]})


def test_a_bool_is_no_number() -> None:
    assert not same(True, 1)
    assert not same({"a": [0]}, {"a": [False]})
    assert same({"a": [1]}, {"a": [1.0]})


@pytest.mark.parametrize(
    ("outs", "ins", "expected"),
    [
        ({"a": "x", "b": "y"}, {"a": make_secret("x")}, {"a": make_secret("x"), "b": "y"}),
        ({"a": {"b": "x", "c": "y"}}, {"a": {"b": make_secret("x")}}, {"a": {"b": make_secret("x"), "c": "y"}}),
        ({"a": ["x", "y"]}, {"a": [make_secret("x"), "y"]}, {"a": make_secret(["x", "y"])}),
        ({"a": "x"}, {"b": make_secret("x")}, {"a": "x"}),
        ({"a": make_secret("x")}, {"a": make_secret("x")}, {"a": make_secret("x")}),
    ],
)
def test_outputs_become_secret_like_their_inputs(outs: Any, ins: Any, expected: Any) -> None:
    assert annotate(outs, ins) == expected


def test_secrets_come_off_and_are_masked() -> None:
    value = {"a": make_secret({"b": make_secret(1)}), "c": [make_secret(2)]}
    assert unwrap(value) == {"a": {"b": 1}, "c": [2]}
    assert mask(value) == {"a": "[secret]", "c": ["[secret]"]}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("root", ("root",)),
        ("root.nested", ("root", "nested")),
        ('root["nested"]', ("root", "nested")),
        ('root["a.b"].c', ("root", "a.b", "c")),
        ('root["with \\"quotes\\""]', ("root", 'with "quotes"')),
        ("root[0].x[*]", ("root", 0, "x", "*")),
        ('["root key"][100]', ("root key", 100)),
        ("root.*.x", ("root", "*", "x")),
        ("*", ("*",)),
    ],
)
def test_paths(text: str, path: Any) -> None:
    assert paths.parse(text) == path


@pytest.mark.parametrize("text", ["", "root[", 'root["a', "root.[", "root]", "a..b"])
def test_malformed_paths(text: str) -> None:
    with pytest.raises(ValueError, match="property path"):
        paths.parse(text)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("a", "a", True),
        ("a", "a.b[0]", True),
        ("a.b", "a", False),
        ("a[*].b", "a[3].b.c", True),
        ("a[0]", "a[1]", False),
        ("*", "x.y", True),
    ],
)
def test_contains(pattern: str, path: str, expected: bool) -> None:
    assert paths.contains(paths.parse(pattern), paths.parse(path)) is expected


@pytest.mark.parametrize(
    ("old", "new", "path", "expected", "impossible"),
    [
        ({"a": 1}, {"a": 2, "b": 3}, "a", {"a": 1, "b": 3}, []),
        ({}, {"a": 2}, "a", {}, []),
        ({"a": 1}, {}, "a", {"a": 1}, []),
        ({"a": {"b": 1}}, {}, "a.b", {}, ["a.b"]),
        ({"a": {"b": 1}}, {"a": {"b": 2, "c": 3}}, "a.*", {"a": {"b": 1}}, []),
        ({"a": [1, 2]}, {"a": [3, 4]}, "a[1]", {"a": [3, 2]}, []),
        ({"a": [1]}, {"a": [3, 4]}, "a[1]", {"a": [3, 4]}, ["a[1]"]),
        ({"a": [1]}, {"a": [3, 4]}, "a[*]", {"a": [1, 4]}, ["a[*]"]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, "a[*].b", {"a": [{"b": 1}]}, []),
        ({"a": 1, "b": 2}, {"a": 9, "c": 3}, "*", {"a": 1, "b": 2}, []),
        ({"a": make_secret({"b": 1})}, {"a": {"b": 2}}, "a.b", {"a": {"b": make_secret(1)}}, []),
        ({"a": {"b": 1}}, {"a": make_secret({"b": 2})}, "a.b", {"a": make_secret({"b": 1})}, []),
    ],
)
def test_reset(old: Any, new: Any, path: str, expected: Any, impossible: list[str]) -> None:
    assert paths.reset(old, new, [path]) == (expected, impossible)


def test_get_looks_into_secrets() -> None:
    assert paths.get({"a": make_secret({"b": [1]})}, ("a", "b", 0)) == make_secret(1)
    assert paths.get({"a": [1]}, ("a", 7)) is None


def test_urns() -> None:
    stack = urns.make("dev", "p", "", urns.STACK_TYPE, "p-dev")
    group = urns.make("dev", "p", stack, "g:i:Group", "g")
    child = urns.make("dev", "p", group, "t:i:T", "a::b")
    assert child == "urn:pulumi:dev::p::g:i:Group$t:i:T::a::b"
    assert (urns.type_of(child), urns.name_of(child)) == ("t:i:T", "a::b")
    assert urns.split_reference(f"{child}::id") == (child, "id")
    with pytest.raises(ValueError, match="is no URN"):
        urns.type_of("urn:x")
