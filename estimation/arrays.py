"""The array types of the package: shares, counts and flags, one entry or column per estimand."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Flags = NDArray[np.bool_]

__all__ = ["Flags", "Floats", "Ints", "cross"]

LARGEST = 2**62


def cross(columns: Iterable[tuple[Ints, int]], rows: int) -> Ints:
    """Cross the codes of some columns, the last of which varies fastest; without columns all are 0.

    Parameters
    ----------
    columns : iterable of (ndarray of int with shape (rows,), int)
        Codes 0..several-1, and several.
    rows : int

    Returns
    -------
    ndarray of int, shape (rows,)
        In the order of the codes, with gaps; renumbered on the way where the numbers would grow too large.
    """
    crossed, size = np.zeros(rows, np.intp), 1
    for codes, several in columns:
        if size * several > LARGEST:
            kept, crossed = np.unique(crossed, return_inverse=True)
            size = len(kept)
        crossed, size = crossed * several + codes, size * several
    return crossed
