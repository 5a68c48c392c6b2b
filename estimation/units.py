"""The sampled units: every PSU and unit of a later stage, its parent, and the share drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from estimation.arrays import Floats, Ints, cross
from estimation.design import Design, DesignError
from estimation.variance import Stage, Units

Bounds = tuple[Floats, Floats]

WHOLE = "the whole sample"


def number_units(labels: pd.DataFrame, sizes: Sequence[Bounds], design: Design) -> tuple[Units, Ints]:
    """List the sampled units and say in which one each cell lies.

    Parameters
    ----------
    labels : DataFrame, shape (c, ...)
        Cells with the columns of the design's stages.
    sizes : sequence of Bounds
        Lowest and highest value of each of the design's fpc columns, shape (c,).
    design : Design

    Returns
    -------
    units : Units
        One stage, or as many as `fpc` names; PSUs of the register that have no cell are there too.
    unit : ndarray of int, shape (c,)
        Innermost unit of each cell.

    Raises
    ------
    DesignError
        A PSU that is not in the register; a population size that varies in its parent or is below the
        sample; an inclusion probability outside (0, 1].
    """
    psus, unit = _number_psus(labels, design)
    strata, stratum = _strata(psus, design.strata_columns)
    names = _names(strata, design.strata_columns)
    told = _told(_bounds(unit, sizes, design, 0), design, psus)
    stages = [_stage(stratum, names, told, design=design)]
    identities, columns = psus, design.psu_columns
    for depth in range(1, len(design.population_sizes)):
        names = _names(identities, columns)
        columns = design.stage_columns[: len(design.psu_columns) + depth]
        identities, inner = _in_order(labels, columns)
        parent = unit[np.unique(inner, return_index=True)[1]]
        unit = inner
        stages.append(_stage(parent, names, _bounds(unit, sizes, design, depth), design=design))
    return Units(tuple(stages), design.lonely, design.lonely_domain, psus), unit


def _number_psus(labels: pd.DataFrame, design: Design) -> tuple[pd.DataFrame, Ints]:
    """List every sampled PSU in order, with what the register says of it, and find that of each cell."""
    columns = list(design.psu_columns)
    if design.register is None or not columns:
        return _in_order(labels, columns)
    listed, _ = _in_order(design.register, columns)
    there = _index(labels, columns)
    unit = np.asarray(pd.MultiIndex.from_frame(listed).get_indexer(there), dtype=np.intp)
    _refuse_strangers(there[unit < 0], columns)
    return listed, unit


def _strata(psus: pd.DataFrame, columns: Sequence[str]) -> tuple[pd.DataFrame, Ints]:
    """List the strata of PSUs that stand in their order, and say in which one each PSU lies."""
    begins = np.arange(len(psus)) == 0
    for column in columns:
        values = psus[column].array
        begins[1:] |= np.asarray(values[1:] != values[:-1], dtype=bool)
    return psus[begins], np.cumsum(begins) - 1


def _index(frame: pd.DataFrame, columns: Sequence[str]) -> pd.MultiIndex:
    """Build unit identifiers as tuples; categories become their values."""
    return pd.MultiIndex.from_arrays([plain(frame[column]) for column in columns], names=list(columns))


def _in_order(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[pd.DataFrame, Ints]:
    """List the crossed values that occur, sorted, and say which one each row has; no column: all are one."""
    if not columns:
        return pd.DataFrame(index=range(1)), np.zeros(len(frame), np.intp)
    known = {column: plain(frame[column]) for column in columns}
    crossed = cross(map(_ranks, known.values()), len(frame))
    _, first, number = np.unique(crossed, return_index=True, return_inverse=True)
    return pd.DataFrame({column: values.array[first] for column, values in known.items()}), number


def _ranks(values: pd.Series) -> tuple[Ints, int]:
    """Say which value each one is, in order; mixed types are refused, since 3 and '3' would be two units."""
    codes, found = pd.factorize(values)
    try:
        order = found.argsort()
    except TypeError:
        kinds = " and ".join(sorted({type(value).__name__ for value in found}))
        raise DesignError(
            f"{values.name!r} mixes {kinds}, so 3 and '3' would be two units; give the column "
            "one type, for example persons[column].astype('str')"
        ) from None
    rank = np.empty(len(found), np.intp)
    rank[order] = np.arange(len(found))
    return rank[codes], len(found)


def plain(values: pd.Series) -> pd.Series:
    """Give a categorical column the type of its categories."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.astype(values.cat.categories.dtype)
    return values


