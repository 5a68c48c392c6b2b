"""The chapters of a report out of a release: goals, companions, fields, groups, quality."""

import math
from collections.abc import Sequence

from dashboard import sentences
from dashboard.chart_rows import Dot, chart_dots, chart_pairs, reading_said
from dashboard.charts import chart_counts, chart_goals
from dashboard.groups_words import group_lines
from dashboard.readings import (
    COMPANIONS,
    FIELD_COUNTS,
    FIELDS,
    HEADLINE,
    JUDGED,
    PROVINCE,
    Judgement,
    Measure,
    Reading,
    readings,
)
from dashboard.report.content import BOTH, COUNT, SHARE, SHEET, Heading, Section, Table
from dashboard.report.judging import goals_of, judged_lines, picture
from dashboard.report.naming import base_name, breakdown_name, division_of, indicator_name, unit_names
from dashboard.report.rows import Line, count, estimates_table, share, words
from dashboard.text import Text
from survey.release import Release

MEASURES = ("know", "skill")
OUTCOMES = ("issued", "I", "P", "R", "NC", "O", "UH", "NE")
MOST_DRAWN = 12  # units of a breakdown; longer ones stand in their table
ON_PAPER = ("issued", "I", "R", "NC", "RR1", "REF1", "CON1")
RATES = ("RR1", "RR3", "COOP1", "REF1", "CON1")


def province(text: Text, release: Release) -> Section:
    """Write the headline against its goals."""
    reading = readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE]
    goals = goals_of(release)
    error = (1 - release.manifest["design"]["level"]) / 2
    table = estimates_table(
        text, "goals", text("province.label"), titles=[text("column.unit")],
        lines=[Line((_place(text, release),), reading, tuple(goals))],
    )  # fmt: skip
    wave = sentences.wave_year(release)
    said = () if reading.hidden else (_gaps(text, goals), text("goal.error", {"share": text.percent(error)}))
    alt = sentences.goals_alt(text, reading, goals, wave)
    drawn = (
        ()
        if reading.hidden
        else (picture("goals", text("report.goals_chart"), chart_goals(text, reading, goals, alt)),)
    )
    return Section(text("province.title"), said, drawn, (table,))


def companions(text: Text, release: Release) -> Section:
    """Write what the same respondents give under other readings, and in how many fields people manage."""
    found = {measure: _at_province(release, measure) for measure in COMPANIONS}
    known = {measure: reading for measure, reading in found.items() if reading}
    dots = [
        Dot(text(f"indicator.{one.name}"), reading, strong=one is HEADLINE, judged=one is HEADLINE)
        for one, reading in known.items()
    ]
    alt = text("province.companions_alt", {"rows": sentences.rows_alt(text, dots)})
    lines = [
        Line((dot.name, base_name(text, one.base)), dot.reading) for one, dot in zip(known, dots, strict=True)
    ]
    table = estimates_table(
        text,
        "companions",
        text("province.table_caption"),
        titles=[text("column.indicator"), text("column.base")],
        lines=lines,
    )
    said = (text("province.companions_note"), text("province.companions_goals"), text("province.lower_bound"))
    drawn = picture("companions", text("province.companions"), chart_dots(text, dots, goals_of(release), alt))
    return Section(text("province.companions"), said, (drawn,), (table,))


def distribution(text: Text, release: Release) -> Section:
    """Write in how many fields people manage alone."""
    found = [(name, _at_province(release, Measure(name, name, HEADLINE.base))) for name in FIELD_COUNTS]
    bars = [(str(place), reading) for place, (_, reading) in enumerate(found) if reading]
    said = "; ".join(sentences.count_row(text, name, reading) for name, reading in bars)
    chart = chart_counts(text, bars, text("province.distribution_alt", {"rows": said}))
    table = estimates_table(
        text, "distribution", text("province.count_caption"), titles=[text("column.fields_count")],
        lines=[Line((name,), reading) for name, reading in bars],
    )  # fmt: skip
    title = text("province.distribution")
    return Section(
        title, (text("province.distribution_note"),), (picture("distribution", title, chart),), (table,)
    )


def fields(text: Text, release: Release) -> Section:
    """Write both measures of the six fields."""
    found = {
        (field, measure): reading
        for field in FIELDS
        for measure in MEASURES
        if (
            reading := _at_province(
                release, Measure(f"{measure}_{field}", f"{measure}_{field}", HEADLINE.base)
            )
        )
    }
    pairs = [
        (text(f"field.{one}"), found[one, "know"], found[one, "skill"])
        for one in FIELDS
        if (one, "skill") in found
    ]
    rows = "; ".join(
        text(
            "fields.row",
            {"field": name, "know": reading_said(text, know), "skill": reading_said(text, skill)},
        )
        for name, know, skill in pairs
    )
    place = text.inside(_place(text, release))
    chart = chart_pairs(text, pairs, text("fields.alt", {"place": place, "rows": rows}))
    lines = [
        Line((text(f"field.{field}"), text(f"fields.{measure}")), one)
        for (field, measure), one in found.items()
    ]
    table = estimates_table(
        text, "fields", text("fields.table_caption", {"place": place}),
        titles=[text("column.field"), text("column.measure")], lines=lines,
    )  # fmt: skip
    return Section(
        text("fields.title"),
        (text("fields.note"),),
        (picture("fields", text("fields.chart"), chart),),
        (table,),
    )


