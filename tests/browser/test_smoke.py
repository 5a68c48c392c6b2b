"""The real server in a real browser: pages show what the release holds, and nothing leaves the machine."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import sync_playwright

from dashboard.readings import HEADLINE, PROVINCE, readings
from dashboard.text import Text
from survey import places
from survey.store import Store

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
LOCAL = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
PROBE = "/_stcore/"  # Streamlit looks for its own health below the address of a page first, and misses
VI, EN = Text("vi"), Text("en")
CORRECTED = places.example_wave() / "kobo_reupload" / "kobo_xml_692.xlsx"


@pytest.fixture(scope="module")
def chromium():
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None and os.environ.get("CI"):
        pytest.fail("no Chromium on this machine, and CI must run the browser tests")
    if found is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def store(example_store, tmp_path_factory):
    root = tmp_path_factory.mktemp("served") / "store"
    shutil.copytree(example_store.root, root)
    return Store(root)


@pytest.fixture(scope="module")
def address(store):
    """Address of a server of our own on a free port."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    environment = {**os.environ, "KYNANGSO_STORE": str(store.root)}
    log = store.root.parent / "server.log"
    with (
        log.open("w") as out,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out) as server,
    ):
        wait_until_healthy(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
        server.terminate()
    assert "Traceback" not in log.read_text(encoding="utf-8")


def wait_until_healthy(url):
    for _ in range(150):
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the server did not start within 30 s")


@pytest.fixture
def visit(chromium, address):
    """Open a page by its path; at the end nothing was asked of another host, and nothing failed."""
    page = chromium.new_page(viewport={"width": 1366, "height": 900})
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if complains(said) else None)

    def opened(path):
        page.goto(address + path)
        page.wait_for_selector("h1")
        return page

    yield opened
    page.close()
    assert [url for url in asked if not url.startswith(LOCAL)] == []
    assert errors == []


def complains(said):
    return said.type == "error" and PROBE not in said.location.get("url", "")


@pytest.fixture
def headline(store):
    release = store.open_release(store.releases()[0]["release_id"])
    return readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE]


@pytest.mark.parametrize(("path", "text"), [("/", VI), ("/?lang=en", EN)], ids=["vi", "en"])
def test_province_page_shows_the_number_of_the_release(visit, headline, path, text):
    page = visit(path)
    page.wait_for_selector(".ks-hero")
    assert page.inner_text(".ks-hero b") == text.percent(headline.estimate)
    assert text.range(headline.low, headline.high) in page.inner_text(".ks-hero")
    page.wait_for_selector("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg")
    assert page.locator(".ks-banner").all_inner_texts() == [text("app.synthetic"), text("app.draft")]
    page.get_by_text(text("definition.open"), exact=True).click()
    page.wait_for_selector(f"text={text('definition.status_proposed')}")


def test_language_stays_when_the_page_changes(visit):
    page = visit("/?lang=en")
    page.get_by_role("link", name=EN("menu.districts")).click()
    page.wait_for_selector("h1:has-text('Districts')")
    assert "lang=en" in page.url


def test_goal_and_indicator_stay_when_the_page_changes(visit):
    page = visit("/districts?goal=2030&indicator=strict")
    page.locator(".ks-foot").wait_for()
    page.get_by_role("link", name=VI("menu.fields")).click()
    page.wait_for_selector(f"h1:has-text('{VI('fields.title')}')")
    page.get_by_role("link", name=VI("menu.districts")).click()
    page.wait_for_url("**goal=2030**")
    page.wait_for_url("**indicator=strict**")


def test_districts_page_draws_tells_and_gives_the_table(visit):
    page = visit("/districts?goal=2030")
    page.wait_for_selector("[data-testid=stVegaLiteChart]")
    page.locator(".ks-foot").wait_for()
    assert page.locator("table.ks-table tbody tr").count() == 11
    assert "so với mục tiêu năm 2030 (trên 80%)" in page.inner_text(".ks-sentence")
    with page.expect_download() as download:
        page.get_by_role("button", name=VI("districts.download")).click()
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbfindicator,")
    assert content.count(b"\n") == 23


def test_downloads_page_makes_files_and_gives_the_word_report(visit, headline):
    page = visit("/downloads")
    page.get_by_role("button", name=VI("downloads.make")).click()
    button = page.get_by_role("button", name=VI("report_format.word"))
    button.wait_for(timeout=120_000)
    with page.expect_download() as download:
        button.click()
    assert download.value.suggested_filename.endswith("_vi.docx")
    said = "\n".join(paragraph.text for paragraph in Document(download.value.path()).paragraphs)
    assert VI.percent(headline.estimate) in said


def test_a_choice_goes_into_the_address(visit):
    page = visit("/districts")
    page.get_by_text(VI("indicator.strict_choice"), exact=True).click()
    page.wait_for_url("**indicator=strict**")
    page.locator("table.ks-table caption", has_text=VI("indicator.strict")).wait_for()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/districts",
        "/groups",
        "/fields?unit=696",
        "/quality",
        "/definition",
        "/weights",
        "/upload",
        "/review",
        "/fieldwork",
        "/downloads",
    ],
)
def test_page_fits_a_phone(visit, path):
    page = visit(path)
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".ks-banner").first.wait_for()
    page.wait_for_timeout(500)
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("main => main.scrollWidth - main.clientWidth") <= 0


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


def test_a_real_and_a_damaged_file_go_through_the_page(visit, store, tmp_path):
    damaged = tmp_path / "hỏng.xlsx"
    damaged.write_bytes(CORRECTED.read_bytes()[:20_000])
    page = visit("/upload")
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
