"""The page of international levels: numbers of the release, caveats, sources; no rank and no verdict."""

import dataclasses

import pytest

from dashboard import international_view as view
from dashboard.text import Text
from survey.international import International

VI, EN = Text("vi"), Text("en")
VERDICTS = ("met", "not_met", "undecided")


def drawn(page):
    return "\n".join(chart.proto.alt for chart in page.get("vega_lite_chart"))


@pytest.mark.parametrize("text", [VI, EN], ids=["vi", "en"])
def test_the_sentence_is_that_of_the_release(open_page, said, release, text):
    words = said(open_page("international", lang=text.language))
    reading = view.levels_readings(release.international)["eurostat_dsi2", "at_least_basic", "age16_74"]
    assert text.percent(reading.estimate) in words
    assert text.range(reading.low, reading.high) in words
    assert text("international.warning") in words
    assert f"{text.count(reading.n)} " in words


@pytest.mark.parametrize("name", ["hh7", "itu_hh15", "sdg_441", "eurostat_dsi2", "ict_0503"])
def test_every_way_to_count_shows_its_source_caveats_and_activities(open_page, said, release, name):
    framework = next(one for one in release.international.levels.frameworks if one.id == name)
    words = said(page := open_page("international", framework=name))
    assert framework.source["vi"].replace("'", "&#x27;") in words
    for caveat in framework.caveats:
        assert caveat["vi"] in words
    for one in framework.not_asked:
        assert one.words["vi"] in words
    for figure in framework.published:
        assert figure.value["vi"] in words
        assert figure.source["vi"] in words
        assert figure.differs["vi"] in words
    assert (VI("international.no_published") in words) == (not framework.published)
    assert len(page.get("vega_lite_chart")) == (3 if framework.areas else 1)


def test_nothing_is_judged_and_nothing_is_ranked(open_page, said):
    words = said(page := open_page("international"))
    for verdict in VERDICTS:
        assert f"ks-mark {verdict}" not in words
        assert f", {VI(f'verdict.{verdict}')}" not in drawn(page)
    assert "Mục tiêu 2030" not in words + drawn(page)


def test_a_hidden_level_shows_its_reason_and_no_number(release):
    table = release.international.table.assign(quality="suppress", reason="interval width 0.30 or more")
    hidden = International(release.international.levels, table)
    for dot in view.overview(VI, release, hidden)[1:]:
        assert dot.reading.hidden
    _, rows = view.published_table(
        VI, release, hidden, framework=hidden.levels.frameworks[0], place="Tỉnh Bình Phước"
    )
    assert rows[0].cells[1] == VI("verdict.none")


def test_a_release_from_before_says_so(open_page, said, release, monkeypatch):
    old = dataclasses.replace(release, international=None)
    monkeypatch.setattr("dashboard.data.read_release", lambda name: old)
    assert VI("international.absent") in said(open_page("international"))


def test_names_of_all_measures_are_known(release):
    for _, measure, _ in view.levels_readings(release.international):
        for text in (VI, EN):
            assert view.measure_name(text, measure)
