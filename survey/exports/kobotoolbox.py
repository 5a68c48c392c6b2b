"""KoboToolbox exports: identity, review state, links of rosters; with names of the form or with labels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from survey.exports.adapter import Adapter
from survey.exports.cells import Table, Unreadable
from survey.exports.kobo_labels import codes_of_labels, names_of_labels
from survey.exports.layout import (
    Layout,
    best_table,
    has_roster_answers,
    in_words_of_form,
    roster_tables,
)
from survey.instrument import Instrument

if TYPE_CHECKING:
    import pandas as pd

SOURCE = "kobotoolbox"
SIGNATURE = ("_id", "_uuid", "_submission_time", "_validation_status", "_status", "_index")
PARENT_INDEX = "_parent_index"
NO_PARENT = "-1"
CUT_MARK = "<WARNING: Truncated"
LONGEST_WHOLE_CELL = 32_000
SHOWN_PLACES = 12
# Columns of a submission, and those in which its roster rows repeat them.
SUBMISSION_LINKS: Mapping[str, str] = {
    "_uuid": "_submission__uuid",
    "meta/rootUuid": "_submission_meta/rootUuid",
}

REVIEW: Mapping[str, str] = {
    "": "received",
    "validation_status_approved": "approved",
    "validation_status_not_approved": "rejected",
    "validation_status_on_hold": "has_issues",
    "approved": "approved",
    "not approved": "rejected",
    "on hold": "has_issues",
}
STATUS, STATES = "_validation_status", frozenset(REVIEW.values())

_ROOT = re.compile(r"^(?!_submission_).*(?:^|[^A-Za-z])rootUuid$")
_SUBMISSION_ROOT = re.compile(r"^_submission_.*rootUuid$")
_VERSION = re.compile(r"^(?!_submission_)_+version_+\d*$")


def layout(tables: Sequence[Table], instrument: Instrument) -> Layout:
    """Find the main sheet and the sheets of the repeats.

    Raises
    ------
    Unreadable
        When the columns that identify a submission, or the sheet of a repeat, are missing.
    """
    return layout_of(tables, instrument, SOURCE)


def layout_of(tables: Sequence[Table], instrument: Instrument, source: str) -> Layout:
    """Find main table and rosters of any way in which KoboToolbox writes, as :func:`layout` does."""
    mains = [table for table in tables if not _is_roster(table)]
    main = best_table(mains or tables, SIGNATURE)
    if not (_first(main.headers, _ROOT) or "_uuid" in main.headers):
        raise Unreadable("kobo_identity_missing", sheet=main.name)
    others = [table for table in tables if table is not main]
    rosters = roster_tables(others, instrument, PARENT_INDEX, headers=names_of_labels)
    named = in_words_of_form(main, names_of_labels(main.headers, instrument, ""))
    for repeat in instrument.repeats:
        if repeat not in rosters and has_roster_answers(named, instrument, repeat):
            raise Unreadable("kobo_roster_missing", repeat=repeat)
    return Layout(source, main.name, rosters, notes=tuple(_about_cut_cells(tables)))


def submissions(main: pd.DataFrame) -> pd.DataFrame:
    """Return identity and state of each submission.

    Returns
    -------
    DataFrame
        Columns key, by_uuid (the key is ``_uuid``, which changes when a submission is edited),
        form_version, submitted, review; index as `main`.
    """
    empty = _blank(main)
    root_header = _first(main.columns, _ROOT)
    root = plain_uuid(main[root_header]) if root_header else empty
    uuid = plain_uuid(main["_uuid"]) if "_uuid" in main else empty
    status = main.get(STATUS, empty).str.strip().str.lower()
    versions = [main[header] for header in main.columns if _VERSION.match(header)]
    return empty.to_frame("key").assign(
        key=root.where(root != "", uuid),
        by_uuid=(root == "") & (uuid != ""),
        form_version=_first_filled(versions, empty),
        submitted=main.get("_submission_time", empty),
        review=status.map(REVIEW),
        readable=True,
        edits=(root != uuid).astype(float).where((root != "") & (uuid != "")),
    )


def parents(roster: pd.DataFrame, main: pd.DataFrame, keys: pd.Series[str]) -> pd.Series[str]:
    """Return the key of the submission, or of the enclosing row, to which each roster row belongs.

    The stable root is tried first, then ``_uuid``, then the row numbers of this file, which alone lead
    to the row of an enclosing repeat; "" for an orphan.
    """
    found = _blank(roster)
    root = _first(roster.columns, _SUBMISSION_ROOT)
    if root:
        claimed = plain_uuid(roster[root])
        found = claimed.where(claimed.isin(set(keys)), "")
    for child, parent in (("_submission__uuid", "_uuid"), (PARENT_INDEX, "_index")):
        if child in roster and parent in main:
            known = dict(zip(plain_uuid(main[parent]), keys, strict=True))
            known.pop("", None)
            found = found.where(found != "", plain_uuid(roster[child]).map(known).astype("str").fillna(""))
    return found


def order(roster: pd.DataFrame) -> pd.Series[str]:
    """Return the number that tells the order of the roster rows: the one the exporter gave them."""
    return roster["_index"] if "_index" in roster else _blank(roster)


def rows(roster: pd.DataFrame) -> pd.Series[str]:
    """Return the number by which the rows of a repeat within this one name their enclosing row."""
    return order(roster)


def plain_uuid(texts: pd.Series[str]) -> pd.Series[str]:
    """Lower case, without the prefix ``uuid:``."""
    return texts.str.strip().str.lower().str.removeprefix("uuid:")


def _is_roster(table: Table) -> bool:
    """Tell whether rows name a parent; the old exporter gives rows of the main sheet the parent -1."""
    return PARENT_INDEX in table.headers and set(table.column(PARENT_INDEX)) != {NO_PARENT}


def _about_cut_cells(tables: Sequence[Table]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Report the cells that the exporter cut because Excel holds no longer ones."""
    places = [
        f"{table.name} · {header} · {row}"
        for table in tables
        for header, cells in zip(table.headers, table.columns, strict=True)
        if max(map(len, cells), default=0) > LONGEST_WHOLE_CELL
        for row, cell in zip(table.rows, cells, strict=True)
        if cell.startswith(CUT_MARK)
    ]
    if places:
        yield "cells_cut", {"count": f"{len(places)}", "names": ", ".join(places[:SHOWN_PLACES])}


def _first(headers: Iterable[str], pattern: re.Pattern[str]) -> str:
    return next((header for header in headers if pattern.match(header)), "")


def _first_filled(candidates: Sequence[pd.Series[str]], empty: pd.Series[str]) -> pd.Series[str]:
    filled = empty
    for candidate in candidates:
        filled = filled.where(filled != "", candidate.str.strip())
    return filled


def _blank(frame: pd.DataFrame) -> pd.Series[str]:
    return frame.index.to_series().astype("str").str.slice(0, 0)


ADAPTER = Adapter(
    source=SOURCE,
    name="KoboToolbox",
    signature=SIGNATURE,
    layout=layout,
    submissions=submissions,
    parents=parents,
    order=order,
    headers=names_of_labels,
    cells=codes_of_labels,
    rows=rows,
    states=STATES,
    state_columns=(STATUS,),
)
