"""A wave beside the one it follows: what changed, at what pace, and what pace the goals need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation.comparing.waves import pace
from estimation.targets import holm
from survey.change import WAVE, Change, OverlapKind, change_between
from survey.comparable import BY
from survey.indicators.definition import Goal
from survey.release import Release
from survey.scored import PROVINCE
from survey.wave import Follows

UP, DOWN, UNCLEAR, NONE = "up", "down", "unclear", "none"
KEYS = ["indicator", *BY]
PACE = (
    "indicator", *BY, "year", "op", "target", "observed_per_year", "observed_low", "observed_high",
    "needed_per_year", "projection", "ci_low", "ci_high", "years_left",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Trend:
    """What became of the shares of a breakdown from one release to the next.

    Attributes
    ----------
    change : Change
    moves : DataFrame
        Its table with the respondents of both waves, ``n_from`` and ``n_to``, and ``direction``: "up" or
        "down" where the change cannot be chance alone, "unclear" where it can, "none" where it is suppressed.
        Of several units the p-values are corrected by Holm, as those of verdicts are (M7).
    pace : DataFrame
        :data:`PACE`: one row a share and goal that lies ahead; the projection supposes that the pace stays as
        it was (M8), and is no forecast. Empty between two waves of one year.
    """

    change: Change
    moves: pd.DataFrame
    pace: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Need:
    """The pace from a share to a goal: shares a year, negative where the goal is passed.

    Attributes
    ----------
    low, high : float
        The same from the upper and from the lower end of the confidence interval.
    """

    year: int
    op: str
    target: float
    years_left: int
    per_year: float
    low: float
    high: float


def year_of(release: Release) -> int:
    """Return the year in which the interviews of a release were made."""
    return int(str(release.manifest["wave"])[:4])


def declared(release: Release) -> Follows | None:
    """Return which earlier wave the wave of a release follows, and how; None where it declares nothing."""
    told = release.manifest["design"].get("follows")
    return Follows(**told) if told else None


def trend(earlier: Release, later: Release, *, overlap: OverlapKind, by: str = PROVINCE) -> Trend:
    """Measure change and pace of every share of a breakdown; arithmetic on frozen scores (M8).

    Parameters
    ----------
    earlier, later : Release
    overlap : {"independent", "same_psus", "panel"}
        As the later wave declares it.
    by : str
        Breakdown.

    Returns
    -------
    Trend

    Raises
    ------
    Refusal
        As :func:`survey.change.change_between`: other boundaries, another definition, nothing kept.
    """
    change = change_between(earlier, later, overlap=overlap, by=by)
    return Trend(change, _counted(change, _directed(change.table, alone=by == PROVINCE)), _paces(change))


def needs(
    goals: Iterable[Goal], wave_year: int, estimate: float, interval: tuple[float, float]
) -> tuple[Need, ...]:
    """Return the pace that each goal ahead needs from one wave alone."""
    low, high = interval
    return tuple(
        Need(
            goal.year,
            goal.op,
            goal.target,
            left,
            *((goal.target - share) / left for share in (estimate, high, low)),
        )
        for goal in goals
        if (left := goal.year - wave_year) > 0
    )


def _directed(table: pd.DataFrame, *, alone: bool) -> pd.DataFrame:
    """Say of every change where it goes, or that this cannot be told."""
    family = table["p_value"] if alone else table.groupby(KEYS[:2])["p_value"].transform(holm)
    clear = (family <= 0.05) & ((table["ci_low"] > 0) | (table["ci_high"] < 0))
    told = np.where(table["estimate"] > 0, UP, DOWN)
    words = np.select([table["quality"] == "suppress", ~clear], [NONE, UNCLEAR], told)
    return table.assign(direction=words)


def _counted(change: Change, moves: pd.DataFrame) -> pd.DataFrame:
    """Set the respondents of both waves beside the changes."""
    frame = change.joined.frame
    for wave, side in zip(change.waves, ("n_from", "n_to"), strict=True):
        own = frame[frame[WAVE] == wave].set_index(KEYS)["n"]
        moves = moves.join(own.rename(side), on=KEYS)
    return moves


def _paces(change: Change) -> pd.DataFrame:
    """Set the pace needed beside the one observed, for every goal that lies ahead of the later wave."""
    start, end = year_of(change.earlier), year_of(change.later)
    ahead = [goal for goal in change.later.definition.goals if start < end < goal.year]
    if not ahead:
        return pd.DataFrame(columns=list(PACE))
    limits = change.table.set_index(KEYS)[["ci_low", "ci_high"]].div(end - start)
    observed = limits.set_axis(["observed_low", "observed_high"], axis=1)
    tables = [
        pace(change.joined, *change.waves, target=goal.target, years=(start, end, goal.year))
        .join(observed, on=KEYS)
        .assign(year=goal.year, op=goal.op, target=goal.target)
        for goal in ahead
    ]
    return pd.concat(tables, ignore_index=True)[list(PACE)]
