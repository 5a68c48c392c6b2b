"""What was read from a table of a release, kept as long as the table lives: a release never changes."""

import weakref
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, TypeVar

import pandas as pd

Found = TypeVar("Found")

_KEPT: dict[int, tuple["weakref.ref[pd.DataFrame]", dict[Hashable, Any]]] = {}


def kept(table: pd.DataFrame, key: Hashable, read: Callable[[], Found]) -> Found:
    """Return what `read` finds in `table`, read once under `key` in the life of this very table.

    The table is known by identity, so nothing of its content is hashed; nobody may change it in place.
    """
    place = id(table)
    known = _KEPT.get(place)
    if known is None or known[0]() is not table:
        known = (weakref.ref(table, partial(_forget, _KEPT, place)), {})
        _KEPT[place] = known
    found = known[1]
    if key not in found:
        found[key] = read()
    return found[key]


def _forget(known: dict[int, Any], place: int, _: object) -> None:
    """Drop what was read from a table that is gone; when Python ends, no name of a module stands any more."""
    known.pop(place, None)
