"""KoboToolbox workbooks with XML values and headers: identity, review state, links of rosters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from survey.exports.adapter import Adapter
from survey.exports.cells import Table, Unreadable
from survey.exports.layout import Layout, best_table, has_roster_answers, roster_tables
from survey.instrument import Instrument

if TYPE_CHECKING:
    import pandas as pd

SOURCE = "kobotoolbox"
SIGNATURE = ("_id", "_uuid", "_submission_time", "_validation_status", "_status", "_index")
PARENT_INDEX = "_parent_index"

REVIEW: Mapping[str, str] = {
    "": "received",
    "validation_status_approved": "approved",
    "validation_status_not_approved": "rejected",
    "validation_status_on_hold": "has_issues",
    "approved": "approved",
    "not approved": "rejected",
    "on hold": "has_issues",
}

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
    mains = [table for table in tables if PARENT_INDEX not in table.headers]
    main = best_table(mains or tables, SIGNATURE)
    if not (_first(main.headers, _ROOT) or "_uuid" in main.headers):
        raise Unreadable("kobo_identity_missing", sheet=main.name)
    rosters = roster_tables(tables, instrument, PARENT_INDEX)
    for repeat in instrument.repeats:
        if repeat not in rosters and has_roster_answers(main, instrument, repeat):
            raise Unreadable("kobo_roster_missing", repeat=repeat)
    return Layout(SOURCE, main.name, rosters)


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
    status = main.get("_validation_status", empty).str.strip().str.lower()
    versions = [main[header] for header in main.columns if _VERSION.match(header)]
    return empty.to_frame("key").assign(
        key=root.where(root != "", uuid),
        by_uuid=(root == "") & (uuid != ""),
        form_version=_first_filled(versions, empty),
        submitted=main.get("_submission_time", empty),
        review=status.map(REVIEW),
        readable=True,
    )


def parents(roster: pd.DataFrame, main: pd.DataFrame, keys: pd.Series[str]) -> pd.Series[str]:
    """Return the key of the submission to which each roster row belongs, "" for an orphan.

    The stable root is tried first, then ``_uuid``, then the row numbers of this file.
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
            found = found.where(found != "", plain_uuid(roster[child]).map(known).fillna(""))
    return found


def order(roster: pd.DataFrame) -> pd.Series[str]:
    """Return the number that tells the order of the roster rows: the one the exporter gave them."""
    return roster["_index"] if "_index" in roster else _blank(roster)


def plain_uuid(texts: pd.Series[str]) -> pd.Series[str]:
    """Lower case, without the prefix ``uuid:``."""
    return texts.str.strip().str.lower().str.removeprefix("uuid:")


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
)
