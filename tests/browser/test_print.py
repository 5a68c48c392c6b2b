"""A printed page has no menu and no buttons, every chart and table whole, its address and its release."""

import shutil
import subprocess
from contextlib import suppress

import pytest
from playwright.sync_api import TimeoutError as TooLate
from playwright.sync_api import expect

from dashboard.layout import MENU

PAPER = {"width": 700, "height": 1000}
GONE = (
    "[data-testid=stSidebar]", "[data-testid=stHeader]", "[data-testid=stSkipToContent]", ".stButton",
    ".stDownloadButton", ".stFileUploader", ".st-key-questions",
)  # fmt: skip
CUT = """() => [...document.querySelectorAll("table, canvas, svg.marks")]
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1)
    .map(one => one.outerHTML.slice(0, 100))"""
FOLDED = """() => [...document.querySelectorAll("[data-testid=stExpander] table")]
    .filter(one => !one.checkVisibility() || one.getBoundingClientRect().height < 20)
    .map(one => one.outerHTML.slice(0, 100))"""


def once_at_rest(page, fault):
    """Give the elements with a fault that are left when the page had time to lay itself out anew."""
    with suppress(TooLate):
        page.wait_for_function(f"() => ({fault})().length === 0", timeout=10_000)
    return page.evaluate(fault)


@pytest.mark.parametrize("name", MENU["results"])
def test_paper_holds_the_whole_page(visit, release, tmp_path, name):
    page = visit("/?goal=2030" if name == "province" else f"/{name}?goal=2030")
    whole = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    for selector in GONE:
        expect(page.locator(selector).filter(visible=True)).to_have_count(0)
    assert once_at_rest(page, CUT) == []
    assert once_at_rest(page, FOLDED) == []
    main = page.locator("[data-testid=stMain]")
    expect(main).to_contain_text(f"{page.url}", use_inner_text=True)
    if name != "other_targets":  # counts of offices, from no release
        expect(main).to_contain_text(release.id, use_inner_text=True)
    paper = page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    assert paper.startswith(b"%PDF-1.")
    if reader := shutil.which("pdftotext"):
        words = subprocess.run(
            [reader, "-layout", tmp_path / "page.pdf", "-"], capture_output=True, check=True
        )
        assert words.stdout.count(b"\f") > whole // 2500  # pages
