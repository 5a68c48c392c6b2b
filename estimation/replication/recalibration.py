"""Calibration repeated in every replicate, each fitted to what the final weights add up to (M11)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation.arrays import Floats, Ints
from estimation.cells import Auxiliary, Cells, Sums
from estimation.design import Design, DesignError
from estimation.replication.sums import Grouping, cell_measures
from estimation.variance import sum_by

TOLERANCE = 1e-10
ATTAINED = 1e-6
ROUNDS = 1000
REMEDY = (
    "Merge it with a like category in the calibration, take Replicates(kind='jkn'), or leave "
    "recalibrate=False (the residual variance of M10 needs no replicates)"
)


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """A calibration variable of categories, and what the final weights add up to in each of them.

    Attributes
    ----------
    variable : str
    names : tuple of str, length L
    member : ndarray, shape (C, L)
        1 where a crossed category lies in a category of this variable.
    code : ndarray of int, shape (C,)
        The same as a number 0..L-1.
    totals : ndarray, shape (L,)
    """

    variable: str
    names: tuple[str, ...]
    member: Floats
    code: Ints
    totals: Floats

    def sums(self, values: Floats) -> Floats:
        """Sum values of crossed categories (C, B) over each category of this variable, (L, B)."""
        return sum_by(values, self.code, len(self.names))


@dataclass(frozen=True, slots=True, eq=False)
class Recalibration:
    """How the weights of a replicate are fitted anew: raked, or by regression where there are numbers.

    Attributes
    ----------
    cells : Cells
    initial : Sums
        Sums of the cells under the weights before calibration.
    margins : tuple of Margin
    """

    cells: Cells
    initial: Sums
    margins: tuple[Margin, ...]

    @classmethod
    def of(cls, cells: Cells, design: Design) -> Recalibration:
        """Read the totals to be met from the final weights.

        Raises
        ------
        DesignError
            The design has no calibration.
        """
        if cells.initial is None:
            raise DesignError(
                "recalibrate=True repeats the calibration in every replicate; say what it was in the design: "
                "Calibration(variables=..., initial_weight=...) (R: calibrate() of an svrepdesign)"
            )
        weight = sum_by(cells.final.weight[:, None], cells.category, len(cells.categories))[:, 0]
        margins = (_margin(cells.categories[variable], weight) for variable in design.calibration_variables)
        return cls(cells, cells.initial, tuple(margins))

    def weighted(self, factors: Floats) -> list[tuple[Floats, Floats]]:
        """Pairs of cell sums and of what they are multiplied with in each replicate.

        Who has no final weight is in no replicate either, whatever the weight before calibration.

        Parameters
        ----------
        factors : ndarray, shape (c, B)
            Factor of each cell's PSU in each replicate.

        Returns
        -------
        list of (ndarray of shape (c, 2k), ndarray of shape (c, B))
            Their products add up to the numerators and denominators of the replicates.

        Raises
        ------
        DesignError
            A replicate without a person in a category, or totals that no weights attain; with the remedy.
        """
        factors = np.where(self.cells.final.weight[:, None] > 0, factors, 0.0)
        before = self._by_category(factors)
        self._check_filled(before)
        if self.cells.auxiliary is None:
            fitted = rake_replicates(before, self.margins)
            return [(cell_measures(self.initial), factors * fitted[self.cells.category])]
        return self._by_regression(factors, before, self.cells.auxiliary)

    @property
    def _grouping(self) -> Grouping:
        """Cells in the order of their crossed category."""
        return Grouping.by(self.cells.category, len(self.cells.categories))

    def _by_category(self, factors: Floats) -> Floats:
        """Sum initial weight x factor in each crossed category, shape (C, B)."""
        return np.asarray(self._grouping.sums(self.initial.weight[:, None], factors)[0])

    def _check_filled(self, before: Floats) -> None:
        """Refuse a replicate in which a category has a total to meet and nobody to carry it."""
        for margin in self.margins:
            empty = (margin.sums(before) <= 0) & (margin.totals > 0)[:, None]
            if empty.any():
                worst = int(empty.sum(axis=1).argmax())
                raise DesignError(
                    f"the calibration category {margin.names[worst]!r} of {margin.variable!r} has nobody "
                    f"in {int(empty[worst].sum())} of {before.shape[1]} replicates: too few PSUs hold it. "
                    f"{REMEDY}"
                )

    def _by_regression(
        self, factors: Floats, before: Floats, auxiliary: Auxiliary
    ) -> list[tuple[Floats, Floats]]:
        """Fit by GREG, g = 1 + x'slope; pairs as in :meth:`weighted`."""
        dummies = np.hstack([np.ones((len(before), 0)), *(margin.member for margin in self.margins)])
        slopes = _slopes(self._moments(factors, before, auxiliary, dummies))
        on_dummies, on_numbers = np.split(slopes, [dummies.shape[1]], axis=1)
        fitted = factors * (1 + on_dummies @ dummies.T).T[self.cells.category]
        by_number = np.concatenate([auxiliary.numerator, auxiliary.denominator], axis=2)
        size = _size(auxiliary, self.initial.weight)
        pairs = [(by_number[:, j] / size[j], factors * slope) for j, slope in enumerate(on_numbers.T)]
        return [(cell_measures(self.initial), fitted), *pairs]

    def _moments(
        self, factors: Floats, before: Floats, auxiliary: Auxiliary, dummies: Floats
    ) -> tuple[Floats, Floats]:
        """Sum w x x' in every replicate (B, p, p), and say what its sums of w x lack (B, p)."""
        size, p = _size(auxiliary, self.initial.weight), dummies.shape[1]
        q, number = len(size), before.shape[1]
        sums = self._grouping.sums(auxiliary.initial / size, factors)
        cross = (auxiliary.cross / size / size[:, None]).reshape(-1, q * q)
        outer = (dummies[:, :, None] * dummies[:, None, :]).reshape(-1, p * p)
        moments = np.empty((number, p + q, p + q))
        moments[:, :p, :p] = (before.T @ outer).reshape(number, p, p)
        moments[:, :p, p:] = np.einsum("cp,qcb->bpq", dummies, sums)
        moments[:, p:, :p] = moments[:, :p, p:].transpose(0, 2, 1)
        moments[:, p:, p:] = (factors.T @ cross).reshape(number, q, q)
        totals = np.concatenate(
            [*(margin.totals for margin in self.margins), auxiliary.final.sum(axis=0) / size]
        )
        reached = np.hstack([before.T @ dummies, sums.sum(axis=1).T])
        return moments, np.asarray(totals - reached)


