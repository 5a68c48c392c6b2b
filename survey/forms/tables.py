"""An XLSForm as its author writes it: three tables of text, from Markdown or from a workbook."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from survey.messages import Refusal, finding

SHEETS = ("survey", "choices", "settings")
GROUP_KINDS = {"group": "group", "repeat": "repeat", "loop": "repeat"}
HEADER_ALIASES = {"relevance": "relevant", "calculate": "calculation", "read_only": "readonly"}

_UNESCAPED_PIPE = re.compile(r"(?<!\\)\|")
_LANGUAGE = re.compile(r"\(([^()]*)\)$")


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row of a sheet.

    Attributes
    ----------
    number : int
        Row as Excel shows it in the built workbook; the header is row 1.
    cells : mapping
        Header -> text; empty cells are left out.
    """

    number: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """Text of one column, "" where the cell is empty."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class FormSheet:
    """One sheet: its headers, spelt in one way, and its rows."""

    headers: tuple[str, ...] = ()
    rows: tuple[FormRow, ...] = ()


@dataclass(frozen=True, slots=True)
class FormTables:
    """The three sheets of a form."""

    survey: FormSheet
    choices: FormSheet
    settings: FormSheet

    def setting(self, name: str) -> str:
        """Value of one setting, "" where it is not given."""
        return self.settings.rows[0].text(name) if self.settings.rows else ""

    def languages(self) -> tuple[str, ...]:
        """Language codes of the labels, in the order of the columns."""
        prefix = "label::"
        found = (
            language_code(header.removeprefix(prefix))
            for header in self.survey.headers
            if header.startswith(prefix)
        )
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class FormNode:
    """A question, group or repeat with its place in the form.

    Attributes
    ----------
    kind : {"question", "group", "repeat"}
    path : tuple of str
        Enclosing groups and repeats, outermost first.
    relevants : tuple of str
        The `relevant` of every enclosing group that has one, then its own.
    repeat : str
        The innermost repeat around it, "" in the main table.
    """

    kind: str
    row: FormRow
    path: tuple[str, ...]
    relevants: tuple[str, ...]
    repeat: str

    @property
    def name(self) -> str:
        """Name of the question or group."""
        return self.row.text("name")


def read_form(source: Path) -> FormTables:
    """Read a form of ours from ``.md`` or ``.xlsx``; text is NFC-normalised.

    Raises
    ------
    Refusal
        When the file is of another kind, cannot be read, or holds no survey sheet.
    """
    reader = _READERS.get(source.suffix.lower())
    if reader is None:
        raise Refusal(finding("form_kind_unknown", file=source.name, facts={"known": ", ".join(_READERS)}))
    try:
        grids = reader(source)
    except (CalamineError, UnicodeDecodeError) as problem:
        raise Refusal(finding("form_unreadable", file=source.name)) from problem
    if not grids.get("survey"):
        raise Refusal(finding("form_sheet_missing", file=source.name, sheet="survey"))
    return FormTables(*(_sheet(grids.get(name, [])) for name in SHEETS))


def walk(tables: FormTables) -> Iterator[FormNode]:
    """Yield every question, group and repeat in form order."""
    open_groups: list[FormNode] = []
    for row in tables.survey.rows:
        kind, _ = split_type(row.text("type"))
        if kind.startswith("end_"):
            del open_groups[-1:]
            continue
        opened = GROUP_KINDS.get(kind.removeprefix("begin_")) if kind.startswith("begin_") else None
        node = _place(row, opened or "question", open_groups)
        yield node
        if opened:
            open_groups.append(node)


def split_type(text: str) -> tuple[str, str]:
    """Split a type cell into the type and its list or file: ``select_one yn`` -> (select_one, yn)."""
    words = text.split()
    if len(words) > 1 and words[0] in {"begin", "end", "select"}:
        words[:2] = ["_".join(words[:2])]
    return (words[0] if words else "", words[1] if len(words) > 1 else "")


def translations(row: FormRow, column: str) -> dict[str, str]:
    """Texts of a translated column by language code; a column without language has the code ""."""
    prefix = column + "::"
    plain = {"": row.cells[column]} if column in row.cells else {}
    return plain | {
        language_code(header.removeprefix(prefix)): text
        for header, text in row.cells.items()
        if header.startswith(prefix)
    }


def language_code(language: str) -> str:
    """Code of a language as XLSForm writes it: ``Tiếng Việt (vi)`` -> ``vi``; without code, its name."""
    found = _LANGUAGE.search(language.strip())
    return found.group(1) if found else language.strip()


def is_language_column(header: str) -> bool:
    """Whether the header carries a language: ``label::Tiếng Việt (vi)``."""
    return "::" in header and not header.startswith(("bind::", "control::", "instance::", "body::"))


def _place(row: FormRow, kind: str, around: Sequence[FormNode]) -> FormNode:
    own = row.text("relevant")
    outer = around[-1].relevants if around else ()
    repeats = [node.name for node in around if node.kind == "repeat"]
    return FormNode(
        kind=kind,
        row=row,
        path=tuple(node.name for node in around),
        relevants=(*outer, own) if own else outer,
        repeat=repeats[-1] if repeats else "",
    )


def _sheet(grid: Sequence[Sequence[str]]) -> FormSheet:
    if not grid:
        return FormSheet()
    headers = tuple(_header(cell) for cell in grid[0])
    rows = (
        FormRow(number, {h: cell for h, cell in zip(headers, cells, strict=False) if h and cell})
        for number, cells in enumerate(grid[1:], start=2)
    )
    return FormSheet(tuple(filter(None, headers)), tuple(row for row in rows if row.cells))


def _header(cell: str) -> str:
    name, mark, language = cell.partition("::")
    plain = name.strip().lower().replace(" ", "_")
    return HEADER_ALIASES.get(plain, plain) + mark + language.strip()


def _read_markdown(source: Path) -> dict[str, list[list[str]]]:
    grids: dict[str, list[list[str]]] = {}
    sheet = ""
    for line in source.read_text(encoding="utf-8").splitlines():
        cells = _markdown_cells(line)
        if cells and cells[0]:
            sheet = cells[0].lower()
            grids[sheet] = []
        if sheet and any(cells[1:]):
            grids[sheet].append(cells[1:])
    return grids


def _markdown_cells(line: str) -> list[str]:
    text = line.strip()
    if not text.startswith("|") or not text.strip("|- "):
        return []
    inner = text[1 : text.rfind("|")]
    return [_clean(cell).replace(r"\|", "|") for cell in _UNESCAPED_PIPE.split(inner)]


def _read_workbook(source: Path) -> dict[str, list[list[str]]]:
    with CalamineWorkbook.from_path(source) as book:
        names = {name.lower(): name for name in book.sheet_names}
        return {
            plain: [
                [_cell(value) for value in row]
                for row in book.get_sheet_by_name(names[plain]).to_python(skip_empty_area=False)
            ]
            for plain in SHEETS
            if plain in names
        }


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _clean(str(value))


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


_READERS = {".md": _read_markdown, ".xlsx": _read_workbook}
