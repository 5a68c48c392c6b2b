"""What the review page knows: households side by side, corrections on their way in, and the log, as rows."""

import logging
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dashboard import tables, uploads
from dashboard.numbers import ABSENT
from dashboard.text import Text
from survey.corrections import keeping
from survey.corrections.checking import Checked
from survey.corrections.log import Cell, Correction, Fate
from survey.duplicates import ROSTER_ROWS, Difference, Group
from survey.instrument import Instrument
from survey.messages import Finding, Refusal
from survey.policy import StatePolicy
from survey.store import Store

LOG = logging.getLogger(__name__)
LONGEST_LABEL = 90
SHOWN_ENTRIES = 100


@dataclass(frozen=True, slots=True)
class Looked:
    """A file of corrections that was looked at: checked, or refused; neither when reading it failed.

    Attributes
    ----------
    checked : Checked or None
    refusal : Refusal or None
    """

    name: str
    checked: Checked | None = None
    refusal: Refusal | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything found in the file."""
        return self.checked.findings if self.checked else ()

    @property
    def is_ready(self) -> bool:
        """Whether confirming would add something to the log."""
        return self.checked is not None and bool(self.checked.wanted) and not self.checked.errors


def look(store: Store, name: str, content: bytes, wave: str) -> Looked:
    """Check a file of corrections without storing anything; whatever is wrong with it becomes words."""
    with tempfile.TemporaryDirectory(prefix="kynangso-") as folder:
        path = Path(folder) / "corrections"
        path.write_bytes(content)
        try:
            return Looked(name, keeping.check_file(store, wave, path, name=name))
        except Refusal as refusal:
            return Looked(name, refusal=refusal)
        except Exception:
            LOG.exception("corrections could not be read")
            return Looked(name)


def submission_name(text: Text, group: Group, place: int) -> str:
    """Name a submission of a household: its number, when it came, and its review state."""
    facts = {
        "number": place + 1,
        "time": uploads.local_time(text, group.about["submitted"][place]),
        "state": StatePolicy((group.about["review"][place],)).words(text.language),
    }
    return text("review.submission_named", facts)


def side_by_side(text: Text, group: Group, form: Instrument) -> tuple[list[tables.Column], list[tables.Row]]:
    """Lay the answers in which the submissions of a household differ side by side."""
    count = len(group.submissions)
    heads = [tables.Column(text("review.number", {"number": place + 1})) for place in range(count)]
    rows = [
        tables.Row(text("review.key"), tuple(key[:8] for key in group.submissions)),
        tables.Row(text("review.sent"), _times(text, group, "submitted")),
        tables.Row(text("review.began"), _times(text, group, "started")),
        tables.Row(
            text("review.state"),
            tuple(StatePolicy((state,)).words(text.language) for state in group.about["review"]),
        ),
    ]
    rows += [
        tables.Row(_asked(text, one, form), tuple(_answer(text, a, one, form) for a in one.answers))
        for one in group.differences
    ]
    return [tables.Column(text("review.item")), *heads], rows


def draft_rows(text: Text, wanted: Sequence[Correction]) -> tuple[list[tables.Column], list[tables.Row]]:
    """Lay out what a file would correct."""
    names = ("submission", "question", "old", "new", "who", "why")
    columns = [tables.Column(text(f"review.{name}")) for name in names]
    rows = [
        tables.Row(said.cell.submission[:8], (_place(said.cell), *_values(said), said.who, said.why))
        for said in wanted[:SHOWN_ENTRIES]
    ]
    return columns, rows


def log_rows(text: Text, fates: Sequence[Fate]) -> tuple[list[tables.Column], list[tables.Row]]:
    """Lay out the log, the newest rows first."""
    names = ("entry", "submission", "question", "old", "new", "who", "why", "at", "effect")
    columns = [tables.Column(text(f"review.{name}")) for name in names]
    rows = [
        tables.Row(
            str(fate.entry.number),
            (
                fate.entry.cell.submission[:8],
                _place(fate.entry.cell),
                *_values(fate.entry.correction),
                fate.entry.correction.who,
                fate.entry.correction.why,
                uploads.local_time(text, fate.entry.created),
                text(f"correction.{fate.state}", {"number": fate.entry.withdraws}),
            ),
        )
        for fate in reversed(fates[-SHOWN_ENTRIES:])
    ]
    return columns, rows


def _times(text: Text, group: Group, column: str) -> tuple[str, ...]:
    return tuple(uploads.local_time(text, time) if time else ABSENT for time in group.about[column])


def _place(cell: Cell) -> str:
    return f"{cell.repeat}[{cell.position}]/{cell.variable}" if cell.repeat else cell.variable


def _values(said: Correction) -> tuple[str, str]:
    return said.old or ABSENT, said.new or ABSENT


def _asked(text: Text, one: Difference, form: Instrument) -> str:
    """Name a question by its variable and the beginning of its words."""
    if one.variable == ROSTER_ROWS:
        return text("review.rows", {"repeat": one.repeat})
    label = form.question(one.variable).labels.get(text.language, "")
    short = label if len(label) <= LONGEST_LABEL else f"{label[:LONGEST_LABEL].rsplit(maxsplit=1)[0]}…"
    place = _place(Cell("", one.repeat, one.position, one.variable))
    return f"{place}: {short}" if short else place


def _answer(text: Text, answer: str, one: Difference, form: Instrument) -> str:
    """Write an answer with the labels of its codes."""
    if not answer or one.variable == ROSTER_ROWS:
        return answer or ABSENT
    codes = form.codes(form.question(one.variable))
    labels = {choice.name: choice.labels.get(text.language, "") for choice in codes}
    if not set(answer.split()) <= labels.keys():
        return answer
    return "; ".join(f"{code} {labels[code]}" for code in answer.split())
