"""Every download button of every page is pressed, and what comes is opened as its reader would."""

import csv
import hashlib
import io
import json
import re
import zipfile
from pathlib import Path, PurePath
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from docx import Document
from playwright.sync_api import TimeoutError  # noqa: A004 - what the browser raises
from python_calamine import CalamineWorkbook

from dashboard.layout import MENU
from dashboard.report.formats import FORMATS
from dashboard.text import Text

VI = Text("vi")
NAMES = [name for names in MENU.values() for name in names]
LEAST = {"districts": 1, "weights": 1, "downloads": len(FORMATS), "upload": 1, "review": 1, "fieldwork": 3}
SUMS = "SHA256SUMS"
CLICKS = 3
BUTTONS = "[data-testid=stDownloadButton] button"
PAGE_OF_PDF = re.compile(rb"/Type\s*/Page\b(?!s)")


def open_csv(content):
    """A table for software begins with names of columns and is rectangular; one for Excel with its title."""
    words = content.decode("utf-8-sig")
    software = re.fullmatch(r"[a-z]\w*(,\w+)+", words.splitlines()[0])
    rows = list(csv.reader(io.StringIO(words), delimiter="," if software else ";", strict=True))
    assert len(rows) > 1
    if software:
        assert {len(row) for row in rows} == {len(rows[0])}
    else:
        assert max(len(row) for row in rows) > 1


def open_workbook(content):
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert sheets.sheet_names == openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    assert sheets.get_sheet_by_index(0).to_python()


def open_document(content):
    assert any(paragraph.text.strip() for paragraph in Document(io.BytesIO(content)).paragraphs)


def open_pdf(content):
    assert content.startswith(b"%PDF-1.")
    assert content.rstrip().endswith(b"%%EOF")
    assert len(PAGE_OF_PDF.findall(content)) > 1


def open_archive(content):
    """Every file of an archive opens, and its sums are those of the files."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    assert files
    for line in files.pop(SUMS, b"").decode().splitlines():
        told, name = line.split(maxsplit=1)
        assert hashlib.sha256(files[name]).hexdigest() == told
    for name, inner in files.items():
        open_file(name, inner)


def open_words(content):
    assert content.decode("utf-8").strip()


def open_picture(content):
    assert content.startswith(b"\x89PNG\r\n")


OPENERS = {
    ".csv": open_csv,
    ".xlsx": open_workbook,
    ".docx": open_document,
    ".pdf": open_pdf,
    ".zip": open_archive,
    ".png": open_picture,
    ".svg": ET.fromstring,
    ".json": json.loads,
    **dict.fromkeys((".txt", ".R", ".do", ".md", ".yaml", ".sps"), open_words),
}


def open_file(name, content):
    OPENERS[PurePath(name).suffix](content)


@pytest.mark.parametrize("name", NAMES)
def test_every_file_of_a_page_opens(visit, ready, name):
    settle, unfold = ready
    page = visit(f"/{name}" if name != "province" else "/")
    unfold(page)
    buttons = page.locator(BUTTONS)
    if name == "downloads":
        page.get_by_role("button", name=VI("downloads.make")).click()
    if name in LEAST:
        buttons.nth(LEAST[name] - 1).wait_for(timeout=120_000)
        settle(page)
    assert buttons.count() >= LEAST.get(name, 0)
    for place in range(buttons.count()):
        file = fetched(page, buttons.nth(place))
        open_file(file.suggested_filename, Path(file.path()).read_bytes())


def fetched(page, button):
    """Click until the file comes: a click on a button that is just being drawn anew goes nowhere."""
    for again in range(CLICKS):
        try:
            with page.expect_download() as download:
                button.click()
        except TimeoutError:
            if again == CLICKS - 1:
                raise
        else:
            return download.value
    return None
