"""Profiles of columns, and the file that they are kept in."""

import json
from pathlib import Path

import numpy
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import statistics
from runtime.distance import psi
from runtime.errors import InputError
from tests.runtime.tables import customers, write

numbers = st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), min_size=1, max_size=300)


@given(numbers)
def test_every_value_is_counted_once(values: list[float | None]) -> None:
    column = pandas.Series(values, dtype=float)
    expected, actual = statistics.profile(column).count(column)
    assert expected == actual
    assert sum(expected) == len(values)


@given(st.lists(st.one_of(st.none(), st.sampled_from("abcdefgh")), min_size=1, max_size=200))
def test_every_category_is_counted_once(values: list[str | None]) -> None:
    column = pandas.Series(values, dtype=object)
    expected, actual = statistics.profile(column).count(column)
    assert expected == actual
    assert sum(expected) == len(values)


def test_bins_hold_equal_shares() -> None:
    profile = statistics.profile(pandas.Series(range(1000)))
    assert isinstance(profile, statistics.Numeric)
    assert profile.counts == (100,) * 10


def test_few_numbers_are_categories_however_they_are_written() -> None:
    profile = statistics.profile(pandas.Series([True, False, True]))
    assert isinstance(profile, statistics.Categorical)
    for written in ([True, False], [1, 0], [1.0, 0.0], ["true", "False"], ["1", "0"]):
        _, counted = profile.count(pandas.Series(written, dtype=object))
        assert counted == [1, 1, 0, 0], written


def test_a_constant_that_moves_down_is_seen() -> None:
    profile = statistics.profile(pandas.Series([5.0] * 200))
    assert psi(*profile.count(pandas.Series([4.0] * 200))) > 0.2
    assert psi(*profile.count(pandas.Series([5.0] * 200))) == 0.0


def test_unseen_categories_are_others() -> None:
    profile = statistics.profile(pandas.Series([f"name {number}" for number in range(60)]))
    assert isinstance(profile, statistics.Categorical)
    assert (len(profile.counts), profile.other) == (50, 10)
    _, counted = profile.count(pandas.Series(["never seen"] * 3))
    assert counted[-2:] == [3, 0]


def test_infinite_numbers_are_missing() -> None:
    profile = statistics.profile(pandas.Series([*range(100), numpy.inf]))
    _, counted = profile.count(pandas.Series([-numpy.inf, 1.0]))
    assert (counted[-1], sum(counted)) == (1, 2)


def test_the_document_gives_the_same_baseline() -> None:
    frame = customers()
    baseline = statistics.measure(frame, ["monthly_fee", "plan"], "churned")
    document = json.loads(json.dumps(baseline.document(), sort_keys=True))
    read = statistics.parse(document, "here")
    assert read == baseline
    assert read.features == ["monthly_fee", "plan"]


def test_data_is_a_baseline_too(tmp_path: Path) -> None:
    baseline = statistics.load(str(write(tmp_path / "data")))
    assert baseline.features == ["monthly_fee", "plan", "auto_renewal"]
    assert (baseline.target, baseline.rows) == ("churned", 400)


def test_another_document_is_refused(tmp_path: Path) -> None:
    (tmp_path / "baseline.json").write_text('{"rows": 1}')
    with pytest.raises(InputError, match=r"baseline\.json: not a baseline of the train step"):
        statistics.load(str(tmp_path))
