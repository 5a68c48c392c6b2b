"""How sure are we: response, unanswered questions, undetermined persons, invented names, and hidden cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation import estimate_proportions
from survey.answers import ANSWERED, NOT_APPLICABLE
from survey.fieldwork import COUNTS, rates_table, sample_list
from survey.fieldwork.rates import STAGES
from survey.forms.words import text_in
from survey.frame_units import widest_units
from survey.groups import HOUSEHOLD, SCHOOLING, WASHINGTON
from survey.indicators import score
from survey.indicators.conditions import variables_in
from survey.instrument import Instrument, Question
from survey.roles import in_roles
from survey.scored import WEIGHT_COLUMNS, Scored, published
from survey.wave import WeighedWave

RATES = ("e", "RR1", "RR2", "RR3", "RR4", "RR5", "RR6", "COOP1", "COOP2", "REF1", "CON1")
KINDS = ("answered", "dont_know", "no_answer", "not_asked")
FIGURES = (
    "n",
    "n_psu",
    "n_eff",
    "estimate",
    "se",
    "ci_low",
    "ci_high",
    "df",
    "deff",
    "cv",
    "quality",
    "reason",
)
# Table -> its columns.
TABLES: Mapping[str, tuple[str, ...]] = {
    "response": ("breakdown", "unit", "weighting", "issued", *COUNTS, *RATES, *STAGES),
    "items": ("question", "use", "label_vi", "label_en", "interviews", *KINDS),
    "undetermined": ("indicator", "base", "interviews", "undetermined", "share", "all_no", "all_yes"),
    "overclaim": ("question", "indicator", "claimed", *FIGURES),
    "cells": ("breakdown", "edition", "quality", "reason", "headline", "cells"),
}  # fmt: skip
OF_READERS = ("district", "residence")  # who works where is no business of a reader
GROUPING = ("c1_eth", SCHOOLING, HOUSEHOLD, *WASHINGTON)
RULE, GROUP, CHECK = "rule", "group", "check"
DONT_KNOW, REFUSED, INVENTED = "dk", "refused", "invented"
CLAIMS, CLAIMED = "claims_invented", "claimed"
LANGUAGES = ("vi", "en")


@dataclass(frozen=True, slots=True, eq=False)
class QualityTables:
    """What a reader must know to trust the numbers of a release, or not to.

    Attributes
    ----------
    response : DataFrame, one row a unit and weighting
        Results and rates of the issued households (M15), of the whole, its widest units, by residence, and
        of the original sample; see :func:`survey.fieldwork.rates.rates_table`.
    items : DataFrame, one row a question that a published number rests on
        ``use``: `rule` of a condition, `group` of a breakdown, `check` of over-claiming. Of the usable
        ``interviews`` those ``answered``, with "don't know" (``dont_know``), with no answer or a refusal
        (``no_answer``), and not asked (``not_asked``); the four add up.
    undetermined : DataFrame, one row a condition
        Persons of the base whose answers do not tell whether it holds, their weighted ``share``, and what the
        published share would be had it held for none of them (``all_no``) or for all (``all_yes``).
    overclaim : DataFrame
        ``indicator`` "": share that claims to know a name that the office invented. Else the headline among
        those who ``claimed`` it, and among those who did not.
    cells : DataFrame
        Estimates by breakdown, edition and quality: how many, and how many of them are the headline.
    """

    response: pd.DataFrame
    items: pd.DataFrame
    undetermined: pd.DataFrame
    overclaim: pd.DataFrame
    cells: pd.DataFrame

    def frames(self) -> dict[str, pd.DataFrame]:
        """Give every table by its name."""
        return {name: getattr(self, name) for name in TABLES}


def from_frames(frames: Mapping[str, pd.DataFrame]) -> QualityTables:
    """Put the tables together again."""
    return QualityTables(**{name: frames[name] for name in TABLES})


def quality_tables(weighed: WeighedWave, scored: Scored, estimates: pd.DataFrame) -> QualityTables:
    """Sum up the quality of a wave.

    Parameters
    ----------
    weighed : WeighedWave
    scored : Scored
        Its scored persons.
    estimates : DataFrame
        Every estimate of the release.

    Returns
    -------
    QualityTables
    """
    found = {
        "response": _response(weighed),
        "items": pd.DataFrame(_items(weighed, scored)),
        "undetermined": pd.DataFrame(_undetermined(weighed, scored)),
        "overclaim": _overclaim(weighed, scored),
        "cells": _cells(scored, estimates),
    }
    return from_frames(
        {
            name: table.reindex(columns=list(TABLES[name])).reset_index(drop=True)
            for name, table in found.items()
        }
    )


def _response(weighed: WeighedWave) -> pd.DataFrame:
    wave = weighed.wave
    sample = sample_list(
        weighed.fieldwork,
        in_roles(weighed.microdata.households, wave.instrument),
        sample_eas=wave.sample_eas,
        sample_households=wave.sample_households,
    )
    told = rates_table(sample, wave.sample_eas, breakdowns=OF_READERS)
    counts = ["issued", *COUNTS, "drawn"]
    told = told.assign(breakdown=told["breakdown"].replace("district", widest_units(wave.sample_eas)[0]))
    return told.astype(dict.fromkeys(counts, float))


def _items(weighed: WeighedWave, scored: Scored) -> Iterator[dict[str, object]]:
    """Count how every question that matters was answered."""
    form, microdata = weighed.wave.instrument, weighed.microdata
    keys = weighed.weights.persons.index
    for question, use in _questions(form, scored):
        if question.name not in microdata.household_states:
            continue
        states = microdata.household_states.loc[keys, question.name]
        told = microdata.households.loc[keys, question.name].fillna("")
        asked, answered = states != NOT_APPLICABLE, states == ANSWERED
        unknown = answered & _says(told, _codes(form, question, DONT_KNOW))
        refused = answered & _says(told, _codes(form, question, REFUSED))
        yield {
            "question": question.name,
            "use": use,
            **{f"label_{language}": text_in(question.labels, language) for language in LANGUAGES},
            "interviews": len(keys),
            "answered": int((answered & ~unknown & ~refused).sum()),
            "dont_know": int((unknown & ~refused).sum()),
            "no_answer": int((asked & (~answered | refused)).sum()),
            "not_asked": int((~asked).sum()),
        }


def _questions(form: Instrument, scored: Scored) -> Iterator[tuple[Question, str]]:
    """Give the questions that published numbers rest on, in form order, and what for."""
    definition = scored.definition
    read = {name for condition in definition.conditions.values() for name in variables_in(condition)}
    rule = {definition.aliases.get(name, name) for name in read}
    for question in form.level():
        if question.name in rule:
            yield question, RULE
        elif question.name in GROUPING:
            yield question, GROUP
        elif _codes(form, question, INVENTED):
            yield question, CHECK


def _codes(form: Instrument, question: Question, key: str) -> frozenset[str]:
    return frozenset(choice.name for choice in form.codes(question) if choice.key == key)


def _says(told: pd.Series, codes: frozenset[str]) -> pd.Series:
    """Tell whose answer, one code or several with blanks between them, holds one of the codes."""
    holds = [not codes.isdisjoint(answer.split()) for answer in told]
    return pd.Series(holds, index=told.index, dtype=bool)


def _undetermined(weighed: WeighedWave, scored: Scored) -> Iterator[dict[str, object]]:
    """Count the persons of each base whose answers leave a condition open."""
    persons, definition = weighed.weights.persons, scored.definition
    scores = score(persons, definition, weighed.wave.year)
    weight = persons[WEIGHT_COLUMNS[scored.weighting]]
    for rule, base in published(definition).values():
        inside = scores[f"base_{base}"] == 1
        verdict, weights = scores.loc[inside, rule], weight[inside]
        yield {
            "indicator": rule,
            "base": base,
            "interviews": int(inside.sum()),
            "undetermined": int(verdict.isna().sum()),
            "share": _mean(verdict.isna().astype(float), weights),
            "all_no": _mean(verdict.fillna(0.0), weights),
            "all_yes": _mean(verdict.fillna(1.0), weights),
        }


def _mean(values: pd.Series, weights: pd.Series) -> float:
    return float(np.average(values, weights=weights)) if len(values) else float("nan")


def _overclaim(weighed: WeighedWave, scored: Scored) -> pd.DataFrame:
    """Estimate who claims to know an invented name, and the headline with and without them."""
    form, microdata = weighed.wave.instrument, weighed.microdata
    asking = [question for question in form.level() if _codes(form, question, INVENTED)]
    rows = [
        _claims(scored, question.name, _claim(weighed, question))
        for question in asking
        if question.name in microdata.household_states
    ]
    return pd.concat(rows) if rows else pd.DataFrame()


def _claim(weighed: WeighedWave, question: Question) -> pd.Series:
    """1 for whoever claims to know the invented name, 0 for whoever does not, missing for the others."""
    form, microdata = weighed.wave.instrument, weighed.microdata
    keys = weighed.weights.persons.index
    told = microdata.households.loc[keys, question.name].fillna("")
    answered = microdata.household_states.loc[keys, question.name] == ANSWERED
    silent = _says(told, _codes(form, question, REFUSED))
    return _says(told, _codes(form, question, INVENTED)).astype(float).where(answered & ~silent)


def _claims(scored: Scored, question: str, claim: pd.Series) -> pd.DataFrame:
    persons = scored.persons.assign(**{CLAIMS: claim, CLAIMED: claim.map({1.0: "yes", 0.0: "no"})})
    share = estimate_proportions(persons, CLAIMS, design=scored.design, interval=scored.interval)
    among = estimate_proportions(
        persons,
        scored.definition.headline.rule,
        design=scored.design,
        by=CLAIMED,
        levels=["yes", "no"],
        interval=scored.interval,
    )
    told = pd.concat([share.frame.assign(indicator="", **{CLAIMED: ""}), among.frame])
    return told.assign(question=question)


def _cells(scored: Scored, estimates: pd.DataFrame) -> pd.DataFrame:
    headline = scored.definition.headline
    is_headline = (estimates["indicator"] == headline.rule) & (estimates["base"] == headline.base)
    told = estimates.assign(headline=is_headline, reason=estimates["reason"].fillna(""))
    names = ["breakdown", "edition", "quality", "reason"]
    grouped = told.groupby(names, sort=False, dropna=False)["headline"]
    return grouped.agg(headline="sum", cells="size").reset_index()
