"""One variance for every estimator: scores of sampled units in, covariance and degrees of freedom out.

A share, a ratio, a total or a difference is reduced to one score per sampled unit; its variance is that of a
sum of scores. So there is a single formula to check, and it needs no person's row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import sparse

from estimation.arrays import Flags, Floats, Ints


class LonelyPsuError(ValueError):
    """A stratum has one sampled PSU and the design says `fail`; the sentence names strata and choices."""


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """The units of one stage and the parents they were drawn in.

    Attributes
    ----------
    parent : ndarray of int, shape (m,)
        Stratum of each PSU, PSU of each second-stage unit and so on, numbered 0..P-1.
    fraction : ndarray of float, shape (m,)
        Share of the population drawn, f of its parent or its own inclusion probability; 0 = drawn with
        replacement, 1 = taken with certainty.
    parent_names : tuple of str, length P
        What an error calls the parents.
    """

    parent: Ints
    fraction: Floats
    parent_names: tuple[str, ...]

    @property
    def size(self) -> Ints:
        """Sampled units in each parent, shape (P,): n_h or m_hi."""
        return np.bincount(self.parent, minlength=len(self.parent_names))

    @property
    def lonely(self) -> Flags:
        """Parents with one sampled unit of several in the population, shape (P,)."""
        drawn = np.ones(len(self.parent_names))
        np.minimum.at(drawn, self.parent, self.fraction)
        return np.asarray((self.size == 1) & (drawn < 1))


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Every sampled unit of a design, outermost stage first, and the rules for a lonely one (M3).

    Attributes
    ----------
    stages : tuple of Stage
        The parents of a later stage are the units of the one before.
    lonely : {"fail", "adjust", "average", "certainty"}
    lonely_domain : bool
        Whether the rule also acts where a domain lies in one PSU of a stratum with several.
    psus : DataFrame, shape (n_psu, ...)
        Stratum and code of every PSU, in the order of the first stage.
    """

    stages: tuple[Stage, ...]
    lonely: str = "fail"
    lonely_domain: bool = False
    psus: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)

    @property
    def psu_of_unit(self) -> Ints:
        """PSU of every unit of the innermost stage, shape (u,)."""
        return self.ancestors(0)

    @property
    def n_psu(self) -> int:
        """Sampled PSUs."""
        return len(self.stages[0].parent)

    def ancestors(self, depth: int) -> Ints:
        """Find the unit of stage `depth` in which every unit of the innermost stage lies, shape (u,)."""
        unit = np.arange(len(self.stages[-1].parent))
        for stage in reversed(self.stages[depth + 1 :]):
            unit = stage.parent[unit]
        return unit

    def drawn_outside(self, depth: int) -> Floats:
        """Product of the shares drawn in all stages outside of `depth`, one for each of its units."""
        share = np.ones(len(self.stages[0].parent_names))
        for outer in self.stages[:depth]:
            share = share[outer.parent] * outer.fraction
        return np.asarray(share[self.stages[depth].parent])


def sum_by(values: Floats, group: Ints, groups: int) -> Floats:
    """Column sums of ``values`` (m, K) within each group 0..groups-1 -> (groups, K)."""
    rows = len(group)
    adder = sparse.csc_array((np.ones(rows), group, np.arange(rows + 1)), shape=(groups, rows))
    return np.asarray(adder @ values, dtype=float)


def deviations(scores: Floats, units: Units, holds: Flags) -> Floats:
    r"""Scaled deviations whose cross-product is the covariance (M2, M3).

    Parameters
    ----------
    scores : ndarray, shape (u, K)
        Score of each innermost unit for each estimand, M1; 0 where a unit holds no member of the domain.
    units : Units
        The sampled units.
    holds : ndarray of bool, shape (n_psu, K)
        PSUs that hold a member of the domain; only `average` and `lonely_domain` look at it.

    Returns
    -------
    ndarray, shape (units of all stages, K)
        R, such that R'R is the covariance matrix of the K estimates.

    Raises
    ------
    LonelyPsuError
        A stratum has one sampled PSU and the rule is `fail`.

    Notes
    -----
    .. math:: V = \sum_h (1-f_h) \frac{n_h}{n_h-1} \sum_i (z_{hi}-\bar z_h)^2
              + \sum_h f_h \sum_i (1-f_{hi}) \frac{m_{hi}}{m_{hi}-1} \sum_j (z_{hij}-\bar z_{hi})^2 + \dots

    Each further stage is weighted with the product of the fractions outside of it. With Brewer's
    approximation f is each unit's own inclusion probability.
    Sources: Särndal, Swensson, Wretman (1992) result 4.3.1; Brewer (2002) ch. 9; R ``survey::svyrecvar``.
    """
    blocks = []
    for depth, stage in enumerate(units.stages):
        innermost = stage is units.stages[-1]
        totals = scores if innermost else sum_by(scores, units.ancestors(depth), len(stage.parent))
        rule = _rule_of(units, depth, holds)
        blocks.append(_stage_deviations(totals, stage, rule, share=units.drawn_outside(depth)))
    return np.concatenate(blocks) if len(blocks) > 1 else blocks[0]


