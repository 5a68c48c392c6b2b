"""An official's five questions are answered within two clicks of the first page."""

import re

import pytest
from playwright.sync_api import expect

from dashboard.first_view import GOALS, QUESTIONS
from dashboard.layout import MENU
from dashboard.readings import FIELDS, HEADLINE, PROVINCE, Measure, goal_years, judgements, readings
from dashboard.text import LANGUAGES, Text

VI = Text("vi")
NAMES = [name for names in MENU.values() for name in names]
KNOWN = [question for question in QUESTIONS if question.page in NAMES]


def test_the_first_page_says_what_it_is_whom_it_covers_and_how_to_read_it(visit):
    page = visit("/")
    purpose = page.locator(".ks-purpose").first
    expect(purpose).to_contain_text(VI("base.age15plus"), use_inner_text=True)
    expect(purpose).to_contain_text("điều tra mẫu hộ gia đình năm 2026", use_inner_text=True)
    top = page.locator(".ks-hero b").bounding_box()
    assert top["y"] + top["height"] < page.viewport_size["height"]
    main = page.locator("[data-testid=stMain]")
    expect(main).to_contain_text(VI("first.verdict"), use_inner_text=True)
    expect(main).to_contain_text(
        "trong 100 lần có chừng 95 lần khoảng tin cậy 95% chứa tỷ lệ thật", use_inner_text=True
    )


def test_a_question_leads_nowhere_that_is_not_in_the_menu(visit):
    page = visit("/")
    expect(page.locator(".st-key-questions a")).to_have_count(1 + len(KNOWN))


@pytest.mark.parametrize("language", LANGUAGES)
def test_has_the_province_met_the_goal(visit, release, language):
    text = Text(language)
    year = goal_years(release.verdicts)[0]
    verdict = judgements(release.verdicts, HEADLINE, PROVINCE, year)[PROVINCE]
    page = visit(f"/?lang={language}")
    page.get_by_role("link", name=text("first.met", {"year": year})).click()
    page.wait_for_function(f"document.getElementById('{GOALS}').getBoundingClientRect().top < innerHeight")
    card = page.locator(".ks-card", has_text=str(year)).first
    expect(card).to_contain_text(text(f"verdict.{verdict.shown}"), use_inner_text=True)


def answer(name, release, text):
    """Words that the sentence at the head of the answering page holds, by the release itself."""
    if name == "districts":
        year = goal_years(release.verdicts)[0]
        judged = judgements(release.verdicts, HEADLINE, "district", year)
        count = sum(one.shown == "not_met" for one in judged.values())
        return [
            str(year),
            text("first.certain", {"names": ""}).split(":")[0] if count else text("first.certain_none"),
        ]
    if name == "weakest":
        found = {
            field: readings(
                release.estimates, Measure(f"skill_{field}", f"skill_{field}", "age15plus"), PROVINCE
            )
            for field in FIELDS
        }
        weakest = min(found, key=lambda field: found[field][PROVINCE].estimate)
        return [text(f"field.{weakest}")]
    return []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("question", KNOWN, ids=[question.name for question in KNOWN])
def test_a_question_is_answered_one_click_away(visit, release, question, language):
    text = Text(language)
    page = visit(f"/?lang={language}")
    title = page.locator("[data-testid=stMain] h1")
    first = title.inner_text()
    page.locator(".st-key-questions").get_by_role("link").nth(1 + KNOWN.index(question)).click()
    page.wait_for_url(f"**/{question.page}*")
    expect(title).not_to_have_text(first, use_inner_text=True)  # the page before it stands until then
    sentence = page.locator(".ks-sentence").first
    expect(sentence).to_have_text(re.compile(".{41,}", re.DOTALL), use_inner_text=True)
    for words in answer(question.name, release, text):
        expect(sentence).to_contain_text(words, ignore_case=True, use_inner_text=True)
    expect(page.locator("html")).to_have_attribute("lang", language)
