"""A file on its way in: read by the pipeline from a file of our naming, then previewed, listed, kept."""

import logging
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from dashboard import tables
from dashboard.text import Text
from survey import pipeline
from survey.messages import Finding, Refusal
from survey.movement import Movement, movement
from survey.own_district import check_own
from survey.receipt import Preview, Receipt
from survey.store import Store
from survey.validation.times import LOCAL_ZONE

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that was looked at: with a preview, or with the refusal that says why there is none.

    Attributes
    ----------
    preview : Preview or None
    refusal : Refusal or None
        Both are None when reading failed for a reason nobody foresaw.
    """

    name: str
    preview: Preview | None = None
    refusal: Refusal | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything found in the file."""
        if self.preview is not None:
            return self.preview.findings
        return self.refusal.findings if self.refusal is not None else ()

    @property
    def is_new(self) -> bool:
        """Whether confirming would store it."""
        return self.preview is not None and not self.preview.is_duplicate


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file after a person confirmed: its receipt, or why it was not taken.

    Attributes
    ----------
    receipt : Receipt or None
        None when the file was refused, by the check or by the store.
    refusal : Refusal or None
        None too when reading failed for a reason nobody foresaw.
    stored : str
        UTC time of the catalogue, empty when the file was refused.
    """

    name: str
    wave: str
    receipt: Receipt | None = None
    refusal: Refusal | None = None
    stored: str = ""


def check(store: Store, name: str, content: bytes, wave: str, *, district: str = "") -> Checked:
    """Read one upload without storing anything; whatever is wrong with it becomes words.

    `district` is the only unit of which the person may bring interviews; "" for all.
    """
    with tempfile.TemporaryDirectory(prefix="kynangso-") as folder:
        path = Path(folder) / "upload"
        path.write_bytes(content)
        try:
            preview = pipeline.preview(store, path, wave, name=name)
            check_own(preview, store.wave(wave), district)
            return Checked(name, preview=preview)
        except Refusal as refusal:
            return Checked(name, refusal=refusal)
        except Exception:
            LOG.exception("upload could not be read")
            return Checked(name)


def move(
    store: Store, checked: Sequence[Checked], wave: str, progress: Callable[[str], None]
) -> Movement | None:
    """Say what storing the previewed files would move; None where that failed in a way nobody foresaw."""
    try:
        return movement(store, wave, [one.preview for one in checked if one.preview], progress=progress)
    except Exception:
        LOG.exception("movement could not be computed")
        return None


def keep(store: Store, checked: Checked) -> Receipt | Refusal:
    """Store a previewed file and return its receipt, or the refusal of the store."""
    try:
        return pipeline.accept(store, checked.preview)
    except Refusal as refusal:
        return refusal


def settle(store: Store, checked: Checked, wave: str) -> Outcome:
    """Store a file when it was previewed, and say what became of it."""
    if checked.preview is None:
        return Outcome(checked.name, wave, refusal=checked.refusal)
    kept = keep(store, checked)
    if isinstance(kept, Refusal):
        return Outcome(checked.name, wave, refusal=kept)
    times = {upload.upload_id: upload.accepted for upload in store.uploads(wave)}
    return Outcome(checked.name, wave, receipt=kept, stored=times[kept.upload_id])


def receipt_lines(text: Text, outcome: Outcome, receipt: Receipt) -> list[tuple[str, str]]:
    """Write a receipt as names and values."""
    return [
        (text("upload.receipt_time"), local_time(text, outcome.stored)),
        (text("upload.wave"), outcome.wave),
        (text("upload.receipt_counts"), submission_counts(text, receipt.comparison.counts())),
        (text("upload.receipt_size"), size(text, receipt)),
        (text("upload.receipt_id"), receipt.upload_id),
    ]


def receipt_workbook(text: Text, outcomes: Sequence[Outcome]) -> bytes:
    """Write all receipts, and the names of refused files with the reasons, as one Excel sheet."""
    rows: list[tuple[str, str]] = []
    for outcome in outcomes:
        rows.append((text("sheet.file"), outcome.name))
        if outcome.receipt is None:
            rows.append((text("upload.refused"), why_refused(text, outcome.refusal)))
        else:
            rows.extend(receipt_lines(text, outcome, outcome.receipt))
        rows.append(("", ""))
    return tables.excel_bytes(text("upload.receipt"), [text("sheet.item"), text("sheet.value")], rows)


def why_refused(text: Text, refusal: Refusal | None) -> str:
    """Say why a file was refused."""
    return refusal.sentence(text.language) if refusal else text("upload.failed")


def submission_counts(text: Text, counts: Mapping[str, int]) -> str:
    """Write the four counts of a receipt, each with its name."""
    return text("upload.counts", {kind: text.count(count) for kind, count in counts.items()})


def size(text: Text, receipt: Receipt) -> str:
    """Write how much a file holds."""
    facts = {
        "households": text.count(receipt.households),
        "interviews": text.count(receipt.interviews),
    }
    if receipt.members is None:
        return text("upload.size_without_roster", facts)
    return text("upload.size", facts | {"members": text.count(receipt.members)})


def local_time(text: Text, stamp: str) -> str:
    """Write a UTC time of the catalogue as a clock in Vietnam shows it."""
    at = datetime.fromisoformat(stamp).astimezone(ZoneInfo(LOCAL_ZONE))
    return text("upload.time", {"time": f"{at:%H:%M}", "day": text.day(at.date().isoformat())})
