"""Properties of the index and the distance."""

import numpy
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import statistics
from runtime.distance import kolmogorov_smirnov, psi

counts = st.integers(min_value=0, max_value=10_000)
pairs = st.lists(st.tuples(counts, counts), min_size=1, max_size=60)


@given(st.lists(counts, min_size=1, max_size=60))
def test_same_counts_are_no_distance(bins: list[int]) -> None:
    assert psi(bins, bins) == 0.0


@given(pairs)
def test_never_negative_and_finite(bins: list[tuple[int, int]]) -> None:
    index = psi([one for one, _ in bins], [other for _, other in bins])
    assert 0.0 <= index < float("inf")


@given(pairs)
def test_symmetric(bins: list[tuple[int, int]]) -> None:
    first, second = [one for one, _ in bins], [other for _, other in bins]
    assert psi(first, second) == pytest.approx(psi(second, first))


@given(pairs, st.randoms())
def test_order_of_bins_does_not_matter(bins: list[tuple[int, int]], random: object) -> None:
    shuffled = list(bins)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one = psi([first for first, _ in bins], [second for _, second in bins])
    other = psi([first for first, _ in shuffled], [second for _, second in shuffled])
    assert one == pytest.approx(other)


def test_known_value() -> None:
    # (0.5-0.9) ln(0.5/0.9) + (0.5-0.1) ln(0.5/0.1), which smoothing hardly moves with so many rows
    assert psi([500_000, 500_000], [900_000, 100_000]) == pytest.approx(0.8789, abs=1e-4)


def test_an_empty_bin_is_finite_and_far() -> None:
    assert 1 < psi([1000, 0], [0, 1000]) < 50


@pytest.mark.parametrize(("expected", "actual"), [([1, 2], [1]), ([1, -1], [1, 1])])
def test_wrong_counts_are_refused(expected: list[int], actual: list[int]) -> None:
    with pytest.raises(ValueError, match="counts over the same bins"):
        psi(expected, actual)


# thousandths: between two neighbouring floats no percentile can lie, and no distance is promised there
THOUSANDTHS = st.integers(-(10**9), 10**9).map(lambda each: each / 1000)


@given(st.lists(THOUSANDTHS, min_size=40, max_size=300, unique=True), THOUSANDTHS)
def test_ks_is_within_a_hundredth_of_exact(numbers: list[float], shift: float) -> None:
    baseline = statistics.profile(pandas.Series(numbers))
    assert isinstance(baseline, statistics.Numeric)
    sample, moved = numpy.sort(numbers), numpy.asarray(numbers) + shift
    grid = numpy.concatenate([sample, moved])
    exact = numpy.max(numpy.abs(statistics.share_at_or_below(sample, grid) - statistics.share_at_or_below(moved, grid)))
    found = kolmogorov_smirnov(baseline, moved)
    step = 0.01 + 1 / len(numbers)
    assert exact - step - 1e-9 <= found <= exact + 1e-9


def test_ks_of_nothing_is_nothing() -> None:
    baseline = statistics.profile(pandas.Series(range(100)))
    assert isinstance(baseline, statistics.Numeric)
    assert kolmogorov_smirnov(baseline, numpy.array([])) == 0.0