def groups(text: Text, release: Release) -> Section:
    """Write every other breakdown that the release holds."""
    breakdowns = [
        one
        for one in dict.fromkeys(release.estimates["breakdown"])
        if one != PROVINCE and not division_of(release, one)
    ]
    goals, dots, made = goals_of(release), list[Dot](), list[Table]()
    for breakdown in breakdowns:
        names = unit_names(text, release, breakdown)
        label = breakdown_name(text, release, breakdown)
        found = readings(release.estimates, HEADLINE, breakdown)
        if len(found) <= MOST_DRAWN:
            dots += [Dot(f"{label}: {names[unit]}", reading) for unit, reading in found.items()]
        lines = [
            line
            for measure in JUDGED.values()
            for line in judged_lines(text, release, measure, breakdown, names=names, led=True)
        ]
        titles = [text("column.indicator"), label]
        made.append(
            estimates_table(
                text, breakdown, text("report.by", {"name": label.lower()}), titles=titles, lines=lines
            )
        )
    alt = text("report.groups_alt", {"rows": sentences.rows_alt(text, dots)})
    drawn = picture("groups", text("report.groups_chart"), chart_dots(text, dots, goals, alt))
    said = group_lines(text, release, goals[0].year) or (text("report.groups_note"),)
    return Section(text("report.groups"), said, (drawn,) if dots else (), tuple(made))


def quality(text: Text, release: Release) -> Section:
    """Write the final results of the issued households, and what the weights are like."""
    raking = release.weights.get("raking", {})
    facts = {
        "interviews": text.count(release.manifest["data"]["interviews"]),
        "psu": text.count(release.manifest["design"]["psu_with_interviews"]),
        "sampled": text.count(release.manifest["design"]["psu_sampled"]),
        "kish": text.decimal(float(raking.get("kish_after", math.nan)), 2),
    }
    return Section(text("report.quality"), (text("report.weights", facts),), (), (_response(text, release),))


def all_estimates(text: Text, release: Release) -> Table:
    """Write every estimate of the release, for sheets only."""
    lines: list[Line] = []
    keys = release.estimates[["edition", "breakdown", "indicator", "base"]].drop_duplicates()
    for edition, breakdown, indicator, base in keys.itertuples(index=False):
        names = unit_names(text, release, breakdown, edition)
        said = (
            breakdown_name(text, release, breakdown),
            indicator_name(text, indicator, base),
            base_name(text, base),
        )
        found = readings(release.estimates, Measure(indicator, indicator, base), breakdown, edition=edition)
        lines += [
            Line((said[0], edition, names[unit], *said[1:]), reading) for unit, reading in found.items()
        ]
    titles = [
        text("report.breakdown"),
        text("report.edition"),
        text("column.unit"),
        text("column.indicator"),
        text("column.base"),
    ]
    return estimates_table(text, "all", text("report.all"), titles=titles, lines=lines)


def _response(text: Text, release: Release) -> Table:
    kinds = [kind for kind in OUTCOMES if kind in release.response]
    rates = [rate for rate in RATES if rate in release.response]
    headings = (
        Heading(text("column.unit")),
        *(Heading(text(f"report_outcome.{one}"), COUNT, _place_of(one)) for one in kinds),
        *(Heading(text(f"report_outcome.{one}"), SHARE, _place_of(one)) for one in rates),
    )
    rows = []
    named = {one: unit_names(text, release, one) for one in dict.fromkeys(release.response["breakdown"])}
    for row in release.response.to_dict("records"):
        name = named[row["breakdown"]].get(str(row["unit"])) or breakdown_name(
            text, release, row["breakdown"]
        )
        rows.append(
            (
                words(name),
                *(count(text, float(row[kind])) for kind in kinds),
                *(share(text, float(row[rate])) for rate in rates),
            )
        )
    return Table("response", text("report.response"), headings, tuple(rows), (text("report.response_note"),))


def _place_of(column: str) -> str:
    return BOTH if column in ON_PAPER else SHEET


def _gaps(text: Text, goals: Sequence[Judgement]) -> str:
    return " ".join(
        f"{text('goal.line', {'year': goal.year, 'target': text.target(goal.op, goal.target)})}: "
        f"{text(f'verdict.{goal.shown}').lower()}. "
        + text("goal.gap_below" if goal.gap < 0 else "goal.gap_above", {"points": text.points(goal.gap)})
        for goal in goals
    )


def _at_province(release: Release, measure: Measure) -> Reading | None:
    return readings(release.estimates, measure, PROVINCE).get(PROVINCE)


def _place(text: Text, release: Release) -> str:
    return unit_names(text, release, PROVINCE)[PROVINCE]
