"""The store of this machine: one object for all sessions."""

from functools import lru_cache
from pathlib import Path

from survey import places
from survey.store import Store


def open_store() -> Store:
    """Return the store of this machine."""
    return store_at(str(places.default_store().resolve()))


@lru_cache
def store_at(root: str) -> Store:
    """Return the store in a folder, the same object each time."""
    return Store(Path(root))
