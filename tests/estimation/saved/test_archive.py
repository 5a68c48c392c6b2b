"""What a release keeps: the round trip through Parquet is exact, and no PSU is disclosed."""

from __future__ import annotations

import io

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
from estimation.saved.archive import covariance_only, disclosive, from_tables, to_tables

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
    "brewer": Design(**{**STRATIFIED, "fpc": "pi_psu", "pps": "brewer"}),
    "raked": Design(**RAKED),
    "rows": Design(weight="weight"),
    "jackknife": Design(**STRATIFIED, replicates=Replicates(kind="jkn")),
}


def stored(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    read = {}
    for name, table in tables.items():
        file = io.BytesIO()
        table.to_parquet(file)
        read[name] = pd.read_parquet(io.BytesIO(file.getvalue()))
    return read


def there_and_back(estimates: Estimates, minimum: int = 1) -> Estimates:
    return from_tables(stored(to_tables(estimates, minimum=minimum)))


@pytest.mark.parametrize("design", DESIGNS)
def test_round_trip_through_parquet_is_exact_to_the_bit(persons: pd.DataFrame, design: str) -> None:
    levels = ["R9", "R1", "R2", "R3", "R4"]
    kept = estimate_proportions(
        persons, ["skill", "skill_some"], by="region", design=DESIGNS[design], levels=levels, side="lower"
    )
    again = there_and_back(kept)
    pd.testing.assert_frame_equal(again.frame, kept.frame, check_exact=True)
    np.testing.assert_array_equal(again.covariance(), kept.covariance())
    contrast = {("skill", "R1"): 1, ("skill_some", "R2"): -0.5, ("skill", "R3"): -0.5}
    pd.testing.assert_series_equal(again.contrast(contrast), kept.contrast(contrast), check_exact=True)
    pd.testing.assert_frame_equal(again.against(0.6), kept.against(0.6), check_exact=True)
    pd.testing.assert_frame_equal(again.grade("statcan").frame, kept.grade("statcan").frame, check_exact=True)
    pd.testing.assert_frame_equal(again.variation.units.psus, kept.variation.units.psus)
    assert (again.kind, again.by, again.level, again.side) == (kept.kind, kept.by, kept.level, kept.side)


def test_round_trip_keeps_the_overlap_and_the_lonely_rule(persons: pd.DataFrame) -> None:
    waves = pd.concat([persons.assign(wave=2025), persons.assign(wave=2027, skill=persons["skill_2027"])])
    overlap = Overlap(wave="wave", kind="same_psus")
    design = Design(**{**STRATIFIED, "strata": "stratum_lonely"}, lonely="average", overlap=overlap)
    kept = estimate_proportions(waves, "skill", by=["wave", "region"], design=design)
    change = there_and_back(kept).change(2025, 2027)
    pd.testing.assert_frame_equal(change, kept.change(2025, 2027), check_exact=True)


def test_tables_that_are_missing_or_of_another_format_are_refused(persons: pd.DataFrame) -> None:
    tables = to_tables(estimate_proportions(persons, "skill", design=DESIGNS["stratified"]))
    with pytest.raises(ValueError, match=r"no tables \['scores'\]"):
        from_tables({name: table for name, table in tables.items() if name != "scores"})
    tables["about"].loc[0, "value"] = "99"
    with pytest.raises(ValueError, match="format 99"):
        from_tables(tables)


class TestDisclosure:
    def people(self) -> pd.DataFrame:
        """Two strata of three PSUs of six persons; one of them has a single woman of the north."""
        psu = np.tile(np.repeat([1, 2, 3], 6), 2)
        women = np.tile([1, 1, 1, 0, 0, 0], 6)
        women[:6] = [1, 0, 0, 0, 0, 0]
        return pd.DataFrame(
            {
                "stratum": np.repeat([1, 2], 18),
                "psu": psu,
                "weight": 1.0,
                "sex": np.where(women == 1, "f", "m"),
                "skill": np.tile([1.0, 0.0, 0.0, 1.0, 1.0], 8)[:36],
            }
        )

    def test_a_psu_with_fewer_members_than_the_minimum_but_not_none(self) -> None:
        sexes = estimate_proportions(self.people(), "skill", by="sex", design=DESIGNS["stratified"])
        assert sexes.frame["sex"].tolist() == ["f", "m"]
        assert disclosive(sexes).tolist() == [True, False]
        assert disclosive(sexes, minimum=1).tolist() == [False, False]
        assert disclosive(sexes, minimum=4).tolist() == [True, True]
        psus = estimate_proportions(self.people(), "skill", by="psu", design=DESIGNS["stratified"])
        assert disclosive(psus).tolist() == [False, False, False]

    def test_single_rows_and_households_always_count(self, persons: pd.DataFrame) -> None:
        for design in ("rows", "two stages"):
            whole = estimate_proportions(persons, "skill", design=DESIGNS[design])
            assert disclosive(whole).tolist() == [True]

    def test_where_a_psu_would_be_disclosed_the_covariance_alone_is_kept(self) -> None:
        sexes = estimate_proportions(self.people(), ["skill"], by="sex", design=DESIGNS["stratified"])
        tables = to_tables(sexes)
        assert len(tables["scores"]) == 2
        assert set(tables["psus"]["__n_0"]) == {1.0}
        kept = from_tables(stored(tables))
        pd.testing.assert_frame_equal(kept.frame, sexes.frame, check_exact=True)
        pd.testing.assert_frame_equal(kept.difference("f", "m"), sexes.difference("f", "m"), rtol=1e-12)
        np.testing.assert_allclose(kept.covariance(), sexes.covariance(), rtol=1e-12)

    def test_its_root_depends_on_nothing_but_the_covariance(self) -> None:
        """Another sample of PSUs with the same covariance would leave the same root, up to signs."""
        sexes = estimate_proportions(self.people(), ["skill"], by="sex", design=DESIGNS["stratified"])
        root = covariance_only(sexes).variation.deviations()
        np.testing.assert_allclose(np.abs(root), np.abs(np.linalg.cholesky(sexes.covariance()).T), rtol=1e-9)

    def test_an_empty_domain_stays_empty(self) -> None:
        options = {"by": "sex", "levels": ["x", "f", "m"], "design": DESIGNS["stratified"]}
        sexes = estimate_proportions(self.people(), "skill", **options)
        kept = from_tables(stored(to_tables(sexes)))
        assert kept.difference("f", "x")["se"].isna().all()
        pd.testing.assert_frame_equal(kept.difference("f", "m"), sexes.difference("f", "m"), rtol=1e-12)
