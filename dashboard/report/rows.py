"""Rows of estimates for a report: every number with its interval, sample, quality and verdicts, or hidden."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard import tables
from dashboard.readings import Judgement, Reading, reason_word
from dashboard.report.content import (
    COUNT,
    DECIMAL,
    HIDDEN,
    PAPER,
    SHARE,
    SHEET,
    Cell,
    Heading,
    Table,
)
from dashboard.text import Text


@dataclass(frozen=True, slots=True)
class Line:
    """One row to be: its names, its estimate, and its verdicts against the goals, if it is judged."""

    names: tuple[str, ...]
    reading: Reading
    judged: tuple[Judgement, ...] = ()


def estimates_table(
    text: Text,
    name: str,
    caption: str,
    *,
    titles: Sequence[str],
    lines: Sequence[Line],
) -> Table:
    """Write a table of estimates; the goals of its first line head the columns of the verdicts."""
    goals = lines[0].judged if lines else ()
    return Table(
        name,
        caption,
        (*(Heading(title) for title in titles), *_headings(text, goals)),
        tuple((*(Cell(one) for one in line.names), *_cells(text, line)) for line in lines),
        _notes(text, lines),
    )


def words(shown: str) -> Cell:
    """Write a cell of words."""
    return Cell(shown)


def share(text: Text, value: float) -> Cell:
    """Write a cell with a share in 0..1."""
    return Cell(text.percent(value), value) if math.isfinite(value) else HIDDEN


def count(text: Text, value: float) -> Cell:
    """Write a cell with a whole number."""
    return Cell(text.count(value), float(value)) if math.isfinite(value) else HIDDEN


def goal_title(text: Text, goal: Judgement) -> str:
    """Head the column of the verdicts against a goal."""
    return text("report.verdict", {"year": goal.year, "target": text.target(goal.op, goal.target)})


def _headings(text: Text, goals: Iterable[Judgement]) -> tuple[Heading, ...]:
    goals = tuple(goals)
    alone = text("report.alone")
    return (
        Heading(text("column.estimate"), SHARE),
        Heading(text("column.interval"), where=PAPER),
        Heading(text("report.low"), SHARE, SHEET),
        Heading(text("report.high"), SHARE, SHEET),
        Heading(text("column.n"), COUNT),
        Heading(text("column.quality"), where=PAPER),
        Heading(text("column.quality"), where=SHEET),
        Heading(text("report.reason"), where=SHEET),
        *(Heading(goal_title(text, goal)) for goal in goals),
        *(Heading(f"{goal_title(text, goal)} ({alone})", where=SHEET) for goal in goals),
        Heading(text("column.n_psu"), COUNT, SHEET),
        Heading(text("column.n_eff"), COUNT, SHEET),
        Heading(text("column.df"), COUNT, SHEET),
        Heading(text("column.deff"), DECIMAL, SHEET),
        Heading(text("column.cv"), SHARE, SHEET),
    )


def _cells(text: Text, line: Line) -> tuple[Cell, ...]:
    reading = line.reading
    return (
        *_numbers(text, reading),
        count(text, reading.n),
        words(tables.quality_words(text, reading)),
        words(text(f"quality.{reading.quality}")),
        words(text(f"reason.{reason_word(reading)}") if reading.reason else ""),
        *(words(_verdict(text, reading, goal.shown)) for goal in line.judged),
        *(words(_verdict(text, reading, goal.verdict)) for goal in line.judged),
        count(text, reading.n_psu),
        count(text, reading.n_eff_shown),
        count(text, reading.df),
        *_precision(text, reading),
    )


def _numbers(text: Text, reading: Reading) -> tuple[Cell, ...]:
    if reading.hidden:
        return (HIDDEN,) * 4
    return (
        share(text, reading.estimate),
        words(text.range(reading.low, reading.high)),
        share(text, reading.low),
        share(text, reading.high),
    )


def _precision(text: Text, reading: Reading) -> tuple[Cell, Cell]:
    if reading.hidden:
        return (HIDDEN, HIDDEN)
    deff = Cell(text.decimal(reading.deff, 2), reading.deff) if math.isfinite(reading.deff) else HIDDEN
    return (deff, share(text, reading.cv))


def _verdict(text: Text, reading: Reading, verdict: str) -> str:
    if reading.hidden or not verdict:
        return text("verdict.none")
    return text("verdict.apportioned") if reading.apportioned else text(f"verdict.{verdict}")


def _notes(text: Text, lines: Sequence[Line]) -> tuple[str, ...]:
    hidden = (text("report.hidden_note"),) if any(line.reading.hidden for line in lines) else ()
    family = (text("report.family_note"),) if len(lines) > 1 and lines[0].judged else ()
    return (*hidden, *family, text("table.n_eff_note"))
