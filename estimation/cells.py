"""Rows become cells: one GROUP BY over sampled units and domains, on the engine that holds the persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from estimation.arrays import Floats, Ints
from estimation.design import ROW, Design
from estimation.domains import Domains, number_domains
from estimation.engines.array_sums import sum_arrays
from estimation.engines.checks import Persons, check_columns, check_persons, check_types, open_frame
from estimation.engines.measures import INITIAL, Quantity, Sought, Table
from estimation.engines.query_sums import sum_by_query
from estimation.units import Bounds, number_units
from estimation.variance import Units


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Weighted sums in each cell under one set of weights.

    Attributes
    ----------
    weight : ndarray, shape (c,)
        Sum of w over all persons of the cell.
    numerator, denominator : ndarray, shape (c, k)
        Sums of w y and of w x (x = 1 without a denominator) over those with a value.
    """

    weight: Floats
    numerator: Floats
    denominator: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Auxiliary:
    """Weighted sums of q calibration numbers in each cell, for the regression of M10.

    Attributes
    ----------
    final, initial : ndarray, shape (c, q)
        Sums of w x under the final weight, and under the weight before calibration.
    cross : ndarray, shape (c, q, q)
        Sums of w0 x x'.
    numerator, denominator : ndarray, shape (c, q, k)
        Sums of w0 x times the numerator and times the denominator of each quantity.
    """

    final: Floats
    initial: Floats
    cross: Floats
    numerator: Floats
    denominator: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """All that estimation needs of the persons: c cells, k quantities, D domains.

    Attributes
    ----------
    units : Units
        Every sampled unit.
    unit, domain, category : ndarray of int, shape (c,)
        Innermost unit, domain (-1 = none) and calibration category of each cell.
    count, square : ndarray, shape (c, k)
        Persons with a value and a positive weight; sum of w y² over them.
    final, initial : Sums
        Sums under the final weight, and under the weight before calibration if there was one.
    auxiliary : Auxiliary or None
        Sums of calibration numbers, if there were any.
    domains : DataFrame, shape (D, number of by-columns)
        What distinguishes each domain.
    categories : DataFrame, shape (C, number of calibration variables)
        Crossed calibration categories that occur.
    """

    units: Units
    unit: Ints
    domain: Ints
    category: Ints
    count: Floats
    square: Floats
    final: Sums
    initial: Sums | None
    auxiliary: Auxiliary | None
    domains: pd.DataFrame
    categories: pd.DataFrame


def gather(
    persons: IntoFrame,
    quantities: Sequence[Quantity],
    *,
    design: Design,
    domains: Domains,
    binary: bool = False,
) -> Cells:
    """Check the persons, group them once, and number units and domains.

    Parameters
    ----------
    persons : DataFrame, LazyFrame or relation
        One row a person, every usable interview; pandas, Polars, DuckDB, PySpark.
    quantities : sequence of Quantity, length k
    design : Design
    domains : Domains
        For whom estimates are asked; a missing value of a by-column is in no domain.
    binary : bool
        Whether the quantities may hold only 0 and 1.

    Returns
    -------
    Cells
    """
    frame = _with_rows(open_frame(persons), design)
    keys = (*design.stage_columns, *domains.columns, *design.calibration_variables)
    sought = Sought(quantities, design, tuple(dict.fromkeys(keys)), binary)
    numbers = sought.answers
    check_columns(frame, (*design.columns, *domains.columns, *numbers))
    check_types(frame, design, (*numbers, *(() if domains.where is None else (domains.where,))))
    table = sum_cells(frame, sought)
    if _doubtful(table, sought, domains.where):
        check_persons(frame, design, answers=numbers if binary else (), where=domains.where)
    units, unit = number_units(table.labels, _sizes(table, design), design)
    labels, domain = number_domains(table.labels, table.sum_of("weight"), domains)
    categories, category = _number_categories(table.labels, design.calibration_variables)
    k = len(quantities)
    final = _sums(table, "", k)
    return Cells(
        units=units,
        unit=unit,
        domain=domain,
        category=category,
        count=table.sums("count", k) * table.positive[:, None],
        square=final.numerator if binary else table.sums("square", k),
        final=final,
        initial=_sums(table, INITIAL, k) if design.calibration else None,
        auxiliary=_auxiliary(table, len(design.calibration_numbers), k),
        domains=labels,
        categories=categories,
    )


