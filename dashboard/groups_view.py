"""What the tables of groups become on their page: panels, and the sentences that say who is left behind."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from dashboard import layout, sentences, tables
from dashboard.chart_rows import Dot
from dashboard.numbers import ABSENT
from dashboard.readings import (
    HEADLINE,
    PROVINCE,
    Judgement,
    Reading,
    goal_years,
    judgements,
    readings,
)
from dashboard.report.naming import unit_names
from dashboard.text import Text
from survey.release import Release

BREAKDOWNS = ("sex", "age_group", "residence", "ethnicity", "education", "disability", "poverty")
NOT_TOLD = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """A group beside everybody else: the difference of the shares, its interval, and what that shows."""

    difference: float
    low: float
    high: float
    found: str


@dataclass(frozen=True, slots=True)
class Group:
    """One group; `size` and `beside` are None where the release does not hold them."""

    breakdown: str
    unit: str
    name: str
    reading: Reading
    judgement: Judgement
    size: float | None
    beside: Beside | None

    def inside(self, text: Text) -> str:
        """Name the group inside a sentence."""
        key = "".join(sign if sign.isalnum() else "_" for sign in self.unit)
        return text(f"group.{self.breakdown}_{key}")


@dataclass(frozen=True, slots=True)
class View:
    """All groups by breakdown, against the goal that the reader chose.

    Attributes
    ----------
    goals : list of Judgement
        One of every goal, for its line in the charts.
    goal, goal_inside : str
        The chosen one in words, alone and inside a sentence.
    """

    panels: Mapping[str, tuple[Group, ...]]
    province: Reading
    goals: list[Judgement]
    goal: str
    goal_inside: str

    @property
    def groups(self) -> tuple[Group, ...]:
        """Every group, panel after panel."""
        return tuple(group for panel in self.panels.values() for group in panel)


def choose_view(text: Text, release: Release) -> View:
    """Ask for the goal, and gather what the release says of every group."""
    years = tuple(str(year) for year in goal_years(release.verdicts))
    year = layout.choose(
        "goal", years, label=text("goal.choose"), words=lambda one: sentences.goal_words(text, release, one)
    )
    goals = [judgements(release.verdicts, HEADLINE, PROVINCE, int(one))[PROVINCE] for one in years]
    chosen = goals[years.index(year)]
    wave = sentences.wave_year(release)
    known = set(release.estimates["breakdown"])
    return View(
        panels={one: _panel(text, release, one, int(year)) for one in BREAKDOWNS if one in known},
        province=readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE],
        goals=goals,
        goal=sentences.goal_name(text, chosen, wave),
        goal_inside=sentences.goal_name(text, chosen, wave, inside=True),
    )


def _panel(text: Text, release: Release, breakdown: str, year: int) -> tuple[Group, ...]:
    names = unit_names(text, release, breakdown)
    judged = judgements(release.verdicts, HEADLINE, breakdown, year)
    sizes, beside = _sizes(release, breakdown), _beside(release, breakdown)
    return tuple(
        Group(breakdown, unit, names[unit], reading, judged[unit], sizes.get(unit), beside.get(unit))
        for unit, reading in readings(release.estimates, HEADLINE, breakdown).items()
    )


def _sizes(release: Release, breakdown: str) -> dict[str, float]:
    if release.groups is None:
        return {}
    rows = _of(release.groups.sizes, breakdown)
    return dict(zip(rows["unit"], rows["estimate"].astype(float), strict=True))


def _beside(release: Release, breakdown: str) -> dict[str, Beside]:
    if release.groups is None:
        return {}
    return {
        str(row.unit): Beside(float(row.estimate), float(row.ci_low), float(row.ci_high), str(row.found))
        for row in _of(release.groups.rest, breakdown).itertuples()
    }


def _of(table: pd.DataFrame, breakdown: str) -> pd.DataFrame:
    return table[table["breakdown"] == breakdown]


def left_behind(text: Text, view: View) -> str:
    """Say in one sentence which groups are certainly below everybody else, and of which nothing is certain."""
    found = {
        word: [group for group in view.groups if group.beside and group.beside.found == word]
        for word in ("lower", "undecided", "none")
    }
    first = text("groups.lower", _listed(text, found["lower"])) if found["lower"] else text("groups.no_lower")
    rest = [
        text(f"groups.{word}", _listed(text, found[word])) for word in ("undecided", "none") if found[word]
    ]
    return "; ".join([first, *rest]) + "."


def _listed(text: Text, groups: Iterable[Group]) -> dict[str, str]:
    return {"groups": ", ".join(group.inside(text) for group in groups)}


def against_goal(text: Text, view: View) -> str:
    """Count the groups by their verdict against the goal, and name those that are few enough to matter."""
    by_word = {
        word: [group for group in view.groups if group.judgement.shown == word]
        for word in ("met", "not_met", "undecided", "none")
    }
    told = {word: text.count(len(groups)) for word, groups in by_word.items()}
    named = [
        text(f"groups.goal_{word}", _listed(text, by_word[word]))
        for word in ("met", "undecided")
        if by_word[word]
    ]
    return " ".join([text("groups.goal", {**told, "goal": view.goal_inside}), *named])


def told_apart(text: Text, release: Release, panel: Sequence[Group]) -> str:
    """Say which groups of a panel can be told apart; nothing of groups that are not published."""
    if release.groups is None:
        return text("groups.absent")
    rows = _of(release.groups.pairs, panel[0].breakdown)
    known = {group.unit: group for group in panel if not group.reading.hidden}
    pairs = rows[rows["a"].isin(known) & rows["b"].isin(known) & (rows["found"] != "none")]
    alike, apart = pairs[pairs["found"] == "undecided"], pairs[pairs["found"] != "undecided"]
    said = [text(f"groups.apart_{_how_many(alike, apart)}")]
    if len(pairs) == 1 and len(apart):
        said.append(_pair(text, known, apart.iloc[0].to_dict()))
    if len(alike) and len(apart):
        names = "; ".join(_both(text, known, row) for row in alike.to_dict("records"))
        said.append(text("groups.alike", {"pairs": names}))
    return " ".join(said)


def _both(text: Text, known: Mapping[str, Group], row: Mapping[str, object]) -> str:
    names = {side: known[str(row[side])].inside(text) for side in ("a", "b")}
    return text("groups.pair", names)


def _how_many(alike: pd.DataFrame, apart: pd.DataFrame) -> str:
    if alike.empty and apart.empty:
        return "unknown"
    return "none" if apart.empty else "all" if alike.empty else "some"


def _pair(text: Text, known: Mapping[str, Group], row: Mapping[str, object]) -> str:
    """Say of two groups which is the lower one, and by how much."""
    low, high = (-float(str(row["ci_high"])), -float(str(row["ci_low"])))
    difference, first, second = -float(str(row["estimate"])), known[str(row["a"])], known[str(row["b"])]
    if row["found"] == "higher":
        low, high, difference, first, second = -high, -low, -difference, second, first
    facts = {"a": first.inside(text), "b": second.inside(text), **_points(text, difference, low, high)}
    said = text("groups.lower_than", facts)
    return f"{said[:1].upper()}{said[1:]}"


def _points(text: Text, difference: float, low: float, high: float) -> dict[str, str]:
    ends = "–".join(text.decimal(100 * end) for end in (low, high))
    return {"points": text.points(difference), "range": ends}


def beside_words(text: Text, group: Group) -> str:
    """Say how a group stands to everybody else."""
    if group.beside is None or group.beside.found == "none" or math.isnan(group.beside.difference):
        return text("standing.none")
    one = group.beside
    if one.found == "undecided":
        ends = {"low": text.decimal(100 * one.low), "high": text.decimal(100 * one.high)}
        return text("standing.undecided", {"difference": text.decimal(100 * one.difference), **ends})
    return text(f"standing.{one.found}", _points(text, one.difference, *sorted((abs(one.low), abs(one.high)))))


def not_told(text: Text, release: Release, breakdown: str) -> str:
    """Say how many did not tell to which group they belong."""
    if release.groups is None:
        return ""
    rows = _of(release.groups.sizes, breakdown)
    silent = rows[rows["unit"] == NOT_TOLD]
    count, share = int(silent["n"].sum()), float(silent["estimate"].sum())
    if count == 0:
        return text("groups.all_told")
    return text("groups.not_told", {"count": text.count(count), "share": text.percent(share)})


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
    shown = "none" if group.reading.hidden else group.judgement.shown
    return Dot(group.name, group.reading, shown, tips)


def size_words(text: Text, group: Group) -> str:
    """Write how large a group is."""
    return text.percent(math.nan if group.size is None else group.size)


def lower_facts(text: Text, view: View) -> list[tuple[str, str]]:
    """Write every group that is certainly below everybody else, with its numbers."""
    return [
        (
            group.name,
            text(
                "groups.lower_row",
                {
                    "estimate": text.percent(group.reading.estimate),
                    "range": text.range(group.reading.low, group.reading.high),
                    "n": text.count(group.reading.n),
                    "size": size_words(text, group),
                    "beside": beside_words(text, group),
                    "quality": text(f"quality.{group.reading.quality}").lower(),
                },
            ),
        )
        for group in view.groups
        if group.beside and group.beside.found == "lower"
    ]


def group_table(text: Text, view: View) -> tuple[tuple[tables.Column, ...], list[tables.Row]]:
    """Write every group: size, estimate, verdict and quality, how it stands, then what they rest on."""
    figures, verdicts = tables.estimate_columns(text), tables.verdict_columns(text)
    columns = (
        tables.Column(text("groups.column_group")),
        tables.Column(text("groups.column_size"), tables.NUMBER),
        *figures[:2],
        verdicts[0],
        figures[2],
        tables.Column(text("groups.column_beside"), tables.WORD),
        *figures[3:],
    )
    return columns, [_row(text, group) for group in view.groups]


def _row(text: Text, group: Group) -> tables.Row:
    cells = tables.estimate_cells(text, group.reading)
    family = tables.verdict_cells(text, group.reading, group.judgement)[0]
    kind = "none" if group.reading.hidden else group.judgement.shown
    return tables.Row(
        named(text, group),
        (
            size_words(text, group),
            *cells[:2],
            tables.Marked(family, kind),
            cells[2],
            beside_words(text, group),
            *cells[3:],
        ),
    )


def named(text: Text, group: Group) -> str:
    """Name a group after its breakdown."""
    return text("groups.named", {"breakdown": text(f"report_breakdown.{group.breakdown}"), "group": group.name})


def release_csv(text: Text, release: Release, view: View) -> bytes:
    """Write the verdicts of all groups for machines, every breakdown below the other."""
    parts = [
        tables.release_rows(release, HEADLINE, breakdown, {group.unit: group.name for group in panel})
        for breakdown, panel in view.panels.items()
    ]
    return tables.csv_bytes(pd.concat(parts, ignore_index=True))


def pair_table(text: Text, release: Release, view: View) -> tuple[tuple[tables.Column, ...], list[tables.Row]]:
    """Write the difference of every two groups of a breakdown; none where one of them is not published."""
    columns = (
        tables.Column(text("groups.column_pair")),
        tables.Column(text("groups.column_difference"), tables.NUMBER),
        tables.Column(text("column.interval"), tables.NUMBER),
        tables.Column(text("groups.column_holm"), tables.NUMBER),
        tables.Column(text("groups.column_found"), tables.WORD),
    )
    if release.groups is None:
        return columns, []
    names = {(group.breakdown, group.unit): group for group in view.groups}
    rows = release.groups.pairs.to_dict("records")
    return columns, [_pair_row(text, names, row) for row in rows if row["breakdown"] in view.panels]


def _pair_row(
    text: Text, names: Mapping[tuple[str, str], Group], row: Mapping[str, object]
) -> tables.Row:
    first, second = (names[str(row["breakdown"]), str(row[side])] for side in ("a", "b"))
    name = text("groups.pair_row", {"a": named(text, first), "b": second.name})
    found = text(f"found.{row['found']}")
    if row["found"] == "none":
        return tables.Row(name, (ABSENT, ABSENT, ABSENT, found))
    low, high, holm = (float(str(row[column])) for column in ("ci_low", "ci_high", "holm_p"))
    ends = f"{text.decimal(100 * low)} … {text.decimal(100 * high)}"
    return tables.Row(name, (text.decimal(100 * float(str(row["estimate"]))), ends, small(text, holm), found))


def small(text: Text, p_value: float) -> str:
    """Write a p-value; what is below a thousandth is said to be so."""
    least = 0.001
    return f"< {text.decimal(least, 3)}" if p_value < least else text.decimal(p_value, 3)
