"""The page of groups: who is left behind, whom they differ from, and nothing that may not be said."""

import pytest

from dashboard.groups_view import BREAKDOWNS
from dashboard.readings import HEADLINE, judgements, readings
from dashboard.text import Text
from survey.scored import GROUP_UNITS

VI, EN = Text("vi"), Text("en")


def drawn(page):
    return "\n".join(chart.proto.alt for chart in page.get("vega_lite_chart"))


def key_of(breakdown, unit):
    return f"group.{breakdown}_{''.join(sign if sign.isalnum() else '_' for sign in unit)}"


def test_every_breakdown_of_people_has_its_panel(open_page):
    page = open_page("groups")
    assert set(BREAKDOWNS) == set(GROUP_UNITS)
    assert [one.value for one in page.subheader] == [VI(f"report_breakdown.{one}") for one in BREAKDOWNS]
    assert len(page.get("vega_lite_chart")) == len(BREAKDOWNS)


@pytest.mark.parametrize("text", [VI, EN], ids=["vi", "en"])
def test_the_first_sentence_says_who_is_left_behind(open_page, said, release, text):
    words = said(open_page("groups", lang=text.language))
    rest = release.groups.rest
    for word in ("lower", "undecided", "none"):
        rows = rest[rest["found"] == word]
        names = ", ".join(
            text(key_of(breakdown, unit))
            for one in BREAKDOWNS
            for breakdown, unit in zip(rows["breakdown"], rows["unit"], strict=True)
            if breakdown == one
        )
        if names:
            assert text(f"groups.{word}", {"groups": names}) in words
    assert (rest["found"] == "lower").any()


@pytest.mark.parametrize("year", [2025, 2030])
def test_the_second_sentence_counts_the_verdicts(open_page, said, release, year):
    words = said(open_page("groups", goal=str(year)))
    shown = [
        one.shown
        for breakdown in BREAKDOWNS
        for one in judgements(release.verdicts, HEADLINE, breakdown, year).values()
    ]
    assert f"mục tiêu {year}:" in words
    counts = f"số nhóm đạt {shown.count('met')}; chưa đạt {shown.count('not_met')}; "
    assert counts + f"chưa đủ căn cứ kết luận {shown.count('undecided')}" in words


def test_numbers_that_are_not_published_are_nowhere(open_page, said, release):
    page = open_page("groups")
    everything = said(page) + drawn(page)
    for breakdown in BREAKDOWNS:
        for reading in readings(release.estimates, HEADLINE, breakdown).values():
            assert (VI.range(reading.low, reading.high) in everything) == (not reading.hidden)


def test_pairs_that_cannot_be_told_apart_are_said_to_be_so(open_page, said, release):
    words = said(open_page("groups"))
    pairs = release.groups.pairs.set_index(["breakdown", "a", "b"])
    key = {"lower": "all", "higher": "all", "undecided": "none"}[pairs.loc[("sex", "1", "2"), "found"]]
    assert VI(f"groups.apart_{key}") in words
    for (breakdown, a, b), row in pairs.iterrows():
        if breakdown == "age_group" and row["found"] == "undecided":
            names = {"a": VI(key_of(breakdown, a)), "b": VI(key_of(breakdown, b))}
            assert VI("groups.pair", names) in words


def test_those_who_did_not_tell_are_counted(open_page, said, release):
    words = said(open_page("groups"))
    silent = release.groups.sizes.query("unit == '' and n > 0")
    assert set(silent["breakdown"]) >= {"ethnicity"}
    for row in silent.itertuples():
        facts = {"count": VI.count(row.n), "share": VI.percent(row.estimate)}
        assert VI("groups.not_told", facts) in words


def test_an_older_release_shows_the_groups_and_says_what_is_lacking(open_page, said, own_store):
    folder = next((own_store.root / "releases").iterdir())
    for path in folder.glob("groups_*.parquet"):
        path.unlink()
    page = open_page("groups", store=own_store)
    assert VI("groups.absent") in said(page)
    assert len(page.get("vega_lite_chart")) == len(BREAKDOWNS)
    assert VI("groups.lower_title") not in said(page)
