"""Replicate weights instead of linearisation: the estimate is repeated, and its spread measured (M11)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from narwhals.typing import IntoFrame

from estimation.arrays import Floats
from estimation.cells import Cells
from estimation.design import Design, Replicates
from estimation.domains import Domains
from estimation.engines.checks import open_frame
from estimation.engines.measures import Quantity
from estimation.replication.given import given_sums
from estimation.replication.made import made_sums
from estimation.scores import Estimator, Scored
from estimation.variation import Replicated

SCALES: dict[str, Callable[[int, float], float]] = {
    "brr": lambda number, _fay: 1 / number,
    "fay": lambda number, fay: 1 / (number * (1 - fay) ** 2),
    "jk1": lambda number, _fay: (number - 1) / number,
    "jkn": lambda _number, _fay: 1.0,
    "bootstrap": lambda number, _fay: 1 / number,
    "sdr": lambda number, _fay: 4 / number,
}


def replicated(
    persons: IntoFrame,
    cells: Cells,
    scored: Scored,
    *,
    quantities: Sequence[Quantity],
    design: Design,
    domains: Domains,
    estimator: Estimator,
) -> Scored:
    r"""Put replicates in the place of scores, where the design has them.

    Parameters
    ----------
    persons : DataFrame, LazyFrame or relation
        One row a person; read again only where the design names columns of replicate weights.
    cells : Cells
        Of the same persons, quantities and domains.
    scored : Scored
        The full-sample estimates, K = quantities x domains.
    quantities : sequence of Quantity
    design : Design
        Without `replicates` nothing changes.
    domains : Domains
    estimator : Estimator
        `RATIO` or `TOTAL`.

    Returns
    -------
    Scored
        The estimates as they are; every one repeated under each set of replicate weights, with values of
        shape (B, K) whose cross-product is the covariance matrix.

    Raises
    ------
    DesignError
        Replicate weights that are no numbers, missing, infinite or negative, with the rows; factors taken for
        weights or the reverse; replicates that cannot be made from this design, with the choices.
    LonelyPsuError
        Replicates are to be made and a stratum has one sampled PSU.

    Notes
    -----
    .. math:: V = c \sum_b r_b (\hat\theta_b - \hat\theta)^2

    c is `scale` or, by kind: brr 1/R, fay 1/(R(1-ρ)²), jk1 (R-1)/R, jkn 1, bootstrap 1/B, sdr 4/R.
    What is not estimable: a share, mean or ratio of a domain in which **one** replicate has no weight (R
    drops that replicate with a warning, which understates the variance) and a domain without a member have
    NaN in every replicate, hence no standard error. A total is then 0 in that replicate and stays estimable.
    Sources: Wolter (2007) ch. 2-5; Judkins (1990) J. Official Stat. 6; Fay & Train (1995) ASA SRMS;
    Rao, Wu & Yue (1992) Survey Methodology 18; R ``survey::svrVar``.
    """
    replicates = design.replicates
    if replicates is None:
        return scored
    if replicates.made:
        sums = made_sums(cells, design, replicates)
    else:
        sums = given_sums(
            open_frame(persons), quantities, design=design, replicates=replicates, domains=domains
        )
    estimates = estimator.estimate(sums.numerator, sums.denominator)
    values = _spread(estimates, scored.estimate, replicates, sums.rscales)
    variation = Replicated(values, scored.variation.counts, cells.units, replicates.df)
    return replace(scored, variation=variation)


def _spread(estimates: Floats, full: Floats, replicates: Replicates, rscales: Floats) -> Floats:
    """Scaled deviations (B, K) of replicate estimates (B, K) from their centre; NaN where one is missing."""
    counted = estimates[rscales > 0]
    centre = counted.mean(axis=0) if replicates.centre == "mean" and len(counted) else full
    root = np.sqrt(_scale(replicates, len(estimates)) * rscales)[:, None]
    unknown = np.isnan(full) | np.isnan(estimates).any(axis=0)
    return np.asarray(np.where(unknown, np.nan, root * (estimates - centre)))


def _scale(replicates: Replicates, number: int) -> float:
    """Factor of the sum of squares: the declared one, or that of the kind."""
    if replicates.scale is not None:
        return replicates.scale
    return SCALES[replicates.kind](number, replicates.fay)
