"""Lập kế hoạch: what a sample of a size could decide, district by district, and what it would cost."""

import streamlit as st

from dashboard import data, layout, parts, planning_view, planning_words, tables
from dashboard.planning_chart import chart_plan
from dashboard.planning_view import RELEASE, View
from dashboard.text import Text
from estimation.planning.plan import TOTAL
from survey import planning
from survey.indicators.definition import Goal
from survey.messages import Refusal
from survey.release import Release

LEGEND = (
    ("not_met", "planning.legend_not_met"),
    ("undecided", "planning.legend_undecided"),
    ("met", "planning.legend_met"),
    ("goal", "planning.legend_target"),
)


def main() -> None:
    """Write the page."""
    text = layout.reader_text()
    release = layout.page_release(text) if data.release_ids() else None
    show_title(text, release)
    goal = choose_goal(text, release)
    st.header(text("planning.assumptions"), anchor=False)
    st.html(parts.block("quiet", text("planning.assumptions_note")))
    told = planning_view.ask(text, release)
    try:
        view = planning_view.make(text, release, told, goal)
    except Refusal as refusal:
        st.html(parts.refusal(text("planning.refused"), refusal.sentence(text.language)))
        return
    show_answer(text, view)
    show_chart(text, view)
    show_table(text, view)


def show_title(text: Text, release: Release | None) -> None:
    """Open the page; what comes from a release carries its banners."""
    title = text("planning.title")
    if release is not None and planning_view.chosen_share(release) == RELEASE:
        layout.heading(text, title, release)
        return
    st.title(title, anchor=False)
    place = data.territory(release, text.language)[1]
    days = layout.edition_words(text, data.frame_division(release))
    edition = text("frame.edition", {"edition": days})
    st.html(parts.meta((place[TOTAL], edition), text("planning.state")))


def choose_goal(text: Text, release: Release | None) -> Goal:
    """Ask which goal the plan is held against."""
    goals = {str(goal.year): goal for goal in data.goals(release)}
    year = layout.choose(
        "goal",
        tuple(goals),
        label=text("goal.choose"),
        words=lambda one: text(
            "goal.short", {"year": one, "target": text.target(goals[one].op, goals[one].target)}
        ),
    )
    return goals[year]


def show_answer(text: Text, view: View) -> None:
    """Say in a sentence what the sample decides, warn where it decides little, and name the cost."""
    st.header(text("planning.answer"), anchor=False)
    st.html(parts.block("sentence", planning_words.answer(text, view)))
    if planning.mostly_undecided(view.plan, view.goal.target):
        st.html(parts.block("notice", planning_words.undecided(text, view)))
    if planning.has_few_areas(view.plan):
        st.html(parts.block("notice", planning_words.few_areas(text)))
    held = view.plan.assumptions
    names = {"best": text.count(view.costs.best_take(held.intraclass)), "take": text.count(held.take)}
    figures = ("areas", "interviews", "issued")
    boxes = [
        (text.count(view.whole[name]), text(f"planning.box_{name}"), text(f"planning.note_{name}"))
        for name in figures
    ]
    cost = (text.count(view.cost), text("planning.box_cost"), text("planning.note_cost", names))
    st.html(parts.counts([*boxes, cost]))


def show_chart(text: Text, view: View) -> None:
    """Draw which true shares would be decided."""
    target = text.target(view.goal.op, view.goal.target)
    st.header(text("planning.chart", {"target": target}), anchor=False)
    st.html(parts.block("quiet", planning_words.reading(text, view)))
    st.html(parts.legend(text, LEGEND))
    bands = [planning_view.band(text, view, row) for _, row in view.rows().iterrows()]
    rows = "; ".join(planning_words.chart_row(text, band) for band in bands)
    alt = text("planning.chart_alt", {"target": target, "rows": rows})
    layout.draw(chart_plan(text, bands, view.goal.target, alt))


def show_table(text: Text, view: View) -> None:
    """Write every figure, and offer them as a file."""
    st.header(text("planning.table"), anchor=False)
    caption = text("planning.table_caption", {"year": view.goal.year})
    st.html(tables.scroll_hint(text))
    rows = planning_view.table_rows(text, view)
    st.html(tables.html_table(caption, planning_view.table_columns(text), rows))
    st.html(parts.block("quiet", text("planning.table_note")))
    csv = tables.csv_bytes(planning.machine_rows(view.plan))
    st.download_button(text("districts.download"), csv, "plan.csv", "text/csv", on_click="ignore")


main()
