"""The print version: what it says, and what the document holds."""

import zipfile
from pathlib import Path

import docx
import pytest

from survey.forms.paper import Roster, paper
from survey.forms.paper_document import ROSTER_LINES, write_paper
from survey.forms.tables import read_form
from survey.instrument import UNANSWERED_TYPES, instrument_from_tables
from survey.messages import Refusal

ROOT = Path(__file__).parents[3]
OURS = read_form(ROOT / "questionnaires" / "digiskill_hh.md")
STALLS = read_form(ROOT / "tests" / "data" / "form" / "market_stalls.md")


@pytest.fixture(scope="module")
def vietnamese(tmp_path_factory):
    path = tmp_path_factory.mktemp("paper") / "vi.docx"
    write_paper(paper(OURS, "vi"), path)
    return docx.Document(path)


def texts(document):
    return [paragraph.text for paragraph in document.paragraphs]


def test_every_question_a_person_answers_has_one_number():
    laid_out = paper(OURS, "vi")
    parts = [part for section in laid_out.sections for part in section.parts]
    items = [item for part in parts for item in (part.items if isinstance(part, Roster) else [part])]
    numbers = [item.number for item in items if item.number]
    asked = [q.name for q in instrument_from_tables(OURS).questions if q.type not in UNANSWERED_TYPES]
    assert len(set(numbers)) == len(numbers)
    assert [item.name for item in items if item.number] == asked


def test_numbers_carry_the_letter_of_their_section():
    sections = {s.heading.labels[0]: s for s in paper(OURS, "vi").sections if s.heading}
    assert [part.number for part in sections["A. Đồng ý tham gia"].parts] == ["", "A1"]
    assert sections["Trang bìa"].parts[0].number == "1.1"


def test_skips_are_said_in_words_with_numbers(vietnamese):
    told = texts(vietnamese)
    assert "Phần này chỉ hỏi nếu câu A1 là “Đồng ý tham gia”." in told
    assert "Hỏi nếu câu 1.4 là “Hộ dự phòng”." in told
    assert not any("${" in text for text in told)


def test_codes_have_boxes_and_the_kind_of_answer_is_told(vietnamese):
    told = texts(vietnamese)
    place = next(number for number, text in enumerate(told) if "[b5_dev]" in text)
    assert told[place + 1] == "Đánh dấu mọi câu trả lời đúng."
    assert told[place + 2].startswith("☐ 1  ")
    date = next(number for number, text in enumerate(told) if "[v1_date]" in text)
    assert told[date + 1] == "|__|__| / |__|__| / |__|__|__|__|"


def test_the_roster_is_a_table_with_its_codes_below(vietnamese):
    (table,) = vietnamese.tables
    assert len(table.rows) == ROSTER_LINES + 1
    assert [cell.text.partition(".")[0] for cell in table.rows[0].cells] == [
        "Dòng",
        "B2",
        "B3",
        "B4",
        "B5",
        "B6",
    ]
    assert "B4: 1 Nam; 2 Nữ" in texts(vietnamese)


def test_both_languages_stand_side_by_side(tmp_path):
    path = tmp_path / "both.docx"
    write_paper(paper(OURS, "both"), path)
    cells = [[cell.text for cell in table.rows[0].cells] for table in docx.Document(path).tables]
    pair = next(cell for cell in cells if "[a1_consent]" in cell[0])
    assert pair[0].startswith("A1. Hộ Ông (Bà) có đồng ý")
    assert pair[1].startswith("A1. Does your household agree")
    assert "☐ 1  Agrees" in pair[1]


def test_the_same_form_gives_the_same_bytes(tmp_path):
    paths = [tmp_path / "1.docx", tmp_path / "2.docx"]
    for path in paths:
        write_paper(paper(STALLS, "vi"), path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with zipfile.ZipFile(paths[0]) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}


def test_a_form_without_languages_is_printed_as_it_is(tmp_path):
    path = tmp_path / "stalls.docx"
    write_paper(paper(STALLS, "vi"), path)
    told = texts(docx.Document(path))
    assert "1.3. Sạp có nhận tiền qua mã QR không?  [qr]" in told
    assert "Phần này chỉ hỏi nếu câu 1.3 là “Có”." in told


def test_a_language_that_is_not_there_lists_the_others():
    with pytest.raises(Refusal, match="vi, en, both"):
        paper(OURS, "fr")
