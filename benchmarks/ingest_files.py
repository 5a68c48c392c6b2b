"""Make the large files of ``ingest.py``: the example wave many times over, each time of other people."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import ascii_uppercase

import pandas as pd
import pyreadstat
import xlsxwriter
from python_calamine import CalamineWorkbook

from survey import places
from survey.instrument import ROLES, Instrument

COPIES = 27
IDENTITIES = ("_uuid", "meta/rootUuid", "_submission__uuid", "_submission_meta/rootUuid")
NUMBERS = ("_id", "_index", "_parent_index", "_submission__id")
# What an office keeps of the columns of the tool.
IN_STATISTICS = frozenset({"rootUuid", "submission_time", "validation_status"})
AREAS = ("ea_code", "hh_id")
SEED = 20_260
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


def free_answers(instrument: Instrument) -> dict[str, list[str]]:
    """Name the questions on whose answers nothing else hangs, with their codes."""
    said = " ".join(f"{q.relevance} {q.constraint} {q.calculation}" for q in instrument.questions)
    roles = {instrument.role(role) for role in ROLES}
    return {
        question.name: [choice.name for choice in instrument.codes(question)]
        for question in instrument.asked()
        if question.type == "select_one"
        and f"${{{question.name}}}" not in said
        and question.name not in roles
    }


def copies(rows: Rows, free: Mapping[str, Sequence[str]] | None = None) -> Iterator[list[object]]:
    """Give the rows again and again, each time with other identities, areas, households and free answers."""
    header = rows[0]
    yield header
    identities = [header.index(name) for name in IDENTITIES if name in header]
    numbers = [header.index(name) for name in NUMBERS if name in header]
    areas = [place for place, name in enumerate(header) if str(name).rsplit("/", 1)[-1] in AREAS]
    chance = random.Random(SEED)
    names = [str(name).rsplit("/", 1)[-1] for name in header]
    codes = [(place, (free or {})[name]) for place, name in enumerate(names) if name in (free or {})]
    interviewers = [place for place, name in enumerate(names) if name == "interviewer_id"]
    for copy in range(COPIES):
        for row in rows[1:]:
            new = list(row)
            for place, known in codes:
                new[place] = chance.choice(known) if row[place] in known else row[place]
            for place in identities:
                new[place] = renamed(str(row[place]), copy)
            for place in numbers:
                new[place] = str(int(str(row[place])) + copy * APART)
            for place in areas:
                new[place] = f"{copy + 10}{row[place]}"
            for place in interviewers:
                new[place] = f"{ascii_uppercase[copy // 26]}{ascii_uppercase[copy % 26]}{str(row[place])[2:]}"
            yield new


def renamed(identity: str, copy: int) -> str:
    """Give an identity of another copy: the same shape, other first digits."""
    head, tail = identity[:-36], identity[-36:]
    return f"{head}{copy:08x}{tail[8:]}"


def write_workbook(path: Path, sheets: Mapping[str, Rows], instrument: Instrument) -> None:
    """Write the copies as KoboToolbox writes a workbook: one pass, texts in the cells."""
    options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    free = free_answers(instrument)
    with xlsxwriter.Workbook(path, options) as book:
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for number, row in enumerate(copies(rows, free)):
                for place, cell in enumerate(row):
                    if cell != "":
                        sheet.write(number, place, cell)


def write_statistics(path: Path, rows: Rows, instrument: Instrument) -> None:
    """Write the copies of the main table as one file of SPSS: bare names, numbers as numbers."""
    header, *body = copies(rows, free_answers(instrument))
    names = [
        re.sub(r"\W", "_", str(name).removeprefix("meta/").rsplit("/", 1)[-1]).strip("_") for name in header
    ]
    frame = pd.DataFrame(body, columns=names, dtype="str")
    asked = {question.name for question in instrument.level("") if not question.pii}
    frame = frame.loc[:, ~frame.columns.duplicated() & frame.columns.isin(asked | IN_STATISTICS)]
    numbers = {"integer", "decimal", "select_one"}
    for question in instrument.level(""):
        if question.type in numbers and question.name in frame:
            column = pd.to_numeric(frame[question.name].where(frame[question.name] != ""), errors="coerce")
            frame[question.name] = column if not question.name.endswith("_code") else frame[question.name]
    pyreadstat.write_sav(frame, path, row_compress=True)


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
