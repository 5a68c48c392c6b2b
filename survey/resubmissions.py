"""Which version of a submission counts when several files hold it.

Versions are told apart by what they say (:mod:`survey.contents`), as far as both files hold it and both tools
have words for it (:mod:`survey.histories`), and, where the tool counts them, by their edits. A file that
repeats a version that was accepted before brings nothing new, whenever it comes. Of two versions the one
edited more often counts; where a tool does not count edits, the one accepted first loses. A version from a
file without the roster says nothing of the roster: its rows are those of the version that counts among the
files that hold them. So it is with a state of review for which the tool has no word.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial

import numpy as np
import pandas as pd

from survey.contents import REVIEW, contents
from survey.exports.personal import is_stored
from survey.histories import History, Saying, Version
from survey.instrument import Instrument
from survey.microdata import Microdata, Roster


def newest(parts: Sequence[Microdata], instrument: Instrument) -> Microdata:
    """Join the answers of several uploads; of a submission in several of them one version counts.

    Submissions that a later upload lacks are kept. The result does not depend on which file held what: rows
    stand in the order of their keys, and of equal versions the one of the fullest upload is taken: that which
    lacks the fewest questions, then the one with the smallest name.

    Parameters
    ----------
    parts : sequence of Microdata
        In the order of their acceptance.
    instrument : Instrument
        The form, all its known versions joined.
    """
    chosen, standing = _settled(parts, instrument)
    kept = [
        (part, (chosen.reindex(part.households.index) == number).to_numpy(dtype=bool))
        for number, part in enumerate(parts)
    ]
    households = _in_states(_stacked([part.households[mask] for part, mask in kept]), standing)
    states = _stacked([part.household_states[mask] for part, mask in kept])
    edits = [part.edits.reindex(part.households.index)[mask] for part, mask in kept]
    order = np.argsort(households.index.to_numpy(), kind="stable")
    repeats = dict.fromkeys(repeat for part in parts for repeat in part.rosters)
    holders = {repeat: _roster_holders(parts, repeat, chosen, instrument) for repeat in repeats}
    return Microdata(
        households=households.iloc[order],
        household_states=_as_states(states.iloc[order]),
        rosters={repeat: _joined_roster(parts, repeat, holders[repeat]) for repeat in repeats},
        findings=tuple(found for part in parts for found in part.findings),
        edits=(pd.concat(edits) if edits else pd.Series([], dtype="float64")).iloc[order],
        absent_by_key=_absent_by_key(parts, chosen, holders, instrument),
    )


def choose_parts(parts: Sequence[Microdata], instrument: Instrument) -> "pd.Series[int]":
    """Choose for every submission the part that counts.

    Returns
    -------
    Series of int
        Indexed by the key of the submission: the number of the part, from 0.
    """
    return _settled(parts, instrument)[0]


def _settled(parts: Sequence[Microdata], instrument: Instrument) -> tuple["pd.Series[int]", dict[str, str]]:
    """Choose the part that counts for every submission, and the state of those that several parts hold."""
    holders = [pd.Series(number, index=part.households.index) for number, part in enumerate(parts)]
    every = pd.concat(holders) if holders else pd.Series([], dtype="int64")
    contested = every.index[every.index.duplicated()].unique()
    counting = {key: told.current for key, told in _histories(parts, instrument, contested).items()}
    decided = {key: _deciding(version, parts) for key, version in counting.items()}
    undisputed = every[~every.index.isin(contested)]
    chosen = pd.concat([undisputed, pd.Series(decided, dtype="int64")])
    return chosen, {key: version.state for key, version in counting.items()}


def _in_states(households: pd.DataFrame, standing: Mapping[str, str]) -> pd.DataFrame:
    """Give the submissions that several files hold the state that stands."""
    if not standing:
        return households
    said = households[REVIEW]
    stands = pd.Series(standing, dtype=object).reindex(households.index)
    return households.assign(**{REVIEW: said.where(stands.isna(), stands)})


def _roster_holders(
    parts: Sequence[Microdata], repeat: str, chosen: "pd.Series[int]", instrument: Instrument
) -> "pd.Series[int]":
    """Choose for every submission the part that its roster rows come from.

    It is the part that counts, unless that holds no column of the repeat and another does.
    """
    asked = _kept_questions(instrument, repeat)
    holding = [number for number, part in enumerate(parts) if not asked or asked - set(part.absent)]
    lacking = ~chosen.isin(holding)
    if not holding or not lacking.any():
        return chosen
    among = choose_parts([parts[number] for number in holding], instrument)
    held = among.map(dict(enumerate(holding))).reindex(chosen.index[lacking]).dropna().astype("int64")
    return pd.concat([chosen.drop(held.index), held])


def _kept_questions(instrument: Instrument, repeat: str) -> frozenset[str]:
    return frozenset(question.name for question in instrument.level(repeat) if is_stored(question))


def _absent_by_key(
    parts: Sequence[Microdata],
    chosen: "pd.Series[int]",
    holders: Mapping[str, "pd.Series[int]"],
    instrument: Instrument,
) -> dict[str, tuple[str, ...]]:
    """Name for every submission the questions of which the files it was taken from have no column."""
    absent = {str(key): parts[number].absent for key, number in chosen.items()}
    for repeat, held in holders.items():
        asked = _kept_questions(instrument, repeat)
        for key, number in held[held != chosen.reindex(held.index)].items():
            others = (name for name in absent[str(key)] if name not in asked)
            absent[str(key)] = (*others, *(name for name in parts[number].absent if name in asked))
    return absent


def _joined_roster(parts: Sequence[Microdata], repeat: str, chosen: "pd.Series[int]") -> Roster:
    kept = []
    for number, part in enumerate(parts):
        if repeat in part.rosters:
            roster = part.rosters[repeat]
            counts = (chosen.reindex(roster.rows["key"]) == number).to_numpy(dtype=bool)
            kept.append((roster.rows[counts], roster.states[counts]))
    rows, states = (_stacked([pair[side] for pair in kept]).reset_index(drop=True) for side in (0, 1))
    ranked = rows.sort_values(["key", "position"], kind="stable").index
    return Roster(
        rows.loc[ranked].reset_index(drop=True), _as_states(states.loc[ranked].reset_index(drop=True))
    )


def _histories(parts: Sequence[Microdata], instrument: Instrument, contested: pd.Index) -> dict[str, History]:
    """Return the versions of every contested submission."""
    told = {str(key): History() for key in contested}
    alike = _comparison(parts, instrument, contested)

    def lacking(number: int) -> int:
        return len(parts[number].absent)

    for number, part in enumerate(parts):
        keys = part.households.index.intersection(contested)
        edits = part.edits.reindex(keys).astype(float)
        for key, edited, state in zip(keys, edits, part.households[REVIEW].reindex(keys), strict=True):
            saying = Saying(number, edited, state, part.tells)
            told[key].take(saying, partial(alike, key), lacking)
    return told


def _comparison(
    parts: Sequence[Microdata], instrument: Instrument, contested: pd.Index
) -> Callable[[str, int, int], bool]:
    """Return what tells whether two parts give the same answers to a submission, as far as both hold them."""

    @cache
    def said(number: int, without: frozenset[str]) -> Mapping[str, str]:
        keys = parts[number].households.index.intersection(contested)
        return contents(parts[number], instrument, keys, without=without)

    @cache
    def said_by_both(one: int, other: int) -> tuple[Mapping[str, str], Mapping[str, str]]:
        without = frozenset((REVIEW, *parts[one].absent, *parts[other].absent))
        return said(one, without), said(other, without)

    def alike(key: str, one: int, other: int) -> bool:
        ours, theirs = said_by_both(one, other)
        return ours[key] == theirs[key]

    return alike


def _deciding(version: Version, parts: Sequence[Microdata]) -> int:
    """Choose the part that is shown for a version."""
    return min(version.uploads, key=lambda number: (len(parts[number].absent), parts[number].upload))


def _stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)] or list(frames[:1])
    return pd.concat(filled) if filled else pd.DataFrame()


def _as_states(states: pd.DataFrame) -> pd.DataFrame:
    """States of questions that an older form did not have are "not applicable"."""
    return states.fillna(0).astype("int8")
