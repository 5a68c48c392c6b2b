"""What interviews say: a table of the submissions and one of the rows of each repeat, in three states."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from survey.corrections.log import Fate
from survey.messages import Finding
from survey.review_states import ALL_STATES


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """Rows of one repeat of the form.

    Attributes
    ----------
    rows : DataFrame
        key (of the submission), parent (in a repeat within a repeat only: position of the row it belongs to
        in the roster of the enclosing repeat), position (1 for the first of its submission), row (as Excel
        shows it), then the questions. ``(key, position)`` names a row.
    states : DataFrame of int8
        The same rows and questions: 0 not applicable, 1 no answer, 2 answered.
    sheet : str
        Table of the export from which the rows come.
    """

    rows: pd.DataFrame
    states: pd.DataFrame
    sheet: str = ""


def no_rows() -> Roster:
    """Return the roster of a form without any repeat."""
    columns = {name: pd.Series([], dtype=kind) for name, kind in (("key", object), ("position", int))}
    rows = pd.DataFrame({**columns, "row": pd.Series([], dtype=int)})
    return Roster(rows, pd.DataFrame(index=rows.index))


@dataclass(frozen=True, slots=True, eq=False)
class Microdata:
    """Answers of an upload, or of a whole wave, in the words of the form.

    Attributes
    ----------
    households : DataFrame
        One row a submission; the index is its stable key. System columns source, form_version,
        started, ended, submitted (UTC, ISO), review, row (as Excel shows it), then every stored
        question of the main table: text, NaN where there is no answer.
    household_states : DataFrame of int8
        The same rows and questions: 0 not applicable, 1 no answer, 2 answered.
    rosters : mapping
        Repeat -> its rows, every repeat of the form in form order.
    findings : tuple of Finding
        What was noticed while reading; nothing is dropped in silence.
    file, main, upload : str
        Where the rows come from: file name, main table, sha-256 of the bytes; empty for a whole wave.
    edits : Series of float
        How often each submission was edited before the export; NaN or absent where the tool does not say.
    absent : tuple of str
        Questions without any column in the file.
    tells : frozenset of str
        Review states for which the tool of the file has a word.
    absent_by_key : mapping
        For a whole wave: submission -> questions without any column in the file it was taken from.
    corrections : tuple of Fate
        What became of the corrections of the office that are in force; empty for answers as they came.
    """

    households: pd.DataFrame
    household_states: pd.DataFrame
    rosters: Mapping[str, Roster]
    findings: tuple[Finding, ...] = ()
    file: str = ""
    main: str = ""
    upload: str = ""
    edits: pd.Series = field(default_factory=lambda: pd.Series([], dtype="float64"))
    absent: tuple[str, ...] = ()
    tells: frozenset[str] = ALL_STATES
    absent_by_key: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def lacks(self, key: str) -> tuple[str, ...]:
        """Name the questions that the file of a submission does not hold; their blanks say nothing."""
        return self.absent_by_key.get(key, self.absent)

    corrections: tuple[Fate, ...] = ()

    @property
    def first(self) -> Roster:
        """Rows of the first repeat of the form: the household members."""
        return next(iter(self.rosters.values()), None) or no_rows()

    @property
    def members(self) -> pd.DataFrame:
        """One row a household member."""
        return self.first.rows

    @property
    def member_states(self) -> pd.DataFrame:
        """States of the answers about household members."""
        return self.first.states

    @property
    def roster(self) -> str:
        """Table from which the household members come."""
        return self.first.sheet
