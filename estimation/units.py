"""The sampled units: every PSU (and second-stage unit) of the design, its parent, and the share drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd

from estimation.arrays import Floats, Ints
from estimation.design import Design, DesignError
from estimation.variance import Stage, Units


def number_units(table: pd.DataFrame, design: Design) -> tuple[Units, Ints]:
    """List the sampled units and say in which one each cell lies.

    Parameters
    ----------
    table : DataFrame, shape (c, ...)
        Cells with the columns of the design's stages and the bounds of the population sizes.
    design : Design

    Returns
    -------
    units : Units
        One or two stages; PSUs of the register that have no cell are there too.
    unit : ndarray of int, shape (c,)
        Innermost unit of each cell.

    Raises
    ------
    DesignError
        A PSU that is not in the register; a population size that varies in its parent or is below the sample.
    """
    pairs = _index(table, (design.strata, design.psu))
    psus = (
        pairs.unique()
        if design.register is None
        else _index(design.register, (design.strata, design.psu)).unique()
    )
    psus = psus.sort_values()
    psu_of_cell = np.asarray(psus.get_indexer(pairs), dtype=np.intp)
    _refuse_strangers(pairs[psu_of_cell < 0], design)
    stratum, strata = pd.factorize(psus.get_level_values(0))
    stratum = np.asarray(stratum, dtype=np.intp)
    names = tuple(f"{design.strata} {name}" for name in strata)
    first = _stage(stratum, names, stratum[psu_of_cell], _sizes(table, design, 0))
    if len(design.population_sizes) < 2:
        return Units((first,), design.lonely), psu_of_cell
    unit, second_units = pd.factorize(_index(table, design.stage_columns), sort=True)
    psu_of_unit = np.empty(len(second_units), dtype=np.intp)
    psu_of_unit[unit] = psu_of_cell
    names = tuple(f"{design.psu} {psu} ({design.strata} {name})" for name, psu in psus)
    second = _stage(psu_of_unit, names, psu_of_cell, _sizes(table, design, 1))
    return Units((first, second), design.lonely), np.asarray(unit, dtype=np.intp)


def _index(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.MultiIndex:
    """Build unit identifiers as tuples; categories become their values."""
    return pd.MultiIndex.from_arrays([plain(frame[column]) for column in columns], names=columns)


def plain(values: pd.Series) -> pd.Series:
    """Give a categorical column the type of its categories."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.astype(values.cat.categories.dtype)
    return values


def _refuse_strangers(strangers: pd.MultiIndex, design: Design) -> None:
    """Refuse PSUs that hold persons and are not in the register."""
    if len(strangers):
        shown = list(strangers.unique()[:5])
        raise DesignError(
            f"{strangers.nunique()} PSUs hold persons and are not in the register, first ({design.strata}, "
            f"{design.psu}) {shown}. Complete the register, or compare the types: 25245002 and '25245002' "
            "are not the same"
        )


def _sizes(table: pd.DataFrame, design: Design, stage: int) -> pd.DataFrame | None:
    """Lowest and highest population size in each cell, or None without correction at this stage."""
    if stage >= len(design.population_sizes):
        return None
    column = design.population_sizes[stage]
    bounds = table[[f"__size_{stage}_low", f"__size_{stage}_high"]]
    return bounds.set_axis(["low", "high"], axis=1).rename_axis(column, axis=1)


def _stage(parent: Ints, names: tuple[str, ...], parent_of_cell: Ints, sizes: pd.DataFrame | None) -> Stage:
    """One stage with its sampling fractions n_h/N_h, 0 without correction."""
    fraction: Floats = np.zeros(len(names))
    if sizes is not None:
        bounds = sizes.groupby(parent_of_cell).agg({"low": "min", "high": "max"})
        drawn = np.bincount(parent, minlength=len(names))[bounds.index]
        _check_sizes(bounds, drawn, names=names, column=str(sizes.columns.name))
        fraction[bounds.index] = drawn / bounds["high"].to_numpy(float)
    return Stage(parent, fraction, names)


def _check_sizes(bounds: pd.DataFrame, drawn: Ints, *, names: tuple[str, ...], column: str) -> None:
    """Refuse a population size that differs within its parent or is smaller than the sample."""
    varies = bounds.index[bounds["low"] != bounds["high"]]
    if len(varies):
        shown = [names[i] for i in varies[:5]]
        raise DesignError(f"{column!r} must be one number in each parent; it varies in {shown}")
    small = bounds.index[bounds["high"].to_numpy(float) < drawn]
    if len(small):
        shown = [names[i] for i in small[:5]]
        raise DesignError(
            f"{column!r} counts the units of the population, yet it is below the number sampled in {shown}; "
            "give N_h, not a sampling fraction"
        )
