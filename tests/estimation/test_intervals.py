"""Limits of shares: published values, every degenerate cell by its name, properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimation.intervals import INTERVALS, effective_size, exact_size, interval, student

METHODS = list(INTERVALS)


def one(p: float, se: float, n: float, df: float, **options: object) -> tuple[float, float]:
    low, high = interval(*(np.array([value], dtype=float) for value in (p, se, n, df)), **options)
    return low[0], high[0]


@pytest.mark.parametrize("method", METHODS)
def test_no_member(method: str) -> None:
    assert np.isnan(one(np.nan, np.nan, 0, 0, method=method)).all()


@pytest.mark.parametrize("method", METHODS)
def test_no_degrees_of_freedom(method: str) -> None:
    assert np.isnan(one(0.4, 0.1, 50, 0, method=method)).all()
    assert np.isnan(one(1.0, 0.0, 50, 0, method=method)).all()


@pytest.mark.parametrize("method", METHODS)
def test_nobody_is_clopper_pearson_with_n(method: str) -> None:
    low, high = one(0.0, 0.0, 40, 6, method=method)
    assert low == 0
    assert high == pytest.approx(1 - 0.025 ** (1 / 40), rel=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_everybody_is_clopper_pearson_with_n(method: str) -> None:
    low, high = one(1.0, 0.0, 40, 6, method=method)
    assert low == pytest.approx(0.025 ** (1 / 40), rel=1e-12)
    assert high == 1


@pytest.mark.parametrize("method", METHODS)
def test_no_error_inside_is_the_point(method: str) -> None:
    assert one(0.3, 0.0, 40, 6, method=method) == (0.3, 0.3)


def test_korn_graubard_never_takes_more_than_n() -> None:
    precise = one(0.5, 0.01, 100, 60, method="korn_graubard")
    assert precise == one(0.5, np.sqrt(0.25 / 100), 100, 99, method="beta")
    assert one(0.5, 0.01, 100, 60, method="beta")[0] > precise[0]


def test_exact_size_adjusts_for_df_and_stops_at_n() -> None:
    p, se, n, df = np.array([[0.5, 0.5, 0.0], [0.1, 0.01, 0.0], [100, 100, 70], [9, 60, 6]])
    size = exact_size(p, se, n, df, level=0.95)
    assert size[0] == pytest.approx(25 * (1.984216952 / 2.262157163) ** 2, rel=1e-8)
    assert size[1:].tolist() == [100, 70]


def test_effective_size_is_n_without_variance() -> None:
    spread, se, n = np.array([[0.25, 0.25, 0.0], [0.05, 0.0, 0.0], [400, 400, 30]])
    assert effective_size(spread, se, n).tolist() == [pytest.approx(100), 400, 30]


def test_student_has_no_limits_without_df() -> None:
    low, high = student(np.array([5.0, 5.0]), np.array([1.0, 1.0]), np.array([0.0, 10.0]), level=0.95)
    assert np.isnan([low[0], high[0]]).all()
    assert (high - 5)[1] == pytest.approx(2.228138852, rel=1e-9)


def test_unknown_method_lists_the_choices() -> None:
    with pytest.raises(
        ValueError, match=r"unknown interval 'exact'; choose one of \['logit', 'korn_graubard'"
    ):
        one(0.5, 0.1, 50, 9, method="exact")


@pytest.mark.parametrize("level", [0, 1, 95])
def test_level_is_a_share(level: float) -> None:
    with pytest.raises(ValueError, match=r"for example 0\.95"):
        one(0.5, 0.1, 50, 9, level=level)


shares = st.floats(0.01, 0.99)
effects = st.floats(0.2, 6)
sizes = st.integers(5, 2000)
freedoms = st.integers(1, 120)


@given(shares, effects, sizes, freedoms, st.sampled_from(METHODS))
def test_interval_holds_the_share_and_grows_with_the_level(
    p: float, deff: float, n: int, df: int, method: str
) -> None:
    se = np.sqrt(deff * p * (1 - p) / n)
    low, high = one(p, se, n, df, method=method, level=0.90)
    wider_low, wider_high = one(p, se, n, df, method=method, level=0.99)
    assert wider_low <= low <= p <= high <= wider_high


@given(shares, effects, sizes, freedoms, st.sampled_from(METHODS))
def test_complement_mirrors(p: float, deff: float, n: int, df: int, method: str) -> None:
    se = np.sqrt(deff * p * (1 - p) / n)
    low, high = one(p, se, n, df, method=method)
    mirrored_low, mirrored_high = one(1 - p, se, n, df, method=method)
    assert (1 - mirrored_high, 1 - mirrored_low) == pytest.approx((low, high), rel=1e-6, abs=1e-9)


@given(shares, effects, sizes, freedoms, st.sampled_from([m for m in METHODS if m != "wald"]))
def test_limits_stay_among_shares(p: float, deff: float, n: int, df: int, method: str) -> None:
    low, high = one(p, np.sqrt(deff * p * (1 - p) / n), n, df, method=method)
    assert 0 <= low <= high <= 1
