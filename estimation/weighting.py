"""Weights of a sample: inverse selection probabilities, nonresponse, raking to known totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

SAME_POPULATION = 1e-9


class WeightingError(ValueError):
    """The sample cannot carry the weights that were asked for; the sentence names the cell."""


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """Known population totals of one categorical variable.

    Attributes
    ----------
    variable : str
        Column of the sample that holds the category.
    totals : Series of float
        Persons in the population, indexed by category.
    """

    variable: str
    totals: pd.Series


@dataclass(frozen=True, slots=True, eq=False)
class Raked:
    """Weights that reproduce every margin, with what it took to get there.

    Attributes
    ----------
    weight : Series of float, shape (n,)
        Raked weight, on the index of the sample.
    iterations : int
        Rounds over all margins.
    factor_min, factor_max : float
        Range of the raking factor g = raked / initial weight.
    kish_before, kish_after : float
        Kish design effect of the weights before and after.
    """

    weight: pd.Series
    iterations: int
    factor_min: float
    factor_max: float
    kish_before: float
    kish_after: float


def base_weights(probability: pd.Series, listed: pd.Series, issued: pd.Series) -> pd.Series:
    """Household weight of each PSU: inverse of the product of the selection probabilities (M10).

    Parameters
    ----------
    probability : Series of float, shape (m,)
        Inclusion probability of the PSU, in (0, 1].
    listed : Series of int, shape (m,)
        Addresses found in the PSU when it was listed.
    issued : Series of int, shape (m,)
        Addresses given to the interviewers, reserves that were used included.

    Returns
    -------
    Series of float, shape (m,)
        a = listed / (probability * issued); a person weighs a times the eligible persons of the
        household when one of them is drawn with equal probability.

    Raises
    ------
    WeightingError
        When a probability lies outside (0, 1] or no address was issued, naming the PSUs.
    """
    possible = (probability > 0) & (probability <= 1) & (issued > 0) & (listed > 0)
    if not possible.all():
        raise WeightingError(
            "these PSUs need a selection probability in (0, 1] and at least one listed and one "
            f"issued address: {_some(possible.index[~possible])}"
        )
    return listed / (probability * issued)


def nonresponse_factors(psus: pd.DataFrame) -> pd.DataFrame:
    """Adjust household weights for nonresponse inside each PSU (M10).

    Unknown eligibility is shared first: need = E + e U with e = E / (E + NE) of the PSU, or of its
    stratum where nothing was resolved in the PSU. Respondents then carry need / R. The need of a
    PSU without respondents is carried by the other PSUs of its stratum through
    g = sum(a need) / sum(a need of PSUs with respondents).

    Parameters
    ----------
    psus : DataFrame, one row a PSU
        Columns ``stratum``, ``weight`` (household base weight a), and the numbers of issued
        households ``eligible`` (E, respondents included), ``ineligible`` (NE), ``unknown`` (U)
        and ``respondents`` (R).

    Returns
    -------
    DataFrame on the index of `psus`
        ``e``, ``need``, ``adjustment`` (need / R, 0 without respondents), ``carried`` (g) and
        ``factor`` = adjustment * carried.

    Raises
    ------
    WeightingError
        When a whole stratum has no respondent: strata must be merged by a person, not silently.
    """
    stratum = psus["stratum"]
    resolved = psus["eligible"] + psus["ineligible"]
    stratum_share = _ratio(
        psus["eligible"].groupby(stratum).transform("sum"),
        resolved.groupby(stratum).transform("sum"),
    )
    share = _ratio(psus["eligible"], resolved).where(resolved > 0, stratum_share)
    need = psus["eligible"] + (share * psus["unknown"]).where(psus["unknown"] > 0, 0.0)

    answered = psus["respondents"] > 0
    weighted = psus["weight"] * need
    reached = weighted.where(answered, 0.0).groupby(stratum).transform("sum")
    if (reached == 0).any():
        raise WeightingError(
            "no interview in a whole stratum; merge it with another one before weighting: "
            f"{_some(stratum[reached == 0].unique())}"
        )
    full = answered.groupby(stratum).transform("all")
    carried = (weighted.groupby(stratum).transform("sum") / reached).where(~full, 1.0)
    adjustment = _ratio(need, psus["respondents"]).where(answered, 0.0)
    return pd.DataFrame(
        {
            "e": share,
            "need": need,
            "adjustment": adjustment,
            "carried": carried,
            "factor": adjustment * carried,
        }
    )


def rake(
    persons: pd.DataFrame,
    weight: str,
    margins: Sequence[Margin],
    *,
    tolerance: float = 1e-13,
    max_iterations: int = 1000,
) -> Raked:
    """Fit weights to known totals by iterative proportional fitting (M10).

    Each round multiplies, margin after margin, the weights of category c by T_c / sum of weights
    in c, until no ratio differs from 1 by `tolerance` or more. All persons of one combination of
    categories share one factor, so the rounds run over the combinations, not over the persons.

    Parameters
    ----------
    persons : DataFrame, shape (n, ...)
        Column `weight` and one column a margin, never missing.
    weight : str
        Column of the weights before raking; not negative.
    margins : sequence of Margin
        At least one; the totals of all must be of the same population.

    Returns
    -------
    Raked

    Raises
    ------
    WeightingError
        Naming the margin and the category: a category with a target but no sample, or with sample
        but no target; margins of different populations; no convergence.

    References
    ----------
    Deming, W. E. and Stephan, F. F. (1940). On a least squares adjustment of a sampled frequency
    table when the expected marginal totals are known. Annals of Mathematical Statistics 11,
    427-444, section 5.
    Deville, J.-C. and Särndal, C.-E. (1992). Calibration estimators in survey sampling. JASA 87,
    376-382, case 2 (multiplicative method).
    """
    _check_margins(margins)
    initial = _checked_weight(persons, weight)
    codes = np.column_stack([_category_codes(persons, margin, initial) for margin in margins])
    cells, cell_of_person = np.unique(codes, axis=0, return_inverse=True)
    cell_of_person = cell_of_person.reshape(-1)
    before = np.bincount(cell_of_person, initial, minlength=len(cells))

    factors, iterations = _fit(before, cells, margins, tolerance=tolerance, max_iterations=max_iterations)
    factor = factors[cell_of_person]
    raked = pd.Series(initial * factor, index=persons.index, name=f"{weight}_raked")
    counted = factor[initial > 0]
    return Raked(
        weight=raked,
        iterations=iterations,
        factor_min=float(counted.min()),
        factor_max=float(counted.max()),
        kish_before=kish_effect(persons[weight]),
        kish_after=kish_effect(raked),
    )


def kish_effect(weight: pd.Series) -> float:
    """Loss of precision through unequal weights alone: n sum(w^2) / (sum w)^2, at least 1.

    References
    ----------
    Kish, L. (1965). Survey Sampling. Wiley, section 11.7.
    """
    values = weight.to_numpy(float)
    return float(kish(np.array(len(values)), values.sum(), np.square(values).sum()))


def kish(n: np.ndarray, weight: np.ndarray, square: np.ndarray) -> np.ndarray:
    """Loss of precision of many groups from their sums, n sum(w^2) / (sum w)^2; NaN where nobody counts.

    Parameters
    ----------
    n, weight, square : ndarray, one shape
        Persons, sum of their weights, sum of the squares.
    """
    effect = np.full(np.shape(n), np.nan)
    np.divide(n * square, weight**2, out=effect, where=weight > 0)
    return effect


def _fit(
    before: np.ndarray,
    cells: np.ndarray,
    margins: Sequence[Margin],
    *,
    tolerance: float,
    max_iterations: int,
) -> tuple[np.ndarray, int]:
    """Factor of each combination of categories, and the rounds it took."""
    targets = [margin.totals.to_numpy(float) for margin in margins]
    factors = np.ones(len(before))
    ratios: list[np.ndarray] = []
    for iteration in range(1, max_iterations + 1):
        ratios = []
        for column, target in enumerate(targets):
            category = cells[:, column]
            reached = np.bincount(category, before * factors, minlength=len(target))
            ratio = np.divide(target, reached, out=np.ones(len(target)), where=reached > 0)
            factors = factors * ratio[category]
            ratios.append(ratio)
        if max(np.abs(ratio - 1).max() for ratio in ratios) < tolerance:
            return factors, iteration
    worst = max(range(len(ratios)), key=lambda column: np.abs(ratios[column] - 1).max())
    place = int(np.abs(ratios[worst] - 1).argmax())
    raise WeightingError(
        f"raking did not settle in {max_iterations} rounds: margin {margins[worst].variable!r}, "
        f"category {margins[worst].totals.index[place]!r} still moves by the factor "
        f"{ratios[worst][place]:.6g}; its sample is too thin for these margins together "
        "(R: rake(control=list(maxit=)))"
    )


def _category_codes(persons: pd.DataFrame, margin: Margin, initial: np.ndarray) -> np.ndarray:
    """Position of each person's category among the targets of the margin."""
    column = persons[margin.variable]
    if column.isna().any():
        raise WeightingError(
            f"margin {margin.variable!r}: {int(column.isna().sum())} persons without a category"
        )
    codes = np.asarray(pd.Index(margin.totals.index).get_indexer(pd.Index(column)))
    if (codes < 0).any():
        raise WeightingError(
            f"margin {margin.variable!r}: categories in the sample without a target: "
            f"{_some(column[codes < 0].unique())}"
        )
    reached = np.bincount(codes, initial, minlength=len(margin.totals))
    empty = (reached == 0) & (margin.totals.to_numpy(float) > 0)
    if empty.any():
        raise WeightingError(
            f"margin {margin.variable!r}: categories with a target but without sample: "
            f"{_some(margin.totals.index[empty])}"
        )
    return codes


