"""Names, telephones, positions and identity numbers reach no byte of a store, whatever tool brings them."""

import csv
import io
import re
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from survey import pipeline
from survey.commands.show import example_files, example_wave
from survey.store import Store

HERE = Path(__file__).parents[1] / "data" / "wave_2026"
WAVE = "2026"
NUMBER = re.compile(r"0\d{9}")
IDENTITY = "079203001234"
# Ends of the headers of personal questions, by name and by label.
ENDS = ("m_name", "h3_phone", "resp_name", "Tên gọi", "gọi lại (sẽ xóa sau khi kiểm tra)")


def of_workbook(path):
    """Names and telephones in a workbook, by what the headers of any language end with."""
    found = set()
    book = CalamineWorkbook.from_path(str(path))
    for name in book.sheet_names:
        header, *rows = book.get_sheet_by_name(name).to_python()
        places = [place for place, title in enumerate(header) if str(title).endswith(ENDS)]
        found |= {str(row[place]) for row in rows for place in places if row[place]}
    return found


def of_archive(path):
    found = set()
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            if name.endswith((".tab", ".csv")):
                text = packed.read(name).decode("utf-8-sig")
                rows = csv.reader(
                    io.StringIO(text, newline=""), delimiter="\t" if name.endswith("b") else ","
                )
                header = next(rows)
                places = [place for place, title in enumerate(header) if title.endswith(ENDS)]
                found |= {row[place] for row in rows for place in places if row[place]}
    return {value for value in found if not value.startswith(("##", "-9"))}


FILES = {
    "kobo_label_vi_groups.xlsx": of_workbook,
    "digiskill_hh_1_Tabular_All.zip": of_archive,
    "central_split_select_multiples.zip": of_archive,
}


@pytest.fixture
def store(tmp_path):
    kept = Store(tmp_path / "store")
    kept.add_wave(example_wave())
    return kept


def bytes_of(store):
    return b"\0".join(path.read_bytes() for path in store.root.rglob("*") if path.is_file())


def cells_of(store):
    tables = [pq.read_table(path) for path in store.root.rglob("*.parquet")]
    return {str(v) for table in tables for column in table.itercolumns() for v in set(column.to_pylist())}


@pytest.mark.parametrize("name", FILES)
def test_no_name_and_no_telephone_of_any_tool(store, name):
    personal = FILES[name](HERE / name)
    numbers = {value for value in personal if NUMBER.fullmatch(value)}
    assert len(personal) > 10
    assert len(numbers) > 5
    assert pipeline.ingest(store, HERE / name, WAVE).status == "accepted"
    raw, cells = bytes_of(store), cells_of(store)
    assert [number for number in numbers if number.encode() in raw] == []
    assert sorted(value for value in personal if value in cells and not value.isdigit()) == []
    assert not any(NUMBER.fullmatch(cell) for cell in cells)


@pytest.mark.parametrize(
    ("title", "value"),
    [
        ("Số CCCD", IDENTITY),
        ("ghi chú thêm", f"chị Lan, {IDENTITY}"),
        ("Họ tên", "Nguyễn Thị Hoa Mai"),
        ("liên hệ", "gọi 0912 345 678 cho An"),
        ("thư", "hoa.mai@example.vn"),
    ],
)
def test_personal_columns_that_nobody_declared_stop_the_file(store, tmp_path, write_rows, title, value):
    path = write_rows(title, value)
    before = bytes_of(store)
    receipt = pipeline.ingest(store, path, WAVE)
    assert receipt.status == "refused"
    assert [found.code for found in receipt.findings] == ["columns_withheld"]
    assert title in receipt.findings[0].sentence("vi")
    assert value not in receipt.findings[0].sentence("vi"), "a refusal repeats nobody's name"
    assert bytes_of(store) == before
    assert not list(tmp_path.glob("**/uploads/*"))


@pytest.fixture
def write_rows(tmp_path):
    """Write a district file with one more column."""

    def write(title, value):
        path = tmp_path / "huyện.xlsx"
        book = CalamineWorkbook.from_path(str(example_files()[3]))
        with xlsxwriter.Workbook(path, {"strings_to_urls": False}) as written:
            for place, name in enumerate(book.sheet_names):
                sheet = written.add_worksheet(name)
                for number, row in enumerate(book.get_sheet_by_name(name).to_python()):
                    more = [] if place else [value if number else title]
                    sheet.write_row(number, 0, [*row, *more])
        return path

    return write
