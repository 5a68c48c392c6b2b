"""The sheets in which people write corrections: our own template, or the filled-in list of findings."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey.corrections.log import Correction
from survey.disarming import as_it_was
from survey.exports.sheets import read_sheet
from survey.findings import TO_FILL_IN
from survey.forms.workbook import add_table, text_workbook
from survey.messages import LANGUAGES, Refusal, finding

ENDINGS = (".xlsx", ".csv")
SHEET, HOW_SHEET = "Sửa - corrections", "Cách ghi - how to"
# How an answer that should be empty is written: an empty cell means that nothing is to be corrected.
NO_ANSWER_WORDS = frozenset({"(trống)", "(blank)"})
# Field of a row -> the header that the template gives it; either half alone is understood, too.
COLUMNS: Mapping[str, str] = {
    "submission": "phiếu / submission",
    "household": "hộ / household",
    "repeat": "bảng lặp / repeat",
    "position": "dòng thứ / position",
    "variable": "biến / variable",
    "old": "giá trị hiện có / old",
    **dict(zip(("new", "why", "who"), TO_FILL_IN, strict=True)),
}
# The list of findings names the place in the file, too, and the submission only where it is known.
OF_FINDINGS: Mapping[str, str] = {
    "file": "tệp / file",
    "sheet": "trang / sheet",
    "row": "dòng / row",
    "variable": "cột / column",
    "old": "giá trị / value",
}
OWN, FOUND = (
    frozenset({"submission", "variable", "old", "new"}),
    frozenset({"file", "row", "variable", "new"}),
)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row in which somebody wrote a correct value.

    Attributes
    ----------
    number : int
        As Excel shows it.
    cells : mapping
        Field (:data:`COLUMNS`, :data:`OF_FINDINGS`) -> text, "" where the sheet says nothing.
    """

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, field: str) -> str:
        """Text of a field."""
        return self.cells.get(field, "")


def read_corrections(path: Path, *, name: str | None = None) -> tuple[SheetRow, ...]:
    """Read the rows of a file that hold a correct value, in a limited child process.

    Raises
    ------
    Refusal
        When it is no ``.xlsx`` or ``.csv``, cannot be read, or lacks the columns of both kinds of sheet.
    """
    called = name or path.name
    if Path(called).suffix.lower() not in ENDINGS:
        raise Refusal(finding("correction_file_kind", file=called, value=Path(called).suffix or "-"))
    return tuple(_rows(read_sheet(path, called), Path(called).name))


def template(rows: Iterable[tuple[Correction, str]] = ()) -> bytes:
    """Write the workbook in which corrections are written, with the instruction on a second sheet.

    Parameters
    ----------
    rows : iterable of (Correction, str)
        Answers that stand in it already, each with its household; what is to be filled in stays empty.
    """
    cells = {
        number: {
            COLUMNS["submission"]: said.cell.submission,
            COLUMNS["household"]: household,
            COLUMNS["repeat"]: said.cell.repeat,
            COLUMNS["position"]: str(said.cell.position or ""),
            COLUMNS["variable"]: said.cell.variable,
            COLUMNS["old"]: said.old,
        }
        for number, (said, household) in enumerate(rows, 2)
    }
    how = finding("correction_how_to")
    lines = {number: {"vi / en": how.sentence(language)} for number, language in enumerate(LANGUAGES, 2)}
    buffer = io.BytesIO()
    with text_workbook(buffer, "Corrections") as book:
        add_table(book, SHEET, tuple(COLUMNS.values()), cells)
        add_table(book, HOW_SHEET, ("vi / en",), lines)
    return buffer.getvalue()


def _rows(tables: Sequence[Mapping[str, Any]], file: str) -> Iterator[SheetRow]:
    """Take the first table with the columns of either kind of sheet."""
    for table in tables:
        fields = _fields(table["headers"])
        if fields:
            break
    else:
        facts = {"columns": ", ".join(COLUMNS.values())}
        raise Refusal(finding("correction_columns", file=file, facts=facts))
    for place, number in enumerate(table["rows"]):
        cells = {field: _plain(table["columns"][column][place]) for field, column in fields.items()}
        if cells["new"]:
            yield SheetRow(number, cells)


def _fields(headers: Sequence[str]) -> dict[str, int]:
    """Find the columns of a sheet; empty where it is of neither kind."""
    places = {part: place for place, header in enumerate(headers) for part in _parts(header)}
    for known, needed in ((COLUMNS, OWN), ({**COLUMNS, **OF_FINDINGS}, FOUND)):
        found = {
            field: places[part]
            for field, header in known.items()
            for part in _parts(header)
            if part in places
        }
        if needed <= found.keys():
            return found
    return {}


def _parts(header: str) -> tuple[str, ...]:
    halves = tuple(part.strip().casefold() for part in header.split(" / "))
    return (header.strip().casefold(), *halves)


def _plain(cell: str) -> str:
    return as_it_was(cell.strip())
