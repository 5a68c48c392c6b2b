"""Files of SPSS, Stata and SAS as tables of text: codes stay codes, declared missing values stay visible."""

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey.exports.cells import LARGEST_TEXT, MOST_COLUMNS, Table, Texts, Unreadable, distinct, nfc
from survey.exports.encodings import encoding_of

Content = tuple[Mapping[str, Sequence[Any]], Any]

REVIEW_COLUMNS = frozenset({"review", "review_status", "review_state"})
# Every byte as one letter, to be decoded here: the library loses and displaces the last letter of a text
# in Windows-1258, and takes a cut letter for the end of a text in UTF-8.
_BYTES = "ISO-8859-1"
_FALLBACK = "cp1252"
_LETTERED = re.compile(r"\.[A-Za-z_]")
_SPSS_EPOCH = dt.datetime(1582, 10, 14)  # noqa: DTZ001 - SPSS counts local seconds
_SPSS_DATE = re.compile(r"[AEJS]?DATE\d|DATETIME|YMDHMS")


@dataclass(frozen=True, slots=True)
class _Format:
    """How one kind of file is opened.

    Attributes
    ----------
    read : str
        Name of the function of pyreadstat.
    options : mapping
        ``user_missing`` where the format knows declared missing values: without it they become blank
        and a refusal cannot be told from a question that was not asked. ``encoding`` where the format
        does not declare one.
    """

    read: str
    options: Mapping[str, object]


_MISSING_KEPT: Mapping[str, object] = {"user_missing": True}
_AS_BYTES: Mapping[str, object] = {"encoding": _BYTES}
_FORMATS: Mapping[str, _Format] = {
    ".sav": _Format("read_sav", _MISSING_KEPT),
    ".zsav": _Format("read_sav", _MISSING_KEPT),
    ".por": _Format("read_por", {}),
    ".dta": _Format("read_dta", {**_MISSING_KEPT, **_AS_BYTES}),
    ".sas7bdat": _Format("read_sas7bdat", _MISSING_KEPT),
    ".xpt": _Format("read_xport", _AS_BYTES),
}
STATISTICAL = frozenset(_FORMATS)


def read_statistical(path: Path, name: str, extension: str = "") -> Table:
    """Read one file of SPSS, Stata or SAS.

    A value declared as user-missing in SPSS keeps its code, a lettered missing value of Stata or SAS
    is written ``.a``, the system's own missing value is blank. Whole numbers have no decimals, dates
    are ISO. The state of review is written by its label: its number means nothing outside the file.

    Parameters
    ----------
    path : Path
    name : str
        Of the table.
    extension : str, optional
        Kind of the file where its name does not end with it.

    Returns
    -------
    Table
        Row numbers begin with 2, as in a sheet whose first row holds the names.

    Raises
    ------
    Unreadable
        ``file_damaged``, ``statistical_encoding``, ``columns_too_many`` or ``text_too_long``.
    """
    cells, about, encoding = _content(path, _FORMATS[extension or path.suffix.lower()])
    if len(cells) > MOST_COLUMNS:
        raise Unreadable("columns_too_many", limit=f"{MOST_COLUMNS}")
    texts = _Decoded(encoding)
    columns = [_texts(header, values, about, texts) for header, values in cells.items()]
    if sum(sum(map(len, column)) for column in columns) > LARGEST_TEXT:
        raise Unreadable("text_too_long", limit=f"{LARGEST_TEXT // 1_000_000}")
    rows = list(range(2, 2 + len(columns[0]))) if columns else []
    headers = tuple(distinct(texts[header] for header in cells))
    written = dict(zip(headers, zip(cells, columns, strict=True), strict=True))
    return Table(
        name,
        headers,
        rows,
        columns,
        typed=True,
        labels={header: _labels(own, about, texts) for header, (own, _) in written.items()},
        missing={header: _missing(own, set(column), about) for header, (own, column) in written.items()},
    )


