"""Completion of each enumeration area: what was asked of it, what it has, and what is left to do there."""

from __future__ import annotations

import pandas as pd

from survey.fieldwork.sample_list import ORIGINAL, RESERVE
from survey.frame_units import widest_units

# What is left to do in an area, the most urgent thing first; a name that holds is the state of the area.
STATES = ("complete", "unsent", "redo", "reserves", "short")
USABLE = ("I", "P")
REPEATABLE = ("interview rejected", "review state not counted", "wrong respondent")


def completion_table(sample: pd.DataFrame, sample_eas: pd.DataFrame) -> pd.DataFrame:
    """Count, for every sampled area, what was issued, what came of it, and what is left to do.

    The target of an area is its number of original households. Lost are households with a final result that
    gives no usable interview; each, original or reserve, may be replaced by one reserve.

    Parameters
    ----------
    sample : DataFrame
        From :func:`survey.fieldwork.sample_list.sample_list`.
    sample_eas : DataFrame
        ``ea_code, district_code, residence, stratum``.

    Returns
    -------
    DataFrame, one row a sampled area, in the order of the sample
        ``ea_code, district, residence, stratum``; ``originals`` (the target), ``lost``, ``unsent`` (originals
        without submission); ``reserves``, ``reserves_used``, ``reserves_lost``, ``reserves_left``;
        ``interviews`` (usable), ``redo`` (interviews rejected or with another person, which a return visit
        may mend), ``missing`` (interviews short of the target), ``excess`` (reserves used for no lost or
        unsent household); ``state``:

        =========  ===================================================================================
        complete   the target is reached
        unsent     originals without submission: send the forms, or visit the households
        redo       interviews that do not count: visit the household again
        reserves   reserves are left: visit as many as interviews are missing
        short      interviews are missing and nobody is left to visit
        =========  ===================================================================================
    """
    original, reserve = sample["kind"] == ORIGINAL, sample["kind"] == RESERVE
    silent = sample["issued"] & (sample["key"] == "")
    usable = sample["outcome"].isin(USABLE)
    marks = {
        "originals": original,
        "lost": original & ~usable & ~silent,
        "unsent": original & silent,
        "reserves": reserve,
        "reserves_used": reserve & sample["issued"],
        "reserves_lost": reserve & sample["issued"] & ~usable,
        "reserves_left": reserve & ~sample["issued"],
        "interviews": usable,
        "redo": sample["reason"].isin(REPEATABLE),
    }
    counts = pd.DataFrame(marks).groupby(sample["ea_code"]).sum()
    unit = widest_units(sample_eas)[1]
    areas = sample_eas.drop_duplicates("ea_code")[["ea_code", unit, "residence", "stratum"]]
    table = areas.rename(columns={unit: "district"}).join(counts, on="ea_code")
    table = table.fillna(dict.fromkeys(marks, 0)).astype(dict.fromkeys(marks, int)).reset_index(drop=True)
    table["missing"] = (table["originals"] - table["interviews"]).clip(lower=0)
    replaced = table["lost"] + table["unsent"] + table["reserves_lost"]
    table["excess"] = (table["reserves_used"] - replaced).clip(lower=0)
    return table.assign(state=_states(table))


def _states(table: pd.DataFrame) -> pd.Series:
    """Name what comes next in each area."""
    state = pd.Series("short", index=table.index, dtype="str")
    state = state.mask(table["reserves_left"] > 0, "reserves")
    state = state.mask(table["redo"] > 0, "redo")
    state = state.mask(table["unsent"] > 0, "unsent")
    return state.mask(table["missing"] == 0, "complete")
