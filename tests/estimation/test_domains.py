"""Domains: order, empty levels, missing values, subpopulations, types of by-columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from estimation import Design, estimate_proportions

DESIGN = Design(weight="w", strata="stratum", psu="ea")


def persons() -> pd.DataFrame:
    rng = np.random.default_rng(20261005)
    n = 240
    return pd.DataFrame(
        {
            "stratum": np.repeat(["a", "b", "c"], n // 3),
            "ea": np.tile(np.repeat(np.arange(8), n // 24), 3),
            "w": rng.uniform(50, 300, n),
            "skill": rng.integers(0, 2, n).astype(float),
            "know": rng.integers(0, 2, n).astype(float),
            "district": rng.choice(["689", "688", "693"], n),
            "sex": rng.choice(["2", "1"], n),
            "sub": rng.integers(0, 2, n),
        }
    )


def test_without_by_one_row_an_indicator() -> None:
    frame = estimate_proportions(persons(), ["skill", "know"], design=DESIGN).frame
    assert list(frame) == [
        "indicator",
        "n",
        "n_psu",
        "n_eff",
        "estimate",
        "se",
        "ci_low",
        "ci_high",
        "df",
        "deff",
        "cv",
        "quality",
        "reason",
    ]
    assert frame["indicator"].tolist() == ["skill", "know"]
    assert frame["n_psu"].tolist() == [24, 24]
    assert frame["df"].tolist() == [21, 21]


def test_by_columns_stand_behind_the_indicator_and_are_sorted() -> None:
    frame = estimate_proportions(persons(), ["skill", "know"], by=["district", "sex"], design=DESIGN).frame
    assert list(frame)[:4] == ["indicator", "district", "sex", "n"]
    assert frame["indicator"].tolist() == ["skill"] * 6 + ["know"] * 6
    assert frame["district"].tolist() == ["688", "688", "689", "689", "693", "693"] * 2
    assert frame["sex"].tolist() == ["1", "2"] * 6


def test_empty_levels_stay_as_suppressed_rows() -> None:
    levels = ["693", "690", "688"]
    frame = estimate_proportions(persons(), "skill", by="district", design=DESIGN, levels=levels).frame
    assert frame["district"].tolist() == ["693", "690", "688", "689"]
    empty = frame.iloc[1]
    assert (empty["n"], empty["n_psu"], empty["df"]) == (0, 0, 0)
    assert empty[["estimate", "se", "ci_low", "ci_high", "n_eff", "deff", "cv"]].isna().all()
    assert (empty["quality"], empty["reason"]) == ("suppress", "no respondent")


def test_levels_of_crossed_columns_cross() -> None:
    levels = {"district": pd.Series(["688", "690"])}
    frame = estimate_proportions(
        persons(), "skill", by=["district", "sex"], design=DESIGN, levels=levels
    ).frame
    assert len(frame) == 4 * 2
    assert frame.loc[frame["district"] == "690", "n"].tolist() == [0, 0]


def test_missing_by_value_is_in_no_domain_and_stays_in_the_design() -> None:
    whole = persons()
    kept = estimate_proportions(whole, "skill", by="district", design=DESIGN).frame
    holed = whole.assign(district=whole["district"].where(whole["district"] != "693"))
    frame = estimate_proportions(holed, "skill", by="district", design=DESIGN).frame
    pd.testing.assert_frame_equal(frame, kept.iloc[:2])


def test_domain_in_one_psu_is_shown_without_interval() -> None:
    whole = persons()
    alone = whole.assign(place=np.where((whole["stratum"] == "a") & (whole["ea"] == 3), "here", "elsewhere"))
    row = estimate_proportions(alone, "skill", by="place", design=DESIGN).frame.set_index("place").loc["here"]
    assert row["estimate"] > 0
    assert (row["n_psu"], row["df"]) == (1, 0)
    assert row[["se", "ci_low", "ci_high", "n_eff", "cv"]].isna().all()
    assert (row["quality"], row["reason"]) == ("suppress", "no degrees of freedom: one PSU a stratum")


def test_where_marks_a_subpopulation() -> None:
    whole = persons()
    marked = estimate_proportions(whole, "skill", by="sex", where="sub", design=DESIGN).frame
    crossed = estimate_proportions(whole, "skill", by=["sub", "sex"], design=DESIGN).frame
    wanted = crossed[crossed["sub"] == 1].drop(columns="sub").reset_index(drop=True)
    pd.testing.assert_frame_equal(marked, wanted)
    outside = whole.assign(skill=whole["skill"].where(whole["sub"] == 1))
    pd.testing.assert_frame_equal(
        marked, estimate_proportions(outside, "skill", by="sex", design=DESIGN).frame
    )


@pytest.mark.parametrize("missing", [np.nan, None])
def test_where_may_be_boolean_or_missing(missing: object) -> None:
    whole = persons()
    flag = (whole["sub"] == 1).astype(object).where(whole["sub"] == 1, missing)
    marked = estimate_proportions(whole.assign(flag=flag), "skill", where="flag", design=DESIGN).frame
    pd.testing.assert_frame_equal(
        marked, estimate_proportions(whole, "skill", where="sub", design=DESIGN).frame
    )


BY_TYPES = {
    "integer": lambda values: values.astype(int),
    "nullable integer": lambda values: values.astype(int).astype("Int64"),
    "float": lambda values: values.astype(float),
    "category": lambda values: values.astype("category"),
    "object": lambda values: values.astype(object),
    "boolean": lambda values: values == "688",
}


@pytest.mark.parametrize("kind", BY_TYPES)
def test_any_type_of_by_column(kind: str) -> None:
    whole = persons()
    whole["place"] = BY_TYPES[kind](whole["district"])
    frame = estimate_proportions(whole, "skill", by="place", design=DESIGN).frame
    units = sorted(whole["place"].unique().tolist())
    assert frame["place"].tolist() == units
    by_hand = [
        np.average(part["skill"], weights=part["w"]) for _, part in whole.groupby("place", observed=True)
    ]
    assert frame["estimate"].to_numpy() == pytest.approx(by_hand)


def test_categories_keep_their_order() -> None:
    whole = persons()
    whole["district"] = pd.Categorical(whole["district"], categories=["693", "690", "688", "689"])
    frame = estimate_proportions(whole, "skill", by="district", design=DESIGN).frame
    assert frame["district"].tolist() == ["693", "688", "689"]


def test_answers_may_be_boolean_nullable_or_object() -> None:
    whole = persons()
    wanted = estimate_proportions(whole, "skill", design=DESIGN).frame
    for kind in (bool, "boolean", "Int64", "Float64", object, "float64[pyarrow]"):
        same = estimate_proportions(whole.astype({"skill": kind}), "skill", design=DESIGN).frame
        pd.testing.assert_frame_equal(same, wanted)


def test_by_may_be_the_stratum_or_the_psu_itself() -> None:
    strata = estimate_proportions(persons(), "skill", by="stratum", design=DESIGN).frame
    assert strata["n_psu"].tolist() == [8, 8, 8]
    units = estimate_proportions(persons(), "skill", by=["stratum", "ea"], design=DESIGN).frame
    assert units["df"].tolist() == [0] * 24


def test_nobody_at_all() -> None:
    frame = estimate_proportions(
        persons().head(0), "skill", by="district", levels=["688"], design=DESIGN
    ).frame
    assert frame["n"].tolist() == [0]
    assert frame["quality"].tolist() == ["suppress"]


def test_zero_weight_makes_no_domain_of_its_own() -> None:
    whole = persons()
    lone = (whole["district"] == "688") & (whole["sex"] == "1")
    idle = whole.assign(w=whole["w"].where(~lone, 0.0))
    frame = estimate_proportions(idle, "skill", by=["district", "sex"], design=DESIGN).frame
    assert len(frame) == 5
    assert ("688", "1") not in set(zip(frame["district"], frame["sex"], strict=True))
