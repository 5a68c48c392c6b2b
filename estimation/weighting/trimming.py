"""Trimming: weights beyond a declared multiple of the median are cut, the others share the excess."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation.arrays import Floats
from estimation.weighting.diagnostics import kish_effect
from estimation.weighting.margins import WeightingError, checked_weight

SHARINGS = ("proportional", "equal")


@dataclass(frozen=True, slots=True, eq=False)
class Trimmed:
    """Weights none of which exceeds the cap, with the same sum in every class.

    Attributes
    ----------
    weight : Series of float, shape (n,)
    cap : float
        Largest weight allowed: the declared multiple of the median.
    trimmed : Series of bool, shape (n,)
        Who ends at the cap.
    rounds : int
        How often excess was shared.
    moved : float
        Share of the sum of weights that went from one person to another.
    kish_before, kish_after : float
    """

    weight: pd.Series
    cap: float
    trimmed: pd.Series
    rounds: int
    moved: float
    kish_before: float
    kish_after: float


def trim(
    persons: pd.DataFrame,
    weight: str,
    *,
    times_median: float,
    classes: str | None = None,
    sharing: str = "proportional",
) -> Trimmed:
    """Cap weights at a multiple of their median; the rest of the class shares the excess, repeatedly (M10).

    Trimming trades bias for variance. Totals that calibration has met are met no more: calibrate again, and
    trim again if that lifts weights above the cap.

    Parameters
    ----------
    persons : DataFrame, shape (n, ...)
    weight : str
        Column of the weights; the median is that of the positive ones.
    times_median : float
        Above 1.
    classes : str, optional
        Column of the classes within which the excess stays; None = one class.
    sharing : {"proportional", "equal"}
        Whether the others grow by a common factor or by a common amount (R ``trimWeights``).

    Returns
    -------
    Trimmed

    Raises
    ------
    WeightingError
        An unknown sharing; a multiple of 1 or less; a class that cannot keep its sum below the cap, by name.

    References
    ----------
    Potter, F. (1990). A study of procedures to identify and trim extreme sampling weights. Proceedings of the
    Section on Survey Research Methods, ASA, 225-230. R ``survey::trimWeights(strict = TRUE)``.
    """
    if sharing not in SHARINGS:
        raise WeightingError(f"unknown sharing of the excess {sharing!r}; choose one of {list(SHARINGS)}")
    if not times_median > 1:
        raise WeightingError(f"the cap is a multiple of the median above 1; got {times_median}")
    initial = checked_weight(persons, weight)
    cap = times_median * float(np.median(initial[initial > 0]))
    after, rounds = initial.copy(), 0
    group = persons[classes] if classes else pd.Series("", index=persons.index)
    for name, places in group.groupby(group, sort=True).indices.items():
        after[places], taken = _trim_class(initial[places], cap, sharing, str(name))
        rounds = max(rounds, taken)
    weights = pd.Series(after, index=persons.index, name=f"{weight}_trimmed")
    return Trimmed(
        weight=weights,
        cap=cap,
        trimmed=pd.Series((initial > cap) | ((after >= cap) & (after > initial)), index=persons.index),
        rounds=rounds,
        moved=float(np.abs(after - initial).sum() / 2 / initial.sum()),
        kish_before=kish_effect(persons[weight]),
        kish_after=kish_effect(weights),
    )


def _trim_class(initial: Floats, cap: float, sharing: str, name: str) -> tuple[Floats, int]:
    """Cut and share in one class until no weight exceeds the cap."""
    counted = initial > 0
    if initial.sum() > cap * counted.sum() * (1 + 1e-12):
        where = f"class {name!r}" if name else "the sample"
        raise WeightingError(
            f"{where} has {int(counted.sum())} weights of {initial.sum():,.1f} together, more than all at "
            f"the cap of {cap:,.1f}: raise the multiple, or trim in wider classes"
        )
    held, weight = np.zeros(len(initial), dtype=bool), initial
    for rounds in range(len(initial) + 1):
        over = (weight > cap) & ~held
        if not over.any():
            return weight, rounds
        held |= over
        free = counted & ~held
        excess = initial.sum() - cap * held.sum() - initial[free].sum()
        grown = (
            initial * (1 + excess / initial[free].sum())
            if sharing == "proportional"
            else _more(initial, excess, free)
        )
        weight = np.where(held, cap, np.where(free, grown, 0.0))
    return weight, len(initial)


def _more(initial: Floats, excess: float, free: np.ndarray) -> Floats:
    return np.asarray(initial + excess / free.sum())
