"""A report for Word in the layout of Decree 30/2020/ND-CP, for the office to complete, number and sign."""

import io
from collections.abc import Callable, Sequence

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt
from docx.table import Table as WordTable
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from dashboard.report.content import PAPER, TEXT, Picture, Report, Section, Table
from dashboard.report.pictures import png
from dashboard.text import Text
from survey.same_bytes import CREATED, without_clock

FONT = "Times New Roman"
BODY, SMALL, IN_TABLE = Pt(14), Pt(11), Pt(10)
WIDTH = 160  # mm between the margins
CELL_MARGIN = "40"  # twentieths of a point
CENTRE, RIGHT, BLOCK = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.JUSTIFY
Told = Callable[[str], None]


def word_bytes(report: Report, told: Told) -> bytes:
    """Write a report as .docx; the same report gives the same bytes.

    Parameters
    ----------
    report : Report
    told : callable
        Told the title of each chapter as it begins.
    """
    text = Text(report.language)
    document = _document(report)
    _letterhead(document, text)
    _title(document, text, report)
    for number, section in enumerate(report.sections, start=1):
        told(section.title)
        _chapter(document, number, section)
    _heading(document, text("report.definition_title"))
    _pairs(document, report.definition)
    _heading(document, text("report.methods"))
    for line in report.methods:
        _paragraph(document, line)
    _heading(document, text("report.about"))
    _pairs(document, report.origin)
    _signature(document, text)
    content = io.BytesIO()
    document.save(content)
    return without_clock(content.getvalue())


def _document(report: Report) -> DocumentType:
    document = Document()
    about = document.core_properties
    about.title, about.author, about.comments = report.subject, "", report.release
    about.language = report.language
    about.created = about.modified = CREATED
    for name in ("Normal", "Heading 1", "Heading 2", "Caption"):
        style = document.styles[name]
        style.font.name, style.font.size = FONT, BODY
        style.font.color.rgb = None
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(script), FONT)
    document.styles["Normal"].paragraph_format.space_after = Pt(6)
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin = page.bottom_margin = Mm(20)
    page.left_margin, page.right_margin = Mm(30), Mm(20)
    _number_pages(document)
    return document


def _number_pages(document: DocumentType) -> None:
    """Put the page number in the middle of the upper margin, but for the first page (Decree 30/2020)."""
    page = document.sections[0]
    page.different_first_page_header_footer = True
    header = page.header.paragraphs[0]
    header.alignment = CENTRE
    run = header.add_run()
    for kind, words in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        part.text = words or None
        run._r.append(part)  # noqa: SLF001 - python-docx has no page numbers of its own


