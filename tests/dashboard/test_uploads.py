"""A file on its way in, without a browser."""

import io

import openpyxl
import pytest

from dashboard import uploads
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
    assert uploads.submission_counts(VI, receipt.comparison.counts()) == "2 / 3 / 199 / 1"
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


def test_findings_are_counted_by_rule_the_gravest_first(example_store, corrected):
    checked = uploads.check(example_store, "kobo_xml_692.xlsx", corrected, "2026")
    rules = uploads.rules(checked.findings)
    assert sum(rule.count for rule in rules) == len(checked.findings)
    ranks = [uploads.SEVERITIES.index(rule.severity) for rule in rules]
    assert ranks == sorted(ranks)


def test_list_of_findings_is_a_workbook_with_one_row_each(example_store, corrected):
    checked = uploads.check(example_store, "kobo_xml_692.xlsx", corrected, "2026")
    sheet = openpyxl.load_workbook(io.BytesIO(uploads.findings_workbook(VI, [checked]))).active
    assert sheet.max_row == 1 + len(checked.findings)
    assert [cell.value for cell in sheet[1]][:3] == ["Tệp", "Mức độ", "Trang tính"]
