"""What the design linter counts of the persons, in two passes over the rows; nothing is refused here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from estimation.arrays import Ints
from estimation.design import ROW, Design, DesignError
from estimation.engines.checks import Persons, check_columns, open_frame, values
from estimation.units import plain

EXTREME_WEIGHT = 5.0
EVERYWHERE = "__everywhere"


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Counts of the persons.

    Attributes
    ----------
    design : Design
    indicators, texts : tuple of str
        Columns of numbers asked for, and those that hold text.
    by : tuple of str
    absent : tuple of str
        Columns of replicate weights that the persons do not have.
    whole : Series
        Over all rows: rows, persons (positive, finite weight), weight, square (sum of w and w²), low, middle,
        high (of the positive weights), ones, null, negative, infinite, zero; after calibration unfit, lost,
        g_low, g_high; rows without a value as ``null:<column>``.
    cells : DataFrame, shape (c, ...)
        One row a unit and domain: keys, ``__rows``, ``__persons``, ``__weight``, ``__square``, ``__extreme``
        and, for each indicator, ``count:``, ``weight:``, ``square:``, ``events:``, ``odd:``.
        Rows whose stratum or PSU is missing are not in it.
    unit, stratum : ndarray of int, shape (c,)
        Row of `psus` and number of the stratum of each cell.
    psus : DataFrame, shape (number of PSUs, ...)
        Indexed by strata and PSU: ``__stratum`` (its number), registered, rows, persons, weight, units (PSUs
        that the row stands for: 1, or its rows where every person is a PSU), held (those of them with a
        person that counts); with fpc, low and high of its first column.
    """

    design: Design
    indicators: tuple[str, ...]
    texts: tuple[str, ...]
    by: tuple[str, ...]
    absent: tuple[str, ...]
    whole: pd.Series
    cells: pd.DataFrame
    unit: Ints
    stratum: Ints
    psus: pd.DataFrame


def tally(
    persons: IntoFrame, design: Design, *, indicators: Sequence[str] = (), by: Sequence[str] = ()
) -> Tally:
    """Count the persons of every unit and domain.

    Parameters
    ----------
    persons : pandas or Polars frame, DuckDB relation or PySpark frame
    design : Design
    indicators, by : sequence of str

    Returns
    -------
    Tally

    Raises
    ------
    DesignError
        A column that is not there, or text where a weight or a population size is expected.
    """
    frame = open_frame(persons)
    optional = design.replicate_columns
    needed = [column for column in design.columns if column not in optional]
    check_columns(frame, (*needed, *by, *indicators))
    texts = _texts(frame, design, indicators)
    numbers = tuple(name for name in indicators if name not in texts)
    there = frame.collect_schema().names()
    absent = tuple(column for column in optional if column not in there)
    whole = _whole(frame, design, by=by)
    cells = _cells(frame, design, indicators=numbers, by=by, middle=float(whole["middle"]))
    keys = list(unit_columns(design)[0])
    cells = cells[cells[keys].notna().all(axis=1)].reset_index(drop=True) if keys else cells
    psus, unit = _psus(cells, design)
    stratum = psus["__stratum"].to_numpy(np.intp)[unit]
    return Tally(design, numbers, texts, tuple(by), absent, whole, cells, unit, stratum, psus)


def strata_columns(design: Design) -> tuple[str, ...]:
    """Columns that make a stratum; () without strata, or where only replicates tell of the units."""
    return design.strata_columns if design.psu_columns else ()


def unit_columns(design: Design) -> tuple[tuple[str, ...], ...]:
    """Columns that identify a unit of each stage, outermost first; each includes those of its parent."""
    first = tuple(column for column in design.psu_columns if column != ROW)
    deeper = design.stage_columns[len(design.psu_columns) :]
    return tuple((*first, *deeper[:depth]) for depth in range(len(deeper) + 1))


