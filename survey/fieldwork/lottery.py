"""One person of each household by lot: how many with a trait were taken, and how many chance would take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtrc, kolmogorov  # upper tails of the chi-square and of the Kolmogorov law

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Persons with each category of a trait, taken and to be expected.

    Attributes
    ----------
    categories : tuple of str
    households : int
        Households of which every eligible person's trait is known.
    observed, expected : ndarray of float, shape (categories,)
    excess_p : ndarray of float, shape (categories,)
        Exact probability that chance takes as many of the category, or more.
    statistic, df, p : float, int, float
        Of all categories together; p is NaN where chance had no choice.
    """

    categories: tuple[str, ...]
    households: int
    observed: Floats
    expected: Floats
    excess_p: Floats
    statistic: float
    df: int
    p: float


def compare(members: pd.DataFrame, trait: str) -> Comparison | None:
    """Compare the persons taken with the eligible ones by one trait.

    Given its members, each household is an independent lottery with equal chances, so observed and expected
    numbers differ by a vector d with covariance V = sum over households of (diag(p) - p p'), p the shares of
    the categories among the members. d' V^- d is compared with the chi-square distribution at rank(V)
    degrees of freedom.

    Parameters
    ----------
    members : DataFrame, one row an eligible person
        ``key`` of the household, ``taken`` (bool, one a household) and the trait.
    trait : str

    Returns
    -------
    Comparison or None
        None where the trait is known of no household.
    """
    known = members[trait].notna().groupby(members["key"]).transform("all")
    part = members[known.to_numpy(dtype=bool)]
    if part.empty:
        return None
    codes, categories = pd.factorize(part[trait], sort=True)
    house = pd.factorize(part["key"])[0]
    counts = np.zeros((house.max() + 1, len(categories)))
    np.add.at(counts, (house, codes), 1.0)
    shares = counts / counts.sum(axis=1, keepdims=True)
    observed = np.bincount(codes[part["taken"].to_numpy(dtype=bool)], minlength=len(categories)).astype(float)
    expected = shares.sum(axis=0)
    statistic, df, p = _quadratic(observed - expected, np.diag(expected) - shares.T @ shares)
    excess_p = [as_many_or_more(int(seen), own) for seen, own in zip(observed, shares.T, strict=True)]
    names = tuple(map(str, categories))
    return Comparison(names, len(shares), observed, expected, np.array(excess_p), statistic, df, p)


def as_many_or_more(count: int, chances: Floats) -> float:
    """Exact probability that at least `count` of independent events with unequal chances happen.

    Parameters
    ----------
    count : int
    chances : ndarray of float, shape (n,)
    """
    law = np.zeros(len(chances) + 1)
    law[0] = 1.0
    for chance in chances:
        law[1:] = law[1:] * (1 - chance) + law[:-1] * chance
        law[0] *= 1 - chance
    return float(min(1.0, law[max(count, 0) :].sum()))


def uniform_p(numbers: Floats) -> float:
    """P-value of numbers being uniform on 0..1 (Kolmogorov–Smirnov, asymptotic), NaN without any."""
    if len(numbers) == 0:
        return float("nan")
    ordered, n = np.sort(numbers), len(numbers)
    steps = np.arange(n + 1) / n
    gap = max((steps[1:] - ordered).max(), (ordered - steps[:-1]).max())
    return float(kolmogorov(np.sqrt(n) * gap))


def _quadratic(difference: Floats, spread: Floats) -> tuple[float, int, float]:
    """Chi-square statistic of a difference whose covariance need not have full rank, its df and p."""
    rank = int(np.linalg.matrix_rank(spread, hermitian=True, tol=1e-8))
    if rank == 0:
        return 0.0, 0, float("nan")
    statistic = float(difference @ np.linalg.pinv(spread, hermitian=True, rcond=1e-10) @ difference)
    return statistic, rank, float(chdtrc(rank, max(statistic, 0.0)))
