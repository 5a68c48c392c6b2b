"""The rows behind a number: where each interview lies in the uploaded files, and why others do not count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from survey.contents import said_by_all
from survey.fieldwork import COMPLETE, PARTIAL
from survey.frame_units import unit_columns
from survey.histories import as_meant, without_word
from survey.instrument import Instrument
from survey.microdata import Microdata
from survey.resubmissions import choose_parts
from survey.roles import in_roles
from survey.scored import PROVINCE
from survey.wave import WeighedWave

PLACE = ["upload", "file", "row", "submission", "household", "ea_code"]
INTERVIEW_COLUMNS = (*PLACE, "weight", "y", "contribution")
OTHER_COLUMNS = (*PLACE, "disposition", "reason")
# Breakdown -> column of the sample of areas: the units to which a household without interview belongs, too.
RESIDENCE = "residence"
# Reasons of the fieldwork in one word; a household with another result than an interview has none.
REASONS: Mapping[str, str] = {
    "no submission": "no_submission",
    "interview rejected": "rejected",
    "review state not counted": "state_not_counted",
    "wrong respondent": "wrong_respondent",
}
NO_SCORE, RESULT, COPY, NOT_SAMPLED, REPLACED = "no_score", "result", "copy", "not_sampled", "replaced"
STATE_UNTOLD = "state_untold"


@dataclass(frozen=True)
class Reread:
    """A wave as it was read again for a release.

    Attributes
    ----------
    weighed : WeighedWave
    parts : sequence of Microdata
        The uploads of the release in the order of their acceptance.
    form : Instrument
        All known versions of the form, joined.
    files : mapping
        Upload -> name of its file.
    """

    weighed: WeighedWave
    parts: Sequence[Microdata]
    form: Instrument
    files: Mapping[str, str]

    @cached_property
    def deciding(self) -> "pd.Series[int]":
        """Number of the part whose version counts, by submission."""
        return choose_parts(self.parts, self.form)

    @cached_property
    def submissions(self) -> pd.DataFrame:
        """Every submission with the columns `PLACE`, from the file whose version counts; indexed by key."""
        keys = self.weighed.microdata.households.index
        uploads = self.deciding.reindex(keys).map(dict(enumerate(part.upload for part in self.parts)))
        return self.places(self.weighed.microdata.households, uploads)

    def places(self, households: pd.DataFrame, uploads: "pd.Series[str] | str") -> pd.DataFrame:
        """Columns `PLACE` of some submissions, given the upload that each comes from."""
        named = in_roles(households, self.form)
        placed = pd.DataFrame(
            {
                "upload": uploads,
                "row": named["row"].astype("Int64"),
                "submission": named.index,
                "household": named["hh_id"],
                "ea_code": named["ea_code"],
            },
            index=named.index,
        )
        return placed.assign(file=placed["upload"].map(self.files))[PLACE]


def interview_rows(read: Reread, scores: pd.Series, weight: str) -> pd.DataFrame:
    """Lay out the interviews that make a number, the heaviest contribution first.

    Parameters
    ----------
    read : Reread
    scores : Series of float
        1 or 0, by the key of the submission: those that count.
    weight : str
        Column of the weights.

    Returns
    -------
    DataFrame
        `INTERVIEW_COLUMNS`; weights and contributions in persons.
    """
    weights = read.weighed.weights.persons.loc[scores.index, weight]
    rows = read.submissions.loc[scores.index].assign(
        weight=weights, y=scores.astype("Int64"), contribution=weights * scores
    )
    ordered = rows.sort_values(["contribution", "weight", "submission"], ascending=[False, False, True])
    return ordered[list(INTERVIEW_COLUMNS)].reset_index(drop=True)


def other_rows(read: Reread, counted: pd.Index, inside: pd.Index, *, by: str, unit: str) -> pd.DataFrame:
    """Lay out what else belongs to a unit, each row with the reason why it does not count.

    Parameters
    ----------
    read : Reread
    counted : Index
        Keys of the interviews that count.
    inside : Index
        Keys of all usable interviews of the unit.
    by, unit : str

    Returns
    -------
    DataFrame
        `OTHER_COLUMNS`. Reasons: ``no_score`` (outside the base, or the answers do not decide), ``result``
        (no interview; see the disposition), ``no_submission``, ``rejected``, ``wrong_respondent``, ``copy``
        (the household has another submission that counts), ``not_sampled``, ``replaced`` (an older version
        of a submission), ``state_untold`` (the state of review stands from another file, and this one's tool
        has no word for it; the answers of the row may count all the same). By sex, age or ethnicity only
        ``no_score``: nobody knows these of a household without interview.
    """
    households = read.weighed.fieldwork.households
    sample = read.weighed.wave.sample_eas
    columns = {**unit_columns(sample), RESIDENCE: RESIDENCE}
    if by not in (PROVINCE, *columns):
        rows = _households(read, households[households["key"].isin(inside.difference(counted))])
        return rows[list(OTHER_COLUMNS)].reset_index(drop=True)
    rest = households[~households["key"].isin(counted)]
    tables = [_households(read, rest), _unsettled(read), _replaced(read), _untold(read)]
    rows = pd.concat(tables, ignore_index=True)
    if by in columns:
        rows = rows[rows["ea_code"].isin(sample.loc[sample[columns[by]] == unit, "ea_code"])]
    return rows[list(OTHER_COLUMNS)].reset_index(drop=True)


def _households(read: Reread, households: pd.DataFrame) -> pd.DataFrame:
    """Issued households, each with its submission where it has one."""
    usable = households["disposition"].isin([COMPLETE, PARTIAL])
    plain = usable.map({True: NO_SCORE, False: RESULT})
    placed = read.submissions.reindex(households["key"]).reset_index(drop=True)
    return placed.assign(
        submission=households["key"].to_numpy(),
        household=households["hh_id"].to_numpy(),
        ea_code=households["ea_code"].to_numpy(),
        disposition=households["disposition"].to_numpy(),
        reason=households["reason"].map(REASONS).fillna(plain).to_numpy(),
    )


def _unsettled(read: Reread) -> pd.DataFrame:
    """Submissions that became no result: copies of a household, and households outside the sample."""
    left = read.submissions[~read.submissions.index.isin(read.weighed.fieldwork.households["key"])]
    sampled = left["household"].isin(read.weighed.wave.sample_households["hh_id"])
    return left.assign(disposition="", reason=sampled.map({True: COPY, False: NOT_SAMPLED}))


def _replaced(read: Reread) -> pd.DataFrame:
    """Versions of submissions that say something else than the version that counts."""
    wave = read.weighed.microdata
    found = []
    for number, part in enumerate(read.parts):
        lost = part.households.index[read.deciding[part.households.index] != number]
        meant = as_meant(part, wave.households["review"])
        known, said = said_by_all((wave, meant), read.form, lost)
        other = [key for key in lost if said[key] != known[key]]
        placed = read.places(part.households.loc[other], part.upload)
        found.append(placed.assign(disposition="", reason=REPLACED))
    return pd.concat(found, ignore_index=True)


def _untold(read: Reread) -> pd.DataFrame:
    """Rows that say "received" of submissions whose state stands in the words of another tool."""
    standing = read.weighed.microdata.households["review"]
    rows = [(part.households[without_word(part, standing)], part.upload) for part in read.parts]
    placed = pd.concat([read.places(part, upload) for part, upload in rows], ignore_index=True)
    return placed.assign(disposition="", reason=STATE_UNTOLD)
