"""Contrasts, differences of domains, changes between waves, and the pace towards a target."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation import Design, Estimates, estimate_proportions
from estimation.comparing.comparisons import MEASURES
from estimation.comparing.waves import pace, project
from estimation.design import Overlap, Replicates
from estimation.variation import Replicated

FOLDER = Path(__file__).parents[2] / "reference" / "r_survey"
GOLDEN = json.loads((FOLDER / "golden.json").read_text(encoding="utf-8"))["waves"]
DESIGN = Design(weight="weight", strata="stratum", psu="ea")
CHOICES = "independent.*same_psus.*panel"


def sample(seed: int = 7, strata: int = 3, psus: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    size = strata * psus * 12
    return pd.DataFrame(
        {
            "stratum": np.repeat(np.arange(strata), psus * 12),
            "ea": np.tile(np.repeat(np.arange(psus), 12), strata),
            "weight": rng.uniform(50, 300, size),
            "skill": rng.integers(0, 2, size).astype(float),
            "online": np.where(rng.random(size) < 0.1, np.nan, rng.integers(0, 2, size)),
            "district": rng.choice(["688", "689", "693"], size),
        }
    )


def by_district(**options: object) -> Estimates:
    return estimate_proportions(sample(), ["skill", "online"], by="district", design=DESIGN, **options)


def two_waves(kind: str, by: list[str]) -> Estimates:
    persons = pd.read_csv(FOLDER / "waves.csv")
    design = Design(weight="weight", strata="stratum", psu="ea", overlap=Overlap(wave="wave", kind=kind))
    return estimate_proportions(persons, "skill", by=by, design=design)


def standard_error(estimates: Estimates, row: int) -> float:
    return float(np.sqrt(estimates.covariance()[row, row]))


@given(seed=st.integers(0, 10_000), strata=st.integers(1, 4), psus=st.integers(2, 5))
@settings(max_examples=15, deadline=None)
def test_covariance_is_symmetric_and_no_combination_has_a_negative_variance(
    seed: int, strata: int, psus: int
) -> None:
    persons = sample(seed, strata, psus)
    matrix = estimate_proportions(persons, ["skill", "online"], by="district", design=DESIGN).covariance()
    assert (matrix == matrix.T).all()
    assert np.linalg.eigvalsh(matrix).min() > -1e-14


@given(seed=st.integers(0, 10_000), factor=st.floats(-1e3, 1e3))
@settings(max_examples=10, deadline=None)
def test_contrast_of_a_domain_with_itself_is_exactly_nothing(seed: int, factor: float) -> None:
    persons = sample(seed).assign(copy=lambda frame: frame["skill"])
    found = estimate_proportions(persons, ["skill", "copy"], by="district", design=DESIGN)
    key = ("skill", "688")
    for other in (key, ("copy", "688")):
        nothing = found.contrast([(key, factor), (other, -factor)])
        assert nothing[["estimate", "se", "ci_low", "ci_high"]].tolist() == [0.0] * 4
        assert nothing["df"] == found.frame.loc[0, "df"]
        assert nothing[["t", "p_value"]].isna().all()


def test_factors_of_a_key_that_comes_twice_add_up() -> None:
    found = by_district()
    twice = found.contrast([(("skill", "688"), 0.5), (("skill", "689"), -1), (("skill", "688"), 0.5)])
    once = found.contrast({("skill", "688"): 1, ("skill", "689"): -1})
    pd.testing.assert_series_equal(twice, once)


def test_contrast_is_the_quadratic_form_with_a_t_test() -> None:
    found = by_district()
    c = np.array([1.0, -0.25, -0.75, 0, 0, 0])
    mixed = found.contrast({("skill", d): f for d, f in zip(["688", "689", "693"], c[:3], strict=True)})
    assert list(mixed.index) == list(MEASURES)
    assert mixed["estimate"] == pytest.approx(c @ found.frame["estimate"])
    assert mixed["se"] == pytest.approx(np.sqrt(c @ found.covariance() @ c))
    assert mixed["t"] == pytest.approx(mixed["estimate"] / mixed["se"])
    assert mixed["df"] == 12
    assert mixed["p_value"] == pytest.approx(p_by_simulation(mixed["t"], 12), abs=0.01)


def p_by_simulation(t: float, df: int) -> float:
    drawn = np.random.default_rng(1).standard_t(df, 200_000)
    return float((np.abs(drawn) > abs(t)).mean())


def test_interval_excludes_0_exactly_where_the_test_rejects() -> None:
    found = by_district()
    rows = pd.concat([found.difference("688", "689"), found.difference("688", "693")])
    for level in (0.1, 0.5, 0.9):
        other = estimate_proportions(sample(), ["skill", "online"], by="district", design=DESIGN, level=level)
        limits = pd.concat([other.difference("688", "689"), other.difference("688", "693")])
        outside = (limits["ci_low"] > 0) | (limits["ci_high"] < 0)
        assert (outside == (rows["p_value"] < 1 - level)).all()


@pytest.mark.parametrize(("side", "open_end"), [("lower", "ci_high"), ("upper", "ci_low")])
def test_one_limit_takes_all_the_error(side: str, open_end: str) -> None:
    single = by_district(side=side, level=0.95).contrast({("skill", "688"): 1})
    both = by_district(level=0.90).contrast({("skill", "688"): 1})
    closed = {"ci_high": "ci_low", "ci_low": "ci_high"}[open_end]
    assert np.isinf(single[open_end])
    assert single[closed] == pytest.approx(both[closed])


def test_difference_is_the_contrast_of_every_indicator() -> None:
    found = by_district()
    rows = found.difference("688", "693")
    assert list(rows) == ["indicator", "a", "b", *MEASURES, "quality"]
    assert rows[["indicator", "a", "b"]].to_numpy().tolist() == [
        ["skill", "688", "693"],
        ["online", "688", "693"],
    ]
    for _, row in rows.iterrows():
        one = found.contrast({(row["indicator"], "688"): 1, (row["indicator"], "693"): -1})
        assert row[list(MEASURES)].astype(float).tolist() == pytest.approx(one.tolist(), nan_ok=True)


def test_difference_of_one_indicator_and_of_two() -> None:
    found = by_district()
    one = found.difference(("skill", "688"), ("skill", "693"))
    assert one["estimate"].tolist() == found.difference("688", "693")["estimate"].tolist()[:1]
    mixed = found.difference(("skill", "688"), ("online", "688"))
    assert mixed.loc[0, "indicator"] == "skill - online"
    whole = estimate_proportions(sample(), ["skill", "online"], design=DESIGN)
    assert whole.difference("skill", "online").loc[0, "df"] == 12


def test_difference_of_crossed_domains_names_them() -> None:
    found = estimate_proportions(sample(), "skill", by=["district", "stratum"], design=DESIGN)
    row = found.difference(("688", 0), ("689", 1)).loc[0]
    assert [row["a"], row["b"]] == ["688, 0", "689, 1"]


def test_replicates_give_the_variance_of_a_contrast() -> None:
    design = Design(weight="weight", strata="stratum", psu="ea", replicates=Replicates(kind="jkn"))
    found = estimate_proportions(sample(), "skill", by="district", design=design)
    c = np.array([1.0, -1.0, 0.0])
    row = found.difference("688", "689").loc[0]
    assert row["se"] == pytest.approx(np.sqrt(c @ found.covariance() @ c))
    assert row["df"] == 12


class TestDegenerateCases:
    """The table of `estimation.comparing.comparisons.measured`, row by row."""

    def test_an_estimate_of_it_is_missing(self) -> None:
        found = by_district(levels=["690", "688", "689", "693"])
        row = found.difference("688", "690").loc[0]
        assert row[list(MEASURES)].isna().all()
        assert row["quality"] == "suppress"
        assert found.difference("688", "689")[list(MEASURES)].notna().all(axis=None)

    def test_a_variance_that_is_missing_does_not_spread(self) -> None:
        found = by_district()
        values = found.variation.deviations()
        values[0, 1] = np.nan
        broken = replace(found, variation=Replicated(values, found.variation.counts, found.variation.units))
        rows = pd.concat([broken.difference("688", "693"), broken.difference("688", "689")])
        assert rows["se"].isna().tolist() == [False, False, True, False]
        assert rows["quality"].iloc[2] == "suppress"
        pd.testing.assert_frame_equal(
            broken.difference("688", "693"), found.difference("688", "693"), rtol=1e-12
        )

    def test_no_degrees_of_freedom(self) -> None:
        persons = sample(strata=2, psus=2)
        persons["side"] = np.where(persons["ea"] == 0, "west", "east")
        persons.loc[persons["stratum"] == 1, "side"] = "beyond"
        found = estimate_proportions(persons, "skill", by="side", design=DESIGN)
        alone = found.contrast({("skill", "west"): 2.0})
        assert alone["df"] == 0
        assert alone["estimate"] == pytest.approx(2 * found.frame.set_index("side").loc["west", "estimate"])
        assert alone[["se", "ci_low", "ci_high", "t", "p_value"]].isna().all()
        assert found.difference("west", "east").loc[0, "df"] == 1

    def test_no_error(self) -> None:
        persons = sample().assign(skill=lambda frame: (frame["district"] == "688").astype(float))
        found = estimate_proportions(persons, "skill", by="district", design=DESIGN)
        row = found.difference("688", "689").loc[0]
        assert row[["estimate", "se", "ci_low", "ci_high"]].tolist() == [1, 0, 1, 1]
        assert np.isnan(row["t"])
        assert np.isnan(row["p_value"])
        assert row["quality"] != "present"

    def test_the_worst_quality_of_the_estimates_in_it(self) -> None:
        found = by_district()
        found.frame["quality"] = pd.Series(["present", "review", "suppress"] * 2, dtype="str")
        assert found.difference("688", "689")["quality"].tolist() == ["review", "review"]
        assert found.difference("693", "689")["quality"].tolist() == ["suppress", "suppress"]


def test_change_of_the_same_psus_is_that_of_r() -> None:
    estimates = two_waves("same_psus", ["wave"])
    (first, both), (_, second) = GOLDEN["cov"]
    row = estimates.change(from_=2025, to=2027).loc[0]
    shares = {each["wave"]: each["skill"] for each in GOLDEN["est"]}
    assert row["estimate"] == pytest.approx(shares[2027] - shares[2025], rel=1e-10)
    assert row["se"] == pytest.approx(np.sqrt(first + second - 2 * both), rel=1e-10)
    assert [row["from"], row["to"]] == [2025, 2027]


def test_change_of_independent_waves_adds_the_variances() -> None:
    estimates = two_waves("independent", ["wave", "district"])
    rows = estimates.change(2025, 2027)
    waves = estimates.frame.set_index(["wave", "district"])
    for _, row in rows.iterrows():
        first, last = (waves.loc[(wave, row["district"])] for wave in (2025, 2027))
        assert row["se"] == pytest.approx(np.hypot(first["se"], last["se"]), rel=1e-12)
        assert row["df"] == first["df"] + last["df"]


def test_change_of_many_domains_is_the_contrast_of_each() -> None:
    estimates = two_waves("panel", ["district", "wave"])
    rows = estimates.change(2025, 2027)
    assert list(rows) == ["indicator", "district", "from", "to", *MEASURES, "quality"]
    for _, row in rows.iterrows():
        keys = {("skill", row["district"], 2027): 1, ("skill", row["district"], 2025): -1}
        one = estimates.contrast(keys)
        assert row[list(MEASURES)].astype(float).tolist() == pytest.approx(one.tolist(), nan_ok=True)


def test_change_of_a_domain_that_one_wave_lacks_is_missing_and_harms_no_other() -> None:
    persons = pd.read_csv(FOLDER / "waves.csv")
    gone = persons["district"].iloc[0]
    partly = persons[(persons["wave"] == 2025) | (persons["district"] != gone)]
    overlap = Overlap(wave="wave", kind="same_psus")
    design = Design(weight="weight", strata="stratum", psu="ea", overlap=overlap)
    full = estimate_proportions(persons, "skill", by=["wave", "district"], design=design)
    for levels in (None, {"district": persons["district"].unique()}):
        found = estimate_proportions(partly, "skill", by=["wave", "district"], design=design, levels=levels)
        rows = found.change(2025, 2027).set_index("district")
        assert rows.loc[gone, list(MEASURES)].isna().all()
        assert rows.loc[gone, "quality"] == "suppress"
        expected = full.change(2025, 2027).set_index("district").drop(index=gone)
        others = rows.drop(index=gone).loc[expected.index]
        pd.testing.assert_frame_equal(others, expected, check_dtype=False)


def test_a_missing_variance_of_one_domain_harms_no_other_change() -> None:
    found = two_waves("same_psus", ["wave", "district"])
    values = found.variation.deviations()
    values[0, 2] = np.nan
    broken = replace(found, variation=Replicated(values, found.variation.counts, found.variation.units))
    rows, expected = broken.change(2025, 2027), found.change(2025, 2027)
    assert np.flatnonzero(rows["se"].isna()).tolist() == [2]
    pd.testing.assert_frame_equal(rows.drop(index=2), expected.drop(index=2), rtol=1e-12)


class TestErrors:
    def test_contrast_of_nothing(self) -> None:
        with pytest.raises(ValueError, match=r"compares nothing.*\('skill', '688'\)"):
            by_district().contrast({})

    def test_unknown_key_names_its_like(self) -> None:
        with pytest.raises(ValueError, match=r"no estimate \('skill', '698'\).*near: .*'689'.*types"):
            by_district().contrast({("skill", "698"): 1})

    def test_domain_with_too_many_values(self) -> None:
        with pytest.raises(ValueError, match=r"no domain of by=\['district'\].*\('skill', '688'\)"):
            by_district().difference(("skill", "688", "x"), "689")

    def test_one_indicator_against_all(self) -> None:
        with pytest.raises(ValueError, match="different number of indicators"):
            by_district().difference(("skill", "688"), "689")

    def test_change_without_a_declared_overlap_lists_what_it_may_be(self) -> None:
        persons = pd.read_csv(FOLDER / "waves.csv")
        found = estimate_proportions(persons, "skill", by="wave", design=DESIGN)
        with pytest.raises(ValueError, match=rf"overlap=Overlap.*{CHOICES}.*R:"):
            found.change(2025, 2027)

    def test_change_of_estimates_that_are_not_by_wave(self) -> None:
        with pytest.raises(ValueError, match=r"estimate by=\['wave', 'district'\]"):
            two_waves("panel", ["district"]).change(2025, 2027)

    def test_unknown_wave_lists_those_there(self) -> None:
        with pytest.raises(ValueError, match=r"no wave '2025' in 'wave'; choose one of \[2025, 2027\]"):
            two_waves("panel", ["wave"]).change("2025", 2027)


class TestPace:
    YEARS = (2025, 2027, 2030)

    def test_projection_is_the_line_of_the_logits_with_its_delta_error(self) -> None:
        covariance = np.array([[[4e-4, 1e-4], [1e-4, 3e-4]]])
        row = project(
            np.array([0.40]), np.array([0.46]), covariance, np.array([20]), target=0.60, years=self.YEARS
        ).loc[0]
        assert row["observed_per_year"] == pytest.approx(0.03)
        assert row["needed_per_year"] == pytest.approx(0.14 / 3)
        assert row["label"] == "projection"

        def carried(p: np.ndarray) -> np.ndarray:
            logit = np.log(p / (1 - p))
            return logit[..., 1] + 1.5 * (logit[..., 1] - logit[..., 0])

        point = np.array([0.40, 0.46])
        slope = [(carried(point + step) - carried(point - step)) / 2e-6 for step in 1e-6 * np.eye(2)]
        half = 2.0859634472658364 * np.sqrt(slope @ covariance[0] @ slope)
        limits = [carried(point), carried(point) - half, carried(point) + half]
        expected = [1 / (1 + np.exp(-value)) for value in limits]
        assert row[["projection", "ci_low", "ci_high"]].astype(float).tolist() == pytest.approx(
            expected, rel=1e-6
        )

    def test_of_estimates_by_wave(self) -> None:
        found = two_waves("same_psus", ["wave", "district"])
        rows = pace(found, 2025, 2027, target=0.8, years=self.YEARS)
        changes = found.change(2025, 2027)
        assert rows["district"].tolist() == changes["district"].tolist()
        assert rows["observed_per_year"].tolist() == pytest.approx((changes["estimate"] / 2).tolist())
        assert (rows["ci_low"] < rows["projection"]).all()
        assert (rows["projection"] < rows["ci_high"]).all()

    def test_degenerate_cases(self) -> None:
        first, last = np.array([np.nan, 0.0, 0.5, 0.5]), np.array([0.5, 0.5, 0.5, 0.6])
        covariance = np.tile(1e-4 * np.eye(2), (4, 1, 1))
        covariance[2] = 0.0
        rows = project(first, last, covariance, np.array([9, 9, 9, 0]), target=0.6, years=self.YEARS)
        assert rows["projection"].isna().tolist() == [True, True, False, False]
        assert rows[["ci_low", "ci_high"]].isna().all(axis=None)
        assert rows["needed_per_year"].notna().all()

    def test_errors(self) -> None:
        args = np.array([0.4]), np.array([0.5]), np.eye(2)[None], np.array([9])
        with pytest.raises(ValueError, match="rising"):
            project(*args, target=0.6, years=(2027, 2025, 2030))
        with pytest.raises(ValueError, match=r"0\.60 for 60 %"):
            project(*args, target=60, years=self.YEARS)
