"""Estimates against a target: the verdict off the interval, the confidence beside it, families by Holm."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from estimation.arrays import Flags, Floats
from estimation.intervals import exact_size

REACHES: dict[str, Callable[[Floats, float], Flags]] = {">=": np.greater_equal, ">": np.greater}


def against(
    estimates: pd.DataFrame, target: float, *, op: str = ">=", level: float = 0.95, shares: bool = True
) -> pd.DataFrame:
    """Judge every estimate against a target (M7).

    Parameters
    ----------
    estimates : DataFrame, shape (K, ...)
        Columns indicator, n, estimate, se, ci_low, ci_high, df; rows of one indicator are a family.
    target : float
        T, for shares in (0, 1).
    op : {">=", ">"}
        Whether the goal says "at least T" or "over T".
    level : float
        Confidence of the interval that is shown; the family verdict uses half of what is left, 0.025.
    shares : bool
        Whether confidence is measured on the logit scale.

    Returns
    -------
    DataFrame, shape (K, ... + 9)
        The estimates, then target, gap, confidence_met, p_met, p_not_met, holm_p_met, holm_p_not_met,
        verdict, family_verdict. Without an interval the confidences are NaN, both verdicts `undecided`.

    Raises
    ------
    ValueError
        For an unknown `op`, with the choices; for a share outside (0, 1).
    """
    if op not in REACHES:
        raise ValueError(f"unknown comparison with a target {op!r}; choose one of {list(REACHES)}")
    if shares and not 0 < target < 1:
        raise ValueError(f"a target for shares lies between 0 and 1, for example 0.60 for 60 %; got {target}")
    confident = confidence(estimates, target, level=level, shares=shares)
    judged = estimates.assign(target=float(target), gap=estimates["estimate"] - target).join(confident)
    family = judged.groupby("indicator", sort=False)
    judged["holm_p_met"] = family["p_met"].transform(holm)
    judged["holm_p_not_met"] = family["p_not_met"].transform(holm)
    judged["verdict"] = verdict(
        REACHES[op](judged["ci_low"].to_numpy(float), target), judged["ci_high"].to_numpy(float) < target
    )
    tail = (1 - level) / 2
    judged["family_verdict"] = verdict(
        judged["holm_p_met"].to_numpy(float) <= tail, judged["holm_p_not_met"].to_numpy(float) <= tail
    )
    return judged


def verdict(met: Flags, not_met: Flags) -> NDArray[np.str_]:
    """Name what is decided, element by element; neither means `undecided`."""
    return np.select([met, not_met], ["met", "not_met"], "undecided")


def confidence(estimates: pd.DataFrame, target: float, *, level: float, shares: bool) -> pd.DataFrame:
    """Confidence that the target is met, and the one-sided p-values of both claims (M7).

    Parameters
    ----------
    estimates : DataFrame, shape (K, ...)
    target, level, shares
        As in :func:`against`.

    Returns
    -------
    DataFrame, shape (K, 3)
        confidence_met = F_t of (logit p - logit T)/s, or of (estimate - T)/se; p_met = 1 - confidence_met;
        p_not_met = confidence_met. At p = 0 or 1 the p-values come from the beta distributions behind the
        Korn-Graubard limits. NaN where there is no interval.
    """
    p, se, n, df = (estimates[name].to_numpy(float) for name in ("estimate", "se", "n", "df"))
    confident, p_met, p_not_met = np.full((3, len(p)), np.nan)
    known = (n > 0) & (df > 0) & ~np.isnan(se)
    edge = known & ((p <= 0) | (p >= 1)) & shares
    usual = known & ~edge
    statistic = _distance(p[usual], se[usual], target, shares=shares)
    p_met[usual], p_not_met[usual] = special.stdtr(df[usual], -statistic), special.stdtr(df[usual], statistic)
    confident[usual] = p_not_met[usual]
    size = exact_size(p[edge], se[edge], n[edge], df[edge], level=level)
    p_met[edge], p_not_met[edge] = _exact(p[edge], size, target)
    confident[edge] = 1 - p_met[edge]
    columns = {"confidence_met": confident, "p_met": p_met, "p_not_met": p_not_met}
    return pd.DataFrame(columns, index=estimates.index)


def _distance(p: Floats, se: Floats, target: float, *, shares: bool) -> Floats:
    """Distance from the target in standard errors; ±inf, or 0 on the target, where there is no error."""
    gap, error = (
        (special.logit(p) - special.logit(target), se / (p * (1 - p))) if shares else (p - target, se)
    )
    statistic = np.where(gap == 0, 0.0, np.copysign(np.inf, gap))
    np.divide(gap, error, out=statistic, where=error > 0)
    return statistic


def _exact(p: Floats, size: Floats, target: float) -> tuple[Floats, Floats]:
    """p-values at p = 0 or 1 from the distributions behind the Korn-Graubard limits."""
    p_met, p_not_met = np.ones_like(p), np.ones_like(p)
    none, everyone = p <= 0, p >= 1
    p_met[everyone] = special.betainc(size[everyone], 1.0, target)
    p_not_met[none] = special.betaincc(1.0, size[none], target)
    return p_met, p_not_met


def holm(p_values: pd.Series) -> Floats:
    """Adjust a family of p-values by Holm's step-down rule; missing ones stay out of the family.

    The j-th smallest of m becomes the largest of min(1, (m - i + 1) p_(i)) over i <= j.
    Source: Holm (1979) Scand. J. Stat. 6.
    """
    values = np.asarray(p_values, dtype=float)
    adjusted = np.full(len(values), np.nan)
    order = np.argsort(values)[: np.isfinite(values).sum()]
    stepped = values[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return adjusted
