"""Cells of persons that an engine holds (Polars, DuckDB, Spark): the sums as one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_
from typing import Any, Generic

import narwhals as nw
import numpy as np
import pandas as pd

from estimation.engines.checks import Persons
from estimation.engines.dialects import DUCKDB, NARWHALS, POLARS, Asked, Dialect
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

PREFIX = "__sum:"  # no column of the persons is called so


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
    if isinstance(frame, nw.DataFrame):
        table = _sum_in(POLARS, frame.lazy(), sought, complete=_complete(frame, sought.answers))
        return replace(table, odd=sought.binary and any(_is_odd(frame[name]) for name in sought.answers))
    if frame.implementation.is_duckdb():
        return _sum_in(DUCKDB, frame, sought)
    return _sum_in(POLARS if frame.implementation.is_polars() else NARWHALS, frame, sought)


def _sum_in(
    dialect: Dialect[Asked],
    frame: nw.LazyFrame[Any],
    sought: Sought,
    *,
    complete: frozenset[str] | None = None,
) -> Table:
    """Ask in the dialect of an engine.

    Of persons that are read while they are summed it is not known which columns are complete (None); then
    they are also asked for values that are neither 0 nor 1.
    """
    read = Columns(dialect, frame.collect_schema())
    weights = {prefix: read.floats(column) for prefix, column in sought.weights.items()}
    auxiliaries = [read.filled(name, np.inf) for name in sought.design.calibration_numbers]
    sums = dict(person_products(weights, auxiliaries))
    counted = {}
    for i, quantity in enumerate(sought.quantities):
        counted[f"count_{i}"], terms = _expressions(
            read,
            quantity,
            complete=complete or frozenset(),
            weights=weights,
            auxiliaries=auxiliaries,
            binary=sought.binary,
        )
        sums |= {f"{name}_{i}": term for name, term in terms.items()}
    if sought.binary and complete is None:
        counted[ODD] = dialect.when(_odd(read, sought.answers), dialect.number(1))
    measures = {name: term.sum() for name, term in sums.items()}
    measures |= {name: term.count() for name, term in counted.items()}
    measures |= {name: read.filled(column, -np.inf).min() for name, column in sought.lows.items()}
    measures |= {name: read.numbers(column).cast(nw.Float64).max() for name, column in sought.highs.items()}
    lowest = {POSITIVE: dialect.column(sought.design.weight).fill_null(-np.inf).min()}
    table = _collect(dialect, frame, sought, parting={}, measures=lowest | measures)
    if (table.positive > 0).all():
        return table
    return _collect(dialect, frame, sought, parting={POSITIVE: weights[""] > 0}, measures=measures)


def _collect(
    dialect: Dialect[Asked],
    frame: nw.LazyFrame[Any],
    sought: Sought,
    *,
    parting: dict[str, Asked],
    measures: dict[str, Asked],
) -> Table:
    """Run the query, one GROUP BY over the keys and what else parts the rows, and read what it finds."""
    told = {PREFIX + name: term for name, term in parting.items()}
    asked = {PREFIX + name: term for name, term in measures.items()}
    found = dialect.group(frame, sought.keys, told, asked)
    names: list[str] = [name for name in measures if name != POSITIVE]
    numbers = found[[PREFIX + name for name in (POSITIVE, *names)]].to_numpy().astype(float, copy=False)
    places = {name: place for place, name in enumerate(names, start=1)}
    odd = ODD in places and bool(numbers[:, places[ODD]].any())
    return Table(_labels(found[list(sought.keys)]), np.sign(numbers[:, 0]), odd, places, numbers)


def _labels(keys: nw.DataFrame[Any]) -> pd.DataFrame:
    """Read the keys of the cells; where all are numbers, by the way that costs nothing."""
    if all(kind.is_numeric() and not kind.is_decimal() for kind in keys.schema.values()):
        return pd.DataFrame({name: keys[name].to_numpy() for name in keys.columns})
    return keys.to_pandas()


def _complete(frame: nw.DataFrame[Any], columns: Sequence[str]) -> frozenset[str]:
    """Columns known to miss no value."""
    return frozenset(column for column in columns if not _misses(frame[column]))


def _misses(values: nw.Series[Any]) -> bool:
    """Whether a column in memory misses any value."""
    return bool(values.null_count()) or bool(values.dtype.is_float() and values.is_nan().any())


@dataclass(frozen=True, slots=True)
class Columns(Generic[Asked]):
    """The columns of the persons, as a dialect names them and by their type."""

    dialect: Dialect[Asked]
    schema: nw.Schema

    def floats(self, column: str) -> Asked:
        """Read a column as floats, what is missing as its engine has it."""
        named = self.dialect.column(column)
        return named if self.schema[column] == nw.Float64() else named.cast(nw.Float64)

    def numbers(self, column: str) -> Asked:
        """Read a column as numbers, null where there is no value; whole numbers stay what they are."""
        kind = self.schema[column]
        if kind.is_integer():
            return self.dialect.column(column)
        return self.floats(column).fill_nan(None) if kind.is_float() else self.floats(column)

    def filled(self, column: str, missing: float) -> Asked:
        """Read a column as floats, with a number that gives itself away in the place of missing values."""
        return self.numbers(column).cast(nw.Float64).fill_null(missing)


def _expressions(
    read: Columns[Asked],
    quantity: Quantity,
    *,
    complete: frozenset[str],
    weights: dict[str, Asked],
    auxiliaries: Sequence[Asked],
    binary: bool,
) -> tuple[Asked, dict[str, Asked]]:
    """Write who counts for one quantity and its products, null for a person outside its domain.

    Where nobody misses a value, what stands below the line is the same for every quantity, and Polars sums it
    once.
    """
    values = {column: read.numbers(column) for column in quantity.columns}
    given = [~term.is_null() for column, term in values.items() if column not in complete]
    present = reduce(and_, given) if given else None

    def inside(term: Asked) -> Asked:
        return term if present is None else read.dialect.when(present, term)

    one_column = present is not None and len(values) == 1
    member = values[quantity.columns[0]] if one_column else inside(weights[""])
    y = inside(read.dialect.number(1.0)) if quantity.numerator is None else values[quantity.numerator]
    if quantity.denominator is None:
        below = {name: inside(term) for name, term in respondent_products(weights, auxiliaries).items()}
        terms = products(y, None, weights=weights, auxiliaries=auxiliaries, binary=binary)
        return member, dict(terms) | below
    x = values[quantity.denominator]
    terms = products(inside(y), inside(x), weights=weights, auxiliaries=auxiliaries, binary=binary)
    return member, dict(terms)


def _odd(read: Columns[Asked], columns: Sequence[str]) -> Asked:
    """Rows with a value that is neither 0 nor 1, of persons that are read while they are summed."""
    whole = [name for name in columns if read.schema[name].is_integer()]
    conditions = read.dialect.beyond(whole) if whole else []
    for name in (name for name in columns if name not in whole):
        y = read.numbers(name)
        conditions.append((y > 1) | (y < 0) | ((y > 0) & (y < 1)))
    return read.dialect.either(conditions)


def _is_odd(values: nw.Series[Any]) -> bool:
    """Whether a column in memory holds a value that is neither 0 nor 1; whole numbers: by their extremes."""
    if values.dtype.is_integer():
        low, high = values.min(), values.max()
        return low is not None and (low < 0 or high > 1)
    numbers = values.cast(nw.Float64).fill_nan(None).drop_nulls()
    return bool((~numbers.is_in((0.0, 1.0))).any())
