"""What unequal weights cost in precision."""

from __future__ import annotations

import numpy as np
import pandas as pd


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
