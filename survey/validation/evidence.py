"""What the checks look at: microdata, the form, the sample, and how a check reports a place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from survey.answers import ANSWERED, Cells, Surrounded, Truths
from survey.geography import Gazetteer
from survey.instrument import Instrument, Question
from survey.messages import Finding, finding
from survey.microdata import Microdata
from survey.rosters import enclosing_repeat

OF_MEMBERS = "member_"


@dataclass(frozen=True, eq=False)
class Layer:
    """The main table, or the rows of one repeat, with what surrounds each row.

    Attributes
    ----------
    frame, states : DataFrame
        Rows of the level, and the states of their answers.
    sheet : str
        Table of the export from which the rows come.
    columns : mapping
        Question -> text of its answers, "" without one, shape (n,); in a repeat those of the enclosing
        levels too.
    repeat : str
        Name of the repeat, "" for the main table.
    """

    frame: pd.DataFrame
    states: pd.DataFrame
    sheet: str
    columns: Mapping[str, Cells]
    repeat: str

    @cached_property
    def answered(self) -> Mapping[str, Truths]:
        """Question of the level -> which rows answered it, shape (n,)."""
        marks = self.states.to_numpy() == ANSWERED
        return {str(name): marks[:, place] for place, name in enumerate(self.states.columns)}


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the rules look at.

    Attributes
    ----------
    microdata : Microdata
    instrument : Instrument
    levels : tuple of Layer
        The main table, then every repeat in form order.
    sample_eas, sample_households : DataFrame
        The sample files of the wave, as text; without a row where the survey has no sample list.
    gazetteer : Gazetteer or None
        Names of the units of the territory.
    now : datetime or None
        The present moment.
    """

    microdata: Microdata
    instrument: Instrument
    levels: tuple[Layer, ...]
    sample_eas: pd.DataFrame
    sample_households: pd.DataFrame
    gazetteer: Gazetteer | None = None
    now: datetime | None = None

    @property
    def households(self) -> pd.DataFrame:
        """Submissions, one row each."""
        return self.microdata.households

    @property
    def members(self) -> pd.DataFrame:
        """Household members, one row each."""
        return self.microdata.members

    def knows(self, role: str) -> bool:
        """Tell whether the data hold the question that has a role."""
        name = self.instrument.role(role)
        return bool(name) and name in self._frame(role)

    def answers(self, role: str) -> "pd.Series[str]":
        """Answers to the question with a role: one a member for roles of members, else one a submission."""
        answers: pd.Series[str] = self._frame(role)[self.instrument.role(role)]
        return answers

    def _frame(self, role: str) -> pd.DataFrame:
        return self.members if role.startswith(OF_MEMBERS) else self.households


def gather(
    microdata: Microdata,
    instrument: Instrument,
    *,
    sample_eas: pd.DataFrame,
    sample_households: pd.DataFrame,
    gazetteer: Gazetteer | None = None,
    now: datetime | None = None,
) -> Evidence:
    """Put together what the checks need; the text columns are made once."""
    levels = tuple(_levels(microdata, instrument))
    return Evidence(microdata, instrument, levels, sample_eas, sample_households, gazetteer, now)


def stored_questions(evidence: Evidence) -> Iterator[tuple[Layer, Question]]:
    """Give every stored question of every level."""
    for level in evidence.levels:
        for question in evidence.instrument.level(level.repeat):
            if question.name in level.answered:
                yield level, question


def report(
    evidence: Evidence, level: Layer, question: Question, wrong: Truths, *, code: str, expected: str = ""
) -> Iterator[Finding]:
    """Yield one finding for each row of a level where `wrong` holds.

    Parameters
    ----------
    expected : str, optional
        What the cell should hold.
    """
    rows = level.frame["row"].to_numpy(dtype=int)
    for place in map(int, np.flatnonzero(wrong)):
        yield finding(
            code,
            file=evidence.microdata.file,
            sheet=level.sheet,
            row=int(rows[place]),
            column=question.name,
            value=level.columns[question.name][place],
            facts={**_named(evidence, level, place), "expected": expected},
        )


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
                **_named(evidence, main, place),
                **{name: cells[place] for name, cells in words.items()},
            },
        )


def _named(evidence: Evidence, level: Layer, place: int) -> dict[str, object]:
    """Name the household, the submission and the roster row of a place: file rows move, these do not."""
    name = evidence.instrument.role("household")
    household = str(level.columns[name][place]) if name in level.columns else ""
    if not level.repeat:
        return {"household": household, "submission": level.frame.index[place]}
    row = level.frame.iloc[place]
    return {"household": household, "submission": row["key"], "position": row["position"]}


def _levels(microdata: Microdata, instrument: Instrument) -> Iterator[Layer]:
    main = _texts(microdata.households)
    yield Layer(microdata.households, microdata.household_states, microdata.main, main, "")
    told: dict[str, Mapping[str, Cells]] = {"": main}
    places: dict[str, pd.MultiIndex] = {}
    for repeat, roster in microdata.rosters.items():
        rows = roster.rows
        outer = enclosing_repeat(instrument, repeat) if "parent" in rows else ""
        if outer:
            above = places[outer].get_indexer(pd.MultiIndex.from_frame(rows[["key", "parent"]]))
        else:
            above = microdata.households.index.get_indexer(pd.Index(rows["key"]))
        columns = told[repeat] = Surrounded(_texts(rows), told[outer], above)
        places[repeat] = pd.MultiIndex.from_frame(rows[["key", "position"]])
        yield Layer(rows, roster.states, roster.sheet, columns, repeat)


def _texts(frame: pd.DataFrame) -> dict[str, Cells]:
    return {str(name): _text(cells) for name, cells in frame.items()}


def _text(cells: "pd.Series[Any]") -> Cells:
    """Return the cells of a column, "" for none; equal ones share one text, which saves memory."""
    places, distinct = pd.factorize(cells)
    return np.append(np.asarray(distinct, dtype=object), "")[places]
