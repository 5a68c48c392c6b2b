"""SurveyCTO: one file a table joined by KEY and PARENT_KEY, or one wide file with numbered columns.

Moments are written "Apr 26, 2018 8:58:20 AM" in the zone of the computer that exported them, read as Vietnam
time. A form without the review workflow passes everything on as received; with it, what is exported was
approved unless ``review_status`` says otherwise. Corrections of the workflow are already in the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from survey.exports.adapter import Adapter
from survey.exports.cells import Table, Unreadable
from survey.exports.headers import map_headers
from survey.exports.kobotoolbox import plain_uuid
from survey.exports.layout import Layout, best_table, has_roster_answers, roster_tables
from survey.exports.odk_central import PARENT_KEY, order
from survey.exports.us_moments import iso_day, iso_moment, iso_time
from survey.exports.wide import KEY, lay_down, split_names
from survey.instrument import Instrument

if TYPE_CHECKING:
    import pandas as pd

SOURCE = "surveycto"
SIGNATURE = ("SubmissionDate", KEY, "formdef_version", "instanceID")
CORRECTION_LOG = "_correction_log"
REVIEW_COLUMNS = ("review_status", "review_comments", "review_corrections", "review_quality")
# Exported on a computer set to Vietnam time.
OFFICE_ZONE = "+07:00"

REVIEW: Mapping[str, str] = {
    "": "received",
    "none": "received",
    "pending": "received",
    "approved": "approved",
    "rejected": "rejected",
}
_SPELLINGS: Mapping[str, Callable[[pd.Series[str]], pd.Series[str]]] = {
    "date": iso_day,
    "today": iso_day,
    "time": iso_time,
    "datetime": iso_moment,
    "start": iso_moment,
    "end": iso_moment,
}


def layout(tables: Sequence[Table], instrument: Instrument) -> Layout:
    """Find the main table and the tables of the repeats, or lay a wide table down.

    Raises
    ------
    Unreadable
        When KEY or a repeat is missing.
    """
    logs = [table for table in tables if table.name.endswith(CORRECTION_LOG)]
    answers = [table for table in tables if table not in logs]
    mains = [table for table in answers if PARENT_KEY not in table.headers]
    main = best_table(mains or answers, SIGNATURE)
    if KEY not in main.headers or main not in mains:
        raise Unreadable("surveycto_main_missing")
    rosters = roster_tables(answers, instrument, PARENT_KEY, headers=headers)
    absent = [repeat for repeat in instrument.repeats if repeat not in rosters]
    rest, laid = lay_down(main, instrument, absent)
    for repeat in absent:
        if repeat not in laid and has_roster_answers(rest, instrument, repeat):
            raise Unreadable("surveycto_repeat_missing", repeat=repeat)
    return Layout(
        SOURCE,
        main.name,
        rosters | {repeat: table.name for repeat, table in laid.items()},
        own=tuple(table.name for table in logs),
        notes=tuple(("corrections_by_tool", _corrections(log)) for log in logs if log.rows),
        tables=tuple(rest if table is main else table for table in answers) + tuple(laid.values()),
    )


def submissions(main: pd.DataFrame) -> pd.DataFrame:
    """Return identity and state of each submission; columns as for KoboToolbox."""
    empty = main[KEY].str.slice(0, 0)
    moment = iso_moment(main.get("SubmissionDate", empty))
    zoned = moment.str.contains(r"Z$|[+-]\d{2}:?\d{2}$") | (moment == "")
    return empty.to_frame("key").assign(
        key=plain_uuid(main[KEY]),
        by_uuid=False,
        form_version=main.get("formdef_version", empty).str.strip(),
        submitted=moment.where(zoned, moment + OFFICE_ZONE),
        review=_review(main),
        readable=True,
    )


def rows(roster: pd.DataFrame) -> pd.Series[str]:
    """Return what names each roster row: its KEY."""
    return plain_uuid(roster[KEY]) if KEY in roster else roster[PARENT_KEY].str.slice(0, 0)


def parents(roster: pd.DataFrame, outer: pd.DataFrame, ids: pd.Series[str]) -> pd.Series[str]:  # noqa: ARG001
    """Return the row of the enclosing level to which each roster row belongs, "" for an orphan."""
    claimed = plain_uuid(roster[PARENT_KEY])
    return claimed.where(claimed.isin(set(ids)), "")


def headers(headers: Sequence[str], instrument: Instrument, repeat: str) -> Mapping[str, str]:
    """Return the names of the form for choice columns: ``q_1`` is code 1, ``q__98`` code -98."""
    level = instrument.level(repeat)
    choices: dict[str, str] = {}
    for question in level:
        if question.type == "select_multiple":
            codes = [choice.name for choice in instrument.codes(question)]
            choices |= split_names((question.name, *question.synonym.split()), codes)
    asked = {question.name for question in level}
    return {header: choices[header] for header in headers if header in choices and header not in asked}


def cells(table: pd.DataFrame, instrument: Instrument, repeat: str) -> pd.DataFrame:
    """Write dates and moments in ISO form."""
    questions = map_headers(list(table.columns), instrument, repeat).questions
    spelled = {
        header: _SPELLINGS[question.type](table[header])
        for header, question in questions.items()
        if question.type in _SPELLINGS
    }
    return table.assign(**spelled)


def _review(main: pd.DataFrame) -> pd.Series[str]:
    if "review_status" in main:
        return main["review_status"].str.strip().str.lower().map(REVIEW)
    released = any(column in main for column in REVIEW_COLUMNS)
    return main[KEY].str.slice(0, 0) + ("approved" if released else "received")


def _corrections(log: Table) -> dict[str, str]:
    """Count the corrections of a log and the submissions they concern."""
    keys = set(log.column(KEY)) if KEY in log.headers else set()
    return {"names": log.name, "count": f"{len(log.rows)}", "submissions": f"{len(keys) or '-'}"}


ADAPTER = Adapter(
    source=SOURCE,
    name="SurveyCTO",
    signature=SIGNATURE,
    layout=layout,
    submissions=submissions,
    parents=parents,
    order=order,
    rows=rows,
    headers=headers,
    cells=cells,
    states=frozenset(REVIEW.values()),
    state_columns=REVIEW_COLUMNS,
)
