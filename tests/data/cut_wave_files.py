"""Cut small label, CSV and SPSS exports out of the province-wide files of the simulated wave.

Run as ``python tests/data/cut_wave_files.py FOLDER`` where FOLDER holds ``kobo_label_vi_groups.xlsx``,
``kobo_xml.csv``, ``digiskill_hh.sav`` and the archives of Survey Solutions. Of the first two the first
submissions and their members are written beside this script, of the others the interviews of one or two
districts.
"""

import csv
import io
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pyreadstat
import xlsxwriter
from python_calamine import CalamineWorkbook

SUBMISSIONS = 25
PARENT_INDEX = "_parent_index"
SPSS_DISTRICT = "691"
DISTRICTS = ("691", "698")
ARCHIVES = ("digiskill_hh_1_Tabular_All.zip", "digiskill_hh_1_STATA_All.zip")
DISTRICT, INTERVIEW = "ea_district_code", "interview__id"
# The same bytes whenever the script runs.
STAMP = (2026, 11, 23, 20, 26, 0)


def cut_workbook(source: Path, target: Path) -> None:
    """Keep the first submissions of every sheet, and the members that belong to them."""
    book = CalamineWorkbook.from_path(str(source))
    with xlsxwriter.Workbook(target, {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        for name in book.sheet_names:
            header, *rows = book.get_sheet_by_name(name).to_python()
            if PARENT_INDEX in header:
                place = header.index(PARENT_INDEX)
                rows = [row for row in rows if float(row[place]) <= SUBMISSIONS]
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate([header, *rows[: SUBMISSIONS * 12]]):
                if number > SUBMISSIONS and PARENT_INDEX not in header:
                    break
                sheet.write_row(number, 0, row)


def cut_csv(source: Path, target: Path) -> None:
    """Keep the header and the first lines."""
    lines = source.read_bytes().split(b"\r\n")[: SUBMISSIONS + 1]
    target.write_bytes(b"\r\n".join(lines) + b"\r\n")


def cut_sav(source: Path, target: Path) -> None:
    """Keep the submissions of one district, every label, and what is declared to be missing."""
    frame, about = pyreadstat.read_sav(source, user_missing=True)
    pyreadstat.write_sav(
        frame[frame["ea_district_code"] == SPSS_DISTRICT].reset_index(drop=True),
        target,
        column_labels=about.column_names_to_labels,
        variable_value_labels=about.variable_value_labels,
        missing_ranges=about.missing_ranges,
        variable_format=about.original_variable_types,
        row_compress=True,
    )


def cut_archive(source: Path, target: Path) -> None:
    """Keep the interviews of some districts in every file of an archive of Survey Solutions."""
    kept: set[str] = set()
    with zipfile.ZipFile(source) as whole, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as cut:
        for name in whole.namelist():
            content = whole.read(name)
            if name.endswith(".tab"):
                content = cut_tab(content, kept)
            elif name.endswith(".dta"):
                content = cut_dta(content, kept)
            cut.writestr(zipfile.ZipInfo(name, STAMP), content, zipfile.ZIP_DEFLATED)


def cut_tab(content: bytes, kept: set[str]) -> bytes:
    """Keep lines; the main file, which comes first, says which interviews are `kept`."""
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter="\t")
    kept |= of_districts(header, rows)
    place = header.index(INTERVIEW)
    text = io.StringIO(newline="")
    csv.writer(text, delimiter="\t", lineterminator="\r\n").writerows(
        [header, *(row for row in rows if row[place] in kept)]
    )
    return text.getvalue().encode("utf-8-sig")


def cut_dta(content: bytes, kept: set[str]) -> bytes:
    """Keep rows of a Stata file, its labels and its lettered missing values."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.dta"
        path.write_bytes(content)
        frame, about = pyreadstat.read_dta(path, user_missing=True, disable_datetime_conversion=True)
        kept |= of_districts(list(frame), frame.to_numpy().tolist())
        lettered = {name: letters for name, letters in about.missing_user_values.items() if letters}
        rows = frame[frame[INTERVIEW].isin(kept)].reset_index(drop=True)
        pyreadstat.write_dta(
            rows.astype(dict.fromkeys(lettered, object)),
            path,
            version=14,
            column_labels=about.column_names_to_labels,
            variable_value_labels=about.variable_value_labels,
            missing_user_values=lettered,
            variable_format=about.original_variable_types,
        )
        return path.read_bytes()


def of_districts(header: Sequence[str], rows: Sequence[Sequence[object]]) -> set[str]:
    """Name the interviews of the districts that are kept, where a table tells the district."""
    if DISTRICT not in header:
        return set()
    district, interview = header.index(DISTRICT), header.index(INTERVIEW)
    return {str(row[interview]) for row in rows if str(row[district]).removesuffix(".0") in DISTRICTS}


if __name__ == "__main__":
    folder, here = Path(sys.argv[1]), Path(__file__).parent / "wave_2026"
    cut_workbook(folder / "kobo_label_vi_groups.xlsx", here / "kobo_label_vi_groups.xlsx")
    cut_csv(folder / "kobo_xml.csv", here / "kobo_xml.csv")
    cut_sav(folder / "digiskill_hh.sav", here / f"digiskill_hh_{SPSS_DISTRICT}.sav")
    for archive in ARCHIVES:
        cut_archive(folder / archive, here / archive)
