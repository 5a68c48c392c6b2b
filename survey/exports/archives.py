"""A look at a zip archive before any parser opens it: names, sizes, ratios, and the extent of sheets."""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from survey.exports.cells import Unreadable

MOST_ENTRIES = 5_000
LARGEST_DIRECTORY = 2_000_000
LARGEST_CONTENT = 200_000_000
# Markup around every cell: fifty thousand interviews of a hundred columns take half a gigabyte of it.
LARGEST_WORKBOOK = 600_000_000
LARGEST_RATIO = 250
RATIO_MATTERS = 20_000_000
MOST_CELLS = 20_000_000
CHUNK = 1_000_000
ATTACHMENT_FOLDERS = frozenset({"media", "files", "__MACOSX"})
AUDIT_LOG = " - audit.csv"

_DAMAGE = (BadZipFile, NotImplementedError, OSError, ValueError, RuntimeError, EOFError, zlib.error)
_END_RECORD = b"PK\x05\x06"
# Each begins with letters that stand alone, which is twice as fast as a blank before them.
_COLUMN = re.compile(rb"""r=["']([A-Za-z]{1,3})\d""")
_ROW = re.compile(rb"""r=["'][A-Za-z]{0,3}(\d{1,10})["']""")
_UNIQUE = re.compile(rb"""<sst\b[^>]{0,400}?\buniqueCount=["'](\d{1,30})["']""")
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_TAIL = 256


def open_archive(path: Path, *, largest: int | None = None) -> ZipFile:
    """Open a zip whose directory is sane.

    Parameters
    ----------
    path : Path
    largest : int, optional
        Most bytes that its entries may unpack to, :data:`LARGEST_CONTENT` where it is not told.

    Raises
    ------
    Unreadable
        For damaged, encrypted or nested archives, hostile names and compression bombs.
    """
    _check_directory(path)
    try:
        archive = ZipFile(path)
    except _DAMAGE:
        raise Unreadable("file_damaged") from None
    entries = archive.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable("archive_password")
    if any(_is_hostile(entry.filename) for entry in entries):
        raise Unreadable("archive_hostile")
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if total > RATIO_MATTERS and total > LARGEST_RATIO * packed:
        raise Unreadable("archive_bomb", size=f"{total / 1_000_000:.0f} MB")
    limit = LARGEST_CONTENT if largest is None else largest
    if total > limit:
        facts = {"size": f"{total / 1_000_000:.0f}", "limit": f"{limit // 1_000_000}"}
        raise Unreadable("archive_large", **facts)
    return archive


def is_workbook(archive: ZipFile) -> bool:
    """Tell whether the archive is an Excel workbook."""
    names = archive.namelist()
    return "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)


def is_open_document(archive: ZipFile) -> bool:
    """Tell whether the archive is a spreadsheet of LibreOffice."""
    return {"mimetype", "content.xml"} <= set(archive.namelist())


def check_workbook(archive: ZipFile) -> None:
    """Refuse document types, impossible counts and sheets that claim far more cells than they hold."""
    for entry in archive.infolist():
        if entry.filename.lower().endswith((".xml", ".rels")):
            _check_part(archive, entry)


def data_files(archive: ZipFile) -> list[ZipInfo]:
    """Entries that may hold data: no folders, no attachments, no marks of macOS."""
    return [entry for entry in archive.infolist() if _is_data(entry)]


def read_entry(archive: ZipFile, entry: ZipInfo) -> bytes:
    """Read one entry, never more than it declares."""
    try:
        with archive.open(entry) as stream:
            return stream.read(entry.file_size + 1)
    except _DAMAGE:
        raise Unreadable("file_damaged") from None


def _is_data(entry: ZipInfo) -> bool:
    *folders, name = PurePosixPath(entry.filename).parts or ("",)
    aside = any(folder in ATTACHMENT_FOLDERS for folder in folders)
    return not (entry.is_dir() or aside or name.startswith(".") or name.endswith(AUDIT_LOG))


def _check_directory(path: Path) -> None:
    """Bound the number of entries before ``ZipFile`` makes an object of each."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - 66_000))
        tail = stream.read()
    place = tail.rfind(_END_RECORD)
    record = tail[place : place + 22]
    if place < 0 or len(record) < 22:
        raise Unreadable("file_truncated")
    entries = int.from_bytes(record[10:12], "little")
    directory = int.from_bytes(record[12:16], "little")
    if entries > MOST_ENTRIES or directory > LARGEST_DIRECTORY:
        raise Unreadable("archive_bomb", size=f"{entries} ×")


def _is_hostile(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name or "\x00" in name


def _check_part(archive: ZipFile, entry: ZipInfo) -> None:
    widest = lowest = 0
    for piece in _pieces(archive, entry):
        if b"<!" in piece and _DECLARATION.search(piece):
            raise Unreadable("archive_hostile")
        unique = _UNIQUE.search(piece)
        if unique and int(unique[1]) > entry.file_size:
            raise Unreadable("archive_hostile")
        widest = max([widest, *map(_column_number, set(_COLUMN.findall(piece)))])
        lowest = max([lowest, *map(int, set(_ROW.findall(piece)))])
        if widest * lowest > MOST_CELLS:
            raise Unreadable("sheet_sparse", part=entry.filename)


def _pieces(archive: ZipFile, entry: ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(entry) as stream:
            tail = b""
            while chunk := stream.read(CHUNK):
                yield tail + chunk
                tail = chunk[-_TAIL:]
    except _DAMAGE:
        raise Unreadable("file_damaged") from None


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
