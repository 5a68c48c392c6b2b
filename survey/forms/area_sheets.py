"""The sheet of an area that an interviewer carries: its addresses, and room for visits and results."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pandas as pd
import xlsxwriter

from estimation.sampling import RESERVE
from survey.forms.workbook import HEADER, text_workbook

WORDS: Mapping[str, Mapping[str, str]] = {
    "title": {"vi": "Phiếu theo dõi địa bàn {0}", "en": "Sheet of enumeration area {0}"},
    "sheets": {"vi": "Phiếu theo dõi địa bàn", "en": "Sheets of enumeration areas"},
    "area": {"vi": "Địa bàn", "en": "Area"},
    "commune": {"vi": "Xã, phường, thị trấn", "en": "Commune"},
    "district": {"vi": "Huyện, thị xã, thành phố", "en": "District"},
    "listed": {"vi": "Số hộ theo bảng kê", "en": "Households listed"},
    "interviewer": {"vi": "Mã điều tra viên", "en": "Interviewer (code)"},
    "supervisor": {"vi": "Mã đội trưởng", "en": "Supervisor (code)"},
    "original": {"vi": "chính thức", "en": "original"},
    "reserve": {"vi": "dự phòng", "en": "reserve"},
    "rule": {
        "vi": "Hộ dự phòng chỉ dùng khi đã hết cách phỏng vấn một hộ chính thức, lần lượt từ trên xuống; "
        "ghi số của hộ được thay. Ghi ngày, giờ và mã kết quả của mỗi lần đến.",
        "en": "A reserve is used only when an original household cannot be interviewed by any means, in the "
        "order from the top; write which one it replaces. Write day, hour and result code of each visit.",
    },
    "private": {
        "vi": "Không ghi họ tên, số điện thoại hoặc số căn cước vào phiếu này.",
        "en": "Write no name, telephone or identity number on this sheet.",
    },
}
# Columns of the table: code -> heading by language, and width in centimetres.
COLUMNS: Mapping[str, tuple[Mapping[str, str], float]] = {
    "hh_no": ({"vi": "Hộ số", "en": "No."}, 1.3),
    "hh_id": ({"vi": "Mã hộ", "en": "Household"}, 3.2),
    "listing_no": ({"vi": "STT trong bảng kê", "en": "No. in the listing"}, 2.2),
    "kind": ({"vi": "Loại hộ", "en": "Kind"}, 2.2),
    "replaces": ({"vi": "Thay hộ số", "en": "Replaces no."}, 1.8),
    "visit_1": ({"vi": "Lần đến 1", "en": "Visit 1"}, 3.4),
    "visit_2": ({"vi": "Lần đến 2", "en": "Visit 2"}, 3.4),
    "visit_3": ({"vi": "Lần đến 3", "en": "Visit 3"}, 3.4),
    "result": ({"vi": "Kết quả cuối cùng", "en": "Final result"}, 2.8),
    "note": ({"vi": "Ghi chú", "en": "Remarks"}, 2.8),
}
TO_WRITE = "…" * 12
WIDTH_OF_A_CENTIMETRE = 4.6  # in characters of a column
A4 = 9
LINE, TALL = 28, 40  # points


@dataclass(frozen=True, slots=True)
class AreaSheet:
    """One page.

    Attributes
    ----------
    code, title : str
    facts : tuple of (str, str)
        What is known of the area, and what is filled in by hand.
    rows : tuple of mapping
        Column -> text, an address each; columns that are filled in by hand are empty.
    """

    code: str
    title: str
    facts: tuple[tuple[str, str], ...]
    rows: tuple[Mapping[str, str], ...]


def word(code: str, language: str) -> str:
    """Return a word of the sheets."""
    return WORDS[code][language]


def area_sheets(eas: pd.DataFrame, households: pd.DataFrame, language: str = "vi") -> tuple[AreaSheet, ...]:
    """Lay out the sheet of every area that has addresses.

    Parameters
    ----------
    eas : DataFrame
        Text cells ``ea_code, commune_name, district_name, households_listed``.
    households : DataFrame
        Text cells ``ea_code, hh_no, hh_id, kind, listing_no``.
    language : {"vi", "en"}
    """
    rows = {str(code): part for code, part in households.groupby("ea_code", sort=False)}
    return tuple(
        AreaSheet(
            area["ea_code"],
            word("title", language).format(area["ea_code"]),
            _facts(area, language),
            tuple(_row(row, language) for row in rows[area["ea_code"]].to_dict("records")),
        )
        for area in eas.to_dict("records")
        if area["ea_code"] in rows
    )


def _facts(area: Mapping[Hashable, str], language: str) -> tuple[tuple[str, str], ...]:
    told = {
        "commune": area["commune_name"],
        "district": area["district_name"],
        "listed": area["households_listed"],
        "interviewer": TO_WRITE,
        "supervisor": TO_WRITE,
    }
    return tuple((word(code, language), text) for code, text in told.items() if text)


def _row(row: Mapping[Hashable, str], language: str) -> Mapping[str, str]:
    return {
        **{name: row[name] for name in ("hh_no", "hh_id", "listing_no")},
        "kind": word(row["kind"], language),
    }


def write_sheets(
    sheets: Sequence[AreaSheet],
    path: Path | BytesIO,
    language: str = "vi",
    advance: Callable[[], object] = lambda: None,
) -> None:
    """Write a workbook with a page an area, ready to print on A4; the same sheets give the same bytes."""
    with text_workbook(path, word("sheets", language)) as book:
        styles = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format({**HEADER, "border": 1, "text_wrap": True, "align": "center"}),
            "cell": book.add_format({"border": 1, "num_format": "@", "valign": "vcenter"}),
            "reserve": book.add_format(
                {"border": 1, "num_format": "@", "valign": "vcenter", "bg_color": "#EEEEEE"}
            ),
            "plain": book.add_format({"num_format": "@"}),
        }
        for sheet in sheets:
            _add_page(book, sheet, language, styles)
            advance()


def _add_page(
    book: xlsxwriter.Workbook,
    sheet: AreaSheet,
    language: str,
    styles: Mapping[str, xlsxwriter.format.Format],
) -> None:
    page = book.add_worksheet(sheet.code)
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 1)
    page.set_margins(0.4, 0.4, 0.5, 0.5)
    page.write_string(0, 0, sheet.title, styles["title"])
    for number, (name, text) in enumerate(sheet.facts, start=1):
        page.write_string(number, 0, f"{name}: {text}", styles["plain"])
    top = len(sheet.facts) + 2
    page.set_row(top, TALL)
    reserve = word(RESERVE, language)
    for column, (name, (heading, width)) in enumerate(COLUMNS.items()):
        page.set_column(column, column, width * WIDTH_OF_A_CENTIMETRE)
        page.write_string(top, column, heading[language], styles["head"])
        for number, row in enumerate(sheet.rows, start=top + 1):
            style = styles["reserve" if row["kind"] == reserve else "cell"]
            page.write_string(number, column, row.get(name, ""), style)
    for number in range(top + 1, top + 1 + len(sheet.rows)):
        page.set_row(number, LINE)
    for number, code in enumerate(("rule", "private"), start=top + 2 + len(sheet.rows)):
        page.write_string(number, 0, word(code, language), styles["plain"])
