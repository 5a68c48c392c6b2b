"""Cells become estimates and scores: one column a quantity and domain, one row a sampled unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from estimation.arrays import Floats, Ints
from estimation.cells import Cells
from estimation.residuals import explained
from estimation.variance import sum_by
from estimation.variation import Linearised, Variation

LinearForm = Callable[[Floats, Floats, Floats, Floats], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Estimates of K = quantities x domains with their scores; quantities vary slowest.

    Attributes
    ----------
    estimate : ndarray, shape (K,)
        NaN for a domain without a member.
    variation : Variation
        Score of every innermost sampled unit (M1, M10), or replicates (M11).
    n : ndarray of int, shape (K,)
        Members with a value.
    size : ndarray, shape (K,)
        Sum of the weights over them.
    spread : ndarray, shape (K,)
        Variance of y in the domain, p(1-p) for a share.
    """

    estimate: Floats
    variation: Variation
    n: Ints
    size: Floats
    spread: Floats


def ratio_score(numerator: Floats, denominator: Floats, estimate: Floats, size: Floats) -> Floats:
    """Give the score of a share, mean or ratio, (y - R x) / X (M1)."""
    score = estimate * denominator
    np.subtract(numerator, score, out=score)
    return np.divide(score, size, out=score)


def total_score(numerator: Floats, _denominator: Floats, _estimate: Floats, _size: Floats) -> Floats:
    """Give the score of a total, y itself (M1)."""
    return numerator


def ratio_estimate(numerator: Floats, denominator: Floats) -> Floats:
    """Divide sums over domains; NaN where nothing stands below the line."""
    estimate = np.full_like(numerator, np.nan)
    np.divide(numerator, denominator, out=estimate, where=denominator != 0)
    return estimate


def total_estimate(numerator: Floats, _denominator: Floats) -> Floats:
    """Take the sum over a domain as it is."""
    return numerator


@dataclass(frozen=True, slots=True)
class Estimator:
    """What distinguishes one kind of estimate from another: its value and its linear score."""

    estimate: Callable[[Floats, Floats], Floats]
    score: LinearForm


RATIO = Estimator(ratio_estimate, ratio_score)
TOTAL = Estimator(total_estimate, total_score)


def score_cells(cells: Cells, estimator: Estimator) -> Scored:
    """Estimate every quantity in every domain and score every sampled unit.

    Parameters
    ----------
    cells : Cells
    estimator : Estimator
        `RATIO` or `TOTAL`.

    Returns
    -------
    Scored

    Notes
    -----
    M1; with calibrated weights M10. Sources: Binder (1983) Int. Stat. Review 51; Särndal, Swensson, Wretman
    (1992) §5.8 and §6.6.
    """
    final = cells.final
    sums = in_domains(cells, np.hstack([final.numerator, final.denominator, cells.square]))
    numerator, size, square = sums.reshape(3, -1)
    estimate = estimator.estimate(numerator, size)
    psu_of_cell = cells.units.psu_of_unit[cells.unit]
    count = spread_out(cells, cells.count, psu_of_cell, groups=cells.units.n_psu)
    n = count.sum(axis=0).astype(np.intp)
    scores = _unit_scores(cells, estimator, estimate, size)
    scores[:, n == 0] = np.nan
    return Scored(
        estimate=np.where(n > 0, estimate, np.nan),
        variation=Linearised(scores, count, cells.units),
        n=n,
        size=size,
        spread=np.maximum(ratio_estimate(square, size) - estimate**2, 0.0),
    )


def in_domains(cells: Cells, values: Floats) -> Floats:
    """Sum cell values (c, k) over each domain -> (k * D,), quantities slowest."""
    inside = np.flatnonzero(cells.domain >= 0)
    return sum_by(values[inside], cells.domain[inside], len(cells.domains)).T.ravel()


def spread_out(cells: Cells, values: Floats, groups_of_cell: Ints, *, groups: int) -> Floats:
    """Sum cell values (c, k) by group and domain -> (groups, k * D), quantities slowest."""
    domains, k = len(cells.domains), values.shape[1]
    inside = np.flatnonzero(cells.domain >= 0)
    first = groups_of_cell[inside] * (k * domains) + cells.domain[inside]
    slots = first[:, None] + np.arange(k) * domains
    summed = np.bincount(slots.ravel(), values[inside].ravel(), minlength=groups * k * domains)
    return summed.astype(float, copy=False).reshape(groups, k * domains)


def _unit_scores(cells: Cells, estimator: Estimator, estimate: Floats, size: Floats) -> Floats:
    """Score of every innermost unit, less what the calibration variables explain of it, shape (u, K)."""

    def weighted_score(above: Floats, below: Floats, groups_of_cell: Ints, groups: int) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return estimator.score(
                spread_out(cells, above, groups_of_cell, groups=groups),
                spread_out(cells, below, groups_of_cell, groups=groups),
                estimate,
                size,
            )

    final, initial, auxiliary = cells.final, cells.initial, cells.auxiliary
    units = len(cells.units.stages[-1].parent)
    scores = weighted_score(final.numerator, final.denominator, cells.unit, units)
    if initial is None:
        return scores
    by_category = np.nan_to_num(
        weighted_score(initial.numerator, initial.denominator, cells.category, len(cells.categories))
    )
    everything = np.zeros(len(cells.unit), dtype=np.intp)
    by_number = np.zeros((0, len(estimate)))
    if auxiliary is not None:
        sums = zip(
            auxiliary.numerator.transpose(1, 0, 2), auxiliary.denominator.transpose(1, 0, 2), strict=True
        )
        by_number = np.nan_to_num(
            np.vstack([weighted_score(above, below, everything, 1) for above, below in sums])
        )
    return np.asarray(scores - explained(cells, initial.weight, by_category, by_number))
