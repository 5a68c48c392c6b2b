"""Corrections take effect on reading: what they say replaces the answer, and skips are decided again.

An answer is replaced only where it still reads what the correction says it read. Who is asked what is then
decided by the form as for any other answers; whatever a correction does not touch stays as it came.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from survey.answers import ANSWERED, NO_ANSWER, NOT_APPLICABLE, Cells, Level, read_level
from survey.corrections.log import Cell, Entry, Fate, State, chains, in_force
from survey.exports.headers import map_headers
from survey.messages import Finding, finding
from survey.microdata import Microdata, Roster
from survey.rosters import enclosing_repeat
from survey.versions import Versions

Places = npt.NDArray[np.intp]
CODES: Mapping[str, str] = {"set_aside": "correction_set_aside", "not_asked": "correction_not_asked"}


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """Answers with the corrections in them, and what else the corrections change.

    Attributes
    ----------
    microdata : Microdata
    opened, closed : tuple of Cell
        Answers that are asked for, or no longer asked for, because another answer was corrected.
    """

    microdata: Microdata
    opened: tuple[Cell, ...] = ()
    closed: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Touched:
    """Rows of one level of the corrected submissions; `names` gives (submission, position) of each."""

    places: Places
    frame: pd.DataFrame
    names: Sequence[tuple[str, int]]


def corrected(microdata: Microdata, entries: Sequence[Entry], form: Versions) -> Microdata:
    """Return the answers as the corrections in force say they should read."""
    return effect(microdata, entries, form).microdata


def effect(microdata: Microdata, entries: Sequence[Entry], form: Versions) -> Effect:
    """Apply the corrections in force, and tell what they do.

    Parameters
    ----------
    microdata : Microdata
        Answers as they came.
    entries : sequence of Entry
        The log, oldest first.
    form : Versions
    """
    wanted = chains(in_force(entries))
    if not wanted:
        return Effect(microdata)
    levels = _touched(microdata, {cell.submission for cell in wanted})
    source = _source(levels, wanted)
    values, fates = _replayed(wanted, source)
    before, after = (_read(levels, form, new) for new in ({}, values))
    fates = [_final(fate, after, levels, values) for fate in fates]
    made = _spliced(microdata, levels, before, after)
    fates = sorted(fates, key=lambda fate: fate.entry.number)
    told = replace(made, findings=(*made.findings, *findings_of(fates)), corrections=tuple(fates))
    return Effect(
        told, _moved(levels, before, after, to=NO_ANSWER), _moved(levels, after, before, to=ANSWERED)
    )


def written(
    microdata: Microdata, entries: Sequence[Entry], cells: Collection[Cell]
) -> dict[Cell, str | None]:
    """Return what answers read by the tools and the corrections in force, before skips are decided again.

    None where the wave has no such submission, row or question; "" where there is no answer.
    """
    known = chains(in_force(entries))
    wanted = {cell: known.get(cell, []) for cell in cells}
    source = _source(_touched(microdata, {cell.submission for cell in wanted}), wanted)
    return {**source, **_replayed(wanted, source)[0]}


def findings_of(fates: Sequence[Fate]) -> tuple[Finding, ...]:
    """Say which corrections have no effect, and why."""
    return tuple(
        finding(
            CODES[fate.state],
            column=fate.entry.cell.variable,
            value=fate.entry.correction.new,
            facts={
                "number": fate.entry.number,
                "submission": fate.entry.cell.submission,
                "old": fate.entry.correction.old or "-",
                "now": fate.now or "-",
            },
        )
        for fate in fates
        if fate.state in CODES
    )


def _touched(microdata: Microdata, keys: set[str]) -> dict[str, _Touched]:
    households = microdata.households
    places = np.flatnonzero(households.index.isin(keys))
    frame = households.iloc[places]
    found = {"": _Touched(places, frame, [(str(key), 0) for key in frame.index])}
    for repeat, roster in microdata.rosters.items():
        places = np.flatnonzero(roster.rows["key"].isin(keys))
        frame = roster.rows.iloc[places]
        names = [(str(k), int(p)) for k, p in zip(frame["key"], frame["position"], strict=True)]
        found[repeat] = _Touched(places, frame, names)
    return found


def _source(levels: Mapping[str, _Touched], wanted: Mapping[Cell, object]) -> dict[Cell, str | None]:
    """Return what the tools say of every wanted answer; None where there is no such row."""
    rows = {repeat: {name: n for n, name in enumerate(level.names)} for repeat, level in levels.items()}
    found: dict[Cell, str | None] = {}
    for cell in wanted:
        place = rows.get(cell.repeat, {}).get((cell.submission, cell.position))
        if place is None or cell.variable not in levels[cell.repeat].frame:
            found[cell] = None
        else:
            answer = levels[cell.repeat].frame[cell.variable].iloc[place]
            found[cell] = "" if pd.isna(answer) else str(answer)
    return found


def _replayed(
    wanted: Mapping[Cell, Sequence[Entry]], source: Mapping[Cell, str | None]
) -> tuple[dict[Cell, str], list[Fate]]:
    """Follow the corrections of every answer in the order of the log."""
    values: dict[Cell, str] = {}
    fates: list[Fate] = []
    for cell, chain in wanted.items():
        value, last = source[cell], None
        for entry in chain:
            said = entry.correction
            if value is not None and value == said.old:
                if last is not None:
                    fates[last] = replace(fates[last], state="superseded")
                last = len(fates)
                fates.append(Fate(entry, "applied", value))
                value = said.new
            else:
                state: State = "at_source" if value == said.new else "set_aside"
                fates.append(Fate(entry, state, value or ""))
        if last is not None and value is not None:
            values[cell] = value
    return values, fates


def _read(levels: Mapping[str, _Touched], form: Versions, values: Mapping[Cell, str]) -> dict[str, Level]:
    """Read the touched rows as if the tools had written the new values."""
    main = levels[""]
    versions = main.frame["form_version"].fillna("").to_list()
    judges = form.judges(versions)
    read: dict[str, Level] = {}
    for repeat, level in levels.items():
        table = _table(level, repeat, form, values)
        meaning = map_headers(list(table.columns), form.joined, repeat)
        if not repeat:
            read[repeat] = read_level(table, form.joined, meaning=meaning, judges=judges)
            continue
        above = main.frame.index.get_indexer(pd.Index(level.frame["key"]))
        outer = {name: cells[above] for name, cells in read[""].answers.items()}
        enclosing = enclosing_repeat(form.joined, repeat)
        if enclosing:
            rows = pd.MultiIndex.from_tuples(levels[enclosing].names, names=["key", "position"])
            within = rows.get_indexer(pd.MultiIndex.from_frame(level.frame[["key", "parent"]]))
            outer |= {name: cells[within] for name, cells in read[enclosing].answers.items()}
        own = [(rows_decided[above], asked) for rows_decided, asked in judges]
        read[repeat] = read_level(table, form.joined, repeat, outer, meaning=meaning, judges=own)
    return read


def _table(level: _Touched, repeat: str, form: Versions, values: Mapping[Cell, str]) -> pd.DataFrame:
    """Write the answers of a level as a tool would: one text column a question."""
    names = [question.name for question in form.joined.level(repeat) if question.name in level.frame]
    cells = level.frame[names].to_numpy(dtype=object, na_value="")
    columns = {name: place for place, name in enumerate(names)}
    rows = {name: place for place, name in enumerate(level.names)}
    for cell, value in values.items():
        if cell.repeat == repeat:
            cells[rows[cell.submission, cell.position], columns[cell.variable]] = value
    return pd.DataFrame(cells, columns=names, index=level.frame.index, dtype=object)


def _final(
    fate: Fate, after: Mapping[str, Level], levels: Mapping[str, _Touched], values: Mapping[Cell, str]
) -> Fate:
    """Tell an applied correction whose question is not asked from one that counts."""
    cell = fate.entry.cell
    if fate.state != "applied" or not values[cell]:
        return fate
    place = levels[cell.repeat].names.index((cell.submission, cell.position))
    is_asked = after[cell.repeat].states[cell.variable][place] != NOT_APPLICABLE
    return fate if is_asked else replace(fate, state="not_asked")


def _spliced(
    microdata: Microdata,
    levels: Mapping[str, _Touched],
    before: Mapping[str, Level],
    after: Mapping[str, Level],
) -> Microdata:
    """Put the answers that differ into the frames; all others are left alone."""
    frames = {
        repeat: _changed(_frames(microdata, repeat), level.places, before[repeat], after[repeat])
        for repeat, level in levels.items()
    }
    households, states = frames[""]
    rosters = {
        repeat: Roster(*frames[repeat], sheet=roster.sheet) for repeat, roster in microdata.rosters.items()
    }
    return replace(microdata, households=households, household_states=states, rosters=rosters)


def _frames(microdata: Microdata, repeat: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    if not repeat:
        return microdata.households, microdata.household_states
    return microdata.rosters[repeat].rows, microdata.rosters[repeat].states


def _changed(
    whole: tuple[pd.DataFrame, pd.DataFrame], places: Places, was: Level, now: Level
) -> tuple[pd.DataFrame, pd.DataFrame]:
    answers: dict[str, Any] = {}
    states: dict[str, Any] = {}
    for name, rows in _differences(was, now):
        texts = whole[0][name].to_numpy(dtype=object, na_value=np.nan).copy()
        texts[places[rows]] = [text or np.nan for text in now.answers[name][rows]]
        answers[name] = pd.array(texts, dtype="str")
        marks = whole[1][name].to_numpy().copy()
        marks[places[rows]] = now.states[name][rows]
        states[name] = marks
    return whole[0].assign(**answers), whole[1].assign(**states)


def _differences(was: Level, now: Level) -> Iterator[tuple[str, Cells]]:
    for name in now.answers:
        differs = (was.answers[name] != now.answers[name]) | (was.states[name] != now.states[name])
        if differs.any():
            yield name, np.flatnonzero(differs)


def _moved(
    levels: Mapping[str, _Touched], was: Mapping[str, Level], now: Mapping[str, Level], *, to: int
) -> tuple[Cell, ...]:
    """Name the answers that were not applicable in `was` and have the state `to` in `now`."""
    return tuple(
        Cell(key, repeat, position, name)
        for repeat, level in levels.items()
        for name, rows in _differences(was[repeat], now[repeat])
        for row in rows
        if was[repeat].states[name][row] == NOT_APPLICABLE and now[repeat].states[name][row] == to
        for key, position in [level.names[row]]
    )
