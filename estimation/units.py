"""The sampled units: every PSU and unit of a later stage, its parent, and the share drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from estimation.arrays import Floats, Ints
from estimation.design import Design, DesignError
from estimation.variance import Stage, Units

WHOLE = "the whole sample"


def number_units(table: pd.DataFrame, design: Design) -> tuple[Units, Ints]:
    """List the sampled units and say in which one each cell lies.

    Parameters
    ----------
    table : DataFrame, shape (c, ...)
        Cells with the columns of the design's stages and the bounds of its fpc columns.
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
    psus, unit = _number_psus(table, design)
    stratum, strata = _factorize(psus, design.strata_columns)
    names = _names(strata, design.strata_columns)
    told = _told(table, unit, design, psus)
    stages = [_stage(stratum, names, told, design=design)]
    identities, columns = psus, design.psu_columns
    for depth in range(1, len(design.population_sizes)):
        names = _names(identities[list(columns)].itertuples(index=False), columns)
        columns = design.stage_columns[: len(design.psu_columns) + depth]
        inner, _ = _factorize(table, columns)
        first_cells = np.unique(inner, return_index=True)[1]
        identities, parent = table.iloc[first_cells], unit[first_cells]
        unit = inner
        stages.append(_stage(parent, names, _bounds(table, unit, design, depth), design=design))
    return Units(tuple(stages), design.lonely, design.lonely_domain, psus), unit


def _number_psus(table: pd.DataFrame, design: Design) -> tuple[pd.DataFrame, Ints]:
    """List every sampled PSU in order, with what the register says of it, and find that of each cell."""
    columns = list(design.psu_columns)
    if not columns:
        return pd.DataFrame(index=range(1)), np.zeros(len(table), np.intp)
    there = _index(table, columns)
    listed = there if design.register is None else _index(design.register, columns)
    psus = _in_order(listed.unique())
    unit = np.asarray(psus.get_indexer(there), dtype=np.intp)
    _refuse_strangers(there[unit < 0], columns)
    return psus.to_frame(index=False), unit


def _index(frame: pd.DataFrame, columns: Sequence[str]) -> pd.MultiIndex:
    """Build unit identifiers as tuples; categories become their values."""
    return pd.MultiIndex.from_arrays([plain(frame[column]) for column in columns], names=list(columns))


def _in_order(units: pd.MultiIndex) -> pd.MultiIndex:
    """Sort units; codes that mix types are refused, since 3 and '3' would be two units."""
    try:
        return units.sort_values()
    except TypeError:
        for name, level in zip(units.names, units.levels, strict=True):
            kinds = sorted({type(value).__name__ for value in level})
            if len(kinds) > 1:
                raise DesignError(
                    f"{name!r} mixes {' and '.join(kinds)}, so 3 and '3' would be two units; give the column "
                    "one type, for example persons[column].astype('str')"
                ) from None
        raise


def _factorize(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[Ints, Iterable[tuple[object, ...]]]:
    """Give crossed values of some columns their number, in order; without columns everything is one."""
    if not columns:
        return np.zeros(len(frame), np.intp), [()]
    codes, values = pd.factorize(_index(frame, columns), sort=True)
    return np.asarray(codes, dtype=np.intp), values


def plain(values: pd.Series) -> pd.Series:
    """Give a categorical column the type of its categories."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.astype(values.cat.categories.dtype)
    return values


def _names(identities: Iterable[tuple[object, ...]], columns: Sequence[str]) -> tuple[str, ...]:
    """Name units for people: the own code first, then where it lies."""

    def name(values: tuple[object, ...]) -> str:
        parts = [f"{column} {value}" for column, value in zip(columns, values, strict=True)]
        outer = f" ({', '.join(parts[:-1])})" if parts[:-1] else ""
        return f"{parts[-1]}{outer}" if parts else WHOLE

    return tuple(name(tuple(values)) for values in identities)


def _refuse_strangers(strangers: pd.MultiIndex, columns: Sequence[str]) -> None:
    """Refuse PSUs that hold persons and are not in the register."""
    if len(strangers):
        shown = list(strangers.unique()[:5])
        raise DesignError(
            f"{strangers.nunique()} PSUs hold persons and are not in the register, first "
            f"({', '.join(columns)}) {shown}. Complete the register, or compare the types: 25245002 and "
            "'25245002' are not the same"
        )


def _told(table: pd.DataFrame, unit: Ints, design: Design, psus: pd.DataFrame) -> pd.DataFrame | None:
    """Fpc values of the first stage, from the persons and, where it has the column, from the register."""
    bounds = _bounds(table, unit, design, 0)
    if bounds is None or design.register is None or design.population_sizes[0] not in design.register.columns:
        return bounds
    columns = list(design.psu_columns)
    values = design.register[design.population_sizes[0]].to_numpy(float)
    registered = pd.MultiIndex.from_frame(psus).get_indexer(_index(design.register, columns))
    listed = pd.DataFrame({"unit": registered, "low": values, "high": values})
    return pd.concat([bounds, listed]).assign(column=design.population_sizes[0])


def _bounds(table: pd.DataFrame, unit: Ints, design: Design, depth: int) -> pd.DataFrame | None:
    """Lowest and highest fpc value, unit and column for each cell; None without correction at this stage."""
    if depth >= len(design.population_sizes):
        return None
    column = design.population_sizes[depth]
    bounds = table[[f"__size_{depth}_low", f"__size_{depth}_high"]].set_axis(["low", "high"], axis=1)
    return bounds.assign(unit=unit, column=column)


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
