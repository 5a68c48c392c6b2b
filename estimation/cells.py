"""Rows become cells: one GROUP BY over sampled units and domains, on the engine that holds the persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from estimation.arrays import Floats, Ints
from estimation.checks import check_columns, check_persons, check_zero_or_one, open_frame
from estimation.design import Design
from estimation.domains import Domains, number_domains
from estimation.measures import INITIAL, Quantity, measure
from estimation.units import number_units
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
        One row a person, every usable interview; pandas, Polars, DuckDB.
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
    frame = open_frame(persons)
    numbers = tuple(dict.fromkeys(column for quantity in quantities for column in quantity.columns))
    check_columns(frame, (*design.columns, *domains.columns, *numbers))
    check_persons(frame, design, numbers=numbers, where=domains.where)
    keys = tuple(dict.fromkeys((*design.stage_columns, *domains.columns, *design.calibration_variables)))
    table = _group(measure(frame, quantities, design, keys=keys, binary=binary), keys)
    units, unit = number_units(table, design)
    labels, domain = number_domains(table, domains)
    categories, category = _number_categories(table, design.calibration_variables)
    k = len(quantities)
    if binary and _columns(table, "odd", k).any():
        check_zero_or_one(frame, design, numbers)
    final = _sums(table, "", k)
    return Cells(
        units=units,
        unit=unit,
        domain=domain,
        category=category,
        count=_columns(table, "count", k),
        square=final.numerator if binary else _columns(table, "square", k),
        final=final,
        initial=_sums(table, INITIAL, k) if design.calibration else None,
        domains=labels,
        categories=categories,
    )


def _group(measured: nw.LazyFrame[Any], keys: Sequence[str]) -> pd.DataFrame:
    """Sum the measures within each combination of the keys; the one pass over the rows."""
    names = [name for name in measured.collect_schema().names() if name not in keys]
    sizes = [name for name in names if name.startswith("__size_")]
    bounds = [
        bound
        for name in sizes
        for bound in (nw.col(name).min().alias(f"{name}_low"), nw.col(name).max().alias(f"{name}_high"))
    ]
    sums = nw.col(*(name for name in names if name not in sizes)).sum()
    return measured.group_by(*keys).agg(sums, *bounds).collect().to_pandas()


def _columns(table: pd.DataFrame, name: str, k: int) -> Floats:
    return table[[f"__{name}_{i}" for i in range(k)]].to_numpy(float)


def _sums(table: pd.DataFrame, prefix: str, k: int) -> Sums:
    return Sums(
        weight=table[f"__{prefix}weight"].to_numpy(float),
        numerator=_columns(table, f"{prefix}numerator", k),
        denominator=_columns(table, f"{prefix}denominator", k),
    )


def _number_categories(table: pd.DataFrame, variables: Sequence[str]) -> tuple[pd.DataFrame, Ints]:
    """List the crossed calibration categories that occur, and say in which one each cell lies."""
    if not variables:
        return pd.DataFrame(index=range(1)), np.zeros(len(table), np.intp)
    codes, categories = pd.factorize(pd.MultiIndex.from_frame(table[list(variables)]))
    return pd.DataFrame(list(categories), columns=list(variables)), codes
