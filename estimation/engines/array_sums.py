"""Cells of persons that lie in Python's memory (pandas, Arrow): NumPy sums one product after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from estimation.arrays import Flags, Floats, Ints, cross
from estimation.design import DesignError
from estimation.engines.measures import (
    POSITIVE,
    Quantity,
    Sought,
    Table,
    person_products,
    products,
    respondent_products,
)


def sum_arrays(frame: nw.DataFrame[Any], sought: Sought) -> Table:
    """Sum one product after the other over cells that are numbered once.

    Parameters
    ----------
    frame : narwhals DataFrame
        One row a person, in pandas or Arrow.
    sought : Sought

    Returns
    -------
    Table
        As :func:`estimation.cells.sum_cells` says.
    """
    with np.errstate(invalid="ignore"):  # 0 times an infinite weight: found by its sum, named afterwards
        return _sum_arrays(Rows.of(frame, sought), sought)


def _sum_arrays(rows: Rows, sought: Sought) -> Table:
    """Sum what is asked of every quantity, then the bounds."""
    each = person_products(rows.weights, rows.auxiliaries)
    sums = {name: rows.add(term) for name, term in each.items()}
    below = respondent_products(rows.weights, rows.auxiliaries)
    whole = {name: rows.add(term) for name, term in below.items()}
    whole["count"] = rows.add(np.ones(len(rows.cell)))
    for i, quantity in enumerate(sought.quantities):
        found = _quantity_sums(rows, quantity, sought, whole)
        sums |= {f"{name}_{i}": total for name, total in found.items()}
    for name, column in sought.lows.items():
        sums[name] = rows.extreme(_filled(rows.array(column), -np.inf), "min")
    for name, column in sought.highs.items():
        sums[name] = rows.extreme(rows.array(column), "max")
    labels, positive = rows.cells.drop(columns=POSITIVE), rows.cells[POSITIVE].to_numpy(float)
    odd = sought.binary and _any_odd(rows, sought)
    places = {name: place for place, name in enumerate(sums)}
    return Table(labels, positive, odd, places, np.column_stack(list(sums.values())))


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The persons as arrays of n rows, and the cell in which each one lies.

    Attributes
    ----------
    frame : narwhals DataFrame
    kinds : mapping of str to DType
        Type of every column.
    cells : DataFrame, one row a cell
        Keys, and whether the weight is positive.
    cell : ndarray of int, shape (n,)
    weights : dict of str to ndarray, shape (n,)
        By the prefix of their sums.
    auxiliaries : list of ndarray, shape (n,)
        Calibration numbers.
    """

    frame: nw.DataFrame[Any]
    kinds: Mapping[str, nw.dtypes.DType]
    cells: pd.DataFrame
    cell: Ints
    weights: dict[str, Floats]
    auxiliaries: list[Floats]

    @classmethod
    def of(cls, frame: nw.DataFrame[Any], sought: Sought) -> Rows:
        """Read the weights and number the cells."""
        kinds = frame.schema
        weights = {
            prefix: _array(frame, column, kinds[column]).astype(float)
            for prefix, column in sought.weights.items()
        }
        auxiliaries = [
            _filled(_array(frame, name, kinds[name]), np.inf) for name in sought.design.calibration_numbers
        ]
        labels = frame.select(*sought.keys).to_pandas().reset_index(drop=True)
        cells, cell = _number_cells(labels.assign(**{POSITIVE: weights[""] > 0}))
        return cls(frame, kinds, cells, cell, weights, auxiliaries)

    def array(self, column: str) -> Floats:
        """Read a column as numbers."""
        return _array(self.frame, column, self.kinds[column])

    def add(self, term: Floats) -> Floats:
        """Sum over the rows of each cell."""
        return np.bincount(self.cell, term, minlength=len(self.cells)).astype(float)

    def extreme(self, values: Floats, which: str) -> Floats:
        """Lowest ("min") or highest ("max") value in each cell."""
        return pd.Series(values).groupby(self.cell).agg(which).to_numpy(float)


def _quantity_sums(
    rows: Rows, quantity: Quantity, sought: Sought, whole: dict[str, Floats]
) -> dict[str, Floats]:
    """Sum the products of one quantity; `whole` holds what is below the line where none misses."""
    y, x, present = _arrays(rows, quantity)
    terms = products(y, x, weights=rows.weights, auxiliaries=rows.auxiliaries, binary=sought.binary)
    sums = {name: rows.add(term) for name, term in terms}
    if present is None:
        return whole | sums
    if x is None:
        below = respondent_products(rows.weights, rows.auxiliaries)
        sums |= {name: rows.add(term * present) for name, term in below.items()}
    return sums | {"count": rows.add(present)}


def _number_cells(labels: pd.DataFrame) -> tuple[pd.DataFrame, Ints]:
    """List the different rows, and say which one each row is."""
    numbered = (pd.factorize(labels[column], use_na_sentinel=False) for column in labels)
    cell = pd.factorize(cross(((codes, len(values)) for codes, values in numbered), len(labels)))[0]
    first = np.empty(cell.max(initial=-1) + 1, np.intp)
    first[cell[::-1]] = np.arange(len(cell))[::-1]
    return labels.iloc[first].reset_index(drop=True), cell


def _array(frame: nw.DataFrame[Any], column: str, kind: nw.dtypes.DType) -> Floats:
    """Read a column as numbers, NaN where there is no value; whole numbers stay what they are."""
    if kind.is_integer() and not frame[column].null_count():
        return np.asarray(frame[column].to_numpy())
    try:
        read = frame[column].cast(nw.Float64).to_pandas()
    except ValueError as error:
        raise DesignError(
            f"{column!r} mixes numbers with something else ({error}); turn texts into numbers first"
        ) from None
    return np.asarray(read.to_numpy(float, na_value=np.nan))


def _arrays(rows: Rows, quantity: Quantity) -> tuple[Floats, Floats | None, Floats | None]:
    """Numerator, denominator and presence of one quantity, 0 for a person without a value; None = all 1."""
    y = np.ones(len(rows.cell)) if quantity.numerator is None else rows.array(quantity.numerator)
    x = None if quantity.denominator is None else rows.array(quantity.denominator)
    outside: Flags = np.isnan(y) if x is None else np.isnan(y) | np.isnan(x)
    if not outside.any():
        return y, x, None
    present: Floats = (~outside).astype(float)
    return np.where(outside, 0.0, y), None if x is None else np.where(outside, 0.0, x), present


def _any_odd(rows: Rows, sought: Sought) -> bool:
    """Whether any value is neither 0 nor 1 nor missing."""
    read = (rows.array(name) for name in sought.answers)
    return any(bool(((y != 0) & (y != 1) & ~np.isnan(y)).any()) for y in read)


def _filled(values: Floats, missing: float) -> Floats:
    """Put a number that gives itself away in the place of missing values."""
    return np.where(np.isnan(values), missing, values)
