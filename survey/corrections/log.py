"""The log of corrections: what an answer should read, who says so and why; rows are only ever added."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from survey.catalogue import Catalogue, last_number
from survey.catalogue_tables import corrections
from survey.durable import canonical_json

State = Literal["applied", "superseded", "at_source", "set_aside", "not_asked", "withdrawn", "withdrawal"]


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One answer of a wave.

    Attributes
    ----------
    submission : str
        Stable key of the submission.
    repeat : str
        Repeat it lies in, "" for the main table.
    position : int
        Number of the row within its submission, 1 for the first; 0 in the main table.
    variable : str
        Question of the form.
    """

    submission: str
    repeat: str
    position: int
    variable: str


@dataclass(frozen=True, slots=True)
class Correction:
    """What an answer reads now, what it should read, who says so (initials or a role code), and why."""

    cell: Cell
    old: str
    new: str
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log.

    Attributes
    ----------
    number : int
        Order in which the rows were added; the only order there is.
    correction : Correction
    withdraws : int
        Number of the row that this one takes back, 0 for a correction.
    created : str
        UTC time; empty for a row that is not kept yet.
    """

    number: int
    correction: Correction
    withdraws: int = 0
    created: str = ""

    @property
    def cell(self) -> Cell:
        """The answer it is about."""
        return self.correction.cell


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a row of the log when the answers are read.

    Attributes
    ----------
    state : str
        applied; superseded (by a later correction of the same answer); at_source (the tool says the same by
        now); set_aside (the tool says something else by now); not_asked (nobody asks the question any more);
        withdrawn; withdrawal (the row that withdraws).
    now : str
        What the answer would read without this row; empty where it has no answer, or is gone.
    """

    entry: Entry
    state: State
    now: str = ""


def read_log(catalogue: Catalogue, wave: str) -> tuple[Entry, ...]:
    """Return every row of the log of a wave, oldest first."""
    return tuple(_entry(row) for row in catalogue.rows(corrections, wave=wave))


def last_row(catalogue: Catalogue) -> int:
    """Return the number of the last row of all waves, 0 for an empty log."""
    with catalogue.reading() as connection:
        return last_number(connection, corrections)


def in_force(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the corrections that nobody withdrew, oldest first."""
    known = tuple(entries)
    gone = {entry.withdraws for entry in known}
    return tuple(entry for entry in known if not entry.withdraws and entry.number not in gone)


def chains(entries: Iterable[Entry]) -> dict[Cell, list[Entry]]:
    """Group corrections by the answer they are about, each group in the order of the log."""
    grouped: dict[Cell, list[Entry]] = {}
    for entry in entries:
        grouped.setdefault(entry.cell, []).append(entry)
    return grouped


def digest(entries: Iterable[Entry]) -> str:
    """Sha-256 over what the corrections in force say; no clock, no person, no order of the cells."""
    grouped = chains(in_force(entries))
    told = [
        [asdict(cell), [[entry.correction.old, entry.correction.new] for entry in grouped[cell]]]
        for cell in sorted(grouped)
    ]
    return hashlib.sha256(canonical_json(told).encode()).hexdigest()


def log_then(entries: Sequence[Entry], wanted: str) -> tuple[Entry, ...]:
    """Return the log as it was when its :func:`digest` was `wanted`; all of it where no beginning fits."""
    beginnings = (tuple(entries[:count]) for count in range(len(entries), -1, -1))
    return next((known for known in beginnings if digest(known) == wanted), tuple(entries))


def append(
    catalogue: Catalogue, wave: str, wanted: Sequence[Correction], *, seen: int, withdraws: int = 0
) -> bool:
    """Add rows to the log; say whether they were added.

    Parameters
    ----------
    catalogue : Catalogue
    wave : str
    wanted : sequence of Correction
    seen : int
        Number of the last row when the corrections were checked. When others have added rows since, nothing
        is added: check again.
    withdraws : int
        Number of the row that the only correction in `wanted` takes back.
    """
    with catalogue.writing() as connection:
        if last_number(connection, corrections) != seen:
            return False
        for number, correction in enumerate(wanted, seen + 1):
            row = {
                "number": number,
                "wave": wave,
                **asdict(correction.cell),
                "old": correction.old,
                "new": correction.new,
                "who": correction.who,
                "why": correction.why,
                "withdraws": withdraws,
                "created": catalogue.stamp(),
            }
            catalogue.add(connection, corrections, row, [])
    return True


def _entry(row: Mapping[str, Any]) -> Entry:
    cell = Cell(row["submission"], row["repeat"], row["position"], row["variable"])
    said = Correction(cell, row["old"], row["new"], row["who"], row["why"])
    return Entry(row["number"], said, row["withdraws"], row["created"])