def complete_columns(design: Design) -> tuple[str, ...]:
    """Columns in which every person needs a value, the weights apart."""
    columns = (
        *unit_columns(design)[-1],
        *design.population_sizes,
        *design.calibration_variables,
        *design.calibration_numbers,
    )
    return tuple(dict.fromkeys(columns))


def index_of(frame: pd.DataFrame, columns: Sequence[str]) -> pd.MultiIndex:
    """Build identifiers as tuples, one a row; categories become their values."""
    if not columns:
        return pd.MultiIndex.from_arrays([[0] * len(frame)], names=[EVERYWHERE])
    return pd.MultiIndex.from_arrays([plain(frame[column]) for column in columns], names=list(columns))


def mixed(values: pd.Series) -> bool:
    """Whether a column holds numbers and texts side by side."""
    if values.dtype != object:
        return False
    return values.dropna().map(lambda value: isinstance(value, str)).nunique() > 1


def in_order(index: pd.MultiIndex) -> pd.MultiIndex:
    """Sort identifiers, or leave them as they come where a column mixes numbers and texts."""
    try:
        return index.sort_values()
    except TypeError:
        return index


def _texts(frame: Persons, design: Design, indicators: Sequence[str]) -> tuple[str, ...]:
    """List the indicators that hold text; refuse a weight or a population size that does."""
    schema = frame.collect_schema()
    initial = (design.calibration.initial_weight,) if design.calibration else ()
    for column in (design.weight, *initial, *design.population_sizes, *design.calibration_numbers):
        if not _is_number(schema[column]):
            raise DesignError(
                f"{column!r} holds {schema[column]}, numbers are expected; turn texts into numbers"
            )
    return tuple(name for name in indicators if not _is_number(schema[name]))


def _is_number(kind: nw.dtypes.DType) -> bool:
    return bool(kind.is_numeric()) or kind in {nw.Boolean(), nw.Object()}


def _counts(weight: nw.Expr) -> nw.Expr:
    """Weights that count, positive and finite; null for the others."""
    return nw.when((weight > 0) & (weight < float("inf"))).then(weight)


def _whole(frame: Persons, design: Design, *, by: Sequence[str]) -> pd.Series:
    """Sum over all rows: the first pass."""
    weight = values(design.weight)
    schema = frame.collect_schema()
    known = dict.fromkeys((*complete_columns(design), *by))
    sums = {
        "rows": nw.len(),
        **{f"null:{column}": _how_many(_null(column, schema)) for column in known},
        "null": _how_many(weight.is_null()),
        "negative": _how_many(weight < 0),
        "infinite": _how_many(weight == float("inf")),
        "zero": _how_many(weight == 0),
        "ones": _how_many(weight == 1),
    }
    fit = nw.col("__fit")
    on_fit = {
        "persons": fit.count(),
        "weight": fit.sum(),
        "square": (fit * fit).sum(),
        "low": fit.min(),
        "middle": fit.median(),
        "high": fit.max(),
    }
    lazy = frame.lazy().with_columns(__fit=_counts(weight))
    if design.calibration is not None:
        initial = values(design.calibration.initial_weight)
        g = nw.when(initial > 0).then(fit / initial)
        sums["unfit"] = _how_many(
            initial.is_null() | ((initial < 0) | (initial == float("inf"))).fill_null(value=False)
        )
        sums["lost"] = _how_many((initial == 0) & (weight > 0))
        on_fit |= {"g_low": g.min(), "g_high": g.max()}
    row = lazy.select(**sums, **on_fit).collect().row(0)
    numbers = [float("nan") if value is None else float(value) for value in row]
    return pd.Series(numbers, index=[*sums, *on_fit], dtype=object)


def _how_many(flag: nw.Expr) -> nw.Expr:
    """Count rows; a comparison with a missing value is no hit."""
    return flag.fill_null(value=False).cast(nw.Int64).sum()


