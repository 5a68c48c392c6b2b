"""Cells of persons that an engine holds (Polars, DuckDB, Spark): the sums as one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import and_
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from estimation.engines.checks import Persons
from estimation.engines.measures import (
    ODD,
    POSITIVE,
    Quantity,
    Sought,
    Table,
    person_products,
    products,
    respondent_products,
)

PREFIX = "__"  # no column of the persons is called so


def sum_by_query(frame: Persons, sought: Sought) -> Table:
    """Leave the work to the engine, as one query; where some weight is not positive, as a second one.

    A cell of positive weights alone needs no key that parts them from the others; a key that is not a column
    costs an engine as much as a third of the sums.

    Parameters
    ----------
    frame : narwhals frame
        One row a person, on Polars, DuckDB or Spark.
    sought : Sought

    Returns
    -------
    Table
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
    if sought.binary and isinstance(frame, nw.LazyFrame):
        odd = _odd(answers, schema, by_column=frame.implementation.is_polars())
        counted[ODD] = nw.when(odd).then(nw.lit(1))
    measures = {name: term.sum() for name, term in sums.items()}
    measures |= {name: term.count() for name, term in counted.items()}
    measures |= {name: _filled_number(column, schema, -np.inf).min() for name, column in sought.lows.items()}
    measures |= {
        name: _number(column, schema).cast(nw.Float64).max() for name, column in sought.highs.items()
    }
    lowest = nw.col(sought.design.weight).fill_null(-np.inf).min()
    table = _collect(frame, sought.keys, (), measures | {POSITIVE: lowest})
    if not (table.positive > 0).all():
        table = _collect(frame, sought.keys, [(weights[""] > 0).alias(PREFIX + POSITIVE)], measures)
    if sought.binary and isinstance(frame, nw.DataFrame):
        return replace(table, odd=any(_is_odd(frame[name]) for name in answers))
    return table


def _collect(
    frame: Persons, keys: Sequence[str], parting: Sequence[nw.Expr], measures: dict[str, nw.Expr]
) -> Table:
    """Run the query, one GROUP BY over the keys and what else parts the rows, and read what it finds."""
    asked = {PREFIX + name: term for name, term in measures.items()}
    found = frame.lazy().group_by(*keys, *parting).agg(**asked).collect()
    names = [name for name in measures if name != POSITIVE]
    numbers = found[[PREFIX + name for name in (POSITIVE, *names)]].to_numpy().astype(float, copy=False)
    places = {name: place for place, name in enumerate(names, start=1)}
    odd = ODD in places and bool(numbers[:, places[ODD]].any())
    labels = pd.DataFrame({key: _label(found[key]) for key in keys})
    return Table(labels, np.sign(numbers[:, 0]), odd, places, numbers)


def _label(values: nw.Series[Any]) -> pd.Series | np.ndarray[Any, Any]:
    """Read the values of a key; of numbers, by the way that costs nothing."""
    return (
        values.to_numpy()
        if values.dtype.is_numeric() and not values.dtype.is_decimal()
        else values.to_pandas()
    )


def _complete(frame: Persons, columns: Sequence[str]) -> frozenset[str]:
    """Columns known to miss no value; of persons that are read while they are summed nothing is known."""
    if isinstance(frame, nw.LazyFrame):
        return frozenset()
    return frozenset(column for column in columns if not _misses(frame[column]))


def _misses(values: nw.Series[Any]) -> bool:
    """Whether a column in memory misses any value."""
    return bool(values.null_count()) or bool(values.dtype.is_float() and values.is_nan().any())


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


def _odd(columns: Sequence[str], schema: nw.Schema, *, by_column: bool) -> nw.Expr:
    """Rows with a value that is neither 0 nor 1, of persons that are read while they are summed.

    The extremes of a row cost DuckDB nothing, where "and" and set membership cost more than all the sums;
    in Polars it is the comparisons of single columns that cost nothing.
    """
    whole = [name for name in columns if schema[name].is_integer()]
    parts = [] if not whole else _beyond(whole) if by_column else _beyond_in_row(whole)
    parts += [_between(_number(name, schema)) for name in columns if name not in whole]
    return nw.any_horizontal(*parts, ignore_nulls=False)


def _beyond(columns: Sequence[str]) -> list[nw.Expr]:
    """Whole numbers beyond 0 and 1, column by column."""
    return [nw.col(*columns) > 1, nw.col(*columns) < 0]


def _beyond_in_row(columns: Sequence[str]) -> list[nw.Expr]:
    """Whole numbers beyond 0 and 1, by the extremes of a row."""
    return [nw.max_horizontal(*columns) > 1, nw.min_horizontal(*columns) < 0]


def _between(y: nw.Expr) -> nw.Expr:
    """Rows whose value is above 1, below 0 or between."""
    return (y > 1) | (y < 0) | ((y > 0) & (y < 1))


def _is_odd(values: nw.Series[Any]) -> bool:
    """Whether a column in memory holds a value that is neither 0 nor 1; whole numbers: by their extremes."""
    if values.dtype.is_integer():
        low, high = values.min(), values.max()
        return low is not None and (low < 0 or high > 1)
    numbers = values.cast(nw.Float64).fill_nan(None).drop_nulls()
    return bool((~numbers.is_in((0.0, 1.0))).any())
