"""A printed page has no menu and no buttons, every chart and table whole, its address and its release."""

import shutil
import subprocess

import pytest

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
    .filter(one => !one.checkVisibility() || one.getBoundingClientRect().height < 20).length"""


@pytest.mark.parametrize("name", MENU["results"])
def test_paper_holds_the_whole_page(visit, release, tmp_path, name):
    page = visit("/?goal=2030" if name == "province" else f"/{name}?goal=2030")
    whole = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    page.wait_for_timeout(300)
    for selector in GONE:
        assert [one for one in page.locator(selector).all() if one.is_visible()] == []
    assert page.evaluate(CUT) == []
    assert page.evaluate(FOLDED) == 0
    said = page.inner_text("[data-testid=stMain]")
    assert f"{page.url}" in said
    if name != "other_targets":  # counts of offices, from no release
        assert release.id in said
    paper = page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    assert paper.startswith(b"%PDF-1.")
    if reader := shutil.which("pdftotext"):
        words = subprocess.run(
            [reader, "-layout", tmp_path / "page.pdf", "-"], capture_output=True, check=True
        )
        assert words.stdout.count(b"\f") > whole // 2500  # pages
