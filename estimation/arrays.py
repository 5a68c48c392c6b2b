"""The array types of the package: shares, counts and flags, one entry or column per estimand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Flags = NDArray[np.bool_]

__all__ = ["Flags", "Floats", "Ints"]
