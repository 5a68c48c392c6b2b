"""Every page of the menu in both languages and at both widths: title, words, numbers, and no barrier."""

import re
from itertools import pairwise

import pandas as pd
import pytest

from dashboard.layout import MENU
from dashboard.numbers import DECIMAL
from dashboard.readings import COMPANIONS, FIELDS, HEADLINE, JUDGED, PROVINCE, Measure, readings
from dashboard.text import LANGUAGES, Text

NAMES = [name for names in MENU.values() for name in names]
EVERYWHERE = [(name, language) for name in NAMES for language in LANGUAGES]
RESULTS = [(name, language) for name in MENU["results"] for language in LANGUAGES]
# Menus of other tools and bodies of other countries are told in their own words.
QUOTED = re.compile("“[^”]*”|`[^`]*`|Office for Statistics Regulation")
COMMANDS = re.compile(r"kynangso [a-z]+( [a-z]+| --[\w-]+( \S+)?)*")
ENGLISH = re.compile(
    r"(?<![\w./-])(the|of|and|is|are|with|not|for|from|this|that|which|have|has|was|were|by|choose|options|upload|per|"
    r"drag|drop|results|search|select|view|show|hide|close|press|please|error|loading|running)(?![\w./-])",
    re.IGNORECASE,
)
VIETNAMESE = re.compile(
    r"\w*[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹáàãéèíìóòõúùũý]\w*", re.IGNORECASE
)
IN_ENGLISH_TOO = {"Tiếng", "Việt", "đồng", "QĐ"}  # the other language, the currency, signs of documents
ON_A_PHONE = ("province", "districts", "upload")
# (rule, part of Streamlit) -> why it stays
OF_STREAMLIT = {
    ("list", "stSidebarNavItems"): "the menu puts its sections as div straight into a ul",
    ("listitem", "stSidebarNavItems"): "the pages of a section are li inside such a div",
}


@pytest.mark.parametrize(("name", "language"), EVERYWHERE)
def test_page_opens_with_its_title_and_without_an_error(seen, name, language):
    page = seen(name, language)
    text = Text(language)
    for look in (page.desk, page.phone):
        assert look.title
        assert look.failed == 0
        assert look.language == language
        assert "Traceback" not in look.words
        assert text("app.synthetic") in look.words or name == "other_targets" or name == "planning"
    assert text(f"menu.{name}") in page.desk.words
    assert page.errors == []


@pytest.mark.parametrize(("name", "language"), EVERYWHERE)
def test_page_asks_nothing_of_another_host(seen, name, language):
    assert seen(name, language).elsewhere == []


@pytest.mark.parametrize(("name", "language"), EVERYWHERE)
def test_page_fits_a_desk_and_a_phone(seen, name, language):
    for look in (seen(name, language).desk, seen(name, language).phone):
        assert look.over <= 0
        assert look.sticking == []


@pytest.mark.parametrize("name", NAMES)
def test_vietnamese_page_speaks_vietnamese(seen, name):
    page = seen(name, "vi")
    said = "\n".join([page.desk.words, page.phone.words, *page.desk.alternatives])
    assert [match.group() for match in ENGLISH.finditer(COMMANDS.sub("", QUOTED.sub("", said)))] == []


@pytest.mark.parametrize("name", NAMES)
def test_english_page_speaks_english(seen, release, name):
    page = seen(name, "en")
    places = {word for unit in release.units["name_en"] for word in re.findall(r"\w+", unit)}
    said = "\n".join([page.desk.words, page.phone.words, *page.desk.alternatives])
    assert {match.group() for match in VIETNAMESE.finditer(QUOTED.sub("", said))} <= IN_ENGLISH_TOO | places


@pytest.fixture(scope="module")
def tables(store, release):
    """Every table of the release that holds estimates with their intervals, as it lies on the disk."""
    folder = store.root / "releases" / release.id
    frames = (pd.read_parquet(path) for path in sorted(folder.glob("*.parquet")))
    return [frame for frame in frames if {"estimate", "ci_low", "ci_high"} <= set(frame)]


def written(text, rows):
    """Estimates with their intervals as a page writes them."""
    return {
        (text.percent(share), text.range(low, high))
        for share, low, high in rows[["estimate", "ci_low", "ci_high"]].itertuples(index=False)
        if pd.notna(share)
    }


def hidden(frame):
    return frame["quality"] == "suppress" if "quality" in frame else pd.Series(data=False, index=frame.index)


def shown_pairs(page, language):
    """Every estimate with an interval that a page shows: in its tables, its sentences and its charts."""
    sign = re.escape(DECIMAL[language])
    share, interval = rf"\d{{1,3}}{sign}\d%", rf"\d{{1,3}}{sign}\d–\d{{1,3}}{sign}\d%"
    beside = {
        pair
        for row in page.desk.rows
        for pair in pairwise(row)
        if re.fullmatch(share, pair[0]) and re.fullmatch(interval, pair[1])
    }
    told = re.compile(rf"({share}) \((?:[^()\d]*95%[^()\d]*|[^()\d]*)({interval})")
    return beside | {
        match.groups() for said in (page.desk.words, *page.desk.alternatives) for match in told.finditer(said)
    }


@pytest.mark.parametrize(("name", "language"), RESULTS)
def test_page_shows_no_number_that_the_release_does_not_publish(seen, tables, name, language):
    text = Text(language)
    published = set().union(*(written(text, frame[~hidden(frame)]) for frame in tables))
    assert shown_pairs(seen(name, language), language) <= published


PROMISED = {
    "province": [(measure, PROVINCE) for measure in COMPANIONS],
    "districts": [(JUDGED["headline"], "district")],
    "fields": [
        (Measure(f"{word}_{field}", f"{word}_{field}", "age15plus"), PROVINCE)
        for word in ("know", "skill")
        for field in FIELDS
    ],
    "groups": [(HEADLINE, breakdown) for breakdown in ("sex", "age_group", "residence")],
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in PROMISED if name in NAMES])
def test_page_shows_the_numbers_of_the_release(seen, release, name, language):
    text = Text(language)
    found = [readings(release.estimates, measure, breakdown) for measure, breakdown in PROMISED[name]]
    shown = [one for by_unit in found for one in by_unit.values() if not one.hidden]
    wanted = {(text.percent(one.estimate), text.range(one.low, one.high)) for one in shown}
    assert len(wanted) > 5
    assert wanted <= shown_pairs(seen(name, language), language)


def ours(barriers):
    """Findings that are ours to mend."""
    return [found for found in barriers if (found["rule"], found["inside"]) not in OF_STREAMLIT]


@pytest.mark.parametrize("name", NAMES)
def test_page_has_no_serious_finding(seen, name):
    assert ours(seen(name, "vi").desk.barriers) == []


@pytest.mark.parametrize("name", ON_A_PHONE)
def test_page_has_no_serious_finding_on_a_phone(seen, name):
    assert ours(seen(name, "vi").phone.barriers) == []
