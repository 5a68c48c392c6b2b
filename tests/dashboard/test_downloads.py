"""The page of downloads makes the files of the release that it shows, and offers each of them."""

import pytest

from dashboard.report import extra
from dashboard.report.beside import beside
from dashboard.report.formats import FORMATS
from dashboard.reports_kept import kept_files
from dashboard.text import Text
from survey.publishing.standing import DRAFT

VI, EN = Text("vi"), Text("en")


def buttons(page):
    return [button.proto.label for button in page.get("download_button")]


@pytest.mark.parametrize(("address", "text"), [({}, VI), ({"lang": "en"}, EN)])
def test_before_files_are_made_the_page_says_what_there_will_be(open_page, said, address, text):
    page = open_page("downloads", **address)
    words = said(page)
    assert page.title[0].value == text("downloads.title")
    assert all(text(f"report_format.{name}") in words for name in FORMATS)
    assert text("app.synthetic") in words
    assert buttons(page) == []


def test_files_are_made_once_and_offered(open_page, example_store, release):
    page = open_page("downloads")
    page.button[0].click().run(timeout=120)
    assert not page.exception, page.exception
    assert len(buttons(page)) == len(FORMATS)
    now = example_store.catalogue.clock()
    made = kept_files(release.id, "vi", DRAFT, beside(example_store, release, DRAFT, drafts=True, at=now))
    assert list(made) == list(FORMATS)
    assert all(file.name.startswith(f"{release.id}_vi") for file in made.values())
    assert made["pdf"].content.startswith(b"%PDF")
    again = open_page("downloads")
    assert len(buttons(again)) == len(FORMATS)
    assert not again.button


def test_without_the_extra_the_page_says_what_to_install_and_offers_the_rest(open_page, said, monkeypatch):
    def absent(name):
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(extra, "import_module", absent)
    monkeypatch.setattr("dashboard.report.pictures._drawer", lambda: extra.library("vl_convert"))
    page = open_page("downloads", lang="en")
    page.button[0].click().run(timeout=120)
    assert not page.exception, page.exception
    assert len(buttons(page)) == 4
    assert "kynangso[report]" in said(page)
