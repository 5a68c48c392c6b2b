"""Figures of the other targets on their way in: a form, a workbook, a step; what is wrong becomes words."""

import hashlib
import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from survey.messages import Refusal
from survey.other_targets import keeping
from survey.other_targets.checking import Checked
from survey.other_targets.log import Entry
from survey.other_targets.sheets import SheetRow
from survey.store import Store

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """A workbook that was looked at: checked, or refused; neither when reading it failed.

    Attributes
    ----------
    checked : Checked or None
    refusal : Refusal or None
    """

    name: str
    checked: Checked | None = None
    refusal: Refusal | None = None

    @property
    def is_ready(self) -> bool:
        """Whether confirming would add something to the log."""
        return self.checked is not None and bool(self.checked.steps) and not self.checked.errors

    def counts(self) -> Mapping[str, int]:
        """Count what confirming would add, what is known, and the errors."""
        assert self.checked is not None, "a refused file has no counts"
        made = Counter(step.action for step in self.checked.steps)
        repeated, errors = self.checked.repeated, len(self.checked.errors)
        return {"added": made["add"], "revised": made["revise"], "repeated": repeated, "errors": errors}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of something a person did: rows of the log, perhaps none, or why it was refused."""

    entries: tuple[Entry, ...] = ()
    refusal: Refusal | None = None


def look(store: Store, name: str, content: bytes, who: str) -> Looked:
    """Check a filled-in template without storing anything."""
    with tempfile.TemporaryDirectory(prefix="kynangso-") as folder:
        path = Path(folder) / "targets"
        path.write_bytes(content)
        try:
            return Looked(name, keeping.check_file(store.catalogue, path, who=who, name=name))
        except Refusal as refusal:
            return Looked(name, refusal=refusal)
        except Exception:
            LOG.exception("figures of targets could not be read")
            return Looked(name)


def report(store: Store, cells: Mapping[str, str], who: str) -> Outcome:
    """Keep what a form says as a draft, or as a revision of the report of the same target and day."""

    def enter() -> tuple[Entry, ...]:
        checked = keeping.check_rows(store.catalogue, [SheetRow(None, cells)], who=who)
        return keeping.keep(store.catalogue, checked)

    return attempt(enter)


def attempt(deed: Callable[[], tuple[Entry, ...]]) -> Outcome:
    """Do something that the log may refuse."""
    try:
        return Outcome(deed())
    except Refusal as refusal:
        return Outcome(refusal=refusal)


def digest(content: bytes | None) -> str:
    """Sha-256 of the file of a document, "" where none was given."""
    return hashlib.sha256(content).hexdigest() if content else ""
