"""Estimates against a target: the verdict off the interval, the confidence beside it, families by Holm."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimation.arrays import Flags, Floats
from estimation.interval_methods import INTERVALS, Evidence, choose, student_evidence
from estimation.intervals import choose_side, degenerate, tail_of

REACHES: dict[str, Callable[[Floats, float], Flags]] = {">=": np.greater_equal, ">": np.greater}
BELOW: dict[str, Callable[[Floats, float], Flags]] = {">=": np.less_equal, ">": np.less}


def against(
    estimates: pd.DataFrame,
    target: float,
    *,
    op: str = ">=",
    level: float = 0.95,
    shares: bool = True,
    method: str = "logit",
    side: str = "two",
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
        Confidence of the interval that is shown; the family verdict uses its tail: 0.025 of two sides at
        0.95, 0.05 of one.
    shares : bool
        Whether the estimates are shares; others are judged by Student's t whatever the method.
    method, side : str
        Of the interval that is shown, as in :func:`estimation.intervals.interval`. A lower limit alone never
        decides `not_met`, an upper one never `met`.

    Returns
    -------
    DataFrame, shape (K, ... + 9)
        The estimates, then target, gap, confidence_met, p_met, p_not_met, holm_p_met, holm_p_not_met,
        verdict, family_verdict. Without an interval the confidences are NaN, both verdicts `undecided`.

    Raises
    ------
    ValueError
        For an unknown `op`, method or side, with the choices; for a share outside (0, 1).
    """
    _check(target, op, shares=shares)
    ends, tail = choose_side(side), tail_of(level, side)
    confident = confidence(estimates, target, level=level, shares=shares, method=method, side=side, op=op)
    judged = estimates.assign(target=float(target), gap=estimates["estimate"] - target).join(confident)
    family = judged.groupby("indicator", sort=False)
    judged["holm_p_met"] = family["p_met"].transform(holm)
    judged["holm_p_not_met"] = family["p_not_met"].transform(holm)
    judged["verdict"] = verdict(
        REACHES[op](judged["ci_low"].to_numpy(float), target) & ends.lower,
        (judged["ci_high"].to_numpy(float) < target) & ends.upper,
    )
    judged["family_verdict"] = verdict(
        BELOW[op](judged["holm_p_met"].to_numpy(float), tail) & ends.lower,
        (judged["holm_p_not_met"].to_numpy(float) < tail) & ends.upper,
    )
    return judged


def _check(target: float, op: str, *, shares: bool) -> None:
    if op not in REACHES:
        raise ValueError(f"unknown comparison with a target {op!r}; choose one of {list(REACHES)}")
    if shares and not 0 < target < 1:
        raise ValueError(f"a target for shares lies between 0 and 1, for example 0.60 for 60 %; got {target}")


def verdict(met: Flags, not_met: Flags) -> NDArray[np.str_]:
    """Name what is decided, element by element; neither means `undecided`."""
    return np.select([met, not_met], ["met", "not_met"], "undecided")


def confidence(
    estimates: pd.DataFrame,
    target: float,
    *,
    level: float,
    shares: bool,
    method: str = "logit",
    side: str = "two",
    op: str = ">=",
) -> pd.DataFrame:
    """Confidence that the target is met, and the one-sided p-values of both claims (M7).

    ==============================  ==========================================================
    case, in this order             evidence
    ==============================  ==========================================================
    no interval                     none (NaN)
    p = 0 or p = 1                  the beta distributions of Korn-Graubard with n
    se = 0 inside (0, 1)            p_met 0 where the estimate reaches the target, p_not_met 0
                                    where it is below, else 1; confidence 1, 0, or 0.5 on it
    else                            the test of the method; no share: t of (estimate - T)/se
    ==============================  ==========================================================

    Parameters
    ----------
    estimates : DataFrame, shape (K, ...)
    target, level, shares, method, side, op
        As in :func:`against`.

    Returns
    -------
    DataFrame, shape (K, 3)
        confidence_met = 1 - p_met, for the logit method F_t of (logit p - logit T)/s; p_met; p_not_met.
    """
    chosen, tail = choose(method), tail_of(level, side)
    p, se, n, df = (estimates[name].to_numpy(float) for name in ("estimate", "se", "n", "df"))
    known, edge, flat = degenerate(p, se, n, df)
    if not shares:
        edge, flat = np.zeros_like(known), known & (se == 0)
    columns = np.full((3, len(p)), np.nan)
    exact, usual = INTERVALS["korn_graubard"], known & ~edge & ~flat
    for cases, test in ((edge, exact.evidence), (usual, chosen.evidence if shares else _plain)):
        columns[:, cases] = test(p[cases], se[cases], n[cases], df[cases], target=target, tail=tail)
    columns[:, flat] = _without_error(p[flat], target, op)
    return pd.DataFrame(dict(zip(Evidence._fields, columns, strict=True)), index=estimates.index)


def _plain(estimate: Floats, se: Floats, _n: Floats, df: Floats, *, target: float, tail: float) -> Evidence:
    """Evidence of a mean, total or ratio on its own scale."""
    del tail
    return student_evidence((estimate - target) / se, df)


def _without_error(estimate: Floats, target: float, op: str) -> Evidence:
    """Evidence where nothing varies: the estimate decides, and M9 flags the row."""
    return Evidence(
        confidence_met=(1 + np.sign(estimate - target)) / 2,
        p_met=np.where(REACHES[op](estimate, target), 0.0, 1.0),
        p_not_met=np.where(estimate < target, 0.0, 1.0),
    )


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
