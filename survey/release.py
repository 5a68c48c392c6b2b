"""A release: tables, weights and a manifest, frozen together; pages and reports read nothing else."""

import hashlib
import platform
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd

from estimation import Estimates
from survey import (
    comparable,
    definition_report,
    field_report,
    group_tables,
    international,
    places,
    quality_tables,
    weighting_report,
)
from survey.definition_report import DefinitionReport
from survey.durable import canonical_json, read_frame, read_json, sha256_of, write_frame, write_json
from survey.field_report import FieldReport
from survey.group_tables import GroupTables
from survey.indicators.definition import Definition, load_definition
from survey.international import International
from survey.quality_tables import QualityTables
from survey.weighting_report import WeightingReport

TABLES = ("estimates", "verdicts", "response")
COMPARABLE = "comparable_"
UNITS = "units"
WITH_EDITION = ("estimates", "verdicts")
WEIGHTS_FILE = "weights.json"
DEFINITION_FILE = "definition.yaml"
MANIFEST = "manifest.json"
LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels")


@dataclass(frozen=True, slots=True)
class Kept:
    """What a release keeps beside its tables of estimates; one of older software lacks some of it.

    Attributes
    ----------
    tables : iterable of str
        Names of its tables.
    together : callable
        Puts the tables together, with the bytes of `declared` where there is such a file.
    declared : str
        File of declarations that the tables were made by, "" where there is none.
    """

    tables: Iterable[str]
    together: Callable[..., Any]
    declared: str = ""


