"""Files that no collection tool signs: of SPSS, Stata or SAS, of somebody's Excel, and our own workbook.

They are recognised by the questions of the form at the head of their columns. Their tables are brought into
one shape when they are read: ``KEY`` names a submission, ``PARENT_KEY`` the one a roster row belongs to, and
cells are spelled as the form spells them (:mod:`survey.exports.spelled`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from survey.exports.adapter import Adapter
from survey.exports.cells import Table, Unreadable
from survey.exports.first_rows import check_header, check_totals
from survey.exports.kobo_labels import codes_of_labels
from survey.exports.layout import Layout, Note
from survey.exports.odk_central import order, rows
from survey.exports.plain_columns import (
    CHANGING_KEYS,
    CODES_SHEET,
    GUIDE_SHEET,
    KEY_HEADER,
    MAIN_SHEET,
    REVIEW,
    REVIEW_STATE,
    SUBMITTED,
    VERSION,
    is_household,
    is_personal_key,
    key_header,
    named_key,
    plain_keys,
    system_headers,
)
from survey.exports.plain_headers import form_share, headers, refuse_other_form
from survey.exports.plain_rosters import about_absent_rosters, roster_sheets, spread_rosters
from survey.exports.spelled import as_declared, in_spelling_of_form
from survey.exports.statistical import STATISTICAL
from survey.exports.wide import KEY, PARENT_KEY
from survey.instrument import Instrument
from survey.spelling import label_key

if TYPE_CHECKING:
    import pandas as pd

STATISTICS, TABLE, TEMPLATE = "statistics", "table", "template"
# From this share of its questions on, a file speaks of the form, though something may be wrong with it.
RECOGNISED_SHARE = 0.1
MOST_REPEATED = 0.2


def recognised(tables: Sequence[Table], extension: str, instrument: Instrument) -> tuple[str, float]:
    """Return which kind of file it is, and the best share of the questions of the form that heads a table.

    Raises
    ------
    Unreadable
        When the header is not the first row of a table, or stands there twice.
    """
    for table in tables:
        if table.name not in {GUIDE_SHEET, CODES_SHEET}:
            check_header(table, instrument)
    return _source(tables, extension), max(form_share(table, instrument) for table in tables)


def layout(tables: Sequence[Table], instrument: Instrument, *, source: str) -> Layout:
    """Bring the tables into one shape and the spelling of the form.

    Raises
    ------
    Unreadable
        When rows were added for readers, no column identifies a submission, an identifier is a personal
        number, the answers of the roster are needed and not there, or a cell could mean two things.
    """
    own = tuple(table.name for table in tables if table.name in {GUIDE_SHEET, CODES_SHEET})
    levels = [table for table in tables if table.name not in own]
    main = max(levels, key=lambda table: form_share(table, instrument))
    refuse_other_form(main, instrument)
    if not main.rows:
        raise Unreadable("table_empty")
    key = _key_header(main, instrument)
    named = _with_key(main, key, instrument)
    rosters = roster_sheets([table for table in levels if table is not main], key, instrument)
    sheets, declared = as_declared([named, *rosters.values()], instrument, ["", *rosters])
    absent = [repeat for repeat in instrument.repeats if repeat not in rosters]
    rest, laid = spread_rosters(sheets[0], instrument, absent)
    parts = {"": rest, **dict(zip(rosters, sheets[1:], strict=True)), **laid}
    notes = [*_about_key(key, instrument), *about_absent_rosters(parts, instrument), *declared]
    spelled, told = in_spelling_of_form(list(parts.values()), instrument, list(parts))
    read = {table.name for table in (main, *rosters.values())}
    others = tuple(table for table in levels if table.name not in read)
    found = {repeat: table.name for repeat, table in parts.items() if repeat}
    return Layout(source, main.name, found, own=own, notes=(*notes, *told), tables=(*spelled, *others))


def submissions(main: pd.DataFrame) -> pd.DataFrame:
    """Return identity and state of each submission; columns as for KoboToolbox."""
    empty = main[KEY].str.slice(0, 0)
    return empty.to_frame("key").assign(
        key=main[KEY],
        by_uuid=False,
        form_version=main.get(VERSION, empty).str.strip().str.replace(r"\.0+$", "", regex=True),
        submitted=main.get(SUBMITTED, empty),
        review=main.get(REVIEW_STATE, empty).map(label_key).map(REVIEW),
        readable=True,
    )


def parents(roster: pd.DataFrame, outer: pd.DataFrame, ids: pd.Series[str]) -> pd.Series[str]:  # noqa: ARG001
    """Return the submission, or the enclosing row, to which each roster row belongs, "" for an orphan."""
    claimed = roster[PARENT_KEY]
    return claimed.where(claimed.isin(set(ids)), "")


def _source(tables: Sequence[Table], extension: str) -> str:
    """Tell a file of a statistics program and our own workbook from any other table."""
    if extension in STATISTICAL:
        return STATISTICS
    main = next((table for table in tables if table.name.casefold() == MAIN_SHEET), None)
    return TEMPLATE if main and main.headers[:1] == (KEY_HEADER,) else TABLE


def _key_header(main: Table, instrument: Instrument) -> str:
    key = key_header(main, instrument)
    if not key:
        raise Unreadable("table_key_missing", sheet=main.name)
    check_totals(main, key)
    keys = [cell for cell in main.column(key) if cell]
    if not is_household(key, instrument) and any(map(is_personal_key, keys)):
        raise Unreadable("table_key_personal", question=key)
    if len(keys) - len(set(keys)) > MOST_REPEATED * len(keys):
        raise Unreadable("table_key_repeated", question=key, count=f"{len(set(keys))}", rows=f"{len(keys)}")
    return key


def _with_key(table: Table, key: str, instrument: Instrument) -> Table:
    """Return a table with the column ``KEY`` and the tool's columns under the names of this package.

    A question of the form that identifies the submission stays a question.
    """
    is_question = is_household(key, instrument)
    renamed = {**system_headers(table.headers, instrument), **({} if is_question else {key: KEY})}
    kept = [place for place, h in enumerate(table.headers) if h == key or h != KEY]
    found = replace(
        table,
        headers=tuple(renamed.get(table.headers[place], table.headers[place]) for place in kept),
        columns=[table.columns[place] for place in kept],
        labels={renamed.get(header, header): labels for header, labels in table.labels.items()},
        missing={renamed.get(header, header): texts for header, texts in table.missing.items()},
    )
    keys = plain_keys(table.column(key))
    if is_question:
        return replace(found, headers=(*found.headers, KEY), columns=[*found.columns, keys])
    columns = [keys if h == KEY else column for h, column in zip(found.headers, found.columns, strict=True)]
    return replace(found, columns=columns)


def _about_key(key: str, instrument: Instrument) -> Iterator[Note]:
    if is_household(key, instrument):
        yield "identity_by_household", {"question": key}
    elif named_key(key) in CHANGING_KEYS:
        yield "identity_by_instance", {"question": key}


def _adapter(source: str, name: str) -> Adapter:
    return Adapter(
        source=source,
        name=name,
        signature=(),
        layout=partial(layout, source=source),
        submissions=submissions,
        parents=parents,
        order=order,
        headers=headers,
        cells=codes_of_labels,
        rows=rows,
        states=frozenset(REVIEW.values()),
        state_columns=(REVIEW_STATE,),
    )


STATISTICS_ADAPTER = _adapter(STATISTICS, "SPSS, Stata, SAS")
TABLE_ADAPTER = _adapter(TABLE, "Excel, CSV")
TEMPLATE_ADAPTER = _adapter(TEMPLATE, "kynangso form template")
