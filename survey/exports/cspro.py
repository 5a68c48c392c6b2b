"""CSPro: a data file (``.csdb``), or an export with one file or sheet a record, joined by the items that identify a case.

In a data file a case has an identifier of its own, which its edits keep. An export has none: there the id
items, which stand first in every record, are joined into one. Moments are the clock of the tablet; what the
file tells of the last time that a case was saved stands for the moment of submission.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from survey.exports.adapter import Adapter
from survey.exports.cells import Table, Unreadable, distinct
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
from survey.exports.headers import map_headers
from survey.exports.kobo_labels import codes_of_labels, names_of_labels
from survey.exports.layout import Layout, Note, has_roster_answers, signature_share
from survey.exports.loose_names import names_of_form
from survey.exports.personal import WITHHELD_TYPES
from survey.exports.wide import KEY, PARENT_KEY, lay_down, split_names
from survey.instrument import Instrument

if TYPE_CHECKING:
    import pandas as pd

SOURCE = "cspro"
MAIN = ""
_OCCURRENCE = re.compile(r"_(\d+)$")
_ROW_NUMBER = re.compile(r"\[(\d+)\]$")

Columns = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Part:
    """The columns of one record that belong to one level of the form.

    Attributes
    ----------
    name : str
        Of the record.
    level : str
        Repeat, "" for the main table.
    weight : int
        How many of its columns the form explains.
    cases : sequence of str
        Case of each row.
    joined : bool
        The record holds another level, too: its rows may repeat the case.
    """

    name: str
    level: str
    weight: int
    rows: Sequence[int]
    cases: Sequence[str]
    columns: Columns
    joined: bool


def likeness(tables: Sequence[Table], instrument: Instrument) -> float:
    """Return how much a file looks like CSPro, 0..1: by its case columns, else by names in capitals.

    An export has no column of the tool. Its dictionary allows names in capitals only, so the share of the
    form's questions that stand so is the score; labels are taken only where several tables begin with the
    same items, as the records of CSPro do.
    """
    if any(signature_share(table.headers, CASE_COLUMNS) == 1 for table in tables):
        return 1.0
    written = {header for table in tables for header in table.headers}
    written |= {_OCCURRENCE.sub("", header) for header in written}
    levels = [MAIN, *instrument.repeats]
    asked = [q.name for level in levels for q in instrument.asked(level) if q.name != q.name.upper()]
    seen = sum(name.upper() in written for name in asked)
    if seen or len(tables) == 1 or not _shared_start(tables):
        return seen / max(1, len(asked))
    try:
        labelled = sum(len(_names(table.headers, instrument, level)) for table in tables for level in levels)
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
    for question in instrument.questions:
        inside = [name for name in question.path if name in instrument.repeats]
        if len(inside) > 1:
            raise Unreadable("cspro_nested_repeats", repeat=inside[-1])
    cases, records = _database(tables) if _is_database(tables) else _export(tables, instrument)
    parts = [part for record in records for part in _parts(record, instrument)]
    rosters = {repeat: _heaviest(parts, repeat) for repeat in instrument.repeats}
    laid_out = {repeat: _roster(part) for repeat, part in rosters.items() if part}
    main = _main(cases, [part for part in parts if part.level == MAIN])
    main, wide = _wide(main, instrument, [repeat for repeat in instrument.repeats if repeat not in laid_out])
    laid_out |= wide
    for repeat in instrument.repeats:
        if repeat not in laid_out and has_roster_answers(_renamed(main, instrument), instrument, repeat):
            raise Unreadable("cspro_record_missing", repeat=repeat)
    used = {
        part.name
        for part in (*rosters.values(), *parts)
        if part and (part.level == MAIN or part in rosters.values())
    }
    unread = [table for table in tables if table.name not in {*used, main.name, CASES, DELETED}]
    return Layout(
        SOURCE,
        main.name,
        {repeat: table.name for repeat, table in laid_out.items()},
        own=(DELETED,),
        notes=(*_about_deleted(tables), *_about_refusals(main, laid_out, instrument)),
        tables=(main, *laid_out.values(), *unread),
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
    return _names(headers, instrument, repeat)


def cells(table: pd.DataFrame, instrument: Instrument, repeat: str) -> pd.DataFrame:
    """Write special values, dates, check boxes, decimal commas and labels as the form does."""
    return codes_of_labels(in_codes_of_form(table, instrument, repeat), instrument, repeat)


def _names(headers: Sequence[str], instrument: Instrument, repeat: str) -> dict[str, str]:
    own = [header for header in headers if header not in {*CASE_COLUMNS, OCCURRENCE}]
    level = instrument.level(repeat)
    names = names_of_form(own, level)
    choices: dict[str, str] = {}
    for question in level:
        if question.type == "select_multiple":
            codes = [choice.name for choice in instrument.codes(question)]
            written = split_names((question.name, *question.synonym.split()), codes)
            choices |= {split.casefold(): meant for split, meant in written.items()}
    names |= {h: choices[h.casefold()] for h in own if h not in names and h.casefold() in choices}
    return names or dict(names_of_labels(own, instrument, repeat))


def _is_database(tables: Sequence[Table]) -> bool:
    return any(table.name == CASES and VERIFIED in table.headers for table in tables)


def _database(tables: Sequence[Table]) -> tuple[Table, list[Table]]:
    cases = next(table for table in tables if table.name == CASES and VERIFIED in table.headers)
    return cases, [table for table in tables if table is not cases and table.name != DELETED]


def _export(tables: Sequence[Table], instrument: Instrument) -> tuple[Table, list[Table]]:
    """Name the cases of an export by their id items, which are taken out of the records."""
    levels = (MAIN, *instrument.repeats)
    speaking = [t for t in tables if any(_names(t.headers, instrument, level) for level in levels)]
    ids = _id_items(speaking, instrument)
    known: dict[str, tuple[int, tuple[str, ...]]] = {}
    records = []
    for table in speaking:
        rows = list(zip(*(table.column(item) for item in ids), strict=True))
        keys = ["-".join(part.strip() for part in row) if any(row) else "" for row in rows]
        for number, key, row in zip(table.rows, keys, rows, strict=True):
            known.setdefault(key, (number, row))
        kept = [place for place, header in enumerate(table.headers) if header not in ids]
        records.append(
            replace(
                table,
                headers=(CASE, OCCURRENCE, *(table.headers[place] for place in kept)),
                columns=[keys, [str(n) for n in table.rows], *(table.columns[place] for place in kept)],
            )
        )
    cells = [[row[place] for _, row in known.values()] for place in range(len(ids))]
    numbers = [number for number, _ in known.values()]
    whole = numbers if len(set(numbers)) == len(numbers) else [*range(2, 2 + len(numbers))]
    return Table(CASES, (CASE, *ids), whole, [list(known), *cells]), records


def _id_items(records: Sequence[Table], instrument: Instrument) -> tuple[str, ...]:
    """Name the items that tell the cases apart: those that all records begin with, else the form's own."""
    if not records:
        raise Unreadable("layout_unknown")
    if len(records) > 1:
        ids = _shared_start(records)
    else:
        names = _names(records[0].headers, instrument, MAIN)
        by_name = {name: header for header, name in names.items()}
        household = [instrument.role("household")]
        place = [instrument.role("area"), instrument.role("household_number")]
        chosen = next((tried for tried in (household, place) if all(n in by_name for n in tried)), ())
        ids = tuple(by_name[name] for name in chosen)
    if not ids:
        raise Unreadable("cspro_ids_unknown")
    names = _names(ids, instrument, MAIN)
    personal = [name for name in names.values() if _is_personal(name, instrument)]
    if personal:
        raise Unreadable("cspro_ids_personal", names=", ".join(personal))
    return ids


