"""Response propensities: how likely each kind of unit was to answer, and classes of like propensity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation.weighting.margins import WeightingError, checked_weight, some

EXACT = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class Propensity:
    """A weighted logistic regression of response.

    Attributes
    ----------
    propensity : Series of float in (0, 1), shape (n,)
        Fitted probability of a response.
    coefficients : Series of float
        On the logit scale; ``intercept``, then ``variable[category]`` against the first category in order,
        then numbers.
    iterations : int
    """

    propensity: pd.Series
    coefficients: pd.Series
    iterations: int


def response_propensity(
    units: pd.DataFrame,
    weight: str,
    *,
    respondent: str,
    categories: Sequence[str] = (),
    numbers: Sequence[str] = (),
) -> Propensity:
    """Fit the probability of a response of the eligible units by weighted logistic regression (M10).

    Parameters
    ----------
    units : DataFrame, one row an eligible unit
        Columns `weight` (base weight), `respondent` (bool), and what is known of all units, whether they
        answered or not.
    categories, numbers : sequence of str
        Together at least one column.

    Returns
    -------
    Propensity

    Raises
    ------
    WeightingError
        A missing value; a category in which everybody or nobody answered, by name: its propensity is 1 or 0.

    Notes
    -----
    Binomial likelihood with the base weights, scaled to the mean 1; iteratively reweighted least squares.
    Sources: Little (1986) International Statistical Review 54; Rosenbaum & Rubin (1984) JASA 79 (five
    classes); R ``glm(family = quasibinomial, weights =)``, statsmodels ``GLM``.
    """
    from statsmodels.genmod.families import Binomial  # noqa: PLC0415 - half a second that few calls need
    from statsmodels.genmod.generalized_linear_model import GLM  # noqa: PLC0415

    if not categories and not numbers:
        raise WeightingError("a response propensity needs at least one column of categories or of numbers")
    base = checked_weight(units, weight)
    answered = units[respondent].astype(bool)
    _check_known(units, [*categories, *numbers])
    _check_mixed(units, categories, answered)
    design = _design(units, categories, numbers)
    model = GLM(
        answered.to_numpy(float), design.to_numpy(float), family=Binomial(), var_weights=base / base.mean()
    )
    fitted = model.fit(tol=EXACT, maxiter=100, tol_criterion="deviance")
    return Propensity(
        propensity=pd.Series(fitted.fittedvalues, index=units.index, name="propensity"),
        coefficients=pd.Series(fitted.params, index=design.columns),
        iterations=int(fitted.fit_history["iteration"]),
    )


def propensity_classes(propensity: pd.Series, weight: pd.Series, number: int = 5) -> pd.Series:
    """Cut units into classes of like propensity with about the same sum of weights.

    Parameters
    ----------
    propensity : Series of float, shape (n,)
    weight : Series of float, shape (n,)
    number : int
        Of classes; 5 remove most of the bias that the propensity can remove (Cochran 1968).

    Returns
    -------
    Series of int, shape (n,)
        1 = least likely to answer. Units of one propensity lie in one class, so that there may be fewer.
    """
    total = weight.groupby(propensity).sum().sort_index()
    middle = (total.cumsum() - total / 2) / total.sum()
    cut = np.minimum(np.floor(middle * number).astype(int), number - 1) + 1
    return propensity.map(cut).astype(int).rename("propensity_class")


def _design(units: pd.DataFrame, categories: Sequence[str], numbers: Sequence[str]) -> pd.DataFrame:
    """Intercept, dummies without the first category in order, numbers."""
    columns = {"intercept": pd.Series(1.0, index=units.index)}
    for name in categories:
        for category in sorted(units[name].unique())[1:]:
            columns[f"{name}[{category}]"] = units[name].eq(category).astype(float)
    return pd.DataFrame(columns | {name: units[name].astype(float) for name in numbers})


def _check_known(units: pd.DataFrame, names: Sequence[str]) -> None:
    for name in names:
        lacking = units.index[units[name].isna()]
        if len(lacking):
            raise WeightingError(
                f"{name!r} must be known of all units, also of those without a response: {some(lacking)}"
            )


def _check_mixed(units: pd.DataFrame, categories: Sequence[str], answered: pd.Series) -> None:
    """Refuse categories whose propensity would be 0 or 1."""
    for name in categories:
        share = answered.groupby(units[name]).mean()
        same = share.index[(share == 0) | (share == 1)]
        if len(same):
            raise WeightingError(
                f"everybody or nobody answered in {name!r} = {some(same)}: merge with a like category, for "
                "its propensity of 0 or 1 cannot be estimated"
            )
