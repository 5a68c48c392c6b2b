"""Findings as people work through them: counted by rule, and as a list with the row to mend."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from survey.disarming import disarmed
from survey.forms.workbook import add_table, text_workbook
from survey.messages import LANGUAGES, Finding, Refusal, finding

SEVERITIES = ("error", "warning", "note")
SEVERITY_NAMES: Mapping[str, str] = {
    "error": "lỗi / error",
    "warning": "cảnh báo / warning",
    "note": "lưu ý / note",
}
SHOWN_PLACES = 5
SHOWN_OF_A_RULE = 5
LIST_SHEET, COUNT_SHEET = "Danh sách - list", "Tổng hợp - by rule"
# Left blank: what the person who mends a row fills in, in the words of the log of corrections.
TO_FILL_IN = ("giá trị đúng / correct value", "lý do / why", "người sửa / who")


@dataclass(frozen=True, slots=True)
class RuleCount:
    """All findings of one code.

    Attributes
    ----------
    severity, code : str
    count : int
    example : Finding
        The first one.
    places : tuple of str
        Where the first ones are: row, or what was seen where there is no row.
    """

    severity: str
    code: str
    count: int
    example: Finding
    places: tuple[str, ...]


def by_rule(findings: Iterable[Finding]) -> list[RuleCount]:
    """Group findings by code: the gravest first, then the most frequent."""
    groups: dict[str, list[Finding]] = {}
    for found in findings:
        groups.setdefault(found.code, []).append(found)
    counted = [_counted(code, group) for code, group in groups.items()]
    return sorted(counted, key=lambda rule: (SEVERITIES.index(rule.severity), -rule.count))


def errors(found: Sequence[Finding]) -> Sequence[Finding]:
    """Return the findings that forbid what was asked."""
    return [one for one in found if one.severity == "error"]


def first_of_rule(found: Sequence[Finding], code: str) -> Sequence[Finding]:
    """Return the first findings of a code, so that a broken column does not fill the screen."""
    return [one for one in found if one.code == code][:SHOWN_OF_A_RULE]


def refuse_errors(found: Sequence[Finding]) -> None:
    """Refuse what has errors, with the first of each rule."""
    if wrong := errors(found):
        raise Refusal(*(one for rule in by_rule(wrong) for one in first_of_rule(wrong, rule.code)))


def _counted(code: str, group: Sequence[Finding]) -> RuleCount:
    places = tuple(dict.fromkeys(_place(found) for found in group))[:SHOWN_PLACES]
    return RuleCount(group[0].severity, code, len(group), group[0], tuple(place for place in places if place))


def _place(found: Finding) -> str:
    return str(found.row) if found.row is not None else found.value


def findings_workbook(findings: Iterable[Finding]) -> bytes:
    """Write a workbook with the list of findings, one row each, and a sheet that counts them by rule.

    Every cell is text, so nothing in it is a formula or a link; the same findings give the same bytes.
    """
    listed = list(findings)
    buffer = io.BytesIO()
    with text_workbook(buffer, "Findings") as book:
        for name, rows in ((LIST_SHEET, _list_rows(listed)), (COUNT_SHEET, _count_rows(listed))):
            headers = tuple(_COLUMNS) + TO_FILL_IN if name == LIST_SHEET else COUNT_COLUMNS
            page = add_table(book, name, headers, dict(enumerate(rows, start=2)))
            page.autofilter(0, 0, len(rows), len(headers) - 1)
    return buffer.getvalue()


def findings_csv(findings: Iterable[Finding]) -> str:
    """Write the list of findings as CSV; an apostrophe stands before what a spreadsheet would compute."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, [*_COLUMNS, *TO_FILL_IN], restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in _list_rows(list(findings)):
        writer.writerow({name: disarmed(cell) for name, cell in row.items()})
    return buffer.getvalue()


def write_findings(findings: Iterable[Finding], path: Path) -> None:
    """Write the list of findings to a file, ``.xlsx`` or ``.csv`` (UTF-8 with a mark, for Excel)."""
    check_ending(path)
    path.write_bytes(WRITERS[path.suffix.lower()](findings))


def check_ending(path: Path) -> None:
    """Refuse a name under which no list of findings can be written.

    Raises
    ------
    Refusal
        When it ends in neither ``.xlsx`` nor ``.csv``.
    """
    if path.suffix.lower() not in WRITERS:
        known = ", ".join(WRITERS)
        raise Refusal(
            finding("findings_ending", file=path.name, value=path.suffix or "-", facts={"known": known})
        )


def _list_rows(findings: Sequence[Finding]) -> list[dict[str, str]]:
    ordered = sorted(findings, key=lambda found: SEVERITIES.index(found.severity))
    return [{name: told(found) for name, told in _COLUMNS.items()} for found in ordered]


def _count_rows(findings: Sequence[Finding]) -> list[dict[str, str]]:
    return [
        dict(
            zip(
                COUNT_COLUMNS,
                (
                    SEVERITY_NAMES[rule.severity],
                    str(rule.count),
                    ", ".join(rule.places),
                    *(rule.example.sentence(language) for language in LANGUAGES),
                    rule.code,
                ),
                strict=True,
            )
        )
        for rule in by_rule(findings)
    ]


_COLUMNS: Mapping[str, Callable[[Finding], str]] = {
    "mức độ / severity": lambda found: SEVERITY_NAMES[found.severity],
    "tệp / file": lambda found: found.file,
    "trang / sheet": lambda found: found.sheet,
    "dòng / row": lambda found: "" if found.row is None else str(found.row),
    "hộ / household": lambda found: found.facts.get("household", ""),
    "phiếu / submission": lambda found: found.facts.get("submission", ""),
    "dòng thứ / position": lambda found: found.facts.get("position", ""),
    "cột / column": lambda found: found.column,
    "giá trị / value": lambda found: found.value,
    "cần có / expected": lambda found: found.facts.get("expected", ""),
    "vấn đề và cách sửa": lambda found: found.sentence("vi"),
    "problem and how to mend it": lambda found: found.sentence("en"),
    "quy tắc / rule": lambda found: found.code,
}
COUNT_COLUMNS = (
    "mức độ / severity",
    "số lần / count",
    "những chỗ đầu tiên / first places",
    "ví dụ",
    "example",
    "quy tắc / rule",
)
WRITERS: Mapping[str, Callable[[Iterable[Finding]], bytes]] = {
    ".xlsx": findings_workbook,
    ".csv": lambda findings: findings_csv(findings).encode("utf-8-sig"),
}
