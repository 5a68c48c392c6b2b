"""Base weights: inverse selection probabilities of areas, of households in them, of persons in households."""

from __future__ import annotations

import pandas as pd

from estimation.weighting.margins import WeightingError, some


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
            f"issued address: {some(possible.index[~possible])}"
        )
    return listed / (probability * issued)


def person_weights(household: pd.Series, eligible: pd.Series, drawn: pd.Series | int = 1) -> pd.Series:
    """Weight of a person drawn with equal probability among the eligible of a household (M10).

    Parameters
    ----------
    household : Series of float, shape (n,)
        Weight of the household of each person.
    eligible : Series of int, shape (n,)
        Eligible persons of the household.
    drawn : Series of int, shape (n,), or int
        Persons drawn among them.

    Returns
    -------
    Series of float, shape (n,)
        household * eligible / drawn.

    Raises
    ------
    WeightingError
        When fewer persons are eligible than were drawn, or none was drawn, naming the rows.
    """
    possible = (eligible >= drawn) & (eligible > 0) & (pd.Series(drawn, index=eligible.index) > 0)
    if not possible.all():
        raise WeightingError(
            "these persons need at least as many eligible persons in the household as were drawn: "
            f"{some(possible.index[~possible])}"
        )
    return household * eligible / drawn
