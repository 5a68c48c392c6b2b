"""Weighted sums over domains under many sets of weights at once, as matrix products."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from estimation.arrays import Floats, Ints
from estimation.cells import Sums

NUMBERS_AT_ONCE = 4_000_000
ONE_CORE = 2**18
FEWEST_ROWS = 32


@dataclass(frozen=True, slots=True, eq=False)
class ReplicateSums:
    """Sums over K = quantities x domains under each of B sets of weights; quantities vary slowest.

    Attributes
    ----------
    numerator, denominator : ndarray, shape (B, K)
        Sums of w y and w x.
    rscales : ndarray, shape (B,)
        Factor of each replicate's square.
    """

    numerator: Floats
    denominator: Floats
    rscales: Floats

    @classmethod
    def of(cls, sums: Floats, rscales: Floats) -> ReplicateSums:
        """Take apart sums of shape (2k, D, B), numerators first."""
        measures, domains, number = sums.shape
        above, below = sums.reshape(2, measures // 2 * domains, number).transpose(0, 2, 1)
        return cls(above, below, rscales)


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """Rows in the order of their domain, so that each domain is one slice.

    Attributes
    ----------
    order : ndarray of int
        Rows that lie in a domain, domain after domain.
    bounds : ndarray of int, shape (D + 1,)
        Where each domain begins in `order`.
    """

    order: Ints
    bounds: Ints

    @classmethod
    def by(cls, domain: Ints, domains: int) -> Grouping:
        """Group rows by their domain 0..domains-1; a row with -1 is left out."""
        order = np.argsort(domain, kind="stable")
        bounds = np.searchsorted(domain[order], np.arange(domains + 1))
        return cls(order[bounds[0] :], bounds - bounds[0])

    def sums(self, measures: Floats, weights: Floats) -> Floats:
        """Sum measures (n, m) under weights (n, B) over each domain -> (m, D, B).

        The products are small enough for BLAS to stay on one core: its threads wait for each other on a busy
        machine (measured: 8 s instead of 0.4 s), and the order of additions would depend on their number.
        """
        groups = len(self.bounds) - 1
        result = np.zeros((measures.shape[1], groups, weights.shape[1]))
        measures, weights = measures[self.order], weights[self.order]
        step = max(ONE_CORE // max(measures.shape[1] * weights.shape[1], 1), FEWEST_ROWS)
        for group, (first, last) in enumerate(zip(self.bounds[:-1], self.bounds[1:], strict=True)):
            for start in range(first, last, step):
                stop = min(start + step, last)
                result[:, group] += measures[start:stop].T @ weights[start:stop]
        return result


def cell_measures(sums: Sums) -> Floats:
    """Numerators, then denominators of every cell, shape (c, 2k)."""
    return np.hstack([sums.numerator, sums.denominator])


def chunks(rows: int, columns: int) -> Iterator[slice]:
    """Cut columns into slices whose blocks of `rows` rows have few enough numbers; one is empty for none."""
    step = max(NUMBERS_AT_ONCE // max(rows, 1), 1)
    for first in range(0, max(columns, 1), step):
        yield slice(first, min(first + step, columns))
