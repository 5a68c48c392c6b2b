"""What an upload brought: how its submissions compare with the known ones, and the receipt for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from survey.contents import REVIEW, said_by_all
from survey.exports import Export
from survey.exports.recognition import ADAPTERS
from survey.fieldwork import COMPLETE, PARTIAL
from survey.histories import as_meant, without_word
from survey.instrument import Instrument
from survey.messages import Finding, Refusal, finding
from survey.microdata import Microdata

Status = Literal["accepted", "duplicate", "refused"]
KINDS = ("new", "changed", "unchanged", "missing")
SHOWN_HOUSEHOLDS = 8
NO_FACTS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Stable keys of the submissions of a file against those known before.

    `missing` are known ones in an enumeration area that the file covers, absent from the file. `older` are
    those of the unchanged ones of which the file holds a version that was replaced before. Of `untold` the
    tool has no word for the state of review that stands; it is kept.
    """

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    older: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()

    def counts(self) -> dict[str, int]:
        """Count the submissions of each kind."""
        return {kind: len(getattr(self, kind)) for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a person gets for a file.

    Attributes
    ----------
    upload_id : str
        Sha-256 of the uploaded bytes; empty when the file was refused.
    scores : mapping
        Tool -> share of its signature that the file showed, 0..1; `source` is the tool that was chosen.
    form_versions : tuple of str
    comparison : Comparison
    households : int
        Distinct households in the file; submissions where the form names no household.
    members : int or None
        Household members in the file; None where it holds no roster, though the form has one.
    interviews : int
        Complete and partial interviews, as the interviewers recorded them.
    """

    file: str
    status: Status
    source: str = ""
    upload_id: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)
    form_versions: tuple[str, ...] = ()
    comparison: Comparison = field(default_factory=Comparison)
    households: int = 0
    members: int | None = 0
    interviews: int = 0
    findings: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the receipt as plain values; ``submission_ids`` names all but the unchanged."""
        named = [kind for kind in (*KINDS, "older") if kind != "unchanged"]
        return {
            "file": self.file,
            "source": self.source,
            "upload_id": self.upload_id,
            "scores": dict(self.scores),
            "status": self.status,
            "form_versions": list(self.form_versions),
            "submissions": self.comparison.counts(),
            "submission_ids": {kind: list(getattr(self.comparison, kind)) for kind in named},
            "households": self.households,
            "members": self.members,
            "interviews": self.interviews,
            "findings": [found.to_json() for found in self.findings],
        }


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """A file that was read and checked, and of which nothing is stored yet.

    Attributes
    ----------
    wave : str
    export : Export
        What will be kept.
    microdata : Microdata
        What the file says.
    checks : tuple of Finding
        About the file by itself.
    instrument : Instrument
        The form by which it was read.
    comparison : Comparison
        Against the submissions of the uploads in `known`.
    differences : tuple of Finding
        About the comparison.
    known : tuple of str
        Identifiers of the uploads of the wave at the moment of the comparison.
    """

    wave: str
    export: Export
    microdata: Microdata
    checks: tuple[Finding, ...]
    instrument: Instrument
    comparison: Comparison = field(default_factory=Comparison)
    differences: tuple[Finding, ...] = ()
    known: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything a person should know before the file is kept."""
        return (*self.checks, *self.differences)

    @property
    def is_duplicate(self) -> bool:
        """Whether the very same bytes were accepted before."""
        return self.export.sha256 in self.known

    @property
    def _holds_members(self) -> bool:
        """Whether the file has a table of the first repeat of the form, or the form has none."""
        return not self.instrument.repeats or self.instrument.repeats[0] in self.export.rosters

    def receipt(self, status: Status | None = None) -> Receipt:
        """Return the receipt as it will be, or as it is with the `status` given by the store."""
        households = self.microdata.households
        versions = households["form_version"].dropna().unique()
        household, result = (
            _told(households, self.instrument, role) for role in ("household", "disposition")
        )
        repeated = status == "duplicate" or self.is_duplicate
        return Receipt(
            file=self.export.file,
            status="duplicate" if repeated else "accepted",
            source=self.export.source,
            upload_id=self.export.sha256,
            scores={tool: share for tool, share in self.export.scores.items() if share},
            form_versions=tuple(sorted(versions)),
            comparison=Comparison(unchanged=tuple(households.index)) if repeated else self.comparison,
            households=household.nunique() if household.notna().any() else len(households),
            members=len(self.microdata.members) if self._holds_members else None,
            interviews=int(result.isin([COMPLETE, PARTIAL]).sum()),
            findings=self.findings,
        )


def refused(file: str, refusal: Refusal) -> Receipt:
    """Receipt of a file that was refused; nothing of it is stored."""
    named = (found if found.file else replace(found, file=file) for found in refusal.findings)
    return Receipt(file=file, status="refused", findings=tuple(named))


def compare(known: Microdata, incoming: Microdata, after: Microdata, instrument: Instrument) -> Comparison:
    """Compare the submissions of a file with the known ones by answers, review state and final result.

    Times, devices and the collection tool do not count: the same interviews from another tool are unchanged,
    and so are those from a file that leaves the roster or other questions out, or whose tool has no word for
    the state that stands.

    Parameters
    ----------
    known : Microdata
        What the wave says without the file.
    incoming : Microdata
        What the file says.
    after : Microdata
        What the wave says with the file.
    instrument : Instrument
    """
    before, now = known.households, incoming.households
    area_before, area_now = (_told(rows, instrument, "area") for rows in (before, now))
    common = now.index.intersection(before.index)
    standing = after.households[REVIEW]
    silent = without_word(incoming, standing)
    was, sent, will_be = said_by_all((known, as_meant(incoming, standing), after), instrument, common)
    return Comparison(
        new=tuple(now.index.difference(common, sort=False)),
        changed=tuple(key for key in common if was[key] != will_be[key]),
        unchanged=tuple(key for key in common if was[key] == will_be[key]),
        missing=tuple(before.index[area_before.isin(area_now.dropna())].difference(now.index)),
        older=tuple(key for key in common if was[key] == will_be[key] != sent[key]),
        untold=tuple(key for key in common if silent[key]),
    )


def compared(seen: Preview, known: Microdata, after: Microdata, *, uploads: tuple[str, ...]) -> Preview:
    """Compare a preview with the known submissions.

    Parameters
    ----------
    seen : Preview
    known, after : Microdata
        What the wave says without and with the file.
    uploads : tuple of str
        Identifiers of the uploads with which the known submissions came.
    """
    comparison = compare(known, seen.microdata, after, seen.instrument)
    told = _superseded if seen.export.sha256 in uploads else _differences
    differences = told(comparison, known, seen)
    return replace(seen, comparison=comparison, differences=tuple(differences), known=uploads)


def _differences(comparison: Comparison, known: Microdata, seen: Preview) -> list[Finding]:
    """Say which known submissions a file changes, repeats in an older version, or lacks in their area."""
    file, form = seen.export.file, seen.instrument
    sent, kept = (_told(part.households, form, "household") for part in (seen.microdata, known))
    areas = _told(known.households, form, "area")
    rows = seen.microdata.households["row"].astype(int)
    changed = [
        finding("submission_changed", file=file, row=int(rows[key]), value=_shown(sent, key))
        for key in comparison.changed
    ]
    older, untold = ([_shown(sent, key) for key in keys] for keys in (comparison.older, comparison.untold))
    missing = [
        finding("submission_missing", file=file, value=_shown(kept, key), facts={"area": _shown(areas, key)})
        for key in comparison.missing
    ]
    tool = {"tool": ADAPTERS[seen.export.source].name}
    return [
        *changed,
        *_of_households("submissions_older", file, older),
        *_of_households("states_untold", file, untold, tool),
        *missing,
    ]


def _of_households(
    code: str, file: str, households: Sequence[str], facts: Mapping[str, str] = NO_FACTS
) -> list[Finding]:
    """Say something of several households at once; nothing where there are none."""
    if not households:
        return []
    rest = len(households) - SHOWN_HOUSEHOLDS
    shown = ", ".join(households[:SHOWN_HOUSEHOLDS]) + (f" (+{rest})" if rest > 0 else "")
    return [finding(code, file=file, facts={"count": len(households), "households": shown, **facts})]


def _superseded(comparison: Comparison, known: Microdata, seen: Preview) -> list[Finding]:  # noqa: ARG001
    """Say that a file accepted before is no longer the current one for some submissions."""
    count = len(comparison.older)
    return [finding("upload_superseded", file=seen.export.file, facts={"count": count})] if count else []


def _told(households: pd.DataFrame, instrument: Instrument, role: str) -> pd.Series:
    """Return the answers to the question with a role; missing where the form has none."""
    return households.get(instrument.role(role), pd.Series(None, index=households.index, dtype="str"))


def _shown(answers: pd.Series, key: str) -> str:
    """Name a household in a sentence: its code, or the key of the submission where it has none."""
    return key if pd.isna(answers[key]) else str(answers[key])
