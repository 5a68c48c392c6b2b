"""The sheet in which offices report their figures: the template, and its rows read back as text."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey.exports.sheets import read_sheet
from survey.forms.workbook import add_table, text_workbook
from survey.messages import LANGUAGES, Refusal, finding
from survey.other_targets.targets import Target

ENDING = ".xlsx"
SHEET, TARGET_SHEET, HOW_SHEET = "Số liệu - figures", "Mục tiêu - targets", "Cách ghi - how to"
# Field of a row -> the header that the template gives it; either half alone is understood, too.
COLUMNS: Mapping[str, str] = {
    "target": "mã mục tiêu / target",
    "name": "tên mục tiêu / name",
    "day": "số liệu tính đến ngày / as of",
    "numerator": "tử số hoặc số lượng / numerator or count",
    "denominator": "mẫu số / denominator",
    "exists": "có hay chưa / exists",
    "unit": "đơn vị báo cáo / reporting office",
    "document": "số văn bản / document",
    "document_date": "ngày văn bản / document date",
    "sha256": "sha-256 của tệp văn bản / file sha-256",
}
EXISTS = "có / exists"
NARROW, WIDE = 22, 60
NEEDED = frozenset(COLUMNS) - {"name", "sha256"}
# A row of the template that nobody filled in holds only these.
GIVEN = frozenset({"target", "name"})


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that somebody filled in: its number as Excel shows it (None for a form), its cells by field."""

    number: int | None
    cells: Mapping[str, str]

    def __getitem__(self, field: str) -> str:
        """Text of a field, "" where nothing is said."""
        return self.cells.get(field, "").strip()


def read_reports(path: Path, *, name: str | None = None) -> tuple[SheetRow, ...]:
    """Read the rows of a workbook that hold more than the target, in a limited child process.

    Raises
    ------
    Refusal
        When it is no ``.xlsx``, cannot be read, or lacks columns of the template.
    """
    called = name or path.name
    if Path(called).suffix.lower() != ENDING:
        raise Refusal(finding("target_file_kind", file=called, value=Path(called).suffix or "-"))
    return tuple(_rows(read_sheet(path, called), called))


def template(targets: Sequence[Target]) -> bytes:
    """Write the workbook in which figures are reported: a row for each target, the goals, the instruction."""
    cells = {
        number: {COLUMNS["target"]: target.id, COLUMNS["name"]: target.title["vi"]}
        for number, target in enumerate(targets, 2)
    }
    told = {number: _told(target) for number, target in enumerate(targets, 2)}
    how = finding("target_how_to")
    lines = {number: {"vi / en": how.sentence(language)} for number, language in enumerate(LANGUAGES, 2)}
    buffer = io.BytesIO()
    with text_workbook(buffer, "Targets") as book:
        page = add_table(book, SHEET, tuple(COLUMNS.values()), cells)
        # As text, or Excel would make 7 May of 5/7/2026 on a machine with American settings.
        as_text = book.add_format({"num_format": "@"})
        for column, field in enumerate(COLUMNS):
            page.set_column(column, column, WIDE if field == "name" else NARROW, as_text)
        add_table(book, TARGET_SHEET, TOLD_COLUMNS, told)
        add_table(book, HOW_SHEET, ("vi / en",), lines)
    return buffer.getvalue()


TOLD_COLUMNS = (
    "mã mục tiêu / target",
    "tên mục tiêu",
    "name",
    "chỉ tiêu / goals",
    "tử số hoặc số lượng / numerator or count",
    "mẫu số / denominator",
)


def _told(target: Target) -> Mapping[str, str]:
    goals = "; ".join(f"{goal.year}: {goal.signs(target.kind) or EXISTS}" for goal in target.goals)
    words = (target.numerator, target.denominator)
    counted = (" / ".join(one[language] for language in LANGUAGES if one) for one in words)
    return dict(
        zip(TOLD_COLUMNS, (target.id, target.title["vi"], target.title["en"], goals, *counted), strict=True)
    )


def _rows(tables: Sequence[Mapping[str, Any]], file: str) -> Iterator[SheetRow]:
    """Take the first table with the columns of the template."""
    found = [(table, _fields(table["headers"])) for table in tables]
    table, fields = next(((one, known) for one, known in found if known), ({}, {}))
    if not fields:
        columns = ", ".join(COLUMNS[field] for field in COLUMNS if field in NEEDED)
        raise Refusal(finding("target_columns", file=file, facts={"columns": columns}))
    for place, number in enumerate(table["rows"]):
        cells = {field: table["columns"][column][place].strip() for field, column in fields.items()}
        if any(cell for field, cell in cells.items() if field not in GIVEN):
            yield SheetRow(number, cells)


def _fields(headers: Sequence[str]) -> dict[str, int]:
    """Find the columns of the template; empty where one that is needed lacks."""
    places = {part: place for place, header in enumerate(headers) for part in _parts(header)}
    found = {
        field: places[part] for field, header in COLUMNS.items() for part in _parts(header) if part in places
    }
    return found if found.keys() >= NEEDED else {}


def _parts(header: str) -> tuple[str, ...]:
    return (header.strip().casefold(), *(part.strip().casefold() for part in header.split(" / ")))
