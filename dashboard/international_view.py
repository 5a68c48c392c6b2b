"""What international levels become on their page: readings, rows of charts and tables, sentences."""

from collections.abc import Iterator, Sequence

import pandas as pd

from dashboard import data, layout, sentences, tables
from dashboard.chart_rows import Dot
from dashboard.kept import kept
from dashboard.numbers import ABSENT
from dashboard.readings import HEADLINE, PROVINCE, Reading, reading_from, readings
from dashboard.tables import NOTE, NUMBER, WORD, Column, Row
from dashboard.text import Text
from survey.international import AT_LEAST_BASIC, RUNGS, SHARE, International
from survey.international_levels import AREAS, Activity, Area, Framework
from survey.release import Release

LEADING = "eurostat_dsi2"
Key = tuple[str, str, str]  # framework, measure, base


def levels_readings(found: International) -> dict[Key, Reading]:
    """Return every estimate of the international levels by framework, measure and base."""
    return kept(found.table, "readings", lambda: _readings(found.table))


def _readings(table: pd.DataFrame) -> dict[Key, Reading]:
    rows = table.to_dict("records")
    return {(row["framework"], row["measure"], row["base"]): reading_from(row) for row in rows}


def lead(text: Text, release: Release, found: International) -> str:
    """Say the level of the European Union in one sentence: it has a goal of the same shape."""
    framework = next(one for one in found.levels.frameworks if one.id == LEADING)
    base = framework.bases[0]
    reading = levels_readings(found)[LEADING, AT_LEAST_BASIC, base]
    if reading.hidden:
        return text("international.sentence_hidden")
    facts = {
        "wave": sentences.wave_year(release),
        "estimate": text.percent(reading.estimate),
        "level": layout.level(text, release),
        "range": text.range(reading.low, reading.high),
        "base": base_words(text, found, base),
        "place": text.inside(data.province_name(release, text.language)),
        "n": text.count(reading.n),
    }
    return text("international.sentence", facts)


def levels_version(text: Text, found: International) -> str:
    """Say which version of the declared levels the release was computed with."""
    about = found.levels.about()
    status = text(f"definition.status_{about['status']}", {"document": ""})
    return text("international.version", {**about, "status": status})


def dots_alt(text: Text, dots: Sequence[Dot], title: str) -> str:
    """Say in words what a chart of rows without goals draws."""
    return text("international.alt", {"title": title, "rows": sentences.rows_alt(text, dots)})


def main_measure(framework: Framework) -> str:
    """Return the one measure that stands for a framework."""
    return SHARE if framework.rule is not None else AT_LEAST_BASIC


def overview(text: Text, release: Release, found: International) -> list[Dot]:
    """Make one row a framework and base, under the headline of the same respondents; in no order of size."""
    known = levels_readings(found)
    headline = readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE]
    rows = [
        dot(
            text,
            f"{one.short[text.language]}, {found.levels.populations[base].short[text.language]}",
            known[key],
        )
        for one in found.levels.frameworks
        for base in one.bases
        if (key := (one.id, main_measure(one), base)) in known
    ]
    return [dot(text, text("international.headline"), headline, strong=True), *rows]


def dot(text: Text, name: str, reading: Reading, *, strong: bool = False) -> Dot:
    """Make one row of a chart; no goal and no verdict belongs to it."""
    cells = tables.estimate_cells(text, reading)
    tips = (
        (text("column.indicator"), name),
        (text("column.estimate"), cells[0]),
        (text("column.interval"), cells[1]),
        (text("column.n"), text.count(reading.n)),
        (text("column.quality"), tables.quality_words(text, reading)),
    )
    return Dot(name, reading, tips=tips, strong=strong, judged=False)


def base_words(text: Text, found: International, base: str) -> str:
    """Say of whom a share is."""
    return found.levels.populations[base].words[text.language]


def measure_name(text: Text, measure: str) -> str:
    """Name a measure."""
    area, _, level = measure.rpartition("_")
    if area in AREAS:
        field, reached = text(f"international.area_{area}"), text(f"international.level_{level}")
        return f"{field}: {reached.lower()}"
    return text(f"international.measure_{measure}")