def _names(identities: pd.DataFrame, columns: Sequence[str]) -> tuple[str, ...]:
    """Name units for people: the own code first, then where it lies."""
    if not columns:
        return (WHOLE,)
    parts = [[f"{column} {value}" for value in identities[column]] for column in columns]
    if len(parts) == 1:
        return tuple(parts[0])
    return tuple(f"{own} ({', '.join(outer)})" for *outer, own in zip(*parts, strict=True))


def _refuse_strangers(strangers: pd.MultiIndex, columns: Sequence[str]) -> None:
    """Refuse PSUs that hold persons and are not in the register."""
    if len(strangers):
        shown = list(strangers.unique()[:5])
        raise DesignError(
            f"{strangers.nunique()} PSUs hold persons and are not in the register, first "
            f"({', '.join(columns)}) {shown}. Complete the register, or compare the types: 25245002 and "
            "'25245002' are not the same"
        )


def _told(bounds: pd.DataFrame | None, design: Design, psus: pd.DataFrame) -> pd.DataFrame | None:
    """Fpc values of the first stage, from the persons and, where it has the column, from the register."""
    if bounds is None or design.register is None or design.population_sizes[0] not in design.register.columns:
        return bounds
    columns = list(design.psu_columns)
    values = design.register[design.population_sizes[0]].to_numpy(float)
    registered = pd.MultiIndex.from_frame(psus).get_indexer(_index(design.register, columns))
    listed = pd.DataFrame({"unit": registered, "low": values, "high": values})
    return pd.concat([bounds, listed]).assign(column=design.population_sizes[0])


def _bounds(unit: Ints, sizes: Sequence[Bounds], design: Design, depth: int) -> pd.DataFrame | None:
    """Lowest and highest fpc value, unit and column for each cell; None without correction at this stage."""
    if depth >= len(design.population_sizes):
        return None
    low, high = sizes[depth]
    return pd.DataFrame({"low": low, "high": high, "unit": unit}).assign(
        column=design.population_sizes[depth]
    )


def _stage(parent: Ints, names: tuple[str, ...], bounds: pd.DataFrame | None, *, design: Design) -> Stage:
    """One stage with its sampling fractions, 0 without correction."""
    if bounds is None:
        return Stage(parent, np.zeros(len(parent)), names)
    fractions = _fractions if design.pps is None else _probabilities
    return Stage(parent, fractions(parent, names, bounds), names)


def _fractions(parent: Ints, names: tuple[str, ...], bounds: pd.DataFrame) -> Floats:
    """n_h/N_h of every unit's parent (M2); 0 where nobody tells N_h."""
    within = bounds.groupby(parent[bounds["unit"].to_numpy()]).agg({"low": "min", "high": "max"})
    drawn = np.bincount(parent, minlength=len(names))[within.index]
    column = bounds["column"].iloc[0]
    _refuse_varying(within, names, f"{column!r} must be one number in each parent; it varies in")
    small = within.index[within["high"].to_numpy(float) < drawn]
    if len(small):
        raise DesignError(
            f"{column!r} counts the units of the population, yet it is below the number sampled in "
            f"{[names[i] for i in small[:5]]}; give N_h, not a sampling fraction (R: svydesign(fpc=~N_h))"
        )
    fraction: Floats = np.zeros(len(names))
    fraction[within.index] = drawn / within["high"].to_numpy(float)
    return fraction[parent]


def _probabilities(parent: Ints, names: tuple[str, ...], bounds: pd.DataFrame) -> Floats:
    """Inclusion probability of every unit, as Brewer's approximation needs it (M2)."""
    within = bounds.groupby("unit").agg({"low": "min", "high": "max"}).reindex(np.arange(len(parent)))
    of_unit = tuple(f"a unit of {names[i]}" for i in parent)
    column = bounds["column"].iloc[0]
    _refuse_varying(within, of_unit, f"{column!r} must be one probability in each unit; it varies in")
    share = within["high"].to_numpy(float)
    outside = np.flatnonzero(~((share > 0) & (share <= 1)))
    if len(outside):
        raise DesignError(
            f"{column!r} must hold an inclusion probability above 0 and at most 1 for every sampled unit; it "
            f"does not in {[of_unit[i] for i in outside[:5]]}. Units of the register without a person need "
            "the column in the register (R: svydesign(fpc=~pi, pps='brewer'))"
        )
    return share


def _refuse_varying(within: pd.DataFrame, names: tuple[str, ...], sentence: str) -> None:
    """Refuse an fpc column that is not one number where it should be."""
    varies = within.index[(within["low"] != within["high"]) & within["low"].notna()]
    if len(varies):
        raise DesignError(f"{sentence} {[names[i] for i in varies[:5]]} (R: svydesign(fpc=))")
