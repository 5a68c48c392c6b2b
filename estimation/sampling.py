"""Selection of areas and households: systematic, by size or with equal chances, and every chance kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation.arrays import Flags, Floats, Ints

ORIGINAL, RESERVE = "original", "reserve"


class SamplingError(ValueError):
    """A sample that cannot be drawn: its sizes, or how many are asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """Units of one stratum laid end to end in their implicit order, each as long as its chance.

    Attributes
    ----------
    probability : float array, shape (units,)
        First-order inclusion probabilities; they sum to the number asked for.
    certain : bool array, shape (units,)
        Taken with certainty, hence not on the line.
    others : int array
        Units on the line.
    ends : float array, shape (others,)
        Where each of them ends, in the unit of the sizes.
    points : int
        How many are drawn from the line, at equal distance.
    """

    probability: Floats
    certain: Flags
    others: Ints
    ends: Floats
    points: int

    @property
    def interval(self) -> float:
        """Distance of two points, in the unit of the sizes; 0 where all are certain."""
        return float(self.ends[-1]) / self.points if self.points else 0.0


def inclusion_probabilities(size: Floats, n: int) -> tuple[Floats, Flags]:
    """Chances proportional to size, those above 1 set to 1 and the rest shared out again (M14).

    Parameters
    ----------
    size : float array, shape (units,)
        Positive.
    n : int
        Units to be drawn, at most as many as there are.

    Returns
    -------
    probability : float array, shape (units,)
        Sums to `n`.
    certain : bool array, shape (units,)

    Raises
    ------
    SamplingError
        For a size that is not positive, or `n` outside 0..units.

    References
    ----------
    Tillé, Y. (2006). Sampling Algorithms, section 2.10; R ``sampling::inclusionprobabilities``.
    """
    size = np.asarray(size, dtype=float)
    if not np.all(size > 0) or not np.all(np.isfinite(size)):
        raise SamplingError("every size must be a positive number")
    if not 0 <= n <= len(size):
        raise SamplingError(f"{n} units asked of {len(size)}")
    certain = np.full(len(size), n == len(size))
    while True:
        left = n - int(certain.sum())
        total = size[~certain].sum()
        probability = np.where(certain, 1.0, left * size / total if total else 1.0)
        reached = certain | (probability >= 1)
        if np.array_equal(reached, certain):
            return probability, certain
        certain = reached


def line(size: Floats, n: int) -> Line:
    """Lay out units, in the order given, for a draw of `n`; errors as :func:`inclusion_probabilities`."""
    size = np.asarray(size, dtype=float)
    probability, certain = inclusion_probabilities(size, n)
    others = np.flatnonzero(~certain)
    return Line(probability, certain, others, np.cumsum(size[others]), n - int(certain.sum()))


def systematic(drawn: Line, start: Floats | float) -> Ints:
    """Draw the units under points at equal distance (M14).

    Parameters
    ----------
    drawn : Line
    start : float or float array, shape (...)
        Uniform in [0, 1): where in the first interval the first point lies. Several starts are several
        independent draws.

    Returns
    -------
    int array, shape (..., drawn.points)
        Units by their position in the order given; those taken with certainty are not among them.
    """
    return units_under(drawn, np.asarray(start, dtype=float)[..., None])


def units_under(drawn: Line, offset: Floats) -> Ints:
    """Find the units under the points; `offset` in [0, 1) has a last axis that is met by the points."""
    points = (np.arange(drawn.points) + offset) * drawn.interval
    met = np.searchsorted(drawn.ends, points, side="right")
    found: Ints = drawn.others[np.minimum(met, len(drawn.ends) - 1)]
    return found


def simple_order(units: int, generator: np.random.Generator) -> Ints:
    """Put units into random order; its first n are a simple random sample."""
    return np.argsort(generator.random(units), kind="stable")


def srs(units: int, n: int, generator: np.random.Generator) -> Ints:
    """Draw `n` of `units` positions without replacement, each with chance n/units, in ascending order.

    Raises
    ------
    SamplingError
        When `n` is outside 0..units.
    """
    if not 0 <= n <= units:
        raise SamplingError(f"{n} units asked of {units}")
    return np.sort(simple_order(units, generator)[:n])


def replicate_groups(points: int, groups: int, turn: float) -> Ints:
    """Part the points of a line into random groups that each run along the whole line.

    Parameters
    ----------
    points, groups : int
    turn : float
        Uniform in [0, 1).

    Returns
    -------
    int array, shape (points,)
        1..groups, of sizes that differ by at most one; a drawn unit is in each group with chance 1/groups.
        Zeros without groups.
    """
    if not groups:
        return np.zeros(points, dtype=int)
    return (np.arange(points) + int(turn * groups)) % groups + 1


def draw_addresses(
    listed: int, take: int, reserves: int, generator: np.random.Generator
) -> tuple[Ints, Ints]:
    """Draw addresses of a listing, equally likely, some of them as reserves in the order of their use (M14).

    Originals and reserves are one systematic draw; the reserves are a systematic part of it, and the order of
    their use is random. So the originals alone, and the originals with the first reserves, are samples of
    equal chances, too. A listing that is too short is taken whole.

    Parameters
    ----------
    listed : int
        Addresses of the listing, at least 1.
    take, reserves : int
    generator : numpy.random.Generator

    Returns
    -------
    originals : int array, ascending
        Positions 0..listed - 1.
    spared : int array
        Reserves, the first to be used first.

    Raises
    ------
    SamplingError
        When the listing is empty or nothing is asked for.
    """
    if listed < 1 or take < 1 or reserves < 0:
        raise SamplingError(f"{take} households and {reserves} reserves asked of {listed} addresses")
    start, second = generator.random(2)
    keys = generator.random(reserves)
    drawn = min(take + reserves, listed)
    spare = max(drawn - take, 0)
    addresses = _every(listed, drawn, start)
    which = np.zeros(drawn, dtype=bool)
    which[_every(drawn, spare, second)] = True
    return addresses[~which], addresses[which][np.argsort(keys[:spare], kind="stable")]


def draw_households(listed: int, take: int, reserves: int, generator: np.random.Generator) -> pd.DataFrame:
    """Draw addresses as :func:`draw_addresses` and number them, with the chance of each.

    Returns
    -------
    DataFrame, one row an address: the originals in the order of the listing, then the reserves
        ``number`` (1..), ``kind``, ``position`` (1..listed), ``probability`` (of an original: to be one; of a
        reserve: to be drawn at all).
    """
    originals, spared = draw_addresses(listed, take, reserves, generator)
    first, rest = len(originals), len(spared)
    return pd.DataFrame(
        {
            "number": np.arange(1, first + rest + 1),
            "kind": [ORIGINAL] * first + [RESERVE] * rest,
            "position": np.concatenate([originals, spared]) + 1,
            "probability": [first / listed] * first + [(first + rest) / listed] * rest,
        }
    )


def _every(units: int, n: int, start: float) -> Ints:
    """Draw `n` of `units` equally likely units at equal distance."""
    met = np.floor((np.arange(n) + start) * units / n) if n else np.zeros(0)
    return np.minimum(met.astype(np.intp), units - 1)