def rake_replicates(before: Floats, margins: tuple[Margin, ...]) -> Floats:
    """Fit the weights of every replicate to the same margins by iterative proportional fitting.

    Parameters
    ----------
    before : ndarray, shape (C, B)
        Sums of the weights of each replicate in each crossed category.
    margins : tuple of Margin
        Every category with a total has somebody in every replicate.

    Returns
    -------
    ndarray, shape (C, B)
        Factors g; one factor a crossed category, for all its persons have the same.

    Raises
    ------
    DesignError
        The totals are not met after 1000 rounds: they contradict each other in a replicate that lacks a
        crossed category.

    Notes
    -----
    M10, repeated. Source: Deville & Särndal (1992) JASA 87, case 2; Rao, Wu & Yue (1992) §4.
    """
    fitted = np.ones_like(before)
    for _ in range(ROUNDS):
        worst = 0.0
        for margin in margins:
            reached = margin.sums(before * fitted)
            ratio = np.divide(margin.totals[:, None], reached, out=np.ones_like(reached), where=reached > 0)
            worst = max(worst, float(np.abs(ratio - 1).max()))
            fitted *= ratio[margin.code]
        if worst < TOLERANCE:
            return fitted
    raise DesignError(
        f"raking did not meet the totals of {[margin.variable for margin in margins]} in every replicate "
        f"within {ROUNDS} rounds: some replicates lack a crossing of these categories. {REMEDY}"
    )


def _slopes(system: tuple[Floats, Floats]) -> Floats:
    """Solve the regression of every replicate, (B, p); dummies of several variables are singular together."""
    moments, lacking = system
    slopes = np.linalg.pinv(moments, rcond=1e-12, hermitian=True) @ lacking[:, :, None]
    left_over = np.abs((moments @ slopes)[:, :, 0] - lacking)
    missed = (left_over > ATTAINED * np.abs(moments).max(axis=(1, 2))[:, None]).any(axis=1)
    if missed.any():
        raise DesignError(
            f"{int(missed.sum())} of {len(missed)} replicates cannot meet the calibration totals: the "
            f"variables are collinear in them. {REMEDY}"
        )
    return np.asarray(slopes[:, :, 0])


def _margin(categories: pd.Series, weight: Floats) -> Margin:
    """Read one variable off the crossed categories."""
    code, names = pd.factorize(categories)
    member = np.eye(len(names))[code]
    return Margin(
        str(categories.name), tuple(map(str, names)), member, np.asarray(code, np.intp), weight @ member
    )


def _size(auxiliary: Auxiliary, weight: Floats) -> Floats:
    """Root mean square of each number, by which it is divided to be of the size of a dummy, shape (q,)."""
    root: Floats = np.sqrt(np.diag(auxiliary.cross.sum(axis=0)) / weight.sum())
    return np.where(root > 0, root, 1.0)
