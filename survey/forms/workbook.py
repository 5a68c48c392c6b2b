"""Workbooks in which every cell is text and the same content gives the same bytes."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from survey.same_bytes import CREATED

WIDEST_COLUMN, NARROWEST_COLUMN = 60, 10
HEADER = {"bold": True, "bg_color": "#DDE7F0", "num_format": "@", "valign": "top"}
BODY = {"num_format": "@", "text_wrap": True, "valign": "top"}

_TEXT_AS_IT_IS = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}


@contextmanager
def text_workbook(path: Path | BytesIO, title: str) -> Iterator[xlsxwriter.Workbook]:
    """Open a new workbook that is written when the block ends."""
    with xlsxwriter.Workbook(path, _TEXT_AS_IT_IS) as book:
        book.set_properties({"title": title, "created": CREATED})
        yield book


def add_table(
    book: xlsxwriter.Workbook, name: str, headers: Sequence[str], rows: Mapping[int, Mapping[str, str]]
) -> Worksheet:
    """Add a sheet with a header in row 1.

    Parameters
    ----------
    rows : mapping
        Row as Excel shows it -> header -> text; empty cells are not written.
    """
    header, body = book.add_format(HEADER), book.add_format(BODY)
    page = book.add_worksheet(name)
    page.freeze_panes(1, 2)
    for column, title in enumerate(headers):
        longest = max((len(cells.get(title, "")) for cells in rows.values()), default=0)
        page.set_column(column, column, min(max(longest, len(title), NARROWEST_COLUMN), WIDEST_COLUMN))
        page.write_string(0, column, title, header)
        for number, cells in rows.items():
            if cells.get(title):
                page.write_string(number - 1, column, cells[title], body)
    return page
