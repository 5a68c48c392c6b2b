"""Verdicts against a target: the interval decides, Holm by hand, cells without an interval."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from estimation.intervals import INTERVALS, SIDES, interval, student, tail_of
from estimation.targets import against, holm


def estimates(
    *rows: tuple[float, float, int, int], indicator: str = "headline", **shown: object
) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["estimate", "se", "n", "df"]).assign(indicator=indicator)
    low, high = interval(*(frame[name].to_numpy(float) for name in ("estimate", "se", "n", "df")), **shown)
    return frame.assign(ci_low=low, ci_high=high)


def means(*rows: tuple[float, float, int, int], **shown: object) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["estimate", "se", "n", "df"]).assign(indicator="minutes")
    numbers = (frame[name].to_numpy(float) for name in ("estimate", "se", "df"))
    low, high = student(*numbers, **{"level": 0.95, **shown})
    return frame.assign(ci_low=low, ci_high=high)


def test_verdict_is_read_off_the_interval() -> None:
    judged = against(estimates((0.75, 0.03, 300, 30), (0.45, 0.03, 300, 30), (0.62, 0.03, 300, 30)), 0.60)
    assert judged["verdict"].tolist() == ["met", "not_met", "undecided"]
    assert judged["gap"].to_numpy() == pytest.approx([0.15, -0.15, 0.02])


def test_at_least_and_over_differ_on_the_limit() -> None:
    frame = estimates((0.7, 0.03, 300, 30)).assign(ci_low=0.60)
    assert against(frame, 0.60, op=">=")["verdict"].tolist() == ["met"]
    assert against(frame, 0.60, op=">")["verdict"].tolist() == ["undecided"]


def test_confidence_is_student_on_the_logit_scale() -> None:
    row = against(estimates((0.40, 0.05, 200, 9)), 0.60).iloc[0]
    statistic = (np.log(0.4 / 0.6) - np.log(0.6 / 0.4)) * 0.24 / 0.05
    assert row["confidence_met"] == pytest.approx(stats.t.cdf(statistic, 9), rel=1e-12)
    assert row["p_not_met"] == row["confidence_met"]
    assert row["p_met"] == pytest.approx(1 - row["confidence_met"], rel=1e-12)


def test_means_are_compared_on_their_own_scale() -> None:
    frame = estimates((0.5, 0.1, 50, 10)).assign(estimate=12.0, ci_low=11.8, ci_high=12.2)
    row = against(frame, 11.0, shares=False).iloc[0]
    assert row["confidence_met"] == pytest.approx(stats.t.cdf(10.0, 10), rel=1e-12)
    assert row["verdict"] == "met"


def test_everybody_has_the_exact_p_values() -> None:
    row = against(estimates((1.0, 0.0, 40, 6)), 0.60).iloc[0]
    assert row["p_met"] == pytest.approx(0.6**40, rel=1e-12)
    assert (row["p_not_met"], row["confidence_met"], row["verdict"]) == (1.0, 1 - 0.6**40, "met")


def test_nobody_has_the_exact_p_values() -> None:
    row = against(estimates((0.0, 0.0, 40, 6)), 0.60).iloc[0]
    assert row["p_not_met"] == pytest.approx(0.4**40, rel=1e-9)
    assert (row["p_met"], row["confidence_met"], row["verdict"]) == (1.0, 0.0, "not_met")


def test_no_error_inside_decides_by_the_estimate() -> None:
    judged = against(estimates((0.7, 0.0, 40, 6), (0.5, 0.0, 40, 6), (0.6, 0.0, 40, 6)), 0.60)
    assert judged["confidence_met"].tolist() == [1.0, 0.0, 0.5]
    assert judged["verdict"].tolist() == ["met", "not_met", "met"]


def test_without_an_interval_nothing_is_decided_and_the_family_shrinks() -> None:
    judged = against(estimates((0.4, 0.05, 200, 9), (0.4, np.nan, 20, 0), (np.nan, np.nan, 0, 0)), 0.60)
    assert judged["verdict"].tolist()[1:] == ["undecided", "undecided"]
    assert judged["family_verdict"].tolist()[1:] == ["undecided", "undecided"]
    numbers = ["confidence_met", "p_met", "p_not_met", "holm_p_met", "holm_p_not_met"]
    assert judged.loc[1:, numbers].isna().all(axis=None)
    assert judged.loc[0, "holm_p_not_met"] == judged.loc[0, "p_not_met"]


def test_a_family_is_one_indicator() -> None:
    both = pd.concat(
        [
            estimates((0.45, 0.06, 200, 20)),
            estimates((0.45, 0.06, 200, 20), (0.5, 0.06, 200, 20), indicator="strict"),
        ],
        ignore_index=True,
    )
    judged = against(both, 0.60)
    assert judged.loc[0, "holm_p_not_met"] == judged.loc[0, "p_not_met"]
    assert judged.loc[1, "holm_p_not_met"] == 2 * judged.loc[1, "p_not_met"]
    assert judged["verdict"].tolist() == ["not_met", "not_met", "undecided"]
    assert judged["family_verdict"].tolist() == ["not_met", "not_met", "undecided"]


def test_holm_by_hand() -> None:
    # sorted 0.01 0.02 0.03 0.04 times 4 3 2 1 = 0.04 0.06 0.06 0.04, then the running maximum
    assert holm(pd.Series([0.04, 0.01, np.nan, 0.03, 0.02])) == pytest.approx(
        [0.06, 0.04, np.nan, 0.06, 0.06], nan_ok=True
    )
    assert holm(pd.Series([0.9, 0.8])).tolist() == [1.0, 1.0]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_between_the_p_value_and_bonferroni(p_values: list[float]) -> None:
    p = np.array(p_values)
    adjusted = holm(pd.Series(p))
    assert (adjusted >= p).all()
    assert (adjusted <= np.minimum(1, len(p) * p) + 1e-15).all()
    assert (np.diff(adjusted[np.argsort(p)]) >= 0).all()


@given(st.floats(0.02, 0.98), st.floats(0.005, 0.2), st.integers(1, 60), st.floats(0.05, 0.95))
def test_verdict_and_confidence_agree(p: float, se: float, df: int, target: float) -> None:
    row = against(estimates((p, se, 500, df)), target).iloc[0]
    if abs(row["confidence_met"] - 0.975) > 1e-9 and abs(row["confidence_met"] - 0.025) > 1e-9:
        assert (row["verdict"] == "met") == (row["confidence_met"] > 0.975)
        assert (row["verdict"] == "not_met") == (row["confidence_met"] < 0.025)


def test_wilson_is_the_score_test() -> None:
    row = against(estimates((0.40, 0.05, 200, 9), method="wilson"), 0.60, method="wilson").iloc[0]
    n_eff = 0.24 / 0.05**2
    assert row["p_not_met"] == pytest.approx(stats.t.cdf(-0.2 / np.sqrt(0.24 / n_eff), 9), rel=1e-12)


def test_wald_is_on_the_scale_of_shares() -> None:
    row = against(estimates((0.40, 0.05, 200, 9), method="wald"), 0.60, method="wald").iloc[0]
    assert row["p_not_met"] == pytest.approx(stats.t.cdf(-4.0, 9), rel=1e-12)


def test_asin_is_on_the_arcsine_scale() -> None:
    row = against(estimates((0.40, 0.05, 200, 9), method="asin"), 0.60, method="asin").iloc[0]
    distance = (np.arcsin(np.sqrt(0.4)) - np.arcsin(np.sqrt(0.6))) / (0.05 * 0.5 / np.sqrt(0.24))
    assert row["p_not_met"] == pytest.approx(stats.t.cdf(distance, 9), rel=1e-12)


def test_korn_graubard_and_beta_are_the_binomial_at_their_sizes() -> None:
    size = 0.24 / 0.05**2 * (stats.t.ppf(0.975, 199) / stats.t.ppf(0.975, 9)) ** 2
    for method in ("korn_graubard", "beta"):
        row = against(estimates((0.40, 0.05, 200, 9), method=method), 0.60, method=method).iloc[0]
        assert row["p_met"] == pytest.approx(stats.beta.cdf(0.6, 0.4 * size, 0.6 * size + 1), rel=1e-10)
        assert row["p_not_met"] == pytest.approx(stats.beta.sf(0.6, 0.4 * size + 1, 0.6 * size), rel=1e-10)
        assert row["confidence_met"] == pytest.approx(1 - row["p_met"], abs=1e-12)


def test_one_side_decides_one_claim_with_all_of_the_error() -> None:
    rows = (0.665, 0.035, 300, 60), (0.535, 0.035, 300, 60)
    assert against(estimates(*rows), 0.60)["verdict"].tolist() == ["undecided", "undecided"]
    for side, expected in (("lower", ["met", "undecided"]), ("upper", ["undecided", "not_met"])):
        judged = against(estimates(*rows, side=side), 0.60, side=side)
        assert judged["verdict"].tolist() == expected
        alone = pd.concat(
            [against(estimates(row, side=side), 0.60, side=side) for row in rows], ignore_index=True
        )
        assert alone["family_verdict"].tolist() == expected


def test_no_error_and_on_the_target_is_settled_by_the_wording() -> None:
    frame = estimates((0.6, 0.0, 40, 6))
    for op, expected in ((">=", "met"), (">", "undecided")):
        assert against(frame, 0.60, op=op)[["verdict", "family_verdict"]].iloc[0].tolist() == [expected] * 2


rows = st.tuples(
    st.one_of(st.floats(0.02, 0.98), st.sampled_from([0.0, 1.0])),
    st.floats(0.005, 0.2),
    st.integers(5, 900),
    st.integers(1, 60),
)
targets = st.floats(0.05, 0.95)
few = settings(max_examples=25, deadline=None)


def without_error_at_the_ends(row: tuple[float, float, int, int]) -> tuple[float, float, int, int]:
    return (row[0], 0.0 if row[0] in (0.0, 1.0) else row[1], *row[2:])


def read_off(judged: pd.Series, side: str, tail: float) -> str:
    if SIDES[side].lower and judged["p_met"] <= tail:
        return "met"
    return "not_met" if SIDES[side].upper and judged["p_not_met"] < tail else "undecided"


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("method", INTERVALS)
@given(rows, targets, st.sampled_from([0.8, 0.95, 0.99]))
@few
def test_verdict_is_the_one_read_off_the_p_values(
    method: str, side: str, row: tuple[float, float, int, int], target: float, level: float
) -> None:
    shown = {"method": method, "side": side, "level": level}
    judged = against(estimates(without_error_at_the_ends(row), **shown), target, **shown).iloc[0]
    tail = tail_of(level, side)
    assume(min(abs(judged["p_met"] - tail), abs(judged["p_not_met"] - tail)) > 1e-9)
    assert judged["verdict"] == judged["family_verdict"] == read_off(judged, side, tail)


@pytest.mark.parametrize("side", SIDES)
@given(st.floats(-5, 5), st.just(0.0) | st.floats(1e-3, 3), st.integers(1, 60), st.floats(-5, 5))
@few
def test_verdict_on_a_mean_is_the_one_read_off_the_p_values(
    side: str, mean: float, se: float, df: int, target: float
) -> None:
    judged = against(means((mean, se, 50, df), side=side), target, shares=False, side=side).iloc[0]
    tail = tail_of(0.95, side)
    assume(min(abs(judged["p_met"] - tail), abs(judged["p_not_met"] - tail)) > 1e-9)
    assert judged["verdict"] == judged["family_verdict"] == read_off(judged, side, tail)


@pytest.mark.parametrize("method", INTERVALS)
@given(rows, st.lists(targets, min_size=2, max_size=4))
@few
def test_a_higher_target_is_never_easier(
    method: str, row: tuple[float, float, int, int], several: list[float]
) -> None:
    frame = estimates(without_error_at_the_ends(row), method=method)
    judged = pd.concat([against(frame, target, method=method) for target in sorted(several)])
    for name, sign in (("confidence_met", -1), ("p_met", 1), ("p_not_met", -1)):
        assert (np.diff(sign * judged[name].to_numpy()) >= -1e-12).all(), name
    order = judged["verdict"].map({"met": 0, "undecided": 1, "not_met": 2}).to_numpy()
    assert (np.diff(order) >= 0).all()


@pytest.mark.parametrize("choice", [{"method": "exact"}, {"side": "left"}])
def test_unknown_method_or_side_lists_the_choices(choice: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"unknown .* choose one of"):
        against(estimates((0.4, 0.05, 200, 9)), 0.6, **choice)


def test_unknown_comparison_lists_the_choices() -> None:
    with pytest.raises(
        ValueError, match=r"unknown comparison with a target '<'; choose one of \['>=', '>'\]"
    ):
        against(estimates((0.4, 0.05, 200, 9)), 0.6, op="<")


def test_target_in_percent_is_refused() -> None:
    with pytest.raises(ValueError, match=r"for example 0\.60 for 60 %; got 60"):
        against(estimates((0.4, 0.05, 200, 9)), 60)
