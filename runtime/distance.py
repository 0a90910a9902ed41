"""How far two distributions are apart."""

from collections.abc import Sequence

import numpy

from runtime.statistics import Numeric, share_at_or_below

SMOOTHING = 0.5
"""Added to each count, so that an empty bin does not make the index infinite (Jeffreys' prior)."""


def psi(expected: Sequence[float], actual: Sequence[float]) -> float:
    """Population stability index of two lists of counts over the same bins: 0 for equal shares, never negative.

    Below 0.1 nothing moved, above 0.2 much did (Siddiqi, Credit Risk Scorecards, 2006). Bins that are empty in both
    count for nothing.

    Raises:
        ValueError: where the lists differ in length, or a count is negative.
    """
    first, second = numpy.asarray(expected, dtype=float), numpy.asarray(actual, dtype=float)
    if first.shape != second.shape or (first < 0).any() or (second < 0).any():
        raise ValueError("expected two lists of counts over the same bins")
    used = (first + second) > 0
    if not used.any() or first.sum() == 0 or second.sum() == 0:
        return 0.0
    p, q = _shares(first[used]), _shares(second[used])
    return float(max(numpy.sum((p - q) * numpy.log(p / q)), 0.0))


def _shares(counts: "numpy.typing.NDArray[numpy.float64]") -> "numpy.typing.NDArray[numpy.float64]":
    smoothed = counts + SMOOTHING
    return numpy.asarray(smoothed / smoothed.sum(), dtype=numpy.float64)


def kolmogorov_smirnov(baseline: Numeric, numbers: "numpy.typing.NDArray[numpy.float64]") -> float:
    """Greatest distance of two distribution functions, at the percentiles of the baseline: within 0.01 of exact."""
    if len(numbers) == 0:
        return 0.0
    found = share_at_or_below(numbers, numpy.asarray(baseline.grid))
    return float(numpy.max(numpy.abs(found - numpy.asarray(baseline.cdf))))
