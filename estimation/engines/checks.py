"""Checks of the persons before any number is made: what breaks an estimate is refused with its rows named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias

import narwhals as nw
from narwhals.typing import IntoFrame

from estimation.design import ROW, Design, DesignError

Persons: TypeAlias = nw.DataFrame[Any] | nw.LazyFrame[Any]
ROWS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Check:
    """A condition that no row may meet in some columns, and what to say of a column in which one does.

    Attributes
    ----------
    columns : tuple of str
        Columns looked at.
    breaks : expression with one output for each column, true where the row breaks the rule
    sentence : str
        Follows the name of the column.
    """

    columns: tuple[str, ...]
    breaks: nw.Expr
    sentence: str


def open_frame(persons: IntoFrame) -> Persons:
    """Wrap a pandas or Polars frame or a DuckDB relation, untouched.

    Raises
    ------
    DesignError
        For anything that is not a table.
    """
    try:
        return nw.from_native(persons)
    except TypeError:
        raise DesignError(
            f"persons is a {type(persons).__name__}; give a pandas or Polars frame, a DuckDB relation or a "
            "PySpark frame"
        ) from None


def values(*columns: str) -> nw.Expr:
    """Read columns as floats, null where there is no value, whatever type their engine gave them."""
    return nw.col(*columns).cast(nw.Float64).fill_nan(None)


def check_columns(frame: Persons, columns: Sequence[str]) -> None:
    """Refuse columns that the persons do not have, with the nearest names they do have."""
    there = frame.columns if isinstance(frame, nw.DataFrame) else frame.collect_schema().names()
    for column in columns:
        if column not in there:
            near = get_close_matches(column, there, n=3) or there[:20]
            raise DesignError(f"the persons have no column {column!r}; near names: {near}")


def check_persons(frame: Persons, design: Design, *, answers: Sequence[str], where: str | None) -> None:
    """Refuse persons that the design cannot carry, naming the first rows.

    Parameters
    ----------
    frame : narwhals frame
        One row a person.
    design : Design
        Says which columns must be complete.
    answers : sequence of str
        Columns that may hold only 0, 1 and missing.
    where : str, optional
        Column of 0 and 1 that marks a subpopulation.

    Raises
    ------
    DesignError
        What breaks, in which rows, and what is expected.
    """
    _apply(frame, design, (*_weight_checks(design), *_completeness_checks(frame, design)))
    binary = (*(() if where is None else (where,)), *answers)
    if binary:
        check_zero_or_one(frame, design, binary)


def check_zero_or_one(frame: Persons, design: Design, columns: Sequence[str]) -> None:
    """Refuse columns that hold anything but 1, 0 and missing, naming the first rows."""
    other = ~values(*columns).fill_null(0.0).is_in((0.0, 1.0))
    _apply(frame, design, (Check(tuple(columns), other, "may hold only 1, 0 and missing"),))


def _apply(frame: Persons, design: Design, checks: Sequence[Check]) -> None:
    """Count the rows that break each check in one pass; refuse the first check that has any."""
    counted = [check.breaks.cast(nw.Int64).sum().name.suffix(f":{i}") for i, check in enumerate(checks)]
    counts = frame.lazy().select(*counted).collect().row(0)
    looked_at = [(check, column) for check in checks for column in check.columns]
    for (check, column), count in zip(looked_at, counts, strict=True):
        if count:
            rows = _first_rows(frame, check, column, design)
            raise DesignError(f"{column!r} {check.sentence}: {int(count)} rows, first {rows}")


def _completeness_checks(frame: Persons, design: Design) -> Iterator[Check]:
    """Every person has a stratum, a PSU and whatever else the design reads, weights apart."""
    schema = frame.collect_schema()
    known = tuple(
        dict.fromkeys(
            (
                *(column for column in design.stage_columns if column != ROW),
                *design.population_sizes,
                *design.calibration_variables,
                *design.calibration_numbers,
            )
        )
    )
    floats = tuple(column for column in known if schema[column].is_float())
    others = tuple(column for column in known if column not in floats)
    sentence = "is part of the design and has no value"
    if floats:
        yield Check(floats, values(*floats).is_null(), sentence)
    if others:
        yield Check(others, nw.col(*others).is_null(), sentence)


def _weight_checks(design: Design) -> Iterator[Check]:
    """Weights are zero or positive; the weight before calibration is positive where the final one is."""
    weight = values(design.weight)
    yield Check((design.weight,), _unfit(weight), "is a weight and may not be negative, missing or infinite")
    if design.calibration is not None:
        initial = values(design.calibration.initial_weight)
        lost = ((initial == 0) & (weight > 0)).fill_null(value=False)
        sentence = "is the weight before calibration and must be positive wherever the final weight is"
        yield Check((design.calibration.initial_weight,), _unfit(initial) | lost, sentence)


def _unfit(weight: nw.Expr) -> nw.Expr:
    """Rows whose weight is missing, negative or infinite."""
    return weight.is_null() | ((weight < 0) | (weight == float("inf"))).fill_null(value=False)


def check_types(frame: Persons, design: Design, numbers: Sequence[str]) -> None:
    """Refuse text where numbers are summed; a column without any value has no type and is let through.

    Parameters
    ----------
    frame : narwhals frame
    design : Design
        Names the weights, population sizes and calibration numbers.
    numbers : sequence of str
        Columns that are summed besides.

    Raises
    ------
    DesignError
        The column and what it holds.
    """
    schema = frame.collect_schema()
    initial = (design.calibration.initial_weight,) if design.calibration else ()
    summed = (design.weight, *initial, *design.population_sizes, *design.calibration_numbers, *numbers)
    for column in dict.fromkeys(summed):
        kind = schema[column]
        if not (kind.is_numeric() or kind in {nw.Boolean(), nw.Object()} or _is_empty(frame, column)):
            raise DesignError(
                f"{column!r} holds {kind}, numbers are expected; turn texts into numbers before estimating"
            )


def _is_empty(frame: Persons, column: str) -> bool:
    """Whether a column has no value at all."""
    return bool(frame.lazy().select(nw.col(column).is_null().all()).collect().item())


def _first_rows(frame: Persons, check: Check, column: str, design: Design) -> str:
    """Name the first rows that break a check, by position where the engine keeps an order."""
    shown = [name for name in dict.fromkeys((*design.stage_columns, column)) if name != ROW]
    if isinstance(frame, nw.DataFrame) and "row" not in frame.columns:
        frame, shown = frame.with_row_index("row"), ["row", *shown]
    flagged = frame.lazy().with_columns(check.breaks.name.suffix(":breaks"))
    rows = (
        flagged.filter(nw.col(f"{column}:breaks")).select(shown).head(ROWS_SHOWN).collect().rows(named=True)
    )
    return "; ".join(", ".join(f"{name} {value}" for name, value in row.items()) for row in rows)
