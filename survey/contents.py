"""What each submission says, as a digest: two are alike when their answers, roster and review state are."""

import hashlib
from collections.abc import Collection, Sequence

import pandas as pd

from survey.instrument import Instrument
from survey.microdata import Microdata, Roster
from survey.noticed import needed_questions

TOOL_TYPES = frozenset({"start", "end", "today", "username", "deviceid", "audit"})
CELL, LINE = "\x1f", "\x1e"
REVIEW = "review"


def contents(
    microdata: Microdata, instrument: Instrument, keys: pd.Index, *, without: Collection[str] = ()
) -> dict[str, str]:
    """Digest of what each of the submissions `keys` says; an empty answer and none at all are alike.

    What is named in `without` is left out, the state of review (``review``) as well as questions. Times,
    devices and the collection tool do not count, nor do calculations that only served the tablet and
    that other tools do not keep: the same interview from another tool is the same.
    """
    if keys.empty:
        return {}
    names = [name for name in (REVIEW, *_answers(instrument, "")) if name not in without]
    said = _lines(microdata.households.loc[keys], names)
    for repeat, roster in microdata.rosters.items():
        held = [n for n in _answers(instrument, repeat) if n in roster.states and n not in without]
        if held:
            said = said + LINE + _told(roster, held, keys)
    return {str(key): hashlib.sha256(text.encode()).hexdigest() for key, text in said.items()}


def data_fingerprint(microdata: Microdata, instrument: Instrument) -> str:
    """Sha-256 over the content and the time of submission of every interview, in the order of the keys."""
    times = microdata.households["submitted"].fillna("")
    said = contents(microdata, instrument, times.index)
    text = "\n".join(f"{key} {times[key]} {said[key]}" for key in sorted(said))
    return hashlib.sha256(text.encode()).hexdigest()


def _told(roster: Roster, names: Sequence[str], keys: pd.Index) -> "pd.Series[str]":
    """Join the rows of a roster to one text a submission."""
    rows = roster.rows[roster.rows["key"].isin(keys)].sort_values(["key", "position"], kind="stable")
    told = _lines(rows, names)
    if "parent" in rows:
        told = rows["parent"].astype(str).astype(object) + CELL + told
    return told.groupby(rows["key"].to_numpy()).agg(LINE.join).reindex(keys, fill_value="")


def _answers(instrument: Instrument, repeat: str) -> list[str]:
    """Name the questions of a level whose answers come from people, and the calculations that count."""
    needed = needed_questions(instrument)
    return [q.name for q in instrument.level(repeat) if q.type not in TOOL_TYPES and q.name in needed]


def _lines(frame: pd.DataFrame, names: Sequence[str]) -> "pd.Series[str]":
    """Join the answers of every row to one text."""
    cells = frame.reindex(columns=list(names)).to_numpy(dtype=object, na_value="")
    return pd.Series([CELL.join(row) for row in cells], index=frame.index, dtype=object)


def said_by_all(parts: Sequence[Microdata], instrument: Instrument, keys: pd.Index) -> list[dict[str, str]]:
    """Digest of what each part says of each submission, by the questions that all of them hold.

    A file of a statistics program has no roster: of the interviews in it the rosters are not compared.

    Returns
    -------
    list of dict
        One a part: key -> digest.
    """
    alike: dict[frozenset[str], list[str]] = {}
    for key in keys:
        alike.setdefault(frozenset(name for part in parts for name in part.lacks(key)), []).append(key)
    said: list[dict[str, str]] = [{} for _ in parts]
    for without, some in alike.items():
        for told, part in zip(said, parts, strict=True):
            told.update(contents(part, instrument, pd.Index(some), without=without))
    return said
