"""Cells of persons that an engine holds (Polars, DuckDB, Spark): the sums as one query."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_
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
    weights = {prefix: nw.col(column).cast(nw.Float64) for prefix, column in sought.weights.items()}
    auxiliaries = [_filled_number(name, schema, np.inf) for name in sought.design.calibration_numbers]
    sums = {f"__{name}": term for name, term in person_products(weights, auxiliaries).items()}
    for i, quantity in enumerate(sought.quantities):
        terms = _expressions(quantity, schema, weights=weights, auxiliaries=auxiliaries, binary=sought.binary)
        sums |= {f"__{name}_{i}": term for name, term in terms.items()}
    if sought.binary:
        sums["__odd"] = _odd(sought, schema)
    lows = {name: _filled_number(column, schema, -np.inf) for name, column in sought.lows.items()}
    highs = {name: _number(column, schema) for name, column in sought.highs.items()}
    counted = {f"__count_{i}": f"__denominator_{i}" for i in range(len(sought.quantities))}
    return (
        frame.select(*sought.keys, **{POSITIVE: weights[""] > 0}, **sums, **lows, **highs)
        .group_by(*sought.keys, POSITIVE)
        .agg(
            nw.col(*sums).sum(),
            *(nw.col(column).count().alias(name) for name, column in counted.items()),
            *(nw.col(name).min() for name in lows),
            *(nw.col(name).max() for name in highs),
        )
        .collect()
        .to_pandas()
    )


def _number(column: str, schema: nw.Schema) -> nw.Expr:
    """Read a column as numbers, null where there is no value; whole numbers stay what they are."""
    kind = schema[column]
    if kind.is_integer():
        return nw.col(column)
    read = nw.col(column) if kind == nw.Float64() else nw.col(column).cast(nw.Float64)
    return read.fill_nan(None) if kind.is_float() else read


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
) -> dict[str, nw.Expr]:
    """Write the products of one quantity, null for a person outside its domain."""
    read = [_number(column, schema) for column in quantity.columns]
    present = reduce(and_, (~term.is_null() for term in read)) if read else None

    def inside(term: nw.Expr) -> nw.Expr:
        return term if present is None else nw.when(present).then(term)

    y = inside(nw.lit(1.0)) if quantity.numerator is None else read[0]
    if quantity.denominator is None:
        below = {name: inside(term) for name, term in respondent_products(weights, auxiliaries).items()}
        terms = products(y, None, weights=weights, auxiliaries=auxiliaries, binary=binary)
        return dict(terms) | below
    terms = products(inside(y), inside(read[-1]), weights=weights, auxiliaries=auxiliaries, binary=binary)
    return dict(terms)


def _odd(sought: Sought, schema: nw.Schema) -> nw.Expr:
    """1 for a row with a value that is neither 0 nor 1.

    Written with "or" and comparisons alone where it can be: in DuckDB "and" and set membership cost more than
    all the sums together.
    """
    names = dict.fromkeys(name for quantity in sought.quantities for name in quantity.columns)
    parts: list[nw.Expr] = []
    for name in (name for name in names if schema[name] != nw.Boolean()):
        y = _number(name, schema)
        parts += [y > 1, y < 0]
        if not schema[name].is_integer():
            parts.append((y > 0) & (y < 1))
    return reduce(or_, parts).cast(nw.Float64) if parts else nw.lit(0.0)
