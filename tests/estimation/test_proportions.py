"""Properties that every estimate keeps, on small samples of any shape, and equality across engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation import (
    Calibration,
    Design,
    Replicates,
    estimate_means,
    estimate_proportions,
    estimate_ratios,
    estimate_totals,
)

DESIGN = Design(weight="w", strata="stratum", psu="ea", lonely="certainty")
CALIBRATED = Design(
    weight="w",
    strata="stratum",
    psu="ea",
    lonely="certainty",
    calibration=Calibration(variables=("stratum", "sex"), initial_weight="w0"),
)
DESIGNS = st.sampled_from([DESIGN, CALIBRATED])
NUMBERS = ["n_eff", "estimate", "se", "ci_low", "ci_high", "cv"]
COUNTS = ["n", "n_psu", "df"]
FEW = settings(max_examples=15, deadline=None)
REPLICATES = 2_000
SIX_SIGMA = 6 / np.sqrt(2 * REPLICATES)  # of a standard error that is a root mean square over replicates


@st.composite
def samples(draw: st.DrawFn) -> pd.DataFrame:
    """One person at least in every PSU; answers, places and weights of any kind."""
    strata = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    psus = [(f"h{h}", i) for h, size in enumerate(strata) for i in range(size)]
    owners = psus + draw(st.lists(st.sampled_from(psus), max_size=25))
    n = len(owners)

    def column(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=n, max_size=n))

    return pd.DataFrame(
        {
            "stratum": [stratum for stratum, _ in owners],
            "ea": [psu for _, psu in owners],
            "w": column(st.floats(0.5, 200)),
            "w0": column(st.floats(0.5, 200)),
            "skill": pd.Series(column(st.sampled_from([0.0, 1.0, 1.0, np.nan])), dtype=float),
            "place": pd.Series(column(st.sampled_from(["x", "y", "z", None])), dtype=object),
            "sex": column(st.sampled_from([1, 2])),
        }
    )


def estimates(persons: Any, design: Design = DESIGN, **options: Any) -> pd.DataFrame:
    return estimate_proportions(persons, "skill", design=design, **{"by": "place"} | options).frame


def same(left: pd.DataFrame, right: pd.DataFrame, tolerance: float = 1e-7) -> None:
    """Equal counts and numbers; a standard error that is 0 but for rounding has no digits to compare."""
    labels = [name for name in ("place", *COUNTS) if name in left]
    pd.testing.assert_frame_equal(left[labels], right[labels])
    real = (left["se"].to_numpy(float) > 1e-6) | left["se"].isna().to_numpy()
    np.testing.assert_allclose(left["estimate"], right["estimate"], rtol=1e-9)
    np.testing.assert_allclose(left.loc[real, NUMBERS], right.loc[real, NUMBERS], rtol=tolerance, atol=1e-12)
    assert (right["se"][~real] < 2e-6).all()


@given(samples(), DESIGNS, st.floats(0.01, 1000))
@FEW
def test_scale_of_the_weights_changes_nothing(persons: pd.DataFrame, design: Design, factor: float) -> None:
    scaled = persons.assign(w=persons["w"] * factor, w0=persons["w0"] * factor)
    same(estimates(persons, design), estimates(scaled, design))


@given(samples(), DESIGNS, st.randoms())
@FEW
def test_order_of_the_rows_changes_nothing(persons: pd.DataFrame, design: Design, random: Any) -> None:
    rows = list(range(len(persons)))
    random.shuffle(rows)
    same(estimates(persons, design), estimates(persons.iloc[rows], design))


@given(samples())
@FEW
def test_zero_weights_in_existing_psus_change_nothing(persons: pd.DataFrame) -> None:
    idle = persons.assign(w=0.0, skill=1.0, place="elsewhere")
    same(estimates(persons), estimates(pd.concat([persons, idle, idle.assign(skill=0.0, place="x")])))


@given(samples(), DESIGNS)
@FEW
def test_complement_mirrors(persons: pd.DataFrame, design: Design) -> None:
    event, other = estimates(persons, design), estimates(persons.assign(skill=1 - persons["skill"]), design)
    assert event["n"].tolist() == other["n"].tolist()
    np.testing.assert_allclose(event["estimate"], 1 - other["estimate"], atol=1e-12)
    np.testing.assert_allclose(event["se"], other["se"], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(event["ci_low"], 1 - other["ci_high"], atol=1e-6)


@given(samples(), DESIGNS)
@FEW
def test_splitting_a_domain_leaves_the_others(persons: pd.DataFrame, design: Design) -> None:
    split = persons.assign(
        place=np.where(persons["place"] == "x", "x" + persons["sex"].astype(str), persons["place"])
    )
    before, after = estimates(persons, design), estimates(split, design)
    others = [place for place in before["place"] if place != "x"]
    same(*(frame[frame["place"].isin(others)].reset_index(drop=True) for frame in (before, after)))


@given(samples(), DESIGNS)
@FEW
def test_where_by_and_subset_are_one_estimand(persons: pd.DataFrame, design: Design) -> None:
    marked = persons.assign(sub=(persons["place"] == "x").astype(int))
    where = estimates(marked, design, by=None, where="sub")
    subset = estimates(persons.assign(skill=persons["skill"].where(persons["place"] == "x")), design, by=None)
    same(where, subset)
    by = estimates(persons, design, levels=["x", "y", "z"] if (persons["place"] == "x").any() else None)
    one = by[by["place"] == "x"].drop(columns="place").reset_index(drop=True)
    if len(one):
        same(where, one)


@given(samples(), st.integers(0, 2**31))
@FEW
def test_replicates_vary_as_scores_do(persons: pd.DataFrame, seed: int) -> None:
    def error(replicates: Replicates | None) -> float:
        design = replace(DESIGN, replicates=replicates)
        return float(estimate_totals(persons, "skill", design=design).frame["se"].item())

    taylor, bootstrap = error(None), Replicates(kind="bootstrap", number=REPLICATES, seed=seed)
    np.testing.assert_allclose(error(Replicates(kind="jkn")), taylor, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(error(bootstrap), taylor, rtol=SIX_SIGMA, atol=1e-9)


@given(samples(), DESIGNS)
@FEW
def test_interval_holds_the_estimate_and_grows_with_the_level(persons: pd.DataFrame, design: Design) -> None:
    narrow, wide = (estimates(persons, design, level=level) for level in (0.8, 0.99))
    known = narrow["ci_low"].notna()
    assert (narrow["df"] > 0).tolist() == known.tolist()
    columns = [wide["ci_low"], narrow["ci_low"], narrow["estimate"], narrow["ci_high"], wide["ci_high"]]
    for below, above in pairwise(columns):
        assert (below[known] <= above[known] + 1e-12).all()


ENGINES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "polars": pl.from_pandas,
    "polars lazy": lambda persons: pl.from_pandas(persons).lazy(),
    "duckdb": duckdb.from_df,
    "arrow": lambda persons: pl.from_pandas(persons).to_arrow(),
}
ESTIMATORS: dict[str, Callable[..., Any]] = {
    "proportions": lambda persons, **options: estimate_proportions(persons, ["skill", "know"], **options),
    "means": lambda persons, **options: estimate_means(persons, "age", **options),
    "totals": lambda persons, **options: estimate_totals(persons, ["skill", "age"], **options),
    "ratios": lambda persons, **options: estimate_ratios(persons, {"r": ("skill", "age")}, **options),
}


def wave() -> pd.DataFrame:
    rng = np.random.default_rng(60)
    n = 600
    return pd.DataFrame(
        {
            "stratum": np.repeat(["a", "b", "c"], n // 3),
            "ea": np.tile(np.repeat(np.arange(10), n // 30), 3),
            "hh": np.repeat(np.arange(n // 2), 2),
            "n_ea": np.repeat([40, 50, 60], n // 3),
            "n_hh": np.tile(np.repeat(np.arange(100, 110), n // 30), 3),
            "w": rng.uniform(50, 300, n),
            "w0": rng.uniform(50, 300, n),
            "skill": rng.choice([0.0, 1.0, np.nan], n, p=[0.4, 0.5, 0.1]),
            "know": rng.integers(0, 2, n),
            "age": rng.integers(15, 80, n).astype(float),
            "place": pd.Series(rng.choice(["x", "y", None], n), dtype=object),
            "sex": rng.integers(1, 3, n),
            "sub": rng.integers(0, 2, n),
        }
    )


ENGINE_DESIGNS = {
    "plain": Design(weight="w", strata="stratum", psu="ea"),
    "calibrated": Design(
        weight="w",
        strata="stratum",
        psu="ea",
        calibration=Calibration(variables=("stratum", "sex"), initial_weight="w0"),
    ),
    "two stages": Design(weight="w", strata="stratum", psu="ea", ssu="hh", fpc=("n_ea", "n_hh")),
}


@pytest.mark.parametrize("design", ENGINE_DESIGNS)
@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("engine", ENGINES)
def test_engines_agree(engine: str, estimator: str, design: str) -> None:
    options = {"design": ENGINE_DESIGNS[design], "by": ["place", "sex"], "where": "sub"}
    wanted = ESTIMATORS[estimator](wave(), **options)
    ours = ESTIMATORS[estimator](ENGINES[engine](wave()), **options)
    pd.testing.assert_frame_equal(ours.frame, wanted.frame, rtol=1e-12, check_dtype=False)
    np.testing.assert_allclose(
        ours.variation.scores,
        wanted.variation.scores,
        rtol=1e-9,
        atol=1e-12 * np.abs(wanted.variation.scores).max(),
    )


def test_mean_of_a_share_is_the_proportion() -> None:
    options = {"design": ENGINE_DESIGNS["calibrated"], "by": "place"}
    mean, share = estimate_means(wave(), "skill", **options), estimate_proportions(wave(), "skill", **options)
    columns = ["n", "n_psu", "n_eff", "estimate", "se", "df", "deff", "cv"]
    pd.testing.assert_frame_equal(mean.frame[columns], share.frame[columns], rtol=1e-10)


def test_ratio_leaves_out_whoever_misses_either_value() -> None:
    persons = wave().assign(pair=lambda frame: frame["age"].where(frame["sub"] == 1))
    ratio = estimate_ratios(persons, {"r": ("skill", "pair")}, design=ENGINE_DESIGNS["plain"]).frame.iloc[0]
    both = persons[persons["skill"].notna() & persons["pair"].notna()]
    assert ratio["n"] == len(both)
    by_hand = (both["w"] * both["skill"]).sum() / (both["w"] * both["age"]).sum()
    assert ratio["estimate"] == pytest.approx(by_hand, rel=1e-12)


def test_calibrated_variance_equals_the_regression_on_persons() -> None:
    """Fit every person by weighted least squares, as the formula M10 is written."""
    persons = wave()
    inside = (persons["place"] == "x") & persons["skill"].notna()
    w, y = persons["w"].to_numpy(), persons["skill"].fillna(0).to_numpy()
    p = (w * inside * y).sum() / (w * inside).sum()
    z = inside * (y - p) / (w * inside).sum()
    dummies = np.hstack([pd.get_dummies(persons[name], dtype=float) for name in ("stratum", "sex")])
    root = np.sqrt(persons["w0"].to_numpy())
    beta = np.linalg.lstsq(root[:, None] * dummies, root * z, rcond=None)[0]
    totals = persons.assign(u=w * (z - dummies @ beta)).groupby(["stratum", "ea"])["u"].sum()
    variance = (totals.groupby("stratum").var(ddof=1) * 10).sum()
    frame = estimate_proportions(persons, "skill", by="place", design=ENGINE_DESIGNS["calibrated"]).frame
    row = frame.set_index("place").loc["x"]
    assert row["se"] == pytest.approx(np.sqrt(variance), rel=1e-12)


def test_register_counts_psus_without_interviews() -> None:
    persons = wave()
    extra = pd.DataFrame({"stratum": ["a"], "ea": [99]})
    register = pd.concat([persons[["stratum", "ea"]].drop_duplicates(), extra])
    design = Design(weight="w", strata="stratum", psu="ea", register=register)
    present = pd.concat([persons, extra.assign(w=0.0)], ignore_index=True)
    registered = estimate_proportions(persons, "skill", by="place", design=design).frame
    zero = estimate_proportions(present, "skill", by="place", design=ENGINE_DESIGNS["plain"]).frame
    pd.testing.assert_frame_equal(registered, zero)
    plain = estimate_proportions(persons, "skill", by="place", design=ENGINE_DESIGNS["plain"]).frame
    assert registered["df"].tolist() == plain["df"].tolist()
    assert (registered["se"] != plain["se"]).all()


def test_same_code_in_two_strata_is_two_psus() -> None:
    reused = wave()
    renamed = reused.assign(ea=reused["stratum"] + reused["ea"].astype(str))
    wanted = estimate_proportions(renamed, "skill", design=ENGINE_DESIGNS["plain"]).frame
    pd.testing.assert_frame_equal(
        estimate_proportions(reused, "skill", design=ENGINE_DESIGNS["plain"]).frame, wanted
    )
