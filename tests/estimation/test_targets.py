"""Verdicts against a target: the interval decides, Holm by hand, cells without an interval."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from estimation.intervals import interval
from estimation.targets import against, holm


def estimates(*rows: tuple[float, float, int, int], indicator: str = "headline") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["estimate", "se", "n", "df"]).assign(indicator=indicator)
    low, high = interval(*(frame[name].to_numpy(float) for name in ("estimate", "se", "n", "df")))
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


def test_unknown_comparison_lists_the_choices() -> None:
    with pytest.raises(
        ValueError, match=r"unknown comparison with a target '<'; choose one of \['>=', '>'\]"
    ):
        against(estimates((0.4, 0.05, 200, 9)), 0.6, op="<")


def test_target_in_percent_is_refused() -> None:
    with pytest.raises(ValueError, match=r"for example 0\.60 for 60 %; got 60"):
        against(estimates((0.4, 0.05, 200, 9)), 60)
