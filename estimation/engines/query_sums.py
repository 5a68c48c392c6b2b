"""Cells of persons that an engine holds (Polars, DuckDB, Spark): the sums as one query."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from estimation.engines.measures import (
    POSITIVE,
    Quantity,
    Sought,
    person_products,
    products,
    respondent_products,
)


def sum_by_query(frame: nw.LazyFrame[Any], sought: Sought) -> pd.DataFrame:
    """Leave the work to the engine, as one query.

    Parameters
    ----------
    frame : narwhals LazyFrame
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
    sums = dict(person_products(weights, auxiliaries))
    counts = {}
    for i, quantity in enumerate(sought.quantities):
        member, terms = _expressions(
            quantity, schema, weights=weights, auxiliaries=auxiliaries, binary=sought.binary
        )
        sums |= {f"{name}_{i}": term for name, term in terms.items()}
        counts[f"__count_{i}"] = member.count()
    if sought.binary:
        sums["odd"] = _odd(sought, schema)
    measures = {f"__{name}": term.sum() for name, term in sums.items()}
    lows = {name: _filled_number(column, schema, -np.inf).min() for name, column in sought.lows.items()}
    highs = {name: _number(column, schema).max() for name, column in sought.highs.items()}
    cells = frame.group_by(*sought.keys, (weights[""] > 0).alias(POSITIVE))
    return cells.agg(**measures, **counts, **lows, **highs).collect().to_pandas()


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
    weights: dict[str, nw.Expr],
    auxiliaries: Sequence[nw.Expr],
    binary: bool,
) -> tuple[nw.Expr, dict[str, nw.Expr]]:
    """Write who counts for one quantity and its products, null for a person outside its domain."""
    read = [_number(column, schema) for column in quantity.columns]
    present = reduce(and_, (~term.is_null() for term in read)) if read else None

    def inside(term: nw.Expr) -> nw.Expr:
        return term if present is None else nw.when(present).then(term)

    member = read[0] if len(read) == 1 else inside(weights[""])
    y = inside(nw.lit(1.0)) if quantity.numerator is None else read[0]
    if quantity.denominator is None:
        below = {name: inside(term) for name, term in respondent_products(weights, auxiliaries).items()}
        terms = products(y, None, weights=weights, auxiliaries=auxiliaries, binary=binary)
        return member, dict(terms) | below
    terms = products(inside(y), inside(read[-1]), weights=weights, auxiliaries=auxiliaries, binary=binary)
    return member, dict(terms)


def _odd(sought: Sought, schema: nw.Schema) -> nw.Expr:
    """1 for a row with a value that is neither 0 nor 1.

    Written with "or" and comparisons alone where it can be: in DuckDB "and" and set membership cost more than
    all the sums together.
    """
    names = dict.fromkeys(name for quantity in sought.quantities for name in quantity.columns)
    whole = [name for name in names if schema[name].is_integer()]
    parts = [nw.col(*whole) > 1, nw.col(*whole) < 0] if whole else []
    for y in (_number(name, schema) for name in names if name not in whole):
        parts += [y > 1, y < 0, (y > 0) & (y < 1)]
    return nw.any_horizontal(*parts, ignore_nulls=False).cast(nw.Float64)
