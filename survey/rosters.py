"""Which submission, and which row of an enclosing repeat, each roster row of a file belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from survey.exports import Export
from survey.exports.adapter import Adapter
from survey.exports.headers import is_tool_column
from survey.instrument import Instrument

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Linked:
    """Rows of one repeat that belong to submissions that count.

    Attributes
    ----------
    cells : DataFrame of str
        As the file has them; the index holds the row numbers that Excel shows.
    submission : ndarray of int, shape (n,)
        Place of the submission of each row among those that count.
    within : ndarray of int, shape (n,)
        Place of the enclosing row among the linked rows of the enclosing repeat; -1 outside of one.
    position : ndarray of int, shape (n,)
        Number of the row within its submission, 1 for the first.
    orphans : tuple
        Rows (index labels) without a submission or without an enclosing row.
    """

    cells: pd.DataFrame
    submission: Places
    within: Places
    position: Places
    orphans: tuple[Any, ...] = ()


def enclosing_repeat(instrument: Instrument, repeat: str) -> str:
    """Name the repeat in which a repeat lies, "" where it hangs on the submission."""
    path = next((question.path for question in instrument.questions if repeat in question.path), (repeat,))
    above = [name for name in path[: path.index(repeat)] if name in instrument.repeats]
    return above[-1] if above else ""


def link_rosters(
    export: Export,
    adapter: Adapter,
    instrument: Instrument,
    *,
    identity: pd.DataFrame,
    kept: "pd.Series[bool]",
) -> dict[str, Linked]:
    """Link the rows of every repeat of the form, the enclosing ones first.

    Parameters
    ----------
    export : Export
    adapter : Adapter
    instrument : Instrument
    identity : DataFrame
        From ``adapter.submissions``.
    kept : Series of bool
        The submissions that count.
    """
    linked: dict[str, Linked] = {}
    for repeat in instrument.repeats:
        table = export.tables.get(export.rosters.get(repeat, ""))
        outer = enclosing_repeat(instrument, repeat)
        if table is None:
            linked[repeat] = _empty()
        elif outer:
            linked[repeat] = _within_rows(table, adapter, linked[outer], _table_of(export, outer))
        else:
            parents = adapter.parents(table, export.tables[export.main], identity["key"])
            linked[repeat] = _within_submissions(table, adapter, parents, identity["key"], kept=kept)
    return linked


def _table_of(export: Export, repeat: str) -> pd.DataFrame:
    return export.tables.get(export.rosters.get(repeat, ""), _empty().cells)


def _empty() -> Linked:
    none = np.zeros(0, dtype=np.intp)
    return Linked(pd.DataFrame(index=pd.RangeIndex(0)), none, none, none)


def _within_submissions(
    table: pd.DataFrame,
    adapter: Adapter,
    parents: "pd.Series[str]",
    claimed: "pd.Series[str]",
    *,
    kept: "pd.Series[bool]",
) -> Linked:
    places = pd.Index(claimed[kept]).get_indexer(pd.Index(parents))
    repeated = claimed[claimed.duplicated()]
    used = (places >= 0) & ~_copies(table, parents, repeated).to_numpy()
    return _linked(table, adapter, parents, used, submission=places, within=np.full(len(table), -1))


def _within_rows(table: pd.DataFrame, adapter: Adapter, outer: Linked, outer_table: pd.DataFrame) -> Linked:
    ids = adapter.rows(outer_table) if len(outer_table) else pd.Series([], dtype="str")
    parents = adapter.parents(table, outer_table, ids)
    # By place: rows of a repeat that was spread over columns share the row number of their submission.
    counting = adapter.rows(outer.cells).reset_index(drop=True) if len(outer.cells) else ids.iloc[:0]
    first = counting[~counting.duplicated() & (counting != "")]
    within = pd.Series(first.index, index=first.to_numpy(dtype=object), dtype=np.intp)
    found = within.reindex(parents.to_numpy(dtype=object), fill_value=-1).to_numpy(dtype=np.intp)
    submission = outer.submission[found] if len(outer.submission) else np.full(len(table), -1)
    return _linked(table, adapter, parents, found >= 0, submission=submission, within=found)


def _copies(table: pd.DataFrame, parents: "pd.Series[str]", repeated: "pd.Series[str]") -> "pd.Series[bool]":
    """Tell which rows say the same as an earlier row of a submission that stands twice in the file."""
    suspect = parents.isin(repeated)
    if not suspect.any():
        return suspect
    answers = table[[header for header in table.columns if not is_tool_column(header)]]
    return suspect & answers.assign(parent=parents).duplicated()


def _linked(
    table: pd.DataFrame,
    adapter: Adapter,
    parents: "pd.Series[str]",
    used: npt.NDArray[np.bool_],
    *,
    submission: Places,
    within: Places,
) -> Linked:
    cells = table if used.all() else table[used]
    order = pd.to_numeric(adapter.order(cells), errors="coerce").to_numpy(dtype=float)
    position = _positions(submission[used], within[used], order)
    orphans = tuple(table.index[(parents == "").to_numpy()])
    return Linked(cells, submission[used], within[used], position, orphans)


def _positions(submission: Places, within: Places, order: npt.NDArray[np.float64]) -> Places:
    """Count the rows of each submission as the tablet listed them, whatever their order in the file."""
    sequence = np.lexsort((np.where(np.isnan(order), np.inf, order), within, submission))
    sorted_submissions = submission[sequence]
    starts = np.flatnonzero(np.r_[True, sorted_submissions[1:] != sorted_submissions[:-1]])
    lengths = np.diff(np.r_[starts, len(sequence)])
    position = np.empty(len(sequence), dtype=np.intp)
    position[sequence] = np.arange(len(sequence)) - np.repeat(starts, lengths) + 1
    return position


def row_columns(
    linked: Linked, keys: pd.Index, outer_positions: Places | None
) -> Mapping[str, npt.NDArray[Any]]:
    """Return the columns that name the rows of a roster: key, parent within a repeat, position, row."""
    parent = {} if outer_positions is None else {"parent": outer_positions[linked.within]}
    return {
        "key": keys.to_numpy(dtype=object)[linked.submission],
        **parent,
        "position": linked.position,
        "row": linked.cells.index.to_numpy(),
    }