def _letterhead(document: DocumentType, text: Text) -> None:
    """Write the name of the state and its motto, the office, number and sign, place and day."""
    table = document.add_table(rows=2, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _widths(table, (70, 98))
    (office, state), (number, day) = (row.cells for row in table.rows)
    _lines(office, (text("decree.parent"), 12.5, False), (text("decree.office"), 12.5, True))
    _lines(state, (text("decree.state"), 12.5, True), (text("decree.motto"), 13.5, True))
    for cell in (office, state):
        _underlined(cell.paragraphs[-1])
    _lines(number, (text("decree.number"), 13, False))
    _lines(day, (text("decree.day"), 13, False))
    day.paragraphs[0].runs[0].italic = True


def _lines(cell: _Cell, *lines: tuple[str, float, bool]) -> None:
    for place, (words, size, bold) in enumerate(lines):
        paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
        paragraph.alignment = CENTRE
        paragraph.paragraph_format.space_after = Pt(0)
        run = paragraph.add_run(words)
        run.bold, run.font.size = bold, Pt(size)


def _underlined(paragraph: Paragraph) -> None:
    """Draw the line below the motto and the office, as long as the words, or a part of them."""
    line = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        bottom.set(qn(f"w:{name}"), value)
    line.append(bottom)
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - python-docx draws no lines
    properties.insert_element_before(
        line, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm(14)


def _title(document: DocumentType, text: Text, report: Report) -> None:
    for words, before in ((text("decree.kind"), 18), (report.subject, 0)):
        paragraph = document.add_paragraph()
        paragraph.alignment = CENTRE
        paragraph.paragraph_format.space_before = Pt(before)
        paragraph.add_run(words).bold = True
    for warning in report.warnings:
        paragraph = document.add_paragraph()
        paragraph.alignment = CENTRE
        run = paragraph.add_run(warning)
        run.bold = run.italic = True
    _paragraph(document, report.sentence)


def _chapter(document: DocumentType, number: int, section: Section) -> None:
    _heading(document, f"{number}. {section.title}")
    for line in section.words:
        _paragraph(document, line)
    for picture in section.pictures:
        _draw(document, picture)
    for table in section.tables:
        _table(document, table)


def _heading(document: DocumentType, words: str) -> None:
    paragraph = document.add_heading(words, level=1)
    paragraph.paragraph_format.space_before = Pt(12)
    paragraph.runs[0].bold = True


def _paragraph(document: DocumentType, words: str) -> None:
    paragraph = document.add_paragraph(words)
    paragraph.alignment = BLOCK
    paragraph.paragraph_format.first_line_indent = Cm(1)


def _draw(document: DocumentType, picture: Picture) -> None:
    """Place a chart with its title above and its text alternative for those who cannot see it."""
    _caption(document, picture.title)
    document.add_picture(io.BytesIO(png(picture)), width=Mm(WIDTH))
    document.paragraphs[-1].alignment = CENTRE
    drawn = document.inline_shapes[-1]._inline.docPr  # noqa: SLF001 - python-docx has no text alternative
    drawn.set("name", picture.name)
    drawn.set("descr", picture.chart.alt)


def _caption(document: DocumentType, words: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(8)
    paragraph.paragraph_format.keep_with_next = True
    run = paragraph.add_run(words)
    run.bold, run.font.size = True, Pt(13)


def _table(document: DocumentType, table: Table) -> None:
    """Write the columns for paper; the first row comes again on every page, no row is parted."""
    _caption(document, table.caption)
    columns = list(table.columns(PAPER))
    written: WordTable = document.add_table(rows=1 + len(table.rows), cols=len(columns))
    written.style, written.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
    _close_margins(written)
    _widths(written, [WIDTH * share for share in table.shares(PAPER)])
    lines = [[table.headings[place].title for place in columns]]
    lines += [[row[place].shown for place in columns] for row in table.rows]
    right = [table.headings[place].kind != TEXT for place in columns]
    for number, (row, words) in enumerate(zip(written.rows, lines, strict=True)):
        _fill(row.cells, words, right, head=number == 0)
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx cannot keep rows whole
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
    for note in table.notes:
        run = document.add_paragraph().add_run(note)
        run.italic, run.font.size = True, SMALL


def _close_margins(table: WordTable) -> None:
    """Leave little room at the sides of each cell, so that an interval stays on one line."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), CELL_MARGIN)
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties = table._tbl.tblPr  # noqa: SLF001 - python-docx knows no margins of cells
    properties.insert_element_before(margins, "w:tblLook", "w:tblCaption", "w:tblDescription")


def _widths(table: WordTable, widths: Sequence[float]) -> None:
    """Fix the widths of the columns, in mm."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def _fill(cells: Sequence[_Cell], words: Sequence[str], right: Sequence[bool], *, head: bool) -> None:
    for cell, said, is_number in zip(cells, words, right, strict=True):
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        if head or is_number:
            paragraph.alignment = CENTRE if head else RIGHT
        run = paragraph.add_run(said)
        run.bold, run.font.size = head, IN_TABLE


def _pairs(document: DocumentType, pairs: Sequence[tuple[str, str]]) -> None:
    table = document.add_table(rows=len(pairs), cols=2)
    table.style = "Table Grid"
    _widths(table, (50, 110))
    for row, (name, words) in zip(table.rows, pairs, strict=True):
        _fill(row.cells, (name, words), (False, False), head=False)


def _signature(document: DocumentType, text: Text) -> None:
    """Write who receives the document, and leave room for who signs it."""
    document.add_paragraph()
    left, right = document.add_table(rows=1, cols=2).rows[0].cells
    run = left.paragraphs[0].add_run(text("decree.receivers"))
    run.bold = run.italic = True
    run.font.size = Pt(12)
    for line in ("decree.receiver", "decree.archive"):
        left.add_paragraph().add_run(text(line)).font.size = SMALL
    _lines(right, (text("decree.authority"), 13.5, True), ("", 13.5, False), ("", 13.5, False))
    _lines_after(right, text("decree.signer"))


def _lines_after(cell: _Cell, words: str) -> None:
    paragraph = cell.add_paragraph()
    paragraph.alignment = CENTRE
    paragraph.add_run(words).bold = True
