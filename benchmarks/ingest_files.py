"""Make the large files of ``ingest.py``: the example wave many times over, with new identities."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from survey import places

COPIES = 27
IDENTITIES = ("_uuid", "meta/rootUuid", "_submission__uuid", "_submission_meta/rootUuid")
NUMBERS = ("_id", "_index", "_parent_index", "_submission__id")
AREAS = ("ea_code", "hh_id")
APART = 1_000_000

Rows = list[list[object]]


def read_example() -> dict[str, Rows]:
    """All interviews of the example wave: sheet -> rows, the header first, without the split columns."""
    sheets: dict[str, Rows] = {}
    for number, path in enumerate(sorted((places.example_wave() / "kobo").glob("*.xlsx"))):
        book = CalamineWorkbook.from_path(str(path))
        for title, name in zip(("main", "member"), book.sheet_names, strict=True):
            header, *rows = book.get_sheet_by_name(name).to_python()
            shift(header, rows, number * APART // 100)
            sheets.setdefault(title, [header]).extend(rows)
    return {title: without_splits(rows) for title, rows in sheets.items()}


def without_splits(rows: Rows) -> Rows:
    """Leave out the column of every single choice, as the option "select multiple: single column" does."""
    names = {str(name) for name in rows[0]}
    kept = [place for place, name in enumerate(rows[0]) if str(name).rpartition("/")[0] not in names]
    return [[row[place] for place in kept] for row in rows]


def shift(header: Sequence[object], rows: Rows, distance: int) -> None:
    """Move the row numbers of one file away from those of the others."""
    places_of = [header.index(name) for name in NUMBERS if name in header]
    for row in rows:
        for place in places_of:
            row[place] = str(int(float(str(row[place]))) + distance)


def copies(rows: Rows) -> Iterator[list[object]]:
    """Give the rows again and again, each time with other identities, areas and households."""
    header = rows[0]
    yield header
    identities = [header.index(name) for name in IDENTITIES if name in header]
    numbers = [header.index(name) for name in NUMBERS if name in header]
    areas = [place for place, name in enumerate(header) if str(name).rsplit("/", 1)[-1] in AREAS]
    for copy in range(COPIES):
        for row in rows[1:]:
            new = list(row)
            for place in identities:
                new[place] = renamed(str(row[place]), copy)
            for place in numbers:
                new[place] = str(int(str(row[place])) + copy * APART)
            for place in areas:
                new[place] = f"{copy + 10}{row[place]}"
            yield new


def renamed(identity: str, copy: int) -> str:
    """Give an identity of another copy: the same shape, other first digits."""
    head, tail = identity[:-36], identity[-36:]
    return f"{head}{copy:08x}{tail[8:]}"


def write_workbook(path: Path, sheets: Mapping[str, Rows]) -> None:
    """Write the copies as KoboToolbox writes a workbook: one pass, texts in the cells."""
    options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(path, options) as book:
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for number, row in enumerate(copies(rows)):
                for place, cell in enumerate(row):
                    if cell != "":
                        sheet.write(number, place, cell)


def write_samples(folder: Path) -> dict[str, Path]:
    """Write sample files that hold the areas and households of every copy."""
    written = {}
    for name in ("sample_eas", "sample_households"):
        with (places.example_wave() / f"{name}.csv").open(encoding="utf-8-sig", newline="") as source:
            rows: Rows = [list(row) for row in csv.reader(source)]
        written[name] = folder / f"{name}.csv"
        with written[name].open("w", encoding="utf-8", newline="") as target:
            csv.writer(target, lineterminator="\n").writerows(copies(rows))
    return written
