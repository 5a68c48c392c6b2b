"""Rao-Scott tests of two-way tables: R's numbers with empty cells, the formula written out, odd tables.

Tables without empty cells, with calibrated weights, population sizes and replicates are held against R by
test_designs_against_r.py.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation import Design, DesignError, estimate_proportions
from estimation.association import rao_scott
from estimation.design import Replicates

FOLDER = Path(__file__).parents[1] / "reference" / "r_designs"
DESIGN = Design(weight="weight", strata="stratum", psu="psu")
MEASURES = ["statistic", "ndf", "ddf", "p_value", "chi_square", "df_chi_square", "p_value_chi_square"]

# svychisq(~edu + age, d, statistic = "F") and "Chisq" of survey 4.1-1, after P$edu[high and 15-29] <- "low",
# d <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = P, nest = TRUE); then the same on
# subset(d, age != "60+" & region == "R4"); then both classifications edu == "low".
ONE_EMPTY_CELL = [
    21.6632222644987, 4.54632006918149, 250.047603804982, 7.86214268667009e-17,
    211.408685621203, 6, 1.29827868264518e-25,
]  # fmt: skip
OF_A_SUBPOPULATION = [
    5.56118403686015, 1.96542664398730, 3.93085328797460, 0.0716271401555530,
    12.4503782218003, 4, 1.79144874174301e-04,
]  # fmt: skip
WITH_ITSELF = [5651.26399274633, 1, 55, 3.90941328936672e-57]


@pytest.fixture(scope="module")
def persons() -> pd.DataFrame:
    read = pd.read_csv(FOLDER / "persons.csv")
    young = (read["edu"] == "high") & (read["age"] == "15-29")
    few = ((read["age"] != "60+") & (read["region"] == "R4")).astype(int)
    edu = read["edu"].mask(young, "low")
    return read.assign(edu=edu, few=few, poor=edu == "low")


def near(values: list[float]) -> object:
    return pytest.approx(values, rel=1e-10, abs=0)


def test_an_empty_cell_is_that_of_r(persons: pd.DataFrame) -> None:
    row = rao_scott(persons, "edu", "age", design=DESIGN).loc[0]
    assert row[MEASURES].tolist() == near(ONE_EMPTY_CELL)
    assert row[["rows", "columns", "n", "n_psu", "df", "quality"]].tolist() == [3, 4, 833, 62, 55, "present"]


def test_a_subpopulation_is_that_of_r(persons: pd.DataFrame) -> None:
    row = rao_scott(persons, "edu", "age", design=DESIGN, where="few").loc[0]
    assert row[MEASURES].tolist() == near(OF_A_SUBPOPULATION)
    assert row[["rows", "columns", "n", "df"]].tolist() == [3, 3, 53, 2]


def test_a_classification_with_itself_is_that_of_r(persons: pd.DataFrame) -> None:
    both = persons.assign(again=persons["poor"])
    row = rao_scott(both, "poor", "again", design=DESIGN).loc[0]
    assert row[MEASURES[:4]].tolist() == near(WITH_ITSELF)


def random_table(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = 360
    return pd.DataFrame(
        {
            "stratum": np.repeat([1, 2, 3], n // 3),
            "psu": np.tile(np.repeat(np.arange(6), n // 18), 3),
            "weight": rng.uniform(1, 9, n),
            "edu": rng.choice(["a", "b", "c"], n, p=[0.5, 0.3, 0.2]),
            "age": rng.choice(["x", "y", "z"], n, p=[0.6, 0.3, 0.1]),
            "region": rng.choice(["R1", "R2"], n),
        }
    )


def written_out(persons: pd.DataFrame, inside: pd.Series, variance: str) -> list[float]:
    """F, its degrees and X² by the formula of M17 on the covariance of one indicator a cell."""
    cells = {
        f"{edu}{age}": np.where(inside, (persons["edu"] == edu) & (persons["age"] == age), np.nan)
        for edu in "abc"
        for age in "xyz"
    }
    design = Design(
        weight="weight",
        strata="stratum",
        psu="psu",
        replicates=Replicates(kind="jkn") if variance == "jkn" else None,
    )
    found = estimate_proportions(persons.assign(**cells), list(cells), design=design)
    p, n = found.frame["estimate"].to_numpy(), int(inside.sum())
    table = p.reshape(3, 3)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    main = np.hstack([np.kron(np.eye(3), np.ones((3, 1))), np.kron(np.ones((3, 1)), np.eye(3))])
    basis = np.linalg.svd(main.T)[2][np.linalg.matrix_rank(main) :].T
    weighted = basis * np.divide(1, p, out=np.zeros(9), where=p > 0)[:, None]
    delta = np.linalg.solve(basis.T @ weighted / n, weighted.T @ found.covariance() @ weighted)
    chi_square = n * ((table - expected) ** 2 / expected).sum()
    return [chi_square / np.trace(delta), np.trace(delta) ** 2 / np.trace(delta @ delta), chi_square]


@pytest.mark.parametrize("variance", ["linearised", "jkn"])
@given(seed=st.integers(0, 10_000))
@settings(max_examples=4, deadline=None)
def test_the_formula_written_out(variance: str, seed: int) -> None:
    persons = random_table(seed)
    replicates = Replicates(kind="jkn") if variance == "jkn" else None
    design = Design(weight="weight", strata="stratum", psu="psu", replicates=replicates)
    domains = rao_scott(persons, "edu", "age", design=design, by="region").set_index("region")
    for region in ("R1", "R2"):
        ours = domains.loc[region, ["statistic", "ndf", "chi_square"]].tolist()
        assert ours == pytest.approx(written_out(persons, persons["region"] == region, variance), rel=1e-8)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=5, deadline=None)
def test_neither_order_of_rows_nor_which_is_the_row_matters(seed: int) -> None:
    persons = random_table(seed)
    first = rao_scott(persons, "edu", "age", design=DESIGN, by="region")
    turned = rao_scott(persons.sample(frac=1, random_state=seed), "age", "edu", design=DESIGN, by="region")
    np.testing.assert_allclose(first[MEASURES], turned[MEASURES], rtol=1e-9)


def test_a_domain_is_a_subpopulation() -> None:
    persons = random_table(3).assign(inside=lambda frame: (frame["region"] == "R1").astype(int))
    by = rao_scott(persons, "edu", "age", design=DESIGN, by="region").loc[[0], MEASURES]
    where = rao_scott(persons, "edu", "age", design=DESIGN, where="inside")[MEASURES]
    np.testing.assert_allclose(by, where, rtol=1e-12)


def test_every_engine_and_type_of_class() -> None:
    persons = random_table(5)
    expected = rao_scott(persons, "edu", "age", design=DESIGN, by="region")
    categorical = persons.astype({"edu": "category", "age": "category"})
    for given_frame in (categorical, pl.from_pandas(persons), pl.from_pandas(persons).lazy()):
        found = rao_scott(given_frame, "edu", "age", design=DESIGN, by="region")
        np.testing.assert_allclose(found[MEASURES], expected[MEASURES], rtol=1e-10)


def test_a_person_without_a_class_is_outside_the_table_and_stays_in_the_design() -> None:
    persons = random_table(6)
    persons.loc[persons["stratum"].eq(3) & persons["psu"].eq(0), "edu"] = None
    row = rao_scott(persons, "edu", "age", design=DESIGN).loc[0]
    assert row[["n", "n_psu", "df"]].tolist() == [340, 17, 14]
    told = persons.assign(told=persons["edu"].notna().astype(int), edu=persons["edu"].fillna("a"))
    where = rao_scott(told, "edu", "age", design=DESIGN, where="told").loc[0]
    assert row[MEASURES].tolist() == pytest.approx(where[MEASURES].tolist(), rel=1e-12)


class TestDegenerateTables:
    """The table of `rao_scott`, row by row."""

    def single(self, persons: pd.DataFrame) -> pd.Series:
        row = rao_scott(persons, "edu", "age", design=DESIGN).loc[0]
        assert row["quality"] == "suppress"
        assert row[["statistic", "ndf", "ddf", "p_value", "p_value_chi_square"]].isna().all()
        return row

    def test_no_member(self) -> None:
        persons = random_table(1)
        rows = rao_scott(persons, "edu", "age", design=DESIGN, by="region", levels=["R9", "R1"])
        assert rows["region"].tolist() == ["R9", "R1", "R2"]
        assert rows.loc[0, ["n", "rows", "columns", "reason"]].tolist() == [0, 0, 0, "no respondent"]
        assert rows["quality"].tolist() == ["suppress", "present", "present"]

    def test_nobody_at_all(self) -> None:
        persons = random_table(1).assign(few=0)
        row = rao_scott(persons, "edu", "age", design=DESIGN, where="few").loc[0]
        assert row[["n", "reason"]].tolist() == [0, "no respondent"]

    def test_one_row(self) -> None:
        assert "one class" in self.single(random_table(1).assign(edu="a"))["reason"]

    def test_no_degrees_of_freedom(self) -> None:
        persons = random_table(1)
        persons["edu"] = persons["edu"].where(persons["psu"] == 0)
        row = self.single(persons)
        assert row["df"] == 0
        assert row["chi_square"] > 0
        assert "one PSU a stratum" in row["reason"]

    def test_cells_empty_beyond_repair(self) -> None:
        row = self.single(random_table(1).assign(age=lambda frame: frame["edu"] + "!"))
        assert row["reason"] == "too many empty cells; merge classes"
        assert row["chi_square"] == pytest.approx(2 * 360)

    def test_no_variance(self) -> None:
        persons = random_table(1).assign(
            weight=1.0, edu=np.tile([0, 0, 1, 1], 90), age=np.tile([0, 1, 0, 1], 90)
        )
        row = self.single(persons)
        assert row["chi_square"] == pytest.approx(0)
        assert "variance" in row["reason"]


@pytest.mark.parametrize(
    ("row", "column", "by", "message"),
    [
        ("edu", "edu", None, "different columns"),
        ("edu", "age", "edu", "different columns"),
        ("edu", "age", "n", "rename the by-columns"),
        ("school", "age", None, "school"),
    ],
)
def test_errors(row: str, column: str, by: str | None, message: str) -> None:
    with pytest.raises(DesignError, match=message):
        rao_scott(random_table(1).assign(n=1), row, column, design=DESIGN, by=by)
