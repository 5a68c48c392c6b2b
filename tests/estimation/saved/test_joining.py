"""Waves joined without persons are the stacked persons, or are refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from estimation import (
    Calibration,
    Design,
    Estimates,
    estimate_proportions,
)
from estimation.design import Overlap, Replicates
from estimation.saved.archive import from_tables, to_tables
from estimation.saved.joining import join_waves

STRATIFIED = {"weight": "weight", "strata": "stratum", "psu": "psu"}
RAKED = {
    **STRATIFIED,
    "weight": "raked",
    "calibration": Calibration(variables=("sex", "age"), initial_weight="weight"),
}
DESIGNS = {
    "stratified": Design(**STRATIFIED),
    "raked": Design(**RAKED),
    "jackknife": Design(**STRATIFIED, replicates=Replicates(kind="jkn")),
}


def two_waves(persons: pd.DataFrame, lost: bool = False) -> pd.DataFrame:
    """Two waves of the same PSUs; `lost`: either wave lacks a PSU that the other has."""
    later = persons.assign(wave=2027, skill=persons["skill_2027"], weight=persons["weight_2027"])
    waves = pd.concat([persons.assign(wave=2025), later], ignore_index=True)
    gone = (waves["stratum"] == "S7") & waves["psu"].eq(waves["wave"].map({2025: "P01", 2027: "P02"}))
    return waves[~gone] if lost else waves


def joined_and_stacked(
    waves: pd.DataFrame, overlap: Overlap, by: list[str], **design: object
) -> tuple[Estimates, Estimates]:
    fields = {**STRATIFIED, **design}
    single = {
        wave: estimate_proportions(
            waves[waves["wave"] == wave], ["skill", "online"], by=by, design=Design(**fields)
        )
        for wave in (2025, 2027)
    }
    stacked = estimate_proportions(
        waves, ["skill", "online"], by=["wave", *by], design=Design(**fields, overlap=overlap)
    )
    return join_waves(single, overlap=overlap), stacked


OPTIONS = {
    "plain": {},
    "adjust": {"lonely": "adjust", "lonely_domain": True},
    "average": {"lonely": "average", "lonely_domain": True},
    "lonely": {"strata": "stratum_lonely", "lonely": "adjust"},
    "fpc": {"fpc": "N_psu"},
}


CASES = [
    (kind, option, lost)
    for kind in ("independent", "same_psus")
    for option in OPTIONS
    for lost in (False, True)
    if not (kind == "same_psus" and lost and "fpc" in OPTIONS[option])
]


@pytest.mark.parametrize(("kind", "option", "lost"), CASES)
def test_joined_waves_are_the_stacked_persons(
    persons: pd.DataFrame, kind: str, option: str, lost: bool
) -> None:
    overlap = Overlap(wave="wave", kind=kind)
    joined, stacked = joined_and_stacked(two_waves(persons, lost), overlap, ["region"], **OPTIONS[option])
    pd.testing.assert_frame_equal(joined.frame, stacked.frame, rtol=1e-12, atol=0)
    np.testing.assert_allclose(joined.covariance(), stacked.covariance(), rtol=1e-11, atol=1e-17)
    changes = joined.change(2025, 2027), stacked.change(2025, 2027)
    pd.testing.assert_frame_equal(*changes, rtol=1e-11, atol=1e-16)
    pd.testing.assert_frame_equal(joined.variation.units.psus, stacked.variation.units.psus)
    again = from_tables(to_tables(joined, minimum=1))
    pd.testing.assert_frame_equal(again.change(2025, 2027), changes[0], check_exact=True)


def test_joined_independent_waves_of_two_stages(persons: pd.DataFrame) -> None:
    overlap = Overlap(wave="wave", kind="independent")
    waves = two_waves(persons)
    joined, stacked = joined_and_stacked(waves, overlap, [], ssu="hh", fpc=("N_psu", "N_hh"))
    np.testing.assert_allclose(joined.covariance(), stacked.covariance(), rtol=1e-11, atol=1e-17)
    assert "(wave 2025)" in joined.variation.units.stages[0].parent_names[0]


def test_joined_independent_replicates_add_the_variances(persons: pd.DataFrame) -> None:
    waves = two_waves(persons)
    overlap = Overlap(wave="wave", kind="independent")
    single = {
        wave: estimate_proportions(
            waves[waves["wave"] == wave], "skill", by="region", design=DESIGNS["jackknife"]
        )
        for wave in (2025, 2027)
    }
    row = join_waves(single, overlap=overlap).change(2025, 2027).loc[0]
    both = [estimates.frame.loc[0] for estimates in single.values()]
    assert row["se"] == pytest.approx(np.hypot(both[0]["se"], both[1]["se"]), rel=1e-12)
    assert row["df"] == both[0]["df"] + both[1]["df"]
    with pytest.raises(ValueError, match="vary together"):
        join_waves(single, overlap=Overlap(wave="wave", kind="same_psus"))


def test_a_wave_kept_without_scores_joins_an_independent_one(persons: pd.DataFrame) -> None:
    waves = two_waves(persons)
    first, last = (
        estimate_proportions(waves[waves["wave"] == wave], "skill", by="sex", design=DESIGNS["stratified"])
        for wave in (2025, 2027)
    )
    independent, shared = (Overlap(wave="wave", kind=kind) for kind in ("independent", "same_psus"))
    expected = join_waves({2025: first, 2027: last}, overlap=independent).change(2025, 2027)
    kept = {2025: from_tables(to_tables(first)), 2027: last}
    found = join_waves(kept, overlap=independent).change(2025, 2027)
    pd.testing.assert_frame_equal(found, expected, rtol=1e-11)
    with pytest.raises(ValueError, match="without the scores"):
        join_waves(kept, overlap=shared)


def test_joined_calibrated_waves_are_calibrated_each_on_its_own(
    persons: pd.DataFrame, calibrated_weights: pd.DataFrame
) -> None:
    first = persons.assign(wave=2025)
    later = persons.assign(wave=2027, skill=persons["skill_2027"], raked=calibrated_weights["logit"])
    waves = pd.concat([first, later], ignore_index=True)
    for name in ("sex", "age"):
        waves[f"{name}_wave"] = waves[name] + waves["wave"].astype(str)
    overlap = Overlap(wave="wave", kind="same_psus")
    crossed = Calibration(variables=("sex_wave", "age_wave"), initial_weight="weight")
    stacked = estimate_proportions(
        waves, "skill", by="wave", design=Design(**{**RAKED, "calibration": crossed}, overlap=overlap)
    )
    single = {
        wave: estimate_proportions(waves[waves["wave"] == wave], "skill", design=DESIGNS["raked"])
        for wave in (2025, 2027)
    }
    joined = join_waves(single, overlap=overlap)
    np.testing.assert_allclose(joined.covariance(), stacked.covariance(), rtol=1e-9)


def test_joined_empty_domain_is_empty_in_its_wave_alone(persons: pd.DataFrame) -> None:
    waves = two_waves(persons)
    waves = waves[(waves["wave"] == 2025) | (waves["region"] != "R4")]
    overlap = Overlap(wave="wave", kind="same_psus")
    single = {
        wave: estimate_proportions(
            waves[waves["wave"] == wave],
            "skill",
            by="region",
            levels=["R1", "R2", "R3", "R4"],
            design=DESIGNS["stratified"],
        )
        for wave in (2025, 2027)
    }
    rows = join_waves(single, overlap=overlap).change(2025, 2027).set_index("region")
    assert rows["se"].isna().tolist() == [False, False, False, True]


class TestRefusedJoins:
    def waves(self, persons: pd.DataFrame, **design: object) -> dict[object, Estimates]:
        sample = two_waves(persons, lost=True)
        return {
            wave: estimate_proportions(
                sample[sample["wave"] == wave], "skill", design=Design(**{**STRATIFIED, **design})
            )
            for wave in (2025, 2027)
        }

    def test_shared_psus_with_other_shares_drawn(self, persons: pd.DataFrame) -> None:
        with pytest.raises(ValueError, match=r"same share of the PSUs in \['stratum S7'\]"):
            join_waves(self.waves(persons, fpc="N_psu"), overlap=Overlap(wave="wave", kind="panel"))

    def test_shared_psus_of_two_stages(self, persons: pd.DataFrame) -> None:
        waves = self.waves(persons, ssu="hh", fpc=("N_psu", "N_hh"))
        with pytest.raises(ValueError, match="second stage are not known by code"):
            join_waves(waves, overlap=Overlap(wave="wave", kind="panel"))

    def test_shared_psus_without_a_name(self, persons: pd.DataFrame) -> None:
        waves = self.waves(persons, psu=None)
        with pytest.raises(ValueError, match="names no PSU"):
            join_waves(waves, overlap=Overlap(wave="wave", kind="panel"))

    def test_waves_that_were_not_estimated_alike(self, persons: pd.DataFrame) -> None:
        first = estimate_proportions(persons, "skill", design=DESIGNS["stratified"])
        last = estimate_proportions(persons, "skill", design=DESIGNS["stratified"], level=0.9)
        with pytest.raises(ValueError, match=r"differ in their level: .*0\.95.*0\.9"):
            join_waves({1: first, 2: last}, overlap=Overlap(wave="wave", kind="panel"))

    def test_one_wave_or_a_name_that_is_taken(self, persons: pd.DataFrame) -> None:
        one = estimate_proportions(persons, "skill", by="region", design=DESIGNS["stratified"])
        with pytest.raises(ValueError, match="two or more"):
            join_waves({1: one}, overlap=Overlap(wave="wave", kind="panel"))
        with pytest.raises(ValueError, match="of its own"):
            join_waves({1: one, 2: one}, overlap=Overlap(wave="n", kind="panel"))
        with pytest.raises(ValueError, match="already by 'region'"):
            join_waves({1: one, 2: one}, overlap=Overlap(wave="region", kind="panel"))
