"""What Excel and offices do to a file on its way here, read rightly or refused with the remedy.

The rows of section 2.7 and their tests:

* UTF-8 and UTF-16 with and without a mark, Windows-1258:
  test_every_encoding_of_vietnamese_gives_the_same_letters
* tone marks as letters of their own:
  test_tone_marks_of_their_own_are_composed
* hoà and hòa:
  test_the_place_of_a_tone_makes_no_difference_to_a_label
* UTF-8 opened as ANSI:
  test_letters_read_in_another_encoding_are_refused
* letters lost to "?":
  test_letters_lost_to_question_marks_are_refused
* a byte order mark glued to the first header:
  test_a_glued_byte_order_mark_is_no_part_of_a_header
* title rows, two header rows, a total row:
  test_a_title_row_is_refused
  test_a_row_of_labels_under_the_names_is_no_submission
  test_a_total_row_is_no_submission
* extensions that lie:
  test_hostile_files.py: test_damaged_and_mistaken_files
* dates before 1904, serial numbers:
  test_dates_of_either_calendar_of_excel
* identity numbers without their zero:
  test_an_identity_number_that_lost_its_zero_is_withheld
* codes with leading zeros, "NA" as a code:
  test_cells.py: test_codes_that_look_like_missing_values_stay
"""

import datetime as dt
import unicodedata

import pytest
import xlsxwriter

from survey.exports import read_export
from survey.exports.cells import Table, Unreadable, read_csv, read_workbook
from survey.exports.letters import check_letters
from survey.harmonise import harmonise
from survey.messages import Refusal
from survey.spelling import label_key

TEXT = "mã,tên\n1,Phường Bình Phước\n2,Thị xã Đồng Xoài\n3,Xã Hòa Bình\n4,Ấp Lộc Thịnh\n"
NAMES = ["Phường Bình Phước", "Thị xã Đồng Xoài", "Xã Hòa Bình", "Ấp Lộc Thịnh"]
TONES = "\u0300\u0301\u0303\u0309\u0323"


def windows_1258(text):
    """Encode as Windows does: letters with hook, breve or horn whole, the tone after them."""
    written = []
    for letter in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", letter)
        base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
        written.append(base + "".join(part for part in parts if part in TONES))
    return "".join(written).encode("cp1258")


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        windows_1258(TEXT),
        TEXT.replace(",", "\t").encode("utf-16"),
        TEXT.replace(",", ";").encode("utf-8-sig"),
    ],
    ids=["utf-8", "mark", "utf-16", "utf-16 little", "utf-16 big", "1258", "Unicode Text", "semicolons"],
)
def test_every_encoding_of_vietnamese_gives_the_same_letters(content):
    table = read_csv("a", content)
    assert (table.headers, table.columns[1]) == (("mã", "tên"), NAMES)
    check_letters(table)


def test_an_encoding_that_cannot_be_told_is_refused():
    with pytest.raises(Unreadable, match="csv_encoding"):
        read_csv("a", "mã,tên\n1,Phố Cổ\n".encode()[:-3] + b"\xe9\xe8\n")


def test_tone_marks_of_their_own_are_composed():
    apart = unicodedata.normalize("NFD", TEXT)
    assert len(apart) > len(TEXT)
    table = read_csv("a", apart.encode())
    assert (table.headers, table.columns[1]) == (("mã", "tên"), NAMES)


@pytest.mark.parametrize(
    ("one", "other"),
    [("hoà", "hòa"), ("thuý", "thúy"), ("Xã Lộc Hoà", "XÃ LỘC HÒA"), ("khoẻ", "khỏe"), ("Tuỳ", "tùy")],
)
def test_the_place_of_a_tone_makes_no_difference_to_a_label(one, other):
    assert unicodedata.normalize("NFC", one) != unicodedata.normalize("NFC", other)
    assert label_key(one) == label_key(other)


@pytest.mark.parametrize("mistaken", ["cp1252", "latin-1"])
def test_letters_read_in_another_encoding_are_refused(mistaken):
    """Windows-1252 loses bytes on the way, so nothing is repaired."""
    table = read_csv("a", TEXT.encode().decode(mistaken, errors="replace").encode())
    with pytest.raises(Unreadable, match="letters_garbled") as refused:
        check_letters(table)
    assert refused.value.facts["row"] in {"2", "3", "4", "5"}