def _check_margins(margins: Sequence[Margin]) -> None:
    """Refuse missing margins, impossible totals and margins of different populations."""
    if not margins:
        raise WeightingError("raking needs at least one margin")
    for margin in margins:
        values = margin.totals.to_numpy(float)
        if not margin.totals.index.is_unique or not (np.isfinite(values) & (values > 0)).all():
            raise WeightingError(f"margin {margin.variable!r}: each category once, each total above 0")
    sums = {margin.variable: float(margin.totals.sum()) for margin in margins}
    if max(sums.values()) - min(sums.values()) > SAME_POPULATION * max(sums.values()):
        listed = ", ".join(f"{name} {total:,.1f}" for name, total in sums.items())
        raise WeightingError(f"the margins are not of one population: {listed}")


def _checked_weight(persons: pd.DataFrame, weight: str) -> np.ndarray:
    values = np.asarray(persons[weight].to_numpy(float))
    if not (np.isfinite(values) & (values >= 0)).all() or not values.any():
        raise WeightingError(f"column {weight!r}: weights must be finite, not negative, not all 0")
    return values


def _ratio(numerator: pd.Series, denominator: pd.Series) -> pd.Series:
    """Quotient with 0 / 0 as missing, without a warning."""
    return (numerator / denominator.where(denominator > 0)).astype(float)


def _some(names: object, most: int = 10) -> str:
    """Return the first few names of a list, and how many were left out."""
    listed = [str(name) for name in pd.Index(names)]  # type: ignore[call-overload]
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
