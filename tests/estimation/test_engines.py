"""Every engine, every type of column and every order of the rows give the same numbers."""

from __future__ import annotations

import decimal
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation import (
    Calibration,
    Design,
    DesignError,
    estimate_means,
    estimate_proportions,
    estimate_ratios,
    estimate_totals,
)

DESIGNS = {
    "plain": Design(weight="w", strata="stratum", psu="ea"),
    "calibrated": Design(
        weight="w",
        strata="stratum",
        psu="ea",
        calibration=Calibration(variables=("stratum", "sex"), numbers=("age",), initial_weight="w0"),
    ),
    "two stages": Design(weight="w", strata="stratum", psu="ea", ssu="hh", fpc=("n_ea", "n_hh")),
}
ESTIMATORS: dict[str, Callable[..., Any]] = {
    "proportions": lambda persons, **options: estimate_proportions(persons, ["skill", "know"], **options),
    "means": lambda persons, **options: estimate_means(persons, ["age", "skill"], **options),
    "totals": lambda persons, **options: estimate_totals(persons, ["skill", "age"], **options),
    "ratios": lambda persons, **options: estimate_ratios(persons, {"r": ("skill", "age")}, **options),
}


def wave() -> pd.DataFrame:
    """Persons of three strata that reuse the codes 0..7 of their PSUs; some weigh nothing or miss answers."""
    rng = np.random.default_rng(60)
    n = 480
    return pd.DataFrame(
        {
            "stratum": np.repeat(["a", "b", "c"], n // 3),
            "ea": np.tile(np.repeat(np.arange(8), n // 24), 3),
            "hh": np.repeat(np.arange(n // 2), 2),
            "n_ea": np.repeat([40, 50, 60], n // 3),
            "n_hh": np.tile(np.repeat(np.arange(100, 108), n // 24), 3),
            "w": rng.uniform(50, 300, n) * (rng.random(n) > 0.05),
            "w0": rng.uniform(50, 300, n),
            "skill": rng.choice([0.0, 1.0, np.nan], n, p=[0.4, 0.5, 0.1]),
            "know": rng.integers(0, 2, n),
            "age": rng.integers(15, 80, n).astype(float),
            "place": pd.Series(rng.choice(["x", "y", None], n), dtype=object),
            "sex": rng.integers(1, 3, n),
            "sub": rng.integers(0, 2, n),
        }
    )


def in_chunks(persons: pd.DataFrame, cuts: list[int]) -> pa.Table:
    table = pa.Table.from_pandas(persons, preserve_index=False)
    edges = [0, *sorted(cuts), len(persons)]
    return pa.concat_tables([table.slice(low, high - low) for low, high in pairwise(edges)])


ENGINES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "polars": pl.from_pandas,
    "polars with NaN": lambda persons: pl.from_pandas(persons, nan_to_null=False),
    "polars lazy": lambda persons: pl.from_pandas(persons).lazy(),
    "duckdb": duckdb.from_df,
    "arrow": lambda persons: in_chunks(persons, [7, 100]),
    "pandas on Arrow types": lambda persons: persons.convert_dtypes(dtype_backend="pyarrow"),
}


def same(ours: Any, wanted: Any) -> None:
    """Equal to 1e-12, covariances too."""
    pd.testing.assert_frame_equal(ours.frame, wanted.frame, rtol=1e-12, check_dtype=False)
    np.testing.assert_allclose(ours.covariance(), wanted.covariance(), rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("engine", ENGINES)
def test_engines_agree(engine: str, estimator: str, design: str) -> None:
    options = {"design": DESIGNS[design], "by": ["place", "sex"], "where": "sub"}
    same(ESTIMATORS[estimator](ENGINES[engine](wave()), **options), ESTIMATORS[estimator](wave(), **options))


def as_nullable(persons: pd.DataFrame, kind: str) -> pd.DataFrame:
    return persons.astype({"skill": kind, "know": kind})


PANDAS_TYPES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "nullable Int64": lambda persons: as_nullable(persons, "Int64"),
    "nullable boolean": lambda persons: as_nullable(persons, "boolean"),
    "nullable Float64": lambda persons: as_nullable(persons, "Float64"),
    "float32 answers": lambda persons: as_nullable(persons, "float32"),
    "Python bool in an object column": lambda persons: persons.assign(
        skill=pd.Series([None if np.isnan(y) else bool(y) for y in persons["skill"]], dtype=object)
    ),
    "Python decimals": lambda persons: persons.assign(
        skill=pd.Series(
            [None if np.isnan(y) else decimal.Decimal(int(y)) for y in persons["skill"]], dtype=object
        )
    ),
    "int8 and uint8": lambda persons: persons.astype({"know": "int8", "sub": "uint8"}),
    "bool": lambda persons: persons.astype({"know": bool, "sub": bool}),
    "categories, unused ones too": lambda persons: persons.assign(
        place=pd.Categorical(persons["place"], categories=["x", "unused", "y"]),
        stratum=pd.Categorical(persons["stratum"], categories=["z", "a", "b", "c"]),
    ),
    "a repeated index": lambda persons: persons.set_axis(np.zeros(len(persons), int)),
}


@pytest.mark.parametrize("kind", PANDAS_TYPES)
def test_types_of_pandas_columns_agree(kind: str) -> None:
    options = {"design": DESIGNS["plain"], "by": "place", "where": "sub"}
    persons = PANDAS_TYPES[kind](wave())
    same(
        estimate_proportions(persons, ["skill", "know"], **options),
        estimate_proportions(wave(), ["skill", "know"], **options),
    )


STRANGE = {
    "stratum": 'tầng "A"',
    "ea": "ea; drop table x",
    "w": "weight*2",
    "skill": "select",
    "place": "__weight",
}


@pytest.mark.parametrize("engine", ENGINES)
def test_columns_may_be_called_anything(engine: str) -> None:
    persons = wave().rename(columns=STRANGE)
    design = Design(weight=STRANGE["w"], strata=STRANGE["stratum"], psu=STRANGE["ea"])
    ours = estimate_proportions(
        ENGINES[engine](persons), [STRANGE["skill"], "know"], design=design, by=STRANGE["place"]
    )
    wanted = estimate_proportions(wave(), ["skill", "know"], design=DESIGNS["plain"], by="place")
    same(
        replace(ours, frame=ours.frame.set_axis(wanted.frame.columns, axis=1).replace("select", "skill")),
        wanted,
    )


POLARS_TYPES: dict[str, pl.DataType | Any] = {
    "Int8": pl.Int8,
    "UInt8": pl.UInt8,
    "Int64": pl.Int64,
    "Float32": pl.Float32,
    "Boolean": pl.Boolean,
    "Decimal": pl.Decimal(10, 2),
}


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("kind", POLARS_TYPES)
def test_types_of_polars_columns_agree(kind: str, lazy: bool) -> None:
    persons = pl.from_pandas(wave()).with_columns(
        pl.col("skill", "know").cast(pl.Float64).cast(POLARS_TYPES[kind]),
        pl.col("stratum").cast(pl.Categorical),
        pl.col("place").cast(pl.Enum(["x", "unused", "y"])),
    )
    options = {"design": DESIGNS["plain"], "by": "place"}
    same(
        estimate_proportions(persons.lazy() if lazy else persons, ["skill", "know"], **options),
        estimate_proportions(wave(), ["skill", "know"], **options),
    )


@pytest.mark.parametrize(
    "kind", ["TINYINT", "UTINYINT", "BIGINT", "HUGEINT", "FLOAT", "DECIMAL(9, 2)", "BOOLEAN"]
)
def test_types_of_duckdb_columns_agree(kind: str) -> None:
    persons = wave().assign(w=lambda frame: frame["w"].round(2))
    told = duckdb.from_df(persons).project(
        f"* replace (cast(case when not isnan(skill) then skill end as {kind}) as skill,"
        f" cast(know as {kind}) as know, cast(w as decimal(12, 2)) as w,"
        " cast(place as enum('x', 'unused', 'y')) as place)"
    )
    options = {"design": DESIGNS["plain"], "by": "place"}
    same(
        estimate_proportions(told, ["skill", "know"], **options),
        estimate_proportions(persons, ["skill", "know"], **options),
    )


def test_small_integers_do_not_overflow() -> None:
    persons = wave().astype({"age": "int8"})
    wanted = estimate_means(wave(), "age", design=DESIGNS["plain"])
    for frame in (persons, pl.from_pandas(persons), duckdb.from_df(persons)):
        same(estimate_means(frame, "age", design=DESIGNS["plain"]), wanted)


@given(st.randoms(), st.lists(st.integers(0, 480), max_size=5))
@settings(max_examples=10, deadline=None)
def test_order_and_chunks_of_the_rows_do_not_matter(random: Any, cuts: list[int]) -> None:
    rows = list(range(480))
    random.shuffle(rows)
    table = in_chunks(wave().iloc[rows], cuts)
    wanted = ESTIMATORS["proportions"](wave(), design=DESIGNS["calibrated"], by="place")
    for persons in (table, pl.from_arrow(table, rechunk=False), duckdb.from_arrow(table)):
        same(ESTIMATORS["proportions"](persons, design=DESIGNS["calibrated"], by="place"), wanted)


NOBODY: dict[str, Callable[[pd.DataFrame], Any]] = {
    "None in an object column": lambda persons: persons.assign(
        empty=pd.Series([None] * len(persons), dtype=object)
    ),
    "NaN": lambda persons: persons.assign(empty=np.nan),
    "an empty text column": lambda persons: persons.assign(
        empty=pd.Series([None] * len(persons), dtype="str")
    ),
    "polars Null": lambda persons: pl.from_pandas(persons).with_columns(empty=pl.lit(None)),
    "polars lazy Null": lambda persons: pl.from_pandas(persons).lazy().with_columns(empty=pl.lit(None)),
    "duckdb NULL": lambda persons: duckdb.from_df(persons).project("*, null as empty"),
}


@pytest.mark.parametrize("kind", NOBODY)
def test_an_indicator_that_nobody_answered_is_missing_everywhere(kind: str) -> None:
    frame = estimate_proportions(NOBODY[kind](wave()), ["empty", "know"], design=DESIGNS["plain"]).frame
    assert frame["n"].tolist()[0] == 0
    assert np.isnan(frame["estimate"].iloc[0])
    wanted = estimate_proportions(wave(), "know", design=DESIGNS["plain"]).frame
    assert frame["se"].iloc[1] == pytest.approx(wanted["se"].iloc[0], rel=1e-12)


def test_texts_among_the_numbers_of_an_object_column_are_refused() -> None:
    persons = wave().assign(know=lambda frame: ["yes", *frame["know"].tolist()[1:]])
    with pytest.raises(DesignError, match=r"'know' mixes numbers with something else .*'yes'"):
        estimate_proportions(persons, "know", design=DESIGNS["plain"])


LAZY: list[Callable[[pd.DataFrame], Any]] = [
    pl.from_pandas,
    lambda persons: pl.from_pandas(persons).lazy(),
    duckdb.from_df,
]
UNFIT = {
    "w": ("DOUBLE", [np.nan, np.inf, -1.0], "'w' is a weight"),
    "w0": ("DOUBLE", [np.nan, -1.0, 0.0], "'w0' is (a weight|the weight before calibration)"),
    "skill": ("DOUBLE", [2.0, 0.5, -1.0, np.inf], "'skill' may hold only 1, 0 and missing: 1 rows"),
    "know": ("TINYINT", [2, -1], "'know' may hold only 1, 0 and missing: 1 rows"),
    "sub": ("TINYINT", [2, -1], "'sub' may hold only 1, 0 and missing: 1 rows"),
    "age": ("DOUBLE", [np.nan], "'age' is part of the design and has no value: 1 rows"),
    "stratum": ("VARCHAR", [None], "'stratum' is part of the design and has no value: 1 rows"),
    "sex": ("TINYINT", [None], "'sex' is part of the design and has no value: 1 rows"),
}


@pytest.mark.parametrize("column", UNFIT)
@pytest.mark.parametrize("wrap", [lambda persons: persons, *LAZY])
def test_one_unfit_value_among_many_is_found_on_every_engine(column: str, wrap: Any) -> None:
    _, values, sentence = UNFIT[column]
    for value in values:
        persons = wave()
        persons.loc[0, "w"] = 100.0
        persons[column] = [value, *persons[column].tolist()[1:]]
        with pytest.raises(DesignError, match=sentence):
            estimate_proportions(
                wrap(persons), ["skill", "know"], design=DESIGNS["calibrated"], by="place", where="sub"
            )


def test_a_population_size_without_value_is_found_on_every_engine() -> None:
    persons = wave().assign(n_ea=lambda frame: frame["n_ea"].where(frame.index > 0))
    for wrap in (lambda frame: frame, *LAZY):
        with pytest.raises(DesignError, match="'n_ea' is part of the design and has no value: 1 rows"):
            estimate_proportions(wrap(persons), "know", design=DESIGNS["two stages"])


def test_persons_of_weight_zero_may_hold_anything_but_odd_answers() -> None:
    persons = wave()
    persons.loc[persons["w"] == 0, "skill"] = 1.0
    wanted = wave()
    wanted.loc[wanted["w"] == 0, "skill"] = np.nan
    for wrap in (lambda frame: frame, *LAZY):
        frame = estimate_proportions(wrap(persons), "skill", design=DESIGNS["plain"], by="place")
        same(frame, estimate_proportions(wanted, "skill", design=DESIGNS["plain"], by="place"))


@pytest.fixture(scope="module")
def spark():
    """Spark on one core; skipped where PySpark or Java is not installed."""
    sql = pytest.importorskip("pyspark.sql")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("no Java")
    builder = sql.SparkSession.builder.master("local[1]").appName("tests")
    for key, value in {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2"}.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_spark_agrees(spark: Any, estimator: str) -> None:
    options = {"design": DESIGNS["calibrated"], "by": ["place", "sex"], "where": "sub"}
    persons = spark.createDataFrame(in_chunks(wave(), []))
    same(ESTIMATORS[estimator](persons, **options), ESTIMATORS[estimator](wave(), **options))


def test_spark_names_the_first_rows(spark: Any) -> None:
    persons = spark.createDataFrame(in_chunks(wave().assign(w=-3.0), []))
    with pytest.raises(DesignError, match=r"'w' is a weight .*: 480 rows, first stratum a, ea \d, w -3"):
        estimate_proportions(persons, "skill", design=DESIGNS["plain"])
