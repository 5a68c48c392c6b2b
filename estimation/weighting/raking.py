"""Raking: weights fitted to several margins in turn until all of them hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation.weighting.diagnostics import kish_effect
from estimation.weighting.margins import Margin, WeightingError, category_codes, check_margins, checked_weight


@dataclass(frozen=True, slots=True, eq=False)
class Raked:
    """Weights that reproduce every margin, with what it took to get there.

    Attributes
    ----------
    weight : Series of float, shape (n,)
        Raked weight, on the index of the sample.
    iterations : int
        Rounds over all margins.
    factor_min, factor_max : float
        Range of the raking factor g = raked / initial weight.
    kish_before, kish_after : float
        Kish design effect of the weights before and after.
    """

    weight: pd.Series
    iterations: int
    factor_min: float
    factor_max: float
    kish_before: float
    kish_after: float


def rake(
    persons: pd.DataFrame,
    weight: str,
    margins: Sequence[Margin],
    *,
    tolerance: float = 1e-13,
    max_iterations: int = 1000,
) -> Raked:
    """Fit weights to known totals by iterative proportional fitting (M10).

    Each round multiplies, margin after margin, the weights of category c by T_c / sum of weights
    in c, until no ratio differs from 1 by `tolerance` or more. All persons of one combination of
    categories share one factor, so the rounds run over the combinations, not over the persons.

    Parameters
    ----------
    persons : DataFrame, shape (n, ...)
        Column `weight` and one column a margin, never missing.
    weight : str
        Column of the weights before raking; not negative.
    margins : sequence of Margin
        At least one; the totals of all must be of the same population.

    Returns
    -------
    Raked

    Raises
    ------
    WeightingError
        Naming the margin and the category: a category with a target but no sample, or with sample
        but no target; margins of different populations; no convergence.

    References
    ----------
    Deming, W. E. and Stephan, F. F. (1940). On a least squares adjustment of a sampled frequency
    table when the expected marginal totals are known. Annals of Mathematical Statistics 11,
    427-444, section 5.
    Deville, J.-C. and Särndal, C.-E. (1992). Calibration estimators in survey sampling. JASA 87,
    376-382, case 2 (multiplicative method).
    """
    check_margins(margins)
    initial = checked_weight(persons, weight)
    codes = np.column_stack([category_codes(persons, margin, initial) for margin in margins])
    cells, cell_of_person = np.unique(codes, axis=0, return_inverse=True)
    cell_of_person = cell_of_person.reshape(-1)
    before = np.bincount(cell_of_person, initial, minlength=len(cells))

    factors, iterations = _fit(before, cells, margins, tolerance=tolerance, max_iterations=max_iterations)
    factor = factors[cell_of_person]
    raked = pd.Series(initial * factor, index=persons.index, name=f"{weight}_raked")
    counted = factor[initial > 0]
    return Raked(
        weight=raked,
        iterations=iterations,
        factor_min=float(counted.min()),
        factor_max=float(counted.max()),
        kish_before=kish_effect(persons[weight]),
        kish_after=kish_effect(raked),
    )


def _fit(
    before: np.ndarray,
    cells: np.ndarray,
    margins: Sequence[Margin],
    *,
    tolerance: float,
    max_iterations: int,
) -> tuple[np.ndarray, int]:
    """Factor of each combination of categories, and the rounds it took."""
    targets = [margin.totals.to_numpy(float) for margin in margins]
    factors = np.ones(len(before))
    ratios: list[np.ndarray] = []
    for iteration in range(1, max_iterations + 1):
        ratios = []
        for column, target in enumerate(targets):
            category = cells[:, column]
            reached = np.bincount(category, before * factors, minlength=len(target))
            ratio = np.divide(target, reached, out=np.ones(len(target)), where=reached > 0)
            factors = factors * ratio[category]
            ratios.append(ratio)
        if max(np.abs(ratio - 1).max() for ratio in ratios) < tolerance:
            return factors, iteration
    worst = max(range(len(ratios)), key=lambda column: np.abs(ratios[column] - 1).max())
    place = int(np.abs(ratios[worst] - 1).argmax())
    raise WeightingError(
        f"raking did not settle in {max_iterations} rounds: margin {margins[worst].variable!r}, "
        f"category {margins[worst].totals.index[place]!r} still moves by the factor "
        f"{ratios[worst][place]:.6g}; its sample is too thin for these margins together "
        "(R: rake(control=list(maxit=)))"
    )
