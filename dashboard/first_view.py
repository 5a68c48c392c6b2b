"""What a first visit needs: what the numbers are, how to read them, and where five questions are answered."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from dashboard import data, layout, parts, sentences
from dashboard.readings import goal_years
from dashboard.text import Text
from survey.release import Release

GOALS = "muc-tieu"  # place of the verdicts on the page of the province


@dataclass(frozen=True, slots=True)
class Question:
    """A question of an official and the page that answers it; `goal` when that page takes one."""

    name: str
    page: str
    goal: bool = False


QUESTIONS = (
    Question("districts", "districts", goal=True),
    Question("weakest", "fields"),
    Question("behind", "groups"),
    Question("sure", "quality"),
)


def show_purpose(text: Text, release: Release) -> None:
    """Say in one sentence what the numbers are and whom they cover."""
    facts = {
        "wave": sentences.wave_year(release),
        "base": text("base.age15plus"),
        "place": text.inside(data.province_name(release, text.language)),
    }
    st.html(parts.block("purpose", text("first.purpose", facts)))


def show_questions(text: Text, release: Release) -> None:
    """Lead to the answers of the five questions; the first stands further down on this page."""
    year = goal_years(release.verdicts)[0]
    level = data.divisions(release)[0].name(text.language)
    with st.container(horizontal=True, vertical_alignment="center", key="questions"):
        st.html(parts.inner_link(GOALS, text("first.met", {"year": year})), width="content")
        for question in QUESTIONS:
            label = text(f"first.{question.name}", {"level": level})
            layout.link(question.page, label, _address(question, year))


def show_reading(text: Text, release: Release) -> None:
    """Say how an interval and a verdict are read."""
    share = release.manifest["design"]["level"]
    facts = {"level": layout.level(text, release), "hits": text.count(100 * share)}
    pairs = [
        (text("first.interval_title"), text("first.interval", facts)),
        (text("first.verdict_title"), text("first.verdict")),
    ]
    st.html(parts.facts(pairs))


def _address(question: Question, year: int) -> Mapping[str, str]:
    return {"goal": str(year)} if question.goal else {}
