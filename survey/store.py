"""The store: uploads that never change, the waves they belong to, and releases that are frozen.

Write path: files are made aside, flushed, renamed, and only then does the catalogue get its row, in one short
``BEGIN IMMEDIATE``. What has no row does not exist; what has one is complete. Microdata are not stored: they
are rebuilt from the stored cells, so a mended adapter mends every old upload.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Table

from survey import audit
from survey.catalogue import Catalogue, utc_now
from survey.catalogue_tables import forms, releases, uploads, waves
from survey.corrections.applying import corrected as apply_corrections
from survey.corrections.log import Entry, read_log
from survey.durable import read_frame, read_json, staging, write_frame, write_json
from survey.exports import Export
from survey.harmonise import harmonise_all
from survey.instrument import read_contract, write_contract
from survey.keeping import keep
from survey.messages import Finding, Refusal, finding
from survey.microdata import Microdata
from survey.registry import versions_of
from survey.release import Release, read_release, write_release
from survey.resubmissions import newest
from survey.versions import Versions, known_versions
from survey.wave import Follows, Wave, check_follows, check_name

Status = Literal["accepted", "duplicate"]
ROW = "#row"
FOLLOWS = "follows.json"
Names = tuple[str, ...]


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
    catalogue : Catalogue
        What lies in the store: every row and every file with its sha-256.
    """

    root: Path
    clock: Callable[[], datetime] = field(default=utc_now, repr=False)
    catalogue: Catalogue = field(init=False, repr=False)
    _microdata: dict[Names, Microdata] = field(default_factory=dict, init=False, repr=False)
    _joined: dict[str, tuple[list[Names], Microdata]] = field(default_factory=dict, init=False, repr=False)
    _corrected: dict[str, tuple[Microdata, tuple[Entry, ...], Microdata]] = field(
        default_factory=dict, init=False, repr=False
    )
    _forms: dict[Names, Versions] = field(default_factory=dict, init=False, repr=False)
    _waves: dict[str, Wave] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", Path(self.root))
        object.__setattr__(self, "catalogue", Catalogue(self.root, self.clock))

    def add_wave(self, wave: Wave) -> bool:
        """Keep a wave; say whether it is new.

        Raises
        ------
        Refusal
            When a wave of this name was added with other content: it never changes.
        """
        check_name(wave.name)
        check_follows(wave)
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
            if wave.follows:
                write_json(draft / FOLLOWS, asdict(wave.follows))
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

    def form(self, wave: str) -> Versions:
        """Return the form of a wave, read together with the other registered versions of it."""
        versions = self._versions(wave)
        if versions not in self._forms:
            announced = self.wave(wave).instrument
            self._forms[versions] = known_versions(announced, versions_of(self.catalogue, announced.form_id))
        return self._forms[versions]

    def microdata(
        self, wave: str, *incoming: Microdata, upload: str = "", corrected: bool = True
    ) -> Microdata:
        """Answers of a wave, rebuilt from the stored cells by the adapters of today.

        Of a submission in several uploads one version counts; see :mod:`survey.resubmissions`. Then the
        corrections of the office are applied; see :mod:`survey.corrections`.

        Parameters
        ----------
        wave : str
        *incoming : Microdata
            Files that are not accepted yet, counted as if they came last and in this order.
        upload : str
            Identifier of the accepted file whose answers are wanted alone and as they came.
        corrected : bool
            False for the answers as the files have them.
        """
        form, parts = self.form(wave), self._parts(wave)
        seen = {part.upload for part in parts.values()}
        if upload:
            return next(part for part in parts.values() if part.upload == upload)
        if fresh := {part.upload: part for part in incoming if part.upload not in seen}:
            joined = newest([*parts.values(), *fresh.values()], form.joined)
            log = read_log(self.catalogue, wave) if corrected else ()
            return apply_corrections(joined, log, form)
        if wave not in self._joined or self._joined[wave][0] != list(parts):
            self._joined[wave] = (list(parts), newest(list(parts.values()), form.joined))
        joined = self._joined[wave][1]
        return self._with_corrections(wave, joined) if corrected else joined

    def _with_corrections(self, wave: str, joined: Microdata) -> Microdata:
        log = read_log(self.catalogue, wave)
        if not log:
            return joined
        source, known, made = self._corrected.get(wave, (None, (), joined))
        if source is not joined or known != log:
            made = apply_corrections(joined, log, self.form(wave))
            self._corrected[wave] = (joined, log, made)
        return made

    def _parts(self, wave: str) -> dict[Names, Microdata]:
        """Answers of every accepted file in the order of acceptance, by the file and the known versions."""
        versions = self._versions(wave)
        names = [(upload.upload_id, *versions) for upload in self.uploads(wave)]
        unread = [name for name in names if name not in self._microdata]
        exports = [self.export(upload_id) for upload_id, *_ in unread]
        self._microdata.update(zip(unread, harmonise_all(exports, self.form(wave)), strict=True))
        return {name: self._microdata[name] for name in names}

    def _versions(self, wave: str) -> Names:
        """Name the wave and the registered versions of its form: all that decides how its files are read."""
        form_id = self.wave(wave).instrument.form_id
        return (wave, *(row["version"] for row in self.catalogue.rows(forms, form_id=form_id)))

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
        return keep(self.catalogue, draft, place, table=table, row=row)

    def _upload(self, upload_id: str) -> dict[str, Any] | None:
        return next(iter(self.catalogue.rows(uploads, upload_id=upload_id)), None)

    def _read_wave(self, row: dict[str, Any]) -> Wave:
        folder = self.root / "waves" / row["wave"]
        follows = folder / FOLLOWS
        return Wave(
            name=row["wave"],
            instrument=read_contract(folder / "contract.json"),
            sample_eas=read_frame(folder / "sample_eas.parquet"),
            sample_households=read_frame(folder / "sample_households.parquet"),
            definition=row["definition"],
            geography=row["geography"],
            synthetic=row["synthetic"],
            follows=Follows(**read_json(follows)) if follows.exists() else None,
        )


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
