"""Xu thế: the waves with their intervals, what changed, and the pace seen beside the pace needed."""

import streamlit as st

from dashboard import access, data, layout, parts, sentences, tables, trend_view
from dashboard.readings import HEADLINE, JUDGED, PROVINCE, Measure, goal_years, judgements
from dashboard.report.naming import breakdown_name, unit_names
from dashboard.text import Text
from dashboard.trend_chart import chart_trend
from survey.messages import Refusal
from survey.release import Release
from survey.trend import Trend, declared

LEGEND = (
    ("report", "trend.legend_wave"),
    ("interval", "legend.interval"),
    ("given", "trend.legend_goal"),
    ("review", "trend.legend_needed"),
)
# Why there is no change -> what those who prepare releases can do about it.
REMEDIES = {
    "trend.alone": "trend.alone_how",
    "trend.undeclared": "trend.undeclared_how",
    "trend.no_earlier": "trend.no_earlier_how",
}
CARRIED = ("projection", "trend.legend_carried")
DIRECTIONS = tuple((trend_view.SHAPES[one], f"direction.{one}") for one in trend_view.SHAPES)


def main() -> None:
    """Write the page."""
    text = layout.reader_text()
    release = layout.page_release(text)
    layout.heading(text, text("trend.title"), release)
    name = layout.choose(
        "indicator",
        tuple(JUDGED),
        label=text("indicator.choose"),
        words=lambda one: text(f"indicator.{one}_choice"),
    )
    measure = JUDGED[name]
    earlier = data.earlier_releases(release)
    found = followed(text, release, earlier)
    show_waves(text, (*earlier.values(), release), measure, found)
    if found:
        show_changes(text, release, found)
        show_units(text, release, earlier[found.change.waves[0]], measure)
    layout.footer(text, release)


def followed(text: Text, release: Release, earlier: dict[str, Release]) -> Trend | None:
    """Return the change from the wave that this one follows; say why where there is none."""
    follows = declared(release)
    wave = str(release.manifest["wave"])
    if follows is None:
        key = "trend.undeclared" if earlier else "trend.alone"
        show_absent(text, key, {"wave": wave})
        return None
    if follows.wave not in earlier:
        show_absent(text, "trend.no_earlier", {"wave": wave, "before": follows.wave})
        return None
    try:
        return data.trend_between(earlier[follows.wave], release, follows, PROVINCE)
    except Refusal as refusal:
        st.html(parts.refusal(text("trend.refused"), refusal.sentence(text.language)))
        return None


def show_absent(text: Text, key: str, facts: dict[str, str]) -> None:
    """Say why there is no change; what to do about it is for those who prepare releases."""
    st.html(parts.block("notice", text(key, facts)))
    how = REMEDIES[key] if access.may("drafts") else "trend.wait"
    st.html(parts.block("quiet", text(how, facts)))


def show_waves(text: Text, releases: tuple[Release, ...], measure: Measure, found: Trend | None) -> None:
    """Draw the waves against the goals, with the sentence to quote, and the table of all of them."""
    release = releases[-1]
    points = trend_view.points_of(releases, measure)
    if not points or points[-1].wave != str(release.manifest["wave"]):
        st.html(parts.block("notice", text("trend.hidden")))
        return
    goals = [
        judgements(release.verdicts, measure, PROVINCE, year)[PROVINCE]
        for year in goal_years(release.verdicts)
    ]
    pace = trend_view.pace_of(found, measure, goals[-1].year)
    st.html(parts.block("sentence", trend_view.lead(text, release, measure, found)))
    carried = None if pace is None else trend_view.carried_of(pace)
    wave = sentences.wave_year(release)
    judged = (
        parts.verdict_card(text, points[-1].reading, goal, sentences.goal_name(text, goal, wave))
        for goal in goals
    )
    st.html(parts.cards(tuple(judged)))
    for line in trend_view.pace_lines(text, release, points[-1].reading, pace):
        st.html(parts.block("plain", line))
    labels = ("trend.label", "trend.label_carried") if carried else ("trend.label",)
    st.html(parts.block("quiet", " ".join(text(one) for one in labels)))
    if measure is not HEADLINE:
        st.html(parts.block("quiet", text("goal.reference")))
    st.html(parts.legend(text, (*LEGEND, CARRIED) if carried else LEGEND))
    alt = trend_view.alt(text, points, goals, carried)
    layout.draw(chart_trend(text, points, goals, carried=carried, alt=alt))
    with st.expander(text("trend.waves")):
        caption = text("trend.waves_caption", {"indicator": text(f"indicator.{measure.name}")})
        rows = trend_view.wave_rows(text, releases, measure)
        st.html(tables.html_table(caption, trend_view.wave_columns(text), rows))


def show_changes(text: Text, release: Release, found: Trend) -> None:
    """Write what changed for the headline and its companions, and how the samples hang together."""
    st.header(text("trend.changes"), anchor=False)
    first, last, both = (text.count(count) for count in found.change.areas)
    waves = found.change.waves
    facts = {"from": waves[0], "to": waves[1], "first": first, "last": last, "both": both}
    overlap = text(f"overlap.{found.change.overlap}")
    st.html(parts.block("quiet", text("trend.overlap", {**facts, "overlap": overlap})))
    st.html(parts.legend(text, DIRECTIONS))
    level = layout.level(text, release)
    columns = trend_view.change_columns(text, waves, text("column.indicator"))
    caption = text("trend.changes_caption", {"from": waves[0], "to": waves[1], "level": level})
    st.html(tables.html_table(caption, columns, trend_view.measure_rows(text, found), cards=True))
    st.html(parts.block("quiet", text("trend.error", {"level": level})))


def show_units(text: Text, release: Release, earlier: Release, measure: Measure) -> None:
    """Write what changed by the units of a breakdown, each with its interval, corrected for their number."""
    st.header(text("trend.units"), anchor=False)
    choices = tuple(one for one in release.comparable if one != PROVINCE)
    by = layout.choose(
        "by",
        choices,
        label=text("trend.breakdown"),
        words=lambda one: breakdown_name(text, release, one),
    )
    try:
        found = data.trend_between(earlier, release, declared(release), by)
    except Refusal as refusal:
        st.html(parts.refusal(text("trend.refused"), refusal.sentence(text.language)))
        return
    names = unit_names(text, release, by)
    columns = trend_view.change_columns(text, found.change.waves, text("column.unit"))
    caption = text("trend.units_caption", {"indicator": text(f"indicator.{measure.name}")})
    rows = trend_view.unit_rows(text, found, measure, names)
    st.html(tables.html_table(caption, columns, rows, cards=True))
    st.html(parts.block("quiet", text("trend.units_note")))


main()
