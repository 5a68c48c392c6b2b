"""How estimates vary together: by the scores of sampled units, or by replicates of the whole estimate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from estimation.arrays import Floats, Ints
from estimation.variance import Units, degrees_of_freedom, deviations


class Variation(Protocol):
    """What every comparison of K estimates needs; it outlives the persons."""

    @property
    def counts(self) -> Floats:
        """Members of each domain in every PSU, shape (n_psu, K)."""

    @property
    def units(self) -> Units:
        """Give the sampled units."""

    def deviations(self) -> Floats:
        """R of shape (r, K), such that R'R is the covariance matrix (M2, M11)."""

    def combined(self, factors: Floats) -> Variation:
        """Variation of J linear combinations of the estimates; `factors` has the shape (K, J)."""

    def selected(self, columns: Ints) -> Variation:
        """Variation of some of the estimates, in the order of their positions."""

    def df(self) -> Ints:
        """Degrees of freedom of each estimate, shape (K,) (M4)."""


@dataclass(frozen=True, slots=True, eq=False)
class Linearised:
    """Variation by scores: the covariance of the estimates is that of sums of scores (M1, M2, M10).

    Attributes
    ----------
    scores : ndarray, shape (u, K)
        Score of every innermost sampled unit for every estimate.
    counts : ndarray, shape (n_psu, K)
        Members of the domain with a value in every PSU.
    units : Units
        The sampled units.
    """

    scores: Floats
    counts: Floats
    units: Units

    def deviations(self) -> Floats:
        """Scaled deviations of the units from their parents, shape (units of all stages, K)."""
        return deviations(self.scores, self.units, self.counts > 0)

    def combined(self, factors: Floats) -> Linearised:
        """Scores of linear combinations; a combination is held by the PSUs of every estimate it names."""
        return Linearised(combine(self.scores, factors), counted(self.counts, factors), self.units)

    def selected(self, columns: Ints) -> Linearised:
        """Scores of some of the estimates."""
        return Linearised(self.scores[:, columns], self.counts[:, columns], self.units)

    def df(self) -> Ints:
        """PSUs less strata that hold the domain (M4)."""
        return degrees_of_freedom(self.counts > 0, self.units)


@dataclass(frozen=True, slots=True, eq=False)
class Replicated:
    """Variation by replicates: the covariance is the scaled sum of squares of the replicate estimates (M11).

    Attributes
    ----------
    values : ndarray, shape (B, K)
        Root of each replicate's scale times (replicate estimate - centre).
    counts : ndarray, shape (n_psu, K)
        Members of the domain with a value in every PSU.
    units : Units
        The sampled units.
    declared_df : int, optional
        Degrees of freedom where the persons do not name their PSU.
    """

    values: Floats
    counts: Floats
    units: Units
    declared_df: int | None = None

    def deviations(self) -> Floats:
        """Give the values as they are, shape (B, K)."""
        return self.values

    def combined(self, factors: Floats) -> Replicated:
        """Values of linear combinations; a combination is held by the PSUs of every estimate it names."""
        return Replicated(
            combine(self.values, factors), counted(self.counts, factors), self.units, self.declared_df
        )

    def selected(self, columns: Ints) -> Replicated:
        """Values of some of the estimates."""
        return Replicated(self.values[:, columns], self.counts[:, columns], self.units, self.declared_df)

    def df(self) -> Ints:
        """Degrees of freedom of M4, never the number of replicates; the declared ones without PSUs."""
        if self.declared_df is None:
            return degrees_of_freedom(self.counts > 0, self.units)
        return np.where((self.counts > 0).any(axis=0), self.declared_df, 0)


def combine(values: Floats, factors: Floats) -> Floats:
    """Combine columns (r, K) with factors (K, J) -> (r, J); a column that is not named may be missing."""
    missing = np.isnan(values).any(axis=0)
    mixed = np.where(missing, 0.0, values) @ factors
    return np.asarray(np.where((factors[missing] != 0).any(axis=0), np.nan, mixed))


def counted(counts: Floats, factors: Floats) -> Floats:
    """Members of any estimate with a factor in every PSU, shape (n_psu, J); a member of two counts twice."""
    return np.asarray(counts @ (factors != 0))


def standard_errors(variation: Variation) -> Floats:
    """Roots of the variances (M2, M11), shape (K,)."""
    spread = variation.deviations()
    return np.asarray(np.sqrt(np.einsum("ik,ik->k", spread, spread)))


def covariance(variation: Variation) -> Floats:
    """Covariance matrix (M2, M11), shape (K, K)."""
    spread = variation.deviations()
    return np.asarray(spread.T @ spread)
