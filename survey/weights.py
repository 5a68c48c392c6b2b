"""Weights of a wave: selection of area, household and person, nonresponse, and raking to the census."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from estimation import Calibration
from estimation.weighting import (
    Margin,
    WeightingError,
    base_weights,
    kish_effect,
    nonresponse_factors,
    person_weights,
    rake,
)
from survey.fieldwork import Fieldwork, outcome
from survey.frame_units import unit_columns
from survey.groups import group_columns
from survey.messages import Refusal, finding

AGE_BANDS: Mapping[str, int] = {"15-29": 15, "30-44": 30, "45-59": 45, "60+": 60}
KINH = "1"
NO_ETHNICITY = ("98", "99", "")
WEIGHTS = ("w_base", "w_nr", "w_raked")


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Weighted persons of a wave.

    Attributes
    ----------
    persons : DataFrame, one row a usable interview
        Index the key of the submission. Every answer, ``hh_id, ea_code, disposition``; the
        columns of the breakdowns ``stratum, residence, sex, age, age_group, sex_age, ethnicity`` and
        those of :mod:`survey.groups` (missing where not told), and the code of the unit at each
        level that the sample names; ``n_eligible``; ``w_base, w_nr, w_raked``.
    areas : DataFrame, one row a sampled area
        ``ea_code, stratum``, households issued ``m``, eligible ``E``, ineligible ``NE``, unknown
        ``U``, responding ``R``; ``e, need``; household base weight ``a``; ``adjustment``,
        ``carried``.
    diagnostics : mapping
        Sums, ranges and Kish effects of the weights, the raking, and the areas without interview.
    register : DataFrame
        ``stratum, ea_code`` of every sampled area, also those without interview.
    margins : tuple of Margin
        Totals that ``w_raked`` meets, of columns of ``persons``.
    """

    persons: pd.DataFrame
    areas: pd.DataFrame
    diagnostics: Mapping[str, Any]
    register: pd.DataFrame
    margins: tuple[Margin, ...]

    @property
    def calibration(self) -> Calibration:
        """How ``w_raked`` was fitted, for its variance (M10)."""
        return Calibration(variables=tuple(margin.variable for margin in self.margins), initial_weight="w_nr")


def weigh(fieldwork: Fieldwork, sample_eas: pd.DataFrame, margins: Sequence[Margin]) -> Weights:
    """Weigh the usable interviews of a wave.

    Base weight: a = listed / (P(area) issued), times the persons aged 15+ of the household, of
    whom one is drawn. Nonresponse: within the area, an area without interview carried by its
    stratum. Raking: to `margins`, without trimming. Formulas M10 of the methods.

    Parameters
    ----------
    fieldwork : Fieldwork
        Its interviews have sex, age and the number of eligible persons, see :mod:`survey.weighable`.
    sample_eas : DataFrame
        ``ea_code, stratum, residence, prob_ea, households_listed``, and a ``<level>_code`` for each level
        of units that it names.
    margins : sequence of Margin
        Known totals of the population aged 15+, of columns of ``persons``.

    Returns
    -------
    Weights

    Raises
    ------
    Refusal
        When the sample cannot reach a margin, or a stratum has no interview.
    """
    try:
        return _weigh(fieldwork, sample_eas, margins)
    except WeightingError as problem:
        raise Refusal(finding("weights_impossible", facts={"reason": problem})) from problem


def _weigh(fieldwork: Fieldwork, sample_eas: pd.DataFrame, margins: Sequence[Margin]) -> Weights:
    areas = _areas(fieldwork.households, sample_eas)
    persons = _persons(fieldwork.interviews, sample_eas)
    household = persons["ea_code"].map(areas.set_index("ea_code")["a"]).astype(float)
    factor = persons["ea_code"].map((areas["adjustment"] * areas["carried"]).set_axis(areas["ea_code"]))
    persons = persons.assign(w_base=person_weights(household, persons["n_eligible"]))
    persons = persons.assign(w_nr=persons["w_base"] * factor)
    raked = rake(persons, "w_nr", margins)
    persons = persons.assign(w_raked=raked.weight)
    diagnostics = {
        "interviews": len(persons),
        "areas_sampled": len(areas),
        "areas_with_interviews": int((areas["R"] > 0).sum()),
        "weights": {name: _summary(persons[name]) for name in WEIGHTS},
        "raking": {
            "iterations": raked.iterations,
            "factor_min": raked.factor_min,
            "factor_max": raked.factor_max,
            "kish_before": raked.kish_before,
            "kish_after": raked.kish_after,
            "margins": [_reached(persons, margin) for margin in margins],
        },
        "areas_without_interview": _carried(areas),
    }
    register = sample_eas[["stratum", "ea_code"]].reset_index(drop=True)
    return Weights(persons, areas, diagnostics, register, tuple(margins))


