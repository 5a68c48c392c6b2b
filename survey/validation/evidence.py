"""What the checks look at: microdata, the form, the sample, and how a check reports a place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from survey.answers import ANSWERED, Cells, Truths
from survey.harmonise import Microdata
from survey.instrument import Instrument, Question
from survey.messages import Finding, finding


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the rules look at.

    Attributes
    ----------
    microdata : Microdata
    instrument : Instrument
    sample_eas, sample_households : DataFrame
        The sample files of the wave, as text.
    levels : tuple of Layer
        The main table and, where the form has one, the roster.
    """

    microdata: Microdata
    instrument: Instrument
    sample_eas: pd.DataFrame
    sample_households: pd.DataFrame
    levels: tuple["Layer", ...]

    @property
    def households(self) -> pd.DataFrame:
        """Submissions, one row each."""
        return self.microdata.households

    @property
    def members(self) -> pd.DataFrame:
        """Household members, one row each."""
        return self.microdata.members


@dataclass(frozen=True, slots=True)
class Layer:
    """The main table or the roster, with what surrounds each row."""

    frame: pd.DataFrame
    states: pd.DataFrame
    sheet: str
    columns: Mapping[str, Cells]
    repeat: str


def gather(
    microdata: Microdata,
    instrument: Instrument,
    *,
    sample_eas: pd.DataFrame,
    sample_households: pd.DataFrame,
) -> Evidence:
    """Put together what the checks need; the text columns are made once."""
    levels = tuple(_levels(microdata, instrument))
    return Evidence(microdata, instrument, sample_eas, sample_households, levels)


def answered_cells(evidence: Evidence) -> Iterator[tuple[Layer, Question, Truths]]:
    """Give every stored question of every level with the rows that answered it."""
    for level in evidence.levels:
        for question in evidence.instrument.level(level.repeat):
            if question.name in level.states:
                answered = level.states[question.name].to_numpy() == ANSWERED
                yield level, question, answered


def report(
    evidence: Evidence, level: Layer, question: Question, wrong: Truths, *, code: str
) -> Iterator[Finding]:
    """Yield one finding for each row of a level where `wrong` holds."""
    rows = level.frame["row"].to_numpy(dtype=int)
    for place in map(int, np.flatnonzero(wrong)):
        yield finding(
            code,
            file=evidence.microdata.file,
            sheet=level.sheet,
            row=int(rows[place]),
            column=question.name,
            value=level.columns[question.name][place],
            facts={"household": _household(level, place), "rule": question.constraint},
        )


def _household(level: Layer, place: int) -> str:
    return str(level.columns["hh_id"][place]) if "hh_id" in level.columns else ""


def report_households(
    evidence: Evidence,
    wrong: "pd.Series[bool]",
    code: str,
    *,
    column: str,
    facts: Mapping[str, Any] | None = None,
) -> Iterator[Finding]:
    """Yield one finding for each submission where `wrong` holds.

    Parameters
    ----------
    column : str
        Question or system column to which the finding points.
    facts : mapping, optional
        Name of a fact -> series aligned with the submissions.
    """
    main = evidence.levels[0]
    rows = main.frame["row"].to_numpy(dtype=int)
    words = {name: series.to_numpy(dtype=object) for name, series in (facts or {}).items()}
    for place in map(int, np.flatnonzero(wrong.to_numpy(dtype=bool))):
        yield finding(
            code,
            file=evidence.microdata.file,
            sheet=main.sheet,
            row=int(rows[place]),
            column=column,
            value=main.columns[column][place],
            facts={
                "household": _household(main, place),
                **{name: cells[place] for name, cells in words.items()},
            },
        )


def _levels(microdata: Microdata, instrument: Instrument) -> Iterator[Layer]:
    main = _texts(microdata.households)
    yield Layer(microdata.households, microdata.household_states, microdata.main, main, "")
    repeats = {q.repeat for q in instrument.questions if q.name in microdata.member_states}
    if not repeats:
        return
    parent = microdata.households.index.get_indexer(pd.Index(microdata.members["key"]))
    columns = {name: cells[parent] for name, cells in main.items()} | _texts(microdata.members)
    states = microdata.member_states
    yield Layer(microdata.members, states, microdata.roster, columns, repeats.pop())


def _texts(frame: pd.DataFrame) -> dict[str, Cells]:
    return {str(name): cells.astype("str").fillna("").to_numpy(object) for name, cells in frame.items()}
