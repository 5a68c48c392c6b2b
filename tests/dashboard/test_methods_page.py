"""The page of methods: facts of the release, contact, list of releases, ten items of the regulator."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboard import methods_view
from dashboard.text import Text

VI, EN = Text("vi"), Text("en")


@pytest.mark.parametrize("text", [VI, EN], ids=["vi", "en"])
def test_every_chapter_names_the_facts_of_the_release(open_page, said, release, text):
    words = said(open_page("methods", lang=text.language))
    design = release.manifest["design"]
    assert text.count(release.manifest["data"]["interviews"]) in words
    assert text.count(design["psu_sampled"]) in words
    for title, _ in methods_view.chapters(text, release):
        assert title in words
    row = release.response[release.response["breakdown"] == "province"].iloc[0]
    assert text.percent(row["RR1"]) in words
    assert "{" not in words.replace("{}", "")


def test_the_contact_is_what_the_administrator_declares(open_page, said, monkeypatch):
    monkeypatch.delenv(methods_view.CONTACT_VARIABLE, raising=False)
    assert VI("methods.contact_missing") in said(open_page("methods"))
    monkeypatch.setenv(methods_view.CONTACT_VARIABLE, "Sở <b>KH&CN</b>, 0271 3 888 888")
    words = said(open_page("methods"))
    assert "Liên hệ: Sở &lt;b&gt;KH&amp;CN&lt;/b&gt;, 0271 3 888 888" in words


@pytest.mark.parametrize(
    ("told", "key", "day"),
    [
        ("2027-06-30", "ahead", "2027-06-30"),
        ("2026-12-01", "ahead", "2026-12-01"),
        ("2026-11-30", "over", "2026-11-30"),
        ("", "open", ""),
        ("30/6/2027", "open", ""),
    ],
)
def test_the_day_of_the_review_is_what_the_administrator_declares(
    open_page, said, monkeypatch, told, key, day
):
    """It is 1 December in Viet Nam while the clock of the server still says November."""
    monkeypatch.setenv(methods_view.REVIEW_VARIABLE, told)
    monkeypatch.setattr("dashboard.published.now", lambda: datetime(2026, 11, 30, 18, tzinfo=UTC))
    facts = {"day": VI.day(day)} if day else {}
    assert VI(f"methods.review_{key}", facts) in said(open_page("methods"))


def test_the_manual_has_the_plan_that_the_page_names():
    manual = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    plan = manual.split("## Maintaining and retiring")[1].split("\n## ")[0]
    assert methods_view.REVIEW_VARIABLE in manual
    assert "docs/operations.md" in VI("owed_where.plan")
    asked = ("owner", "review", "**A release**", "**A page**", "**The dashboard**", "bundle", "return 410")
    assert [words for words in asked if words not in plan] == []


def test_every_release_is_listed_newest_first(open_page, said, two_waves):
    words = said(open_page("methods", store=two_waves))
    ids = [row["release_id"] for row in two_waves.releases()]
    places = [words.index(f'<th scope="row">{name}') for name in reversed(ids)]
    assert places == sorted(places)
    assert words.count(f">{VI('state.draft')}</td>") == len(ids)


def test_ten_items_say_where_each_is_met(open_page, said):
    words = said(open_page("methods"))
    assert len(methods_view.OWED) == 10
    for place, one in enumerate(methods_view.OWED, start=1):
        assert f"{place}. {VI(f'owed.{one}')}" in words
        assert VI(f"owed_where.{one}") in words


def test_simulated_data_are_a_caution_of_their_own(release):
    titles = [title for title, _ in methods_view.cautions(VI, release)]
    assert VI("methods.simulated_title") in titles