def age_groups(age: pd.Series) -> pd.Series:
    """Group completed years of age into the bands that are published."""
    edges = [*AGE_BANDS.values(), float("inf")]
    return pd.cut(age, edges, right=False, labels=list(AGE_BANDS)).astype("str")


def _areas(households: pd.DataFrame, sample_eas: pd.DataFrame) -> pd.DataFrame:
    """Household counts and household weights of every sampled area."""
    letters = outcome(households["disposition"])
    sampled = sample_eas.set_index("ea_code")

    def count(which: pd.Series) -> pd.Series:
        counted = which.groupby(households["ea_code"]).sum()
        return counted.reindex(sampled.index, fill_value=0).astype(int)

    psus = pd.DataFrame(
        {
            "stratum": sampled["stratum"],
            "issued": count(letters.notna()),
            "eligible": count(~letters.isin(["NE", "UH"])),
            "ineligible": count(letters.eq("NE")),
            "unknown": count(letters.eq("UH")),
            "respondents": count(letters.isin(["I", "P"])),
        }
    )
    psus["weight"] = base_weights(
        pd.to_numeric(sampled["prob_ea"]),
        pd.to_numeric(sampled["households_listed"]),
        psus["issued"],
    )
    factors = nonresponse_factors(psus).drop(columns="factor")
    short = {
        "issued": "m",
        "eligible": "E",
        "ineligible": "NE",
        "unknown": "U",
        "respondents": "R",
        "weight": "a",
    }
    return pd.concat([psus, factors], axis=1).rename(columns=short).reset_index()


def _persons(interviews: pd.DataFrame, sample_eas: pd.DataFrame) -> pd.DataFrame:
    """Interviews with the columns that estimates are broken down by."""
    place = sample_eas.set_index("ea_code")
    area = interviews["ea_code"]
    age = pd.to_numeric(interviews["c0_age"]).astype(int)
    sex = interviews["c0_sex"]
    ethnicity = interviews["c1_eth"].fillna("")
    bands = age_groups(age)
    columns = {
        "stratum": area.map(place["stratum"]),
        **{level: area.map(place[column]) for level, column in unit_columns(sample_eas).items()},
        "residence": area.map(place["residence"]),
        "sex": sex,
        "age": age,
        "age_group": bands,
        "sex_age": sex + ":" + bands,
        "ethnicity": ethnicity.eq(KINH)
        .map({True: "kinh", False: "other"})
        .mask(ethnicity.isin(NO_ETHNICITY)),
        "n_eligible": pd.to_numeric(interviews["n_eligible"]).astype(int),
        **group_columns(interviews),
    }
    answers = interviews.drop(columns=list(columns), errors="ignore")
    return pd.concat([answers, pd.DataFrame(columns, index=interviews.index)], axis=1)


def _summary(weight: pd.Series) -> dict[str, float]:
    return {
        "sum": float(weight.sum()),
        "min": float(weight.min()),
        "median": float(weight.median()),
        "max": float(weight.max()),
        "kish": kish_effect(weight),
    }


def _reached(persons: pd.DataFrame, margin: Margin) -> dict[str, Any]:
    """Totals of one margin: wanted, before the raking and after it."""
    groups = persons.groupby(margin.variable)
    table = pd.DataFrame(
        {
            "interviews": groups.size(),
            "target": margin.totals,
            "before": groups["w_nr"].sum(),
            "after": groups["w_raked"].sum(),
        }
    ).reindex(margin.totals.index)
    table.index.name = "category"
    return {
        "variable": margin.variable,
        "categories": table.reset_index().to_dict(orient="records"),
    }


def _carried(areas: pd.DataFrame) -> list[dict[str, Any]]:
    """Areas without interview and the stratum whose other areas carry them."""
    empty = areas[areas["R"] == 0]
    factor = areas[areas["R"] > 0].groupby("stratum")["carried"].first()
    return [
        {"ea_code": area, "stratum": stratum, "carried_by": "stratum", "factor": factor[stratum]}
        for area, stratum in zip(empty["ea_code"], empty["stratum"], strict=True)
    ]
