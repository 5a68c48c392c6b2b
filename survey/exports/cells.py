"""Sheets and CSV files as tables of NFC text, one list of cells a column."""

import csv
import datetime as dt
import io
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError

from survey.exports.encodings import decode

# Name of the column of row numbers in the answer of the child.
ROW = "#row"
LARGEST_TEXT = 200_000_000
MOST_COLUMNS = 4_000
MOST_SHEETS = 40
DELIMITERS = ",;\t"
LONGEST_HEADER = 1_000_000
# What programs that do not know a byte order mark make of it: part of the first header.
_MARK_REMAINS = re.compile("^(?:ï»¿|ï(?=[A-Za-z_]))")
# Half of an emoji, where a program cut a text: JSON can say it, no file and no store can hold it.
_HALVES = re.compile("[\ud800-\udfff]")
# Stands for half an emoji: no letter that a wrong encoding would leave.
HALF_LETTER = "\u25a1"
# Excel writes the delimiter in a line of its own, which it does not show.
_EXCEL_HINT = re.compile(r"\Asep=.\r?\n", re.IGNORECASE)


class Unreadable(Exception):  # noqa: N818 - becomes a refusal
    """A file that cannot be read; carries the code of the message and its facts."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet or CSV file as text.

    Attributes
    ----------
    name : str
        Sheet name, or file name without ``.csv``.
    headers : tuple of str
        As written, NFC; a repeated header gets `` [2]``, `` [3]``.
    rows : list of int
        Row numbers as Excel shows them.
    columns : list of list of str
        Cells of each header, "" where empty.
    stray : int
        First row with a value in a column without header; 0 where there is none.
    typed : bool
        Numbers and dates came as numbers and dates, not as somebody's spelling of them.
    labels : mapping
        Header -> text of a value -> its label, where the file itself declares labels.
    missing : mapping
        Header -> texts that the file declares to mean "no answer", with their reasons as labels.
    """

    name: str
    headers: tuple[str, ...]
    rows: list[int]
    columns: list[list[str]]
    stray: int = 0
    typed: bool = False
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def column(self, header: str) -> list[str]:
        """Cells under one header."""
        return self.columns[self.headers.index(header)]


def read_workbook(path: Path) -> list[Table]:
    """Read every sheet of an Excel or LibreOffice file that has a header."""
    try:
        book = CalamineWorkbook.from_path(str(path))
    except PasswordError:
        raise Unreadable("excel_password") from None
    if len(book.sheet_names) > MOST_SHEETS:
        raise Unreadable("sheets_too_many", limit=f"{MOST_SHEETS}")
    tables = (table_of(nfc(name), _lines(book.get_sheet_by_name(name))) for name in book.sheet_names)
    return [table for table in tables if table.headers]


def read_csv(name: str, content: bytes) -> Table:
    """Read a text file; the delimiter is the one that splits the first line into most columns.

    Raises
    ------
    Unreadable
        ``csv_encoding`` where no encoding can be told for certain, ``file_damaged`` for broken quotes.
    """
    text = decode(content)
    if text is None:
        raise Unreadable("csv_encoding", part=name)
    text = _EXCEL_HINT.sub("", text)
    delimiter = max(DELIMITERS, key=lambda character: _width(text, character))
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return table_of(name, records)
    except csv.Error:
        raise Unreadable("file_damaged") from None


def table_of(name: str, records: Iterable[Sequence[object]]) -> Table:
    """Turn records, the header first, into a table of text; empty and HXL rows are left out."""
    lines = iter(records)
    headers = _headers(next(lines, ()))
    rows: list[int] = []
    columns: list[list[str]] = [[] for _ in headers]
    unnamed = [place for place, header in enumerate(headers) if not header]
    stray = length = 0
    texts = Texts()
    for number, line in enumerate(lines, start=2):
        cells = [texts[value] for value in line[: len(headers)]]
        length += sum(map(len, cells))
        if length > LARGEST_TEXT:
            raise Unreadable("text_too_long", limit=f"{LARGEST_TEXT // 1_000_000}")
        beside = any(line[len(headers) :]) or any(cells[place] for place in unnamed if place < len(cells))
        stray = stray or (number if beside else 0)
        if not any(cells) or (number == 2 and _is_hxl(cells)):
            continue
        cells.extend("" for _ in range(len(headers) - len(cells)))
        rows.append(number)
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell)
    return Table(name, headers, rows, columns, stray)


def _lines(sheet: CalamineSheet) -> Iterator[Sequence[object]]:
    """Give the rows of a sheet one by one, from the first column on: all in a list take twice the memory."""
    left: list[object] = [""] * (sheet.start[1] if sheet.start else 0)
    return ([*left, *row] for row in sheet.iter_rows()) if left else sheet.iter_rows()


def nfc(text: str) -> str:
    """Return the text with composed letters, so that equal words are equal; half a letter is none."""
    return text if text.isascii() else unicodedata.normalize("NFC", _HALVES.sub(HALF_LETTER, text))


def cell_text(value: object) -> str:
    """Return any cell as text: 3.0 as "3", dates in ISO form, true as "1"."""
    writer = _WRITERS.get(type(value))
    return writer(value) if writer else nfc(str(value))


class Texts(dict[object, str]):
    """Cell value -> its text; equal cells share one text. 1, 1.0 and true are all "1"."""

    def __missing__(self, value: object) -> str:
        text = self[value] = cell_text(value)
        return text


def _width(text: str, delimiter: str) -> int:
    """Columns of the first line; quotes that do not fit this delimiter make none."""
    records = csv.reader(io.StringIO(text[:LONGEST_HEADER], newline=""), delimiter=delimiter, strict=True)
    try:
        return len(next(records, ()))
    except csv.Error:
        return 0


def _headers(record: Sequence[object]) -> tuple[str, ...]:
    texts = [cell_text(value).strip().lstrip("\ufeff") for value in record]
    texts[:1] = [_MARK_REMAINS.sub("", text) for text in texts[:1]]
    while texts and not texts[-1]:
        texts.pop()
    if len(texts) > MOST_COLUMNS:
        raise Unreadable("columns_too_many", limit=f"{MOST_COLUMNS}")
    return tuple(distinct(texts))


def distinct(texts: Iterable[str]) -> Iterator[str]:
    """Tell repeated headers apart: the second "x" becomes "x [2]"."""
    seen: Counter[str] = Counter([ROW])
    for text in texts:
        seen[text] += 1
        yield text if seen[text] == 1 or not text else f"{text} [{seen[text]}]"


def _is_hxl(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(cell.startswith("#") for cell in filled)


def _number(value: object) -> str:
    number = float(value)  # type: ignore[arg-type]
    if math.isnan(number):
        return ""
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def _moment(value: object) -> str:
    assert isinstance(value, dt.datetime | dt.date | dt.time)
    return value.isoformat()


_WRITERS: Mapping[type, Callable[[object], str]] = {
    str: lambda value: nfc(str(value)),
    float: _number,
    int: str,
    bool: lambda value: "1" if value else "0",
    type(None): lambda _: "",
    dt.datetime: _moment,
    dt.date: _moment,
    dt.time: _moment,
}
