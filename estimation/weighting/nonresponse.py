"""Nonresponse: households that answered stand for those of their class that did not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation.weighting.margins import WeightingError, checked_weight, some


@dataclass(frozen=True, slots=True, eq=False)
class Adjusted:
    """Weights of the respondents that carry all eligible units of their class.

    Attributes
    ----------
    weight : Series of float, shape (n,)
        Adjusted weight on the index of the units; 0 for who did not respond.
    factor : Series of float
        Factor of each class, indexed by class; classes that were merged share one.
    merged : DataFrame
        ``cell, into``: each class without a respondent and the class it was merged with.
    """

    weight: pd.Series
    factor: pd.Series
    merged: pd.DataFrame


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
            f"{some(stratum[reached == 0].unique())}"
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


def likely_eligible(
    units: pd.DataFrame, weight: str, *, eligible: str, ineligible: str, classes: str
) -> pd.Series:
    """Probability that each issued unit is eligible: 1 or 0 where known, else the share of its class (M10).

    Parameters
    ----------
    units : DataFrame, shape (n, ...)
        Columns `weight`, `eligible` and `ineligible` (bool; neither = unknown) and `classes`.

    Returns
    -------
    Series of float in [0, 1], shape (n,)
        Weighted share of the eligible among the known of the class; among all known where the class has none.

    Raises
    ------
    WeightingError
        When nothing is known of any unit.
    """
    base = pd.Series(checked_weight(units, weight), index=units.index)
    yes, known = base.where(units[eligible], 0.0), base.where(units[eligible] | units[ineligible], 0.0)
    if not known.sum() > 0:
        raise WeightingError("not one unit of known eligibility: the unknown cannot be shared out")
    group = units[classes]
    in_class, of_class = (part.groupby(group).transform("sum") for part in (yes, known))
    share = (in_class / of_class.where(of_class > 0)).fillna(yes.sum() / known.sum())
    return share.mask(units[eligible], 1.0).mask(units[ineligible], 0.0)


def class_factors(
    units: pd.DataFrame,
    weight: str,
    *,
    eligible: str,
    respondent: str,
    classes: str,
    within: str | None = None,
) -> Adjusted:
    """Adjust weights for nonresponse in classes: respondents carry all eligible units of the class (M10).

    Parameters
    ----------
    units : DataFrame, one row an issued unit
        Columns `weight`; `eligible`, the probability of being eligible (:func:`likely_eligible`);
        `respondent` (bool); `classes`, whose sorted order says which classes are neighbours.
    within : str, optional
        Column of groups that a class is never merged across.

    Returns
    -------
    Adjusted
        A class without a respondent is merged with the nearest class of its group that has one, the lower on
        equal distance, and reported.

    Raises
    ------
    WeightingError
        When a whole group has no respondent, naming it.
    """
    base = checked_weight(units, weight)
    answered = units[respondent].to_numpy(bool)
    group = units[within] if within else pd.Series("", index=units.index)
    cells = pd.MultiIndex.from_arrays([group, units[classes]])
    code, found = pd.factorize(cells, sort=True)
    names = pd.MultiIndex.from_tuples(found)
    reached = np.bincount(code, base * answered, minlength=len(names))
    wanted = np.bincount(code, base * units[eligible].to_numpy(float), minlength=len(names))
    into = _nearest(names, reached)
    carriers = np.bincount(into, wanted, minlength=len(names))
    factor = np.divide(carriers, reached, out=np.zeros(len(names)), where=reached > 0)[into]
    moved = np.flatnonzero(into != np.arange(len(names)))
    label = names.get_level_values(1)
    return Adjusted(
        weight=pd.Series(base * answered * factor[code], index=units.index, name=weight),
        factor=pd.Series(factor, index=names if within else label),
        merged=pd.DataFrame({"cell": label[moved].astype(str), "into": label[into[moved]].astype(str)}),
    )


def _nearest(names: pd.MultiIndex, reached: np.ndarray) -> np.ndarray:
    """Class that carries each class: itself, or the nearest of its group that has respondents."""
    into = np.arange(len(names))
    group = names.get_level_values(0).astype(str).to_numpy()
    for empty in np.flatnonzero(reached == 0):
        others = np.flatnonzero((group == group[empty]) & (reached > 0))
        if not len(others):
            raise WeightingError(
                "no respondent in a whole group of classes; merge it with another one before weighting: "
                f"{group[empty] or some(names.get_level_values(1))}"
            )
        into[empty] = others[np.abs(others - empty).argmin()]
    return into


def _ratio(numerator: pd.Series, denominator: pd.Series) -> pd.Series:
    """Quotient with 0 / 0 as missing, without a warning."""
    return (numerator / denominator.where(denominator > 0)).astype(float)
