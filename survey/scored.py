"""Weighted and scored persons of a wave, ready for any table: their design, and their units."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from estimation import Calibration, Design, Replicates
from survey.geography import Gazetteer
from survey.geography.recoding import Recoding, recoding
from survey.groups import GROUPS
from survey.indicators import score
from survey.indicators.definition import Definition
from survey.messages import Refusal, finding
from survey.weights import AGE_BANDS, Weights

Weighting = Literal["base", "nonresponse", "raked"]
PROVINCE = "province"
FIXED_UNITS: Mapping[str, tuple[str, ...]] = {
    PROVINCE: (PROVINCE,),
    "residence": ("urban", "rural"),
    "sex": ("1", "2"),
    "age_group": tuple(AGE_BANDS),
    "ethnicity": ("kinh", "other"),
    **GROUPS,
}
GROUP_UNITS: Mapping[str, tuple[str, ...]] = {
    breakdown: units for breakdown, units in FIXED_UNITS.items() if breakdown != PROVINCE
}
WEIGHT_COLUMNS: Mapping[str, str] = {"base": "w_base", "nonresponse": "w_nr", "raked": "w_raked"}


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Weighted and scored persons of a wave, ready for any table.

    Attributes
    ----------
    persons : DataFrame
        One row a usable interview: breakdowns, design, weights, and every score of the definition.
    register : DataFrame
        ``stratum, ea_code`` of every sampled area.
    calibration : Calibration
        Margins that the raked weights meet, as the geography pack declares them.
    interval : str
        Method of the confidence intervals.
    weighting : {"base", "nonresponse", "raked"}
    """

    persons: pd.DataFrame
    register: pd.DataFrame
    definition: Definition
    gazetteer: Gazetteer
    calibration: Calibration
    weighting: Weighting = "raked"
    interval: str = "logit"

    @property
    def design(self) -> Design:
        """Stratified sample of areas; raked weights carry their calibration into the variance (M10)."""
        return self.design_of(
            WEIGHT_COLUMNS[self.weighting],
            calibration=self.calibration if self.weighting == "raked" else None,
        )

    def design_of(
        self, weight: str, *, calibration: Calibration | None, replicates: Replicates | None = None
    ) -> Design:
        """Give the same sample under a column of other weights."""
        return Design(
            weight=weight,
            strata="stratum",
            psu="ea_code",
            register=self.register,
            calibration=calibration,
            replicates=replicates,
        )

    def units(self, breakdown: str) -> list[str]:
        """Units that must appear in a breakdown, in the order in which they are shown."""
        if breakdown in FIXED_UNITS:
            return list(FIXED_UNITS[breakdown])
        return list(self.gazetteer.units(breakdown)["code"])

    @property
    def breakdowns(self) -> tuple[str, ...]:
        """Breakdowns that are published: the whole, the widest units of the frame, and the persons' own."""
        known = [level for level in self.gazetteer.levels_below() if level in self.persons]
        first, *rest = FIXED_UNITS
        return (first, *known[:1], *rest)

    @property
    def finest(self) -> str:
        """Finest level of units that the records name."""
        return [level for level in self.gazetteer.levels_below() if level in self.persons][-1]

    def recoding(self, level: str, edition: str) -> Recoding:
        """Find what the units of the records count for the units of a level in an edition (M16)."""
        is_own = edition == self.gazetteer.default_edition and level in self.persons
        return recoding(self.gazetteer, level if is_own else self.finest, level, edition)

    def published(self) -> dict[str, tuple[str, str]]:
        """Columns of `persons` that are published, each with its condition and its base."""
        return published(self.definition)


def published(definition: Definition) -> dict[str, tuple[str, str]]:
    """Name a column for every published share: all conditions on the first base, the headline on others.

    Returns
    -------
    dict
        Column -> (condition, base); ``headline`` -> (headline, age15plus), ``headline_working`` -> (headline,
        working), ``fields_0`` -> (fields_0, age15plus).
    """
    first = definition.headline.base
    counts = [f"fields_{count}" for count in range(len(definition.domains) + 1)]
    columns = {name: (name, first) for name in (*definition.conditions, *counts)}
    for entry in definition.publish:
        if entry.base != first and definition.bases[entry.base].where is not None:
            columns[f"{entry.rule}_{entry.base}"] = (entry.rule, entry.base)
    return columns


def scored(
    weights: Weights,
    definition: Definition,
    gazetteer: Gazetteer,
    *,
    year: int,
    weighting: Weighting = "raked",
    interval: str = "logit",
) -> Scored:
    """Score the weighted persons; a score outside its base is missing, so outside every domain."""
    own = list(FIXED_UNITS)[1:]
    needed = ["stratum", "ea_code", *weights.calibration.variables, *WEIGHT_COLUMNS.values(), *own]
    persons = _placed(weights.persons, gazetteer, list(dict.fromkeys(needed)))
    scores = score(weights.persons, definition, year)
    shares = {
        column: scores[rule].where(scores[f"base_{base}"] == 1)
        for column, (rule, base) in published(definition).items()
    }
    return Scored(
        pd.concat([persons, pd.DataFrame(shares)], axis=1),
        weights.register,
        definition,
        gazetteer,
        weights.calibration,
        weighting,
        interval,
    )


def _placed(persons: pd.DataFrame, gazetteer: Gazetteer, columns: list[str]) -> pd.DataFrame:
    """Columns of persons with the code of their unit at every level; wider units follow from the finest."""
    levels = gazetteer.levels_below()
    known = [level for level in levels if level in persons]
    if not known:
        facts = {"edition": gazetteer.default_edition, "columns": ", ".join(f"{one}_code" for one in levels)}
        raise Refusal(finding("sample_unit_missing", file="sample_eas.csv", facts=facts))
    placed = persons[[*columns, *known]]
    for level in levels[: levels.index(known[-1])]:
        if level not in placed:
            to = recoding(gazetteer, known[-1], level, gazetteer.default_edition)
            placed = placed.assign(**{level: placed[known[-1]].map(sole_units(to))})
    return placed


def sole_units(to: Recoding) -> dict[str, str]:
    """Map every unit of the frame that goes into one unit alone to that unit."""
    sole = to.shares[~to.shares["known"].duplicated(keep=False)]
    return dict(zip(sole["known"], sole["unit"], strict=True))
