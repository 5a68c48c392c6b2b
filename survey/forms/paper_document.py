"""The paper version of a form as a document for Word, ready to print on A4."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from survey.forms.paper import Item, Paper, Roster, Section
from survey.forms.words import text_in
from survey.forms.workbook import CREATED

ROSTER_LINES = 10
FEW_CODES, SHORT_LABEL = 4, 18
FONT, SIZE, SMALL = "Times New Roman", Pt(11), Pt(9)
GREY = RGBColor(0x59, 0x59, 0x59)
BOX, LINE = "☐", "…" * 40
WORDS: Mapping[str, Mapping[str, str]] = {
    "ask_if": {"vi": "Hỏi nếu {0}.", "en": "Ask if {0}."},
    "section_if": {"vi": "Phần này chỉ hỏi nếu {0}.", "en": "This section is asked only if {0}."},
    "many": {"vi": "Đánh dấu mọi câu trả lời đúng.", "en": "Mark every answer that applies."},
    "one": {"vi": "Chỉ đánh dấu một câu trả lời.", "en": "Mark one answer only."},
    "line": {"vi": "Dòng", "en": "Line"},
    "page": {"vi": "Trang ", "en": "Page "},
    "form": {"vi": "Mã phiếu {0}, phiên bản {1}", "en": "Form {0}, version {1}"},
    "computed": {
        "vi": "Máy tính bảng tự tính; khi dùng giấy, tính bằng tay",
        "en": "Computed by the tablet; on paper, compute by hand",
    },
}
# How an answer that is no code is written down.
ANSWERS: Mapping[str, str] = {
    "integer": "|__|__|__|__|",
    "decimal": "|__|__|__|__| , |__|__|",
    "date": "|__|__| / |__|__| / |__|__|__|__|",
    "time": "|__|__| : |__|__|",
}
_FIRST_DAY = (CREATED.year, CREATED.month, CREATED.day, 0, 0, 0)

Place = DocumentType | _Cell


def write_paper(paper: Paper, path: Path) -> None:
    """Write the paper version as .docx; the same paper gives the same bytes."""
    document = _document(paper)
    _title(document, paper)
    for section in paper.sections:
        _add_section(document, section, paper.languages)
    if paper.computed:
        document.add_heading(_word("computed", paper.languages[0]), level=1)
        for name, expression in paper.computed:
            document.add_paragraph(f"{name} = {expression}")
    content = io.BytesIO()
    document.save(content)
    path.write_bytes(without_clock(content.getvalue()))


def _document(paper: Paper) -> DocumentType:
    document = Document()
    about = document.core_properties
    about.title, about.author, about.comments = paper.title, "", ""
    about.created = about.modified = CREATED
    for name in ("Normal", "Heading 1", "Heading 2", "Title"):
        style = document.styles[name]
        style.font.name = FONT
        style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    document.styles["Normal"].font.size = SIZE
    document.styles["Normal"].paragraph_format.space_after = Pt(2)
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2)
    page.top_margin = page.bottom_margin = Cm(1.8)
    return document


def _title(document: DocumentType, paper: Paper) -> None:
    language = paper.languages[0]
    document.add_heading(paper.title, level=0)
    document.add_paragraph(_word("form", language).format(paper.form_id, paper.version))
    footer = document.sections[0].footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    footer.add_run(_word("page", language))
    number = footer.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        part.text = text or None
        number._r.append(part)  # noqa: SLF001 - python-docx has no page numbers of its own


def _add_section(document: DocumentType, section: Section, languages: Sequence[str]) -> None:
    if section.heading:
        document.add_heading(_joined(section.heading.labels), level=1)
        for place, language, number in _places(document, languages) if any(section.heading.skips) else ():
            _told(_paragraph(place), _word("section_if", language).format(section.heading.skips[number]))
    for part in section.parts:
        if isinstance(part, Roster):
            _add_roster(document, part, languages)
        elif part.kind == "heading":
            document.add_heading(_joined(part.labels), level=2)
        else:
            for place, language, number in _places(document, languages):
                _add_item(place, part, language, number)


def _places(document: DocumentType, languages: Sequence[str]) -> list[tuple[Place, str, int]]:
    """Return where each language goes: the page itself, or cells side by side."""
    if len(languages) == 1:
        return [(document, languages[0], 0)]
    cells = document.add_table(rows=1, cols=len(languages)).rows[0].cells
    return [(cells[number], language, number) for number, language in enumerate(languages)]


def _paragraph(place: Place, text: str = "") -> Paragraph:
    """Begin a paragraph; a cell is born with an empty one, which is taken first."""
    if isinstance(place, _Cell) and not place.text:
        first: Paragraph = place.paragraphs[0]
        first.add_run(text)
        return first
    return place.add_paragraph(text)


def _add_item(place: Place, item: Item, language: str, number: int) -> None:
    """Write one question or note in one language; a question is not parted by the end of a page."""
    written = [_paragraph(place)]
    if item.number:
        written[0].add_run(f"{item.number}. ").bold = True
    written[0].add_run(item.labels[number]).italic = item.kind == "note"
    if item.number:
        name = written[0].add_run(f"  [{item.name}]")
        name.font.size, name.font.color.rgb = SMALL, GREY
    instructions = [item.hints[number], _asked_if(item, language, number), _how_many(item, language)]
    written.extend(_told(_paragraph(place), text) for text in instructions if text)
    written.extend(_answers(place, item, language))
    for paragraph in written[:-1]:
        paragraph.paragraph_format.keep_with_next = True
    written[0].paragraph_format.space_before = Pt(6)


def _asked_if(item: Item, language: str, number: int) -> str:
    skip = item.skips[number]
    return _word("ask_if", language).format(skip) if skip else ""


def _how_many(item: Item, language: str) -> str:
    if not item.codes:
        return ""
    return _word("many" if item.kind == "select_multiple" else "one", language)


def _answers(place: Place, item: Item, language: str) -> list[Paragraph]:
    if item.kind == "note":
        return []
    if not item.codes:
        return [_indented(_paragraph(place, ANSWERS.get(item.kind, LINE)))]
    boxes = [f"{BOX} {code.name}  {text_in(code.labels, language)}" for code in item.codes]
    if len(boxes) <= FEW_CODES and all(len(box) <= SHORT_LABEL for box in boxes):
        boxes = ["     ".join(boxes)]
    return [_indented(_paragraph(place, box)) for box in boxes]


def _add_roster(document: DocumentType, roster: Roster, languages: Sequence[str]) -> None:
    document.add_heading(_joined(roster.heading.labels), level=2)
    table: Table = document.add_table(rows=1 + ROSTER_LINES, cols=1 + len(roster.items))
    table.style = "Table Grid"
    heads = [" / ".join(_word("line", language) for language in languages)]
    heads += [f"{item.number}. {_joined(item.labels)} [{item.name}]" for item in roster.items]
    for cell, text in zip(table.rows[0].cells, heads, strict=True):
        cell.paragraphs[0].add_run(text).font.size = SMALL
    for line, cell in enumerate(table.columns[0].cells[1:], start=1):
        cell.paragraphs[0].add_run(str(line))
    repeat_header(table)
    for item in roster.items:
        for number, language in enumerate(languages):
            told = _asked_if(item, language, number)
            codes = "; ".join(f"{code.name} {text_in(code.labels, language)}" for code in item.codes)
            if told or codes:
                _told(document.add_paragraph(), f"{item.number}: {' '.join(filter(None, (told, codes)))}")


def repeat_header(table: Table) -> None:
    """Write the first row of a table again on every page."""
    row = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx cannot repeat a header row
    row.append(OxmlElement("w:tblHeader"))


def _told(paragraph: Paragraph, text: str) -> Paragraph:
    """Write an instruction to the interviewer."""
    run = paragraph.add_run(text)
    run.italic, run.font.size = True, SMALL
    return _indented(paragraph)


def _indented(paragraph: Paragraph) -> Paragraph:
    paragraph.paragraph_format.left_indent = Cm(0.8)
    return paragraph


def _joined(texts: Sequence[str]) -> str:
    return " / ".join(dict.fromkeys(filter(None, texts)))


def _word(code: str, language: str) -> str:
    return WORDS[code].get(language, WORDS[code]["en"])


def without_clock(content: bytes) -> bytes:
    """Give every part of the document the same time, so that equal papers are equal files."""
    told = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(told, "w") as new:
        for part in old.infolist():
            entry = zipfile.ZipInfo(part.filename, _FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(part))
    return told.getvalue()
