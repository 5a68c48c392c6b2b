"""The review page as a person meets it: the queue, the decision, the dry run of corrections, the log."""

import pytest

from dashboard import reviewing
from dashboard.text import Text
from survey.corrections import keeping, sheets
from survey.duplicates import kept_submissions, queue
from survey.store import Store

VI, EN = Text("vi"), Text("en")
HOUSEHOLD = "25345005-04"


def csv_of(key, old, new, who="GSV01"):
    line = f"{key},e1_can_submit,{old},{new},gọi lại,{who}"
    return f"submission,variable,old,correct value,why,who\n{line}\n".encode()


@pytest.fixture
def able(own_store):
    households = own_store.microdata("2026").households
    return households.index[households["e1_can_submit"] == "3"][0]


@pytest.mark.parametrize("text", [VI, EN], ids=["vi", "en"])
def test_page_opens_with_queue_and_empty_log(open_page, said, text):
    page = open_page("review", lang=text.language)
    words = said(page)
    assert text("app.synthetic") in words
    assert text("review.queue_counts", {"waiting": 5, "all": 5}) in words
    assert text("review.log_empty") in words
    assert text("review.caption", {"household": page.selectbox[1].value}) in words


def test_a_reader_from_elsewhere_sees_nothing_of_the_interviews(open_page, said):
    page = open_page("review", local=False)
    assert VI("access.refused") in said(page)
    assert not page.selectbox
    assert not page.get("file_uploader")


def test_page_without_a_wave_says_what_to_do(open_page, said, tmp_path):
    assert VI("upload.no_wave") in said(open_page("review", store=Store(tmp_path / "store")))


def test_submissions_stand_side_by_side_with_the_words_of_the_form(example_store):
    group = next(one for one in queue(example_store, "2026") if one.household == HOUSEHOLD)
    columns, rows = reviewing.side_by_side(VI, group, example_store.form("2026").joined)
    assert [column.title for column in columns] == ["Nội dung", "Phiếu 1", "Phiếu 2"]
    cells = {row.name.split(":")[0]: row.cells for row in rows}
    assert cells["Trạng thái"] == ("đã duyệt", "bị trả lại")
    assert cells["e1_aware"] == ("1 Có", "2 Không")
    assert cells["e1_can_submit"][1] == "–"


def test_a_household_is_settled_with_a_reason(open_page, said, own_store):
    page = open_page("review", store=own_store)
    page.selectbox[1].set_value(HOUSEHOLD).run()
    page.button[0].click().run()
    assert VI("review.choose_one") in said(page)
    page.radio[0].set_value(0)
    page.text_input[0].set_value("Nguyễn Văn An")
    page.text_input[1].set_value("phiếu kia bị trả lại")
    page.button[0].click().run()
    assert "không ghi họ tên đầy đủ" in said(page)
    assert kept_submissions(own_store.catalogue, "2026") == {}
    page.text_input[0].set_value("GSV01")
    page.button[0].click().run()
    assert not page.exception
    assert VI("review.decided_now", {"household": HOUSEHOLD}) in said(page)
    group = next(one for one in queue(own_store, "2026") if one.household == HOUSEHOLD)
    assert kept_submissions(own_store.catalogue, "2026") == {HOUSEHOLD: group.submissions[0]}
    assert VI("review.queue_counts", {"waiting": 4, "all": 5}) in said(page)


def test_a_file_is_looked_at_and_nothing_is_kept(own_store, able):
    looked = reviewing.look(own_store, "sua.csv", csv_of(able, "3", "1"), "2026")
    assert looked.is_ready
    _, rows = reviewing.draft_rows(VI, looked.checked.wanted)
    assert rows[0].cells == ("e1_can_submit", "3", "1", "GSV01", "gọi lại")
    wrong = reviewing.look(own_store, "sua.csv", csv_of(able, "2", "1"), "2026")
    assert not wrong.is_ready
    assert [found.code for found in wrong.findings] == ["correction_old_differs"]
    other = reviewing.look(own_store, "sua.csv", b"a,b\n1,2\n", "2026")
    assert other.checked is None
    assert other.refusal is not None
    assert keeping.listed(own_store, "2026") == ()


def test_the_log_shows_what_was_kept(open_page, said, own_store, able):
    looked = reviewing.look(own_store, "sua.csv", csv_of(able, "3", "1"), "2026")
    assert keeping.keep(own_store, looked.checked)
    words = said(open_page("review", store=own_store))
    assert VI("review.log_counts", {"applied": 1, "rows": 1}) in words
    assert VI("correction.applied") in words


def test_the_footer_says_which_interviews_count(open_page, said):
    assert "Chỉ tính phỏng vấn ở trạng thái rà soát: đã nhận, có vấn đề, đã duyệt." in said(
        open_page("province")
    )
    english = said(open_page("province", lang="en"))
    assert EN("frame.states", {"states": "received, has issues, approved"}) in english


def test_the_template_of_the_page_is_a_sheet_that_can_be_read(tmp_path):
    path = tmp_path / "mau.xlsx"
    path.write_bytes(sheets.template())
    assert sheets.read_corrections(path) == ()
    assert sheets.template() == sheets.template()
