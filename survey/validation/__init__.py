"""What a supervisor would ask about: each rule looks at microdata and says what to check and how to mend it.

Nothing is altered here. A rule that needs a question the form does not have is silent.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from survey.fieldwork import COMPLETE, PARTIAL
from survey.geography import Gazetteer
from survey.instrument import Instrument
from survey.messages import Finding, Refusal, finding
from survey.microdata import Microdata
from survey.validation import (
    answers,
    copies,
    households,
    interviewers,
    sampled,
    tables,
    times,
    units,
)
from survey.validation.evidence import Evidence, gather

INTERVIEWED = (COMPLETE, PARTIAL)
# Findings on which a file is not accepted: what would be stored or counted would be wrong.
STOPPING = frozenset(
    {
        "columns_lost",
        "columns_of_version_lost",
        "columns_withheld",
        "unit_name_differs",
        "unit_code_reused",
        "unit_other_edition",
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A check of microdata.

    Attributes
    ----------
    check : callable
        Yields findings.
    roles : tuple of str
        Roles of questions (:data:`survey.instrument.ROLES`) without which the rule is silent.
    """

    check: Callable[[Evidence], Iterator[Finding]]
    roles: tuple[str, ...] = ()


def validate(
    microdata: Microdata,
    instrument: Instrument,
    *,
    sample_eas: pd.DataFrame,
    sample_households: pd.DataFrame,
    gazetteer: Gazetteer | None = None,
    now: datetime | None = None,
) -> tuple[Finding, ...]:
    """Apply every rule to the microdata of an upload or of a wave.

    Parameters
    ----------
    microdata : Microdata
        From :func:`survey.harmonise.harmonise`.
    instrument : Instrument
        The form of the wave.
    sample_eas, sample_households : DataFrame
        The sample: ``ea_code``; ``ea_code, hh_no, hh_id`` and ``kind`` (original or reserve).
    gazetteer : Gazetteer, optional
        Names of units; without it codes are not compared with names.
    now : datetime, optional
        The present moment, with its zone; stands in where a tool gives no time of arrival.

    Returns
    -------
    tuple of Finding
        In the order of :data:`RULES`.
    """
    evidence = gather(
        microdata,
        instrument,
        sample_eas=sample_eas,
        sample_households=sample_households,
        gazetteer=gazetteer,
        now=now,
    )
    return tuple(
        found
        for rule in RULES
        if all(evidence.knows(role) for role in rule.roles)
        for found in rule.check(evidence)
    )


def refuse_stopping(findings: Iterable[Finding]) -> None:
    """Refuse a file when one of its findings is among :data:`STOPPING`.

    Raises
    ------
    Refusal
        With every finding that stops the file.
    """
    if stopping := tuple(found for found in findings if found.code in STOPPING):
        raise Refusal(*stopping)


def coverage(
    submissions: pd.DataFrame, *, sample_eas: pd.DataFrame, sample_households: pd.DataFrame
) -> tuple[Finding, ...]:
    """Compare all submissions of a wave with its sample: who is still missing.

    Parameters
    ----------
    submissions : DataFrame
        Submissions of the whole wave: ``hh_id``, ``ea_code``, ``disp_final``.
    sample_eas, sample_households : DataFrame
        The sample.
    """
    originals = sample_households[sample_households["kind"] != sampled.RESERVE]
    missing = originals[~originals["hh_id"].isin(submissions["hh_id"])]
    interviewed = submissions.loc[submissions["disp_final"].isin(INTERVIEWED), "ea_code"]
    empty = sample_eas[~sample_eas["ea_code"].isin(interviewed)]
    return (
        *(finding("household_without_submission", value=str(hh)) for hh in missing["hh_id"]),
        *(finding("area_without_interview", value=str(area)) for area in empty["ea_code"]),
    )


RULES: tuple[Rule, ...] = (
    Rule(tables.table_checks),
    Rule(answers.broken_constraints),
    Rule(answers.missing_answers),
    Rule(answers.legacy_letters),
    Rule(units.unit_names),
    Rule(copies.repeated_households, ("household",)),
    Rule(copies.copied_interviews, ("household", "disposition")),
    Rule(households.other_respondent, ("respondent_line", "drawn_line")),
    Rule(households.unlisted_respondent, ("respondent_line",)),
    Rule(households.other_age, ("respondent_line", "respondent_age", "member_age")),
    Rule(households.other_sex, ("respondent_line", "respondent_sex", "member_sex")),
    Rule(households.roster_sizes, ("household_size",)),
    Rule(households.draws, ("drawn_line", "member_eligible", "member_draw")),
    Rule(times.durations, ("disposition",)),
    Rule(times.night),
    Rule(times.future),
    Rule(times.simultaneous, ("interviewer", "household")),
    Rule(interviewers.straight_lining, ("interviewer",)),
    Rule(sampled.membership, ("area", "household", "household_kind")),
    Rule(sampled.reserves, ("area", "household_number", "household_kind")),
    Rule(households.rejected),
)
