"""A report as a workbook: cover, one table a sheet, notes; numbers are numbers, text stays text."""

import io
from collections.abc import Sequence

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from dashboard.report.content import (
    COUNT,
    DECIMAL,
    FINE,
    FINE_SHARE,
    SHARE,
    SHEET,
    TEXT,
    Cell,
    Report,
    Table,
)
from dashboard.report.word import Told
from dashboard.text import Text
from survey.same_bytes import CREATED

TEXT_AS_IT_IS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
NUMBER_FORMATS = {
    SHARE: "0.0%",
    COUNT: "#,##0",
    DECIMAL: "0.00",
    FINE_SHARE: "0.00%",
    FINE: "0.000",
    TEXT: "@",
}  # Excel writes its reader's signs
HEAD_ROW = 3  # above it: the caption, the release with its warnings, an empty row
NAME_WIDTH, WORD_WIDTH, NUMBER_WIDTH = 34, 26, 14
A4 = 9

Formats = dict[str, Format]


def excel_bytes(report: Report, told: Told) -> bytes:
    """Write a report as .xlsx; the same report gives the same bytes.

    Parameters
    ----------
    report : Report
    told : callable
        Told the caption of each table as it begins.
    """
    buffer = io.BytesIO()
    text = Text(report.language)
    with xlsxwriter.Workbook(buffer, TEXT_AS_IT_IS) as book:
        book.set_properties({"title": report.subject, "comments": report.release, "created": CREATED})
        formats = _formats(book)
        tables = list(report.tables())
        _cover(book.add_worksheet(text("report.cover")), formats, report, tables)
        for number, table in enumerate(tables, start=1):
            told(table.caption)
            _sheet(book.add_worksheet(sheet_name(number, table)), formats, table, report)
        _notes(book.add_worksheet(text("report.notes")), formats, report, text)
    return buffer.getvalue()


def sheet_name(number: int, table: Table) -> str:
    """Name the sheet of a table; Excel allows 31 letters and few signs."""
    plain = "".join(sign if sign.isalnum() or sign in "_ " else "_" for sign in table.name)
    return f"{number:02d} {plain}"[:31]


def _formats(book: xlsxwriter.Workbook) -> Formats:
    made = {
        kind: book.add_format({"num_format": code, "valign": "top"}) for kind, code in NUMBER_FORMATS.items()
    }
    made[TEXT].set_text_wrap()
    made["title"] = book.add_format({"bold": True, "font_size": 14})
    made["strong"] = book.add_format({"bold": True, "num_format": "@", "valign": "top"})
    made["absent"] = book.add_format({"align": "right", "valign": "top"})
    made["head"] = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#DDE7F0"}
    )
    return made


def _cover(page: Worksheet, formats: Formats, report: Report, tables: Sequence[Table]) -> None:
    text = Text(report.language)
    page.set_column(0, 0, NAME_WIDTH)
    page.set_column(1, 1, 100)
    page.write_string(0, 0, report.subject, formats["title"])
    row = 1
    for warning in report.warnings:
        page.write_string(row, 0, warning, formats["strong"])
        row += 1
    page.merge_range(row, 0, row, 1, "", formats[TEXT])
    page.write_string(row, 0, report.sentence, formats[TEXT])
    page.set_row(row, 80)
    row = _pairs(page, row + 2, report.origin, formats)
    page.write_string(row + 1, 0, text("report.tables"), formats["strong"])
    named = [(sheet_name(number, table), table.caption) for number, table in enumerate(tables, start=1)]
    _pairs(page, row + 2, named, formats)
    _print_on_a4(page, landscape=False)


def _sheet(page: Worksheet, formats: Formats, table: Table, report: Report) -> None:
    page.write_string(0, 0, table.caption, formats["title"])
    page.write_string(1, 0, " ".join((f"{report.release}.", *report.warnings)), formats["strong"])
    for column, place in enumerate(table.columns(SHEET)):
        heading = table.headings[place]
        page.write_string(HEAD_ROW, column, heading.title, formats["head"])
        page.set_column(column, column, _width(column, heading.kind))
        for row, cells in enumerate(table.rows, start=HEAD_ROW + 1):
            _write(page, (row, column), cells[place], formats, kind=heading.kind)
    last = HEAD_ROW + len(table.rows)
    for row, note in enumerate(table.notes, start=last + 2):
        page.write_string(row, 0, note)
    page.freeze_panes(HEAD_ROW + 1, 1)
    page.repeat_rows(HEAD_ROW)
    _print_on_a4(page, landscape=True)


def _write(page: Worksheet, at: tuple[int, int], cell: Cell, formats: Formats, *, kind: str) -> None:
    if cell.value is not None:
        page.write_number(*at, cell.value, formats[kind])
    else:
        page.write_string(*at, cell.shown, formats[TEXT if kind == TEXT else "absent"])


def _width(column: int, kind: str) -> int:
    if column == 0:
        return NAME_WIDTH
    return WORD_WIDTH if kind == TEXT else NUMBER_WIDTH


def _notes(page: Worksheet, formats: Formats, report: Report, text: Text) -> None:
    page.set_column(0, 0, NAME_WIDTH)
    page.set_column(1, 1, 100)
    page.write_string(0, 0, text("report.definition_title"), formats["title"])
    row = _pairs(page, 1, report.definition, formats)
    page.write_string(row + 1, 0, text("report.methods"), formats["title"])
    _pairs(page, row + 2, [("", line) for line in report.methods], formats)
    _print_on_a4(page, landscape=False)


def _pairs(page: Worksheet, row: int, pairs: Sequence[tuple[str, str]], formats: Formats) -> int:
    """Write names and words from a row on; return the row after them."""
    for place, (name, words) in enumerate(pairs, start=row):
        page.write_string(place, 0, name, formats["strong"])
        page.write_string(place, 1, words, formats[TEXT])
    return row + len(pairs)


def _print_on_a4(page: Worksheet, *, landscape: bool) -> None:
    page.set_paper(A4)
    if landscape:
        page.set_landscape()
    page.fit_to_pages(1, 0)
