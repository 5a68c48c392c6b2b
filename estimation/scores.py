"""Cells become estimates and scores: one column a quantity and domain, one row a sampled unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from estimation.arrays import Flags, Floats, Ints
from estimation.cells import Cells, Sums
from estimation.variance import Units

LinearForm = Callable[[Floats, Floats, Floats, Floats], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Estimates of K = quantities x domains with their scores; quantities vary slowest.

    Attributes
    ----------
    estimate : ndarray, shape (K,)
        NaN for a domain without a member.
    scores : ndarray, shape (u, K)
        Score of every innermost sampled unit (M1, M10): the variance of its sum is that of the estimate.
    holds : ndarray of bool, shape (n_psu, K)
        PSUs that hold a member of the domain with a value.
    n : ndarray of int, shape (K,)
        Members with a value.
    size : ndarray, shape (K,)
        Sum of the weights over them.
    spread : ndarray, shape (K,)
        Variance of y in the domain, p(1-p) for a share.
    units : Units
    """

    estimate: Floats
    scores: Floats
    holds: Flags
    n: Ints
    size: Floats
    spread: Floats
    units: Units


def ratio_score(numerator: Floats, denominator: Floats, estimate: Floats, size: Floats) -> Floats:
    """Give the score of a share, mean or ratio, (y - R x) / X (M1)."""
    return (numerator - estimate * denominator) / size


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
    numerator = in_domains(cells, cells.final.numerator)
    size = in_domains(cells, cells.final.denominator)
    estimate = estimator.estimate(numerator, size)
    psu_of_cell = cells.units.psu_of_unit[cells.unit]
    count = spread_out(cells, cells.count, psu_of_cell, groups=cells.units.n_psu)
    n = count.sum(axis=0).astype(np.intp)
    return Scored(
        estimate=np.where(n > 0, estimate, np.nan),
        scores=np.where(n > 0, _unit_scores(cells, estimator, estimate, size), np.nan),
        holds=count > 0,
        n=n,
        size=size,
        spread=np.maximum(ratio_estimate(in_domains(cells, cells.square), size) - estimate**2, 0.0),
        units=cells.units,
    )


def in_domains(cells: Cells, values: Floats) -> Floats:
    """Sum cell values (c, k) over each domain -> (k * D,), quantities slowest."""
    everything = np.zeros(len(cells.unit), dtype=np.intp)
    return spread_out(cells, values, everything, groups=1).ravel()


def spread_out(cells: Cells, values: Floats, groups_of_cell: Ints, *, groups: int) -> Floats:
    """Sum cell values (c, k) by group and domain -> (groups, k * D), quantities slowest."""
    domains, k = len(cells.domains), values.shape[1]
    inside = np.flatnonzero(cells.domain >= 0)
    slot = groups_of_cell[inside] * domains + cells.domain[inside]
    adder = sparse.csr_array(
        (np.ones(len(inside)), (slot, np.arange(len(inside)))), shape=(groups * domains, len(inside))
    )
    summed = np.asarray(adder @ values[inside]).reshape(groups, domains, k)
    return summed.transpose(0, 2, 1).reshape(groups, k * domains)


def _unit_scores(cells: Cells, estimator: Estimator, estimate: Floats, size: Floats) -> Floats:
    """Score of every innermost unit, less what the calibration variables explain of it, shape (u, K)."""

    def weighted_score(sums: Sums, groups_of_cell: Ints, groups: int) -> Floats:
        above = spread_out(cells, sums.numerator, groups_of_cell, groups=groups)
        below = spread_out(cells, sums.denominator, groups_of_cell, groups=groups)
        with np.errstate(divide="ignore", invalid="ignore"):
            return estimator.score(above, below, estimate, size)

    units = len(cells.units.stages[-1].parent)
    scores = weighted_score(cells.final, cells.unit, units)
    if cells.initial is None:
        return scores
    by_category = weighted_score(cells.initial, cells.category, len(cells.categories))
    explained = _explained(cells, cells.initial.weight, by_category, units=units)
    return np.asarray(scores - explained)


def _explained(cells: Cells, initial_weight: Floats, by_category: Floats, *, units: int) -> Floats:
    """Give the part of every unit's score that the calibration variables explain (M10), shape (u, K).

    All persons of a category have the same dummies, so the weighted regression of z is solved on categories:
    one row X of dummies each, the sum m of initial weights as weight, sum of (weight x z)/m as response. The
    dummies of several variables are singular together: the fit is the projection on the space they span.
    """
    categories = len(cells.categories)
    root = np.sqrt(np.bincount(cells.category, initial_weight, minlength=categories))
    dummies = pd.get_dummies(cells.categories.astype("category"), dtype=float).to_numpy(float)
    basis, strength, _ = np.linalg.svd(root[:, None] * dummies, full_matrices=False)
    basis = basis[:, strength > strength.max(initial=0.0) * categories * np.finfo(float).eps]
    unscale = np.divide(1.0, root, out=np.zeros_like(root), where=root > 0)[:, None]
    fitted = unscale * (basis @ (basis.T @ (unscale * np.nan_to_num(by_category))))
    present = sparse.csr_array((cells.final.weight, (cells.unit, cells.category)), shape=(units, categories))
    return np.asarray(present @ fitted)
