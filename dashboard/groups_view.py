"""The groups of people that a release tells of, panel by panel, against the goal that the reader chose."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from dashboard import layout, sentences
from dashboard.kept import kept
from dashboard.readings import HEADLINE, PROVINCE, Judgement, Reading, goal_years, judgements, readings
from dashboard.report.naming import unit_names
from dashboard.text import Text
from survey.release import Release

BREAKDOWNS = ("sex", "age_group", "residence", "ethnicity", "education", "disability", "poverty")


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

    @property
    def shown(self) -> str:
        """The verdict that a page may show."""
        return "none" if self.reading.hidden else self.judgement.shown

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

    def found(self, word: str) -> list[Group]:
        """Return the groups of which the comparison with everybody else found `word`."""
        return [group for group in self.groups if group.beside and group.beside.found == word]


def choose_view(text: Text, release: Release) -> View:
    """Ask for the goal, and gather what the release says of every group."""
    years = tuple(str(year) for year in goal_years(release.verdicts))
    year = layout.choose(
        "goal", years, label=text("goal.choose"), words=lambda one: sentences.goal_words(text, release, one)
    )
    key = ("groups", text.language, year, release.groups)
    return kept(release.verdicts, key, lambda: view_of(text, release, int(year)))


def view_of(text: Text, release: Release, year: int) -> View:
    """Gather what the release says of every group, against the goal of a year."""
    judged = {
        one: judgements(release.verdicts, HEADLINE, PROVINCE, one)[PROVINCE]
        for one in goal_years(release.verdicts)
    }
    wave = sentences.wave_year(release)
    known = set(release.estimates["breakdown"])
    return View(
        panels={one: _panel(text, release, one, year) for one in BREAKDOWNS if one in known},
        province=readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE],
        goals=list(judged.values()),
        goal=sentences.goal_name(text, judged[year], wave),
        goal_inside=sentences.goal_name(text, judged[year], wave, inside=True),
    )


def of_breakdown(table: pd.DataFrame, breakdown: str) -> pd.DataFrame:
    """Return the rows of one breakdown."""
    return table[table["breakdown"] == breakdown]


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
    rows = of_breakdown(release.groups.sizes, breakdown)
    return dict(zip(rows["unit"], rows["estimate"].astype(float), strict=True))


def _beside(release: Release, breakdown: str) -> dict[str, Beside]:
    if release.groups is None:
        return {}
    return {
        str(row.unit): Beside(float(row.estimate), float(row.ci_low), float(row.ci_high), str(row.found))
        for row in of_breakdown(release.groups.rest, breakdown).itertuples()
    }
