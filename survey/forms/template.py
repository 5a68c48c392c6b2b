"""A workbook to type interviews into, for places without a tool: a column a question, a row a household.

Sheet ``main`` holds the households, each under a ``key`` of the office's own; a sheet for every repeat holds
its rows with the ``key`` of their household. Headers are the names of the questions, cells hold codes.
Personal questions have no column: they are never stored.
"""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from survey.exports.personal import is_stored
from survey.exports.plain_columns import CODES_SHEET as CODES
from survey.exports.plain_columns import GUIDE_SHEET as GUIDE
from survey.exports.plain_columns import KEY_HEADER as KEY
from survey.exports.plain_columns import MAIN_SHEET as MAIN
from survey.forms.words import Reader, text_in
from survey.forms.workbook import HEADER, add_table, text_workbook
from survey.instrument import REFERENCE, ROLES, UNANSWERED_TYPES, Instrument, Question

PREPARED_ROWS = 5_000
LONGEST_TITLE, LONGEST_MESSAGE, LONGEST_SHEET = 32, 255, 31
NUMBERS: Mapping[str, str] = {"integer": "integer", "decimal": "decimal"}
LARGEST = 1_000_000_000
RULES: tuple[Mapping[str, str], ...] = (
    {
        "vi": "Mỗi dòng của trang main là một hộ. Cột key: mã riêng của từng hộ, không trùng, không đổi.",
        "en": "A row of sheet main is a household. Column key: a code of its own for each, never changed.",
    },
    {
        "vi": "Mỗi dòng của trang thành viên là một người; cột key ghi key của hộ người đó ở trang main.",
        "en": "A row of a roster sheet is a person; column key has the key of the household in sheet main.",
    },
    {
        "vi": "Ghi mã, không ghi nhãn. Câu chọn nhiều: các mã cách nhau một dấu cách, ví dụ 1 3 4.",
        "en": "Write codes, not labels. Several answers: codes parted by a blank, such as 1 3 4.",
    },
    {
        "vi": "Câu không được hỏi thì để trống. Không ghi họ tên, số điện thoại, số căn cước ở bất cứ đâu.",
        "en": "Leave what was not asked empty. Write no name, telephone or identity number anywhere.",
    },
    {
        "vi": "Ngày ghi năm-tháng-ngày, ví dụ 2026-11-02. Không đổi tên cột, không thêm tiêu đề, dòng tổng.",
        "en": "Dates as year-month-day, such as 2026-11-02. Rename no column, add no title or total row.",
    },
)
COLUMN_HEADERS = ("sheet", "column", "tiếng Việt", "English", "mã / codes", "ghi nếu", "fill in if")


def template_columns(instrument: Instrument, repeat: str = "") -> tuple[Question, ...]:
    """List the questions of one level that get a column.

    These are the stored ones that a person answers, and of the calculations those that decide who is asked
    or that have a role: without a tablet they are worked out by hand.
    """
    read = {name for question in instrument.questions for name in REFERENCE.findall(question.relevance)}
    needed = read | {instrument.role(role) for role in ROLES}
    return tuple(
        question
        for question in instrument.level(repeat)
        if is_stored(question) and (question.type not in UNANSWERED_TYPES or _is_needed(question, needed))
    )


def _is_needed(question: Question, needed: set[str]) -> bool:
    return question.type == "calculate" and question.name in needed


def write_template(instrument: Instrument, path: Path | BytesIO) -> None:
    """Write the empty workbook of a form; the same form gives the same bytes."""
    lists = {q.list_name: instrument.codes(q) for q in instrument.questions if instrument.codes(q)}
    places = {name: column for column, name in enumerate(lists)}
    with text_workbook(path, instrument.title) as book:
        for repeat in ("", *instrument.repeats):
            _add_level(book, instrument, repeat, places)
        _add_guide(book, instrument)
        rows = max((len(codes) for codes in lists.values()), default=0)
        columns = {
            number + 2: {name: codes[number].name for name, codes in lists.items() if number < len(codes)}
            for number in range(rows)
        }
        add_table(book, CODES, list(lists), columns)


def _add_level(
    book: xlsxwriter.Workbook, instrument: Instrument, repeat: str, lists: Mapping[str, int]
) -> None:
    page = book.add_worksheet(sheet_name(repeat))
    page.freeze_panes(1, 1)
    header, text, number = (book.add_format(one) for one in (HEADER, {"num_format": "@"}, {}))
    page.write_string(0, 0, KEY, header)
    page.set_column(0, 0, 20, text)
    for column, question in enumerate(template_columns(instrument, repeat), start=1):
        page.write_string(0, column, question.name, header)
        width, style = max(10, len(question.name) + 2), number if question.type in NUMBERS else text
        page.set_column(column, column, width, style)
        _add_check(page, column, question, instrument=instrument, lists=lists)


def sheet_name(repeat: str) -> str:
    """Name of the sheet of a level."""
    return repeat[:LONGEST_SHEET] or MAIN


def _add_check(
    page: Worksheet, column: int, question: Question, *, instrument: Instrument, lists: Mapping[str, int]
) -> None:
    codes = instrument.codes(question)
    check: dict[str, object] = {"validate": "any"}
    if question.type == "select_one" and codes:
        place = xlsxwriter.utility.xl_col_to_name(lists[question.list_name], col_abs=True)
        check = {"validate": "list", "source": f"={CODES}!{place}$2:{place}${len(codes) + 1}"}
    elif question.type in NUMBERS:
        kind = NUMBERS[question.type]
        check = {"validate": kind, "criteria": "between", "minimum": -LARGEST, "maximum": LARGEST}
    told = [text_in(question.labels, instrument.default_language) or question.name]
    told += [f"{code.name} = {text_in(code.labels, instrument.default_language)}" for code in codes]
    shown = {
        "input_title": question.name[:LONGEST_TITLE],
        "input_message": "\n".join(told)[:LONGEST_MESSAGE],
    }
    page.data_validation(1, column, PREPARED_ROWS, column, check | shown)


def _add_guide(book: xlsxwriter.Workbook, instrument: Instrument) -> None:
    readers = [Reader(instrument, language) for language in ("vi", "en")]
    rules = [dict(zip(COLUMN_HEADERS[2:4], (rule["vi"], rule["en"]), strict=True)) for rule in RULES]
    questions = [
        _guide_row(question, instrument, readers)
        for repeat in ("", *instrument.repeats)
        for question in template_columns(instrument, repeat)
    ]
    add_table(book, GUIDE, COLUMN_HEADERS, dict(enumerate([*rules, *questions], start=2)))


def _guide_row(question: Question, instrument: Instrument, readers: list[Reader]) -> dict[str, str]:
    codes = "\n".join(
        f"{code.name} = {text_in(code.labels, instrument.default_language)}"
        for code in instrument.codes(question)
    )
    cells = (
        sheet_name(question.repeat),
        question.name,
        *(text_in(question.labels, reader.language) or question.calculation for reader in readers),
        codes,
        *(reader.told(question.relevance) for reader in readers),
    )
    return dict(zip(COLUMN_HEADERS, cells, strict=True))
