"""Readers and clerks at work in a real browser: choices stay, tables go out, files come in."""

import shutil
from pathlib import Path

import pytest

from dashboard.text import Text
from survey import places
from survey.store import Store

VI, EN = Text("vi"), Text("en")
CORRECTED = places.example_wave() / "kobo_reupload" / "kobo_xml_692.xlsx"


@pytest.mark.parametrize(("path", "text"), [("/", VI), ("/?lang=en", EN)], ids=["vi", "en"])
def test_province_page_shows_the_number_of_the_release(visit, headline, path, text):
    page = visit(path)
    assert page.inner_text(".ks-hero b") == text.percent(headline.estimate)
    assert text.range(headline.low, headline.high) in page.inner_text(".ks-hero")
    assert page.locator(".ks-banner").all_inner_texts() == [text("app.synthetic"), text("app.draft")]
    page.get_by_text(text("definition.open"), exact=True).click()
    page.wait_for_selector(f"text={text('definition.status_proposed')}")


def test_language_stays_when_the_page_changes(visit):
    page = visit("/?lang=en")
    page.get_by_role("link", name=EN("menu.districts"), exact=True).click()
    page.wait_for_selector("h1:has-text('Districts')")
    assert "lang=en" in page.url


def test_goal_and_indicator_stay_when_the_page_changes(visit):
    page = visit("/districts?goal=2030&indicator=strict")
    page.get_by_role("link", name=VI("menu.fields"), exact=True).click()
    page.wait_for_selector(f"h1:has-text('{VI('fields.title')}')")
    page.get_by_role("link", name=VI("menu.districts"), exact=True).click()
    page.wait_for_url("**goal=2030**")
    page.wait_for_url("**indicator=strict**")


def test_districts_page_draws_tells_and_gives_the_table(visit):
    page = visit("/districts?goal=2030")
    rows = page.locator("table.ks-table tbody tr")
    rows.nth(10).wait_for(state="attached")
    assert rows.count() == 11
    assert "so với mục tiêu năm 2030 (trên 80%)" in page.inner_text(".ks-sentence")
    with page.expect_download() as download:
        page.get_by_role("button", name=VI("districts.download")).click()
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbfindicator,")
    assert content.count(b"\n") == 23


def test_a_choice_goes_into_the_address_and_from_there_into_another_session(visit, open_tab):
    page = visit("/districts")
    page.get_by_text(VI("indicator.strict_choice"), exact=True).click()
    page.wait_for_url("**indicator=strict**")
    page.locator("table.ks-table caption", has_text=VI("indicator.strict")).wait_for()
    other = open_tab(page.url)
    assert other.inner_text(".ks-sentence") == page.inner_text(".ks-sentence")
    assert (
        other.locator("table.ks-table").all_inner_texts() == page.locator("table.ks-table").all_inner_texts()
    )


def test_uploader_speaks_vietnamese(visit):
    page = visit("/upload")
    page.wait_for_selector("[data-testid=stFileUploaderDropzone]")
    covered = """selector => {
        const element = document.querySelector(selector);
        return [getComputedStyle(element).fontSize, getComputedStyle(element, '::after').content];
    }"""
    for selector, key in (
        (".st-key-uploader [data-testid=stBaseButton-secondary] p", "upload.drop_button"),
        (".st-key-uploader [data-testid=stFileUploaderDropzoneInstructions] span", "upload.drop_limit"),
    ):
        assert page.evaluate(covered, selector) == ["0px", f'"{VI(key)}"']


def test_a_real_and_a_damaged_file_go_through_the_page(open_tab, serve, example_store, tmp_path):
    shutil.copytree(example_store.root, tmp_path / "own" / "store")
    store = Store(tmp_path / "own" / "store")
    damaged = tmp_path / "hỏng.xlsx"
    damaged.write_bytes(CORRECTED.read_bytes()[:20_000])
    page = open_tab(f"{serve(store.root)}/upload")
    page.wait_for_selector("[data-testid=stFileUploaderDropzone]")
    page.set_input_files("input[type=file]", [CORRECTED, damaged])
    confirm = page.get_by_role("button", name=VI("upload.confirm", {"n": 1}))
    confirm.wait_for(timeout=60_000)
    refusal = page.inner_text(".ks-refusal")
    assert VI("upload.refused") in refusal
    assert "hỏng.xlsx" in refusal
    boxes = page.locator(".ks-counts > div").all_inner_texts()
    assert [box.split("\n")[0] for box in boxes] == ["2", "3", "199", "1"]
    moved = page.locator("table.ks-table").first.inner_text()
    assert "1.492 → 1.494" in moved  # respondents of the province before and after, and of one district
    assert "172 → 174" in moved
    assert "203 → 205" in page.inner_text("[data-testid=stMain]")
    assert len(store.uploads("2026")) == 11
    with page.expect_download() as download:
        page.get_by_role("button", name=VI("upload.download")).click()
    assert Path(download.value.path()).read_bytes().startswith(b"PK")
    confirm.click()
    page.get_by_text(VI("upload.receipt"), exact=True).wait_for(timeout=60_000)
    latest = store.uploads("2026")[-1]
    assert latest.upload_id in page.inner_text("[data-testid=stMain]")
    assert VI("upload.receipt_refused", {"files": "hỏng.xlsx"}) in page.inner_text(".ks-refusal")
    assert len(store.uploads("2026")) == 12
    page.get_by_role("button", name=VI("upload.release")).click()
    page.get_by_text("Đã tạo bản công bố nháp").wait_for(timeout=60_000)
    assert len(store.releases("2026")) == 2
    page.get_by_role("link", name=VI("upload.see_results")).click()
    page.locator(".ks-foot", has_text=store.releases("2026")[-1]["release_id"]).wait_for()
