"""Waves of one survey: which estimates of two waves belong together, and what their pace leads to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from estimation.arrays import Floats, Ints
from estimation.comparing.keys import TYPES
from estimation.design import Overlap
from estimation.interval_methods import LOGIT, upper_t
from estimation.variation import Variation

MEANINGS = {
    "independent": "drawn anew, so the wave becomes part of the stratum and nothing is shared",
    "same_psus": "the same PSUs with other households; a PSU keeps its stratum and code in every wave",
    "panel": "the same persons in the same PSUs; a PSU keeps its stratum and code in every wave",
}


class Comparable(Protocol):
    """What comparisons read of a set of K estimates; :class:`estimation.Estimates` is one."""

    @property
    def frame(self) -> pd.DataFrame:
        """Columns indicator, those of `by`, estimate and quality, shape (K, ...)."""

    @property
    def by(self) -> Sequence[str]:
        """By-columns of the frame."""

    @property
    def variation(self) -> Variation:
        """How the K estimates vary together."""

    @property
    def overlap(self) -> Overlap | None:
        """How waves hang together, as the design declares it (M8)."""

    @property
    def level(self) -> float:
        """Confidence of the limits."""

    @property
    def side(self) -> str:
        """Which limits bound: "two", "lower" or "upper"."""


def pair_waves(estimates: Comparable, from_: object, to: object) -> tuple[pd.DataFrame, Ints]:
    """Find the two rows of every indicator and domain.

    Parameters and errors as in :func:`estimation.comparing.comparisons.change`.

    Returns
    -------
    labels : DataFrame, shape (J, ...)
        indicator and the by-columns without the wave.
    rows : ndarray of int, shape (2, J)
        Position of the first and of the second wave in the frame; -1 = the wave lacks the domain.
    """
    frame, by = estimates.frame, estimates.by
    wave = _wave_column(by, estimates.overlap)
    names = ["indicator", *(column for column in by if column != wave)]
    codes, _ = pd.factorize(pd.MultiIndex.from_frame(frame[names]))
    rows = np.full((2, codes.max(initial=-1) + 1), -1)
    for place, asked in enumerate((from_, to)):
        inside = np.flatnonzero((frame[wave] == asked).to_numpy(bool))
        if len(inside) == 0:
            there = frame[wave].drop_duplicates().tolist()
            raise ValueError(f"no wave {asked!r} in {wave!r}; choose one of {there}; {TYPES}")
        rows[place, codes[inside]] = inside
    rows = rows[:, (rows >= 0).any(axis=0)]
    return frame.loc[frame.index[rows.max(axis=0)], names].reset_index(drop=True), rows


def _wave_column(by: Sequence[str], overlap: Overlap | None) -> str:
    """Column that tells the waves apart, among the by-columns."""
    if overlap is None:
        choices = "; ".join(f"{kind!r}: {meaning}" for kind, meaning in MEANINGS.items())
        raise ValueError(
            "a change has no standard error until the design says how the waves hang together: "
            f"Design(..., overlap=Overlap(wave='wave', kind=...)) with one of {choices}. "
            "(R: the same by strata = ~interaction(wave, stratum) or, with shared PSUs, ~stratum)"
        )
    if overlap.wave not in by:
        raise ValueError(
            f"the estimates are by {list(by)}, not by {overlap.wave!r}, the wave of the design's overlap; "
            f"estimate by={[overlap.wave, *by]}"
        )
    return overlap.wave


def pace(
    estimates: Comparable,
    from_: object,
    to: object,
    *,
    target: float,
    years: tuple[float, float, float],
    level: float = 0.95,
) -> pd.DataFrame:
    """Set the pace that a target needs beside the pace observed between two waves (M8).

    Parameters
    ----------
    estimates : Comparable
        Shares.
    from_, to : values of the wave column
    target, years, level
        As in :func:`project`.

    Returns
    -------
    DataFrame
        One row an indicator and domain that both waves have: indicator, the other by-columns, from, to, then
        the columns of :func:`project`.
    """
    labels, rows = pair_waves(estimates, from_, to)
    both = np.flatnonzero((rows >= 0).all(axis=0))
    rows = rows[:, both]
    spread = estimates.variation.deviations()[:, rows]
    mentioned = np.zeros((len(estimates.frame), len(both)))
    mentioned[rows, np.arange(len(both))] = 1.0
    first, last = estimates.frame["estimate"].to_numpy(float)[rows]
    carried = project(
        first,
        last,
        np.einsum("raj,rbj->jab", spread, spread),
        estimates.variation.combined(mentioned).df(),
        target=target,
        years=years,
        level=level,
    )
    waves = pd.DataFrame({"from": [from_] * len(both), "to": [to] * len(both)})
    return pd.concat([labels.iloc[both].reset_index(drop=True), waves, carried], axis="columns")


def project(
    first: Floats,
    last: Floats,
    covariance: Floats,
    df: Ints,
    *,
    target: float,
    years: tuple[float, float, float],
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare the pace needed with the pace observed, and carry the latter on to the year of the target.

    ==============================  ================================================================
    case                            what is given
    ==============================  ================================================================
    a share is missing              NaN
    a share is 0 or 1               no projection: it has no logit
    df <= 0, or no variance         projection without interval
    ==============================  ================================================================

    Parameters
    ----------
    first, last : ndarray, shape (J,)
        Shares in 0..1 of the first and the last wave.
    covariance : ndarray, shape (J, 2, 2)
        Covariance matrix of each pair (M2, M8).
    df : ndarray of int, shape (J,)
        Degrees of freedom of each pair (M4).
    target : float
        T, a share strictly inside (0, 1).
    years : tuple of float
        Year of the first wave, of the last wave, and of the target.
    level : float
        Confidence of the two-sided limits.

    Returns
    -------
    DataFrame, shape (J, 7)
        observed_per_year, (p2 - p1)/years between; needed_per_year, (T - p2)/years left; projection, ci_low,
        ci_high in the target year; years_left; label, always "projection": it supposes that the logit goes on
        in a straight line and that nothing but sampling errs.

    Raises
    ------
    ValueError
        For years that do not follow each other, for a target that is no share.

    Notes
    -----
    M8: with k = years left / years between, L = (1+k) logit p2 - k logit p1; by the delta method its variance
    is that of (1+k) s2 p2 - k s1 p1, s = 1/(p(1-p)); limits expit(L ± t se). Source: Särndal,
    Swensson, Wretman (1992) §5.5.
    """
    start, end, goal = years
    if not start < end < goal:
        raise ValueError(
            f"years are those of the first wave, the last wave and the target, rising; got {years}"
        )
    if not 0 < target < 1:
        raise ValueError(f"a target for shares lies between 0 and 1, for example 0.60 for 60 %; got {target}")
    first, last = np.asarray(first, dtype=float), np.asarray(last, dtype=float)
    ahead = (goal - end) / (end - start)
    inside = (first > 0) & (first < 1) & (last > 0) & (last < 1)
    columns = np.full((3, len(first)), np.nan)
    columns[:, inside] = _project(
        np.stack([first, last])[:, inside],
        np.asarray(covariance)[inside],
        df[inside],
        ahead=ahead,
        level=level,
    )
    return pd.DataFrame(
        {
            "observed_per_year": (last - first) / (end - start),
            "needed_per_year": (target - last) / (goal - end),
            "projection": columns[0],
            "ci_low": columns[1],
            "ci_high": columns[2],
            "years_left": goal - end,
            "label": "projection",
        }
    )


def _project(shares: Floats, covariance: Floats, df: Ints, *, ahead: float, level: float) -> Floats:
    """Projection and limits of shares (2, J) strictly inside (0, 1), shape (3, J)."""
    step = np.array([-ahead, 1 + ahead])[:, None]
    centre = (step * LOGIT.there(shares)).sum(axis=0)
    slope = step * LOGIT.slope(shares)
    variance = np.einsum("aj,jab,bj->j", slope, covariance, slope)
    half = np.full(len(centre), np.nan)
    known = (df > 0) & (variance > 0)
    half[known] = upper_t((1 - level) / 2, df[known].astype(float)) * np.sqrt(variance[known])
    return np.stack([LOGIT.back(centre), LOGIT.back(centre - half), LOGIT.back(centre + half)])
