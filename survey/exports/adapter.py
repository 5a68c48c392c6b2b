"""What an adapter knows of its tool: signature, layout, identity and states of submissions, spelling."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from survey.exports.cells import Table
from survey.exports.headers import as_written
from survey.exports.layout import Layout
from survey.instrument import Instrument
from survey.review_states import RECEIVED

if TYPE_CHECKING:
    import pandas as pd


def unchanged(cells: pd.DataFrame, _instrument: Instrument, _repeat: str) -> pd.DataFrame:
    """Translate nothing: the tool writes the codes of the form and leaves blank what has no answer."""
    return cells


def unidentified(roster: pd.DataFrame) -> pd.Series[str]:
    """Name no row: the tool has no repeat within a repeat."""
    return roster.index.to_series().astype("str").str.slice(0, 0)


@dataclass(frozen=True, slots=True)
class Adapter:
    """One collection tool, or one way in which it writes.

    Attributes
    ----------
    source : str
        Name kept with every row: "kobotoolbox".
    name : str
        Name that people know: "KoboToolbox".
    signature : tuple of str
        Columns that only this tool writes; their share in a table is its score.
    layout : callable (tables, instrument) -> Layout
        Finds the main table and the rosters; raises ``Unreadable`` with the instruction where it cannot.
    submissions : callable (main) -> DataFrame
        One row a submission, index as `main`: key (stable, "" = none), by_uuid (the key changes with an
        edit), form_version, submitted, review (received, has_issues, approved, rejected; NaN = unknown
        word), readable (False = encrypted or incomplete); where the tool tells, edits (how often the
        submission was edited, NaN = unknown).
    parents : callable (roster, outer, ids) -> Series
        The one of `ids` to which each roster row belongs, "" for an orphan; `outer` is the main table with
        the keys of its submissions, or the table of the enclosing repeat with its `rows`.
    order : callable (roster) -> Series
        Number that tells the order of the roster rows.
    headers : callable (headers, instrument, repeat) -> mapping
        Header as written -> header as KoboToolbox writes it with XML names (``group/question``,
        ``group/question/code``); what is not in it stays. Used where personal columns are withheld and
        where answers are read. Raises ``Unreadable`` where a header could mean two questions.
    cells : callable (table, instrument, repeat) -> DataFrame
        The renamed table with its cells in the words of the form: codes for labels, "" for every mark of
        "no answer" and "skipped", ISO dates, decimal points.
    rows : callable (roster) -> Series
        Name of each roster row, as the rows of a repeat within it give it; "" where there is none.
    likeness : callable (tables, instrument) -> float, optional
        How much a file looks like this tool, 0..1, where columns that only the tool writes do not tell.
    unusable : str
        Code of the finding for a submission that is not readable.
    states : frozenset of str
        Review states for which the tool has a word. A file that says "received" does not contradict a state
        that is not among them.
    state_columns : tuple of str
        Columns that tell the state: a file without any of them has no word but "received".
    """

    source: str
    name: str
    signature: tuple[str, ...]
    layout: Callable[[Sequence[Table], Instrument], Layout]
    submissions: Callable[[pd.DataFrame], pd.DataFrame]
    parents: Callable[[pd.DataFrame, pd.DataFrame, pd.Series[str]], pd.Series[str]]
    order: Callable[[pd.DataFrame], pd.Series[str]]
    headers: Callable[[Sequence[str], Instrument, str], Mapping[str, str]] = as_written
    cells: Callable[[pd.DataFrame, Instrument, str], pd.DataFrame] = unchanged
    rows: Callable[[pd.DataFrame], pd.Series[str]] = unidentified
    likeness: Callable[[Sequence[Table], Instrument], float] | None = None
    unusable: str = "submission_encrypted"
    states: frozenset[str] = frozenset({RECEIVED})
    state_columns: tuple[str, ...] = ()

    def told_states(self, headers: Iterable[str]) -> frozenset[str]:
        """Return the review states for which a file has words, by the headers of its main table."""
        return self.states if set(self.state_columns) & set(headers) else frozenset({RECEIVED})
