"""The page of the other targets: what is accepted is shown, what is reported is checked, nothing is lost."""

import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from dashboard import targets_intake, targets_words
from dashboard.tables import Column, Marked, Row, html_table
from dashboard.targets_chart import chart_target
from dashboard.text import Text
from survey.messages import Refusal
from survey.other_targets import keeping, sheets
from survey.other_targets.log import Report, Step, read_log, take_steps
from survey.other_targets.targets import usual_targets
from survey.store import Store

VI, EN = Text("vi"), Text("en")
SNAPSHOT = Path(__file__).with_name("snapshots") / "target_vi.json"
TARGETS = {target.id: target for target in usual_targets()}
SHA = "b" * 64


def report(numerator=212, denominator=400, *, target="schools_stem", day="2025-12-31"):
    return Report(target, day, numerator, denominator, "45/BC-SGDĐT", "2026-01-10", SHA, "Sở Giáo dục")


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store", lambda: datetime(2026, 11, 28, 3, tzinfo=UTC))


@pytest.fixture
def filled(store):
    """A store with an accepted figure, a submitted one and a draft."""
    told = (
        report(),
        report(42, None, target="experts", day="2026-06-30"),
        report(0, None, target="it_university"),
    )
    school, expert, _ = (take_steps(store.catalogue, [Step("add", 0, one, "CV01")])[0].record for one in told)
    for record in (school, expert):
        keeping.submit(store.catalogue, record, who="CV01")
    keeping.accept(store.catalogue, school, who="PGD02")
    return store


@pytest.mark.parametrize("text", [VI, EN], ids=["vi", "en"])
def test_page_without_figures_says_what_is_overdue(open_page, said, store, text):
    words = said(open_page("other_targets", store=store, lang=text.language))
    assert text("targets.lead") in words
    assert text("targets.part_overdue", {"n": 5}) in words
    assert text("targets.history_empty") in words


def test_page_shows_the_accepted_figure_and_both_years(open_page, said, filled):
    page = open_page("other_targets", store=filled)
    words = said(page)
    assert "53,0% (212/400)" in words
    assert "Đạt. Chỉ tiêu: ít nhất 50%; số liệu ngày 31/12/2025" in words
    assert "Chưa đạt. Chỉ tiêu: trên 80%; chưa hết hạn, số liệu ngày 31/12/2025" in words
    assert "Đã trình (số liệu ngày 30/6/2026)" in words
    assert "Chỉ tiêu năm 2025 (5 mục tiêu): 1 đạt, 4 quá hạn" in words
    charts = page.get("vega_lite_chart")
    assert len(charts) == 4
    assert all("không phải chỉ tiêu được giao" in chart.proto.alt for chart in charts)


def test_a_reader_from_elsewhere_sees_what_is_accepted_and_cannot_report(open_page, said, filled):
    page = open_page("other_targets", store=filled, local=False)
    words = said(page)
    assert "53,0% (212/400)" in words
    assert VI("targets.remote") in words
    assert "Đã trình" not in words
    assert not page.button
    assert not page.get("file_uploader")
    assert [box.key for box in page.selectbox] == ["history"]
    assert page.selectbox[0].options == [TARGETS["schools_stem"].short["vi"]]


def fill(page, answers):
    for box in page.text_input:
        if box.label in answers:
            box.set_value(answers.pop(box.label))
    assert not answers


def press(page, label):
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception, page.exception