class _Decoded(Texts):
    """Cell value -> its text, where the letters still are the bytes of the file; "" = they are letters."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self.encoding = encoding

    def __missing__(self, value: object) -> str:
        if self.encoding and isinstance(value, str) and not value.isascii():
            text = self[value] = nfc(value.encode("latin-1").decode(self.encoding))
            return text
        return super().__missing__(value)


def _content(path: Path, kind: _Format) -> tuple[Mapping[str, Sequence[Any]], Any, str]:
    """Read the cells, what the file says about them, and the encoding in which letters still stand."""
    # The child reads one file of one tool; this library and what it loads is a third of its start.
    import pyreadstat  # noqa: PLC0415

    read: Callable[..., Any] = getattr(pyreadstat, kind.read)
    try:
        cells, about = _dated(read, path, kind.options)
        declared = str(about.file_encoding or "")
        if "encoding" not in kind.options and "1258" not in declared:
            return cells, about, ""
    except pyreadstat.ReadstatError as problem:
        if "convert string" not in str(problem) or "encoding" in kind.options:
            raise Unreadable("file_damaged") from None
    try:
        cells, about = _dated(read, path, {**kind.options, **_AS_BYTES})
        return cells, about, _encoding(cells)
    except (pyreadstat.ReadstatError, UnicodeError):
        raise Unreadable("statistical_encoding") from None


def _encoding(cells: Mapping[str, Sequence[Any]]) -> str:
    """Tell the encoding of all texts together.

    Raises
    ------
    UnicodeError
        When it is none that is used for Vietnamese.
    """
    texts = {value for values in cells.values() for value in values if isinstance(value, str)} | set(cells)
    content = b"\n".join(text.encode("latin-1") for text in texts if not text.isascii())
    encoding = encoding_of(content) or _FALLBACK
    content.decode(encoding)
    return encoding


def _dated(read: Callable[..., Any], path: Path, options: Mapping[str, object]) -> Content:
    try:
        content: Content = read(path, output_format="dict", **options)
    except OverflowError:
        content = read(path, output_format="dict", disable_datetime_conversion=True, **options)
        return _with_spss_dates(*content)
    return content


def _with_spss_dates(cells: Mapping[str, Sequence[Any]], about: Any) -> Content:  # noqa: ANN401 - untyped library
    kinds = about.original_variable_types
    return {
        header: [_spss_moment(value) for value in values] if _SPSS_DATE.match(kinds[header]) else values
        for header, values in cells.items()
    }, about


def _spss_moment(seconds: float | None) -> object:
    """Return the moment, or the number itself where no calendar holds it."""
    try:
        return None if seconds is None else _SPSS_EPOCH + dt.timedelta(seconds=seconds)
    except OverflowError:
        return seconds


def _labels(header: str, about: Any, texts: Texts) -> dict[str, str]:  # noqa: ANN401 - untyped library
    """Return text of a value -> its label; a lettered missing value is written as in the cells."""
    lettered = header in (about.missing_user_values or {})
    return {
        f".{value}" if lettered and isinstance(value, str) else texts[value]: texts[label]
        for value, label in about.variable_value_labels.get(header, {}).items()
    }


def _missing(header: str, written: Collection[str], about: Any) -> frozenset[str]:  # noqa: ANN401
    """Return the texts of a column that the file declares to be no answer."""
    if header in (about.missing_user_values or {}):
        return frozenset(text for text in written if _LETTERED.fullmatch(text))
    ranges = [(r["lo"], r["hi"]) for r in (about.missing_ranges or {}).get(header, ())]
    return frozenset(text for text in written if any(_lies_within(text, *limits) for limits in ranges))


def _lies_within(text: str, low: object, high: object) -> bool:
    if isinstance(low, str) or isinstance(high, str):
        return text == low
    try:
        return float(low) <= float(text) <= float(high)  # type: ignore[arg-type]
    except ValueError:
        return False


def _texts(header: str, values: Sequence[Any], about: Any, texts: Texts) -> list[str]:  # noqa: ANN401
    if header in (about.missing_user_values or {}):
        return [f".{value}" if isinstance(value, str) else texts[value] for value in values]
    if header.lower() in REVIEW_COLUMNS:
        labels = about.variable_value_labels.get(header, {})
        return [texts[labels[value]] if value in labels else texts[value] for value in values]
    return [texts[value] for value in values]
