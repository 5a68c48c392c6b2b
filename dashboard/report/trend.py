"""The chapter about trends: what changed since the wave before, the pace needed, and where the pace leads."""

import pandas as pd

from dashboard import data, layout, trend_view
from dashboard.readings import HEADLINE, PROVINCE, Judgement, Reading
from dashboard.report.content import (
    COUNT,
    DECIMAL,
    HIDDEN,
    PAPER,
    SHARE,
    SHEET,
    Cell,
    Heading,
    Picture,
    Section,
    Table,
)
from dashboard.report.judging import goals_of, picture
from dashboard.report.naming import breakdown_name, unit_names
from dashboard.report.rows import count, share, words
from dashboard.text import Text
from dashboard.trend_chart import chart_trend
from survey.messages import Refusal
from survey.release import Release
from survey.trend import Trend, declared


def chapter(text: Text, release: Release, earlier: Release | None) -> Section:
    """Write the trend of the headline; without a wave before, one sentence and the pace needed.

    Parameters
    ----------
    text : Text
    release : Release
    earlier : Release or None
        Of the wave before, as far as it may be told.
    """
    title, reading = text("trend.title"), trend_view.reading_of(release, HEADLINE)
    if reading is None or reading.hidden:
        return Section(title, (text("trend.hidden"),))
    found = followed(release, earlier, PROVINCE)
    if earlier is None or found is None:
        return Section(title, (alone(text, release, earlier), *_pace(text, release, reading, None)))
    goals = goals_of(release)
    pace = trend_view.pace_of(found, HEADLINE, goals[-1].year)
    by_units, refused = _by_units(text, release, earlier)
    said = (
        trend_view.lead(text, release, HEADLINE, found),
        *_pace(text, release, reading, pace),
        overlap_words(text, found),
        *((text("report_chapter.trend_refused_by", {"names": refused}),) if refused else ()),
    )
    level = {"level": layout.level(text, release)}
    facts = {**level, **dict(zip(("from", "to"), found.change.waves, strict=True))}
    rows = [(text(f"indicator.{measure.name}"), row) for measure, row in trend_view.measure_moves(found)]
    changes = _table(
        text, found, "trend", text("trend.changes_caption", facts),
        first=text("column.indicator"), rows=rows, note=text("trend.error", level),
    )  # fmt: skip
    drawn = _picture(text, (earlier, release), goals, pace)
    own = data.divisions(release)[0].level
    return Section(
        title,
        said,
        (drawn,),
        (changes, *(table for by, table in by_units if by == own)),
        tuple(table for by, table in by_units if by != own),
    )


def followed(release: Release, earlier: Release | None, by: str) -> Trend | None:
    """Return the change from the wave before; None where there is none, or the two cannot be compared."""
    follows = declared(release)
    if earlier is None or follows is None:
        return None
    try:
        return data.trend_between(earlier, release, follows, by)
    except Refusal:
        return None


def alone(text: Text, release: Release, earlier: Release | None) -> str:
    """Say in one sentence why no change is told."""
    follows = declared(release)
    facts = {"wave": release.manifest["wave"], "before": follows.wave if follows else ""}
    if follows is None:
        return text("report_chapter.trend_undeclared", facts)
    return text(
        "report_chapter.trend_no_earlier" if earlier is None else "report_chapter.trend_refused", facts
    )


def overlap_words(text: Text, found: Trend) -> str:
    """Say how the samples of the two waves hang together."""
    first, last, both = (text.count(areas) for areas in found.change.areas)
    waves = dict(zip(("from", "to"), found.change.waves, strict=True))
    overlap = text(f"overlap.{found.change.overlap}")
    return text("trend.overlap", {**waves, "first": first, "last": last, "both": both, "overlap": overlap})


def _pace(text: Text, release: Release, reading: Reading, pace: pd.Series | None) -> tuple[str, ...]:
    """Say the pace needed, and the pace seen with its projection, each with what it is not."""
    lines = trend_view.pace_lines(text, release, reading, pace)
    carried = None if pace is None else trend_view.carried_of(pace)
    labels = (("trend.label",) if lines else ()) + (("trend.label_carried",) if carried else ())
    return (*lines, *((" ".join(text(one) for one in labels),) if labels else ()))


def _picture(
    text: Text, releases: tuple[Release, Release], goals: list[Judgement], pace: pd.Series | None
) -> Picture:
    points = trend_view.points_of(releases, HEADLINE)
    carried = None if pace is None else trend_view.carried_of(pace)
    alt = trend_view.alt(text, points, goals, carried)
    chart = chart_trend(text, points, goals, carried=carried, alt=alt)
    key = "report_chapter.trend_chart_carried" if carried else "report_chapter.trend_chart"
    return picture("trend", text(key), chart)


def _by_units(text: Text, release: Release, earlier: Release) -> tuple[list[tuple[str, Table]], str]:
    """Write the changes of the headline by every breakdown that can be compared; name the others."""
    made, refused = list[tuple[str, Table]](), list[str]()
    for by in release.comparable:
        if by == PROVINCE:
            continue
        name = breakdown_name(text, release, by)
        found = followed(release, earlier, by)
        if found is None:
            refused.append(name.lower())
            continue
        facts = {"indicator": text(f"indicator.{HEADLINE.name}"), "name": name.lower()}
        names = unit_names(text, release, by)
        rows = [(names.get(row["unit"], row["unit"]), row) for row in trend_view.unit_moves(found, HEADLINE)]
        table = _table(
            text, found, f"trend_{by}", text("report_chapter.trend_by", facts),
            first=text("column.unit"), rows=rows, note=text("trend.units_note"),
        )  # fmt: skip
        made.append((by, table))
    return made, ", ".join(refused)


def _table(
    text: Text,
    found: Trend,
    name: str,
    caption: str,
    *,
    first: str,
    rows: list[tuple[str, pd.Series]],
    note: str,
) -> Table:
    """Write changes as the page writes them, with their numbers for sheets."""
    waves = found.change.waves
    title, one, last, sizes, change, interval, direction, quality = (
        column.title for column in trend_view.change_columns(text, waves, first)
    )
    headings = (
        Heading(title),
        Heading(one, SHARE),
        Heading(last, SHARE),
        Heading(sizes, where=PAPER),
        *(Heading(text("report_chapter.trend_n", {"wave": wave}), COUNT, SHEET) for wave in waves),
        Heading(change, DECIMAL),
        Heading(interval, where=PAPER),
        Heading(text("report_chapter.trend_low"), DECIMAL, SHEET),
        Heading(text("report_chapter.trend_high"), DECIMAL, SHEET),
        Heading(direction),
        Heading(quality),
    )
    return Table(name, caption, headings, tuple(_cells(text, *one) for one in rows), (note,))


def _cells(text: Text, name: str, row: pd.Series) -> tuple[Cell, ...]:
    _, _, sizes, change, interval, direction, quality = trend_view.change_row(text, name, row).cells
    hidden = row["direction"] == "none"
    return (
        words(name),
        *(HIDDEN if hidden else share(text, row[side]) for side in ("estimate_from", "estimate_to")),
        words(sizes),
        *(count(text, row[side]) for side in ("n_from", "n_to")),
        HIDDEN if hidden else Cell(change, 100 * row["estimate"]),
        words(interval),
        *(HIDDEN if hidden else _points(text, row[side]) for side in ("ci_low", "ci_high")),
        words(direction),
        words(quality),
    )


def _points(text: Text, difference: float) -> Cell:
    return Cell(trend_view.signed(text, difference), 100 * difference)
