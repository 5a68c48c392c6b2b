"""How a release stands at a moment: for the office as the log says, for the public only what is out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from survey.publishing.states import PUBLISHED, Entry, State, is_ahead

Log = Mapping[str, Sequence[Entry]]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a release stands for one kind of reader.

    Attributes
    ----------
    state : str
    number : int
        Row of the log that it stands on; 0 where there is none. Whatever is made of a release and its state
        is kept under this whole value, so that nothing made for the office reaches the public.
    since : str
        UTC time from which it holds: of the row, or the embargo where that is later; "" without a row.
    embargo : str
        UTC time before which the public may not see it; "" once that is over.
    successor : str
        Newest release that replaces a corrected one, as far as its reader may know of it.
    who, why : str
    """

    state: State = "draft"
    number: int = 0
    since: str = ""
    embargo: str = ""
    successor: str = ""
    who: str = ""
    why: str = ""

    @property
    def is_out(self) -> bool:
        """Whether the public may see it, or has seen it."""
        return self.state not in ("draft", "checked") and not self.embargo

    @property
    def is_current(self) -> bool:
        """Whether it is published and neither corrected nor withdrawn."""
        return self.state in PUBLISHED and not self.embargo


DRAFT = Standing()


def for_office(log: Log, release_id: str, now: datetime) -> Standing:
    """Return how a release stands for those who may see drafts."""
    rows = log.get(release_id, ())
    return _standing(rows[-1], _last_successor(log, release_id), now) if rows else DRAFT


def for_public(log: Log, release_id: str, now: datetime) -> Standing | None:
    """Return how a release stands for everybody; None for one of which nobody else may know.

    A correction counts from the moment at which its successor is out, so both change at one second.
    """
    row = _public_row(log, release_id, now)
    return None if row is None else _standing(row, _public_successor(log, row, now), now)


def history(log: Log, release_id: str, now: datetime, *, drafts: bool) -> tuple[Entry, ...]:
    """Return the rows about a release that a reader may see, oldest first; the public none of its drafts."""
    rows = tuple(log.get(release_id, ()))
    if drafts:
        return rows
    last = _public_row(log, release_id, now)
    if last is None:
        return ()
    first = max((row.number for row in rows if row.state in ("draft", "checked")), default=0)
    return tuple(row for row in rows if first < row.number <= last.number and _is_known(log, row, now))


def _public_row(log: Log, release_id: str, now: datetime) -> Entry | None:
    """Return the last row that the public knows; an embargo stands only on a first publication."""
    for row in reversed(log.get(release_id, ())):
        if row.state in ("draft", "checked") or is_ahead(row.embargo, now):
            return None
        if _is_known(log, row, now):
            return row
    return None


def _is_known(log: Log, row: Entry, now: datetime) -> bool:
    """Tell whether a row is no correction by a release that is not out."""
    return row.state != "corrected" or _public_row(log, row.successor, now) is not None


def _public_successor(log: Log, row: Entry, now: datetime) -> str:
    following: Entry | None = row
    last = ""
    while following is not None and following.state == "corrected":
        last = following.successor
        following = _public_row(log, last, now)
    return last


def _last_successor(log: Log, release_id: str) -> str:
    last, rows = "", log.get(release_id, ())
    while rows and rows[-1].state == "corrected":
        last = rows[-1].successor
        rows = log.get(last, ())
    return last


def _standing(row: Entry, successor: str, now: datetime) -> Standing:
    since = max(row.created, row.embargo)  # both are UTC text of one form
    embargo = row.embargo if is_ahead(row.embargo, now) else ""
    return Standing(row.state, row.number, since, embargo, successor, row.who, row.why)
