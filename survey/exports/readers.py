"""Files as tables of text, by their extension; nothing here knows a collection tool."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path, PurePosixPath

from survey.exports.archives import (
    LARGEST_WORKBOOK,
    check_workbook,
    data_files,
    is_open_document,
    is_workbook,
    open_archive,
    read_entry,
)
from survey.exports.cells import Table, Unreadable, nfc, read_csv, read_workbook
from survey.exports.cspro_database import read_database
from survey.exports.encodings import decode
from survey.exports.json_files import read_json
from survey.exports.limesurvey_structure import COLUMNS, is_structure, read_lss
from survey.exports.statistical import STATISTICAL, read_statistical

Reader = Callable[[Path, Path], list[Table]]

NESTED = (".zip", ".xlsx", ".xls", ".7z", ".rar", ".csdb")
DATABASE = ".csdb"


def read_workbook_file(upload: Path, _folder: Path) -> list[Table]:
    """Read an ``.xlsx`` after a look into its archive."""
    with open_archive(upload, largest=LARGEST_WORKBOOK) as archive:
        if not is_workbook(archive):
            raise Unreadable("zip_named_xlsx")
        check_workbook(archive)
    return read_workbook(upload)


def read_old_workbook(upload: Path, _folder: Path) -> list[Table]:
    """Read an ``.xls``; it has no archive to look into, the limits of the child hold."""
    return read_workbook(upload)


def read_open_document(upload: Path, _folder: Path) -> list[Table]:
    """Read an ``.ods`` after a look into its archive."""
    with open_archive(upload, largest=LARGEST_WORKBOOK) as archive:
        if not is_open_document(archive):
            raise Unreadable("zip_named_xlsx")
        check_workbook(archive)
    return read_workbook(upload)


def read_archive(upload: Path, folder: Path) -> list[Table]:
    """Read every data file of a ``.zip`` that one of :data:`ENTRY_READERS` knows."""
    with open_archive(upload) as archive:
        if is_workbook(archive):
            raise Unreadable("xlsx_named_zip")
        entries = {nfc(entry.filename): entry for entry in data_files(archive)}
        known = {name: _extension(name) for name in entries if _extension(name) in ENTRY_READERS}
        databases = [name for name in entries if _extension(name) == DATABASE]
        if len(databases) == 1 and not known:
            copy = folder / f"entry{DATABASE}"
            copy.write_bytes(read_entry(archive, entries[databases[0]]))
            return read_database(copy)
        if not known:
            raise Unreadable(*_other_archive(entries))
        tables = []
        for number, (name, extension) in enumerate(known.items()):
            copy = folder / f"entry_{number}{extension}"
            copy.write_bytes(read_entry(archive, entries[name]))
            tables.append(ENTRY_READERS[extension](copy, PurePosixPath(name).stem))
            copy.unlink()
        structures = (
            reader(name, read_entry(archive, entry))
            for name, entry in entries.items()
            if (reader := STRUCTURE_READERS.get(_extension(name)))
        )
        tables += [table for table in structures if is_structure(table)]
        if not any(table.headers for table in tables):
            raise Unreadable(*_other_archive(entries))
        return tables


def read_text(upload: Path, _folder: Path) -> list[Table]:
    """Read one text file, which some program may have saved again since the tool wrote it."""
    table = read_csv(upload.stem, upload.read_bytes())
    return [table] if table.headers else []


def read_statistics(upload: Path, _folder: Path, *, extension: str) -> list[Table]:
    """Read one file of SPSS, Stata or SAS."""
    table = read_statistical(upload, upload.stem, extension)
    return [table] if table.headers else []


def _extension(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _other_archive(names: Mapping[str, object]) -> tuple[str]:
    marks = " ".join(names).lower()
    if "interview__" in marks or "export__readme" in marks:
        return ("archive_survey_solutions",)
    if any(PurePosixPath(n).suffix.lower() == ".lss" for n in names):
        return ("limesurvey_structure_alone",)
    return ("archive_nested",) if any(n.lower().endswith(NESTED) for n in names) else ("archive_unknown",)


def _csv_entry(path: Path, name: str) -> Table:
    return read_csv(name, path.read_bytes())


def _structure_text(name: str, content: bytes) -> Table:
    """Read the structure of a survey; any other text is an empty table."""
    first = decode(content.split(b"\n", 1)[0]) or ""
    columns = first.replace('"', "").strip("\r").split("\t")
    return read_csv(name, content) if set(COLUMNS) <= set(columns) else Table(name, (), [], [])


# Data files inside an archive: a copy in the folder of the child, and the name of the table.
ENTRY_READERS: Mapping[str, Callable[[Path, str], Table]] = {
    **dict.fromkeys((".csv", ".tab", ".tsv"), _csv_entry),
    **dict.fromkeys(STATISTICAL, read_statistical),
}
# What may lie beside the responses of LimeSurvey; other texts with these endings are left alone.
STRUCTURE_READERS: Mapping[str, Callable[[str, bytes], Table]] = {".lss": read_lss, ".txt": _structure_text}
# Uploads: the quarantined copy, and the folder of the child for scratch files.
READERS: Mapping[str, Reader] = {
    ".xlsx": read_workbook_file,
    ".xls": read_old_workbook,
    ".ods": read_open_document,
    ".zip": read_archive,
    ".json": read_json,
    DATABASE: read_database,
    **dict.fromkeys((".csv", ".tab", ".tsv", ".txt"), read_text),
    **{extension: partial(read_statistics, extension=extension) for extension in STATISTICAL},
}
