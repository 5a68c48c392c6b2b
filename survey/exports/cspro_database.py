"""A CSPro data file (``.csdb``) as tables of text: one row a case, and one table a record of its dictionary.

The file is a SQLite database that anybody may have written. Only whole tables are read, by their names and
without a condition; nothing that the file itself defines is carried out: no view, no trigger, no computed
column, no function. Every error of the database ends in a sentence.
"""

import datetime as dt
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from survey.exports.cells import LARGEST_TEXT, MOST_COLUMNS, Table, Texts, Unreadable, distinct

CASE, OCCURRENCE = "case-id", "occ"
VERIFIED, PARTIAL, SAVED = "case-verified", "case-partial", "case-saved"
CASES, DELETED = "cases", "deleted cases"
CASE_COLUMNS = (CASE, VERIFIED, PARTIAL, SAVED)

FIRST_LEVEL = "level-1"
LONGEST_CELL = 1_000_000
MOST_ROWS = 2_000_000
_LEVEL = re.compile(r"level-[1-9]")
_TABLE = re.compile(r"\s*CREATE\s+TABLE\b", re.IGNORECASE)
_COMPUTED = re.compile(r"\bAS\s*\(", re.IGNORECASE)
_BINARY = re.compile(r".+-(?:signature|metadata)(?:\(\d+\))?")
_NUMBERED = re.compile(r"\((\d+)\)$")
_SETTINGS = ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON", "mmap_size = 0")
_CEILINGS: Mapping[int, int] = {
    sqlite3.SQLITE_LIMIT_LENGTH: LONGEST_CELL,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: LONGEST_CELL,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Stored:
    """Columns and rows of one table of the database."""

    headers: tuple[str, ...]
    rows: Sequence[Row]

    def place(self, header: str) -> int:
        if header not in self.headers:
            raise Unreadable("cspro_database_other")
        return self.headers.index(header)

    def column(self, header: str) -> list[object]:
        place = self.place(header)
        return [row[place] for row in self.rows]

    def pairs(self, key: str, value: str) -> dict[object, object]:
        return dict(zip(self.column(key), self.column(value), strict=True))


def read_database(path: Path, _folder: Path | None = None) -> list[Table]:
    """Read the cases of a ``.csdb``, in the order of the file, and their records.

    Parameters
    ----------
    path : Path

    Returns
    -------
    list of Table
        ``cases`` with :data:`CASE_COLUMNS` and the id items; ``deleted cases``; every record under its name
        with the case, the number of the occurrence and its items. Row numbers count from 1. An item with
        occurrences ``q(2)`` is written ``q_2``. Records of deleted cases are left out.

    Raises
    ------
    Unreadable
        ``cspro_database_other`` for another database, ``cspro_database_old`` for one of CSPro before 7.2
        without tables for its records, ``cspro_damaged`` for everything that SQLite cannot read.
    """
    try:
        with closing(_opened(path)) as connection:
            return _tables(connection)
    except (sqlite3.Error, sqlite3.Warning, UnicodeError, OverflowError) as problem:
        if "too big" in str(problem):
            raise Unreadable("text_too_long", limit=f"{LONGEST_CELL // 1_000_000}") from None
        raise Unreadable("cspro_damaged") from None


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    for limit, ceiling in _CEILINGS.items():
        connection.setlimit(limit, ceiling)
    for setting in _SETTINGS:
        connection.execute(f"PRAGMA {setting}")
    connection.set_authorizer(_permission)
    return connection


def _permission(
    action: int, _first: str | None, _second: str | None, _base: str | None, view: str | None
) -> int:
    """Permit to read columns of tables; a view or trigger that reads for us has its name in `view`."""
    permitted = view is None and action in {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
    return sqlite3.SQLITE_OK if permitted else sqlite3.SQLITE_DENY


def _tables(connection: sqlite3.Connection) -> list[Table]:
    known = dict(_own_tables(connection))
    if CASES not in known or "file_revisions" not in known:
        raise Unreadable("cspro_database_other")
    if FIRST_LEVEL not in known:
        raise Unreadable("cspro_database_old")
    budget = _Budget()
    stored = _read(connection, CASES, budget)
    kept, deleted = _by_deletion(stored)
    moments = _read(connection, "file_revisions", budget).pairs("id", "timestamp")
    levels = {name: _read(connection, name, budget) for name in sorted(known) if _LEVEL.fullmatch(name)}
    owners = _owners(levels)
    listed = {case: place for place, case in enumerate(kept.column("id"))}
    gone = set(deleted.column("id"))
    tables = [
        _cases(kept, levels[FIRST_LEVEL], moments, budget),
        Table(
            DELETED,
            (CASE,),
            [*range(1, len(gone) + 1)],
            [[budget.texts[case] for case in sorted(gone, key=str)]],
        ),
    ]
    for name, columns in known.items():
        level = next((one for one in levels if f"{one}-id" in columns and name not in levels), "")
        if level:
            record = _read(connection, name, budget)
            cases = [owners[level].get(row) for row in record.column(f"{level}-id")]
            skipped = {f"{name}-id", f"{level}-id", OCCURRENCE}
            tables.append(_record(name, record, skipped, _Rows(cases, listed, gone), budget=budget))
    return tables


@dataclass(frozen=True, slots=True)
class _Rows:
    """The case of every row of a record, the place of each case in the file, and the deleted cases."""

    cases: Sequence[object]
    listed: Mapping[object, int]
    gone: AbstractSet[object]


class _Budget:
    """Texts of cells, each kept once, and how much of them a file may hold."""

    def __init__(self) -> None:
        self.texts = Texts()
        self.length = 0

    def cell(self, value: object) -> str:
        text = "" if isinstance(value, bytes) else self.texts[value]
        self.length += len(text)
        if self.length > LARGEST_TEXT:
            raise Unreadable("text_too_long", limit=f"{LARGEST_TEXT // 1_000_000}")
        return text


def _own_tables(connection: sqlite3.Connection) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Name the plain tables with their columns; views and virtual tables are none."""
    entries = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    for kind, name, definition in entries:
        plain = kind == "table" and isinstance(name, str) and isinstance(definition, str)
        if not plain or name.startswith("sqlite_") or not _TABLE.match(definition):
            continue
        if _COMPUTED.search(definition):
            raise Unreadable("cspro_damaged")
        yield name, _headers(connection, name)


def _headers(connection: sqlite3.Connection, name: str) -> tuple[str, ...]:
    found = connection.execute(f"SELECT * FROM {_quoted(name)} LIMIT 0").description  # noqa: S608 - quoted
    if len(found) > MOST_COLUMNS:
        raise Unreadable("columns_too_many", limit=f"{MOST_COLUMNS}")
    return tuple(str(column[0]) for column in found)


def _read(connection: sqlite3.Connection, name: str, budget: "_Budget") -> _Stored:
    headers = tuple(
        h for h in _headers(connection, name) if not (_BINARY.fullmatch(h) or h == "questionnaire")
    )
    chosen = ", ".join(map(_quoted, headers))
    rows: list[Row] = []
    for row in connection.execute(f"SELECT {chosen} FROM {_quoted(name)}"):  # noqa: S608 - quoted
        rows.append(row)
        budget.length += 1
        if len(rows) > MOST_ROWS:
            raise Unreadable("cspro_damaged")
    return _Stored(headers, rows)


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _by_deletion(cases: _Stored) -> tuple[_Stored, _Stored]:
    """Part the cases that count from those that were deleted, in the order that CSPro lists them."""
    order = cases.column("file_order") if "file_order" in cases.headers else [*range(len(cases.rows))]
    ranked = sorted(
        zip(map(_ranked, order), cases.rows, cases.column("deleted"), strict=True), key=lambda r: r[0]
    )
    return (
        _Stored(cases.headers, [row for _, row, deleted in ranked if not deleted]),
        _Stored(cases.headers, [row for _, row, deleted in ranked if deleted]),
    )


def _ranked(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _owners(levels: Mapping[str, _Stored]) -> dict[str, dict[object, object]]:
    """Return for every level: its row -> the case, through the rows of the levels above."""
    owners: dict[str, dict[object, object]] = {}
    for name, level in levels.items():
        above = f"level-{int(name[-1]) - 1}"
        if name == FIRST_LEVEL:
            owners[name] = level.pairs(f"{name}-id", CASE)
        elif above in owners:
            upper = owners[above]
            owners[name] = {
                own: upper.get(one) for own, one in level.pairs(f"{name}-id", f"{above}-id").items()
            }
        else:
            raise Unreadable("cspro_damaged")
    return owners


def _cases(cases: _Stored, ids: _Stored, moments: Mapping[object, object], budget: _Budget) -> Table:
    items = [header for header in ids.headers if header not in {f"{FIRST_LEVEL}-id", CASE}]
    places = [ids.place(item) for item in items]
    by_case = dict(zip(ids.column(CASE), ids.rows, strict=True))
    blank = [None] * len(cases.rows)
    partial = cases.column("partial_save_mode") if "partial_save_mode" in cases.headers else blank
    verified = cases.column("verified") if "verified" in cases.headers else blank
    revisions = cases.column("last_modified_revision")
    columns = [
        [budget.cell(case) for case in cases.column("id")],
        ["1" if value else "" for value in verified],
        ["" if value in {None, "", 0, "0"} else budget.cell(value) for value in partial],
        [_moment(moments.get(revision)) for revision in revisions],
        *(
            [budget.cell(by_case[case][place]) if case in by_case else "" for case in cases.column("id")]
            for place in places
        ),
    ]
    headers = (*CASE_COLUMNS, *map(_written, items))
    return Table(CASES, tuple(distinct(headers)), [*range(1, len(cases.rows) + 1)], columns, typed=True)


def _record(name: str, record: _Stored, skipped: AbstractSet[str], rows: _Rows, *, budget: _Budget) -> Table:
    """Build the table of one record; a row whose case is not in the file keeps an empty case."""
    cases, listed = rows.cases, rows.listed
    items = [(header, place) for place, header in enumerate(record.headers) if header not in skipped]
    numbers = record.column(OCCURRENCE) if OCCURRENCE in record.headers else [1] * len(cases)
    kept = [place for place, case in enumerate(cases) if case not in rows.gone]
    kept.sort(key=lambda place: (listed.get(cases[place], len(listed)), _ranked(numbers[place])))
    columns = [
        [budget.cell(cases[place]) if cases[place] in listed else "" for place in kept],
        [budget.cell(numbers[place]) for place in kept],
        *([budget.cell(record.rows[place][item]) for place in kept] for _, item in items),
    ]
    headers = (CASE, OCCURRENCE, *(_written(header) for header, _ in items))
    return Table(name, tuple(distinct(headers)), [*range(1, len(kept) + 1)], columns, typed=True)


def _written(item: str) -> str:
    return _NUMBERED.sub(r"_\1", item)


def _moment(seconds: object) -> str:
    """Return seconds since 1970 as a moment, "" where no calendar holds them."""
    if not isinstance(seconds, int | float):
        return ""
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""