def _null(column: str, schema: nw.Schema) -> nw.Expr:
    return values(column).is_null() if schema[column].is_float() else nw.col(column).is_null()


def _cells(
    frame: Persons, design: Design, *, indicators: Sequence[str], by: Sequence[str], middle: float
) -> pd.DataFrame:
    """Count the rows of each unit and domain: the second pass, one GROUP BY."""
    weight = _counts(values(design.weight))
    fit = (~weight.is_null()).cast(nw.Float64)
    filled = weight.fill_null(0.0)
    sums = {
        "__rows": nw.lit(1.0),
        "__persons": fit,
        "__weight": filled,
        "__square": filled * filled,
        "__extreme": (filled > EXTREME_WEIGHT * middle).cast(nw.Float64),
    }
    for name in indicators:
        y = values(name)
        present = (~y.is_null()).cast(nw.Float64) * fit
        sums |= {
            f"count:{name}": present,
            f"weight:{name}": filled * present,
            f"square:{name}": filled * filled * present,
            f"events:{name}": filled * y.fill_null(0.0),
            f"odd:{name}": (~y.fill_null(0.0).is_in((0.0, 1.0))).cast(nw.Float64),
        }
    sizes = {f"size:{column}": values(column) for column in design.population_sizes}
    keys = list(dict.fromkeys((*unit_columns(design)[-1], *by)))
    table = frame.lazy().select(*keys, **sums, **sizes)
    if not keys:
        keys, table = [EVERYWHERE], table.with_columns(nw.lit(0).alias(EVERYWHERE))
    bounds = [
        bound
        for size in sizes
        for bound in (nw.col(size).min().alias(f"low:{size}"), nw.col(size).max().alias(f"high:{size}"))
    ]
    return table.group_by(*keys).agg(nw.col(*sums).sum(), *bounds).collect().to_pandas()


def _psus(cells: pd.DataFrame, design: Design) -> tuple[pd.DataFrame, Ints]:
    """List every PSU of the register and of the cells, and say in which one each cell lies."""
    names = unit_columns(design)[0]
    pairs = index_of(cells, names)
    seen = pairs.unique()
    known = seen if design.register is None else index_of(design.register, names).unique()
    known, strangers = in_order(known), in_order(seen[~seen.isin(known)])
    psus = known.append(strangers) if len(strangers) else known
    unit = np.asarray(psus.get_indexer(pairs), dtype=np.intp)
    table = pd.DataFrame(index=psus)
    table["__stratum"] = index_of(psus.to_frame(index=False), strata_columns(design)).factorize()[0]
    table["registered"] = ~psus.isin(strangers)
    for column in ("rows", "persons", "weight"):
        sums = np.bincount(unit, cells[f"__{column}"].to_numpy(float), minlength=len(table))
        table[column] = sums if column == "weight" else sums.astype(int)
    every_person = ROW in design.psu_columns
    table["units"] = table["rows"] if every_person else 1
    table["held"] = table["persons"] if every_person else (table["persons"] > 0).astype(int)
    if design.population_sizes:
        told = _told(cells, design, unit, psus).groupby("unit").agg({"low": "min", "high": "max"})
        table[["low", "high"]] = told.reindex(np.arange(len(table))).to_numpy()
    return table, unit


def _told(cells: pd.DataFrame, design: Design, unit: Ints, psus: pd.MultiIndex) -> pd.DataFrame:
    """List what the persons and the register say of the fpc of the first stage: unit, low, high."""
    size, register = design.population_sizes[0], design.register
    told = pd.DataFrame({"unit": unit, "low": cells[f"low:size:{size}"], "high": cells[f"high:size:{size}"]})
    if register is None or size not in register.columns:
        return told
    registered = psus.get_indexer(index_of(register, unit_columns(design)[0]))
    listed = register[size].to_numpy(float)
    return pd.concat([told, pd.DataFrame({"unit": registered, "low": listed, "high": listed})])
