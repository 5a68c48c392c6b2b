"""Replicate weights in which every step of the weighting is repeated: nonresponse, and calibration (M11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation.arrays import Floats
from estimation.design import Replicates
from estimation.replication.made import make_factors
from estimation.replication.recalibration import Margin as ReplicateMargin
from estimation.replication.recalibration import rake_replicates
from estimation.variance import Stage, Units, sum_by
from estimation.weighting.margins import Margin, WeightingError, category_codes, some


@dataclass(frozen=True, slots=True, eq=False)
class ReplicateWeights:
    """Weights of every person in every replicate.

    Attributes
    ----------
    nonresponse, calibrated : ndarray, shape (n, B)
        Weights after the nonresponse step and after raking, in the order of the persons.
    rscales : ndarray, shape (B,)
        Factor of each replicate's square.
    """

    nonresponse: Floats
    calibrated: Floats
    rscales: Floats


def replicate_weights(
    psus: pd.DataFrame,
    persons: pd.DataFrame,
    margins: Sequence[Margin],
    *,
    psu: str,
    within: str,
    replicates: Replicates,
) -> ReplicateWeights:
    """Weigh every replicate anew, from the base weights to the margins.

    Parameters
    ----------
    psus : DataFrame, one row a sampled PSU
        As :func:`estimation.weighting.nonresponse_factors` wants it, indexed by the code of the PSU, those
        without an interview included.
    persons : DataFrame, shape (n, ...)
        Columns `psu`, `within` and those of the margins.
    margins : sequence of Margin
    psu : str
        Column of the code of the PSU.
    within : str
        Column of the factor within the household, its eligible persons.
    replicates : Replicates
        kind `bootstrap` or `jkn`, number and seed; made here from the PSUs within strata.

    Returns
    -------
    ReplicateWeights
        The factor of a replicate acts on the household weight of the PSU. Unknown eligibility and the PSUs
        without interview are shared out anew among the PSUs that the replicate holds, and its weights raked
        to `margins`.

    Raises
    ------
    WeightingError
        A replicate without an interview in a stratum, or in a category of a margin, by name.
    LonelyPsuError
        A stratum with one sampled PSU.

    Notes
    -----
    Sources: Rao, Wu & Yue (1992) Survey Methodology 18, section 4; Valliant (1993) JASA 88.
    """
    made = make_factors(_units(psus), replicates)
    factors = made.of_psu(slice(None))
    factor = _nonresponse(psus, factors)
    place = psus.index.get_indexer(pd.Index(persons[psu]))
    adjusted = (
        persons[within].to_numpy(float)[:, None] * (psus["weight"].to_numpy(float)[:, None] * factor)[place]
    )
    return ReplicateWeights(adjusted, _raked(persons, adjusted, margins), made.rscales)


def _units(psus: pd.DataFrame) -> Units:
    code, names = pd.factorize(psus["stratum"])
    return Units((Stage(np.asarray(code, np.intp), np.zeros(len(psus)), tuple(map(str, names))),))


def _nonresponse(psus: pd.DataFrame, factors: Floats) -> Floats:
    """Replicate factor x nonresponse factor of every PSU, (m, B), as in `nonresponse_factors`."""
    code, strata = pd.factorize(psus["stratum"])
    code = np.asarray(code, np.intp)
    eligible, ineligible, unknown, answered = (
        psus[name].to_numpy(float)[:, None] for name in ("eligible", "ineligible", "unknown", "respondents")
    )

    def of_stratum(values: Floats) -> Floats:
        return sum_by(values, code, len(strata))[code]

    resolved = eligible + ineligible
    share = _quotient(of_stratum(eligible * factors), of_stratum(resolved * factors))
    share = np.where(resolved > 0, _quotient(eligible, resolved), share)
    need = eligible + share * unknown
    weighted = psus["weight"].to_numpy(float)[:, None] * need * factors
    wanted, reached = of_stratum(weighted), of_stratum(np.where(answered > 0, weighted, 0.0))
    lost = (wanted > 0) & (reached == 0)
    if lost.any():
        raise WeightingError(
            f"{int(lost.any(axis=0).sum())} of {factors.shape[1]} replicates hold no interview of the strata "
            f"{some(psus['stratum'][lost.any(axis=1)].unique())}: merge them with others, or use the "
            "residual variance of M10, which needs no replicates"
        )
    return factors * _quotient(need, answered) * _quotient(wanted, reached)


def _raked(persons: pd.DataFrame, weights: Floats, margins: Sequence[Margin]) -> Floats:
    """Rake the weights of all replicates at once, by crossed category."""
    codes = np.column_stack([category_codes(persons, margin, np.ones(len(persons))) for margin in margins])
    rows, cell = np.unique(codes, axis=0, return_inverse=True)
    cell = np.asarray(cell.reshape(-1), np.intp)
    before = sum_by(weights, cell, len(rows))
    known = tuple(_margin(margin, rows[:, place]) for place, margin in enumerate(margins))
    for margin in known:
        empty = (margin.sums(before) <= 0).any(axis=1)
        if empty.any():
            raise WeightingError(
                f"margin {margin.variable!r}: some replicates hold nobody of "
                f"{some(np.array(margin.names)[empty])}"
            )
    return np.asarray(weights * rake_replicates(before, known)[cell])


def _margin(margin: Margin, code: np.ndarray) -> ReplicateMargin:
    names = tuple(map(str, margin.totals.index))
    totals = margin.totals.to_numpy(float)
    return ReplicateMargin(
        margin.variable, names, np.eye(len(names))[code], np.asarray(code, np.intp), totals
    )


def _quotient(above: Floats, below: Floats) -> Floats:
    """Quotient with 0 where nothing is below."""
    shape = np.broadcast_shapes(above.shape, below.shape)
    return np.divide(above, below, out=np.zeros(shape), where=np.broadcast_to(below, shape) > 0)
