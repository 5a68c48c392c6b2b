"""Which version of a submission counts when several files hold it.

Versions are told apart by what they say (:mod:`survey.contents`), as far as both files hold it, and, where
the tool counts them, by their edits. A file that repeats a version that was accepted before brings nothing
new, whenever it comes. Of two versions the one edited more often counts; where a tool does not count edits,
the one accepted first loses. A version from a file without the roster says nothing of the roster: its rows
are those of the version that counts among the files that hold them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import isnan

import numpy as np
import pandas as pd

from survey.contents import contents
from survey.exports.personal import is_stored
from survey.instrument import Instrument
from survey.microdata import Microdata, Roster


@dataclass(slots=True)
class _Version:
    """One content of a submission: how often it had been edited, and the uploads that hold it.

    `fullest` is the upload that leaves out the fewest questions.
    """

    fullest: int
    edits: float
    uploads: list[int] = field(default_factory=list)

    def may_be(self, edits: float) -> bool:
        """Whether a submission with these edits may be the same version."""
        return self.edits == edits or isnan(self.edits) or isnan(edits)


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
    chosen = choose_parts(parts, instrument)
    kept = [
        (part, (chosen.reindex(part.households.index) == number).to_numpy(dtype=bool))
        for number, part in enumerate(parts)
    ]
    households = _stacked([part.households[mask] for part, mask in kept])
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
    holders = [pd.Series(number, index=part.households.index) for number, part in enumerate(parts)]
    every = pd.concat(holders) if holders else pd.Series([], dtype="int64")
    contested = every.index[every.index.duplicated()].unique()
    decided = {key: _deciding(versions, parts) for key, versions in _versions(parts, instrument, contested)}
    undisputed = every[~every.index.isin(contested)]
    return pd.concat([undisputed, pd.Series(decided, dtype="int64")])


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


def _versions(
    parts: Sequence[Microdata], instrument: Instrument, contested: pd.Index
) -> Iterator[tuple[str, list[_Version]]]:
    """Give the versions of every contested submission in the order of their first acceptance."""
    told: dict[str, list[_Version]] = {key: [] for key in contested}
    alike = _comparison(parts, instrument, contested)
    for number, part in enumerate(parts):
        keys = part.households.index.intersection(contested)
        for key, edits in zip(keys, part.edits.reindex(keys).astype(float), strict=True):
            same = (v for v in told[key] if v.may_be(edits) and alike(v.fullest, number, key))
            known = next(same, None)
            if known is None:
                known = _Version(number, edits)
                told[key].append(known)
            elif isnan(known.edits):
                known.edits = edits
            known.uploads.append(number)
            known.fullest = min(known.fullest, number, key=lambda one: len(parts[one].absent))
    yield from told.items()


def _comparison(
    parts: Sequence[Microdata], instrument: Instrument, contested: pd.Index
) -> Callable[[int, int, str], bool]:
    """Return what tells whether two parts say the same of a submission, as far as both hold it."""

    @cache
    def said(number: int, without: frozenset[str]) -> Mapping[str, str]:
        keys = parts[number].households.index.intersection(contested)
        return contents(parts[number], instrument, keys, without=without)

    @cache
    def said_by_both(one: int, other: int) -> tuple[Mapping[str, str], Mapping[str, str]]:
        without = frozenset((*parts[one].absent, *parts[other].absent))
        return said(one, without), said(other, without)

    def alike(one: int, other: int, key: str) -> bool:
        ours, theirs = said_by_both(one, other)
        return ours[key] == theirs[key]

    return alike


def _deciding(versions: Sequence[_Version], parts: Sequence[Microdata]) -> int:
    """Choose the part that holds the version that counts."""
    current = versions[0]
    for version in versions[1:]:
        if not version.edits < current.edits:
            current = version
    return min(current.uploads, key=lambda number: (len(parts[number].absent), parts[number].upload))


def _stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)] or list(frames[:1])
    return pd.concat(filled) if filled else pd.DataFrame()


def _as_states(states: pd.DataFrame) -> pd.DataFrame:
    """States of questions that an older form did not have are "not applicable"."""
    return states.fillna(0).astype("int8")
