"""Domains: the crossed values of the by-columns, those without a person included."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from estimation.arrays import Flags, Floats, Ints
from estimation.design import DesignError
from estimation.units import plain

Levels = Sequence[Any] | pd.Series | pd.Index | Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Domains:
    """For whom estimates are asked.

    Attributes
    ----------
    by : tuple of str
        Columns whose crossed values are the domains; () = one domain, the whole.
    where : str, optional
        Column of 0 and 1; a person without 1 is in no domain.
    levels : sequence, or mapping of by-column to sequence, optional
        Values that must appear, in this order; others that occur follow them.
    """

    by: tuple[str, ...] = ()
    where: str | None = None
    levels: Levels | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the persons must have."""
        return self.by if self.where is None else (*self.by, self.where)


def number_domains(labels: pd.DataFrame, weight: Floats, asked: Domains) -> tuple[pd.DataFrame, Ints]:
    """List the domains and say in which one each cell lies.

    Parameters
    ----------
    labels : DataFrame, shape (c, ...)
        Cells with the columns of `asked`.
    weight : ndarray, shape (c,)
        Sum of the weights in each cell; what occurs is what has some.
    asked : Domains

    Returns
    -------
    domains : DataFrame, shape (D, len(by))
    domain : ndarray of int, shape (c,)
        -1 = in no domain: a missing value, or outside `where`.
    """
    inside, by = _marked(labels, asked.where), asked.by
    if not by:
        return pd.DataFrame(index=range(1)), np.where(inside, 0, -1)
    seen = inside & (weight > 0)
    wanted = _wanted(asked.levels, by)
    values = [_values(labels[column][seen], wanted.get(column), column) for column in by]
    codes = [
        index.get_indexer(pd.Index(plain(labels[column]))) for index, column in zip(values, by, strict=True)
    ]
    inside &= np.logical_and.reduce([code >= 0 for code in codes])
    flat = np.zeros(inside.sum(), dtype=np.intp)
    for code, index in zip(codes, values, strict=True):
        flat = flat * len(index) + code[inside]
    kept = np.arange(math.prod(map(len, values))) if wanted else np.unique(flat[seen[inside]])
    domain = np.full(len(labels), -1)
    domain[inside] = np.where(np.isin(flat, kept), np.searchsorted(kept, flat), -1)
    return _uncrossed(kept, dict(zip(by, values, strict=True))), domain


def _uncrossed(numbers: Ints, values: Mapping[str, pd.Index]) -> pd.DataFrame:
    """Find the values behind numbers of crossed columns, the last of which varies fastest."""
    found = {}
    for column, index in reversed(list(values.items())):
        numbers, place = np.divmod(numbers, len(index))
        found[column] = index.take(place)
    return pd.DataFrame({column: found[column] for column in values})


def _marked(labels: pd.DataFrame, where: str | None) -> Flags:
    """Cells inside the subpopulation, shape (c,)."""
    if where is None:
        return np.ones(len(labels), dtype=bool)
    return np.asarray(labels[where].to_numpy(float, na_value=np.nan) == 1)


def _wanted(levels: Levels | None, by: Sequence[str]) -> Mapping[str, Sequence[Any]]:
    """Levels by column; a bare list belongs to the only by-column."""
    if levels is None:
        return {}
    if isinstance(levels, Mapping):
        strange = [column for column in levels if column not in by]
        if strange:
            raise DesignError(f"levels are given for {strange}, which are not in by={list(by)}")
        return levels
    if len(by) > 1:
        raise DesignError(f"by={list(by)}: give levels as a mapping, for example {{{by[0]!r}: [...]}}")
    return {by[0]: list(levels)}


def _values(seen: pd.Series, wanted: Sequence[Any] | None, column: str) -> pd.Index:
    """Values of one by-column in order: the wanted ones first, then others that occur."""
    occurring = _in_order(seen.dropna())
    if wanted is None:
        return _index(occurring)
    listed = list(dict.fromkeys(wanted))
    others = [value for value in occurring if value not in listed]
    if occurring and len(others) == len(occurring):
        raise DesignError(
            f"none of the levels {listed[:3]} occurs in {column!r}, which holds {occurring[:3]}; "
            "compare the types: 688 and '688' are not the same"
        )
    return _index(listed + others)


def _in_order(seen: pd.Series) -> list[Any]:
    """Distinct values, sorted, or in the order of their categories."""
    if isinstance(seen.dtype, pd.CategoricalDtype):
        return [value for value in seen.cat.categories if (seen == value).any()]
    occurring = seen.unique().tolist()
    try:
        return sorted(occurring)
    except TypeError:
        kinds = sorted({type(value).__name__ for value in occurring})
        raise DesignError(
            f"{seen.name!r} mixes {' and '.join(kinds)}, so its values have no order and 688 and '688' would "
            "be two domains; give the column one type, for example persons[column].astype('str')"
        ) from None


def _index(values: list[Any]) -> pd.Index:
    """Values as an index of their common type."""
    index: pd.Index = pd.Index(values)
    return index
