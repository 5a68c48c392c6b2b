"""Readers and clerks at work in a real browser: choices stay, tables go out, files come in."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dashboard.text import Text
from survey import places
from survey.store import Store

VI, EN = Text("vi"), Text("en")
CORRECTED = places.example_wave() / "kobo_reupload" / "kobo_xml_692.xlsx"


@pytest.mark.parametrize(("path", "text"), [("/", VI), ("/?lang=en", EN)], ids=["vi", "en"])
def test_province_page_shows_the_number_of_the_release(visit, headline, path, text):
    page = visit(path)
    hero = page.locator(".ks-hero").first
    expect(hero.locator("b").first).to_have_text(text.percent(headline.estimate), use_inner_text=True)
    expect(hero).to_contain_text(text.range(headline.low, headline.high), use_inner_text=True)
    banners = [text("app.synthetic"), text("app.draft")]
    expect(page.locator(".ks-banner")).to_have_text(banners, use_inner_text=True)
    page.get_by_text(text("definition.open"), exact=True).click()
    page.wait_for_selector(f"text={text('definition.status_proposed')}")


def test_language_stays_when_the_page_changes(visit):
    page = visit("/?lang=en")
    page.get_by_role("link", name=EN("menu.districts"), exact=True).click()
    page.wait_for_selector("h1:has-text('Districts')")
    page.wait_for_url("**lang=en**")


def test_goal_and_indicator_stay_when_the_page_changes(visit):
    page = visit("/districts?goal=2030&indicator=strict")
    page.get_by_role("link", name=VI("menu.fields"), exact=True).click()
    page.wait_for_selector(f"h1:has-text('{VI('fields.title')}')")
    page.get_by_role("link", name=VI("menu.districts"), exact=True).click()
    page.wait_for_url("**goal=2030**")
    page.wait_for_url("**indicator=strict**")


def test_districts_page_draws_tells_and_gives_the_table(visit):
    page = visit("/districts?goal=2030")
    expect(page.locator("table.ks-table tbody tr")).to_have_count(11)
    sentence = page.locator(".ks-sentence").first
    expect(sentence).to_contain_text("so với mục tiêu năm 2030 (trên 80%)", use_inner_text=True)
    with page.expect_download() as download:
        page.get_by_role("button", name=VI("districts.download")).click()
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbfindicator,")
    assert content.count(b"\n") == 23


def test_a_choice_goes_into_the_address_and_from_there_into_another_session(visit, open_tab, ready):
    settle, _ = ready
    page = visit("/districts")
    page.get_by_text(VI("indicator.strict_choice"), exact=True).click()
    page.wait_for_url("**indicator=strict**")
    page.locator("table.ks-table caption", has_text=VI("indicator.strict")).wait_for()
    settle(page)  # the caption came with the new run: what follows it is of that run, too
    other = open_tab(page.url)
    for part in (".ks-sentence", "table.ks-table"):
        told = page.locator(part).all_inner_texts()
        assert told
        expect(other.locator(part)).to_have_text(told, use_inner_text=True)


def test_uploader_speaks_vietnamese(visit):
    page = visit("/upload")
    page.wait_for_selector("[data-testid=stFileUploaderDropzone]")
    covered = """([selector, size, words]) => {
        const element = document.querySelector(selector);
        return element && getComputedStyle(element).fontSize === size
            && getComputedStyle(element, '::after').content === words;
    }"""
    for selector, key in (
        (".st-key-uploader [data-testid=stBaseButton-secondary] p", "upload.drop_button"),
        (".st-key-uploader [data-testid=stFileUploaderDropzoneInstructions] span", "upload.drop_limit"),
    ):
        page.wait_for_function(covered, arg=[selector, "0px", f'"{VI(key)}"'])


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
    main, refusal = page.locator("[data-testid=stMain]"), page.locator(".ks-refusal").first
    expect(refusal).to_contain_text(VI("upload.refused"), use_inner_text=True)
    expect(refusal).to_contain_text("hỏng.xlsx", use_inner_text=True)
    counts = [re.compile(rf"^{count}\n") for count in (2, 3, 199, 1)]
    expect(page.locator(".ks-counts > div")).to_have_text(counts, use_inner_text=True)
    moved = page.locator("table.ks-table").first
    for told in ("1.492 → 1.494", "172 → 174"):  # respondents of the province, and of one district
        expect(moved).to_contain_text(told, use_inner_text=True)
    expect(main).to_contain_text("203 → 205", use_inner_text=True)
    assert len(store.uploads("2026")) == 11
    with page.expect_download() as download:
        page.get_by_role("button", name=VI("upload.download")).click()
    assert Path(download.value.path()).read_bytes().startswith(b"PK")
    confirm.click()
    page.get_by_text(VI("upload.receipt"), exact=True).wait_for(timeout=60_000)
    latest = store.uploads("2026")[-1]
    expect(main).to_contain_text(latest.upload_id, use_inner_text=True)
    not_kept = VI("upload.receipt_refused", {"files": "hỏng.xlsx"})
    expect(refusal).to_contain_text(not_kept, use_inner_text=True)
    assert len(store.uploads("2026")) == 12
    page.get_by_role("button", name=VI("upload.release")).click()
    page.get_by_text("Đã tạo bản công bố nháp").wait_for(timeout=60_000)
    assert len(store.releases("2026")) == 2
    page.get_by_role("link", name=VI("upload.see_results")).click()
    page.locator(".ks-foot", has_text=store.releases("2026")[-1]["release_id"]).wait_for()
