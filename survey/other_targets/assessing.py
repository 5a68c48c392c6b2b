"""What accepted reports say about a target: reached or not, in time, late, or nothing yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from survey.other_targets.log import Entry, Report, accepted
from survey.other_targets.targets import Goal, Target

Verdict = Literal["reached", "not_reached", "no_data", "overdue"]
Timing = Literal["", "in_time", "late", "after", "ahead"]


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is known about one goal on a day.

    Attributes
    ----------
    goal : Goal
    verdict : {"reached", "not_reached", "no_data", "overdue"}
        "no_data": no figure, and its year is not over; "overdue": its year is over, and no figure of that
        year or of a later one was accepted.
    timing : {"", "in_time", "late", "after", "ahead"}
        "in_time": judged by a figure of its year; "late": by one of a later year, as its year has none;
        "after": missed by the figure of its year, reached by a later one; "ahead": its year is not over, so
        not judged for good.
    entry : Entry or None
        The accepted figure that decides.
    """

    goal: Goal
    verdict: Verdict
    timing: Timing = ""
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a target stands: the latest accepted figure, and each of its goals judged.

    Attributes
    ----------
    latest : Entry or None
        Accepted figure of the latest day.
    applies : Goal
        The goal whose year is running, or the last one.
    goals : tuple of Assessment
        In the order of the years.
    """

    target: Target
    latest: Entry | None
    applies: Goal
    goals: tuple[Assessment, ...]


def assess(targets: Iterable[Target], entries: Iterable[Entry], today: date) -> tuple[Standing, ...]:
    """Judge every goal of every target by the reports that are accepted.

    Parameters
    ----------
    targets : iterable of Target
    entries : iterable of Entry
        The log, oldest row first.
    today : date
        Decides what is late or overdue.
    """
    in_force = sorted(accepted(entries).values(), key=lambda entry: (entry.report.day, entry.number))
    return tuple(
        _standing(target, [entry for entry in in_force if entry.report.target == target.id], today)
        for target in targets
    )


def reaches(target: Target, goal: Goal, report: Report) -> bool:
    """Say whether a figure reaches a goal; whole numbers are compared, so nothing is rounded."""
    found, wanted = report.numerator, goal.value
    if target.kind == "share":
        assert report.denominator, "a share has a denominator"
        found, wanted = 100 * report.numerator, goal.value * report.denominator
    return found > wanted if goal.op == ">" else found >= wanted


def _standing(target: Target, known: Sequence[Entry], today: date) -> Standing:
    goals = tuple(_judge(target, goal, known, today) for goal in target.goals)
    return Standing(target, known[-1] if known else None, target.goal_for(today), goals)


def _judge(target: Target, goal: Goal, known: Sequence[Entry], today: date) -> Assessment:
    """Take the figure of the goal's year; else the first later one that reaches it, else the last one."""
    years = [date.fromisoformat(entry.report.day).year for entry in known]
    before = [entry for entry, year in zip(known, years, strict=True) if year < goal.year]
    within = [entry for entry, year in zip(known, years, strict=True) if year == goal.year]
    after = [entry for entry, year in zip(known, years, strict=True) if year > goal.year]
    if today <= goal.deadline:
        current = (within or before)[-1:]
        return _decided(target, goal, current, "ahead") or Assessment(goal, "no_data")
    if within and reaches(target, goal, within[-1].report):
        return Assessment(goal, "reached", "in_time", within[-1])
    reaching = [entry for entry in after if reaches(target, goal, entry.report)][:1]
    return (
        _decided(target, goal, reaching, "after" if within else "late")
        or _decided(target, goal, within[-1:], "in_time")
        or _decided(target, goal, after[-1:], "late")
        or Assessment(goal, "overdue", "", before[-1] if before else None)
    )


def _decided(target: Target, goal: Goal, by: Sequence[Entry], timing: Timing) -> Assessment | None:
    if not by:
        return None
    verdict: Verdict = "reached" if reaches(target, goal, by[0].report) else "not_reached"
    return Assessment(goal, verdict, timing, by[0])
