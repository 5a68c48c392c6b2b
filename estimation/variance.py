"""One variance for every estimator: scores of sampled units in, covariance and degrees of freedom out.

A share, a ratio, a total or a difference is reduced to one score per sampled unit; its variance is that of a
sum of scores. So there is a single formula to check, and it needs no person's row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from estimation.arrays import Flags, Floats, Ints


class LonelyPsuError(ValueError):
    """A stratum has one sampled PSU and the design says `fail`; the sentence names strata and choices."""


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """The units of one stage and the parents they were drawn in.

    Attributes
    ----------
    parent : ndarray of int, shape (m,)
        Stratum of each PSU, or PSU of each second-stage unit, numbered 0..P-1.
    fraction : ndarray of float, shape (P,)
        Sampling fraction f in each parent; 0 = drawn with replacement.
    parent_names : tuple of str, length P
        What an error calls the parents.
    """

    parent: Ints
    fraction: Floats
    parent_names: tuple[str, ...]

    @property
    def size(self) -> Ints:
        """Sampled units in each parent, shape (P,): n_h or m_hi."""
        return np.bincount(self.parent, minlength=len(self.fraction))

    @property
    def lonely(self) -> Flags:
        """Parents with one sampled unit of several in the population, shape (P,)."""
        return np.asarray((self.size == 1) & (self.fraction < 1))


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Every sampled unit of a design, outermost stage first, and the rule for a lonely one (M3)."""

    stages: tuple[Stage, ...]
    lonely: str = "fail"

    @property
    def psu_of_unit(self) -> Ints:
        """PSU of every unit of the innermost stage, shape (u,)."""
        innermost = self.stages[-1].parent
        return np.arange(len(innermost)) if len(self.stages) == 1 else innermost

    @property
    def n_psu(self) -> int:
        """Sampled PSUs."""
        return len(self.stages[0].parent)


def sum_by(values: Floats, group: Ints, groups: int) -> Floats:
    """Column sums of ``values`` (m, K) within each group 0..groups-1 -> (groups, K)."""
    sums = np.zeros((groups, values.shape[1]))
    np.add.at(sums, group, values)
    return sums


def deviations(scores: Floats, units: Units, holds: Flags) -> Floats:
    r"""Scaled deviations whose cross-product is the covariance (M2, M3).

    Parameters
    ----------
    scores : ndarray, shape (u, K)
        Score of each innermost unit for each estimand, M1; 0 where a unit holds no member of the domain.
    units : Units
        The sampled units.
    holds : ndarray of bool, shape (n_psu, K)
        PSUs that hold a member of the domain; only the rule `average` looks at it.

    Returns
    -------
    ndarray, shape (units of all stages, K)
        R, such that R'R is the covariance matrix of the K estimates.

    Notes
    -----
    .. math:: V = \sum_h (1-f_h) \frac{n_h}{n_h-1} \sum_i (z_{hi}-\bar z_h)^2
              + \sum_h f_h \sum_i (1-f_{hi}) \frac{m_{hi}}{m_{hi}-1} \sum_j (z_{hij}-\bar z_{hi})^2

    Source: Särndal, Swensson, Wretman (1992) result 4.3.1; R ``survey::svyrecvar``.
    """
    first = units.stages[0]
    totals = sum_by(scores, units.psu_of_unit, units.n_psu)
    held = sum_by(holds.astype(float), first.parent, len(first.fraction)) > 0
    blocks = [_stage_deviations(totals, first, units.lonely, held)]
    if len(units.stages) == 2:
        outer = np.sqrt(first.fraction[first.parent][units.psu_of_unit])
        blocks.append(outer[:, None] * _stage_deviations(scores, units.stages[1], units.lonely, holds))
    return np.concatenate(blocks)


def _stage_deviations(totals: Floats, stage: Stage, rule: str, held: Flags) -> Floats:
    """Deviations of unit totals (m, K) from their parent's mean, scaled by the root of (1-f) n/(n-1)."""
    size = stage.size
    centre = sum_by(totals, stage.parent, len(size)) / np.maximum(size, 1)[:, None]
    correction = (1 - stage.fraction) * np.where(size > 1, size / np.maximum(size - 1, 1), 1.0)
    if stage.lonely.any():
        centre = LONELY_RULES[rule](centre, totals, stage)
    scaled: Floats = np.sqrt(correction)[stage.parent, None] * (totals - centre[stage.parent])
    return scaled * _inflation(stage, held) if rule == "average" else scaled


def _fail(_centre: Floats, _totals: Floats, stage: Stage) -> Floats:
    """Name the parents that have a single unit."""
    alone = [stage.parent_names[index] for index in np.flatnonzero(stage.lonely)]
    shown = ", ".join(alone[:8]) + (f" and {len(alone) - 8} more" if len(alone) > 8 else "")
    raise LonelyPsuError(
        f"only one sampled unit in {shown}: its variance cannot be estimated. Merge it with a like stratum, "
        f"or declare in the design lonely={' | '.join(repr(name) for name in LONELY_RULES if name != 'fail')}"
    )


def _adjust(centre: Floats, totals: Floats, stage: Stage) -> Floats:
    """Centre a lonely unit at the mean of all units of the stage."""
    return np.where(stage.lonely[:, None], totals.mean(axis=0), centre)


def _leave_out(centre: Floats, _totals: Floats, _stage: Stage) -> Floats:
    """Centre a lonely unit at itself: it adds nothing."""
    return centre


LonelyRule = Callable[[Floats, Floats, Stage], Floats]
LONELY_RULES: dict[str, LonelyRule] = {
    "fail": _fail,
    "adjust": _adjust,
    "average": _leave_out,
    "certainty": _leave_out,
}


def _inflation(stage: Stage, held: Flags) -> Floats:
    """Root of H/(H - H_1), shape (K,): parents that hold the domain, less the lonely among them."""
    parents, alone = held.sum(axis=0), held[stage.lonely].sum(axis=0)
    ratio = np.full(held.shape[1], np.nan)
    np.divide(parents, parents - alone, out=ratio, where=parents > alone)
    return np.asarray(np.sqrt(ratio))


def degrees_of_freedom(holds: Flags, units: Units) -> Ints:
    """PSUs less strata, over the strata and PSUs that hold a member of the domain (M4).

    Parameters
    ----------
    holds : ndarray of bool, shape (n_psu, K)
    units : Units

    Returns
    -------
    ndarray of int, shape (K,)
        0 where the domain is seen in one PSU of each of its strata: its variance is not estimable.
    """
    first = units.stages[0]
    strata = sum_by(holds.astype(float), first.parent, len(first.fraction)) > 0
    return np.asarray(holds.sum(axis=0) - strata.sum(axis=0), dtype=np.intp)