def _is_personal(name: str, instrument: Instrument) -> bool:
    return any(
        q.name == name or name in q.synonym.split()
        for q in instrument.questions
        if q.pii or q.type in WITHHELD_TYPES
    )


def _shared_start(records: Sequence[Table]) -> tuple[str, ...]:
    together = zip(*(record.headers for record in records), strict=False)
    return tuple(names[0] for names in takewhile(lambda names: len(set(names)) == 1, together))


def _parts(record: Table, instrument: Instrument) -> Iterator[_Part]:
    """Part a record by the levels of the form that its columns belong to; most have one."""
    items = record.headers[2:]
    explained = {level: set(_explained(items, instrument, level)) for level in (MAIN, *instrument.repeats)}
    levels = [level for level, found in explained.items() if found]
    chief = max(levels, key=lambda level: len(explained[level]), default=MAIN)
    for level in levels:
        others = set().union(*(found for other, found in explained.items() if other != level))
        own = [h for h in items if h in explained[level] or (level == chief and h not in others)]
        yield _Part(
            record.name,
            level,
            len(explained[level]),
            record.rows,
            record.column(CASE),
            {header: record.column(header) for header in (OCCURRENCE, *own)},
            len(levels) > 1,
        )


def _explained(items: Sequence[str], instrument: Instrument, level: str) -> Iterator[str]:
    names = _names(items, instrument, level)
    meaning = map_headers([names.get(item, item) for item in items], instrument, level)
    wide = _numbered(items, instrument) if level == MAIN else {}
    for item in items:
        name = names.get(item, item)
        if name in meaning.questions or name in meaning.splits or item in wide:
            yield item


