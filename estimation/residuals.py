"""What the calibration variables explain of a score: the regression behind the variance of M10, on cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from estimation.arrays import Floats
from estimation.cells import Auxiliary, Cells
from estimation.variance import sum_by


def explained(cells: Cells, initial_weight: Floats, by_category: Floats, by_number: Floats) -> Floats:
    """Give the part of every unit's score that the calibration variables explain (M10).

    Parameters
    ----------
    cells : Cells
    initial_weight : ndarray, shape (c,)
        Sums of the weights before calibration.
    by_category : ndarray, shape (C, K)
        Sums of initial weight x score in each crossed category.
    by_number : ndarray, shape (q, K)
        Sums of initial weight x calibration number x score.

    Returns
    -------
    ndarray, shape (u, K)
        Sums of final weight x fitted score over each innermost unit.

    Notes
    -----
    All persons of a category have the same dummies, so the regression on dummies is solved on categories: one
    row of dummies each, the sum m of initial weights as weight, by_category/m as response. Dummies of several
    variables are singular together: the fit is the projection on the space they span. Numbers come in by the
    theorem of Frisch, Waugh and Lovell: first their part that the dummies do not explain, then the dummies.
    Source: Deville & Särndal (1992) JASA 87, result 5; R ``survey::calibrate``.
    """
    units = len(cells.units.stages[-1].parent)
    dummies = Projection.on_dummies(cells, initial_weight)
    present = sparse.csr_array(
        (cells.final.weight, (cells.unit, cells.category)), shape=(units, len(cells.categories))
    )
    if cells.auxiliary is None:
        return np.asarray(present @ dummies.fit(by_category))
    numbers = sum_by(cells.auxiliary.initial, cells.category, len(cells.categories))
    slopes = _slopes(dummies, cells.auxiliary, numbers, by_category=by_category, by_number=by_number)
    fitted = present @ dummies.fit(by_category - numbers @ slopes)
    return np.asarray(fitted + sum_by(cells.auxiliary.final, cells.unit, units) @ slopes)


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Weighted projection on the dummies of C crossed categories.

    Attributes
    ----------
    basis : ndarray, shape (C, r)
        Orthonormal columns that span the dummies times the root of the weights.
    unscale : ndarray, shape (C, 1)
        One over the root of the weights, 0 for a category without weight.
    """

    basis: Floats
    unscale: Floats

    @classmethod
    def on_dummies(cls, cells: Cells, initial_weight: Floats) -> Projection:
        """Span the dummies of all calibration categories; nothing where there are none."""
        categories = len(cells.categories)
        root = np.sqrt(np.bincount(cells.category, initial_weight, minlength=categories))
        unscale = np.divide(1.0, root, out=np.zeros_like(root), where=root > 0)[:, None]
        if cells.categories.shape[1] == 0:
            return cls(np.zeros((categories, 0)), unscale)
        dummies = pd.get_dummies(cells.categories.astype("category"), dtype=float).to_numpy(float)
        basis, strength, _ = np.linalg.svd(root[:, None] * dummies, full_matrices=False)
        kept = strength > strength.max(initial=0.0) * categories * np.finfo(float).eps
        return cls(basis[:, kept], unscale)

    def fit(self, by_category: Floats) -> Floats:
        """Fitted value in each category of responses summed over categories, shape (C, K)."""
        return np.asarray(self.unscale * (self.basis @ (self.basis.T @ (self.unscale * by_category))))

    def inner(self, left: Floats, right: Floats) -> Floats:
        """Cross-product of two projections given as sums over categories, shape (columns, columns)."""
        return np.asarray((self.unscale * left).T @ (self.basis @ (self.basis.T @ (self.unscale * right))))


def _slopes(
    dummies: Projection, auxiliary: Auxiliary, numbers: Floats, *, by_category: Floats, by_number: Floats
) -> Floats:
    """Regression coefficients of the calibration numbers beside the dummies, shape (q, K)."""
    left = auxiliary.cross.sum(axis=0) - dummies.inner(numbers, numbers)
    right = by_number - dummies.inner(numbers, by_category)
    scale = np.sqrt(np.diag(auxiliary.cross.sum(axis=0)))[:, None]
    scale[scale == 0] = 1.0
    solved = np.linalg.pinv(left / scale / scale.T, rcond=1e-12, hermitian=True) @ (right / scale)
    return np.asarray(solved / scale)
