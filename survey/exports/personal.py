"""What never leaves the child process: personal answers and the tools' own marks of persons and devices."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from survey.exports.cells import Table
from survey.exports.headers import COPY, HeaderMap, is_tool_column, map_headers
from survey.instrument import Instrument, Question

WITHHELD_TYPES = frozenset(
    {
        "note", "username", "deviceid", "phonenumber", "simserial", "subscriberid", "email", "audit",
        "image", "audio", "video", "file", "background-audio", "geopoint", "geotrace", "geoshape",
        "start-geopoint",
    }
)  # fmt: skip

_SYSTEM_TYPES = frozenset({"start", "end"})

_TOOL_MARKS = re.compile(
    r"(?:^|[^0-9a-z])(?:username|deviceid|submitted_by|submitterid|submittername|instancename|"
    r"phonenumber|simserial|subscriberid|attachmentspresent|attachmentsexpected|attachments|"
    r"geolocation|notes|tags|audit|ipaddr|refurl|token)$"
)
_TELLING_NAMES = re.compile(
    r"(?:^|[^a-z])(?:cccd|cmnd|cmt|cmtnd|so_?dien_?thoai|dien_?thoai|sdt|phone|mobile|email|e_?mail|"
    r"ho_?ten|ho_?va_?ten|ten_?\w*|\w*_ten|full_?name|first_?name|last_?name|dia_?chi|address|latitude|"
    r"longitude|gps\w*)$"
)
# A telephone, an identity number of 9 or 12 digits, one that lost its leading zero, an address of mail.
_TELLING_VALUES = re.compile(
    r"(?<![\w.])(?:(?:\+?84|0)?[35789]\d{8}|\d{9}|\d{11,12})(?![\w.])|[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}"
)
_PHONE_SPACES = re.compile(r"(?<=\d)[ .()-]+(?=\d)")


def withheld_headers(
    table: Table, instrument: Instrument, repeat: str, names: Mapping[str, str]
) -> tuple[str, ...]:
    """Headers of the columns that must not be stored.

    Parameters
    ----------
    table : Table
    instrument : Instrument
        The form.
    repeat : str
        Level of the form that the table holds, "" for the main table.
    names : mapping
        Header as written -> header with the names of the form, from the adapter.
    """
    personal = _personal_ending(instrument)
    meaning = map_headers([names.get(header, header) for header in table.headers], instrument, repeat)
    return tuple(
        header
        for header, cells in zip(table.headers, table.columns, strict=True)
        if (
            _is_withheld(question)
            if (question := _question(names.get(header, header), meaning))
            else _is_personal_column(header, cells, personal)
        )
    )


def is_stored(question: Question) -> bool:
    """Tell whether the answers to a question are kept as answers."""
    return not (_is_withheld(question) or question.type in _SYSTEM_TYPES)


def is_personal_by_form(header: str, instrument: Instrument) -> bool:
    """Tell whether the form or the tool itself explains why a column is withheld."""
    return is_tool_mark(header) or bool(_personal_ending(instrument).search(header.casefold()))


def is_tool_mark(header: str) -> bool:
    """Tell whether a tool names a person, a device or an attachment in this column."""
    return bool(_TOOL_MARKS.search(header.casefold()))


def _question(header: str, meaning: HeaderMap) -> Question | None:
    split = meaning.splits.get(header)
    return split[0] if split else meaning.questions.get(header)


def _is_withheld(question: Question) -> bool:
    return question.pii or question.type in WITHHELD_TYPES


def _is_personal_column(header: str, cells: Sequence[str], personal: re.Pattern[str]) -> bool:
    header = COPY.sub("", header)
    if is_tool_mark(header) or personal.search(header.casefold()):
        return True
    if is_tool_column(header):
        return False
    return bool(_TELLING_NAMES.search(_plain(header))) or looks_personal(cells)


def looks_personal(cells: Sequence[str]) -> bool:
    """Tell whether a text holds a telephone or identity number, or an e-mail address."""
    return any(_TELLING_VALUES.search(text) for cell in cells for text in (cell, _PHONE_SPACES.sub("", cell)))


def _personal_ending(instrument: Instrument) -> re.Pattern[str]:
    """Match a header that ends with the name of a withheld question, also as a part of a position."""
    names = [
        re.escape(name.casefold())
        for question in instrument.questions
        if _is_withheld(question)
        for name in (question.name, *question.synonym.split())
    ]
    parts = r"(?:[_\-.:]+(?:latitude|longitude|altitude|precision|accuracy))?"
    return re.compile(rf"(?:^|[^0-9a-z])(?:{'|'.join(names) or '(?!)'}){parts}$")


def _plain(header: str) -> str:
    spaced = re.sub(r"[\s/\-.]+", "_", header.casefold().replace("đ", "d"))
    return "".join(c for c in unicodedata.normalize("NFD", spaced) if not unicodedata.combining(c))
