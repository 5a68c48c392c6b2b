"""Whose answers a table counts: the rows of one level of a wave with their weights and their design."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from estimation import Design
from survey.messages import Finding, Refusal
from survey.microdata import Microdata
from survey.pipeline import weigh
from survey.store import Store
from survey.weights import Weights

Weighting = Literal["auto", "none"]
Base = Literal["persons", "households", "members", "interviews", "rows"]
WEIGHT, AREA, KEY = "table_weight", "table_area", "key"
DESIGN_COLUMNS = ("stratum", "ea_code", "n_eligible", "w_nr", "w_raked")
REJECTED = "rejected"


@dataclass(frozen=True, slots=True, eq=False)
class TableRows:
    """Rows of one level.

    Attributes
    ----------
    frame : DataFrame, shape (n, ...)
        ``key`` of the submission and the columns of the design; the index names the row in the microdata.
    design : Design
    base : str
        What a row stands for: persons, households or members of the population; without weights the
        interviews, or the rows of the roster.
    notes : tuple of Finding
        Why there are no weights.
    """

    frame: pd.DataFrame
    design: Design
    base: Base
    notes: tuple[Finding, ...] = ()


def table_rows(store: Store, wave: str, repeat: str, *, weights: Weighting, per_household: bool) -> TableRows:
    """Return the rows of the main table, or of a repeat, with final weights where the wave can be weighed."""
    microdata = store.microdata(wave)
    if weights == "none":
        return _unweighted(microdata, repeat, store.form(wave).joined.role("area"))
    try:
        weighed = weigh(store, wave).weights
    except Refusal as refusal:
        area = store.form(wave).joined.role("area")
        return _unweighted(microdata, repeat, area, notes=refusal.findings)
    return _weighted(weighed, microdata, repeat, per_household=per_household or bool(repeat))


def _weighted(weights: Weights, microdata: Microdata, repeat: str, *, per_household: bool) -> TableRows:
    """Persons have the calibrated weight; a household the one it had before its persons were drawn."""
    columns = dict.fromkeys((*DESIGN_COLUMNS, *weights.calibration.variables))
    persons = weights.persons[list(columns)]
    persons = persons.assign(**{KEY: persons.index.to_numpy()})
    final = persons["w_nr"] / persons["n_eligible"] if per_household else persons["w_raked"]
    design = Design(
        weight=WEIGHT,
        strata="stratum",
        psu="ea_code",
        register=weights.register,
        calibration=None if per_household else weights.calibration,
    )
    base: Base = "members" if repeat else "households" if per_household else "persons"
    return TableRows(_of_level(persons.assign(**{WEIGHT: final}), microdata, repeat), design, base)


def _unweighted(
    microdata: Microdata, repeat: str, area: str, *, notes: tuple[Finding, ...] = ()
) -> TableRows:
    households = microdata.households
    counted = households[households["review"] != REJECTED]
    areas = counted[area].fillna("") if area in counted else pd.Series("", index=counted.index)
    frame = pd.DataFrame({KEY: counted.index.to_numpy(), WEIGHT: 1.0, AREA: areas}, index=counted.index)
    design = Design(weight=WEIGHT, psu=AREA if areas.nunique() > 1 else None)
    return TableRows(_of_level(frame, microdata, repeat), design, "rows" if repeat else "interviews", notes)


def _of_level(submissions: pd.DataFrame, microdata: Microdata, repeat: str) -> pd.DataFrame:
    """Give every row of a repeat the design of its submission."""
    if not repeat:
        return submissions
    keys = microdata.rosters[repeat].rows[KEY]
    inside = keys[keys.isin(submissions.index)]
    return submissions.loc[inside].set_axis(inside.index)
