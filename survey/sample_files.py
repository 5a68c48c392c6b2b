"""A drawn sample as a folder: tables, lists for the tablets, sheets to carry, and how it was drawn."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd

from estimation.stratified_draw import AreaDraw
from survey.drawing import (
    AREA_LIST,
    CHANCE_COLUMNS,
    EA_COLUMNS,
    HOUSEHOLD_COLUMNS,
    ROTATION_COLUMNS,
    Recipe,
    Sample,
)
from survey.durable import canonical_json
from survey.forms.area_sheets import area_sheets, write_sheets
from survey.forms.area_sheets_document import write_sheets_document
from survey.frame import Frame, Take
from survey.messages import Refusal, finding
from survey.wave import no_sample, read_sample

EAS, HOUSEHOLDS, CHANCES = "sample_eas.csv", "sample_households.csv", "sample_probabilities.csv"
ROTATION = "sample_rotation.csv"
RECORD, LISTING, MEDIA = "sample.json", "listing.csv", "media"
SHEETS_XLSX, SHEETS_DOCX = "interviewer_sheets.xlsx", "interviewer_sheets.docx"
LISTING_COLUMNS = ("ea_code", "ea_label", "households_frame", "households_listed")
FORMAT = 1
SOFTWARE = ("kynangso", "numpy", "pandas", "xlsxwriter", "python-docx")

# Tables that are read again, in the order of the attributes of a sample.
TABLES = {
    EAS: EA_COLUMNS,
    HOUSEHOLDS: HOUSEHOLD_COLUMNS,
    CHANCES: CHANCE_COLUMNS,
    ROTATION: ROTATION_COLUMNS,
}

Advance = Callable[[], object]


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """What ``sample.json`` tells: enough to draw the same sample again.

    Attributes
    ----------
    recipe : Recipe
    frame : mapping
        ``file, sha256, areas, households`` of the frame.
    strata : list of mapping
        ``stratum, areas_in_frame, households_frame, n_eas, certain``.
    certain : list of str
        Areas taken with certainty.
    listing : mapping or None
        ``file, sha256, areas, addresses`` of the listing; none before there is one.
    """

    recipe: Recipe
    frame: Mapping[str, Any]
    strata: list[dict[str, Any]]
    certain: list[str]
    listing: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return {
            "format": FORMAT,
            "seed": self.recipe.seed,
            "frame": dict(self.frame),
            "areas": asdict(self.recipe.areas),
            "take": asdict(self.recipe.take),
            "geography": self.recipe.geography,
            "strata": self.strata,
            "certain": self.certain,
            "listing": None if self.listing is None else dict(self.listing),
        }

    @property
    def fingerprint(self) -> str:
        """What was drawn, whatever the listing and the software: equal for equal draws of areas."""
        return canonical_json({**self.to_json(), "listing": None})


def record_of(frame: Frame, recipe: Recipe, sample: Sample) -> Record:
    """Write down how a sample was drawn."""
    certain = sample.chances.loc[sample.chances["certain"] == "1"]
    strata = frame.strata(recipe.allocation)
    counted = strata["stratum"].map(certain["stratum"].value_counts()).fillna(0).astype(int)
    facts = {
        "file": frame.file,
        "sha256": frame.sha256,
        "areas": len(frame.areas),
        "households": int(strata["households_frame"].sum()),
    }
    rows = strata.assign(certain=counted).to_dict("records")
    told = [{str(name): cell for name, cell in row.items()} for row in rows]
    return Record(recipe, facts, told, certain["ea_code"].tolist())


def read_sample_folder(folder: Path) -> tuple[Sample, Record]:
    """Read a folder that :func:`write_sample_folder` wrote.

    Raises
    ------
    Refusal
        When it has no record, or a table was changed after the draw.
    """
    try:
        told = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        record = _record(told)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise Refusal(finding("sample_record_absent", file=RECORD, value=str(folder))) from problem
    tables = [_read(folder, name, columns, told["files"]) for name, columns in TABLES.items()]
    return Sample(*tables), record


def _read(folder: Path, name: str, columns: tuple[str, ...], files: Mapping[str, str]) -> pd.DataFrame:
    """Read one table as it was written; one that was not written is empty."""
    path = folder / name
    if name not in files:
        return no_sample(columns)
    if not path.is_file() or _digest(path) != files[name]:
        raise Refusal(finding("sample_file_changed", file=name, value=str(folder)))
    return read_sample(path, columns)


def _record(told: Mapping[str, Any]) -> Record:
    if told["format"] != FORMAT:
        raise ValueError(told["format"])
    areas = {**told["areas"], "order": tuple(told["areas"]["order"]), "keeps": tuple(told["areas"]["keeps"])}
    recipe = Recipe(
        seed=told["seed"],
        allocation={row["stratum"]: row["n_eas"] for row in told["strata"]},
        areas=AreaDraw(
            method=areas["method"],
            order=areas["order"],
            keeps=areas["keeps"],
            replicates=areas["replicates"],
            phases=areas["phases"],
        ),
        take=Take(told["take"]["originals"], told["take"]["reserves"]),
        geography=told["geography"],
    )
    return Record(recipe, told["frame"], told["strata"], told["certain"], told["listing"])


def check_folder(folder: Path, record: Record, listing: Path | None) -> None:
    """Refuse a folder that holds another sample, or this one with addresses that would be lost.

    Raises
    ------
    Refusal
    """
    if not (folder / RECORD).is_file():
        return
    _, before = read_sample_folder(folder)
    if before.fingerprint != record.fingerprint:
        raise Refusal(finding("sample_folder_taken", value=str(folder)))
    if before.listing and (listing is None or _digest(listing) != before.listing["sha256"]):
        raise Refusal(finding("sample_folder_listed", value=str(folder)))


def write_sample_folder(
    folder: Path, sample: Sample, record: Record, *, language: str = "vi", advance: Advance = lambda: None
) -> list[Path]:
    """Write all files of a sample; the same sample gives the same bytes.

    Parameters
    ----------
    folder : Path
        Made where it lacks.
    sample, record
    language : {"vi", "en"}
        Of the sheets.
    advance : callable
        Called after every area of the sheets.

    Returns
    -------
    list of Path
        ``sample_eas.csv``, ``sample_probabilities.csv``, ``media/sample_eas.csv``; after a rotation
        ``sample_rotation.csv``; with addresses ``sample_households.csv``, ``media/sample_households.csv``
        and the sheets; last ``sample.json``. Before there are addresses, a ``listing.csv`` to be filled in is
        written once, too.
    """
    (folder / MEDIA).mkdir(parents=True, exist_ok=True)
    tables = {EAS: sample.eas, CHANCES: sample.chances, f"{MEDIA}/{EAS}": sample.eas[list(AREA_LIST)]}
    if len(sample.households):
        tables |= {HOUSEHOLDS: sample.households, f"{MEDIA}/{HOUSEHOLDS}": _address_list(sample)}
    if len(sample.rotation):
        tables[ROTATION] = sample.rotation
    for name, table in tables.items():
        (folder / name).write_bytes(_csv(table))
    names = list(tables)
    if sample.households.empty and not (folder / LISTING).exists():
        # Never over one that exists: somebody may have filled it in.
        (folder / LISTING).write_bytes(_csv(sample.eas[list(LISTING_COLUMNS)]))
    if len(sample.households):
        sheets = area_sheets(sample.eas, sample.households, language)
        write_sheets(sheets, folder / SHEETS_XLSX, language, advance)
        write_sheets_document(sheets, folder / SHEETS_DOCX, language, advance)
        names += [SHEETS_XLSX, SHEETS_DOCX]
    told = {
        **record.to_json(),
        "software": {name: _version(name) for name in SOFTWARE},
        "files": {name: _digest(folder / name) for name in sorted(names)},
    }
    (folder / RECORD).write_text(canonical_json(told), encoding="utf-8", newline="\n")
    return [folder / name for name in (*names, RECORD)]


def _address_list(sample: Sample) -> pd.DataFrame:
    """List the addresses as choices of a form: by number, never by name."""
    rows = sample.households
    return pd.DataFrame(
        {
            "hh_id": rows["hh_id"],
            "hh_label": rows["hh_id"] + " · " + rows["listing_no"],
            **{name: rows[name] for name in ("ea_code", "hh_no", "kind", "listing_no")},
        }
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "source"


def _csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False, lineterminator="\n").encode()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
