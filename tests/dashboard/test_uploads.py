"""A file on its way in, without a browser."""

import io

import openpyxl
import pytest

from dashboard import tables, uploads
from dashboard.text import Text
from survey import pipeline, places
from survey.receipt import Receipt

VI = Text("vi")


@pytest.fixture(scope="module")
def corrected():
    return (places.example_wave() / "kobo_reupload" / "kobo_xml_692.xlsx").read_bytes()


def test_a_corrected_file_is_previewed_and_then_kept(own_store, corrected):
    checked = uploads.check(own_store, "kobo_xml_692.xlsx", corrected, "2026")
    before = len(own_store.uploads("2026"))
    assert checked.is_new
    assert checked.preview.comparison.counts() == {"new": 2, "changed": 3, "unchanged": 199, "missing": 1}
    assert before == 11
    receipt = uploads.keep(own_store, checked)
    assert isinstance(receipt, Receipt)
    assert len(own_store.uploads("2026")) == 12
    assert (
        uploads.submission_counts(VI, receipt.comparison.counts())
        == "Mới: 2; thay đổi: 3; giữ nguyên: 199; không có trong tệp: 1"
    )
    assert not uploads.check(own_store, "again.xlsx", corrected, "2026").is_new


def test_a_damaged_file_is_refused_in_words(example_store, corrected):
    checked = uploads.check(example_store, "hỏng.xlsx", corrected[:20_000], "2026")
    assert checked.preview is None
    assert "hỏng.xlsx" in checked.refusal.sentence("vi")
    assert not checked.is_new


def test_an_unforeseen_failure_is_no_traceback(example_store, monkeypatch):
    def fails(*_, **__):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(pipeline, "preview", fails)
    checked = uploads.check(example_store, "a.xlsx", b"x", "2026")
    assert checked.preview is None
    assert checked.refusal is None
    assert checked.findings == ()


def test_receipts_are_a_workbook_that_names_refused_files_too(own_store, corrected):
    files = (("kobo_xml_692.xlsx", corrected), ("hỏng.xlsx", corrected[:20_000]))
    outcomes = [
        uploads.settle(own_store, uploads.check(own_store, name, content, "2026"), "2026")
        for name, content in files
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(uploads.receipt_workbook(VI, outcomes))).active
    lines = [(row[0].value, row[1].value) for row in sheet.iter_rows() if row[0].value]
    stored = own_store.uploads("2026")[-1]
    assert ("Tệp", "kobo_xml_692.xlsx") in lines
    assert ("Thời điểm lưu", uploads.local_time(VI, stored.accepted)) in lines
    assert ("Đợt điều tra", "2026") in lines
    assert ("Mã lần tải lên (sha-256 của tệp)", stored.upload_id) in lines
    assert ("Tệp", "hỏng.xlsx") in lines
    assert "hỏng.xlsx" in dict(lines)["Không nhận tệp này"]
    assert sheet.parent.properties.created.year == tables.NO_CLOCK.year


def test_time_of_storing_is_written_as_in_vietnam():
    assert uploads.local_time(VI, "2026-05-31T17:05:00Z") == "00:05 ngày 01/6/2026 (giờ Việt Nam)"
    assert uploads.local_time(VI, "2026-02-08T01:00:00Z") == "08:00 ngày 08/02/2026 (giờ Việt Nam)"
    assert uploads.local_time(Text("en"), "2026-02-08T01:00:00Z") == "08:00 on 8 February 2026 (Vietnam time)"
