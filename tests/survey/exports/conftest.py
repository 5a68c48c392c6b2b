"""A small KoboToolbox workbook and a small ODK Central archive that tests may change before they are read."""

import csv
import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from survey.exports import read_export

ROOT = Path(__file__).parents[3]
DISTRICT = ROOT / "survey" / "examples" / "wave_2026" / "kobo" / "kobo_xml_691.xlsx"
CENTRAL = ROOT / "tests" / "data" / "wave_2026" / "central_split_select_multiples.zip"
SUBMISSIONS = 30


@pytest.fixture(scope="session")
def district_rows():
    """Rows of the first submissions of a district: sheet name -> rows, the header first."""
    book = CalamineWorkbook.from_path(str(DISTRICT))
    main_name, member_name = book.sheet_names
    main = book.get_sheet_by_name(main_name).to_python()[: SUBMISSIONS + 1]
    header, *members = book.get_sheet_by_name(member_name).to_python()
    known = {row[main[0].index("_uuid")] for row in main[1:]}
    place = header.index("_submission__uuid")
    return {main_name: main, member_name: [header, *[row for row in members if row[place] in known]]}


@pytest.fixture
def kobo(district_rows):
    """A fresh copy of the rows, to be changed by the test."""
    return {name: [list(row) for row in rows] for name, rows in district_rows.items()}


@pytest.fixture
def write_workbook(tmp_path):
    """Write sheets of rows as ``export.xlsx``; cells keep their types."""
    return lambda sheets, name="export.xlsx": put_workbook(tmp_path / name, sheets)


@pytest.fixture(scope="session")
def central_rows():
    """Rows of the first submissions of an ODK Central archive: CSV name -> rows."""
    with zipfile.ZipFile(CENTRAL) as archive:
        tables = {
            name: list(csv.reader(io.StringIO(archive.read(name).decode("utf-8"), newline="")))
            for name in archive.namelist()
        }
    main = tables["digiskill_hh.csv"][: SUBMISSIONS + 1]
    header, *members = tables["digiskill_hh-member.csv"]
    known = {row[main[0].index("KEY")] for row in main[1:]}
    kept = [row for row in members if row[header.index("PARENT_KEY")] in known]
    return {"digiskill_hh.csv": main, "digiskill_hh-member.csv": [header, *kept]}


@pytest.fixture
def central(central_rows):
    """A fresh copy of the rows, to be changed by the test."""
    return {name: [list(row) for row in rows] for name, rows in central_rows.items()}


@pytest.fixture
def write_archive(tmp_path):
    """Write CSV tables, and other entries as they are, into ``export.zip``."""
    return lambda tables, others=None: put_archive(tmp_path / "export.zip", tables, others)


@pytest.fixture(scope="session")
def small_workbook(district_rows, tmp_path_factory):
    return put_workbook(tmp_path_factory.mktemp("small") / "small.xlsx", district_rows)


@pytest.fixture(scope="session")
def small_export(small_workbook, instrument):
    """The small workbook, read."""
    return read_export(small_workbook, instrument)


@pytest.fixture(scope="session")
def small_archive(central_rows, instrument, tmp_path_factory):
    """The small archive, read."""
    return read_export(put_archive(tmp_path_factory.mktemp("small") / "small.zip", central_rows), instrument)


def put_workbook(path, sheets):
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "yyyy-mm-dd hh:mm:ss",
    }
    with xlsxwriter.Workbook(path, options) as workbook:
        for title, rows in sheets.items():
            sheet = workbook.add_worksheet(title)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def put_archive(path, tables, others=None):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for title, rows in tables.items():
            text = io.StringIO(newline="")
            csv.writer(text, lineterminator="\n").writerows(rows)
            archive.writestr(title, text.getvalue())
        for title, content in (others or {}).items():
            archive.writestr(title, content)
    return path
