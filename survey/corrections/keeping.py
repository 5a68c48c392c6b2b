"""How corrections enter the log, are taken back, and are listed with what became of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from survey.answers import NOT_APPLICABLE
from survey.corrections.checking import WHO, Checked, check
from survey.corrections.log import (
    Cell,
    Correction,
    Entry,
    Fate,
    append,
    chains,
    in_force,
    last_row,
    read_log,
)
from survey.corrections.sheets import read_corrections
from survey.messages import Refusal, finding
from survey.microdata import Microdata
from survey.store import Store

ATTEMPTS = 5


def check_file(store: Store, wave: str, path: Path, *, name: str | None = None) -> Checked:
    """Read a file of corrections and check it; nothing is stored.

    Raises
    ------
    Refusal
        When the file cannot be read, or the wave is not known.
    """
    called = name or path.name
    return check(store, wave, read_corrections(path, name=called), file=called)


def keep(store: Store, checked: Checked) -> bool:
    """Add checked corrections to the log; False when others have added some since, so that nothing was added.

    Raises
    ------
    Refusal
        When the check found an error: a file is taken as a whole or not at all.
    """
    if checked.errors:
        raise Refusal(*checked.errors)
    if not checked.wanted:
        return True
    return append(store.catalogue, checked.wave, checked.wanted, seen=checked.seen)


def enter(store: Store, wave: str, path: Path, *, name: str | None = None) -> Checked:
    """Check a file and add its corrections to the log; again when others were faster."""
    for _ in range(ATTEMPTS):
        checked = check_file(store, wave, path, name=name)
        if keep(store, checked):
            return checked
    raise Refusal(finding("store_busy", file=str(store.root)))


def withdraw(store: Store, wave: str, number: int, *, who: str, why: str) -> Entry:
    """Take a correction back by a new row; the answer then reads as before it.

    Raises
    ------
    Refusal
        When no correction of this number is in force, a later one of the same answer stands on it, or the
        person or the reason is missing.
    """
    store.wave(wave)
    check_words(who, why)
    for _ in range(ATTEMPTS):
        seen = last_row(store.catalogue)
        standing = in_force(read_log(store.catalogue, wave))
        entry = next((one for one in standing if one.number == number), None)
        if entry is None:
            raise Refusal(finding("correction_not_in_force", value=str(number)))
        last = chains(standing)[entry.cell][-1]
        if last is not entry:
            raise Refusal(finding("correction_stood_on", value=str(number), facts={"later": last.number}))
        back = Correction(entry.cell, entry.correction.new, entry.correction.old, who, why)
        if append(store.catalogue, wave, [back], seen=seen, withdraws=number):
            return entry
    raise Refusal(finding("store_busy", file=str(store.root)))


def check_words(who: str, why: str) -> None:
    """Refuse a decision without a person or a reason."""
    if not WHO.fullmatch(who):
        raise Refusal(finding("decision_without_person", value=who or "-"))
    if not why.strip():
        raise Refusal(finding("decision_without_reason"))


def listed(store: Store, wave: str) -> tuple[Fate, ...]:
    """Return every row of the log with what became of it, oldest first."""
    log = read_log(store.catalogue, wave)
    known = {fate.entry.number: fate for fate in store.microdata(wave).corrections} if log else {}
    return tuple(
        known.get(entry.number) or Fate(entry, "withdrawal" if entry.withdraws else "withdrawn")
        for entry in log
    )


def answers_of(store: Store, wave: str, household: str) -> Iterator[tuple[Correction, str]]:
    """Give every answer that the submissions of a household were asked for, to be filled into the template.

    Raises
    ------
    Refusal
        When the wave has no submission of the household.
    """
    microdata, form = store.microdata(wave), store.form(wave).joined
    told = microdata.households.get(form.role("household"))
    keys = [] if told is None else list(microdata.households.index[told == household])
    if not keys:
        raise Refusal(finding("household_unknown", value=household))
    for key in keys:
        for cell, answer in _asked(microdata, key):
            yield Correction(cell, answer, "", "", ""), household


def _asked(microdata: Microdata, key: str) -> Iterator[tuple[Cell, str]]:
    main = microdata.households.loc[key]
    states = microdata.household_states.loc[key]
    yield from _of_row(key, "", 0, (main, states))
    for repeat, roster in microdata.rosters.items():
        for place in roster.rows.index[roster.rows["key"] == key]:
            row = roster.rows.loc[place]
            yield from _of_row(key, repeat, int(row["position"]), (row, roster.states.loc[place]))


def _of_row(key: str, repeat: str, position: int, row: tuple[Any, Any]) -> Iterator[tuple[Cell, str]]:
    """Give the answers of a row, told as (answers, states), that were asked for."""
    answers, states = row
    for name in states.index[states != NOT_APPLICABLE]:
        answer = answers[name]
        yield Cell(key, repeat, position, str(name)), "" if pd.isna(answer) else str(answer)
