"""Calibration, raking, post-stratification, trimming and response propensities against R."""

import json
from pathlib import Path

import pandas as pd
import pytest

from estimation.weighting import Margin, calibrate, poststratify, rake, trim
from estimation.weighting.propensity import response_propensity

REFERENCE = Path(__file__).parents[2] / "reference" / "r_weighting"
CLOSE = 1e-8


@pytest.fixture(scope="module")
def r():
    return json.loads((REFERENCE / "weighting.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def persons():
    return pd.read_csv(REFERENCE / "persons.csv")


@pytest.fixture(scope="module")
def margins():
    tables = {name: pd.read_csv(REFERENCE / f"totals_{name}.csv") for name in ("stratum", "sex_age")}
    return [Margin(name, table.set_index(name)["total"].astype(float)) for name, table in tables.items()]


@pytest.mark.parametrize(
    ("name", "method", "bounds", "with_size"),
    [
        ("linear", "linear", None, False),
        ("linear_size", "linear", None, True),
        ("linear_bounded", "linear", (0.8, 1.32), False),
        ("raking", "raking", None, False),
        ("raking_size", "raking", None, True),
        ("logit", "logit", (0.5, 2.0), False),
        ("logit_tight", "logit", (0.75, 1.35), False),
    ],
)
def test_calibrated_weights_are_those_of_r(r, persons, margins, name, method, bounds, with_size):
    numbers = {"size": r["size_total"]} if with_size else None
    seen = calibrate(persons, "w", margins, numbers=numbers, method=method, bounds=bounds)
    assert seen.weight.tolist() == pytest.approx(r["weights"][name], rel=CLOSE)


def test_raked_weights_are_those_of_r(r, persons, margins):
    assert rake(persons, "w", margins).weight.tolist() == pytest.approx(r["weights"]["rake"], rel=CLOSE)


def test_poststratified_weights_are_those_of_r(r, persons, margins):
    seen = poststratify(persons, "w", margins[1])
    assert seen.weight.tolist() == pytest.approx(r["weights"]["post"], rel=CLOSE)


@pytest.mark.parametrize(("name", "times"), [("trim_wide", 2.5), ("trim_strict", 1.8)])
def test_trimmed_weights_are_those_of_r(r, persons, name, times):
    seen = trim(persons, "w", times_median=times, sharing="equal")
    assert seen.weight.tolist() == pytest.approx(r["weights"][name], rel=CLOSE)


def test_response_propensities_are_those_of_r(r):
    households = pd.read_csv(REFERENCE / "households.csv")
    seen = response_propensity(
        households, "w", respondent="responded", categories=["district", "residence"], numbers=["distance"]
    )
    assert seen.coefficients.tolist() == pytest.approx(r["glm"]["coefficients"], rel=CLOSE)
    assert seen.propensity.tolist() == pytest.approx(r["glm"]["fitted"], rel=CLOSE)
