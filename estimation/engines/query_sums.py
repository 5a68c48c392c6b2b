"""Cells of persons that an engine holds (Polars, DuckDB, Spark): the sums as one query."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_

import narwhals as nw
import numpy as np
import pandas as pd

from estimation.engines.checks import Persons
from estimation.engines.measures import (
    POSITIVE,
    Quantity,
    Sought,
    person_products,
    products,
    respondent_products,
)


def sum_by_query(frame: Persons, sought: Sought) -> pd.DataFrame:
    """Leave the work to the engine, as one query.

    Parameters
    ----------
    frame : narwhals frame
        One row a person, on Polars, DuckDB or Spark.
    sought : Sought

    Returns
    -------
    DataFrame, one row a cell
        As :func:`estimation.cells.sum_cells` says.
    """
    schema = frame.collect_schema()
    weights = {prefix: _float(column, schema) for prefix, column in sought.weights.items()}
    auxiliaries = [_filled_number(name, schema, np.inf) for name in sought.design.calibration_numbers]
    answers = tuple(dict.fromkeys(name for quantity in sought.quantities for name in quantity.columns))
    complete = _complete(frame, answers)
    sums = dict(person_products(weights, auxiliaries))
    counted = {}
    for i, quantity in enumerate(sought.quantities):
        counted[f"count_{i}"], terms = _expressions(
            quantity,
            schema,
            complete=complete,
            weights=weights,
            auxiliaries=auxiliaries,
            binary=sought.binary,
        )
        sums |= {f"{name}_{i}": term for name, term in terms.items()}
    odd = _odd(answers, schema) if sought.binary else None
    if odd is not None and isinstance(frame, nw.LazyFrame):
        counted["odd"] = nw.when(odd).then(nw.lit(1))
    measures = {f"__{name}": term.sum() for name, term in sums.items()}
    measures |= {f"__{name}": term.count() for name, term in counted.items()}
    lows = {name: _filled_number(column, schema, -np.inf).min() for name, column in sought.lows.items()}
    highs = {name: _number(column, schema).max() for name, column in sought.highs.items()}
    cells = frame.lazy().group_by(*sought.keys, (weights[""] > 0).alias(POSITIVE))
    table = cells.agg(**measures, **lows, **highs).collect().to_pandas()
    if odd is not None and isinstance(frame, nw.DataFrame):
        table["__odd"] = float(frame.select(odd.any()).item())
    return table


def _complete(frame: Persons, columns: Sequence[str]) -> frozenset[str]:
    """Columns known to miss no value; of persons that are read while they are summed nothing is known."""
    if isinstance(frame, nw.LazyFrame) or not columns:
        return frozenset()
    missing = frame.select(_number(column, frame.schema).null_count() for column in columns).row(0)
    return frozenset(column for column, count in zip(columns, missing, strict=True) if count == 0)


def _float(column: str, schema: nw.Schema) -> nw.Expr:
    """Read a column as floats, what is missing as its engine has it."""
    return nw.col(column) if schema[column] == nw.Float64() else nw.col(column).cast(nw.Float64)


def _number(column: str, schema: nw.Schema) -> nw.Expr:
    """Read a column as numbers, null where there is no value; whole numbers stay what they are."""
    kind = schema[column]
    if kind.is_integer():
        return nw.col(column)
    return _float(column, schema).fill_nan(None) if kind.is_float() else _float(column, schema)


def _filled_number(column: str, schema: nw.Schema, missing: float) -> nw.Expr:
    """Read a column as floats, with a number that gives itself away in the place of missing values."""
    return _number(column, schema).cast(nw.Float64).fill_null(missing)


def _expressions(
    quantity: Quantity,
    schema: nw.Schema,
    *,
    complete: frozenset[str],
    weights: dict[str, nw.Expr],
    auxiliaries: Sequence[nw.Expr],
    binary: bool,
) -> tuple[nw.Expr, dict[str, nw.Expr]]:
    """Write who counts for one quantity and its products, null for a person outside its domain.

    Where nobody misses a value, what stands below the line is the same for every quantity, and Polars sums it
    once.
    """
    read = {column: _number(column, schema) for column in quantity.columns}
    given = [~term.is_null() for column, term in read.items() if column not in complete]
    present = reduce(and_, given) if given else None

    def inside(term: nw.Expr) -> nw.Expr:
        return term if present is None else nw.when(present).then(term)

    one_column = present is not None and len(read) == 1
    member = read[quantity.columns[0]] if one_column else inside(weights[""])
    y = inside(nw.lit(1.0)) if quantity.numerator is None else read[quantity.numerator]
    if quantity.denominator is None:
        below = {name: inside(term) for name, term in respondent_products(weights, auxiliaries).items()}
        terms = products(y, None, weights=weights, auxiliaries=auxiliaries, binary=binary)
        return member, dict(terms) | below
    x = read[quantity.denominator]
    terms = products(inside(y), inside(x), weights=weights, auxiliaries=auxiliaries, binary=binary)
    return member, dict(terms)


def _odd(columns: Sequence[str], schema: nw.Schema) -> nw.Expr:
    """Rows with a value that is neither 0 nor 1.

    Written with "or" and comparisons alone where it can be: in DuckDB "and" and set membership cost more than
    all the sums together.
    """
    whole = [name for name in columns if schema[name].is_integer()]
    parts = [nw.col(*whole) > 1, nw.col(*whole) < 0] if whole else []
    for y in (_number(name, schema) for name in columns if name not in whole):
        parts += [y > 1, y < 0, (y > 0) & (y < 1)]
    return nw.any_horizontal(*parts, ignore_nulls=False)
