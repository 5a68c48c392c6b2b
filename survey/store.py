"""The store: uploads that never change, the waves they belong to, and releases that are frozen.

Write path: files are made aside, flushed, renamed, and only then does the catalogue get its row, in one short
``BEGIN IMMEDIATE``. What has no row does not exist; what has one is complete. Microdata are not stored: they
are rebuilt from the stored cells, so a mended adapter mends every old upload.
"""

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Table, select

from survey import audit
from survey.catalogue import Catalogue, StoredFile, next_number, releases, uploads, utc_now, waves
from survey.durable import (
    flush,
    put_in_place,
    read_frame,
    read_json,
    sha256_of,
    staging,
    write_frame,
    write_json,
)
from survey.exports import Export
from survey.harmonise import Microdata, harmonise
from survey.instrument import read_contract, write_contract
from survey.messages import Finding, Refusal, finding
from survey.release import Release, read_release, write_release
from survey.wave import Wave, check_name

Status = Literal["accepted", "duplicate"]
ROW = "#row"


@dataclass(frozen=True, slots=True)
class Upload:
    """One accepted file: `upload_id` is the sha-256 of the bytes that came in, `number` the order."""

    number: int
    upload_id: str
    wave: str
    file: str
    source: str
    accepted: str


@dataclass(frozen=True, eq=False)
class Store:
    """All that is kept of the waves of one office, in one folder.

    Attributes
    ----------
    root : Path
        The folder; made when first used.
    clock : callable
        Gives the time that new rows of the catalogue carry.
    """

    root: Path
    clock: Callable[[], datetime] = field(default=utc_now, repr=False)
    _microdata: dict[str, Microdata] = field(default_factory=dict, init=False, repr=False)
    _waves: dict[str, Wave] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", Path(self.root))

    @cached_property
    def catalogue(self) -> Catalogue:
        """What lies in the store: every row and every file with its sha-256."""
        return Catalogue(self.root, self.clock)

    def add_wave(self, wave: Wave) -> bool:
        """Keep a wave; say whether it is new.

        Raises
        ------
        Refusal
            When a wave of this name was added with other content: it never changes.
        """
        check_name(wave.name)
        row = {
            "wave": wave.name,
            "form_id": wave.instrument.form_id,
            "form_version": wave.instrument.version,
            "definition": wave.definition,
            "geography": wave.geography,
            "synthetic": wave.synthetic,
            "fingerprint": wave.fingerprint,
            "created": self.catalogue.stamp(),
        }
        with self._draft() as draft:
            write_contract(wave.instrument, draft / "contract.json")
            write_frame(draft / "sample_eas.parquet", wave.sample_eas)
            write_frame(draft / "sample_households.parquet", wave.sample_households)
            known = self._keep(draft, Path("waves") / wave.name, waves, row)
        if known and known["fingerprint"] != wave.fingerprint:
            raise Refusal(finding("wave_differs", value=wave.name))
        return not known

    def waves(self) -> list[str]:
        """Names of the waves in the order of their names."""
        return [row["wave"] for row in self.catalogue.rows(waves)]

    def wave(self, name: str) -> Wave:
        """Return a wave as it was announced.

        Raises
        ------
        Refusal
            When the store has no wave of this name.
        """
        if name not in self._waves:
            found = self.catalogue.rows(waves, wave=name)
            if not found:
                known = ", ".join(self.waves()) or "-"
                raise Refusal(finding("wave_unknown", value=name, facts={"known": known}))
            self._waves[name] = self._read_wave(found[0])
        return self._waves[name]

    def accept(self, export: Export, wave: str) -> Status:
        """Keep an export for ever, once.

        The same bytes are accepted a single time, however many processes bring them at one moment.

        Raises
        ------
        Refusal
            When the wave is not known, or the same bytes were accepted for another wave.
        """
        self.wave(wave)
        known = self._upload(export.sha256)
        if known is None:
            row = {
                "upload_id": export.sha256,
                "wave": wave,
                "file": export.file,
                "source": export.source,
                "accepted": self.catalogue.stamp(),
            }
            with self._draft() as draft:
                _write_export(export, draft)
                known = self._keep(draft, _upload_folder(export.sha256), uploads, row)
        if known and known["wave"] != wave:
            raise Refusal(finding("upload_of_other_wave", file=export.file, value=known["wave"]))
        return "duplicate" if known else "accepted"

    def uploads(self, wave: str) -> list[Upload]:
        """List the accepted files of a wave in the order of their acceptance."""
        return [Upload(**row) for row in self.catalogue.rows(uploads, wave=wave)]

    def export(self, upload_id: str) -> Export:
        """Return an accepted file as it was read on the day: every cell that is kept, as text."""
        return _read_export(self.root / _upload_folder(upload_id), upload_id)

    def _microdata_of(self, upload: Upload) -> Microdata:
        """Answers of one accepted file, by the adapters of today."""
        if upload.upload_id not in self._microdata:
            instrument = self.wave(upload.wave).instrument
            self._microdata[upload.upload_id] = harmonise(self.export(upload.upload_id), instrument)
        return self._microdata[upload.upload_id]

    def microdata(self, wave: str) -> Microdata:
        """Answers of a wave, rebuilt from the stored cells; of a submission the newest accepted upload."""
        self.wave(wave)
        return newest([self._microdata_of(upload) for upload in self.uploads(wave)])

    def freeze(self, release: Release) -> bool:
        """Keep a release for ever; say whether it is new."""
        row = {
            "release_id": release.id,
            "wave": release.manifest["wave"],
            "created": self.catalogue.stamp(),
        }
        with self._draft() as draft:
            write_release(release, draft)
            return not self._keep(draft, Path("releases") / release.id, releases, row)

    def releases(self, wave: str | None = None) -> list[dict[str, Any]]:
        """Frozen releases, oldest first: ``number, release_id, wave, created``."""
        where = {} if wave is None else {"wave": wave}
        return self.catalogue.rows(releases, **where)

    def open_release(self, release_id: str) -> Release:
        """Return a frozen release.

        Raises
        ------
        Refusal
            When the store has no release of this name.
        """
        if not self.catalogue.rows(releases, release_id=release_id):
            raise Refusal(finding("release_unknown", value=release_id))
        return read_release(self.root / "releases" / release_id)

    def verify(self, *, progress: audit.Progress | None = None) -> list[Finding]:
        """Return everything that is not as it was written; see :func:`survey.audit.verify`."""
        return audit.verify(self.catalogue, progress=progress)

    @contextmanager
    def _draft(self) -> Iterator[Path]:
        with staging(self.catalogue.aside) as draft:
            yield draft

    def _keep(self, draft: Path, place: Path, table: Table, row: dict[str, Any]) -> dict[str, Any] | None:
        """Put a finished draft in its place and add its row, or return the row that is already there."""
        flush(draft)
        written = _stored_files(draft, place)
        target = self.root / place
        with self.catalogue.writing() as connection:
            known = _row_like(connection, table, row)
            if known:
                return known
            # Only the holder of the write lock renames, so a folder without a row was left by a killed run.
            if target.exists():
                target.rename(draft.with_name(f"{draft.name}-abandoned"))
            put_in_place(draft, target)
            numbered = {"number": next_number(connection, table)} if "number" in table.c else {}
            self.catalogue.add(connection, table, {**numbered, **row}, written)
        shutil.rmtree(draft.with_name(f"{draft.name}-abandoned"), ignore_errors=True)
        return None

    def _upload(self, upload_id: str) -> dict[str, Any] | None:
        return next(iter(self.catalogue.rows(uploads, upload_id=upload_id)), None)

    def _read_wave(self, row: dict[str, Any]) -> Wave:
        folder = self.root / "waves" / row["wave"]
        return Wave(
            name=row["wave"],
            instrument=read_contract(folder / "contract.json"),
            sample_eas=read_frame(folder / "sample_eas.parquet"),
            sample_households=read_frame(folder / "sample_households.parquet"),
            definition=row["definition"],
            geography=row["geography"],
            synthetic=row["synthetic"],
        )


