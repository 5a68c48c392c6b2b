"""How many to ask so that a survey can show whether a share has reached its target (M13)."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from estimation.arrays import Floats

Side = Literal["met", "not_met"]

ERROR, POWER = 0.025, 0.8
NEARLY = 1e-9


def effective_size_to_show(
    share: npt.ArrayLike,
    target: npt.ArrayLike,
    *,
    error: float = ERROR,
    power: float = POWER,
    df: npt.ArrayLike = np.inf,
) -> Floats:
    """Size of a simple random sample that shows, as often as wanted, on which side of a target a share is.

    n = {[t √(T(1-T)) + z √(p(1-p))] / (p - T)}², with t at 1 - error and `df`, and z the normal quantile of
    `power` (M13).

    Parameters
    ----------
    share : array_like
        The true share p that is assumed, in (0, 1).
    target : array_like
        T, in (0, 1). A share above it is to be shown "met", one below it "not met".
    error : float
        Chance of the wrong verdict at p = T. The verdict of M7 is read off the two-sided 95 % interval, so
        that of each side is 0.025.
    power : float
        Chance of the right verdict at p.
    df : array_like
        Degrees of freedom the survey will have (M4); infinite by default.

    Returns
    -------
    ndarray, broadcast shape
        Effective size, not rounded; infinite at p = T.

    Raises
    ------
    ValueError
        For a share, target, error or power outside (0, 1), or df that is not positive.

    References
    ----------
    Lachin (1981) Controlled Clinical Trials 2, 93-113; Cochran (1977) Sampling Techniques, section 4.4.
    """
    p, T, degrees = _checked(share, target, df)
    z = special.ndtri(_chance("power", power))
    with np.errstate(divide="ignore"):
        return np.asarray(np.square((_critical(error, degrees) * _spread(T) + z * _spread(p)) / (p - T)))


def power_to_show(
    share: npt.ArrayLike,
    target: npt.ArrayLike,
    effective_size: npt.ArrayLike,
    *,
    error: float = ERROR,
    df: npt.ArrayLike = np.inf,
) -> Floats:
    """Chance that a survey shows on which side of a target a share is (M13).

    Parameters
    ----------
    share, target : array_like
        As in :func:`effective_size_to_show`; at p = T the chance is that of one wrong verdict.
    effective_size : array_like
        Interviews divided by the design effect, positive.
    error : float
    df : array_like

    Returns
    -------
    ndarray, broadcast shape
        In 0..1.
    """
    p, T, degrees = _checked(share, target, df)
    distance = np.abs(p - T) * np.sqrt(np.asarray(effective_size, dtype=float))
    return np.asarray(special.ndtr((distance - _critical(error, degrees) * _spread(T)) / _spread(p)))


def share_to_show(
    target: npt.ArrayLike,
    effective_size: npt.ArrayLike,
    side: Side,
    *,
    error: float = ERROR,
    power: float = POWER,
    df: npt.ArrayLike = np.inf,
) -> Floats:
    """Share nearest to a target that a survey of a size still shows on its side (M13).

    What lies between the two shares that belong to "met" and "not_met" will mostly read "undecided": the
    minimum detectable gap of the survey.

    Parameters
    ----------
    target, effective_size : array_like
    side : {"met", "not_met"}
        Above the target, or below it.
    error, power : float
    df : array_like

    Returns
    -------
    ndarray, broadcast shape
        The share; NaN where not even a share of nearly 1 (or 0) is shown so often.
    """
    _chance("power", power)
    edges = {"met": 1 - NEARLY, "not_met": NEARLY}
    if side not in edges:
        raise ValueError(f"unknown side {side!r}; choose one of {list(edges)}")
    T, n, degrees = np.broadcast_arrays(
        *(np.asarray(values, dtype=float) for values in (target, effective_size, df))
    )
    _checked(T, T, degrees)

    def nearest(one: float, size: float, freedom: float) -> float:
        def lacking(share: float) -> float:
            return float(power_to_show(share, one, size, error=error, df=freedom)) - power

        if not size > 0 or lacking(edges[side]) < 0:
            return np.nan
        return float(optimize.brentq(lacking, one, edges[side], xtol=1e-12))

    found = [nearest(*cell) for cell in zip(T.ravel(), n.ravel(), degrees.ravel(), strict=True)]
    return np.reshape(found, T.shape)


def design_effect(
    intraclass: npt.ArrayLike, take: npt.ArrayLike, *, weighting: npt.ArrayLike = 1.0
) -> Floats:
    """Design effect of interviews taken in clusters: weighting × (1 + (b - 1) ICC) (M13).

    Parameters
    ----------
    intraclass : array_like
        Intraclass correlation ICC of the indicator within an area, 0.02 to 0.10 in most household surveys.
    take : array_like
        Interviews b in an area, at least 1.
    weighting : array_like
        Kish effect of the weights, at least 1 (M5).

    Returns
    -------
    ndarray, broadcast shape

    Raises
    ------
    ValueError
        For a correlation outside 0..1, or a take or an effect below 1.

    References
    ----------
    Kish (1965) Survey Sampling, section 5.4; Gabler, Häder & Lahiri (1999) Survey Methodology 25, 105-106.
    """
    icc, b, kish = (np.asarray(values, dtype=float) for values in (intraclass, take, weighting))
    if ((icc < 0) | (icc > 1)).any() or (b < 1).any() or (kish < 1).any():
        raise ValueError("an intraclass correlation lies in 0..1; take and weighting effect are at least 1")
    return np.asarray(kish * (1 + (b - 1) * icc))


def best_take(cost_area: float, cost_interview: float, intraclass: float) -> float:
    """Interviews in an area that give most precision for the money: √(c_a/c_i · (1 - ICC)/ICC) (M13).

    Parameters
    ----------
    cost_area, cost_interview : float
        What one more area, and one more interview in it, costs; the same currency, positive.
    intraclass : float
        In (0, 1).

    Returns
    -------
    float
        Not rounded, at least 1.

    Raises
    ------
    ValueError
        For costs that are not positive, or a correlation outside (0, 1).

    References
    ----------
    Cochran (1977) Sampling Techniques, section 10.6.
    """
    if cost_area <= 0 or cost_interview <= 0 or not 0 < intraclass < 1:
        raise ValueError("costs are positive, and an intraclass correlation lies in (0, 1)")
    return max(1.0, float(np.sqrt(cost_area / cost_interview * (1 - intraclass) / intraclass)))


def _checked(share: npt.ArrayLike, target: npt.ArrayLike, df: npt.ArrayLike) -> tuple[Floats, Floats, Floats]:
    p, T, degrees = (np.asarray(values, dtype=float) for values in (share, target, df))
    if not ((p > 0) & (p < 1)).all() or not ((T > 0) & (T < 1)).all():
        raise ValueError("shares and targets lie strictly between 0 and 1, for example 0.60 for 60 %")
    if not (degrees > 0).all():
        raise ValueError("degrees of freedom are positive: more areas than strata")
    return p, T, degrees


def _chance(name: str, chance: float) -> float:
    if not 0 < chance < 1:
        raise ValueError(f"{name} is a chance between 0 and 1; got {chance}")
    return chance


def _critical(error: float, df: Floats) -> Floats:
    """Give the quantile of Student's t at 1 - error; the normal one at infinite df."""
    tail = 1 - _chance("error", error)
    finite = np.where(np.isinf(df), 1, df)
    return np.asarray(np.where(np.isinf(df), special.ndtri(tail), special.stdtrit(finite, tail)))


def _spread(share: Floats) -> Floats:
    return np.asarray(np.sqrt(share * (1 - share)))
