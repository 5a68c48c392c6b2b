"""What a supervisor would ask about: each rule looks at microdata and says what to check and how to mend it.

Nothing is altered here. A rule that needs a question the form does not have is silent.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from survey.fieldwork import COMPLETE, PARTIAL
from survey.harmonise import Microdata
from survey.instrument import Instrument
from survey.messages import Finding, finding
from survey.validation import answers, interviews
from survey.validation.evidence import Evidence, gather
from survey.validation.interviews import RESERVE_KIND

INTERVIEWED = (COMPLETE, PARTIAL)


@dataclass(frozen=True, slots=True)
class Rule:
    """A check of microdata.

    Attributes
    ----------
    check : callable
        Yields findings.
    households, members : tuple of str
        Questions without which the rule is silent.
    """

    check: Callable[[Evidence], Iterator[Finding]]
    households: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


def validate(
    microdata: Microdata,
    instrument: Instrument,
    *,
    sample_eas: pd.DataFrame,
    sample_households: pd.DataFrame,
) -> tuple[Finding, ...]:
    """Apply every rule to the microdata of an upload or of a wave.

    Parameters
    ----------
    microdata : Microdata
        From :func:`survey.harmonise.harmonise`.
    instrument : Instrument
        The form of the wave.
    sample_eas, sample_households : DataFrame
        The sample: ``ea_code``; ``hh_id`` and ``kind`` (original or reserve).
    """
    evidence = gather(microdata, instrument, sample_eas=sample_eas, sample_households=sample_households)
    return tuple(
        found
        for rule in RULES
        if set(rule.households) <= set(evidence.households) and set(rule.members) <= set(evidence.members)
        for found in rule.check(evidence)
    )


def coverage(
    households: pd.DataFrame, *, sample_eas: pd.DataFrame, sample_households: pd.DataFrame
) -> tuple[Finding, ...]:
    """Compare all submissions of a wave with its sample: who is still missing.

    Parameters
    ----------
    households : DataFrame
        Submissions of the whole wave: ``hh_id``, ``ea_code``, ``disp_final``.
    sample_eas, sample_households : DataFrame
        The sample.
    """
    originals = sample_households[sample_households["kind"] != RESERVE_KIND]
    missing = originals[~originals["hh_id"].isin(households["hh_id"])]
    interviewed = households.loc[households["disp_final"].isin(INTERVIEWED), "ea_code"]
    empty = sample_eas[~sample_eas["ea_code"].isin(interviewed)]
    return (
        *(finding("household_without_submission", value=str(hh)) for hh in missing["hh_id"]),
        *(finding("area_without_interview", value=str(area)) for area in empty["ea_code"]),
    )


RULES: tuple[Rule, ...] = (
    Rule(answers.unknown_codes),
    Rule(answers.unreadable_numbers),
    Rule(answers.broken_constraints),
    Rule(answers.missing_answers),
    Rule(interviews.repeated_households, ("hh_id",)),
    Rule(interviews.other_respondent, ("hh_id", "c0_line", "resp_line")),
    Rule(interviews.durations, ("hh_id", "disp_final")),
    Rule(interviews.night, ("hh_id",)),
    Rule(interviews.other_age, ("hh_id", "c0_line", "c0_age"), ("line_no", "m_age")),
    Rule(interviews.roster_sizes, ("hh_id", "b1_size"), ("key",)),
    Rule(interviews.draws, ("hh_id", "resp_line"), ("line_no", "m_elig", "draw_elig")),
    Rule(interviews.sample, ("hh_id", "ea_code", "hh_kind")),
    Rule(interviews.reserves, ("hh_id", "ea_code", "hh_no", "hh_kind")),
    Rule(interviews.rejected, ("hh_id",)),
)
