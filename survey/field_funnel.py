"""From scored persons to the funnel of every field, the differences between fields, and the barriers."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from estimation import Estimates
from estimation.comparing.pairs import between_indicators
from survey import places
from survey.barriers import asked_table, barrier_table, reasons_of
from survey.estimating import estimated, in_units
from survey.field_report import TABLES, FieldReport
from survey.indicators import score
from survey.indicators.funnel import Funnel, load_funnel, with_funnel
from survey.instrument import Instrument
from survey.messages import LANGUAGES
from survey.scored import Scored
from survey.wave import WeighedWave


def field_report(weighed: WeighedWave, scored: Scored, form: Instrument) -> FieldReport:
    """Estimate the steps of every field, compare the fields, and tabulate the barriers (M20).

    Parameters
    ----------
    weighed : WeighedWave
    scored : Scored
        Its scored persons.
    form : Instrument
        By which the answers were read: codes and words of the reasons.

    Returns
    -------
    FieldReport
        For the whole and for the widest units of the frame.
    """
    funnel = load_funnel(places.funnel())
    wide = replace(scored, persons=scored_steps(weighed, scored, funnel))
    reasons = [
        reasons_of(weighed, field, form, funnel.silent) for field in scored.definition.domains.values()
    ]
    units = scored.breakdowns[:2]
    shares, pairs = zip(*(_funnel(wide, funnel, breakdown) for breakdown in units), strict=True)
    parts = {
        "levels": [_levels(funnel)],
        "funnel": shares,
        "pairs": pairs,
        "barriers": [barrier_table(wide, one, breakdown) for breakdown in units for one in reasons],
        "asked": [asked_table(wide, one, breakdown) for breakdown in units for one in reasons],
    }
    tables = {name: pd.concat(parts[name], ignore_index=True) for name in TABLES}
    return FieldReport(
        funnel.source, **{name: table.reindex(columns=list(TABLES[name])) for name, table in tables.items()}
    )


def scored_steps(weighed: WeighedWave, scored: Scored, funnel: Funnel) -> pd.DataFrame:
    """Scored persons with a column for every step that the definition does not have.

    A question that the data do not hold leaves its steps undetermined: missing is never No.
    """
    definition = with_funnel(scored.definition, funnel)
    answers = weighed.weights.persons
    lacking = [name for name in funnel.questions if name not in answers]
    scores = score(answers.reindex(columns=[*answers.columns, *lacking]), definition, weighed.wave.year)
    inside = scores[f"base_{definition.headline.base}"] == 1
    steps = pd.DataFrame({name: scores[name].where(inside) for name in funnel.conditions})
    return pd.concat([scored.persons.drop(columns=list(steps), errors="ignore"), steps], axis=1)


def _levels(funnel: Funnel) -> pd.DataFrame:
    rows = [
        {"level": level.id, **level.labels, **{f"meaning_{one}": level.meanings[one] for one in LANGUAGES}}
        for level in funnel.levels
    ]
    return pd.DataFrame(rows)


def _funnel(scored: Scored, funnel: Funnel, breakdown: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shares of all steps, estimated together since the persons are the same, and the differences of each."""
    named = pd.DataFrame(
        [
            {"indicator": step, "field": field, "level": level}
            for field, steps in funnel.steps.items()
            for level, step in steps.items()
        ]
    )
    found = estimated(scored, list(named["indicator"]), breakdown)
    shares = in_units(found.frame, breakdown).merge(named, on="indicator", validate="many_to_one")
    pairs = pd.concat(_pairs(found, funnel), ignore_index=True)
    return shares.assign(base=scored.definition.headline.base), in_units(pairs, breakdown)


def _pairs(found: Estimates, funnel: Funnel) -> Iterator[pd.DataFrame]:
    """Differences between fields, a family for each step and unit (M8)."""
    for level in funnel.levels:
        fields = {steps[level.id]: field for field, steps in funnel.steps.items()}
        pairs = between_indicators(found, list(fields))
        yield pairs.assign(level=level.id, a=pairs["a"].map(fields), b=pairs["b"].map(fields))