def test_story_on_the_page(open_page, said, store):
    """A figure is reported, mended, submitted in vain, submitted elsewhere with its file, and accepted."""
    page = open_page("other_targets", store=store)
    page.selectbox(key="targets_report").set_value("experts").run()
    fill(page, {
        "Số chuyên gia đã đào tạo, cộng dồn": "1.042", VI("targets.day"): "30/6/2026",
        VI("targets.unit"): "Sở KHCN", VI("targets.document_number"): "31/BC",
        VI("targets.document_date"): "5/7/2026", VI("targets.who"): "CV01",
    })  # fmt: skip
    press(page, VI("targets.keep"))
    assert "không phải số nguyên" in said(page)
    assert read_log(store.catalogue) == ()
    fill(page, {"Số chuyên gia đã đào tạo, cộng dồn": "42"})
    press(page, VI("targets.keep"))
    assert VI("targets.kept", {"record": 1}) in said(page)
    press(page, VI("targets.submit"))
    assert VI("targets.not_kept") in said(page)
    keeping.submit(store.catalogue, 1, who="CV01", sha256=SHA)
    page.run()
    who = [box for box in page.text_input if box.label == VI("targets.who")][-1]
    who.set_value("CV01")
    press(page, VI("targets.accept"))
    assert "không tự duyệt được" in said(page)
    who = [box for box in page.text_input if box.label == VI("targets.who")][-1]
    who.set_value("PGD02")
    press(page, VI("targets.accept"))
    assert VI("targets.done", {"record": 1, "state": "đã duyệt"}) in said(page)
    assert "42 chuyên gia" in said(page)
    assert [entry.action for entry in read_log(store.catalogue)] == ["add", "submit", "accept"]
    assert store.verify() == []


def test_a_returned_figure_stands_in_the_history_with_its_reason(open_page, said, filled):
    submitted = next(entry.record for entry in read_log(filled.catalogue) if entry.report.target == "experts")
    keeping.send_back(filled.catalogue, submitted, who="PGD02", why="thiếu danh sách")
    assert "thiếu danh sách" in said(open_page("other_targets", store=filled))


def workbook(value):
    book = openpyxl.load_workbook(io.BytesIO(sheets.template(usual_targets())))
    page = book.worksheets[0]
    fields = list(sheets.COLUMNS)
    told = {
        "day": "30/6/2026",
        "numerator": value,
        "document": "31/BC",
        "document_date": "5/7/2026",
        "unit": "Sở",
    }
    for field, cell in told.items():
        page.cell(4, fields.index(field) + 1, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_is_looked_at_and_nothing_is_kept(store):
    looked = targets_intake.look(store, "mau.xlsx", workbook("42"), "CV01")
    assert looked.is_ready
    assert looked.counts() == {"added": 1, "revised": 0, "repeated": 0, "errors": 0}
    wrong = targets_intake.look(store, "mau.xlsx", workbook("bốn hai"), "CV01")
    assert (wrong.is_ready, wrong.counts()["errors"]) == (False, 1)
    damaged = targets_intake.look(store, "mau.xlsx", workbook("42")[:900], "CV01")
    assert damaged.checked is None
    assert isinstance(damaged.refusal, Refusal)
    assert read_log(store.catalogue) == ()


def test_goals_and_figures_are_written_for_the_reader():
    assert [targets_words.goal_words(VI, TARGETS[name], TARGETS[name].goals[-1]) for name in TARGETS] == [
        "100%", "100%", "ít nhất 100 chuyên gia", "trên 80%", "có", "có",
    ]  # fmt: skip
    almost = report(12495, 12500, target="officials_trained")
    assert targets_words.figure_words(VI, TARGETS["officials_trained"], almost) == "99,96% (12.495/12.500)"
    assert targets_words.figure_words(EN, TARGETS["officials_trained"], almost) == "99.96% (12,495/12,500)"
    assert targets_words.figure_words(VI, TARGETS["it_university"], report(0, None)) == "Chưa có"


def test_a_marked_cell_is_escaped_behind_its_shape():
    table = html_table("c", [Column("a"), Column("b")], [Row("r", (Marked("<b>", "met"),))])
    assert '<span class="ks-mark met" aria-hidden="true"></span>&lt;b&gt;' in table


def test_chart_is_as_it_was():
    told = [report(160, 402, day="2024-12-31"), report()]
    spec = chart_target(VI, TARGETS["schools_stem"], told).spec
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(json.dumps(spec, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert spec == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_chart_draws_only_the_line_between_goals_dashed():
    layers = chart_target(VI, TARGETS["experts"], [report(42, None, target="experts")]).spec["layer"]
    dashed = [layer for layer in layers if "strokeDash" in layer["mark"]]
    assert [[point["value"] for point in layer["data"]["values"]] for layer in dashed] == [[50, 100]]
    labels = [layer["data"]["values"][0]["label"] for layer in layers if layer["mark"]["type"] == "text"]
    assert "nội suy,\nkhông phải chỉ tiêu được giao" in labels
