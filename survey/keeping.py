"""How a finished folder becomes part of the store: files first, then the row that makes them exist."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select

from survey.catalogue import Catalogue, StoredFile, next_number
from survey.durable import flush, put_in_place, sha256_of

# Columns that name a row: another row with the same ones is the same thing, or a contradiction.
NAMES: Mapping[str, tuple[str, ...]] = {
    "waves": ("wave",),
    "uploads": ("upload_id",),
    "forms": ("form_id", "version"),
    "releases": ("release_id",),
}


def keep(
    catalogue: Catalogue, draft: Path, place: Path, *, table: Table, row: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Put a finished draft in its place and add its row, or return the row of the same name that is there.

    Parameters
    ----------
    catalogue : Catalogue
    draft : Path
        Folder of finished files, from :func:`survey.durable.staging`.
    place : Path
        Folder of the store, relative to its root, that the draft becomes.
    table : Table
    row : mapping
        Values of the new row without its number.

    Returns
    -------
    dict or None
        The known row; None when this one is new.
    """
    flush(draft)
    written = [
        StoredFile((place / path.name).as_posix(), sha256_of(path), path.stat().st_size)
        for path in sorted(draft.iterdir())
    ]
    target, abandoned = catalogue.root / place, draft.with_name(f"{draft.name}-abandoned")
    with catalogue.writing() as connection:
        known = _row_like(connection, table, row)
        if known:
            return known
        # Only the holder of the write lock renames, so a folder without a row was left by a killed run.
        if target.exists():
            target.rename(abandoned)
        put_in_place(draft, target)
        numbered = {"number": next_number(connection, table)} if "number" in table.c else {}
        catalogue.add(connection, table, {**numbered, **row}, written)
    shutil.rmtree(abandoned, ignore_errors=True)
    return None


def _row_like(connection: Connection, table: Table, row: Mapping[str, Any]) -> dict[str, Any] | None:
    alike = (table.c[name] == row[name] for name in NAMES[table.name])
    found = connection.execute(select(table).where(*alike)).mappings().first()
    return dict(found) if found else None
