"""The page of the fieldwork: what it says of the example wave, and to whom."""

import io

import openpyxl
import pytest

from dashboard import data, fieldwork_areas, fieldwork_view
from dashboard.fieldwork_charts import OUTCOMES, chart_areas, chart_district, chart_outcomes
from dashboard.text import Text
from survey import pipeline, places
from survey.fieldwork.overview import overview

VI, EN = Text("vi"), Text("en")


@pytest.fixture(scope="module")
def found(example_store):
    return overview(example_store, "2026")


@pytest.fixture(scope="module")
def names(found):
    return data.unit_names(found, "vi")


def drawn(page):
    return [chart.proto.alt for chart in page.get("vega_lite_chart")]


def test_page_says_what_the_wave_holds(open_page, said):
    page = open_page("fieldwork")
    words = said(page)
    for piece in (
        "<b>1.853</b>", "1.560 hộ chính thức, 293 hộ dự phòng đã dùng; nhận 1.855 phiếu", "<b>1.508</b>",
        "ở 129/130 địa bàn; mục tiêu 1.560", "<b>83,1%</b>", "có quyền số: 84,4%", "<b>91,5% × 91,8%</b>",
        "105/130 địa bàn đã đủ phỏng vấn; 9 địa bàn còn việc phải làm; 16 địa bàn còn thiếu",
        "29 điều tra viên, 15 người có dấu hiệu cần xem", "không phải kết luận",
        "Máy đã chọn người ở 1.642 hộ, trong đó 1.321 hộ có từ hai người đủ điều kiện",
        "Có 5 phỏng vấn không đúng người được chọn", "Số trường hợp: 5",
        "Địa bàn 25232006 không có phỏng vấn nào dùng được",
    ):  # fmt: skip
        assert piece in words
    assert len(drawn(page)) == 3
    assert "Huyện Bù Gia Mập: 7/8 địa bàn đã đủ, 84/96 phỏng vấn" in drawn(page)[0]
    assert len(page.get("download_button")) == 3


def test_english_page_has_decimal_points(open_page, said):
    words = said(open_page("fieldwork", lang="en"))
    assert "weighted: 84.4%; originals alone: 83.0%" in words
    assert "no trait is so far" in words.lower()


def test_a_district_shows_its_areas_and_what_is_left_to_do(open_page, said):
    page = open_page("fieldwork", district="691")
    assert "Huyện Bù Gia Mập: từng địa bàn" in said(page)
    assert "Dùng 4 trong 4 hộ dự phòng còn lại" in said(page)
    assert "25232006: 0/12" in drawn(page)[1]


def test_a_reader_from_elsewhere_sees_no_interviewer(open_page, said):
    page = open_page("fieldwork", local=False)
    assert VI("access.refused") in said(page)
    assert "BP1" not in said(page)
    assert not drawn(page)


def test_a_wave_without_uploads_says_what_to_do(open_page, said, own_store):
    known = own_store.wave("2026")
    own_store.add_wave(type(known)("2027", known.instrument, known.sample_eas, known.sample_households))
    words = said(open_page("fieldwork", store=own_store, wave="2027"))
    assert VI("fieldwork.not_yet") in words
    assert "Đợt 2027 chưa có tệp dữ liệu nào" in words


def test_an_upload_shows_at_once(open_page, said, own_store):
    assert "nhận 1.855 phiếu" in said(open_page("fieldwork", store=own_store))
    corrected = places.example_wave() / "kobo_reupload" / "kobo_xml_692.xlsx"
    assert pipeline.ingest(own_store, corrected, "2026").status == "accepted"
    assert "nhận 1.857 phiếu" in said(open_page("fieldwork", store=own_store))


def test_findings_are_a_workbook_with_one_row_each(open_page, found):
    labels = [button.proto.label for button in open_page("fieldwork").get("download_button")]
    assert VI("upload.download") in labels
    book = openpyxl.load_workbook(io.BytesIO(fieldwork_view.findings_file(found)))
    assert book.worksheets[0].max_row - 1 == len(found.findings) == 18


def test_interviewers_stand_in_the_order_of_their_codes_with_their_numbers(found):
    columns, rows = fieldwork_view.interviewer_rows(VI, found)
    assert [row.name for row in rows] == sorted(row.name for row in rows)
    cells = dict(zip((column.title for column in columns[1:]), rows[17].cells, strict=True))
    assert rows[17].name == "BP118"
    assert cells["Từ chối / hộ tiếp xúc được"] == "5/66 (8%)"
    assert cells["Gặp người đầu danh sách"] == "9/47 (kỳ vọng 17)"
    assert cells["Dấu hiệu cần xem"].startswith("○ phỏng vấn quá ngắn: 2; ○ phỏng vấn sai người: 1")


def test_a_share_of_few_is_not_written():
    assert fieldwork_areas.count_of(VI, 1, 9, share=True) == "1/9"
    assert fieldwork_areas.count_of(VI, 1, 10, share=True) == "1/10 (10%)"


def test_a_pattern_has_another_shape_than_a_case():
    row = {"flags": ("quick", "night"), "night": 2}
    assert fieldwork_view.flags_said(EN, row) == "◆ quick interviews; ○ interview at night: 2"


def test_charts_draw_every_area_and_every_household(found, names):
    areas = fieldwork_areas.areas_of(VI, found, names)
    values = chart_areas(VI, areas, "").spec["data"]["values"]
    assert (len(values), sum(value["interviews"] for value in values)) == (130, 1508)
    assert sum(value["number"] == "" for value in values) == 105
    counts = fieldwork_view.outcome_counts(found, names)
    bars = chart_outcomes(VI, counts, "").spec["data"]["values"]
    assert len(bars) == 11 * len(OUTCOMES)
    assert sum(sum(letters.values()) for letters in counts.values()) == 1853
    ends = [bar["to"] for bar in bars[len(OUTCOMES) - 1 :: len(OUTCOMES)]]
    assert ends == pytest.approx([1.0] * 11)
    own = [area for area in areas if area.district == names["691"]]
    assert chart_district(VI, own, "").spec["height"] > chart_district(VI, own[:2], "").spec["height"]


def test_a_suspect_draw_is_said(found):
    tests = found.selection.tests.assign(p=0.0001)
    finding = next(one for one in found.selection.findings)
    flagged = type(finding)("selection_not_by_chance_drawn", "warning")
    audit = type(found.selection)(1642, 1321, 1642, tests, 0.5, (flagged,))
    assert VI("fieldwork.selection_suspect") in fieldwork_view.selection_said(VI, audit)[1]
    assert fieldwork_view.selection_said(VI, None) == [VI("fieldwork.selection_none")]
