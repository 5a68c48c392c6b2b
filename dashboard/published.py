"""What of the releases the reader of a page may see, at this moment; asked anew at every run.

Cached is only what the log says, by the head of the audit book, so by its last row. Who may see it, and
whether an embargo is over, is decided outside every cache.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from dashboard import access
from dashboard.stores import open_store, store_at
from survey.catalogue import Catalogue, head
from survey.durable import read_json
from survey.publishing.log import Rows, read_log
from survey.publishing.standing import DRAFT, Standing, for_office, for_public, history
from survey.publishing.states import Entry
from survey.release import MANIFEST

SETTLED = 2_000_000_000  # nanoseconds after which a file system gives another time to another writing


@dataclass(frozen=True, slots=True)
class Shelf:
    """The releases of the store, latest wave first and in it the newest, and the log of publication."""

    releases: tuple[tuple[str, str, str], ...]  # id, wave, when it was frozen
    log: Rows


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a catalogue as they were last written, and when that was, in nanoseconds."""

    root: str
    files: tuple[tuple[int, int, int], ...]  # of the catalogue and, not empty, its log: number, size, time
    at: int


def now() -> datetime:
    """Return the present moment by the clock of the store."""
    return open_store().catalogue.clock()


def release_ids() -> tuple[str, ...]:
    """Return the releases that the reader may open: the latest wave first, in it the newest.

    Corrected ones stand after the others of their wave. Withdrawn ones are not among them: their address
    gives the notice alone.
    """
    found = _waves_standing()
    shown = [one for one in found if one[2].state != "withdrawn"]
    waves = list(dict.fromkeys(wave for _, wave, _ in shown))
    return tuple(
        name for name, *_ in sorted(shown, key=lambda one: (waves.index(one[1]), one[2].state == "corrected"))
    )


def standings() -> dict[str, Standing]:
    """Return how every release stands that the reader may know of, the withdrawn ones among them."""
    return {name: standing for name, _, standing in _waves_standing()}


def standing(release_id: str) -> Standing | None:
    """Return how a release stands for the reader; None for one that they may not know of."""
    return standings().get(release_id)


def state_of(release_id: str) -> str:
    """Return the state of a release for the files that a page offers."""
    return (standing(release_id) or DRAFT).state


def histories() -> dict[str, tuple[Entry, ...]]:
    """Return the rows of the log that the reader may see, oldest first, of every release that has some."""
    shelf, drafts, at = _shelf(), access.may("drafts"), now()
    told = {name: history(shelf.log, name, at, drafts=drafts) for name, *_ in shelf.releases}
    return {name: rows for name, rows in told.items() if rows}


def manifest(release_id: str) -> Mapping[str, Any]:
    """Return the manifest of a release without its tables; it never changes."""
    return _manifest(str(open_store().root), release_id)


def store_state() -> str:
    """Return what changes with everything that is recorded: the head of the audit book.

    The book is opened again once a file of the catalogue was written; while the last writing is so fresh
    that a further one could leave the same time behind, it is opened at every look.
    """
    catalogue = open_store().catalogue
    written = _written(catalogue)
    if written is None or time.time_ns() - written.at < SETTLED:
        return _head(catalogue)
    return _head_at(written)


def _waves_standing() -> list[tuple[str, str, Standing]]:
    shelf, drafts, at = _shelf(), access.may("drafts"), now()
    asked = for_office if drafts else for_public
    told = ((name, wave, asked(shelf.log, name, at)) for name, wave, _ in shelf.releases)
    return [(name, wave, found) for name, wave, found in told if found is not None]


def _shelf() -> Shelf:
    return _shelf_at(str(open_store().root), store_state())


def _written(catalogue: Catalogue) -> Written | None:
    """Look when the catalogue or its log of writing changed last; None where there is no catalogue yet."""
    path = catalogue.path
    if not path.exists():
        return None
    found = [path.stat()]
    with suppress(FileNotFoundError):  # SQLite puts its log away, and makes it, empty, for readers too
        found.append(path.with_name(path.name + "-wal").stat())
    files = tuple((one.st_ino, one.st_size, one.st_mtime_ns) for one in found if one.st_size)
    return Written(str(catalogue.root), files, max(at for *_, at in files))


def _head(catalogue: Catalogue) -> str:
    with catalogue.reading() as book:
        return head(book)


@lru_cache(maxsize=8)
def _head_at(written: Written) -> str:
    return _head(store_at(written.root).catalogue)


@lru_cache(maxsize=8)
def _shelf_at(root: str, state: str) -> Shelf:  # noqa: ARG001 - a new state, a new look
    store = store_at(root)
    rows = sorted(store.releases(), key=lambda row: (row["wave"], row["number"]), reverse=True)
    releases = tuple((str(row["release_id"]), str(row["wave"]), str(row["created"])) for row in rows)
    return Shelf(releases, read_log(store.catalogue))


@lru_cache(maxsize=64)
def _manifest(root: str, release_id: str) -> dict[str, Any]:
    return read_json(store_at(root).root / "releases" / release_id / MANIFEST)
