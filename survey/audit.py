"""Proof that a store still holds what was put into it: catalogue, book, and every file by its sha-256."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import DatabaseError

from survey.catalogue import GENESIS, Catalogue, entry_digest
from survey.catalogue_tables import audit, files, metadata, schema_version
from survey.durable import sha256_of
from survey.messages import Finding, Refusal, finding

ABANDONED_AFTER_SECONDS = 3600.0
# The book tells of every table but itself and the number of the schema.
INDEXED = {table.name: table for table in metadata.sorted_tables if table not in (audit, schema_version)}
OWN_FILES = frozenset({"catalogue.sqlite", "catalogue.sqlite-wal", "catalogue.sqlite-shm", "catalogue.seal"})
FOLDERS = {"uploads": 3, "waves": 2, "forms": 2, "releases": 2}
Progress = Callable[[str, int, int], None]


def verify(catalogue: Catalogue, *, progress: Progress | None = None) -> list[Finding]:
    """Return everything in the store that is not as it was written; an empty list proves it whole.

    Errors are damage: a changed, missing or unknown file, a broken book. Notes are leftovers of interrupted
    runs, which nothing refers to; drafts older than an hour are thrown away.
    """
    damage = [finding("store_catalogue_damaged", value=what) for what in catalogue_damage(catalogue)]
    if damage:
        return damage
    with catalogue.writing() as connection:
        expected = {row["path"]: row["sha256"] for row in _rows(connection, files)}
        present = _present(catalogue.root)
    changed = []
    kept = sorted(expected.keys() & present)
    for number, path in enumerate(kept, 1):
        if sha256_of(catalogue.root / path) != expected[path]:
            changed.append(finding("store_file_changed", file=path))
        if progress:
            progress(path, number, len(kept))
    missing = [finding("store_file_missing", file=path) for path in sorted(expected.keys() - present)]
    strangers = _strangers(present - expected.keys(), set(expected))
    return changed + missing + list(strangers) + list(_drafts(catalogue))


def catalogue_damage(catalogue: Catalogue) -> list[str]:
    """Say what is wrong with the catalogue: its seal, its pages, the book, the tables against the book."""
    try:
        with catalogue.held_still() as last:
            found = _seal_damage(catalogue, last)
        with catalogue.reading() as connection:
            return found or [*_page_damage(connection), *_book_damage(connection, catalogue)]
    except (Refusal, DatabaseError, ValueError, LookupError) as problem:
        return [f"{catalogue.path.name}: {problem}"]


def _seal_damage(catalogue: Catalogue, last: str | None) -> list[str]:
    if last is None or not catalogue.seal_path.exists():
        return []
    seal = catalogue.sealed()
    if not seal:
        return [f"{catalogue.seal_path.name}: not readable"]
    if seal["head"] == last and seal["sha256"] != sha256_of(catalogue.path):
        return [f"{catalogue.path.name}: not the bytes that were sealed"]
    return []


def _page_damage(connection: Connection) -> Iterator[str]:
    yield from (
        line for line in connection.exec_driver_sql("PRAGMA integrity_check").scalars() if line != "ok"
    )
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"foreign key: {tuple(row)}"


def _book_damage(connection: Connection, catalogue: Catalogue) -> Iterator[str]:
    previous, known = GENESIS, {GENESIS}
    told: dict[str, list[dict[str, Any]]] = {name: [] for name in INDEXED}
    for number, entry in enumerate(_rows(connection, audit), 1):
        if (entry["number"], entry["previous"], entry["digest"]) != (number, previous, entry_digest(entry)):
            yield f"audit {number}: the chain is broken"
            return
        previous = entry["digest"]
        known.add(previous)
        facts = json.loads(entry["facts"])
        told[entry["subject"]].append(facts["row"])
        told[files.name] += facts["files"]
    for name, rows in told.items():
        if _alike(rows) != _alike(_rows(connection, INDEXED[name])):
            yield f"{name}: the table differs from the book"
    if catalogue.sealed().get("head", GENESIS) not in known:
        yield f"{catalogue.seal_path.name}: sealed entries of the book are gone"


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    ordered = select(table).order_by(*table.primary_key.columns)
    return [dict(row) for row in connection.execute(ordered).mappings()]


def _alike(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def _present(root: Path) -> set[str]:
    """Paths of all files below the root but the catalogue's own and the drafts."""
    every = (path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir())
    return {path for path in every if path not in OWN_FILES and not path.startswith("tmp/")}


def _strangers(unknown: set[str], expected: set[str]) -> Iterator[Finding]:
    """Unknown files: in a folder that the book knows an error, in one of an interrupted run a note."""
    known_folders = {path.rpartition("/")[0] for path in expected}
    unfinished = set()
    for path in sorted(unknown):
        parts = path.split("/")
        folder = "/".join(parts[: FOLDERS.get(parts[0], 0)])
        if folder and len(parts) == len(folder.split("/")) + 1 and folder not in known_folders:
            unfinished.add(folder)
        else:
            yield finding("store_file_stray", file=path)
    for folder in sorted(unfinished):
        yield finding("store_unfinished", file=folder)


def _drafts(catalogue: Catalogue) -> Iterator[Finding]:
    for draft in sorted(catalogue.aside.glob("*")):
        try:
            age = catalogue.clock().timestamp() - draft.stat().st_mtime
        except FileNotFoundError:  # its process has just finished
            continue
        if age > ABANDONED_AFTER_SECONDS:
            shutil.rmtree(draft, ignore_errors=True)
            yield finding("store_draft_cleaned", file=draft.name)
        else:
            yield finding("store_draft", file=draft.name)
