"""The chapter about weights: what each step did to them, to the headline, and to its precision."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard import data, layout, sentences, weights_view
from dashboard.numbers import ABSENT
from dashboard.report.content import (
    COUNT,
    DECIMAL,
    FINE,
    FINE_SHARE,
    PAPER,
    SHEET,
    Cell,
    Heading,
    Picture,
    Section,
    Table,
)
from dashboard.report.judging import picture
from dashboard.report.rows import words
from dashboard.text import Text
from dashboard.weights_chart import chart_steps, chart_weights
from survey.release import Release
from survey.weighting_report import WeightingReport
from survey.weighting_words import HIDDEN as HIDDEN_QUALITY
from survey.weighting_words import OF_HEADLINE, SHOWN, Finished
from survey.weighting_words import sentences as summed_up

ON_PAPER = ("headline", "steps", "choices")
IN_SHEETS = ("households", "margins")  # the table of what was merged names areas and households
PERCENT = 100


@dataclass(frozen=True, slots=True)
class Number:
    """The number behind a column of the report: of which name in its frame, what kind, times what."""

    source: str
    kind: str
    times: float = 1


# Column of a finished table -> its number; one that is not here is words.
NUMBERS: Mapping[str, Number] = {
    "estimate": Number("estimate", FINE_SHARE),
    "se": Number("se", DECIMAL, PERCENT),
    "moved": Number("moved", DECIMAL, PERCENT),
    "difference": Number("difference", DECIMAL, PERCENT),
    "cost": Number("cost", FINE_SHARE),
    "count": Number("households", COUNT),
    **{name: Number(name, DECIMAL) for name in ("deff", "spread")},
    **{name: Number(name, FINE) for name in ("kish", "se_ratio", "factor")},
    **{name: Number(name, COUNT) for name in ("sum", "min", "median", "max")},
    **{name: Number(name, COUNT) for name in ("weighted", "target", "before", "after")},
}
COUNTED = {"steps": "n", "margins": "interviews"}  # table -> name of its column of interviews
# Words of two numbers on paper -> the numbers that stand for them in sheets, and their titles.
PARTS: Mapping[str, tuple[tuple[str, Number], ...]] = {
    "interval": (
        ("report.low", Number("ci_low", FINE_SHARE)),
        ("report.high", Number("ci_high", FINE_SHARE)),
    ),
    "factors": (
        ("report_chapter.factor_min", Number("factor_min", FINE)),
        ("report_chapter.factor_max", Number("factor_max", FINE)),
    ),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the chapter, made of the column `name` of the page; without a number it holds words."""

    name: str
    heading: Heading
    number: Number | None = None

    def value(self, row: Mapping[Any, Any]) -> float | None:
        """Return the number of a row for sheets, if it is there."""
        found = math.nan if self.number is None else float(row[self.number.source])
        return found * self.number.times if self.number and math.isfinite(found) else None


def chapter(text: Text, release: Release) -> Section | None:
    """Write the steps of the weighting; None for a release from before they were kept."""
    report = release.weighting
    if report is None:
        return None
    places = data.units(release, data.divisions(release)[0], text.language)
    made = weights_view.report_tables(text, report, {code: one.name for code, one in places.items()})
    tables = {one.name: _table(text, report, one) for one in made if one.name in (*ON_PAPER, *IN_SHEETS)}
    return Section(
        text("weights.title"),
        _words(text, release, report),
        _pictures(text, report),
        tuple(tables[name] for name in ON_PAPER if name in tables),
        tuple(tables[name] for name in IN_SHEETS if name in tables),
    )


def _words(text: Text, release: Release, report: WeightingReport) -> tuple[str, ...]:
    return (
        text("weights.lead"),
        *summed_up(report.frames(), text.language),
        *((text("weights.hidden"),) if _hidden(text, report) else ()),
        *weights_view.merged_words(text, report),
        text("weights.headline_note", {"level": layout.level(text, release)}),
        text("weights.tables_note"),
    )


def _pictures(text: Text, report: WeightingReport) -> tuple[Picture, ...]:
    bins, dots = weights_view.published_bins(report), weights_view.headline_dots(text, report)
    median = float(report.steps["median"].iloc[-1])
    spread = text("weights.spread_alt", {"rows": weights_view.bins_said(text, bins)})
    drawn = picture(
        "weights", text("report_chapter.weights_chart"), chart_weights(text, bins, median, spread)
    )
    if not dots or _hidden(text, report):
        return (drawn,)
    alt = text("weights.headline_alt", {"rows": sentences.rows_alt(text, dots)})
    return (picture("weighting", text("weights.headline"), chart_steps(text, dots, alt)), drawn)


def _hidden(text: Text, report: WeightingReport) -> bool:
    return any(dot.reading.hidden for dot in weights_view.headline_dots(text, report))


def _table(text: Text, report: WeightingReport, made: Finished) -> Table:
    """Write a table as the page writes it, with its numbers for sheets."""
    frame = report.frames()[made.name].to_dict("records")
    names = SHOWN[made.name]
    columns = [_columns(text, made.name, *one) for one in zip(names, made.heads[1:], strict=True)]
    headings = (Heading(made.heads[0]), *(one.heading for group in columns for one in group))
    rows = tuple(
        (words(shown[0]), *_cells(columns, shown[1:], row))
        for shown, row in zip(made.rows, frame, strict=True)
    )
    return Table(f"weights_{made.name}", made.title, headings, rows)


def _columns(text: Text, table: str, name: str, head: str) -> tuple[Column, ...]:
    """Split a column of the page into that on paper and those in sheets, where they differ."""
    if name in PARTS:
        parts = (
            Column(name, Heading(text(title), number.kind, SHEET), number) for title, number in PARTS[name]
        )
        return (Column(name, Heading(head, where=PAPER)), *parts)
    number = Number(COUNTED[table], COUNT) if name == "n" else NUMBERS.get(name)
    if number is None:
        return (Column(name, Heading(head)),)
    if number.times == 1:
        return (Column(name, Heading(head, number.kind), number),)
    in_points = Heading(text("report_chapter.in_points", {"name": head}), number.kind, SHEET)
    return (Column(name, Heading(head, number.kind, PAPER)), Column(name, in_points, number))


def _cells(
    columns: Sequence[tuple[Column, ...]], shown: Sequence[str], row: Mapping[Any, Any]
) -> Iterator[Cell]:
    """Write the cells of a row; a number that the page hides is in no sheet."""
    unpublished = row.get("quality") == HIDDEN_QUALITY
    for group, said in zip(columns, shown, strict=True):
        for one in group:
            hidden = unpublished and one.name in OF_HEADLINE
            yield Cell(said if one.heading.where != SHEET else ABSENT, None if hidden else one.value(row))