def area_dots(text: Text, found: International, framework: Framework) -> list[Dot]:
    """Make one row an area: at least basic, on the usual base."""
    known = levels_readings(found)
    return [
        dot(
            text,
            text(f"international.area_{area.id}"),
            known[framework.id, f"{area.id}_basic", framework.bases[0]],
        )
        for area in framework.areas
    ]


def rung_dots(text: Text, found: International, framework: Framework) -> list[Dot]:
    """Make one row an overall level, from the highest, on the usual base."""
    known, base = levels_readings(found), framework.bases[0]
    return [
        dot(text, text(f"international.measure_{rung}"), known[key])
        for rung in RUNGS
        if (key := (framework.id, rung, base)) in known
    ]


def level_table(
    text: Text, found: International, framework: Framework
) -> tuple[tuple[Column, ...], list[Row]]:
    """Write every estimate of a framework."""
    columns = (
        Column(text("column.indicator")),
        Column(text("column.base"), NOTE),
        *tables.estimate_columns(text),
    )
    rows = [
        Row(
            measure_name(text, measure),
            (base_words(text, found, base), *tables.estimate_cells(text, reading)),
            strong=measure == main_measure(framework),
        )
        for (name, measure, base), reading in levels_readings(found).items()
        if name == framework.id
    ]
    return columns, rows


def notes(text: Text, found: International, framework: Framework) -> list[tuple[str, Reading]]:
    """Name the estimates of a framework for the notes below their table."""
    return [
        (f"{measure_name(text, measure)} ({base_words(text, found, base)})", reading)
        for (name, measure, base), reading in levels_readings(found).items()
        if name == framework.id
    ]


def published_table(
    text: Text, release: Release, found: International, *, framework: Framework, place: str
) -> tuple[tuple[Column, ...], list[Row]]:
    """Set what others published beside our own number, ours first, the others as the file lists them."""
    columns = (
        Column(text("international.place")),
        Column(text("international.year"), WORD),
        Column(text("column.estimate"), NUMBER),
        Column(text("international.of"), WORD),
        Column(text("international.source"), WORD),
        Column(text("international.differs"), NOTE),
    )
    language, base = text.language, framework.bases[0]
    reading = levels_readings(found)[framework.id, main_measure(framework), base]
    numbers = {"estimate": text.percent(reading.estimate), "range": text.range(reading.low, reading.high)}
    own = text("verdict.none") if reading.hidden else text("number.labelled", numbers)
    ours = (
        str(release.manifest["wave"]),
        own,
        base_words(text, found, base),
        text("international.ours"),
        ABSENT,
    )
    rows = [Row(place, ours, strong=True)]
    rows += [
        Row(
            one.place[language],
            (one.year, one.value[language], one.of[language], one.source[language], one.differs[language]),
        )
        for one in framework.published
    ]
    return columns, rows


def activity_table(text: Text, framework: Framework) -> tuple[tuple[Column, ...], list[Row]]:
    """Write which activities a framework counts, and by which question of the form, or that none asks it."""
    columns = (
        Column(text("international.activity")),
        Column(text("international.area"), WORD),
        Column(text("international.question"), WORD),
    )
    return columns, list(_activity_rows(text, framework))


def rule_words(text: Text, areas: Sequence[Area]) -> str:
    """Say how many activities make a level, area by area."""
    steps = "; ".join(
        text("international.rule_area", {"area": text(f"international.area_{one.id}"), "above": one.above})
        for one in areas
    )
    return text("international.rule", {"steps": steps})


def _activity_rows(text: Text, framework: Framework) -> Iterator[Row]:
    for area in framework.areas:
        for one in area.activities:
            yield Row(one.words[text.language], (text(f"international.area_{area.id}"), _question(text, one)))
    for one in (*framework.asked, *framework.not_asked):
        yield Row(one.words[text.language], (ABSENT, _question(text, one)))


def _question(text: Text, activity: Activity) -> str:
    if not activity.question:
        return text("international.not_asked")
    facts = {"question": activity.question, "codes": ", ".join(activity.codes)}
    return text("international.asked", facts)
