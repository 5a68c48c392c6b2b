"""What estimates answer later: covariances, contrasts, verdicts, another grade."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from estimation import Condition, Design, Estimates, Rule, Standard, estimate_proportions, estimate_totals

DESIGN = Design(weight="w", strata="stratum", psu="ea")


@pytest.fixture(scope="module")
def persons() -> pd.DataFrame:
    rng = np.random.default_rng(371)
    n = 400
    return pd.DataFrame(
        {
            "stratum": np.repeat(["a", "b"], n // 2),
            "ea": np.tile(np.repeat(np.arange(10), n // 20), 2),
            "w": rng.uniform(50, 300, n),
            "skill": rng.integers(0, 2, n).astype(float),
            "district": rng.choice(["688", "689", "693"], n),
        }
    ).assign(copy=lambda frame: frame["skill"])


@pytest.fixture(scope="module")
def districts(persons: pd.DataFrame) -> Estimates:
    return estimate_proportions(persons, ["skill", "copy"], by="district", design=DESIGN)


def test_covariance_has_the_variances_on_its_diagonal(districts: Estimates) -> None:
    covariance = districts.covariance()
    assert covariance.shape == (6, 6)
    assert np.sqrt(np.diag(covariance)) == pytest.approx(districts.frame["se"].to_numpy())
    assert (covariance == covariance.T).all()
    assert np.linalg.eigvalsh(covariance).min() > -1e-15


def test_contrast_is_the_quadratic_form(districts: Estimates) -> None:
    difference = districts.contrast({("skill", "688"): 1, ("skill", "693"): -1})
    c = np.array([1, 0, -1, 0, 0, 0])
    assert difference["estimate"] == pytest.approx(c @ districts.frame["estimate"])
    assert difference["se"] == pytest.approx(np.sqrt(c @ districts.covariance() @ c))
    assert difference["df"] == 18
    assert difference["ci_low"] < difference["estimate"] < difference["ci_high"]


def test_contrast_counts_the_psus_of_either_domain() -> None:
    """One domain in PSUs 0-2 of two strata (df 4), the other in 3-4 (df 2), together in 5 of each (df 8)."""
    ea = np.tile(np.repeat(np.arange(5), 4), 2)
    persons = pd.DataFrame(
        {"stratum": np.repeat(["a", "b"], 20), "ea": ea, "w": 1.0, "skill": np.tile([0.0, 1, 1, 0, 1], 8)}
    )
    persons["side"] = np.where(ea < 3, "west", "east")
    sides = estimate_proportions(persons, "skill", by="side", design=DESIGN)
    assert sides.frame.set_index("side")["df"].to_dict() == {"east": 2, "west": 4}
    assert sides.contrast({("skill", "west"): 1, ("skill", "east"): -1})["df"] == 8


def test_contrast_of_a_domain_with_itself_is_exactly_nothing(districts: Estimates) -> None:
    for pairs in (
        [(("skill", "688"), 1), (("skill", "688"), -1)],
        [(("skill", "688"), 1), (("copy", "688"), -1)],
    ):
        assert districts.contrast(pairs)[["estimate", "se", "ci_low", "ci_high", "df"]].tolist() == [
            0,
            0,
            0,
            0,
            18,
        ]


def test_contrast_without_by_takes_the_bare_indicator(persons: pd.DataFrame) -> None:
    whole = estimate_proportions(persons, "skill", design=DESIGN)
    assert whole.contrast({"skill": 1})["se"] == pytest.approx(whole.frame.loc[0, "se"])


def test_contrast_ignores_an_empty_domain_that_it_does_not_name(persons: pd.DataFrame) -> None:
    estimates = estimate_proportions(
        persons, "skill", by="district", levels=["690", "688", "693"], design=DESIGN
    )
    assert np.isnan(estimates.covariance()[0]).all()
    assert estimates.contrast({("skill", "688"): 1, ("skill", "693"): -1}).notna().all()
    assert np.isnan(estimates.contrast({("skill", "688"): 1, ("skill", "690"): -1})["estimate"])


def test_unknown_key_names_near_ones(districts: Estimates) -> None:
    with pytest.raises(ValueError, match=r"no estimate \('skill', '698'\).*\('skill', '689'\)"):
        districts.contrast({("skill", "698"): 1})


def test_against_appends_to_the_frame(districts: Estimates) -> None:
    judged = districts.against(0.60)
    pd.testing.assert_frame_equal(judged[list(districts.frame)], districts.frame)
    assert list(judged)[len(list(districts.frame)) :] == (
        [
            "target",
            "gap",
            "confidence_met",
            "p_met",
            "p_not_met",
            "holm_p_met",
            "holm_p_not_met",
            "verdict",
            "family_verdict",
        ]
    )


def test_grade_replaces_quality_alone(districts: Estimates) -> None:
    strict = Standard("strict", (Rule("suppress", "under a thousand", (Condition("n", "<", 1000),)),))
    graded = districts.grade(strict)
    assert set(graded.frame["reason"]) == {"under a thousand"}
    pd.testing.assert_frame_equal(graded.grade("nchs2017").frame, districts.frame)


def test_totals_are_graded_by_their_cv(persons: pd.DataFrame) -> None:
    totals = estimate_totals(persons, "skill", by="district", design=DESIGN)
    assert totals.frame[["n_eff", "deff"]].isna().all(axis=None)
    assert set(totals.frame["quality"]) == {"present"}
    with pytest.raises(ValueError, match="no measure 'width' for means, totals and ratios"):
        totals.grade("nchs2017")
    assert totals.against(1.0)["verdict"].tolist() == ["met"] * 3


def test_estimates_are_frozen(districts: Estimates) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        districts.level = 0.9
    assert "scores" not in repr(districts)


@pytest.mark.parametrize("interval", ["logit", "korn_graubard", "wilson"])
@pytest.mark.parametrize("side", ["two", "lower"])
def test_limits_at_another_level_are_those_of_a_fresh_estimate(
    persons: pd.DataFrame, interval: str, side: str
) -> None:
    asked = {"by": "district", "design": DESIGN, "interval": interval, "side": side}
    found = estimate_proportions(persons, "skill", **asked)
    wanted = estimate_proportions(persons, "skill", level=0.8, **asked).frame
    for limits, frame in ((found.conf_int(), found.frame), (found.conf_int(0.8), wanted)):
        assert limits["lower"].tolist() == frame["ci_low"].tolist()
        assert limits["upper"].tolist() == frame["ci_high"].tolist()
        assert limits.index.tolist() == [("skill", "688"), ("skill", "689"), ("skill", "693")]


def test_limits_of_a_total_at_another_level(persons: pd.DataFrame) -> None:
    found = estimate_totals(persons, "skill", design=DESIGN)
    wanted = estimate_totals(persons, "skill", design=DESIGN, level=0.8).frame
    assert found.conf_int(0.8).loc["skill"].tolist() == wanted.loc[0, ["ci_low", "ci_high"]].tolist()
    with pytest.raises(ValueError, match="between 0 and 1"):
        found.conf_int(95)


def test_the_covariance_matrix_has_the_names_of_the_estimates(districts: Estimates) -> None:
    matrix = districts.cov_params()
    assert matrix.index.equals(matrix.columns)
    assert (matrix.to_numpy() == districts.covariance()).all()
    assert matrix.loc[("skill", "689"), ("copy", "689")] == pytest.approx(districts.frame.loc[1, "se"] ** 2)


def test_a_notebook_shows_estimates_in_both_languages(districts: Estimates) -> None:
    page = districts._repr_html_()
    shown = districts.to_frame("vi")
    assert "Khoảng tin cậy" in page
    assert "confidence" in page
    assert page.count("<tr") >= 1 + len(shown)
    assert shown.iloc[0, 2] in page
