"""Every row of the reference estimates and verdicts of the simulated wave, made by R `survey`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimation import Calibration, Design, Estimates, estimate_proportions

FOLDER = Path(__file__).parents[1] / "reference" / "wave_2026"
TOLERANCE = 1e-8
WEIGHTS = {"base": "w_base", "nr": "w_nr", "raked": "w_raked"}
INDICATORS = [
    "headline",
    "strict",
    "lenient",
    "know_all",
    "use12_ps_self",
    "skill_ps",
    "skill_health",
    "skill_education",
    "skill_transport",
    "skill_tourism",
    "skill_banking",
    "headline_working",
]
BREAKDOWNS = {
    "province": None,
    "district": "district",
    "residence": "residence",
    "sex": "sex",
    "age": "age_group",
}
CODES = {"hh_id": str, "ea_code": str, "district_code": str, "sex": str}


@cache
def persons() -> pd.DataFrame:
    answers = pd.read_csv(FOLDER / "clean_microdata.csv", dtype=CODES)
    weights = pd.read_csv(FOLDER / "weights_indicators.csv", dtype=CODES).drop(columns=["ea_code", "stratum"])
    joined = answers.merge(weights, on="hh_id", validate="one_to_one")
    group = pd.cut(joined["age"], [14, 29, 44, 59, 200], labels=["15-29", "30-44", "45-59", "60+"]).astype(
        str
    )
    return joined.assign(
        district=joined["district_code"], age_group=group, sex_age=joined["sex"] + ":" + group
    )


@cache
def register() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "sample_eas.csv", dtype=CODES)[["stratum", "ea_code"]]


def design(weights: str, *, registered: bool) -> Design:
    calibration = Calibration(variables=("stratum", "sex_age"), initial_weight="w_nr")
    return Design(
        weight=WEIGHTS[weights],
        strata="stratum",
        psu="ea_code",
        register=register() if registered else None,
        calibration=calibration if weights == "raked" else None,
    )


@cache
def estimates(weights: str, breakdown: str, interval: str, *, registered: bool) -> Estimates:
    return estimate_proportions(
        persons(),
        INDICATORS,
        by=BREAKDOWNS[breakdown],
        design=design(weights, registered=registered),
        interval=interval,
    )


@cache
def reference() -> pd.DataFrame:
    table = pd.read_csv(FOLDER / "reference_estimates.csv")
    place = table["domain"].str.split(":", n=1, expand=True)
    return table.assign(breakdown=place[0], unit=place[1].fillna("province"))


def ours(weights: str, breakdown: str, interval: str, *, registered: bool) -> pd.DataFrame:
    """The frame in the order of the reference rows."""
    frame = estimates(weights, breakdown, interval, registered=registered).frame
    by = BREAKDOWNS[breakdown]
    frame = frame.assign(unit="province" if by is None else frame[by])
    wanted = reference().query("weights == @weights and breakdown == @breakdown")
    return frame.set_index(["indicator", "unit"]).loc[
        list(zip(wanted["indicator"], wanted["unit"], strict=True))
    ]


def column(weights: str, breakdown: str, name: str) -> np.ndarray:
    return reference().query("weights == @weights and breakdown == @breakdown")[name].to_numpy()


@pytest.mark.parametrize("breakdown", BREAKDOWNS)
@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize(
    ("interval", "registered", "columns"),
    [
        ("logit", False, {"estimate": "p", "se": "se", "ci_low": "logit_low", "ci_high": "logit_high"}),
        ("logit", False, {"n": "n", "n_psu": "n_psu", "df": "df", "n_eff": "n_eff", "deff": "deff_r"}),
        ("korn_graubard", False, {"ci_low": "kg_low", "ci_high": "kg_high"}),
        ("beta", False, {"ci_low": "kg_nomin_low", "ci_high": "kg_nomin_high"}),
        ("logit", True, {"estimate": "p", "n": "n", "n_psu": "n_psu", "df": "df", "n_eff": "all_n_eff"}),
        ("logit", True, {"se": "se_all_sampled_psu", "ci_low": "all_logit_low", "ci_high": "all_logit_high"}),
        ("korn_graubard", True, {"ci_low": "all_kg_low", "ci_high": "all_kg_high"}),
    ],
)
def test_reference_estimates(
    weights: str, breakdown: str, interval: str, registered: bool, columns: dict[str, str]
) -> None:
    frame = ours(weights, breakdown, interval, registered=registered)
    for mine, theirs in columns.items():
        np.testing.assert_allclose(
            frame[mine], column(weights, breakdown, theirs), rtol=TOLERANCE, err_msg=theirs
        )


def test_reference_is_complete() -> None:
    assert len(reference()) == 3 * 12 * 20
    compared = reference()["breakdown"].isin(BREAKDOWNS) & reference()["indicator"].isin(INDICATORS)
    assert compared.all()


@pytest.mark.parametrize("target", [0.6, 0.8])
@pytest.mark.parametrize("breakdown", ["province", "district"])
def test_reference_verdicts(breakdown: str, target: float) -> None:
    judged = (
        estimates("raked", breakdown, "logit", registered=True)
        .against(target)
        .query("indicator == 'headline'")
    )
    unit = "province" if breakdown == "province" else "district:" + judged["district"]
    judged = judged.assign(unit=unit).set_index("unit")
    table = pd.read_csv(FOLDER / "reference_verdicts.csv", keep_default_na=False)
    wanted = table[(table["target"] == target) & table["domain"].str.startswith(breakdown)].set_index(
        "domain"
    )
    judged = judged.loc[wanted.index]
    for name in ("confidence_met", "holm_p_met", "holm_p_not_met"):
        np.testing.assert_allclose(judged[name], wanted[name], rtol=TOLERANCE, atol=1e-300, err_msg=name)
    for name in ("quality", "reason", "verdict", "family_verdict"):
        assert judged[name].tolist() == wanted[name].tolist(), name
    shown = judged["verdict" if breakdown == "province" else "family_verdict"].where(
        judged["quality"] != "suppress", "none"
    )
    assert shown.tolist() == wanted["shown_verdict"].tolist()
