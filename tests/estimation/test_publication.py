"""Publication standards: each rule by an estimate that just breaks it, the order, declared tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from estimation import Condition, Rule, Standard
from estimation.publication import NCHS2017, STATCAN, choose_standard, grade

SOUND = {"n": 400, "n_psu": 40, "n_eff": 300.0, "estimate": 0.4, "se": 0.028, "df": 30, "cv": 0.07}


def graded(standard: Standard = NCHS2017, *, shares: bool = True, **changes: float) -> tuple[str, str]:
    estimates = pd.DataFrame([{**SOUND, **changes}])
    row = grade(estimates, standard, shares=shares).iloc[0]
    return row["quality"], row["reason"]


def with_error(p: float, n_eff: float) -> dict[str, float]:
    return {"estimate": p, "n_eff": n_eff, "se": float(np.sqrt(p * (1 - p) / n_eff))}


NCHS_CASES = {
    "sound": ({}, ("present", "")),
    "few persons": ({"n": 29}, ("suppress", "n or effective n below 30")),
    "few effective persons": (with_error(0.4, 29.9), ("suppress", "n or effective n below 30")),
    "wide interval": (with_error(0.5, 40), ("suppress", "interval width 0.30 or more")),
    "wide for a rare share": (
        with_error(0.03, 80),
        ("suppress", "interval wider than 130 % of the estimate"),
    ),
    "few degrees of freedom": ({"df": 7}, ("review", "df below 8")),
    "eight degrees of freedom": ({"df": 8}, ("present", "")),
    "no event": ({"estimate": 0.0, "se": 0.0, "n_eff": 400.0}, ("review", "no event, or only events")),
    "only events": ({"estimate": 1.0, "se": 0.0, "n_eff": 400.0}, ("review", "no event, or only events")),
    "no error": ({"se": 0.0, "n_eff": 400.0}, ("review", "standard error is 0")),
    "wide for a rare complement": (
        with_error(0.97, 80),
        ("present", "interval wider than 130 % of the complement"),
    ),
    "nobody": (
        {"n": 0, "n_psu": 0, "n_eff": np.nan, "estimate": np.nan, "se": np.nan, "df": 0, "cv": np.nan},
        ("suppress", "no respondent"),
    ),
    "one PSU": (
        {"n_psu": 1, "n_eff": np.nan, "se": np.nan, "df": 0, "cv": np.nan},
        ("suppress", "no degrees of freedom: one PSU a stratum"),
    ),
    "no standard error": (
        {"n_eff": np.nan, "se": np.nan, "cv": np.nan},
        ("suppress", "standard error not estimable"),
    ),
    "no standard error and few degrees of freedom": (
        {"n_eff": np.nan, "se": np.nan, "df": 3, "cv": np.nan},
        ("suppress", "standard error not estimable"),
    ),
}


@pytest.mark.parametrize("case", NCHS_CASES)
def test_nchs(case: str) -> None:
    changes, expected = NCHS_CASES[case]
    assert graded(**changes) == expected


NO_EVENT = {"estimate": 0.0, "se": 0.0, "cv": float("nan")}


@pytest.mark.parametrize(
    ("n", "quality"), [(29, "suppress"), (30, "suppress"), (71, "suppress"), (72, "review"), (400, "review")]
)
def test_no_event_is_suppressed_by_its_relative_width_up_to_71_respondents(n: int, quality: str) -> None:
    found, reason = graded(n=n, n_eff=float(n), **NO_EVENT)
    assert found == quality
    if 30 <= n < 72:
        assert reason == "interval wider than 130 % of the estimate"


@pytest.mark.parametrize("n", [30, 71, 72])
def test_only_events_are_never_suppressed_by_their_width(n: int) -> None:
    only = {**NO_EVENT, "estimate": 1.0, "cv": 0.0}
    assert graded(n=n, n_eff=float(n), **only) == ("review", "no event, or only events")


@pytest.mark.parametrize("limits", [(0.35, 1.0), (0.0, 0.45), (-np.inf, np.inf), (np.nan, np.nan)])
def test_quality_does_not_look_at_the_limits_that_are_shown(limits: tuple[float, float]) -> None:
    assert graded(ci_low=limits[0], ci_high=limits[1]) == graded() == ("present", "")


def test_a_missing_measure_meets_no_condition() -> None:
    own = Standard("own", (Rule("review", "below", (Condition("n_eff", "<", 1e9),)),))
    assert graded(own, n_eff=float("nan")) == ("present", "")


NO_RULE = Standard("no rule", ())


@pytest.mark.parametrize("standard", [NCHS2017, STATCAN, NO_RULE], ids=lambda standard: standard.name)
@pytest.mark.parametrize("estimate", [0.0, 0.4, 1.0])
def test_without_a_standard_error_every_standard_suppresses(standard: Standard, estimate: float) -> None:
    lost = {"estimate": estimate, "n_eff": np.nan, "se": np.nan, "cv": np.nan}
    assert graded(standard, **lost) == ("suppress", "standard error not estimable")
    assert graded(standard, **lost, df=0)[1] == "no degrees of freedom: one PSU a stratum"


def test_a_declared_rule_may_ask_for_the_standard_error() -> None:
    own = Standard("own", (Rule("review", "has one", (Condition("no_se", "==", 0),)),))
    assert graded(own) == ("review", "has one")


def test_conditions_of_a_rule_hold_together() -> None:
    both = (Condition("width", ">", 0.05), Condition("df", "<", 12))
    own = Standard("own", (Rule("review", "wide", both),))
    assert graded(own, df=11) == ("review", "wide")
    assert graded(own, df=12) == ("present", "")


def test_nchs_bounds_of_size_are_exclusive() -> None:
    assert graded(n=30, **with_error(0.4, 30.0))[1] != "n or effective n below 30"


def test_first_rule_that_is_met_decides() -> None:
    assert graded(n=10, df=3)[1] == "n or effective n below 30"
    assert graded(df=3, **with_error(0.5, 40))[1] == "interval width 0.30 or more"


@pytest.mark.parametrize(
    ("changes", "quality"),
    [
        ({"cv": 0.165}, "present"),
        ({"cv": 0.166}, "review"),
        ({"cv": 0.333}, "review"),
        ({"cv": 0.334}, "suppress"),
        ({"n": 9}, "suppress"),
        ({"estimate": 0.0, "cv": np.nan}, "suppress"),
    ],
)
def test_statcan(changes: dict[str, float], quality: str) -> None:
    assert graded(STATCAN, **changes)[0] == quality


def test_declared_table() -> None:
    own = Standard("own", (Rule("review", "under fifty", (Condition("n", "<", 50),)),))
    assert graded(own, n=49) == ("review", "under fifty")
    assert graded(own, n=50) == ("present", "")
    assert choose_standard(own) is own


def test_unknown_standard_lists_the_choices() -> None:
    with pytest.raises(
        ValueError, match=r"unknown publication standard 'nchs'; choose one of \['nchs2017', 'statcan'\]"
    ):
        choose_standard("nchs")


def test_unknown_measure_and_comparison_list_the_choices() -> None:
    with pytest.raises(ValueError, match="no measure 'size' for shares; choose one of"):
        graded(Standard("own", (Rule("review", "", (Condition("size", "<", 1),)),)))
    with pytest.raises(ValueError, match="unknown comparison '!='; choose one of"):
        graded(Standard("own", (Rule("review", "", (Condition("n", "!=", 1),)),)))


def test_width_is_of_shares_only() -> None:
    with pytest.raises(ValueError, match="no measure 'width' for means, totals and ratios"):
        graded(NCHS2017, shares=False)
