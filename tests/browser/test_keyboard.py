"""Without a mouse: controls come in order and show where the keyboard is, and the menu can be skipped."""

import pytest

from dashboard.layout import MENU
from dashboard.text import Text

VI = Text("vi")
STEPS = 60
STEP = """() => {
    const around = one => [one, one.parentElement, one.parentElement?.parentElement, ...one.children];
    const marks = one => around(one).filter(Boolean)
        .map(each => {
            const look = getComputedStyle(each);
            return ["outlineStyle", "outlineWidth", "boxShadow", "backgroundColor", "borderColor"]
                .map(name => look[name]).join();
        }).join('|');
    const one = document.activeElement, before = window.ksBefore;
    const left = before ? before.marks !== marks(before.one) : true;
    window.ksBefore = one === document.body ? null : {one, marks: marks(one)};
    if (one === document.body) return {end: true, left};
    return {
        end: false,
        left,
        place: [...document.querySelectorAll('*')].indexOf(one),
        kind: one.dataset.testid || one.closest('[data-testid]')?.dataset.testid || '',
        inside: Boolean(one.closest('[data-testid=stMain]')),
        words: (one.innerText || one.getAttribute('aria-label') || '').trim(),
        seen: one.checkVisibility() && one.getBoundingClientRect().width > 0,
    };
}"""

SHOWN = """([one, words]) => getComputedStyle(one, '::after').content === words
    && one.getBoundingClientRect().width > 100"""


@pytest.fixture
def steps(visit):
    """Press the tab key until the page is left: what each press reaches."""

    def walk(path):
        page = visit(path)
        reached = []
        for _ in range(STEPS):
            page.keyboard.press("Tab")
            step = page.evaluate(STEP)
            if reached:
                reached[-1]["marked"] = step["left"]
            if step["end"]:
                break
            reached.append(step)
        return reached

    return walk


def test_controls_come_in_order_and_show_where_the_keyboard_is(steps):
    reached = steps("/districts")
    places = [one["place"] for one in reached]
    assert places == sorted(places)
    assert reached[0]["kind"] == "stSkipToContent"
    menu = [one["words"] for one in reached if one["kind"] == "stSidebarNavLink"]
    assert menu == [VI(f"menu.{name}") for names in MENU.values() for name in names]
    inside = [one["words"] for one in reached if one["inside"]]
    assert VI("districts.download") in inside
    assert [one for one in reached if not one["seen"]] == []
    assert [one["words"] for one in reached if not one.get("marked", True)] == []


def test_the_menu_can_be_skipped(visit):
    page = visit("/")
    page.keyboard.press("Tab")
    skip = page.locator("[data-testid=stSkipToContent]")
    skip.wait_for()
    page.wait_for_function(SHOWN, arg=[skip.element_handle(), f'"{VI("first.skip")}"'])
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'stMain'")
    page.keyboard.press("Tab")
    page.wait_for_function("document.activeElement.closest('[data-testid=stMain]')")


def test_a_wide_table_scrolls_by_the_keyboard(visit, ready):
    _, unfold = ready
    page = visit("/fieldwork", {"width": 800, "height": 900})
    unfold(page)
    wide = "[...document.querySelectorAll('.ks-scroll')].find(one => one.scrollWidth > one.clientWidth + 40)"
    page.wait_for_function(f"window.ksWide = {wide}")
    page.evaluate("window.ksWide.focus()")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("window.ksWide.scrollLeft > 0")
