"""Replicates: the jackknife equals linearisation where theory says so, the bootstrap within its own error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from estimation import (
    Calibration,
    Condition,
    Design,
    Estimates,
    Rule,
    Standard,
    estimate_means,
    estimate_proportions,
    estimate_ratios,
    estimate_totals,
)
from estimation.cells import gather
from estimation.design import DesignError, Replicates
from estimation.domains import Domains
from estimation.engines.measures import Quantity
from estimation.replication.made import make_factors
from estimation.replication.replicates import SCALES
from estimation.variance import LonelyPsuError, Stage, Units
from estimation.variation import standard_errors

WAVE = Path(__file__).parents[2] / "reference" / "wave_2026"
SIMULATIONS = 2000
FOUR_SIGMA = 4 / np.sqrt(2 * SIMULATIONS)
PLAIN = Design(weight="w", strata="stratum", psu="psu")
CORRECTED = replace(PLAIN, fpc="N_psu")
BOOTSTRAP = Replicates(kind="bootstrap", number=SIMULATIONS, seed=7)
ENGINES = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "polars lazy": lambda frame: pl.from_pandas(frame).lazy(),
    "duckdb": lambda frame: duckdb.connect().from_df(frame),
}


@cache
def persons() -> pd.DataFrame:
    """Six strata of 3 to 13 PSUs, the last one taken whole; domains, missing answers, calibration columns."""
    rng = np.random.default_rng(2026)
    rows = []
    for stratum, sampled in enumerate((3, 5, 6, 9, 13, 4)):
        population = sampled if stratum == 5 else 3 * sampled
        for psu in range(sampled):
            n = int(rng.integers(4, 12))
            level = rng.normal(0, 0.8)
            rows.append(
                pd.DataFrame(
                    {
                        "stratum": f"S{stratum}",
                        "psu": psu,
                        "N_psu": population,
                        "w": rng.uniform(50, 150, n).round(2),
                        "yes": (rng.normal(level, 1, n) > 0).astype(float),
                        "income": (10 + 2 * level + rng.normal(0, 3, n)).round(2),
                        "size": rng.integers(1, 7, n),
                        "sex": rng.choice(["f", "m"], n),
                        "region": rng.choice(["north", "south", "west"], n),
                    }
                )
            )
    frame = pd.concat(rows, ignore_index=True)
    frame.loc[rng.choice(len(frame), 25, replace=False), "yes"] = np.nan
    frame["inside"] = (frame["stratum"] != "S2").astype(int)
    frame["one"] = 1.0
    frame["w_cal"] = _fitted(frame, pd.get_dummies(frame[["sex", "region"]], dtype=float).to_numpy())
    frame["w_greg"] = _fitted(frame, np.column_stack([frame["one"], frame["sex"] == "f", frame["size"]]))
    return frame


def _fitted(frame: pd.DataFrame, x: np.ndarray) -> np.ndarray:
    """GREG weights for totals 5 to 15 % away from those of the sample."""
    w = frame["w"].to_numpy()
    reached = x.T @ w
    shifts = np.linspace(0.9, 1.1, x.shape[1]) if x.shape[1] != 5 else np.array([0.95, 1.05, 0.97, 1.02, 1.0])
    wanted = reached * shifts
    gap = np.linalg.pinv((x * w[:, None]).T @ x) @ (wanted - reached)
    return w * (1 + x @ gap)


def with_replicates(design: Design, **asked: object) -> Design:
    return replace(design, replicates=Replicates(**asked))


def totals(design: Design, frame: object = None, **asked: object) -> Estimates:
    rows = persons() if frame is None else frame
    return estimate_totals(rows, ["income", "yes"], design=design, **asked)


def shares(design: Design, frame: object = None, **asked: object) -> Estimates:
    return estimate_proportions(persons() if frame is None else frame, "yes", design=design, **asked)


def wide(design: Design, factors_of: Replicates) -> tuple[pd.DataFrame, Replicates]:
    """The persons with the made factors beside them, and the replicates that declare them."""
    quantities = [Quantity("yes", "yes")]
    cells = gather(persons(), quantities, design=design, domains=Domains(), binary=True)
    factors = make_factors(cells.units, factors_of)
    columns = [f"f{b}" for b in range(len(factors.rscales))]
    made = pd.DataFrame(factors.of_psu(slice(None)), columns=columns)
    of_psu = pd.concat([cells.units.psus, made], axis=1)
    frame = persons().merge(of_psu, on=["stratum", "psu"], how="left", validate="many_to_one")
    given = Replicates(kind=factors_of.kind, columns=columns, rscales=factors.rscales, combined=False)
    return frame, given


# ---- made here: the jackknife ------------------------------------------------------------------------------


@pytest.mark.parametrize("design", [PLAIN, CORRECTED], ids=["with replacement", "fpc"])
@pytest.mark.parametrize("by", [None, "region"])
def test_jackknife_of_a_total_is_linearisation(design: Design, by: str | None) -> None:
    linear, jackknife = totals(design, by=by), totals(with_replicates(design, kind="jkn"), by=by)
    np.testing.assert_allclose(jackknife.covariance(), linear.covariance(), rtol=1e-10, atol=1e-4)
    np.testing.assert_allclose(jackknife.frame["se"], linear.frame["se"], rtol=1e-12)
    assert jackknife.frame["df"].tolist() == linear.frame["df"].tolist()
    assert jackknife.frame["n_psu"].tolist() == linear.frame["n_psu"].tolist()


def test_jackknife_of_a_total_is_brewers_approximation() -> None:
    frame = persons().assign(pi=0.2 + 0.05 * persons()["psu"])
    design = replace(PLAIN, fpc="pi", pps="brewer")
    jackknife = totals(with_replicates(design, kind="jkn"), frame)
    np.testing.assert_allclose(jackknife.frame["se"], totals(design, frame).frame["se"], rtol=1e-12)


def test_jackknife_of_a_share_by_hand() -> None:
    frame = pd.DataFrame({"w": 1.0, "psu": [1, 1, 2, 2, 3, 3], "yes": [1, 1, 1, 0, 0, 0]})
    design = with_replicates(Design(weight="w", psu="psu"), kind="jkn")
    # Dropping a PSU leaves 1/4, 2/4 and 3/4; V = 2/3 (1/16 + 0 + 1/16) = 1/12.
    assert shares(design, frame).frame["se"].item() ** 2 == pytest.approx(1 / 12, rel=1e-14)


def test_mean_of_replicates_as_centre_is_never_further_than_the_estimate() -> None:
    around = {
        centre: shares(with_replicates(PLAIN, kind="jkn", centre=centre), by="region").frame["se"]
        for centre in ("estimate", "mean")
    }
    np.testing.assert_allclose(around["mean"], around["estimate"], rtol=0.05)
    assert (around["mean"] != around["estimate"]).all()


# ---- made here: the bootstrap ------------------------------------------------------------------------------


@pytest.mark.parametrize("design", [PLAIN, CORRECTED], ids=["with replacement", "fpc"])
def test_bootstrap_is_linearisation_within_its_own_error(design: Design) -> None:
    linear, bootstrap = totals(design), totals(replace(design, replicates=BOOTSTRAP))
    np.testing.assert_allclose(bootstrap.frame["se"], linear.frame["se"], rtol=FOUR_SIGMA)
    means = [
        estimate_means(persons(), "income", design=d).frame["se"]
        for d in (design, replace(design, replicates=BOOTSTRAP))
    ]
    np.testing.assert_allclose(means[1], means[0], rtol=FOUR_SIGMA + 0.02)


def test_bootstrap_factors_keep_the_size_of_every_stratum() -> None:
    units = Units((Stage(np.repeat([0, 1], [4, 7]), np.repeat([0.0, 0.36], [4, 7]), ("a", "b")),))
    factors = make_factors(units, BOOTSTRAP).of_psu(slice(None))
    np.testing.assert_allclose(factors[:4].sum(axis=0), 4, rtol=1e-12)
    np.testing.assert_allclose(factors[4:].sum(axis=0), 7, rtol=1e-12)
    assert set(np.round(factors[:4] * 3 / 4, 12).ravel()) <= {0.0, 1.0, 2.0, 3.0}
    lowest = 1 - np.sqrt(1 - 0.36)
    assert factors[4:].min() == pytest.approx(lowest, rel=1e-12)


@pytest.mark.parametrize("kind", ["bootstrap", "jkn"])
def test_certainty_stratum_adds_nothing(kind: str) -> None:
    frame = persons().assign(yes=lambda rows: rows["yes"].where(rows["stratum"] == "S5"))
    estimates = estimate_totals(frame, "yes", design=with_replicates(CORRECTED, kind=kind))
    assert estimates.frame["se"].item() == 0


@pytest.mark.parametrize("kind", ["bootstrap", "jkn"])
@pytest.mark.parametrize("centre", ["estimate", "mean"])
def test_census_of_psus_does_not_vary(kind: str, centre: str) -> None:
    frame = persons().assign(N_psu=persons().groupby("stratum")["psu"].transform("nunique"))
    estimates = totals(with_replicates(CORRECTED, kind=kind, centre=centre), frame, by="region")
    assert (estimates.frame["se"] == 0).all()


@pytest.mark.parametrize("engine", ENGINES)
def test_same_seed_same_numbers_whatever_the_order_and_engine(engine: str) -> None:
    design = replace(CORRECTED, replicates=replace(BOOTSTRAP, number=50))
    shuffled = persons().sample(frac=1, random_state=3).reset_index(drop=True)
    expected = totals(design, by="region", where="inside")
    found = totals(design, ENGINES[engine](shuffled), by="region", where="inside")
    np.testing.assert_allclose(found.covariance(), expected.covariance(), rtol=1e-9)
    other = totals(replace(design, replicates=replace(BOOTSTRAP, number=50, seed=8)), by="region")
    assert not np.allclose(other.frame["se"], expected.frame["se"], rtol=1e-3)


def test_register_gives_the_psus_without_an_interview_their_factor() -> None:
    register = persons()[["stratum", "psu"]].drop_duplicates()
    left = persons()[~((persons()["stratum"] == "S4") & (persons()["psu"] > 8))]
    design = replace(PLAIN, register=register)
    linear, jackknife = totals(design, left), totals(with_replicates(design, kind="jkn"), left)
    np.testing.assert_allclose(jackknife.frame["se"], linear.frame["se"], rtol=1e-12)
    assert (jackknife.frame["se"] > 1.01 * totals(PLAIN, left).frame["se"]).all()


# ---- calibration repeated ----------------------------------------------------------------------------------

RAKED = replace(
    PLAIN, weight="w_cal", calibration=Calibration(variables=("sex", "region"), initial_weight="w")
)
GREG = replace(
    PLAIN,
    weight="w_greg",
    calibration=Calibration(variables="sex", numbers="size", initial_weight="w"),
)


@pytest.mark.parametrize("design", [RAKED, GREG], ids=["raked", "greg"])
def test_calibrated_totals_do_not_vary(design: Design) -> None:
    again = with_replicates(design, kind="bootstrap", number=40, recalibrate=True)
    known = estimate_totals(persons(), "one", by="sex", design=again).frame
    assert (known["se"] < 1e-8 * known["estimate"]).all()
    if design is GREG:
        number = estimate_totals(persons(), "size", design=again).frame
        assert number["se"].item() < 1e-8 * number["estimate"].item()
    as_they_are = with_replicates(design, kind="bootstrap", number=40)
    assert (estimate_totals(persons(), "one", by="sex", design=as_they_are).frame["cv"] > 0.02).all()


@pytest.mark.parametrize("design", [RAKED, GREG], ids=["raked", "greg"])
def test_recalibrated_replicates_have_the_residual_variance(design: Design) -> None:
    linear = estimate_totals(persons(), "income", design=design).frame["se"].item()
    jackknife = with_replicates(design, kind="jkn", recalibrate=True)
    ignoring = estimate_totals(persons(), "income", design=with_replicates(design, kind="jkn"))
    again = estimate_totals(persons(), "income", design=jackknife)
    assert again.frame["se"].item() == pytest.approx(linear, rel=0.05)
    assert ignoring.frame["se"].item() > 1.5 * linear


@pytest.mark.parametrize("design", [RAKED, GREG], ids=["raked", "greg"])
def test_rows_without_final_weight_stay_out_of_the_replicates(design: Design) -> None:
    unused = persons().iloc[::9].assign(w_cal=0.0, w_greg=0.0, income=1000.0)
    asked = with_replicates(design, kind="jkn", recalibrate=True)
    found = estimate_means(pd.concat([persons(), unused]), "income", by="region", design=asked).frame
    expected = estimate_means(persons(), "income", by="region", design=asked).frame
    np.testing.assert_allclose(found["se"], expected["se"], rtol=1e-10)


def test_greg_replicates_by_hand() -> None:
    """Every replicate of the jackknife, its weights solved by least squares on rows."""
    frame, given = wide(PLAIN, Replicates(kind="jkn"))
    x = np.column_stack([frame["sex"] == "f", frame["sex"] == "m", frame["size"]]).astype(float)
    wanted, estimates = x.T @ frame["w_greg"], []
    for column in given.columns:
        w = (frame["w"] * frame[column]).to_numpy()
        slope = np.linalg.solve((x * w[:, None]).T @ x, wanted - x.T @ w)
        w = w * (1 + x @ slope)
        estimates.append((w * frame["income"]).sum() / w.sum())
    made = estimate_means(persons(), "income", design=with_replicates(GREG, kind="jkn", recalibrate=True))
    by_hand = np.array(given.rscales) @ (np.array(estimates) - made.frame["estimate"].item()) ** 2
    assert made.frame["se"].item() == pytest.approx(np.sqrt(by_hand), rel=1e-10)


def test_raked_bootstrap_of_the_wave_has_the_residual_variance() -> None:
    codes = {"hh_id": str, "ea_code": str, "stratum": str, "sex": str}
    answers = pd.read_csv(WAVE / "clean_microdata.csv", dtype=codes)
    weights = pd.read_csv(WAVE / "weights_indicators.csv", dtype=codes).drop(columns=["ea_code", "stratum"])
    frame = answers.merge(weights, on="hh_id", validate="one_to_one")
    age = pd.cut(frame["age"], [14, 29, 44, 59, 200]).astype(str)
    frame["sex_age"] = frame["sex"] + age
    residual = Design(
        weight="w_raked",
        strata="stratum",
        psu="ea_code",
        calibration=Calibration(variables=("stratum", "sex_age"), initial_weight="w_nr"),
    )
    ignoring = replace(residual, calibration=None)
    raked = replace(residual, replicates=replace(BOOTSTRAP, recalibrate=True))
    se = [
        estimate_proportions(frame, ["headline", "skill_ps"], design=design).frame["se"].to_numpy()
        for design in (ignoring, residual, raked)
    ]
    np.testing.assert_allclose(se[2], se[1], rtol=FOUR_SIGMA)
    assert se[2][0] < 0.98 * se[0][0]


def test_category_that_a_replicate_loses_is_named() -> None:
    frame = persons().assign(
        sex=lambda rows: rows["sex"].where((rows["stratum"] != "S0") | (rows["psu"] > 0), "x")
    )
    frame.loc[(frame["sex"] == "x") & (frame.index > 0), "sex"] = "f"
    with pytest.raises(DesignError, match=r"category 'x' of 'sex' has nobody in \d+ of 2000 replicates"):
        shares(replace(RAKED, replicates=replace(BOOTSTRAP, recalibrate=True)), frame)


def test_recalibration_needs_a_calibration() -> None:
    with pytest.raises(DesignError, match="say what it was in the design"):
        shares(with_replicates(PLAIN, kind="jkn", recalibrate=True))


# ---- given columns -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", ["bootstrap", "jkn"])
def test_given_columns_are_the_made_ones(kind: str, engine: str) -> None:
    made = Replicates(kind=kind, number=60, seed=4)
    frame, given = wide(CORRECTED, made)
    rows = ENGINES[engine](frame.sample(frac=1, random_state=1).reset_index(drop=True))
    asked = {"by": ["region", "sex"], "where": "inside"}
    for estimate in (shares, totals):
        expected = estimate(replace(CORRECTED, replicates=made), **asked)
        found = estimate(replace(CORRECTED, replicates=given), rows, **asked)
        pd.testing.assert_frame_equal(found.frame, expected.frame, rtol=1e-9)
        np.testing.assert_allclose(found.covariance(), expected.covariance(), rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize("engine", ["pandas", "polars lazy"])
def test_work_in_small_pieces_gives_the_same(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    frame, given = wide(PLAIN, Replicates(kind="jkn"))
    rows = ENGINES[engine](frame)
    made, declared = with_replicates(PLAIN, kind="jkn"), replace(PLAIN, replicates=given)
    expected = totals(declared, rows, by="region").covariance()
    monkeypatch.setattr("estimation.replication.given.TERMS_AT_ONCE", 17)
    monkeypatch.setattr("estimation.replication.sums.NUMBERS_AT_ONCE", 7 * len(frame))
    monkeypatch.setattr("estimation.replication.sums.ONE_CORE", 1)
    for design, persons_ in ((declared, rows), (made, frame)):
        found = totals(design, persons_, by="region").covariance()
        np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_weights_are_factors_times_the_weight() -> None:
    frame, factors = wide(PLAIN, Replicates(kind="jkn"))
    weighted = frame.assign(**{name: frame[name] * frame["w"] for name in factors.columns})
    found = shares(replace(PLAIN, replicates=replace(factors, combined=True)), weighted, by="region")
    expected = shares(replace(PLAIN, replicates=factors), frame, by="region")
    np.testing.assert_allclose(found.frame["se"], expected.frame["se"], rtol=1e-12)


def test_comparisons_know_the_covariance_of_replicates() -> None:
    estimates = shares(with_replicates(PLAIN, kind="jkn"), by="region")
    compared = estimates.contrast({("yes", "north"): 1, ("yes", "south"): -1})
    covariance = estimates.covariance()
    expected = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    assert compared["se"].item() ** 2 == pytest.approx(expected, rel=1e-10)


def test_persons_without_psu_take_the_declared_degrees_of_freedom() -> None:
    frame, given = wide(PLAIN, Replicates(kind="jkn"))
    design = Design(weight="w", replicates=replace(given, df=34))
    found = shares(design, frame, by="region").frame
    expected = shares(replace(PLAIN, replicates=given), frame, by="region").frame
    np.testing.assert_allclose(found["se"], expected["se"], rtol=1e-12)
    assert found["df"].tolist() == [34, 34, 34]


def test_the_whole_population_needs_no_psu_either() -> None:
    frame, given = wide(PLAIN, Replicates(kind="jkn"))
    found = shares(Design(weight="w", replicates=replace(given, df=34)), frame).frame
    expected = shares(replace(PLAIN, replicates=given), frame).frame
    np.testing.assert_allclose(found["se"], expected["se"], rtol=1e-12)
    assert found["df"].item() == 34


def test_missing_by_value_is_in_no_domain() -> None:
    frame, given = wide(PLAIN, Replicates(kind="jkn"))
    frame["region"] = frame["region"].where(frame["region"] != "west")
    frame["code"] = frame["region"].map({"north": 1.0, "south": 2.0})
    expected = shares(with_replicates(PLAIN, kind="jkn"), frame, by="region").frame
    for by in ("region", "code"):
        found = shares(replace(PLAIN, replicates=given), frame, by=by, levels=None).frame
        np.testing.assert_allclose(found["se"], expected["se"], rtol=1e-12)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("brr", 1 / 8),
        ("fay", 1 / (8 * 0.49)),
        ("jk1", 7 / 8),
        ("jkn", 1),
        ("bootstrap", 1 / 8),
        ("sdr", 4 / 8),
    ],
)
def test_scale_of_each_kind(kind: str, expected: float) -> None:
    assert SCALES[kind](8, 0.3) == pytest.approx(expected, rel=1e-15)
    frame, given = wide(PLAIN, Replicates(kind="bootstrap", number=8))
    asked = replace(given, kind=kind, fay=0.3 * (kind == "fay"), rscales=np.ones(8))
    by_kind = shares(replace(PLAIN, replicates=asked), frame).frame["se"].item()
    declared = shares(replace(PLAIN, replicates=replace(asked, scale=expected)), frame).frame["se"].item()
    assert by_kind == declared


# ---- what cannot be estimated or is wrong ------------------------------------------------------------------


def test_domain_that_a_replicate_loses_has_no_standard_error() -> None:
    frame, given = wide(PLAIN, Replicates(kind="bootstrap", number=200))
    rare = (frame["stratum"].isin(["S0", "S1"])) & (frame["psu"] < 2)
    frame["island"] = np.where(rare, "small", "main")
    for replicates in (given, Replicates(kind="bootstrap", number=200)):
        design = replace(PLAIN, replicates=replicates)
        found = shares(design, frame, by="island").frame.set_index("island")
        assert found.loc["small", "df"] == 2
        assert np.isnan(found.loc["small", "se"])
        assert found.loc["main", "se"] > 0
        total = totals(design, frame, by="island").frame
        assert (total["se"] > 0).all()


OWN = Standard("own", (Rule("review", "fewer than 5000 persons", (Condition("n", "<", 5000),)),))


@pytest.mark.parametrize(
    ("estimate", "standard"),
    [
        (partial(estimate_proportions, indicators="yes"), "nchs2017"),
        (partial(estimate_means, variables="income"), "statcan"),
        (partial(estimate_ratios, ratios={"part": ("yes", "one")}), OWN),
    ],
    ids=["share", "mean", "ratio"],
)
@pytest.mark.parametrize("made", [True, False], ids=["made", "given"])
def test_domain_that_a_replicate_loses_is_suppressed_by_every_standard(
    made: bool, estimate: Callable[..., Estimates], standard: str | Standard
) -> None:
    frame, given = wide(PLAIN, Replicates(kind="bootstrap", number=200))
    frame["island"] = np.where(frame["stratum"].isin(["S0", "S1"]) & (frame["psu"] < 2), "small", "main")
    design = replace(PLAIN, replicates=Replicates(kind="bootstrap", number=200) if made else given)
    estimates = estimate(persons=frame, design=design, by="island")
    for graded in (estimates, estimates.grade(standard)):
        found = graded.frame.set_index("island")
        small = found.loc["small", ["quality", "reason"]].tolist()
        assert small == ["suppress", "standard error not estimable"]
        assert found.loc["small", "df"] > 0
        assert found.loc["main", "reason"] != "standard error not estimable"
    words = estimates.to_frame("vi").iloc[1]
    assert words["Ước lượng"] == "–"
    assert "không tính được sai số" in words["Chất lượng"]


def test_lost_domain_does_not_infect_the_comparisons_of_others() -> None:
    frame, given = wide(PLAIN, Replicates(kind="bootstrap", number=200))
    rare = (frame["stratum"].isin(["S0", "S1"])) & (frame["psu"] < 2)
    frame["island"] = np.where(rare, "small", frame["region"])
    estimates = shares(replace(PLAIN, replicates=given), frame, by="island")
    factors = np.eye(4)
    factors[0, 1] = -1.0
    lost = estimates.frame["island"].eq("small").to_numpy()
    spread = standard_errors(estimates.variation.combined(factors))
    assert np.isnan(spread).tolist() == lost.tolist()


def test_level_without_a_person_has_no_estimate() -> None:
    found = shares(with_replicates(PLAIN, kind="jkn"), by="region", levels=["east", "north"]).frame
    assert found["region"].tolist() == ["east", "north", "south", "west"]
    assert np.isnan(found["se"]).tolist() == [True, False, False, False]


def one_lonely() -> pd.DataFrame:
    return persons()[(persons()["stratum"] != "S0") | (persons()["psu"] == 0)]


@pytest.mark.parametrize("kind", ["bootstrap", "jkn"])
def test_lonely_psu_follows_the_rule_of_the_design(kind: str) -> None:
    with pytest.raises(LonelyPsuError, match="only one sampled unit in stratum S0"):
        totals(with_replicates(PLAIN, kind=kind), one_lonely())
    with pytest.raises(
        DesignError, match=r"lonely='adjust' is no rule of replicates; choose one of \['fail', 'cert"
    ):
        totals(with_replicates(replace(PLAIN, lonely="adjust"), kind=kind), one_lonely())
    certainty = replace(PLAIN, lonely="certainty")
    tolerance = 1e-12 if kind == "jkn" else FOUR_SIGMA
    found = totals(with_replicates(certainty, kind=kind, number=SIMULATIONS), one_lonely())
    np.testing.assert_allclose(found.frame["se"], totals(certainty, one_lonely()).frame["se"], rtol=tolerance)


@pytest.mark.parametrize(
    ("value", "kind", "sentence"),
    [
        (np.nan, "sdr", "may not be missing or infinite: 1 rows, first row 2, stratum S0"),
        (np.inf, "sdr", "may not be missing or infinite"),
        (-np.inf, "bootstrap", "may not be missing or infinite"),
        (-1.0, "brr", "'f1' is a replicate weight of the kind 'brr', which are never negative"),
    ],
)
@pytest.mark.parametrize("engine", ["pandas", "polars", "polars lazy", "duckdb"])
def test_unfit_replicate_weights_are_refused(engine: str, value: float, kind: str, sentence: str) -> None:
    frame, given = wide(PLAIN, Replicates(kind="bootstrap", number=4))
    frame.loc[2, "f1"] = value
    asked = replace(PLAIN, replicates=replace(given, kind=kind, rscales=()))
    expected = sentence.replace("row 2, ", "") if "lazy" in engine or engine == "duckdb" else sentence
    with pytest.raises(DesignError, match=expected):
        shares(asked, ENGINES[engine](frame))


def test_successive_differences_may_be_negative() -> None:
    frame, given = wide(PLAIN, Replicates(kind="bootstrap", number=4))
    frame.loc[2, "f1"] = -0.5
    asked = replace(PLAIN, replicates=replace(given, kind="sdr", rscales=()))
    assert shares(asked, frame).frame["se"].item() > 0


def test_factors_taken_for_weights_are_refused() -> None:
    frame, given = wide(PLAIN, Replicates(kind="jkn"))
    with pytest.raises(DesignError, match=r"'f0' adds up to 0\.0\d+ times the final weight.*combined=False"):
        shares(replace(PLAIN, replicates=replace(given, combined=True)), frame)
    weighted = frame.assign(**{name: frame[name] * frame["w"] for name in given.columns})
    with pytest.raises(DesignError, match="combined=True"):
        shares(replace(PLAIN, replicates=given), weighted)


def test_text_is_no_replicate_weight() -> None:
    frame, given = wide(PLAIN, Replicates(kind="bootstrap", number=4))
    with pytest.raises(DesignError, match="'f1' is a replicate weight and holds String"):
        shares(replace(PLAIN, replicates=given), frame.assign(f1=frame["f1"].astype(str)))


@pytest.mark.parametrize(
    ("design", "asked", "sentence"),
    [
        (replace(PLAIN, fpc=("N_psu", "N_person"), ssu="person"), {"kind": "jkn"}, "fpc names 2 stages"),
        (
            replace(PLAIN, fpc="pi", pps="brewer"),
            {"kind": "bootstrap"},
            r"inclusion probabilities vary in stratum S0",
        ),
    ],
)
def test_replicates_that_cannot_be_made_are_refused(design: Design, asked: dict, sentence: str) -> None:
    frame = persons().assign(
        N_person=1000, person=np.arange(len(persons())), pi=0.2 + 0.05 * persons()["psu"]
    )
    with pytest.raises(DesignError, match=sentence):
        shares(with_replicates(design, **asked), frame)
