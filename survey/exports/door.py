"""The door: what can be said about an upload from its name, its size and its first bytes."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from survey.exports.encodings import unicode_encoding
from survey.messages import Refusal, finding

LARGEST_FILE = 60 * 1024 * 1024
CHUNK = 1024 * 1024
# Name of the copy in quarantine; whatever the person called the file decides no path.
COPY = "upload"

ZIP, OLE, TEXT, HTML, SPSS, STATA, SAS, SQLITE, PDF, UNKNOWN = (
    "zip", "ole", "text", "html", "spss", "stata", "sas", "sqlite", "pdf", "unknown",
)  # fmt: skip

_SAS_DATA = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
# A stretch of the first bytes, and what marks a file in it.
_MAGIC: tuple[tuple[slice, re.Pattern[bytes], str], ...] = (
    (slice(0, 4), re.compile(rb"PK\x03\x04|PK\x05\x06"), ZIP),
    (slice(0, 8), re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), OLE),
    (slice(0, 4), re.compile(rb"\$FL[23]"), SPSS),
    (slice(0, 600), re.compile(rb"SPSS PORT FILE|SPSSPORT"), SPSS),
    (slice(0, 11), re.compile(rb"<stata_dta>"), STATA),
    (slice(0, 4), re.compile(rb"[\x68-\x73][\x01\x02]\x01\x00"), STATA),
    (slice(0, 32), re.compile(re.escape(_SAS_DATA)), SAS),
    (slice(0, 13), re.compile(rb"HEADER RECORD"), SAS),
    (slice(0, 16), re.compile(rb"SQLite format 3\x00"), SQLITE),
    (slice(0, 4), re.compile(rb"%PDF"), PDF),
)
_HTML_MARKS = (b"<!doctype html", b"<html", b"<table", b"<head")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

_BY_NAME: Mapping[str, str] = {
    ".xlsb": "excel_other",
    ".xlsm": "excel_other",
    ".csdbe": "cspro_encrypted",
    **dict.fromkeys((".dcf", ".pen", ".pff", ".ent", ".fmf"), "cspro_dictionary"),
    ".dat": "cspro_text",
    **dict.fromkeys((".lss", ".lsa", ".lsq", ".lsg"), "limesurvey_structure_alone"),
}
_EXPECTED: Mapping[str, str] = {
    ".xlsx": ZIP,
    ".ods": ZIP,
    ".zip": ZIP,
    ".xls": OLE,
    **dict.fromkeys((".csv", ".tab", ".tsv", ".txt", ".json"), TEXT),
    **dict.fromkeys((".sav", ".zsav", ".por"), SPSS),
    ".dta": STATA,
    **dict.fromkeys((".sas7bdat", ".xpt"), SAS),
    ".csdb": SQLITE,
}
# Tools that write a web page or another workbook under an old ending have their own sentence.
_MISNAMED: Mapping[tuple[str, str], str] = {
    (".xls", HTML): "excel_old",
    (".xls", ZIP): "excel_old",
    (".xls", TEXT): "excel_old",
}
_KIND_NAMES: Mapping[str, tuple[str, str]] = {
    ZIP: ("xlsx hoặc zip", "xlsx or zip"),
    OLE: ("Excel 97-2003 (xls)", "Excel 97-2003 (xls)"),
    TEXT: ("văn bản (csv)", "text (csv)"),
    HTML: ("trang web (html)", "a web page (html)"),
    SPSS: ("SPSS", "SPSS"),
    STATA: ("Stata", "Stata"),
    SAS: ("SAS", "SAS"),
    SQLITE: ("CSPro hoặc SQLite", "CSPro or SQLite"),
    PDF: ("PDF", "PDF"),
    UNKNOWN: ("không xác định", "unknown"),
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that has passed the door.

    Attributes
    ----------
    name : str
        Base name as the person called it.
    extension : str
        Lower case, with the dot.
    path : Path
        The copy in quarantine.
    sha256 : str
        Of the copy.
    """

    name: str
    extension: str
    path: Path
    sha256: str


def receive(path: Path, name: str, folder: Path) -> Arrival:
    """Copy a file into quarantine and check size, extension and first bytes.

    Raises
    ------
    Refusal
        With the sentence that says what to send instead.
    """
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    extension = Path(base).suffix.lower()
    size = path.stat().st_size
    if base.startswith(("~$", "._")):
        raise Refusal(finding("file_temporary", file=base))
    if size == 0:
        raise Refusal(finding("file_empty", file=base))
    if size > LARGEST_FILE:
        facts = {"size": f"{size / CHUNK:.0f}", "limit": f"{LARGEST_FILE // CHUNK}"}
        raise Refusal(finding("file_too_heavy", file=base, facts=facts))
    copy = folder / COPY
    arrival = Arrival(base, extension, copy, _copy(path, copy))
    _check_kind(arrival)
    return arrival


def kind_of(path: Path) -> str:
    """Tell the kind of a file from its first bytes."""
    with path.open("rb") as stream:
        start = stream.read(4096)
    for stretch, magic, kind in _MAGIC:
        if magic.search(start[stretch]):
            return kind
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_HTML_MARKS):
        return HTML
    return TEXT if b"\x00" not in start or unicode_encoding(start) else UNKNOWN


def _check_kind(arrival: Arrival) -> None:
    kind = kind_of(arrival.path)
    if kind == OLE and _ENCRYPTED in arrival.path.read_bytes():
        raise Refusal(finding("excel_password", file=arrival.name))
    if arrival.extension in _BY_NAME:
        code = _BY_NAME[arrival.extension]
        raise Refusal(finding(code, file=arrival.name, facts={"extension": arrival.extension}))
    expected = _EXPECTED.get(arrival.extension)
    if expected is None:
        facts = {"extension": arrival.extension or "-"}
        raise Refusal(finding("extension_unknown", file=arrival.name, facts=facts))
    if (arrival.extension, kind) in _MISNAMED:
        raise Refusal(finding(_MISNAMED[arrival.extension, kind], file=arrival.name))
    if kind != expected:
        is_vi, is_en = _KIND_NAMES[kind]
        facts = {"extension": arrival.extension, "is_vi": is_vi, "is_en": is_en}
        raise Refusal(finding("extension_lies", file=arrival.name, facts=facts))


def _copy(source: Path, target: Path) -> str:
    digest = hashlib.sha256()
    with source.open("rb") as incoming, target.open("xb") as outgoing:
        target.chmod(0o600)
        while chunk := incoming.read(CHUNK):
            digest.update(chunk)
            outgoing.write(chunk)
    return digest.hexdigest()
