"""A file on its way in: read by the pipeline from a file of our naming, then previewed, listed, kept."""

import logging
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dashboard import tables
from dashboard.text import Text
from survey import pipeline
from survey.messages import Finding, Refusal
from survey.receipt import Preview, Receipt
from survey.store import Store

LOG = logging.getLogger(__name__)
SEVERITIES = ("error", "warning", "note")
LIST_COLUMNS = ("file", "severity", "sheet", "row", "column", "value", "sentence", "code")


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
class Rule:
    """All findings of one code in a file."""

    severity: str
    count: int
    example: Finding


def check(store: Store, name: str, content: bytes, wave: str) -> Checked:
    """Read one upload without storing anything; whatever is wrong with it becomes words."""
    with tempfile.TemporaryDirectory(prefix="kynangso-") as folder:
        path = Path(folder) / "upload"
        path.write_bytes(content)
        try:
            return Checked(name, preview=pipeline.preview(store, path, wave, name=name))
        except Refusal as refusal:
            return Checked(name, refusal=refusal)
        except Exception:
            LOG.exception("upload could not be read")
            return Checked(name)


def keep(store: Store, checked: Checked) -> Receipt | Refusal:
    """Store a previewed file and return its receipt, or the refusal of the store."""
    try:
        return pipeline.accept(store, checked.preview)
    except Refusal as refusal:
        return refusal


def rules(findings: Iterable[Finding]) -> list[Rule]:
    """Group findings by code: the gravest first, then the most frequent."""
    listed = list(findings)
    counts = Counter(found.code for found in listed)
    first: dict[str, Finding] = {}
    for found in listed:
        first.setdefault(found.code, found)
    grouped = [Rule(example.severity, counts[code], example) for code, example in first.items()]
    return sorted(grouped, key=lambda rule: (SEVERITIES.index(rule.severity), -rule.count))


def findings_workbook(text: Text, checked: Sequence[Checked]) -> bytes:
    """Write all findings of several files as one Excel sheet, one row a finding."""
    rows = [
        (
            one.name,
            text(f"severity.{found.severity}"),
            found.sheet,
            found.row,
            found.column,
            found.value,
            found.sentence(text.language),
            found.code,
        )
        for one in checked
        for found in one.findings
    ]
    columns = [text(f"sheet.{name}") for name in LIST_COLUMNS]
    return tables.excel_bytes(text("sheet.findings"), columns, rows)


def submission_counts(text: Text, counts: Mapping[str, int]) -> str:
    """Write the four counts of a receipt on one line."""
    return " / ".join(text.count(counts[kind]) for kind in ("new", "changed", "unchanged", "missing"))
