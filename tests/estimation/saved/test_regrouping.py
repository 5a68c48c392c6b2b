"""Merging domains by scores is estimating the persons by the coarser domains."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation import (
    Calibration,
    Design,
    Estimates,
    estimate_means,
    estimate_proportions,
    estimate_ratios,
    estimate_totals,
)
from estimation.design import Replicates
from estimation.saved.archive import from_tables, to_tables
from estimation.saved.regrouping import regroup

STRATIFIED = {"weight": "weight", "strata": "stratum", "psu": "psu"}
TWO_STAGES = {**STRATIFIED, "ssu": "hh", "fpc": ("N_psu", "N_hh")}
RAKED = {
    **STRATIFIED,
    "weight": "raked",
    "calibration": Calibration(variables=("sex", "age"), initial_weight="weight"),
}
DESIGNS = {
    "stratified": Design(**STRATIFIED),
    "two stages": Design(**TWO_STAGES),
    "raked": Design(**RAKED),
    "jackknife": Design(**STRATIFIED, replicates=Replicates(kind="jkn")),
}


def same_frames(ours: Estimates, direct: Estimates, without: tuple[str, ...] = ()) -> None:
    keys = ["indicator", *direct.by]
    frames = [
        estimates.frame.sort_values(keys).reset_index(drop=True).drop(columns=list(without))
        for estimates in (ours, direct)
    ]
    pd.testing.assert_frame_equal(*frames, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("by", [None, "region", ["sex", "region"]])
@pytest.mark.parametrize("design", ["stratified", "two stages", "raked"])
class TestRegroup:
    """Regrouping by scores is direct estimation."""

    FINE = ("region", "sex", "age")

    def test_shares_with_item_nonresponse(self, persons: pd.DataFrame, design: str, by: object) -> None:
        options = {"by": self.FINE, "design": DESIGNS[design]}
        fine = estimate_proportions(persons, ["skill", "skill_some"], **options)
        sizes = estimate_totals(persons, ["one", "one_some"], **options)
        direct = estimate_proportions(persons, ["skill", "skill_some"], by=by, design=DESIGNS[design])
        merged = regroup(
            from_tables(to_tables(fine, minimum=1)), by, sizes=from_tables(to_tables(sizes, minimum=1))
        )
        same_frames(merged, direct)
        if by == "region":
            np.testing.assert_allclose(merged.covariance(), direct.covariance(), rtol=1e-9, atol=1e-16)

    def test_means_totals_and_ratios(self, persons: pd.DataFrame, design: str, by: object) -> None:
        options = {"by": self.FINE, "design": DESIGNS[design]}
        whole = {"by": by, "design": DESIGNS[design]}
        sizes = estimate_totals(persons, "one", **options)
        means = regroup(estimate_means(persons, "income", **options), by, sizes=sizes)
        same_frames(means, estimate_means(persons, "income", **whole), without=("n_eff", "deff"))
        totals = regroup(estimate_totals(persons, ["income", "skill"], **options), by)
        same_frames(totals, estimate_totals(persons, ["income", "skill"], **whole))
        ratio = {"each": ("income", "N_person")}
        sizes = estimate_totals(persons, "N_person", **options)
        ratios = regroup(estimate_ratios(persons, ratio, **options), by, sizes=sizes)
        same_frames(ratios, estimate_ratios(persons, ratio, **whole))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=8, deadline=None)
def test_regrouping_random_samples_is_direct_estimation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sample = pd.DataFrame(
        {
            "stratum": np.repeat([1, 2], 60),
            "psu": np.tile(np.repeat(np.arange(4), 15), 2),
            "weight": rng.uniform(1, 9, 120),
            "skill": rng.integers(0, 2, 120),
            "district": rng.choice(["a", "b", "c"], 120),
            "age": rng.choice([1, 2, 3, 4], 120, p=[0.7, 0.2, 0.08, 0.02]),
            "one": 1,
        }
    )
    options = {"by": ["district", "age"], "design": DESIGNS["stratified"], "levels": {"age": [1, 2, 3, 4, 5]}}
    fine = estimate_proportions(sample, "skill", **options)
    merged = regroup(fine, "district", sizes=estimate_totals(sample, "one", **options))
    same_frames(merged, estimate_proportions(sample, "skill", by="district", design=DESIGNS["stratified"]))


def test_regrouped_totals_of_replicates(persons: pd.DataFrame) -> None:
    fine = estimate_totals(persons, "skill", by=["region", "sex"], design=DESIGNS["jackknife"])
    direct = estimate_totals(persons, "skill", by="sex", design=DESIGNS["jackknife"])
    same_frames(regroup(fine, "sex"), direct)


class TestRefusedRegrouping:
    def fine(self, persons: pd.DataFrame, design: str = "stratified") -> Estimates:
        return estimate_proportions(persons, "skill", by=["region", "sex"], design=DESIGNS[design])

    def test_without_sizes_says_how(self, persons: pd.DataFrame) -> None:
        with pytest.raises(
            ValueError, match=r"sizes=estimate_totals\(persons, 'one', by=\['region', 'sex'\]"
        ):
            regroup(self.fine(persons), "region")

    def test_a_column_that_is_no_by_column(self, persons: pd.DataFrame) -> None:
        with pytest.raises(ValueError, match=r"choose among \['region', 'sex'\]"):
            regroup(self.fine(persons), "age")

    def test_sizes_that_are_no_totals_or_of_other_domains(self, persons: pd.DataFrame) -> None:
        options = {"by": ["region", "sex"], "design": DESIGNS["stratified"]}
        with pytest.raises(ValueError, match="they must be totals"):
            regroup(self.fine(persons), "region", sizes=self.fine(persons))
        other = estimate_totals(persons, "one", **options, levels={"region": ["R9", "R1"]})
        with pytest.raises(ValueError, match="other domains"):
            regroup(self.fine(persons), "region", sizes=other)
        fewer = estimate_totals(persons[persons["psu"] != "P03"], "one", **options)
        with pytest.raises(ValueError, match="other PSUs"):
            regroup(self.fine(persons), "region", sizes=fewer)

    def test_replicates_of_shares(self, persons: pd.DataFrame) -> None:
        sizes = estimate_totals(persons, "one", by=["region", "sex"], design=DESIGNS["jackknife"])
        with pytest.raises(ValueError, match="replicates"):
            regroup(self.fine(persons, "jackknife"), "region", sizes=sizes)
