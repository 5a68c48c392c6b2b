"""CSPro: a data file (``.csdb``), or an export with one file or sheet a record, joined by the id items.

In a data file a case has an identifier of its own, which its edits keep. An export has none: there the id
items, which stand first in every record, are joined into one. Moments are the clock of the tablet; what the
file tells of the last time that a case was saved stands for the moment of submission.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from survey.exports.adapter import Adapter
from survey.exports.cells import Table, Unreadable
from survey.exports.cspro_cells import in_codes_of_form, refusals
from survey.exports.cspro_database import (
    CASE,
    CASE_COLUMNS,
    CASES,
    DELETED,
    OCCURRENCE,
    PARTIAL,
    SAVED,
    VERIFIED,
)
from survey.exports.cspro_names import MAIN, NUMBER, names_in_form, renamed
from survey.exports.cspro_records import (
    cases_and_records,
    heaviest,
    joined,
    laid_down,
    parts_of,
    roster_of,
    shared_start,
)
from survey.exports.label_answers import codes_by_label
from survey.exports.layout import Layout, Note, has_roster_answers, signature_share
from survey.exports.plain_columns import STABLE_KEYS, named_key
from survey.instrument import Instrument, Question

if TYPE_CHECKING:
    import pandas as pd

SOURCE = "cspro"


def likeness(tables: Sequence[Table], instrument: Instrument) -> float:
    """Return how much a file looks like CSPro, 0..1: by its case columns, else by names in capitals.

    An export has no column of the tool. Its dictionary allows names in capitals only, so the share of the
    form's questions that stand so is the score; labels are taken only where several tables begin with the
    same items, as the records of CSPro do. A file with a column that identifies submissions is not CSPro's.
    """
    if any(signature_share(table.headers, CASE_COLUMNS) == 1 for table in tables):
        return 1.0
    if any(named_key(header) in STABLE_KEYS for table in tables for header in table.headers):
        return 0.0
    written = {header for table in tables for header in table.headers}
    written |= {NUMBER.sub("", header) for header in written}
    levels = [MAIN, *instrument.repeats]
    asked = [q.name for level in levels for q in instrument.asked(level) if q.name != q.name.upper()]
    seen = sum(name.upper() in written for name in asked)
    if seen or len(tables) == 1 or not shared_start(tables):
        return seen / max(1, len(asked))
    try:
        labelled = sum(
            len(names_in_form(table.headers, instrument, level)) for table in tables for level in levels
        )
    except Unreadable:
        return 0.0
    return min(1.0, labelled / max(1, len(asked)))


def layout(tables: Sequence[Table], instrument: Instrument) -> Layout:
    """Join the records that hold one row a case into the main table, and find the record of each repeat.

    Raises
    ------
    Unreadable
        ``cspro_ids_unknown`` where nothing tells the cases of an export apart, ``cspro_case_twice`` where
        a record that is asked once has a case twice, ``cspro_record_missing`` without the record of a
        repeat, ``cspro_nested_repeats`` for a form with a repeat within a repeat.
    """
    _check_depth(instrument)
    cases, records = cases_and_records(tables, instrument)
    parts = [part for record in records for part in parts_of(record, instrument)]
    chosen = {repeat: part for repeat in instrument.repeats if (part := heaviest(parts, repeat))}
    singles = [part for part in parts if part.level == MAIN]
    main, wide = laid_down(
        joined(cases, singles), instrument, [repeat for repeat in instrument.repeats if repeat not in chosen]
    )
    rosters = {repeat: roster_of(part) for repeat, part in chosen.items()} | wide
    for repeat in instrument.repeats:
        if repeat not in rosters and has_roster_answers(renamed(main, instrument), instrument, repeat):
            raise Unreadable("cspro_record_missing", repeat=repeat)
    read = {main.name, CASES, DELETED, *(part.name for part in (*singles, *chosen.values()))}
    return Layout(
        SOURCE,
        main.name,
        {repeat: table.name for repeat, table in rosters.items()},
        notes=(*_about_deleted(tables), *_about_refusals(main, rosters, instrument)),
        tables=(main, *rosters.values(), *(table for table in tables if table.name not in read)),
    )


def submissions(main: pd.DataFrame) -> pd.DataFrame:
    """Return identity and state of each case; a case that was saved before its end is not readable.

    The form has no version here: a dictionary keeps none.
    """
    empty = main[CASE].str.slice(0, 0)
    verified = main.get(VERIFIED, empty) == "1"
    return empty.to_frame("key").assign(
        key=main[CASE].str.strip(),
        by_uuid=False,
        form_version=empty,
        submitted=main.get(SAVED, empty),
        review=empty.mask(verified, "approved").where(verified, "received"),
        readable=main.get(PARTIAL, empty) == "",
    )


def parents(roster: pd.DataFrame, outer: pd.DataFrame, ids: pd.Series[str]) -> pd.Series[str]:  # noqa: ARG001
    """Return the case to which each row of a record belongs, "" for an orphan."""
    claimed = roster[CASE].str.strip()
    return claimed.where(claimed.isin(set(ids)), "")


def order(roster: pd.DataFrame) -> pd.Series[str]:
    """Return the number of the occurrence."""
    return roster[OCCURRENCE]


def headers(headers: Sequence[str], instrument: Instrument, repeat: str) -> Mapping[str, str]:
    """Return the names of the form for items in capitals, for choices (``Q_98``), and for labels.

    Raises
    ------
    Unreadable
        ``names_alike`` where a header could mean two questions, ``export_labels_collide`` for labels.
    """
    return names_in_form(headers, instrument, repeat)


def cells(table: pd.DataFrame, instrument: Instrument, repeat: str) -> pd.DataFrame:
    """Write special values, dates, check boxes, decimal commas and labels as the form does."""
    return codes_by_label(in_codes_of_form(table, instrument, repeat), instrument, repeat)


def _check_depth(instrument: Instrument) -> None:
    for question in instrument.questions:
        inside = [name for name in question.path if name in instrument.repeats]
        if len(inside) > 1:
            raise Unreadable("cspro_nested_repeats", repeat=inside[-1])


def _about_deleted(tables: Sequence[Table]) -> Iterator[Note]:
    for table in tables:
        if table.name == DELETED and table.rows:
            yield "cspro_deleted", {"count": f"{len(table.rows)}"}


def _about_refusals(main: Table, rosters: Mapping[str, Table], instrument: Instrument) -> Iterator[Note]:
    """Tell as what the special value REFUSED is read, question by question."""
    found: list[tuple[Question, int, str]] = []
    for level, table in {MAIN: main, **rosters}.items():
        names = names_in_form(table.headers, instrument, level)
        found += refusals([names.get(h, h) for h in table.headers], table.columns, instrument, level)
    if found:
        coded = ", ".join(f"{question.name} = {code}" for question, _, code in found if code)
        blank = ", ".join(question.name for question, _, code in found if not code)
        count = sum(number for _, number, _ in found)
        yield "cspro_refused", {"count": f"{count}", "coded": coded or "-", "blank": blank or "-"}


ADAPTER = Adapter(
    source=SOURCE,
    name="CSPro",
    signature=CASE_COLUMNS,
    layout=layout,
    submissions=submissions,
    parents=parents,
    order=order,
    headers=headers,
    cells=cells,
    likeness=likeness,
    unusable="case_partial",
    states=frozenset({"received", "approved"}),
    state_columns=(VERIFIED,),
)
