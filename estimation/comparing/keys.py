"""The keys of estimates: indicator and by-values in, rows of the frame out; an unknown one names its like."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from difflib import get_close_matches

import numpy as np
import pandas as pd

from estimation.arrays import Ints

Key = Hashable | tuple[Hashable, ...]
TYPES = "compare the types too: 688 and '688' are not the same"


def rows_of(frame: pd.DataFrame, by: Sequence[str], keys: Sequence[Key]) -> Ints:
    """Find the estimates that keys name.

    Parameters
    ----------
    frame : DataFrame, shape (K, ...)
        Columns indicator and those of `by`.
    by : sequence of str
    keys : sequence of key, length m
        (indicator, value of each by-column), or the bare indicator where there is no by-column.

    Returns
    -------
    ndarray of int, shape (m,)

    Raises
    ------
    ValueError
        For a key that is not there, with the nearest ones.
    """
    there = _positions(frame, by)
    tuples = [key if isinstance(key, tuple) else (key,) for key in keys]
    for key in tuples:
        if key not in there:
            names = {str(known): known for known in there}
            near = get_close_matches(str(key), names, n=3, cutoff=0.3) or list(names)[:3]
            raise ValueError(f"no estimate {key} of ({', '.join(('indicator', *by))}); near: {near}; {TYPES}")
    return np.array([there[key] for key in tuples], dtype=np.intp)


def keys_of(frame: pd.DataFrame, by: Sequence[str], domain: Key) -> list[tuple[Hashable, ...]]:
    """List the keys of a domain: one of every indicator, or the one that is named.

    Parameters
    ----------
    frame, by
        As in :func:`rows_of`.
    domain : key
        Values of the by-columns, or (indicator, values of the by-columns).

    Returns
    -------
    list of tuple

    Raises
    ------
    ValueError
        For too few or too many values.
    """
    values = domain if isinstance(domain, tuple) else (domain,)
    if len(values) == len(by):
        return [(indicator, *values) for indicator in frame["indicator"].drop_duplicates()]
    if len(values) == len(by) + 1:
        return [values]
    raise ValueError(
        f"{domain!r} is no domain of by={list(by)}; give the values of the by-columns in their order, or "
        f"put the indicator before them, for example {example(frame, by)!r}"
    )


def label(key: tuple[Hashable, ...]) -> object:
    """By-values of a key for people: the value itself of one column, a text of several."""
    values = key[1:] or key
    return values[0] if len(values) == 1 else ", ".join(str(value) for value in values)


def example(frame: pd.DataFrame, by: Sequence[str]) -> Key:
    """Return the key of the first row, the bare indicator without by-columns."""
    key = next(iter(_positions(frame, by)), ("indicator", *by))
    return key if by else key[0]


def _positions(frame: pd.DataFrame, by: Sequence[str]) -> dict[tuple[Hashable, ...], int]:
    """Position of every key."""
    columns = [frame[name].tolist() for name in ("indicator", *by)]
    return {key: row for row, key in enumerate(zip(*columns, strict=True))}
