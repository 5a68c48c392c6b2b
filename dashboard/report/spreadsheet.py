"""The tables of a report for Excel by double click, with the signs that its language expects."""

import csv
import io
from collections.abc import Iterator

from dashboard.numbers import DECIMAL as SIGN
from dashboard.report.content import (
    DECIMAL,
    FINE,
    FINE_SHARE,
    SHARE,
    SHARES,
    SHEET,
    TEXT,
    Cell,
    Heading,
    Report,
    Table,
)
from dashboard.report.excel import sheet_name
from dashboard.report.word import Told
from dashboard.tables import BYTE_ORDER_MARK, guarded
from survey.same_bytes import packed

SEPARATOR = {"vi": ";", "en": ","}
WRITTEN = {SHARE: (100, 1), FINE_SHARE: (100, 2), DECIMAL: (1, 2), FINE: (1, 3)}  # factor, decimals


def spreadsheet_bytes(report: Report, told: Told) -> bytes:
    """Write every table as a CSV file of a zip archive; hidden numbers are absent, with the reason.

    Parameters
    ----------
    report : Report
    told : callable
        Told the caption of each table as it begins.
    """
    files: dict[str, bytes] = {}
    for number, table in enumerate(report.tables(), start=1):
        told(table.caption)
        files[f"{sheet_name(number, table).replace(' ', '_')}.csv"] = _csv(table, report)
    return packed(files)


def _csv(table: Table, report: Report) -> bytes:
    """Write caption and warnings, the table, its notes, and where the numbers come from."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=SEPARATOR[report.language], lineterminator="\r\n")
    for line in (table.caption, report.subject, *report.warnings):
        writer.writerow([guarded(line)])
    writer.writerow([])
    writer.writerows(_lines(table, report.language))
    writer.writerow([])
    for note in (*table.notes, *report.methods):
        writer.writerow([guarded(note)])
    for name, words in (*report.origin, *report.definition):
        writer.writerow([guarded(name), guarded(words)])
    return (BYTE_ORDER_MARK + stream.getvalue()).encode()


def _lines(table: Table, language: str) -> Iterator[list[str]]:
    columns = list(table.columns(SHEET))
    headings = [table.headings[place] for place in columns]
    yield [guarded(_title(heading)) for heading in headings]
    for row in table.rows:
        yield [
            _written(row[place], heading.kind, language)
            for place, heading in zip(columns, headings, strict=True)
        ]


def _title(heading: Heading) -> str:
    return f"{heading.title} (%)" if heading.kind in SHARES else heading.title


def _written(cell: Cell, kind: str, language: str) -> str:
    """Write a number as the reader's Excel reads it back: as published, with no sign but the decimal."""
    if kind == TEXT:
        return guarded(cell.shown)
    if cell.value is None:
        return ""
    scale, digits = WRITTEN.get(kind, (1, 0))
    return f"{scale * cell.value:.{digits}f}".replace(".", SIGN[language])