def sum_cells(frame: Persons, sought: Sought) -> Table:
    """Sum the products of the answers within each cell, in one pass over the rows, two where a weight is 0.

    An engine that plans its work (Polars, DuckDB, Spark) gets expressions; columns that lie in Python's
    memory (pandas, Arrow) are added up by NumPy, several times faster there than a GROUP BY.

    Parameters
    ----------
    frame : narwhals frame
        One row a person.
    sought : Sought

    Returns
    -------
    Table
        A cell is split into persons of positive weight and the others. Its sums are ``count_i``, persons with
        a value in quantity i; ``weight``, ``numerator_i``, ``denominator_i``, and the same under ``initial_``
        after calibration; unless the quantities are binary ``square_i``, w y²; lowest and highest population
        sizes ``size_0_low``, ``size_0_high`` and so on; sums of calibration numbers.
    """
    if isinstance(frame, nw.DataFrame) and not frame.implementation.is_polars():
        return sum_arrays(frame.select(*sought.columns), sought)
    return sum_by_query(frame, sought)


def _with_rows(frame: Persons, design: Design) -> Persons:
    """Give each row a number where rows are the units; an engine without order hands its rows over."""
    if ROW not in design.psu_columns:
        return frame
    held = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    return held.with_row_index(ROW)


def _doubtful(table: Table, sought: Sought, where: str | None) -> bool:
    """Whether the cells show that some row is unfit; only then the rows are read again, to name it.

    A missing key or weight makes a cell of its own; negative weights make a negative sum.
    """
    labels, positive = table.labels, table.positive == 1
    low = table.sums_of(sought.lows)
    weights = table.sums_of(f"{prefix}weight" for prefix in sought.weights)
    auxiliaries = table.sums("auxiliary", len(sought.design.calibration_numbers))
    complete = (*sought.design.stage_columns, *sought.design.calibration_variables)
    return bool(
        np.isnan(table.positive).any()
        or any(_misses(labels[column]) for column in complete)
        or not np.isfinite(weights).all()
        or (weights[~positive] < 0).any()
        or (low < 0).any()
        or (len(sought.weights) > 1 and (low[positive, 0] == 0).any())
        or not np.isfinite(auxiliaries).all()
        or (where is not None and not labels[where].dropna().isin((0, 1)).all())
        or table.odd
    )


def _misses(values: pd.Series) -> bool:
    """Whether a value is missing; NumPy's whole numbers have none."""
    return values.dtype.kind not in "iu" and values.hasnans


def _sizes(table: Table, design: Design) -> tuple[Bounds, ...]:
    """Lowest and highest population size that the persons of each cell tell, by stage."""
    stages = range(len(design.population_sizes))
    return tuple((table.sum_of(f"size_{i}_low"), table.sum_of(f"size_{i}_high")) for i in stages)


def _sums(table: Table, prefix: str, k: int) -> Sums:
    return Sums(
        weight=table.sum_of(f"{prefix}weight"),
        numerator=table.sums(f"{prefix}numerator", k),
        denominator=table.sums(f"{prefix}denominator", k),
    )


def _auxiliary(table: Table, q: int, k: int) -> Auxiliary | None:
    """Read the sums of calibration numbers, if there are any."""
    if q == 0:
        return None
    numbers = range(q)
    return Auxiliary(
        final=table.sums("auxiliary", q),
        initial=table.sums(f"{INITIAL}auxiliary", q),
        cross=np.stack([table.sums(f"cross_{j}", q) for j in numbers], axis=1),
        numerator=np.stack([table.sums(f"numerator_by_{j}", k) for j in numbers], axis=1),
        denominator=np.stack([table.sums(f"denominator_by_{j}", k) for j in numbers], axis=1),
    )


def _number_categories(labels: pd.DataFrame, variables: Sequence[str]) -> tuple[pd.DataFrame, Ints]:
    """List the crossed calibration categories that occur, and say in which one each cell lies."""
    if not variables:
        return pd.DataFrame(index=range(1)), np.zeros(len(labels), np.intp)
    codes, categories = pd.factorize(pd.MultiIndex.from_frame(labels[list(variables)]))
    return pd.DataFrame(list(categories), columns=list(variables)), codes
