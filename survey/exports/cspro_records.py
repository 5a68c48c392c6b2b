"""Records of CSPro parted by the levels of the form: which case each row belongs to, and what it answers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from survey.exports.cells import Table, Unreadable, distinct
from survey.exports.cspro_database import CASE, CASES, DELETED, OCCURRENCE, VERIFIED
from survey.exports.cspro_names import MAIN, names_in_form, numbered, renamed
from survey.exports.personal import WITHHELD_TYPES
from survey.exports.wide import KEY, PARENT_KEY, lay_down
from survey.instrument import Instrument

_ROW_NUMBER = re.compile(r"\[(\d+)\]$")

Columns = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Part:
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


def cases_and_records(tables: Sequence[Table], instrument: Instrument) -> tuple[Table, list[Table]]:
    """Return the table of the cases, and the records with the case and the occurrence of each row.

    Raises
    ------
    Unreadable
        ``cspro_ids_unknown`` or ``cspro_ids_personal`` where the items that identify the cases of an export
        cannot be told, or must not be stored.
    """
    cases = next((table for table in tables if table.name == CASES and VERIFIED in table.headers), None)
    if cases is None:
        return _export(tables, instrument)
    return cases, [table for table in tables if table is not cases and table.name != DELETED]


def parts_of(record: Table, instrument: Instrument) -> Iterator[Part]:
    """Part a record by the levels of the form that its columns belong to; most have one."""
    items = record.headers[2:]
    explained = {level: set(_explained(items, instrument, level)) for level in (MAIN, *instrument.repeats)}
    levels = [level for level, found in explained.items() if found]
    chief = max(levels, key=lambda level: len(explained[level]), default=MAIN)
    for level in levels:
        others = set().union(*(found for other, found in explained.items() if other != level))
        own = [h for h in items if h in explained[level] or (level == chief and h not in others)]
        yield Part(
            record.name,
            level,
            len(explained[level]),
            record.rows,
            record.column(CASE),
            {header: record.column(header) for header in (OCCURRENCE, *own)},
            len(levels) > 1,
        )


def heaviest(parts: Sequence[Part], repeat: str) -> Part | None:
    """Return the part that answers most of a repeat, None where no record does."""
    return max((part for part in parts if part.level == repeat), key=lambda part: part.weight, default=None)


def roster_of(part: Part) -> Table:
    """Build the table of a repeat; from a record that holds the household, too, rows without answers go."""
    names = [header for header in part.columns if header != OCCURRENCE]
    columns = [part.cases, part.columns[OCCURRENCE], *(part.columns[name] for name in names)]
    filled = [
        place
        for place in range(len(part.rows))
        if not part.joined or any(part.columns[name][place] for name in names)
    ]
    return Table(
        f"{part.name} ({part.level})" if part.joined else part.name,
        (CASE, OCCURRENCE, *names),
        [part.rows[place] for place in filled],
        [[column[place] for place in filled] for column in columns],
    )


def joined(cases: Table, singles: Sequence[Part]) -> Table:
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


def laid_down(main: Table, instrument: Instrument, repeats: Sequence[str]) -> tuple[Table, dict[str, Table]]:
    """Lay the occurrences of items (``M_AGE_1``, ``M_AGE_2``) down as rows of the repeat that asks them."""
    wide = numbered(main.headers, instrument)
    if not wide:
        return main, {}
    named = renamed(main, instrument)
    cells = replace(
        named,
        headers=(*(wide.get(header, header) for header in named.headers), KEY),
        columns=[*named.columns, main.column(CASE)],
    )
    rest, laid = lay_down(cells, instrument, repeats)
    kept = [place for place, header in enumerate(rest.headers) if header != KEY]
    return replace(
        rest,
        headers=tuple(rest.headers[place] for place in kept),
        columns=[rest.columns[place] for place in kept],
    ), {repeat: _with_occurrences(table) for repeat, table in laid.items()}


def shared_start(records: Sequence[Table]) -> tuple[str, ...]:
    """Return the headers with which all tables begin."""
    together = zip(*(record.headers for record in records), strict=False)
    return tuple(names[0] for names in takewhile(lambda names: len(set(names)) == 1, together))


def _export(tables: Sequence[Table], instrument: Instrument) -> tuple[Table, list[Table]]:
    """Name the cases of an export by their id items, which are taken out of the records."""
    levels = (MAIN, *instrument.repeats)
    speaking = [t for t in tables if any(names_in_form(t.headers, instrument, level) for level in levels)]
    for table in speaking:
        if table.stray:
            raise Unreadable("cells_without_header", sheet=table.name, row=str(table.stray))
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
        ids = shared_start(records)
    else:
        names = names_in_form(records[0].headers, instrument, MAIN)
        by_name = {name: header for header, name in names.items()}
        household = [instrument.role("household")]
        place = [instrument.role("area"), instrument.role("household_number")]
        chosen = next((tried for tried in (household, place) if all(n in by_name for n in tried)), ())
        ids = tuple(by_name[name] for name in chosen)
    if not ids:
        raise Unreadable("cspro_ids_unknown")
    names = names_in_form(ids, instrument, MAIN)
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


def _explained(items: Sequence[str], instrument: Instrument, level: str) -> Iterator[str]:
    names = names_in_form(items, instrument, level)
    wide = numbered(items, instrument) if level == MAIN else {}
    return (item for item in items if item in names or item in wide)


def _places(part: Part) -> dict[str, int]:
    """Return the row of every case in a record that is asked once."""
    places: dict[str, int] = {}
    texts = [column for header, column in part.columns.items() if header != OCCURRENCE]
    for place, case in enumerate(part.cases):
        first = places.setdefault(case, place)
        alike = part.joined and all(column[first] == column[place] for column in texts)
        if case and first != place and not alike:
            raise Unreadable("cspro_case_twice", sheet=part.name, row=str(part.rows[place]), case=case)
    return places


def _with_occurrences(table: Table) -> Table:
    numbers = [match[1] if (match := _ROW_NUMBER.search(key)) else "" for key in table.column(KEY)]
    named = {KEY: OCCURRENCE, PARENT_KEY: CASE}
    columns = [
        numbers if h == KEY else column for h, column in zip(table.headers, table.columns, strict=True)
    ]
    return replace(table, headers=tuple(named.get(h, h) for h in table.headers), columns=columns)
