"""The sheets of the areas as a document for Word, one page an area, ready to print on A4."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from survey.forms.area_sheets import COLUMNS, AreaSheet, word
from survey.forms.paper_document import FONT, SIZE, SMALL, repeat_header, without_clock
from survey.forms.workbook import CREATED

ROW_HEIGHT = Cm(0.72)


def write_sheets_document(
    sheets: Sequence[AreaSheet],
    path: Path,
    language: str = "vi",
    advance: Callable[[], object] = lambda: None,
) -> None:
    """Write a document with a page an area; the same sheets give the same bytes."""
    document = _document(language)
    for number, sheet in enumerate(sheets):
        _add_page(document, sheet, language, break_before=number > 0)
        advance()
    content = io.BytesIO()
    document.save(content)
    path.write_bytes(without_clock(content.getvalue()))


def _document(language: str) -> DocumentType:
    document = Document()
    about = document.core_properties
    about.title, about.author, about.comments = word("sheets", language), "", ""
    about.created = about.modified = CREATED
    for name in ("Normal", "Heading 1"):
        style = document.styles[name]
        style.font.name = FONT
        style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    document.styles["Normal"].font.size = SIZE
    document.styles["Normal"].paragraph_format.space_after = Pt(2)
    document.styles["Heading 1"].paragraph_format.space_before = Pt(0)
    page = document.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Cm(29.7), Cm(21)
    page.left_margin = page.right_margin = Cm(1.5)
    page.top_margin = page.bottom_margin = Cm(1.2)
    return document


def _add_page(document: DocumentType, sheet: AreaSheet, language: str, *, break_before: bool) -> None:
    document.add_heading(sheet.title, level=1).paragraph_format.page_break_before = break_before
    document.add_paragraph("      ".join(f"{name}: {text}" for name, text in sheet.facts))
    table = document.add_table(rows=1 + len(sheet.rows), cols=len(COLUMNS))
    table.style = "Table Grid"
    headings = [heading[language] for heading, _ in COLUMNS.values()]
    texts = [headings, *([row.get(name, "") for name in COLUMNS] for row in sheet.rows)]
    widths = [Cm(width) for _, width in COLUMNS.values()]
    for row, written in zip(table.rows, texts, strict=True):
        row.height = ROW_HEIGHT
        for cell, text, width in zip(row.cells, written, widths, strict=True):
            cell.width = width
            if text:
                cell.paragraphs[0].add_run(text).font.size = SMALL
    repeat_header(table)
    for code in ("rule", "private"):
        document.add_paragraph().add_run(word(code, language)).font.size = SMALL
