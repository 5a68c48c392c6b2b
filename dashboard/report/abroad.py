"""The chapter about international levels: the same interviews counted as others count, and their figures."""

from collections.abc import Iterator
from dataclasses import replace

from dashboard import data, layout
from dashboard import international_view as view
from dashboard.chart_rows import chart_dots
from dashboard.readings import HEADLINE, PROVINCE, readings
from dashboard.report.content import Cell, Heading, Section, Table
from dashboard.report.judging import picture
from dashboard.report.rows import Line, estimates_table, words
from dashboard.tables import Row
from dashboard.text import Text
from survey.international import International
from survey.international_levels import Framework
from survey.release import Release


def chapter(text: Text, release: Release) -> Section | None:
    """Write every way to count under the headline; None for a release that does not hold them."""
    found = release.international
    if found is None:
        return None
    title = text("international.overview")
    dots = view.overview(text, release, found)
    chart = chart_dots(text, dots, [], view.dots_alt(text, dots, title))
    said = (
        view.lead(text, release, found),
        text("international.warning"),
        text("international.overview_note", {"level": layout.level(text, release)}),
        view.levels_version(text, found),
    )
    published = _published(text, release, found)
    return Section(
        text("international.title"),
        said,
        (picture("international", title, chart),),
        (_overview(text, release, found), *((published,) if published.rows else ())),
        (*(_levels(text, found, one) for one in found.levels.frameworks), _activities(text, found)),
    )


def _overview(text: Text, release: Release, found: International) -> Table:
    known = view.levels_readings(found)
    headline = readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE]
    lines = [Line((text(f"indicator.{HEADLINE.name}"), text(f"base.{HEADLINE.base}")), headline)]
    lines += [
        Line((one.short[text.language], view.base_words(text, found, base)), known[key])
        for one in found.levels.frameworks
        for base in one.bases
        if (key := (one.id, view.main_measure(one), base)) in known
    ]
    titles = [text("international.framework"), text("column.base")]
    caption = text("international.overview")
    return estimates_table(text, "international", caption, titles=titles, lines=lines)


def _levels(text: Text, found: International, framework: Framework) -> Table:
    """Write every estimate of a framework, with its source, its rule, and what is to be known of it."""
    language = text.language
    lines = [
        Line((view.measure_name(text, measure), view.base_words(text, found, base)), reading)
        for (name, measure, base), reading in view.levels_readings(found).items()
        if name == framework.id
    ]
    table = estimates_table(
        text, framework.id, framework.label[language],
        titles=[text("column.indicator"), text("column.base")], lines=lines,
    )  # fmt: skip
    rule = (view.rule_words(text, framework.areas),) if framework.areas else ()
    source = text("report_chapter.source", {"source": framework.source[language]})
    caveats = (one[language] for one in framework.caveats)
    return replace(table, notes=(*table.notes, source, *rule, *caveats))


def _published(text: Text, release: Release, found: International) -> Table:
    """Set the figures of others below our own, framework by framework."""
    place = data.province_name(release, text.language)
    headings, rows = list[Heading](), list[tuple[Cell, ...]]()
    for framework in found.levels.frameworks:
        if not framework.published:
            continue
        columns, told = view.published_table(text, release, found, framework=framework, place=place)
        headings = [Heading(text("international.framework")), *(Heading(one.title) for one in columns)]
        rows += _named(framework.short[text.language], told)
    notes = (text("international.published_note"),)
    caption = text("international.published_caption")
    return Table("published_elsewhere", caption, tuple(headings), tuple(rows), notes)


def _activities(text: Text, found: International) -> Table:
    headings, rows = list[Heading](), list[tuple[Cell, ...]]()
    for framework in found.levels.frameworks:
        columns, told = view.activity_table(text, framework)
        headings = [Heading(text("international.framework")), *(Heading(one.title) for one in columns)]
        rows += _named(framework.short[text.language], told)
    caption = text("international.activities_caption")
    return Table("activities", caption, tuple(headings), tuple(rows))


def _named(name: str, rows: list[Row]) -> Iterator[tuple[Cell, ...]]:
    """Lead the rows of a page by the name of their framework."""
    return (tuple(words(one) for one in (name, row.name, *row.cells)) for row in rows)
