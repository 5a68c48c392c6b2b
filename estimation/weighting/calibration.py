"""Calibration: the smallest change of the weights, by a chosen distance, that meets all known totals."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation.arrays import Floats
from estimation.weighting.diagnostics import kish_effect
from estimation.weighting.margins import (
    Margin,
    WeightingError,
    category_codes,
    check_margins,
    checked_weight,
    some,
)

Bounds = tuple[float, float]
Curve = Callable[[Floats, Bounds], tuple[Floats, Floats]]
HALVINGS = 30
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Calibrated:
    """Weights that meet known totals, with what it took.

    Attributes
    ----------
    weight, factor : Series of float, shape (n,)
        Calibrated weight, and the factor g = calibrated / initial weight.
    reached : DataFrame
        ``variable, category, target, before, after``, one row a total; category "" for a number.
    iterations : int
        Newton steps.
    kish_before, kish_after : float
        Kish design effect of the weights before and after.
    """

    weight: pd.Series
    factor: pd.Series
    reached: pd.DataFrame
    iterations: int
    kish_before: float
    kish_after: float


@dataclass(frozen=True, slots=True, eq=False)
class _System:
    """Totals to be met by r different rows of auxiliary values."""

    x: Floats  # (r, p)
    row: np.ndarray  # (n,) row of each person
    weight: Floats  # (r,) initial weights of all persons of a row
    targets: Floats  # (p,)
    names: pd.DataFrame  # (p, 2) variable, category


def calibrate(
    persons: pd.DataFrame,
    weight: str,
    margins: Sequence[Margin] = (),
    *,
    numbers: Mapping[str, float] | None = None,
    method: str = "linear",
    bounds: Bounds | None = None,
    tolerance: float = 1e-12,
    max_iterations: int = 100,
) -> Calibrated:
    r"""Calibrate weights to known totals of categories and of numbers (M10).

    Parameters
    ----------
    persons : DataFrame, shape (n, ...)
        Column `weight`, one column a margin and one a number, never missing.
    weight : str
        Column of the weights before calibration; not negative.
    margins : sequence of Margin
        Totals of categories; all of the same population.
    numbers : mapping of str to float, optional
        Column of numbers -> its total in the population.
    method : {"linear", "raking", "logit"}
        `linear` (GREG) may give negative weights unless it is bounded, `raking` never does, `logit` keeps g
        inside the bounds.
    bounds : (float, float), optional
        Lower < 1 < upper bound of g: needed by `logit`, allowed by `linear` (truncated), unknown to `raking`.
    tolerance : float
        Largest relative distance from a total.

    Returns
    -------
    Calibrated

    Raises
    ------
    WeightingError
        An unknown method; bounds that the method cannot have; a category without sample or without target; a
        category whose total no weights inside the bounds meet, with the factor it needs; no convergence.

    Notes
    -----
    .. math::
        \sum_k w_k F(x_k'\lambda) x_k = T, \qquad F_{linear}(u) = 1 + u, \quad F_{raking}(u) = e^u, \quad
        F_{logit}(u) = \frac{L(U-1) + U(1-L) e^{Au}}{(U-1) + (1-L) e^{Au}}, \quad A = \frac{U-L}{(1-L)(U-1)}

    by Newton's method, the step halved while it leads away. Persons with the same auxiliary values share a
    factor, so it runs over those. Dummies of several margins are singular together: least squares.
    Sources: Deville & Särndal (1992) JASA 87, cases 1, 2, 6 and 7; R ``survey::calibrate``.
    """
    limits = _checked_bounds(method, bounds)
    if margins:
        check_margins(margins)
    system = _system(persons, checked_weight(persons, weight), margins, dict(numbers or {}))
    _check_reach(system, limits)
    g, iterations = _solve(system, CURVES[method], limits, tolerance=tolerance, most=max_iterations)
    return _calibrated(persons[weight], g, system, iterations)


def poststratify(persons: pd.DataFrame, weight: str, margin: Margin) -> Calibrated:
    """Multiply the weights of each category by its known total over its weighted sum (M10).

    Raises
    ------
    WeightingError
        Naming a category without sample or without target.
    """
    check_margins([margin])
    system = _system(persons, checked_weight(persons, weight), [margin], {})
    return _calibrated(persons[weight], system.x @ (system.targets / (system.weight @ system.x)), system, 1)


def _calibrated(initial: pd.Series, g: Floats, system: _System, iterations: int) -> Calibrated:
    factor = pd.Series(g[system.row], index=initial.index, name="g")
    weight = (initial.astype(float) * factor).rename(f"{initial.name}_calibrated")
    before, after = system.weight @ system.x, (system.weight * g) @ system.x
    reached = system.names.assign(target=system.targets, before=before, after=after)
    return Calibrated(weight, factor, reached, iterations, kish_effect(initial), kish_effect(weight))


def _linear(u: Floats, bounds: Bounds) -> tuple[Floats, Floats]:
    low, high = bounds
    return np.clip(1 + u, low, high), ((1 + u > low) & (1 + u < high)).astype(float)


def _raking(u: Floats, _bounds: Bounds) -> tuple[Floats, Floats]:
    grown = np.exp(np.minimum(u, 500.0))
    return grown, grown


def _logit(u: Floats, bounds: Bounds) -> tuple[Floats, Floats]:
    low, high = bounds
    steep = (high - low) / ((1 - low) * (high - 1))
    share = 1 / (1 + (high - 1) / (1 - low) * np.exp(np.clip(-steep * u, -500.0, 500.0)))
    return low + (high - low) * share, (high - low) * steep * share * (1 - share)


CURVES: Mapping[str, Curve] = {"linear": _linear, "raking": _raking, "logit": _logit}


def _checked_bounds(method: str, bounds: Bounds | None) -> Bounds:
    """Bounds of g, infinite where there are none."""
    if method not in CURVES:
        raise WeightingError(f"unknown method of calibration {method!r}; choose one of {list(CURVES)}")
    if bounds is None:
        if method == "logit":
            raise WeightingError("method 'logit' needs bounds of the factor, for example bounds=(0.5, 2.0)")
        return (-math.inf, math.inf) if method == "linear" else (0.0, math.inf)
    if method == "raking":
        raise WeightingError("method 'raking' has no bounds; take 'logit', which stays close to it")
    low, high = bounds
    if not low < 1 < high or (method == "logit" and not (math.isfinite(low) and math.isfinite(high))):
        raise WeightingError(f"bounds of the factor lie on both sides of 1; got ({low}, {high})")
    return low, high


def _system(
    persons: pd.DataFrame, initial: Floats, margins: Sequence[Margin], numbers: Mapping[str, float]
) -> _System:
    """Bring persons with the same categories and numbers together."""
    if not margins and not numbers:
        raise WeightingError("calibration needs at least one margin or one number with its total")
    codes = [category_codes(persons, margin, initial).astype(float) for margin in margins]
    values = [_number(persons, name) for name in numbers]
    rows, row = np.unique(np.column_stack([*codes, *values]), axis=0, return_inverse=True)
    row = row.reshape(-1)
    dummies = [np.eye(len(margin.totals))[rows[:, place].astype(int)] for place, margin in enumerate(margins)]
    named = [(margin.variable, str(category)) for margin in margins for category in margin.totals.index]
    return _System(
        x=np.hstack([*dummies, rows[:, len(margins) :]]),
        row=row,
        weight=np.asarray(np.bincount(row, initial, minlength=len(rows)), dtype=float),
        targets=np.concatenate([*(margin.totals.to_numpy(float) for margin in margins), [*numbers.values()]]),
        names=pd.DataFrame([*named, *((name, "") for name in numbers)], columns=["variable", "category"]),
    )


def _number(persons: pd.DataFrame, name: str) -> Floats:
    values = persons[name].to_numpy(float)
    if not np.isfinite(values).all():
        raise WeightingError(
            f"calibration number {name!r}: {some(persons.index[~np.isfinite(values)])} lack it"
        )
    return np.asarray(values)


def _check_reach(system: _System, bounds: Bounds) -> None:
    """Refuse a category whose total lies beyond what the bounds let its weights become."""
    of_category = (system.names["category"] != "").to_numpy()
    needed = system.targets[of_category] / (system.weight @ system.x)[of_category]
    low, high = bounds
    outside = np.flatnonzero((needed < low - ROUNDING) | (needed > high + ROUNDING))
    if len(outside):
        worst = outside[np.abs(np.log(needed[outside])).argmax()]
        variable, category = system.names[of_category].iloc[worst]
        raise WeightingError(
            f"margin {variable!r}, category {category!r} needs the factor {needed[worst]:.4g}, the bounds "
            f"are ({low:g}, {high:g}): no weights inside them meet its total. Widen the bounds, or merge the "
            "category with a like one"
        )


def _solve(
    system: _System, curve: Curve, bounds: Bounds, *, tolerance: float, most: int
) -> tuple[Floats, int]:
    """Newton's method for the multipliers -> factor of each row, and the steps it took."""
    size = np.maximum(np.abs(system.targets), np.abs(system.weight @ system.x))
    x, slopes = system.x / size, np.zeros(len(size))
    g, rise = curve(x @ slopes, bounds)
    missed = system.targets / size - (system.weight * g) @ x
    for iteration in range(1, most + 1):
        if np.abs(missed).max() < tolerance:
            return g, iteration - 1
        step = np.linalg.lstsq((x * (system.weight * rise)[:, None]).T @ x, missed, rcond=1e-12)[0]
        for _ in range(HALVINGS):
            g, rise = curve(x @ (slopes + step), bounds)
            left = system.targets / size - (system.weight * g) @ x
            if np.abs(left).sum() < np.abs(missed).sum():
                break
            step = step / 2
        slopes, missed = slopes + step, left
    if np.abs(missed).max() < tolerance:
        return g, most
    worst = int(np.abs(missed).argmax())
    variable, category = system.names.iloc[worst]
    cell = f"margin {variable!r}, category {category!r}" if category else f"the number {variable!r}"
    raise WeightingError(
        f"calibration did not meet all totals in {most} steps: {cell} is missed by "
        f"{abs(missed[worst]):.3%}; no weights inside the bounds ({bounds[0]:g}, {bounds[1]:g}) meet these "
        "totals together, or they contradict each other. Widen the bounds, or merge the category"
    )