def test_letters_lost_to_question_marks_are_refused():
    lost = TEXT.encode("cp1252", errors="replace")
    with pytest.raises(Unreadable, match="csv_encoding"):
        read_csv("a", lost)  # still in the encoding that lost them
    saved_again = lost.decode("cp1252").replace("Th? xã", "Ph??ng").encode()
    with pytest.raises(Unreadable, match="letters_lost") as refused:
        check_letters(read_csv("a", saved_again))
    assert refused.value.facts["row"] == "2"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"key,ten\n1,B?nh\n2,Ph??c\n", "dòng 2, cột “ten”: “B?nh”"),
        ("tên,ngày\nAn,30\n".encode("latin-1"), "Bảng “hỏng” trong tệp “hỏng.csv”"),
    ],
    ids=["lost", "no encoding"],
)
def test_a_refusal_of_letters_names_the_place_as_the_person_knows_it(tmp_path, instrument, content, place):
    path = tmp_path / "hỏng.csv"
    path.write_bytes(content)
    with pytest.raises(Refusal) as refused:
        read_export(path, instrument)
    assert place in refused.value.sentence("vi")


@pytest.mark.parametrize("honest", ["XÃ BÃI", "Có không?", "Sao vậy? Không biết", "http://a?b=c"])
def test_honest_letters_pass(honest):
    check_letters(Table("a", ("tên",), [2, 3], [[honest, "Phước"]]))


@pytest.mark.parametrize("remains", ["\ufeff", "ï»¿", "ï"])
def test_a_glued_byte_order_mark_is_no_part_of_a_header(remains):
    assert read_csv("a", f"{remains}window_serial,b\n1,2\n".encode()).headers[0] == "window_serial"


@pytest.fixture
def refused(write_workbook, instrument):
    def reading(sheets):
        with pytest.raises(Refusal) as problem:
            read_export(write_workbook(sheets), instrument)
        return problem.value.findings[0]

    return reading


def test_damaged_letters_in_a_workbook_are_refused_too(kobo, refused):
    """A CSV that was opened as ANSI and saved as a workbook."""
    name = next(iter(kobo))
    header, *rows = kobo[name]
    place = header.index("cover/ea_commune_name")
    for row in rows:
        row[place] = row[place].encode().decode("latin-1")
    found = refused(kobo)
    assert (found.code, found.row) == ("letters_garbled", 2)
    assert found.column == "cover/ea_commune_name"
    assert "CSV UTF-8" in found.sentence("vi")


def test_a_title_row_is_refused(kobo, refused):
    main = kobo[next(iter(kobo))]
    main.insert(0, ["BẢNG TỔNG HỢP KẾT QUẢ KHẢO SÁT", *[""] * (len(main[0]) - 1)])
    found = refused(kobo)
    assert (found.code, found.row) == ("header_not_first", 2)
    assert any(word in found.sentence("vi") for word in ("tên cột gốc", "dòng tiêu đề", "Dòng đầu tiên"))


def test_a_row_of_labels_under_the_names_is_no_submission(kobo, write_workbook, instrument):
    name = next(iter(kobo))
    kobo[name].insert(1, ["" if h.startswith(("_", "meta")) else f"Câu {h}" for h in kobo[name][0]])
    found = harmonise(read_export(write_workbook(kobo), instrument), instrument)
    assert len(found.households) == 30
    assert ("submission_unidentified", 2) in [(f.code, f.row) for f in found.findings]


def test_a_total_row_is_no_submission(kobo, write_workbook, instrument):
    name = next(iter(kobo))
    width = len(kobo[name][0])
    kobo[name].append(["Tổng cộng", 30, *[""] * (width - 2)])
    found = harmonise(read_export(write_workbook(kobo), instrument), instrument)
    assert len(found.households) == 30
    assert [(f.code, f.row) for f in found.findings] == [("submission_unidentified", 32)]


@pytest.mark.parametrize("since_1904", [False, True])
def test_dates_of_either_calendar_of_excel(tmp_path, since_1904):
    path = tmp_path / "a.xlsx"
    options = {"date_1904": since_1904, "default_date_format": "yyyy-mm-dd hh:mm"}
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet("s")
        sheet.write_row(0, 0, ["ngày", "số"])
        sheet.write_row(1, 0, [dt.datetime(2026, 10, 5, 7, 30), 46300])  # noqa: DTZ001
    (table,) = read_workbook(path)
    assert table.columns == [["2026-10-05T07:30:00"], ["46300"]]


def test_an_identity_number_that_lost_its_zero_is_withheld(kobo, write_workbook, instrument):
    """Excel writes 079203001234 as a number of eleven digits."""
    name = next(iter(kobo))
    kobo[name][0].append("mã số khác")
    for row in kobo[name][1:]:
        row.append(79203001234)
    export = read_export(write_workbook(kobo), instrument)
    assert "mã số khác" in export.withheld
    found = harmonise(export, instrument)
    assert [f.code for f in found.findings] == ["columns_withheld"]
