"""Sentences about groups of people: who is left behind, who can be told apart, who did not tell."""

import math
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from dashboard.groups_view import Group, View, of_breakdown, view_of
from dashboard.text import Text
from survey.release import Release

NOT_TOLD = ""
VERDICTS = ("met", "not_met", "undecided", "none")


def left_behind(text: Text, view: View) -> str:
    """Say in one sentence which groups are certainly below everybody else, of which nothing is certain."""
    lower = view.found("lower")
    first = text("groups.lower", _listed(text, lower)) if lower else text("groups.no_lower")
    rest = [
        text(f"groups.{word}", _listed(text, groups))
        for word in ("undecided", "none")
        if (groups := view.found(word))
    ]
    return "; ".join([first, *rest]) + "."


def group_lines(text: Text, release: Release, year: int) -> tuple[str, ...]:
    """Write all that a report says of the groups; nothing where the release holds no comparison."""
    if release.groups is None:
        return ()
    view = view_of(text, release, year)
    apart = (
        text(
            "groups.panel", {"breakdown": _breakdown(text, panel), "words": told_apart(text, release, panel)}
        )
        for panel in view.panels.values()
    )
    return (left_behind(text, view), against_goal(text, view), *apart, text("groups.how"))


def _breakdown(text: Text, panel: Sequence[Group]) -> str:
    return text(f"report_breakdown.{panel[0].breakdown}")


def against_goal(text: Text, view: View) -> str:
    """Count the groups by their verdict against the goal, and name those that meet it or may."""
    by_word = {word: [group for group in view.groups if group.shown == word] for word in VERDICTS}
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
        return ""
    known = {group.unit: group for group in panel if not group.reading.hidden}
    rows = of_breakdown(release.groups.pairs, panel[0].breakdown)
    pairs = rows[rows["a"].isin(known) & rows["b"].isin(known) & (rows["found"] != "none")]
    alike = pairs[pairs["found"] == "undecided"]
    names = "; ".join(
        text("groups.pair", {"a": known[a].inside(text), "b": known[b].inside(text)})
        for a, b in zip(alike["a"], alike["b"], strict=True)
    )
    said = text(f"groups.apart_{_how_many(len(alike), len(pairs))}", {"pairs": names})
    if len(pairs) == 1 and alike.empty:
        return f"{said} {_pair(text, known, pairs.iloc[0])}"
    return said


def _how_many(alike: int, pairs: int) -> str:
    if pairs == 0:
        return "unknown"
    return "all" if alike == 0 else "none" if alike == pairs else "some"


def _pair(text: Text, known: Mapping[str, Group], row: pd.Series) -> str:
    """Say of two groups which is the lower one, and by how much."""
    lower, upper = ("a", "b") if row["found"] == "lower" else ("b", "a")
    low, high = sorted((abs(float(row["ci_low"])), abs(float(row["ci_high"]))))
    facts = {
        "a": known[row[lower]].inside(text),
        "b": known[row[upper]].inside(text),
        "points": text.points(float(row["estimate"])),
        "range": ends(text, low, high),
    }
    said = text("groups.lower_than", facts)
    return f"{said[:1].upper()}{said[1:]}"


def beside_words(text: Text, group: Group) -> str:
    """Say how a group stands to everybody else, in percentage points."""
    one = group.beside
    if one is None or one.found == "none":
        return text("standing.none")
    measured = (one.difference, one.low, one.high)
    if one.found != "undecided":
        measured = (abs(one.difference), *sorted((abs(one.low), abs(one.high))))
    facts = {
        name: points(text, value) for name, value in zip(("difference", "low", "high"), measured, strict=True)
    }
    return text(f"standing.{one.found}", facts)


def not_told(text: Text, release: Release, breakdown: str) -> str:
    """Say how many did not tell to which group they belong."""
    if release.groups is None:
        return ""
    rows = of_breakdown(release.groups.sizes, breakdown)
    silent = rows[rows["unit"] == NOT_TOLD]
    count, share = int(silent["n"].sum()), float(silent["estimate"].sum())
    if count == 0:
        return text("groups.all_told")
    return text("groups.not_told", {"count": text.count(count), "share": text.percent(share)})


def lower_facts(text: Text, view: View) -> list[tuple[str, str]]:
    """Write every group that is certainly below everybody else, with its numbers."""
    return [(group.name, _lower(text, group)) for group in view.found("lower")]


def _lower(text: Text, group: Group) -> str:
    beside, reading = group.beside, group.reading
    assert beside is not None
    facts = {
        "estimate": text.percent(reading.estimate),
        "range": text.range(reading.low, reading.high),
        "n": text.count(reading.n),
        "quality": text(f"quality.{reading.quality}").lower(),
        "points": text.points(beside.difference),
        "ends": ends(text, -beside.high, -beside.low),
        "size": size_words(text, group),
    }
    return text("groups.lower_row", facts)


def size_words(text: Text, group: Group) -> str:
    """Write how large a group is."""
    return text.percent(math.nan if group.size is None else group.size)


def named(text: Text, group: Group) -> str:
    """Name a group after its breakdown."""
    facts = {"breakdown": text(f"report_breakdown.{group.breakdown}"), "group": group.name}
    return text("groups.named", facts)


def points(text: Text, share: float) -> str:
    """Write a difference of shares as a number of percentage points; what is rounded to 0 has no sign."""
    return text.decimal(round(100 * share, 1) + 0.0)


def ends(text: Text, low: float, high: float) -> str:
    """Write the interval of a difference in percentage points."""
    return f"{points(text, low)}–{points(text, high)}"


def _listed(text: Text, groups: Iterable[Group]) -> dict[str, str]:
    return {"groups": ", ".join(group.inside(text) for group in groups)}
