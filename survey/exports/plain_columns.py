"""How a table that no collection tool signed names its submissions, their state, and the sheets it lies on.

The names are declared here once. In the words of this package such a table has the columns ``KEY``,
``PARENT_KEY``, ``SubmissionDate``, ``FormVersion`` and ``ReviewState``, whatever the file calls them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from survey.exports import kobotoolbox, odk_central, surveycto
from survey.exports.cells import Table
from survey.instrument import Instrument
from survey.spelling import label_key

# Sheets of our own workbook for typing interviews: the households, and what is there to read only.
MAIN_SHEET, KEY_HEADER = "main", "key"
GUIDE_SHEET, CODES_SHEET = "instructions", "codes"

SUBMITTED, VERSION, REVIEW_STATE = "SubmissionDate", "FormVersion", "ReviewState"

# Names of the column that identifies a submission, the best first; blanks, marks and "meta" do not count.
STABLE_KEYS = ("rootuuid", "key", "interviewid", "submissionid", "caseid")
# These change when a submission is edited on the server.
CHANGING_KEYS = ("instanceid", "uuid")
_SYSTEM: Mapping[str, Sequence[str]] = {
    SUBMITTED: ("submittedutc", "submissiontime", "submissiondate", "submitted"),
    VERSION: ("formversion", "formdefversion", "version"),
    REVIEW_STATE: ("review", "reviewstatus", "reviewstate", "validationstatus"),
}

# Words of all tools, and those that people write into a workbook.
REVIEW: Mapping[str, str] = {
    label_key(word): state
    for words in (
        kobotoolbox.REVIEW,
        odk_central.REVIEW,
        surveycto.REVIEW,
        {
            "received": "received",
            "chưa duyệt": "received",
            "mới nhận": "received",
            "đã duyệt": "approved",
            "duyệt": "approved",
            "has issues": "has_issues",
            "has_issues": "has_issues",
            "chờ xử lý": "has_issues",
            "có vấn đề": "has_issues",
            "not_approved": "rejected",
            "không duyệt": "rejected",
            "từ chối": "rejected",
            "bị trả lại": "rejected",
        },
    )
    for word, state in words.items()
}

_PATH = re.compile(r"[/.:\-]")
_MARKS = re.compile(r"[\s/._:\-]+")
_HEX = re.compile(
    r"(?:uuid:)?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})", re.IGNORECASE
)
_COUNT = re.compile(r"\d{1,5}(?:\.0+)?")
_PERSONAL_KEY = re.compile(r"(?:\+?84|0)?[35789]\d{8}|\d{9}|\d{12}|[^@\s]+@[^@\s]+")


def named_key(header: str) -> str:
    """Return a header without what programs add to it: ``meta/instanceID`` is "instanceid"."""
    return _MARKS.sub("", header.casefold()).removeprefix("meta")


def key_header(table: Table, instrument: Instrument) -> str:
    """Return the best column that identifies submissions, "" where there is none.

    A blank column identifies nothing, and neither do numbers that only count the rows: 1, 2, 3 come again in
    the next file and mean other households there. Where nothing better is, the question with the role of the
    household identifies a submission.
    """
    by_name: dict[str, str] = {}
    for header, cells in zip(table.headers, table.columns, strict=True):
        written = {*cells} - {""}
        if written and not all(_COUNT.fullmatch(text.strip()) for text in written):
            by_name.setdefault(named_key(header), header)
    found = next((by_name[name] for name in (*STABLE_KEYS, *CHANGING_KEYS) if name in by_name), "")
    return found or next((header for header in by_name.values() if is_household(header, instrument)), "")


def is_household(header: str, instrument: Instrument) -> bool:
    """Tell whether a column holds the question with the role of the household, with or without its groups."""
    name = instrument.role("household")
    return bool(name) and _PATH.split(header)[-1].casefold() == name.casefold()


def system_headers(headers: Iterable[str], instrument: Instrument) -> dict[str, str]:
    """Return header -> the column it is in the words of this package; questions of the form are none."""
    asked = {question.name for question in instrument.questions}
    known = {name: column for column, names in _SYSTEM.items() for name in names}
    found: dict[str, str] = {}
    for header in headers:
        column = known.get(named_key(header), "")
        if column and header not in asked and column not in found.values():
            found[header] = column
    return found


def plain_keys(texts: Iterable[str]) -> list[str]:
    """Return identifiers as all tools write them: 32 digits in lower case with dashes; others stay."""
    stripped = (text.strip() for text in texts)
    return ["-".join(m.groups()).lower() if (m := _HEX.fullmatch(text)) else text for text in stripped]


def is_personal_key(text: str) -> bool:
    """Tell whether an identifier is a number of a person: telephone, identity card, e-mail."""
    return bool(_PERSONAL_KEY.fullmatch(text.strip()))
