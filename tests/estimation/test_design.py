"""Designs and persons that do not fit are refused with the column, the rows and the choices."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from estimation import (
    Calibration,
    Design,
    DesignError,
    LonelyPsuError,
    Overlap,
    Replicates,
    estimate_means,
    estimate_proportions,
    rao_scott,
)

DESIGN = Design(weight="w", strata="stratum", psu="ea")


def persons(**changes: object) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "stratum": ["a"] * 4 + ["b"] * 4,
            "ea": [1, 1, 2, 2, 1, 1, 2, 2],
            "w": [1.0, 2, 3, 4, 1, 2, 3, 4],
            "skill": [1.0, 0, 1, np.nan, 0, 0, 1, 1],
            "sex": ["1", "2"] * 4,
        }
    )
    return frame.assign(**changes)


def refused(sentence: str, frame: object, design: Design = DESIGN, **options: object) -> None:
    with pytest.raises(DesignError, match=sentence):
        estimate_proportions(frame, "skill", design=design, **options)


@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf])
def test_unfit_weights_are_named_by_row(weight: float) -> None:
    weights = [1.0, 2, weight, 4, 1, 2, weight, 4]
    refused(
        r"'w' is a weight .*: 2 rows, first row 2, stratum a, ea 2, w .*; row 6, stratum b",
        persons(w=weights),
    )


@pytest.mark.parametrize("wrap", [pl.from_pandas, lambda frame: pl.from_pandas(frame).lazy(), duckdb.from_df])
def test_rows_are_named_on_every_engine(wrap: object) -> None:
    refused(
        r"'w' is a weight .*: 1 rows, first .*stratum a, ea 2, w -3",
        wrap(persons(w=[1.0, 2, -3, 4, 1, 2, 3, 4])),
    )


@pytest.mark.parametrize("column", ["stratum", "ea"])
def test_missing_design_values_are_named(column: str) -> None:
    values = persons()[column].astype(object)
    values[5] = None
    refused(
        rf"'{column}' is part of the design and has no value: 1 rows, first row 5",
        persons(**{column: values}),
    )


def test_missing_calibration_category_is_named() -> None:
    design = Design(
        weight="w",
        strata="stratum",
        psu="ea",
        calibration=Calibration(variables=("sex",), initial_weight="w0"),
    )
    sex = ["1", None, "1", "2", "1", "2", "1", "2"]
    refused(
        "'sex' is part of the design and has no value: 1 rows, first row 1", persons(w0=1.0, sex=sex), design
    )
    refused("'w0' is the weight before calibration", persons(w0=0.0), design)


def test_answers_are_zero_one_or_missing() -> None:
    refused(
        r"'skill' may hold only 1, 0 and missing: 1 rows, first row 2, .*skill 2",
        persons(skill=[1.0, 0, 2, 0, 0, 0, 1, 1]),
    )
    refused("'skill' may hold only", persons(skill=[1.0, 0, np.inf, 0, 0, 0, 1, 1]))
    refused("'sub' may hold only", persons(sub=[3, 0, 1, 0, 0, 0, 1, 1]), where="sub")


def test_text_is_not_a_number() -> None:
    refused("'skill' holds String, numbers are expected", persons(skill=["1", "0"] * 4))
    refused("'w' holds String", persons(w=["1"] * 8))


def test_absent_columns_come_with_near_names() -> None:
    refused(r"no column 'distrikt'; near names: \['district'\]", persons(district="688"), by="distrikt")
    refused("no column 'strata'", persons(), Design(weight="w", strata="strata", psu="ea"))
    refused("no column 'sub'", persons(), where="sub")


def test_a_table_is_expected() -> None:
    refused("persons is a list; give a pandas or Polars frame, a DuckDB relation or a PySpark frame", [1, 2])


def test_unknown_lonely_rule_lists_the_choices() -> None:
    with pytest.raises(
        DesignError, match=r"'remove'; choose one of \['fail', 'adjust', 'average', 'certainty'\]"
    ):
        Design(weight="w", strata="stratum", psu="ea", lonely="remove")


def test_stages_and_calibration_are_checked_when_declared() -> None:
    with pytest.raises(DesignError, match="name the units of the second and later stages too"):
        Design(weight="w", strata="stratum", psu="ea", fpc=("N", "M"))
    with pytest.raises(DesignError, match="fpc names 3 stages; name the units"):
        Design(weight="w", strata="stratum", psu="ea", ssu="hh", fpc=("N", "M", "K"))
    with pytest.raises(DesignError, match="without psu; name the units of the first stage"):
        Design(weight="w", ssu="hh")
    with pytest.raises(DesignError, match="name at least one column of categories"):
        Calibration(variables=(), initial_weight="w0")


def test_choices_of_the_design_are_listed() -> None:
    with pytest.raises(DesignError, match=r"'sampford'; choose one of \['brewer'\]"):
        Design(weight="w", psu="ea", pps="sampford", fpc="pi")
    with pytest.raises(DesignError, match=r"name their column in fpc \(R: svydesign\(fpc=~pi"):
        Design(weight="w", psu="ea", pps="brewer")
    with pytest.raises(
        DesignError, match=r"'rotating'; choose one of \['independent', 'same_psus', 'panel'\]"
    ):
        Overlap(wave="wave", kind="rotating")


GIVEN = ("r1", "r2")
BRR = {"kind": "brr", "columns": GIVEN}


@pytest.mark.parametrize(
    ("sentence", "fields"),
    [
        (r"given replicate weights 'brrr'; choose one of \['brr'", {"kind": "brrr", "columns": GIVEN}),
        (r"made here \(no columns given\) 'brr'; choose one of \['bootstrap', 'jkn'\]", {"kind": "brr"}),
        ("unknown centre of replicates", {"kind": "jkn", "centre": "median"}),
        (r"lies in \[0, 1\)", {"kind": "fay", "columns": GIVEN, "fay": 1.0}),
        (r"lies in \[0, 1\), for example 0.3; got nan", {"kind": "fay", "columns": GIVEN, "fay": np.nan}),
        (r"R: svrepdesign\(type='Fay', rho=0.5\)", {"kind": "fay", "columns": GIVEN}),
        ("fay=0.3 belongs to the kind 'fay' and the kind is 'brr'", {**BRR, "fay": 0.3}),
        ("fay=0.3 belongs to the kind 'fay' and the kind is 'jkn'", {"kind": "jkn", "fay": 0.3}),
        (r"a number above 0, for example 1/R; got 0.* \(R: svrepdesign\(scale=\)\)", {**BRR, "scale": 0}),
        ("a number above 0, for example 1/R; got -0.5", {"kind": "bootstrap", "scale": -0.5}),
        ("a number above 0, for example 1/R; got nan", {**BRR, "scale": np.nan}),
        ("a number above 0, for example 1/R; got inf", {**BRR, "scale": np.inf}),
        ("1 are not, first -0.5 for 'r2'", {"kind": "jkn", "columns": GIVEN, "rscales": (0.5, -0.5)}),
        (r"2 are not, first nan for 'r1' \(R: svrep", {**BRR, "rscales": (np.nan, np.inf)}),
        ("those made here have their own", {"kind": "jkn", "rscales": (0.5, 0.5)}),
        ("have no variance", {"kind": "bootstrap", "number": 1}),
        ("1 rscales for 2 columns", {"kind": "jk1", "columns": GIVEN, "rscales": (1.0,)}),
        ("need rscales", {"kind": "jkn", "columns": GIVEN}),
        ("recalibrate acts on made ones", {**BRR, "recalibrate": True}),
    ],
)
def test_replicates_are_checked_when_declared(sentence: str, fields: dict) -> None:
    with pytest.raises(DesignError, match=sentence):
        Replicates(**fields)


R_SAYS: dict[str, Callable[[], object]] = {
    "svydesign(fpc=~N_h)": lambda: estimate_proportions(
        persons().assign(N=1), "skill", design=replace(DESIGN, fpc="N")
    ),
    "svydesign(fpc=)": lambda: estimate_proportions(
        persons().assign(N=range(100, 100 + len(persons()))), "skill", design=replace(DESIGN, fpc="N")
    ),
    "svydesign(pps=)": lambda: Design(weight="w", psu="ea", pps="sampford", fpc="pi"),
    "svydesign(ids=~ea+hh)": lambda: Design(weight="w", ssu="hh"),
    "svydesign(ids=~ea)": lambda: Design(weight="w", replicates=Replicates(kind="jkn")),
    "svrepdesign(type=)": lambda: Replicates(kind="brrr", columns=GIVEN),
    "as.svrepdesign(type=)": lambda: Replicates(kind="brr"),
    "svrepdesign(mse=TRUE)": lambda: Replicates(kind="jkn", centre="median"),
    "calibrate(formula=~sex+region)": lambda: Calibration(initial_weight="w0"),
    "svyciprop(method=)": lambda: estimate_proportions(persons(), "skill", design=DESIGN, interval="exact"),
    "svycontrast()": lambda: estimate_proportions(persons(), "skill", design=DESIGN).contrast({}),
    "svychisq(": lambda: rao_scott(persons(), "sex", "sex", design=DESIGN),
    "options(survey.lonely.psu=)": lambda: Design(weight="w", lonely="remove"),
}


@pytest.mark.parametrize("words", R_SAYS)
def test_an_error_says_it_in_r_too(words: str) -> None:
    with pytest.raises(ValueError, match=rf"\(R: {re.escape(words)}"):
        R_SAYS[words]()


def test_replicates_that_a_producer_may_declare_are_taken() -> None:
    Replicates(kind="fay", columns=GIVEN, fay=0.3)
    Replicates(kind="fay", columns=GIVEN, scale=0.05)
    Replicates(kind="jkn", columns=GIVEN, rscales=(0.5, 0.0))
    Replicates(kind="bootstrap", scale=1 / 499)


def test_replicates_need_psus_or_degrees_of_freedom() -> None:
    with pytest.raises(DesignError, match="made from totals of PSUs; name the column psu"):
        Design(weight="w", replicates=Replicates(kind="bootstrap"))
    with pytest.raises(DesignError, match=r"or declare Replicates\(df=...\)"):
        Design(weight="w", replicates=Replicates(**BRR))


def test_a_register_needs_psus() -> None:
    with pytest.raises(DesignError, match="a register lists PSUs; name their column as psu"):
        Design(weight="w", register=pd.DataFrame({"stratum": ["a"]}))


def test_register_is_checked_when_declared() -> None:
    with pytest.raises(
        DesignError, match=r"the register has no column \['ea'\]; it has \['stratum', 'psu'\]"
    ):
        Design(weight="w", strata="stratum", psu="ea", register=pd.DataFrame({"stratum": ["a"], "psu": [1]}))
    with pytest.raises(DesignError, match=r"no stratum or PSU in rows \[1\]"):
        Design(
            weight="w",
            strata="stratum",
            psu="ea",
            register=pd.DataFrame({"stratum": ["a", None], "ea": [1, 2]}),
        )


def test_psu_outside_the_register_is_named() -> None:
    register = pd.DataFrame({"stratum": ["a", "a", "b", "b"], "ea": [1, 2, 1, 3]})
    refused(
        r"1 PSUs hold persons and are not in the register, .*\('b', 2\)",
        persons(),
        Design(weight="w", strata="stratum", psu="ea", register=register),
    )
    texts = register.astype({"ea": str})
    refused(
        "'25245002' are not the same",
        persons(),
        Design(weight="w", strata="stratum", psu="ea", register=texts),
    )


def test_population_sizes_are_checked() -> None:
    design = Design(weight="w", strata="stratum", psu="ea", fpc="N")
    refused(
        "'N' must be one number in each parent; it varies in .*stratum a",
        persons(N=[4, 4, 5, 5, 4, 4, 4, 4]),
        design,
    )
    refused("below the number sampled in .*stratum b", persons(N=[4, 4, 4, 4, 1, 1, 1, 1]), design)
    refused("'N' is part of the design and has no value", persons(N=[np.nan, 4, 4, 4, 4, 4, 4, 4]), design)


def test_codes_of_mixed_types_are_refused() -> None:
    refused("'ea' mixes int and str, so 3 and '3' would be two units", persons(ea=[1, 1, "2", "2"] * 2))
    refused("'district' mixes int and str", persons(district=[1, "1"] * 4), by="district")


def test_inclusion_probabilities_are_checked() -> None:
    design = Design(weight="w", strata="stratum", psu="ea", fpc="pi", pps="brewer")
    refused("'pi' must be one probability in each unit; it varies in", persons(pi=[0.1, 0.2] * 4), design)
    refused("'pi' must hold an inclusion probability above 0 and at most 1", persons(pi=40.0), design)
    register = pd.DataFrame({"stratum": ["a", "a", "b", "b", "b"], "ea": [1, 2, 1, 2, 3]})
    silent = Design(weight="w", strata="stratum", psu="ea", fpc="pi", pps="brewer", register=register)
    refused("need the column in the register", persons(pi=0.1), silent)
    told = replace(silent, register=register.assign(pi=0.1))
    assert estimate_proportions(persons(pi=0.1), "skill", design=told).frame["n_psu"].tolist() == [4]


def test_lonely_psu_names_the_stratum() -> None:
    lonely = persons(stratum=["a"] * 6 + ["c"] * 2)
    with pytest.raises(LonelyPsuError, match="stratum c"):
        estimate_proportions(lonely, "skill", design=DESIGN)


def test_register_decides_who_is_lonely() -> None:
    lonely = persons(stratum=["a"] * 6 + ["c"] * 2)
    register = pd.DataFrame({"stratum": ["a", "a", "c", "c"], "ea": [1, 2, 2, 9]})
    design = Design(weight="w", strata="stratum", psu="ea", register=register)
    assert estimate_proportions(lonely, "skill", design=design).frame["se"].notna().all()


def test_names_of_the_result_are_reserved() -> None:
    refused(r"has columns \['n'\] of its own", persons(n=1), by="n")
    with pytest.raises(DesignError, match="asked for twice"):
        estimate_proportions(persons(), ["skill", "skill"], design=DESIGN)
    with pytest.raises(DesignError, match="nothing to estimate"):
        estimate_means(persons(), [], design=DESIGN)


def test_levels_are_checked() -> None:
    refused("give levels as a mapping", persons(), by=["sex", "stratum"], levels=["1", "2"])
    refused(r"levels are given for \['age'\]", persons(), by="sex", levels={"age": [1]})
    refused("none of the levels", persons(), by="sex", levels=[1, 2])