# By the field of a release.
KEPT: Mapping[str, Kept] = {
    "weighting": Kept(weighting_report.TABLES, weighting_report.from_frames),
    "groups": Kept(group_tables.TABLES, group_tables.from_frames),
    "quality": Kept(quality_tables.TABLES, quality_tables.from_frames),
    "fields": Kept(field_report.TABLES, field_report.from_frames, "service_funnel.yaml"),
    "defined": Kept(definition_report.TABLES, definition_report.from_frames),
    "international": Kept(international.TABLES, international.from_frames, "international.yaml"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """The published numbers of one wave with everything needed to make them again.

    Attributes
    ----------
    id : str
        Wave and the first letters of the sha-256 over all inputs: the same inputs, the same release.
    manifest : mapping
        Wave, software, definition, form, geography, data, design, policy, goals; no clock.
    estimates : DataFrame
        ``indicator, base, breakdown, unit, n, n_psu, n_eff, estimate, se, ci_low, ci_high, df, deff, cv,
        quality, reason, edition, method``.
    verdicts : DataFrame
        The published indicators against every goal.
    response : DataFrame
        Final results of the issued households and AAPOR response rates.
    weights : mapping
        Diagnostics of the weights.
    definition : Definition
        Who counted as what, as the file said when the release was frozen.
    comparable : mapping of breakdown to Estimates
        The estimates, lower bounds apart, with what a comparison with another wave needs (M8); empty in a
        release that was frozen before this was kept. It stays in the store: no page or download shows it.
    weighting : WeightingReport, optional
        What each step of the weighting did; None in a release that was frozen before this was kept.
    units : DataFrame
        Names and tiles of the units of every edition; see :func:`survey.unit_table.unit_table`.
    groups : GroupTables, optional
        Groups of people beside each other and beside everybody else, and how large they are.
    quality : QualityTables, optional
        Response, unanswered questions, invented names, hidden cells.
    fields : FieldReport, optional
        Steps of every field of services, and barriers; None in a release from before this was kept.
    defined : DefinitionReport, optional
        The definition in words and its other readings; None in a release from before this was kept.
    international : International, optional
        International levels of the same interviews; None in a release frozen before this was kept, or
        of a form that does not ask what they need.
    """

    id: str
    manifest: Mapping[str, Any]
    estimates: pd.DataFrame
    verdicts: pd.DataFrame
    response: pd.DataFrame
    weights: Mapping[str, Any]
    definition: Definition
    comparable: Mapping[str, Estimates] = field(default_factory=dict)
    weighting: WeightingReport | None = None
    units: pd.DataFrame = field(default_factory=pd.DataFrame)
    groups: GroupTables | None = None
    quality: QualityTables | None = None
    fields: FieldReport | None = None
    defined: DefinitionReport | None = None
    international: International | None = None


def release_id(wave: str, inputs: Mapping[str, Any]) -> str:
    """Name a release after the wave and the sha-256 over everything that decides its numbers."""
    return f"{wave}-{hashlib.sha256(canonical_json(inputs).encode()).hexdigest()[:12]}"


def write_release(release: Release, folder: Path) -> None:
    """Write the files of a release, the manifest with their sha-256 last."""
    for name, frame in every_table(release).items():
        write_frame(folder / f"{name}.parquet", frame)
    for name, frame in comparable.to_frames(release.comparable).items():
        write_frame(folder / f"{COMPARABLE}{name}.parquet", frame)
    for name, kept in KEPT.items():
        if kept.declared and (held := getattr(release, name)):
            (folder / kept.declared).write_bytes(held.source)
    write_json(folder / WEIGHTS_FILE, release.weights)
    (folder / DEFINITION_FILE).write_bytes(release.definition.source)
    files = {path.name: sha256_of(path) for path in sorted(folder.iterdir())}
    write_json(folder / MANIFEST, {**release.manifest, "files": files})


def read_release(folder: Path) -> Release:
    """Read a release from its folder."""
    manifest = read_json(folder / MANIFEST)
    edition = str(manifest.get("geography", {}).get("edition", ""))
    tables: dict[str, Any] = {name: read_frame(folder / f"{name}.parquet") for name in TABLES}
    tables |= {name: _with_edition(tables[name], edition) for name in WITH_EDITION}
    definition = load_definition(folder / DEFINITION_FILE)
    bounds = {base.id for base in definition.bases.values() if base.factor}
    return Release(
        manifest["release_id"],
        manifest,
        **tables,
        weights=read_json(folder / WEIGHTS_FILE),
        definition=definition,
        comparable=_read_comparable(folder, tables["estimates"], bounds, edition=edition),
        units=_read_units(folder),
        **_read_kept(folder),
    )


def every_table(release: Release) -> dict[str, pd.DataFrame]:
    """Give every table of a release by the name of its file; what is kept for comparisons alone is none."""
    tables = {name: getattr(release, name) for name in (*TABLES, UNITS)}
    for name in KEPT:
        held = getattr(release, name)
        tables |= {f"{name}_{table}": frame for table, frame in (held.frames() if held else {}).items()}
    return tables


def _read_kept(folder: Path) -> dict[str, Any]:
    """Read what a release keeps beside its tables of estimates; None where it was frozen before that."""
    return {name: _read_one(folder, name, kept) for name, kept in KEPT.items()}


def _read_one(folder: Path, name: str, kept: Kept) -> Any:  # noqa: ANN401 - each kept thing is of its own type
    paths = {table: folder / f"{name}_{table}.parquet" for table in kept.tables}
    if not any(path.exists() for path in paths.values()):
        return None
    frames = {table: read_frame(path) for table, path in paths.items()}
    declared = [(folder / kept.declared).read_bytes()] if kept.declared else []
    return kept.together(frames, *declared)


def _with_edition(table: pd.DataFrame, edition: str) -> pd.DataFrame:
    """Estimates of a release that was frozen before it could hold more than one edition are of its frame."""
    return table if "edition" in table else table.assign(edition=edition, method="direct")


def _of_frame(estimates: pd.DataFrame, bounds: Collection[str], edition: str) -> pd.DataFrame:
    """Estimates whose scores are kept: of the edition of the frame, lower bounds apart."""
    kept = estimates[~estimates["base"].isin(bounds) & (estimates["edition"] == edition)]
    return kept.drop(columns=["edition", "method"])


def _read_units(folder: Path) -> pd.DataFrame:
    path = folder / f"{UNITS}.parquet"
    return read_frame(path) if path.exists() else pd.DataFrame()


def _read_comparable(
    folder: Path, estimates: pd.DataFrame, bounds: Collection[str], *, edition: str
) -> dict[str, Estimates]:
    """Read what is kept for comparisons; a release of an older software has none of the files."""
    paths = {name: folder / f"{COMPARABLE}{name}.parquet" for name in comparable.TABLES}
    if not any(path.exists() for path in paths.values()):
        return {}
    frames = {name: read_frame(path) for name, path in paths.items()}
    return comparable.from_frames(frames, _of_frame(estimates, bounds, edition))


@cache
def software() -> Mapping[str, Any]:
    """Name, version and sha-256 of the code, and the versions of the libraries that compute.

    Read once a process: what runs is the code as it was then.
    """
    packages = (places.PACKAGE, places.ABOVE / "estimation")
    code = (path for package in packages for path in package.rglob("*") if path.suffix in {".py", ".toml"})
    try:
        own = version("kynangso")
    except PackageNotFoundError:
        own = "source"
    return {
        "name": "kynangso",
        "version": own,
        "code": fingerprint(code, places.ABOVE),
        "python": ".".join(platform.python_version_tuple()[:2]),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def fingerprint(paths: Iterable[Path], root: Path) -> str:
    """Sha-256 over the names and contents of text files, however their lines end."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()
