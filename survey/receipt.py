"""What an upload brought: how its submissions compare with the known ones, and the receipt for it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from survey.exports import Export
from survey.fieldwork import COMPLETE, PARTIAL
from survey.harmonise import Microdata
from survey.instrument import Instrument
from survey.messages import Finding, Refusal, finding

Status = Literal["accepted", "duplicate", "refused"]
KINDS = ("new", "changed", "unchanged", "missing")
TOOL_TYPES = frozenset({"start", "end", "today", "username", "deviceid", "audit"})
CELL, LINE = "\x1f", "\x1e"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Stable keys of the submissions of a file against those known before.

    `missing` are known ones in an enumeration area that the file covers, absent from the file.
    """

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

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
    form_versions : tuple of str
    comparison : Comparison
    households : int
        Distinct households in the file.
    members : int
        Household members in the file.
    interviews : int
        Complete and partial interviews, as the interviewers recorded them.
    """

    file: str
    status: Status
    source: str = ""
    upload_id: str = ""
    form_versions: tuple[str, ...] = ()
    comparison: Comparison = field(default_factory=Comparison)
    households: int = 0
    members: int = 0
    interviews: int = 0
    findings: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the receipt as plain values; ``submission_ids`` names the new, changed and missing ones."""
        return {
            "file": self.file,
            "source": self.source,
            "upload_id": self.upload_id,
            "status": self.status,
            "form_versions": list(self.form_versions),
            "submissions": self.comparison.counts(),
            "submission_ids": {
                kind: list(getattr(self.comparison, kind)) for kind in KINDS if kind != "unchanged"
            },
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

    def receipt(self, status: Status | None = None) -> Receipt:
        """Return the receipt as it will be, or as it is with the `status` given by the store."""
        households = self.microdata.households
        versions = households["form_version"].dropna().unique()
        repeated = status == "duplicate" or self.is_duplicate
        return Receipt(
            file=self.export.file,
            status="duplicate" if repeated else "accepted",
            source=self.export.source,
            upload_id=self.export.sha256,
            form_versions=tuple(sorted(versions)),
            comparison=Comparison(unchanged=tuple(households.index)) if repeated else self.comparison,
            households=int(households["hh_id"].nunique()),
            members=len(self.microdata.members),
            interviews=int(households["disp_final"].isin([COMPLETE, PARTIAL]).sum()),
            findings=self.findings,
        )


def refused(file: str, refusal: Refusal) -> Receipt:
    """Receipt of a file that was refused; nothing of it is stored."""
    named = (found if found.file else replace(found, file=file) for found in refusal.findings)
    return Receipt(file=file, status="refused", findings=tuple(named))


def compare(known: Microdata, incoming: Microdata, instrument: Instrument) -> Comparison:
    """Compare the submissions of a file with the known ones by answers, review state and final result.

    Times, devices and the collection tool do not count: the same interviews from another tool are unchanged.
    """
    before, after = known.households, incoming.households
    common = after.index.intersection(before.index)
    old, new = (contents(part, instrument, common) for part in (known, incoming))
    covered = before["ea_code"].isin(after["ea_code"].dropna()) if len(before) else pd.Series(dtype=bool)
    gone = covered.index[covered].difference(after.index)
    return Comparison(
        new=tuple(after.index.difference(common, sort=False)),
        changed=tuple(key for key in common if old[key] != new[key]),
        unchanged=tuple(key for key in common if old[key] == new[key]),
        missing=tuple(gone),
    )


def compared(seen: Preview, known: Microdata, uploads: tuple[str, ...], instrument: Instrument) -> Preview:
    """Compare a preview with the known submissions, which came with `uploads`."""
    comparison = compare(known, seen.microdata, instrument)
    told = _superseded if seen.export.sha256 in uploads else _differences
    differences = told(comparison, known, seen)
    return replace(seen, comparison=comparison, differences=tuple(differences), known=uploads)


def _differences(comparison: Comparison, known: Microdata, seen: Preview) -> list[Finding]:
    """Say which known submissions a file changes, and which it lacks although it covers their area."""
    rows, file = seen.microdata.households, seen.export.file
    rows_of = dict(zip(rows.index, rows["row"].astype(int), strict=True))
    changed = [
        finding("submission_changed", file=file, row=rows_of[key], value=str(rows.at[key, "hh_id"]))
        for key in comparison.changed
    ]
    missing = [
        finding(
            "submission_missing",
            file=file,
            value=str(known.households.at[key, "hh_id"]),
            facts={"area": str(known.households.at[key, "ea_code"])},
        )
        for key in comparison.missing
    ]
    return changed + missing


def _superseded(comparison: Comparison, known: Microdata, seen: Preview) -> list[Finding]:  # noqa: ARG001
    """Say that a file accepted before is no longer the current one for some submissions."""
    count = len(comparison.changed)
    return [finding("upload_superseded", file=seen.export.file, facts={"count": count})] if count else []


def contents(microdata: Microdata, instrument: Instrument, keys: pd.Index) -> dict[str, str]:
    """Digest of what each of the submissions `keys` says; an empty answer and none at all are alike."""
    if keys.empty:
        return {}
    members = microdata.members[microdata.members["key"].isin(keys)]
    members = members.sort_values(["key", "position"], kind="stable")
    said = _lines(microdata.households.loc[keys], ["review", *_answers(instrument, "")])
    told = _lines(members, [name for repeat in instrument.repeats for name in _answers(instrument, repeat)])
    rosters = told.groupby(members["key"].to_numpy()).agg(LINE.join)
    whole = said + LINE + rosters.reindex(keys, fill_value="")
    return {str(key): hashlib.sha256(text.encode()).hexdigest() for key, text in whole.items()}


def data_fingerprint(microdata: Microdata, instrument: Instrument) -> str:
    """Sha-256 over the content and the time of submission of every interview, in the order of the keys."""
    times = microdata.households["submitted"].fillna("")
    said = contents(microdata, instrument, times.index)
    text = "\n".join(f"{key} {times[key]} {said[key]}" for key in sorted(said))
    return hashlib.sha256(text.encode()).hexdigest()


def _answers(instrument: Instrument, repeat: str) -> list[str]:
    """Name the questions of a level whose answers do not come from the device."""
    return [question.name for question in instrument.level(repeat) if question.type not in TOOL_TYPES]


def _lines(frame: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """Join the answers of every row to one text."""
    cells = frame.reindex(columns=list(names)).to_numpy(dtype=object, na_value="")
    return pd.Series([CELL.join(row) for row in cells], index=frame.index, dtype=object)