@dataclass(frozen=True, slots=True, eq=False)
class _Rule:
    """What to do with the lonely parents of one stage: the rule, who is alone, who holds the domain."""

    name: str
    alone_in_domain: Flags
    held: Flags


def _rule_of(units: Units, depth: int, holds: Flags) -> _Rule:
    """Look up which parents of a stage hold each domain, and in which the domain lies in one unit."""
    first = units.stages[0]
    if depth > 0:
        outer = units.stages[1:depth]
        psu_of_parent = np.arange(units.n_psu)
        for stage in outer:
            psu_of_parent = psu_of_parent[stage.parent]
        held = holds[psu_of_parent]
        return _Rule(units.lonely, np.zeros_like(held), held)
    if not units.lonely_domain and units.lonely != "average":
        nobody = np.zeros((len(first.parent_names), holds.shape[1]), dtype=bool)
        return _Rule(units.lonely, nobody, nobody)
    holding = sum_by(holds.astype(float), first.parent, len(first.parent_names))
    alone = (holding == 1) & (first.size > 1)[:, None] & units.lonely_domain
    return _Rule(units.lonely, np.asarray(alone), np.asarray(holding > 0))


def _stage_deviations(totals: Floats, stage: Stage, rule: _Rule, *, share: Floats) -> Floats:
    """Deviations of unit totals (m, K) from their parent's mean, times the root of share (1-f) n/(n-1)."""
    size = stage.size
    centre = sum_by(totals, stage.parent, len(size)) / np.maximum(size, 1)[:, None]
    several = np.where(size > 1, size / np.maximum(size - 1, 1), 1.0)
    if stage.lonely.any():
        centre = LONELY_RULES[rule.name](centre, totals, stage)
    if rule.name == "adjust":
        centre = np.where(rule.alone_in_domain, 0.0, centre)
    scaled: Floats = totals - centre[stage.parent]
    scaled *= np.sqrt(share * (1 - stage.fraction) * several[stage.parent])[:, None]
    return _averaged(scaled, stage, rule) if rule.name == "average" else scaled


def _fail(_centre: Floats, _totals: Floats, stage: Stage) -> Floats:
    """Name the parents that have a single unit."""
    alone = [stage.parent_names[index] for index in np.flatnonzero(stage.lonely)]
    shown = ", ".join(alone[:8]) + (f" and {len(alone) - 8} more" if len(alone) > 8 else "")
    choices = " | ".join(repr(name) for name in LONELY_RULES if name != "fail")
    raise LonelyPsuError(
        f"only one sampled unit in {shown}: its variance cannot be estimated. Merge it with a like stratum, "
        f"or declare in the design lonely={choices} (R: options(survey.lonely.psu=))"
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


def _averaged(scaled: Floats, stage: Stage, rule: _Rule) -> Floats:
    """Leave out the parents that are alone and inflate the others by the root of H/(H - H_1)."""
    alone = rule.alone_in_domain | stage.lonely[:, None]
    parents, left_out = rule.held.sum(axis=0), (rule.held & alone).sum(axis=0)
    ratio = np.full(rule.held.shape[1], np.nan)
    np.divide(parents, parents - left_out, out=ratio, where=parents > left_out)
    return np.asarray(np.where(alone[stage.parent], 0.0, scaled) * np.sqrt(ratio))


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
    first, domains = units.stages[0], holds.shape[1]
    psu, domain = np.nonzero(holds)
    strata = np.zeros((len(first.parent_names), domains), dtype=bool)
    strata[first.parent[psu], domain] = True
    return np.asarray(np.bincount(domain, minlength=domains) - strata.sum(axis=0), dtype=np.intp)
