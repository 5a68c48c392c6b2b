"""Replicates made here: factors of sampled PSUs, and the sums that they give over domains (M11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from estimation.arrays import Floats, Ints
from estimation.cells import Cells
from estimation.design import Design, DesignError, Replicates
from estimation.replication.recalibration import Recalibration
from estimation.replication.sums import Grouping, ReplicateSums, cell_measures, chunks
from estimation.variance import LONELY_RULES, Stage, Units

LONELY_CHOICES = ("fail", "certainty")


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """What each replicate multiplies the weights of a PSU with.

    Attributes
    ----------
    of_psu : function of a slice of the B replicates, giving an ndarray of shape (n_psu, its length)
        In the order of the units, which does not depend on that of the rows. The n x n factors of a jackknife
        are never all there at once.
    rscales : ndarray, shape (B,)
        Factor of each replicate's square.
    """

    of_psu: Callable[[slice], Floats]
    rscales: Floats


def made_sums(cells: Cells, design: Design, replicates: Replicates) -> ReplicateSums:
    """Sum every quantity over every domain under each replicate made from the PSUs.

    A factor is the same for all persons of a PSU, so the sums run over cells; no row is read again. A PSU
    without a member of a domain is in the replicates all the same and adds nothing to that domain.

    Parameters
    ----------
    cells : Cells
    design : Design
    replicates : Replicates
        Without columns.

    Returns
    -------
    ReplicateSums
        Under final weight x factor; with `recalibrate` under the weights before calibration x factor,
        calibrated anew to what the final weights add up to (benchmarks as known).

    Raises
    ------
    DesignError, LonelyPsuError
        As :func:`make_factors`; a recalibration that has no solution.
    """
    factors = make_factors(cells.units, replicates)
    calibrated = Recalibration.of(cells, design) if replicates.recalibrate else None
    grouping = Grouping.by(cells.domain, len(cells.domains))
    psu = cells.units.psu_of_unit[cells.unit]
    final = cell_measures(cells.final)
    blocks = []
    for chunk in chunks(max(len(psu), cells.units.n_psu), len(factors.rscales)):
        of_cell = factors.of_psu(chunk)[psu]
        pairs = [(final, of_cell)] if calibrated is None else calibrated.weighted(of_cell)
        blocks.append(sum(grouping.sums(values, weights) for values, weights in pairs))
    return ReplicateSums.of(np.concatenate(blocks, axis=2), factors.rscales)


def make_factors(units: Units, replicates: Replicates) -> Factors:
    r"""Make the factors of a bootstrap or a jackknife of PSUs within strata.

    Parameters
    ----------
    units : Units
        PSUs without an interview included, if the design has a register.
    replicates : Replicates
        kind, and for the bootstrap number and seed.

    Returns
    -------
    Factors
        Certainty strata (f = 1) keep the factor 1 and add nothing to the variance.

    Raises
    ------
    LonelyPsuError
        A stratum has one sampled PSU and the design's rule is `fail`.
    DesignError
        Lonely PSUs with the rule `adjust` or `average`, which are not rules of replicates; correction at a
        second stage; Brewer's approximation with the bootstrap.

    Notes
    -----
    Bootstrap: n_h - 1 PSUs of stratum h drawn with replacement, r_hi times the i-th of them,

    .. math:: 1 - \lambda_h + \lambda_h \frac{n_h}{n_h - 1} r_{hi}, \qquad \lambda_h = \sqrt{1 - f_h}

    with the scale 1/B. Jackknife: one PSU dropped at a time, the others of its stratum times
    :math:`n_h/(n_h-1)`, its square times :math:`(1-f_{hi})(n_h-1)/n_h`. For a total the jackknife is the
    variance of M2, also with Brewer's approximation. Only the first stage is replicated.
    Sources: Rao, Wu & Yue (1992) Survey Methodology 18; Rust & Rao (1996) Stat. Methods Medical Res. 5;
    R ``as.svrepdesign(type = "subbootstrap" | "JKn")``.
    """
    _check_stages(units)
    stage = units.stages[0]
    _check_lonely(stage, units.lonely)
    return MAKERS[replicates.kind](stage, replicates)


def _bootstrap(stage: Stage, replicates: Replicates) -> Factors:
    """Rescaled bootstrap of Rao, Wu and Yue."""
    rng = np.random.default_rng(replicates.seed)
    of_psu = np.ones((len(stage.parent), replicates.number))
    for psus in _resampled(stage):
        n = len(psus)
        drawn = rng.multinomial(n - 1, np.full(n, 1 / n), size=replicates.number).T
        root = np.sqrt(1 - _common_fraction(stage, psus))
        of_psu[psus] = 1 - root + root * n / (n - 1) * drawn
    return Factors(lambda chunk: of_psu[:, chunk], np.ones(replicates.number))


def _jackknife(stage: Stage, _replicates: Replicates) -> Factors:
    """Drop one PSU at a time."""
    dropped = np.concatenate([np.empty(0, np.intp), *_resampled(stage)])
    n = stage.size[stage.parent]

    def of_psu(chunk: slice) -> Floats:
        left_out = dropped[chunk]
        others = (n / np.maximum(n - 1, 1))[:, None]
        factors: Floats = np.where(stage.parent[:, None] == stage.parent[left_out], others, 1.0)
        factors[left_out, np.arange(len(left_out))] = 0.0
        return factors

    return Factors(of_psu, (1 - stage.fraction[dropped]) * (n[dropped] - 1) / n[dropped])


MAKERS: dict[str, Callable[[Stage, Replicates], Factors]] = {"bootstrap": _bootstrap, "jkn": _jackknife}


def _resampled(stage: Stage) -> list[Ints]:
    """PSUs of each stratum that has several and was not taken whole."""
    order = np.argsort(stage.parent, kind="stable")
    strata = np.split(order, np.cumsum(stage.size)[:-1])
    return [psus for psus in strata if len(psus) > 1 and stage.fraction[psus].min() < 1]


def _common_fraction(stage: Stage, psus: Ints) -> float:
    """Give the sampling fraction of a stratum; the bootstrap knows one for all its PSUs."""
    fractions = stage.fraction[psus]
    if fractions.max() > fractions.min():
        raise DesignError(
            f"the inclusion probabilities vary in {stage.parent_names[stage.parent[psus[0]]]}; the bootstrap "
            "needs one sampling fraction a stratum: take Replicates(kind='jkn'), or drop pps and fpc "
            "(R: as.svrepdesign(type='JKn'))"
        )
    return float(fractions[0])


def _check_stages(units: Units) -> None:
    """Refuse what replicates of PSUs cannot carry."""
    if len(units.stages) > 1:
        raise DesignError(
            f"fpc names {len(units.stages)} stages and replicates made here carry the first one alone: the "
            "variance within PSUs would be lost. Name the first stage's population size only, which is safe "
            "where few of the PSUs were sampled, or drop replicates: linearisation carries every stage "
            "(R: as.svrepdesign(type='mrbbootstrap'))"
        )


def _check_lonely(stage: Stage, rule: str) -> None:
    """Apply the design's rule for a lonely PSU: refuse it, or leave its factor at 1."""
    if not stage.lonely.any():
        return
    if rule not in LONELY_CHOICES:
        alone = [stage.parent_names[index] for index in np.flatnonzero(stage.lonely)[:8]]
        raise DesignError(
            f"only one sampled unit in {', '.join(alone)}, and lonely={rule!r} is no rule of replicates; "
            f"choose one of {list(LONELY_CHOICES)}, or merge the stratum with a like one "
            "(R: options(survey.lonely.psu=))"
        )
    nothing = np.zeros((len(stage.parent_names), 1))
    LONELY_RULES[rule](nothing, nothing, stage)
