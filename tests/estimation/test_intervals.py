"""Limits of shares: published values, every degenerate cell by its name, properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimation.intervals import INTERVALS, SIDES, effective_size, exact_size, interval, student, tail_of

METHODS = list(INTERVALS)


def one(p: float, se: float, n: float, df: float, **options: object) -> tuple[float, float]:
    low, high = interval(*(np.array([value], dtype=float) for value in (p, se, n, df)), **options)
    return low[0], high[0]


every_method = pytest.mark.parametrize("method", METHODS)
every_side = pytest.mark.parametrize("side", SIDES)


@every_side
@every_method
def test_no_member(method: str, side: str) -> None:
    assert np.isnan(one(np.nan, np.nan, 0, 0, method=method, side=side)).all()


@every_side
@every_method
def test_no_degrees_of_freedom(method: str, side: str) -> None:
    assert np.isnan(one(0.4, 0.1, 50, 0, method=method, side=side)).all()
    assert np.isnan(one(1.0, 0.0, 50, 0, method=method, side=side)).all()


@every_side
@every_method
def test_no_standard_error(method: str, side: str) -> None:
    assert np.isnan(one(0.4, np.nan, 50, 9, method=method, side=side)).all()


@pytest.mark.parametrize(
    ("side", "expected"), [("two", 1 - 0.025 ** (1 / 40)), ("lower", 1.0), ("upper", 1 - 0.05 ** (1 / 40))]
)
@every_method
def test_nobody_is_clopper_pearson_with_n(method: str, side: str, expected: float) -> None:
    low, high = one(0.0, 0.0, 40, 6, method=method, side=side)
    assert low == 0
    assert high == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("side", "expected"), [("two", 0.025 ** (1 / 40)), ("lower", 0.05 ** (1 / 40)), ("upper", 0.0)]
)
@every_method
def test_everybody_is_clopper_pearson_with_n(method: str, side: str, expected: float) -> None:
    low, high = one(1.0, 0.0, 40, 6, method=method, side=side)
    assert low == pytest.approx(expected, rel=1e-12)
    assert high == 1


@pytest.mark.parametrize(
    ("side", "expected"), [("two", (0.3, 0.3)), ("lower", (0.3, 1.0)), ("upper", (0.0, 0.3))]
)
@every_method
def test_no_error_inside_is_the_point(method: str, side: str, expected: tuple[float, float]) -> None:
    assert one(0.3, 0.0, 40, 6, method=method, side=side) == expected


@pytest.mark.parametrize("level", [0.6, 0.9, 0.95])
@every_method
def test_one_limit_is_that_of_two_with_twice_the_error(method: str, level: float) -> None:
    low, high = one(0.3, 0.05, 200, 9, method=method, level=2 * level - 1)
    assert one(0.3, 0.05, 200, 9, method=method, level=level, side="lower") == (pytest.approx(low), 1.0)
    assert one(0.3, 0.05, 200, 9, method=method, level=level, side="upper") == (0.0, pytest.approx(high))


def test_arcsine_limits_stop_at_the_ends() -> None:
    low, high = one(0.02, 0.015, 60, 3, method="asin")
    assert low == 0
    assert 0.02 < high < 0.2
    assert one(0.98, 0.015, 60, 3, method="asin") == pytest.approx((1 - high, 1.0))


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


def test_student_of_one_side_is_open_at_the_other() -> None:
    five = (np.array([5.0, 5.0]), np.array([1.0, 1.0]), np.array([10.0, 0.0]))
    low, high = student(*five, level=0.95, side="lower")
    assert low[0] == pytest.approx(5 - 1.812461123, rel=1e-9)
    assert high[0] == np.inf
    assert np.isnan([low[1], high[1]]).all()
    low, high = student(*five, level=0.95, side="upper")
    assert (low[0], high[0]) == (-np.inf, pytest.approx(5 + 1.812461123, rel=1e-9))


def test_tail_of_a_level() -> None:
    assert [tail_of(0.95, side) for side in SIDES] == pytest.approx([0.025, 0.05, 0.05])


def test_unknown_method_lists_the_choices() -> None:
    with pytest.raises(
        ValueError, match=r"unknown interval 'exact'; choose one of \['logit', 'korn_graubard'"
    ):
        one(0.5, 0.1, 50, 9, method="exact")


def test_unknown_side_lists_the_choices() -> None:
    with pytest.raises(
        ValueError, match=r"unknown side 'left' of .* choose one of \['two', 'lower', 'upper'\]"
    ):
        one(0.5, 0.1, 50, 9, side="left")


def test_one_limit_lies_on_its_own_side() -> None:
    with pytest.raises(ValueError, match=r"a lower limit needs a level above 0\.5, .* got 0\.3"):
        one(0.5, 0.1, 50, 9, side="lower", level=0.3)


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
    df = min(df, n - 1)  # PSUs less strata that hold the domain: below its members; n* counts on that
    se = np.sqrt(deff * p * (1 - p) / n)
    low, high = one(p, se, n, df, method=method, level=0.90)
    wider_low, wider_high = one(p, se, n, df, method=method, level=0.99)
    assert low <= p <= high
    assert wider_low <= low + 1e-12
    assert high - 1e-12 <= wider_high


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
