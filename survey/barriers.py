"""The main reason for not using a service alone, among those who were asked for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from survey.answers import NOT_APPLICABLE
from survey.estimating import beside, estimated, in_units
from survey.indicators.conditions import as_text
from survey.indicators.definition import Field
from survey.instrument import Instrument
from survey.scored import PROVINCE, Scored
from survey.wave import WeighedWave
from survey.wording import codes_of


@dataclass(frozen=True, slots=True, eq=False)
class Reasons:
    """What the usable interviews say to the question about barriers of one field.

    Attributes
    ----------
    field : str
    asked : Series of bool
        The form asked the question.
    answers : Series of str
        Code of the main reason, missing where none was given.
    codes : mapping
        Code -> words by language, in the order of the form, without the codes that say nothing.
    """

    field: str
    asked: pd.Series
    answers: pd.Series
    codes: Mapping[str, Mapping[str, str]]


def reasons_of(weighed: WeighedWave, field: Field, form: Instrument, silent: Sequence[str]) -> Reasons:
    """Take the answers to the question about barriers; nobody was asked where the form has none."""
    persons, states = weighed.weights.persons, weighed.microdata.household_states
    codes = {code: words for code, words in codes_of(form, field.barrier).items() if code not in silent}
    if field.barrier not in persons or field.barrier not in states:
        nobody = pd.Series(data=False, index=persons.index)
        return Reasons(field.id, nobody, nobody.astype("str").where(nobody), codes)
    asked = states.loc[persons.index, field.barrier] != NOT_APPLICABLE
    answers = as_text(persons[field.barrier])
    return Reasons(field.id, asked, answers.where(asked & answers.isin(list(codes))), codes)


def barrier_table(scored: Scored, reasons: Reasons, breakdown: str) -> pd.DataFrame:
    """Share of every reason among those who were asked and answered (M1, M20), one row a reason and unit.

    Who was not asked, or gave no answer, is outside the domain; the row stays in the design.
    """
    given = reasons.answers.notna()
    scores = {
        f"reason_{place}": (reasons.answers == code).astype(float).where(given)
        for place, code in enumerate(reasons.codes)
    }
    if not scores:
        return pd.DataFrame()
    kept = () if breakdown == PROVINCE else (breakdown,)
    found = estimated(beside(scored, scores, *kept), list(scores), breakdown)
    code = found.frame["indicator"].map(dict(zip(scores, reasons.codes, strict=True)))
    words = pd.DataFrame([reasons.codes[one] for one in code], index=code.index)
    return in_units(found.frame, breakdown).assign(field=reasons.field, code=code, **words)


def asked_table(scored: Scored, reasons: Reasons, breakdown: str) -> pd.DataFrame:
    """Count the interviews that were asked, and those of them that answered, by unit."""
    counted = pd.DataFrame({"asked": reasons.asked, "answered": reasons.answers.notna()}).astype(int)
    units = scored.persons[breakdown] if breakdown != PROVINCE else PROVINCE
    sums = counted.assign(unit=units).groupby("unit").sum().reindex(scored.units(breakdown), fill_value=0)
    return sums.rename_axis("unit").reset_index().assign(field=reasons.field, breakdown=breakdown)
