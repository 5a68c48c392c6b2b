"""Confidence intervals of a share, one- and two-sided: the degenerate cells, the sides, the levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimation.arrays import Flags, Floats
from estimation.interval_methods import INTERVALS, capped_size, choose, upper_t

__all__ = [
    "INTERVALS",
    "SIDES",
    "Side",
    "check_level",
    "choose",
    "choose_side",
    "degenerate",
    "effective_size",
    "exact_size",
    "interval",
    "student",
    "t_quantile",
    "tail_of",
]


@dataclass(frozen=True, slots=True)
class Side:
    """Which limits an interval has; a single one takes all of the error."""

    lower: bool
    upper: bool


SIDES: dict[str, Side] = {
    "two": Side(lower=True, upper=True),
    "lower": Side(lower=True, upper=False),
    "upper": Side(lower=False, upper=True),
}


def interval(
    p: Floats,
    se: Floats,
    n: Floats,
    df: Floats,
    *,
    method: str = "logit",
    level: float = 0.95,
    side: str = "two",
) -> tuple[Floats, Floats]:
    """Limits of shares, degenerate cells included.

    ==============================  ======================  ==================  ==================
    case, in this order             side="two"              side="lower"        side="upper"
    ==============================  ======================  ==================  ==================
    n = 0                           none (NaN)              none                none
    df <= 0, or no standard error   none (NaN)              none                none
    p = 0                           0 .. 1 - tail^(1/n)     0 .. 1              0 .. 1 - tail^(1/n)
    p = 1                           tail^(1/n) .. 1         tail^(1/n) .. 1     0 .. 1
    se = 0 inside (0, 1)            p .. p; M9 flags it     p .. 1              0 .. p
    else                            the method              low .. 1            0 .. high
    ==============================  ======================  ==================  ==================

    At p = 0 and p = 1 these are the Korn-Graubard limits with n, whatever the method. The tail is
    (1 - level)/2 for two sides and 1 - level for one.

    Parameters
    ----------
    p, se : ndarray, one shape
        Shares in 0..1 and their standard errors.
    n, df : ndarray, the same shape
        Members with a value, degrees of freedom (M4).
    method : {"logit", "korn_graubard", "wilson", "wald", "beta", "asin"}
        See Notes.
    level : float
        Confidence, 0.95 by default; above 0.5 for one side.
    side : {"two", "lower", "upper"}
        Both limits, or one with all of the error in its tail; the other end is then 0 or 1.

    Returns
    -------
    low, high : ndarray, the same shape

    Raises
    ------
    ValueError
        For an unknown method or side, with the choices; for a level that is no confidence.

    Notes
    -----
    =============  =========================================  ===============================  ============
    method         limits (M6), t at df                       test of a target T (M7)          R svyciprop
    =============  =========================================  ===============================  ============
    logit          expit(logit p ± t se/[p(1-p)])             t of [logit p - logit T]/s       "xlogit"
    korn_graubard  Clopper-Pearson, n* = min(n, adjusted)     the two beta distributions
    wilson         score limits with n_eff                    t of (p-T)/√(T(1-T)/n_eff)       "wilson"
    wald           p ± t se, may leave 0..1                   t of (p - T)/se                  "mean"
    beta           Clopper-Pearson, n_eff (t_{n-1}/t_df)²     the two beta distributions       "beta"
    asin           sin²(asin √p ± t se/(2√(p(1-p))))          t on the same scale              "asin"
    =============  =========================================  ===============================  ============

    R's "logit" reaches the limits of logit by iteration; korn_graubard is the form of NCHS.
    On the arcsine scale a limit beyond 0 or π/2 is 0 or 1; R turns back there and prints a limit inside.

    Sources: Korn & Graubard (1998) Survey Methodology 24(2) 193-201; Parker et al. (2017) Vital Health Stat
    2(175); Franco, Little, Louis, Slud (2019) J. Surv. Stat. Methodol. 7; R ``survey::svyciprop``.
    """
    chosen, ends, tail = choose(method), choose_side(side), tail_of(level, side)
    p, se, n, df = (np.asarray(values, dtype=float) for values in (p, se, n, df))
    known, edge, flat = degenerate(p, se, n, df)
    low, high = np.full(p.shape, np.nan), np.full(p.shape, np.nan)
    low[flat] = high[flat] = p[flat]
    for cases, way in ((edge, INTERVALS["korn_graubard"]), (known & ~edge & ~flat, chosen)):
        low[cases], high[cases] = way.limits(p[cases], se[cases], n[cases], df[cases], tail=tail)
    if not ends.lower:
        low[known] = 0.0
    if not ends.upper:
        high[known] = 1.0
    return low, high


def degenerate(p: Floats, se: Floats, n: Floats, df: Floats) -> tuple[Flags, Flags, Flags]:
    """Sort shares into the cases of :func:`interval`: with an interval, at 0 or 1, without error inside."""
    known = (n > 0) & (df > 0) & ~np.isnan(se)
    edge = known & ((p <= 0) | (p >= 1))
    return known, edge, known & ~edge & (se == 0)


def student(
    estimate: Floats, se: Floats, df: Floats, *, level: float, side: str = "two"
) -> tuple[Floats, Floats]:
    """Limits of a mean, total, ratio or difference, estimate ± t se.

    Parameters
    ----------
    estimate, se, df : ndarray, one shape
    level, side
        As in :func:`interval`; the end without a limit is -inf or +inf.

    Returns
    -------
    low, high : ndarray, the same shape
        NaN where df <= 0 or there is no standard error.
    """
    ends, tail = choose_side(side), tail_of(level, side)
    half = np.full(np.shape(estimate), np.nan)
    known: Flags = (df > 0) & ~np.isnan(se)
    half[known] = upper_t(tail, df[known]) * se[known]
    below, above = (half if wanted else half + np.inf for wanted in (ends.lower, ends.upper))
    return estimate - below, estimate + above


def effective_size(spread: Floats, se: Floats, n: Floats) -> Floats:
    """Size of a simple random sample of the same precision (M5): spread/V, and n where V = 0.

    Parameters
    ----------
    spread : ndarray
        p(1-p) of a share, the variance of y for a mean.
    se, n : ndarray
    """
    size = np.asarray(n, dtype=float).copy()
    np.divide(spread, se**2, out=size, where=~(se == 0) & ~(spread == 0))
    return size


def exact_size(p: Floats, se: Floats, n: Floats, df: Floats, *, level: float) -> Floats:
    """Give n* of M6 for two sides: n_eff adjusted for df, at most n; n at p = 0 or 1 and at se = 0."""
    return capped_size(p, se, n, df, tail=(1 - level) / 2)


def t_quantile(level: float, df: Floats) -> Floats:
    """Give the two-sided quantile of Student's t, for example 2.26 at level 0.95 and 9 df."""
    return upper_t((1 - level) / 2, df)


def choose_side(side: str) -> Side:
    """Look up which limits are wanted; an unknown name lists the choices."""
    if side not in SIDES:
        raise ValueError(f"unknown side {side!r} of an interval; choose one of {list(SIDES)}")
    return SIDES[side]


def tail_of(level: float, side: str = "two") -> float:
    """Give the error in each tail that has a limit: (1 - level)/2 of two sides, 1 - level of one."""
    ends = choose_side(side)
    check_level(level, side)
    return (1 - level) / (ends.lower + ends.upper)


def check_level(level: float, side: str = "two") -> None:
    """Refuse a confidence that is not a share, and a single limit on the wrong side of the estimate."""
    if not 0 < level < 1:
        raise ValueError(f"level is a confidence between 0 and 1, for example 0.95; got {level}")
    if side != "two" and level <= 0.5:
        raise ValueError(f"a {side} limit needs a level above 0.5, for example 0.95; got {level}")