def newest(parts: Sequence[Microdata]) -> Microdata:
    """Join the answers of several uploads, oldest first; of a submission sent again the last one counts.

    Submissions that a later upload lacks are kept. The result does not depend on which file held what: rows
    stand in the order of their keys.
    """
    winner = {key: number for number, part in enumerate(parts) for key in part.households.index}

    def rows(name: str, keys_of: str) -> pd.DataFrame:
        kept = [
            getattr(part, name)[_keys(part, keys_of).map(winner).eq(number).to_numpy()]
            for number, part in enumerate(parts)
        ]
        return pd.concat(kept) if kept else pd.DataFrame()

    members = rows("members", "members").reset_index(drop=True)
    ranked = members.sort_values(["key", "position"], kind="stable").index if len(members) else members.index
    households, states = rows("households", "households"), rows("household_states", "households")
    order = np.argsort(households.index.to_numpy(), kind="stable")
    member_states = rows("member_states", "members").reset_index(drop=True)
    return Microdata(
        households=households.iloc[order],
        members=members.loc[ranked].reset_index(drop=True),
        household_states=_as_states(states.iloc[order]),
        member_states=_as_states(member_states.loc[ranked].reset_index(drop=True)),
        findings=tuple(found for part in parts for found in part.findings),
    )


def _as_states(states: pd.DataFrame) -> pd.DataFrame:
    """States of questions that an older form did not have are "not applicable"."""
    return states.fillna(0).astype("int8")


def _keys(part: Microdata, level: str) -> pd.Series:
    return part.households.index.to_series() if level == "households" else part.members["key"]


def _upload_folder(upload_id: str) -> Path:
    return Path("uploads") / upload_id[:2] / upload_id


def _write_export(export: Export, folder: Path) -> None:
    files = {
        name: f"{number:02d}_{re.sub(r'[^A-Za-z0-9]+', '_', name)[:40]}.parquet"
        for number, name in enumerate(export.tables)
    }
    for name, table in export.tables.items():
        write_frame(folder / files[name], table.rename_axis(ROW).reset_index())
    about = {
        "source": export.source,
        "file": export.file,
        "main": export.main,
        "rosters": dict(export.rosters),
        "withheld": list(export.withheld),
        "tables": files,
        "order": list(export.tables),
    }
    write_json(folder / "export.json", about)


def _read_export(folder: Path, upload_id: str) -> Export:
    about = read_json(folder / "export.json")
    tables = {
        name: read_frame(folder / about["tables"][name]).set_index(ROW).rename_axis("row")
        for name in about["order"]
    }
    return Export(
        source=about["source"],
        file=about["file"],
        sha256=upload_id,
        tables=tables,
        main=about["main"],
        rosters=about["rosters"],
        withheld=tuple(about["withheld"]),
    )


def _stored_files(draft: Path, place: Path) -> list[StoredFile]:
    return [
        StoredFile((place / path.name).as_posix(), sha256_of(path), path.stat().st_size)
        for path in sorted(draft.iterdir())
    ]


def _row_like(connection: Connection, table: Table, row: dict[str, Any]) -> dict[str, Any] | None:
    """Return the stored row with the same name: wave, sha-256 of the bytes, or release."""
    name = {"waves": "wave", "uploads": "upload_id", "releases": "release_id"}[table.name]
    found = connection.execute(select(table).where(table.c[name] == row[name])).mappings().first()
    return dict(found) if found else None
