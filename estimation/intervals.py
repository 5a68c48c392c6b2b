"""Confidence intervals of a share: one function a method, one table to choose from."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from scipy import special

from estimation.arrays import Flags, Floats


class IntervalMethod(Protocol):
    """Limits for shares strictly inside (0, 1) with a positive standard error; arrays of one shape."""

    def __call__(
        self, p: Floats, se: Floats, n: Floats, df: Floats, /, *, level: float
    ) -> tuple[Floats, Floats]:
        """Return lower and upper limits."""


def logit(p: Floats, se: Floats, _n: Floats, df: Floats, *, level: float) -> tuple[Floats, Floats]:
    """Give Wald limits on the logit scale, turned back: expit(logit p ± t se/[p(1-p)]) (M6).

    Source: R ``svyciprop(method = "xlogit")``, to which ``"logit"`` converges.
    """
    centre, half = special.logit(p), t_quantile(level, df) * se / (p * (1 - p))
    return special.expit(centre - half), special.expit(centre + half)


def wald(p: Floats, se: Floats, _n: Floats, df: Floats, *, level: float) -> tuple[Floats, Floats]:
    """Give p ± t se; may leave [0, 1] (R ``svyciprop(method = "mean")``)."""
    half = t_quantile(level, df) * se
    return p - half, p + half


def wilson(p: Floats, se: Floats, _n: Floats, df: Floats, *, level: float) -> tuple[Floats, Floats]:
    """Give Wilson's score limits with the effective size and t in place of z (M6).

    The effective size is not adjusted by df as well, which would count df twice.
    Source: Franco, Little, Louis, Slud (2019) J. Surv. Stat. Methodol. 7; R ``svyciprop(method = "wilson")``.
    """
    n_eff, square = p * (1 - p) / se**2, t_quantile(level, df) ** 2
    centre = (p + square / (2 * n_eff)) / (1 + square / n_eff)
    half = np.sqrt(square * (p * (1 - p) / n_eff + square / (4 * n_eff**2))) / (1 + square / n_eff)
    return centre - half, centre + half


def korn_graubard(p: Floats, se: Floats, n: Floats, df: Floats, *, level: float) -> tuple[Floats, Floats]:
    """Give Clopper-Pearson limits with the size n* of NCHS, never above n (M6).

    Sources: Korn & Graubard (1998) Survey Methodology 24(2) 193-201; Parker et al. (2017) Vital Health Stat
    2(175).
    """
    return clopper_pearson(p, exact_size(p, se, n, df, level=level), level=level)


def beta(p: Floats, se: Floats, n: Floats, df: Floats, *, level: float) -> tuple[Floats, Floats]:
    """Give Clopper-Pearson limits with the adjusted size as it is (R ``svyciprop(method = "beta")``)."""
    return clopper_pearson(p, _adjusted_size(p, se, n, df, level=level), level=level)


INTERVALS: dict[str, IntervalMethod] = {
    "logit": logit,
    "korn_graubard": korn_graubard,
    "wilson": wilson,
    "wald": wald,
    "beta": beta,
}


def t_quantile(level: float, df: Floats) -> Floats:
    """Give the two-sided quantile of Student's t, for example 2.26 at level 0.95 and 9 df."""
    return np.asarray(special.stdtrit(df, (1 + level) / 2), dtype=float)


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
    """Give n* of M6: the effective size adjusted for df, at most n; n at p = 0 or 1 and at se = 0."""
    flat = (p <= 0) | (p >= 1) | (se == 0)
    size = np.asarray(n, dtype=float).copy()
    usual = ~flat & (df > 0)
    size[usual] = np.minimum(n[usual], _adjusted_size(p[usual], se[usual], n[usual], df[usual], level=level))
    return size


def _adjusted_size(p: Floats, se: Floats, n: Floats, df: Floats, *, level: float) -> Floats:
    """Give n_eff (t_{n-1}/t_df)² (Korn & Graubard 1998)."""
    return p * (1 - p) / se**2 * (t_quantile(level, n - 1) / t_quantile(level, df)) ** 2


def clopper_pearson(p: Floats, size: Floats, *, level: float) -> tuple[Floats, Floats]:
    """Give the exact binomial limits at x = size * p, with 0 and 1 at the ends."""
    tail, x = (1 - level) / 2, size * p
    low, high = np.zeros_like(p), np.ones_like(p)
    some, spare = p > 0, p < 1
    low[some] = special.betaincinv(x[some], (size - x)[some] + 1, tail)
    high[spare] = special.betaincinv(x[spare] + 1, (size - x)[spare], 1 - tail)
    return low, high


def interval(
    p: Floats, se: Floats, n: Floats, df: Floats, *, method: str = "logit", level: float = 0.95
) -> tuple[Floats, Floats]:
    """Limits of shares, degenerate cells included.

    ==============================  ============================================================
    case, in this order             limits
    ==============================  ============================================================
    n = 0                           none (NaN)
    df <= 0, or no standard error   none (NaN)
    p = 0 or p = 1                  Korn-Graubard with n, whatever the method
    se = 0 inside (0, 1)            (p, p); M9 flags it
    else                            the method
    ==============================  ============================================================

    Parameters
    ----------
    p, se : ndarray, one shape
        Shares in 0..1 and their standard errors.
    n, df : ndarray, the same shape
        Members with a value, degrees of freedom (M4).
    method : {"logit", "korn_graubard", "wilson", "wald", "beta"}
    level : float
        Confidence, 0.95 by default.

    Returns
    -------
    low, high : ndarray, the same shape

    Raises
    ------
    ValueError
        For an unknown method, with the choices.
    """
    compute = choose(method)
    check_level(level)
    p, se, n, df = (np.asarray(values, dtype=float) for values in (p, se, n, df))
    known = (n > 0) & (df > 0) & ~np.isnan(se)
    edge = known & ((p <= 0) | (p >= 1))
    flat = known & ~edge & (se == 0)
    low, high = np.full(p.shape, np.nan), np.full(p.shape, np.nan)
    low[flat] = high[flat] = p[flat]
    for cases, limits in ((edge, korn_graubard), (known & ~edge & ~flat, compute)):
        low[cases], high[cases] = limits(p[cases], se[cases], n[cases], df[cases], level=level)
    return low, high


def choose(method: str) -> IntervalMethod:
    """Look up an interval by name; an unknown one lists the choices."""
    if method not in INTERVALS:
        raise ValueError(f"unknown interval {method!r}; choose one of {list(INTERVALS)}")
    return INTERVALS[method]


def check_level(level: float) -> None:
    """Refuse a confidence that is not a share."""
    if not 0 < level < 1:
        raise ValueError(f"level is a confidence between 0 and 1, for example 0.95; got {level}")


def student(estimate: Floats, se: Floats, df: Floats, *, level: float) -> tuple[Floats, Floats]:
    """Limits of a mean, total, ratio or difference, estimate ± t se; NaN where df <= 0."""
    check_level(level)
    half = np.full(np.shape(estimate), np.nan)
    known: Flags = df > 0
    half[known] = t_quantile(level, df[known]) * se[known]
    return estimate - half, estimate + half
