"""The chapters about districts and communes: one a division, each unit against both goals."""

from collections.abc import Iterator, Sequence

from dashboard import data, layout, sentences
from dashboard.chart_rows import Dot, chart_dots
from dashboard.charts import Tile, chart_tiles
from dashboard.readings import HEADLINE, JUDGED, Judgement, Measure, Reading, readings
from dashboard.report.content import Picture, Section, Table
from dashboard.report.judging import goals_of, judged_by_goal, judged_lines, picture
from dashboard.report.naming import unit_names
from dashboard.report.rows import estimates_table
from dashboard.text import Text
from survey.release import Release

MOST_HIDDEN = 11  # more units without a number would bury those that have one


def chapters(text: Text, release: Release) -> Iterator[Section]:
    """Write a chapter for every division that the release has estimates of, that of the frame first."""
    for number, division in enumerate(data.divisions(release)):
        yield _chapter(text, release, division, tag="" if number == 0 else f"{division.edition[:4]}_")


def _chapter(text: Text, release: Release, division: data.Division, *, tag: str) -> Section:
    level, edition = division.level, division.edition
    names = unit_names(text, release, level, edition)
    found = readings(release.estimates, HEADLINE, level, edition=edition)
    # Where most units have no number, one table is enough on paper; the workbook holds every estimate.
    measures = (HEADLINE,) if tag else tuple(JUDGED.values())
    made = [_table(text, release, measure, division, names=names, tag=tag) for measure in measures]
    name = division.name(text.language)
    words = layout.edition_words(text, division)
    title = f"{text('districts.title', {'level': name[:1].upper() + name[1:]})} ({words})"
    return Section(
        title,
        tuple(_words(text, release, division, list(found.values()))),
        tuple(_pictures(text, release, division, found, names=names, tag=tag)),
        tuple(table for table in made if table.rows),
    )


def _words(text: Text, release: Release, division: data.Division, found: Sequence[Reading]) -> Iterator[str]:
    own = data.divisions(release)[0]
    if division.edition != own.edition:
        facts = {"edition": layout.edition_words(text, division), "own": layout.edition_words(text, own)}
        yield text("districts.recoded", facts)
    if any(reading.apportioned for reading in found):
        yield text("districts.apportioned")
    sizes = [reading.n for reading in found]
    family = sum(not reading.apportioned for reading in found)
    low, high = text.count(min(sizes, default=0)), text.count(max(sizes, default=0))
    yield text("districts.why", {"low": low, "high": high, "count": family})
    yield text("districts.order")
    yield text("report.legend")


def _table(
    text: Text,
    release: Release,
    measure: Measure,
    division: data.Division,
    *,
    names: dict[str, str],
    tag: str,
) -> Table:
    level = division.level
    lines = judged_lines(text, release, measure, level, names=names, edition=division.edition)
    facts = {"indicator": text(f"indicator.{measure.name}"), "level": division.name(text.language)}
    caption = text("report.units_table", facts)
    return estimates_table(
        text, f"{level}_{tag}{measure.name}", caption, titles=[text("column.unit")], lines=lines
    )


def _pictures(
    text: Text,
    release: Release,
    division: data.Division,
    found: dict[str, Reading],
    *,
    names: dict[str, str],
    tag: str,
) -> Iterator[Picture]:
    """Draw the units by estimate, and a map of tiles for each goal; unpublished ones come last, if few."""
    places = data.units(release, division, text.language)
    by_goal = judged_by_goal(release, HEADLINE, division.level, division.edition)
    for number, (goal, judged) in enumerate(zip(goals_of(release), by_goal, strict=True)):
        dots = {unit: Dot(names[unit], one, _shown(one, judged[unit])) for unit, one in found.items()}
        shown = sorted(
            (dot for dot in dots.values() if not dot.reading.hidden), key=lambda dot: -dot.reading.estimate
        )
        hidden = [dot for dot in dots.values() if dot.reading.hidden]
        ordered = [*shown, *(hidden if len(hidden) <= MOST_HIDDEN else [])]
        if number == 0 and shown:
            yield _dots(
                text, release, division, ordered=ordered, goal=goal, name=f"{division.level}_{tag}dots"
            )
        tiles = [
            Tile(one.short, one.row, one.column, dots[code])
            for code, one in places.items()
            if code in dots and one.row is not None and one.column is not None
        ]
        if tiles:
            alt = _alt(
                text, release, division, goal=goal, key="districts.map_alt", dots=[tile.dot for tile in tiles]
            )
            title = text("districts.map", {"year": goal.year})
            yield picture(f"{division.level}_{tag}map_{goal.year}", title, chart_tiles(text, tiles, alt))


def _dots(
    text: Text,
    release: Release,
    division: data.Division,
    *,
    ordered: Sequence[Dot],
    goal: Judgement,
    name: str,
) -> Picture:
    facts = {
        "indicator": text(f"indicator.{HEADLINE.name}"),
        "year": goal.year,
        "level": division.name(text.language),
    }
    alt = _alt(text, release, division, goal=goal, key="districts.chart_alt", dots=ordered)
    chart = chart_dots(text, ordered, goals_of(release), alt)
    return picture(name, text("report.units_chart", facts), chart)


def _alt(
    text: Text, release: Release, division: data.Division, *, goal: Judgement, key: str, dots: Sequence[Dot]
) -> str:
    facts = {
        "indicator": text(f"indicator.{HEADLINE.name}"),
        "goal": sentences.goal_name(text, goal, sentences.wave_year(release), inside=True),
        "rows": sentences.rows_alt(text, dots),
        "level": division.name(text.language),
    }
    return text(key, facts)


def _shown(reading: Reading, judgement: Judgement) -> str:
    if reading.hidden:
        return "none"
    return "apportioned" if reading.apportioned else judgement.shown