def _numbered(items: Iterable[str], instrument: Instrument) -> dict[str, str]:
    """Name the occurrences of items that a repeat of the form asks: ``M_AGE_2`` in a record asked once."""
    inner = {q.name.casefold(): q.name for repeat in instrument.repeats for q in instrument.level(repeat)}
    found = ((item, _OCCURRENCE.search(item), _OCCURRENCE.sub("", item).casefold()) for item in items)
    return {item: f"{inner[base]}_{number[1]}" for item, number, base in found if number and base in inner}


def _heaviest(parts: Sequence[_Part], repeat: str) -> _Part | None:
    return max((part for part in parts if part.level == repeat), key=lambda part: part.weight, default=None)


def _roster(part: _Part) -> Table:
    """Build the table of a repeat; where its record was joined with one asked once, rows without answers go."""
    names = [header for header in part.columns if header != OCCURRENCE]
    filled = [
        place
        for place in range(len(part.rows))
        if not part.joined or any(part.columns[name][place] for name in names)
    ]
    return Table(
        f"{part.name} ({part.level})" if part.joined else part.name,
        (CASE, OCCURRENCE, *names),
        [part.rows[place] for place in filled],
        [
            [column[place] for place in filled]
            for column in (part.cases, part.columns[OCCURRENCE], *map(part.columns.get, names))
            if column is not None
        ],
    )


def _main(cases: Table, singles: Sequence[_Part]) -> Table:
    """Join the records that are asked once to the cases."""
    headers = list(cases.headers)
    columns = list(cases.columns)
    listed = cases.column(CASE)
    for part in singles:
        places = _places(part)
        for header, texts in part.columns.items():
            if header != OCCURRENCE:
                headers.append(header)
                columns.append([texts[places[case]] if case in places else "" for case in listed])
    first = next((part for part in singles if not part.joined), singles[0] if singles else None)
    name = cases.name if VERIFIED in cases.headers or first is None else first.name
    return replace(cases, name=name, headers=tuple(distinct(headers)), columns=columns)


def _places(part: _Part) -> dict[str, int]:
    """Return the row of every case in a record that is asked once."""
    places: dict[str, int] = {}
    texts = [column for header, column in part.columns.items() if header != OCCURRENCE]
    for place, case in enumerate(part.cases):
        first = places.setdefault(case, place)
        alike = part.joined and all(column[first] == column[place] for column in texts)
        if case and first != place and not alike:
            raise Unreadable("cspro_case_twice", sheet=part.name, row=str(part.rows[place]), case=case)
    return places


def _wide(main: Table, instrument: Instrument, repeats: Sequence[str]) -> tuple[Table, dict[str, Table]]:
    """Lay the occurrences of items (``M_AGE_1``, ``M_AGE_2``) down as rows of the repeat that asks them."""
    wide = _numbered(main.headers, instrument)
    if not wide:
        return main, {}
    renamed = _renamed(main, instrument)
    cells = replace(
        renamed,
        headers=(*(wide.get(header, header) for header in renamed.headers), KEY),
        columns=[*renamed.columns, main.column(CASE)],
    )
    rest, laid = lay_down(cells, instrument, repeats)
    kept = [place for place, header in enumerate(rest.headers) if header != KEY]
    return replace(
        rest,
        headers=tuple(rest.headers[place] for place in kept),
        columns=[rest.columns[place] for place in kept],
    ), {repeat: _with_occurrences(table) for repeat, table in laid.items()}


def _with_occurrences(table: Table) -> Table:
    numbers = [match[1] if (match := _ROW_NUMBER.search(key)) else "" for key in table.column(KEY)]
    named = {KEY: OCCURRENCE, PARENT_KEY: CASE}
    columns = [
        numbers if h == KEY else column for h, column in zip(table.headers, table.columns, strict=True)
    ]
    return replace(table, headers=tuple(named.get(h, h) for h in table.headers), columns=columns)


def _renamed(main: Table, instrument: Instrument) -> Table:
    names = _names(main.headers, instrument, MAIN)
    return replace(main, headers=tuple(names.get(header, header) for header in main.headers))


def _about_deleted(tables: Sequence[Table]) -> Iterator[Note]:
    for table in tables:
        if table.name == DELETED and table.rows:
            yield "cspro_deleted", {"count": f"{len(table.rows)}"}


def _about_refusals(main: Table, rosters: Mapping[str, Table], instrument: Instrument) -> Iterator[Note]:
    """Tell as what the special value REFUSED is read, question by question."""
    found = []
    for level, table in {MAIN: main, **rosters}.items():
        names = _names(table.headers, instrument, level)
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
)
