"""Every number of the R reference, by the script `tests/reference/r_survey/golden.R`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimation import Design, estimate_proportions, estimate_ratios, estimate_totals
from estimation.intervals import INTERVALS, interval

FOLDER = Path(__file__).parents[1] / "reference" / "r_survey"
R = json.loads((FOLDER / "golden.json").read_text(encoding="utf-8"))
EXACT = 1e-10
ITERATED = 1e-8  # R fits the limits of svyciprop(method = "logit") by iteration
DESIGN = Design(weight="weight", strata="stratum", psu="ea")
R_METHODS = {
    "xlogit": ("logit", EXACT),
    "logit": ("logit", ITERATED),
    "beta": ("beta", EXACT),
    "wilson": ("wilson", EXACT),
    "mean": ("wald", EXACT),
    "asin": ("asin", EXACT),
}


def persons(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv")


def near(value: object, tolerance: float = EXACT) -> object:
    return pytest.approx(value, rel=tolerance, abs=1e-300)


def single(frame: pd.DataFrame, **labels: str) -> pd.Series:
    chosen = frame
    for column, value in labels.items():
        chosen = chosen[chosen[column] == value]
    assert len(chosen) == 1
    return chosen.iloc[0]


def same_estimates(frame: pd.DataFrame, rows: list[dict], *by: str) -> None:
    assert len(frame) == len(rows)
    for row in rows:
        ours = single(frame, **{column: row[column] for column in by})
        assert ours["estimate"] == near(row["skill"])
        assert ours["se"] == near(row["se"])


def same_cell(row: pd.Series, golden: dict) -> None:
    assert row["estimate"] == near(golden["p"])
    assert row["se"] == near(golden["se"])
    assert row["deff"] == near(golden["deff"])
    assert row["df"] == golden["df"]


@pytest.mark.parametrize("r_method", R_METHODS)
@pytest.mark.parametrize("by", [None, "district", "agegrp"])
def test_proportions_and_every_interval(by: str | None, r_method: str) -> None:
    method, tolerance = R_METHODS[r_method]
    frame = estimate_proportions(persons("base"), "skill", by=by, design=DESIGN, interval=method).frame
    golden = R["base"][by] if by else {"": R["base"]["overall"]}
    assert len(frame) == len(golden)
    for unit, expected in golden.items():
        row = single(frame, **({by: unit} if by else {}))
        same_cell(row, expected)
        assert [row["ci_low"], row["ci_high"]] == near(expected[r_method], tolerance)


def test_methods_of_the_package_are_the_ones_compared() -> None:
    assert {method for method, _ in R_METHODS.values()} == set(INTERVALS) - {"korn_graubard"}


def test_covariance_of_age_groups() -> None:
    estimates = estimate_proportions(persons("base"), "skill", by="agegrp", design=DESIGN)
    np.testing.assert_allclose(estimates.covariance(), R["base"]["agegrp_cov"], rtol=EXACT)


def test_district_by_sex() -> None:
    estimates = estimate_proportions(persons("base"), "skill", by=["district", "sex"], design=DESIGN)
    same_estimates(estimates.frame, R["base"]["district_sex"], "district", "sex")


def test_finite_population_of_one_stage() -> None:
    design = Design(weight="weight", strata="stratum", psu="ea", fpc="N_ea")
    frame = estimate_proportions(persons("base"), "skill", by="district", design=design).frame
    same_estimates(frame, R["base"]["fpc1"], "district")


def test_finite_population_of_two_stages() -> None:
    design = Design(weight="weight", strata="stratum", psu="ea", ssu="hh", fpc=("N_ea", "N_hh"))
    frame = estimate_proportions(persons("base"), "skill", by="district", design=design).frame
    same_estimates(frame, R["base"]["fpc2"], "district")


def test_totals() -> None:
    frame = estimate_totals(persons("base"), "skill", by="district", design=DESIGN).frame
    same_estimates(frame, R["base"]["total"], "district")


def test_ratio() -> None:
    frame = estimate_ratios(persons("base"), {"share": ("skill", "total_pop")}, design=DESIGN).frame
    assert frame.loc[0, ["estimate", "se"]].tolist() == near(R["base"]["hh_ratio"])


def test_missing_answers_by_district() -> None:
    frame = estimate_proportions(persons("miss"), "skill", by="district", design=DESIGN).frame
    same_estimates(frame, R["miss"]["district"], "district")


def test_missing_answers_overall_with_the_declared_df() -> None:
    frame = estimate_proportions(persons("miss"), "skill", design=DESIGN).frame
    golden = R["miss"]["overall"]
    assert golden["df"] == 78
    same_cell(frame.iloc[0], {**golden, "df": 77})
    low, high = interval(*(frame[name].to_numpy(float) for name in ("estimate", "se", "n")), np.array([78.0]))
    assert [low[0], high[0]] == near(golden["logit"], ITERATED)


@pytest.mark.parametrize("r_rule", ["adjust", "average", "certainty", "remove"])
def test_lonely_psu(r_rule: str) -> None:
    rule = {"remove": "certainty"}.get(r_rule, r_rule)
    design = Design(weight="weight", strata="stratum", psu="ea", lonely=rule)
    overall = estimate_proportions(persons("edge"), "skill", design=design).frame
    assert overall.loc[0, "se"] == near(R["edge"][r_rule]["overall"])
    districts = estimate_proportions(persons("edge"), "skill", by="district", design=design).frame
    same_estimates(districts, R["edge"][r_rule]["district"], "district")


def test_two_waves_of_the_same_psus() -> None:
    estimates = estimate_proportions(persons("waves"), "skill", by="wave", design=DESIGN)
    same_estimates(estimates.frame, R["waves"]["est"], "wave")
    np.testing.assert_allclose(estimates.covariance(), R["waves"]["cov"], rtol=EXACT)
    (first, both), (_, second) = R["waves"]["cov"]
    change = estimates.contrast({("skill", 2027): 1, ("skill", 2025): -1})
    assert change["se"] == near(np.sqrt(first + second - 2 * both))
