"""Groups of people as rows: of a chart, of the table of all groups, of the pairs, and of a file."""

from collections.abc import Mapping, Sequence

import pandas as pd

from dashboard import tables
from dashboard.chart_rows import Dot
from dashboard.groups_view import Group, View
from dashboard.groups_words import beside_words, named, points, size_words
from dashboard.numbers import ABSENT
from dashboard.readings import HEADLINE
from dashboard.tables import NUMBER, WORD, Column, Row
from dashboard.text import Text
from survey.release import Release

LEAST_P = 0.001
Record = Mapping[str, str | float]


def group_dot(text: Text, view: View, group: Group) -> Dot:
    """Make the row of one group with everything its tooltip says; hidden numbers stay hidden there too."""
    cells = tables.estimate_cells(text, group.reading)
    family, alone = tables.verdict_cells(text, group.reading, group.judgement)
    tips = (
        (text("groups.column_group"), group.name),
        (text("column.estimate"), cells[0]),
        (text("column.interval"), cells[1]),
        (text("column.n"), text.count(group.reading.n)),
        (text("groups.column_size"), size_words(text, group)),
        (text("column.goal"), view.goal),
        (text("column.family_verdict"), family),
        (text("column.verdict"), alone),
        (text("groups.column_beside"), beside_words(text, group)),
        (text("column.quality"), cells[2]),
    )
    return Dot(group.name, group.reading, group.shown, tips)


def group_table(text: Text, view: View) -> tuple[tuple[Column, ...], list[Row]]:
    """Write every group: size, estimate, verdict and quality, how it stands, then what they rest on."""
    figures, verdicts = tables.estimate_columns(text), tables.verdict_columns(text)
    columns = (
        Column(text("groups.column_group")),
        Column(text("groups.column_size"), NUMBER),
        *figures[:2],
        verdicts[0],
        figures[2],
        Column(text("groups.column_beside"), WORD),
        *figures[3:],
    )
    return columns, [_row(text, group) for group in view.groups]


def pair_table(text: Text, release: Release, view: View) -> tuple[tuple[Column, ...], list[Row]]:
    """Write the difference of every two groups of a breakdown; none where one of them is not published."""
    columns = (
        Column(text("groups.column_pair")),
        Column(text("groups.column_difference"), NUMBER),
        Column(text("column.interval"), NUMBER),
        Column(text("groups.column_holm"), NUMBER),
        Column(text("groups.column_found"), WORD),
    )
    if release.groups is None:
        return columns, []
    names = {(group.breakdown, group.unit): group for group in view.groups}
    order = {breakdown: place for place, breakdown in enumerate(view.panels)}
    pairs = release.groups.pairs
    known = pairs[pairs["breakdown"].isin(order)]
    ordered = known.sort_values("breakdown", key=lambda names: names.map(order), kind="stable")
    return columns, [_pair_row(text, names, row) for row in ordered.to_dict("records")]


def release_csv(release: Release, view: View, state: str) -> bytes:
    """Write the verdicts of all groups for machines, every breakdown below the other."""
    named = {breakdown: {one.unit: one.name for one in panel} for breakdown, panel in view.panels.items()}
    parts: Sequence[pd.DataFrame] = [
        tables.release_rows(release, HEADLINE, breakdown, names, state=state)
        for breakdown, names in named.items()
    ]
    return tables.csv_bytes(pd.concat(parts, ignore_index=True))


def _row(text: Text, group: Group) -> Row:
    cells = tables.estimate_cells(text, group.reading)
    family = tables.verdict_cells(text, group.reading, group.judgement)[0]
    first = (size_words(text, group), *cells[:2], tables.Marked(family, group.shown), cells[2])
    return Row(named(text, group), (*first, beside_words(text, group), *cells[3:]))


def _pair_row(text: Text, names: Mapping[tuple[str, str], Group], row: Record) -> Row:
    first, second = (names[str(row["breakdown"]), str(row[side])] for side in ("a", "b"))
    name = text("groups.pair_row", {"a": named(text, first), "b": second.name})
    found = text(f"found.{row['found']}")
    if row["found"] == "none":
        return Row(name, (ABSENT, ABSENT, ABSENT, found))
    difference, low, high = (points(text, float(row[one])) for one in ("estimate", "ci_low", "ci_high"))
    limits = text("groups.limits", {"low": low, "high": high})
    return Row(name, (difference, limits, p_words(text, float(row["holm_p"])), found))


def p_words(text: Text, p_value: float) -> str:
    """Write a p-value; what is below a thousandth is said to be so."""
    return f"< {text.decimal(LEAST_P, 3)}" if p_value < LEAST_P else text.decimal(p_value, 3)
