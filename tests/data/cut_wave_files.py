"""Cut small label, CSV and SPSS exports out of the province-wide files of the simulated wave.

Run as ``python tests/data/cut_wave_files.py FOLDER`` where FOLDER holds ``kobo_label_vi_groups.xlsx``,
``kobo_xml.csv`` and ``digiskill_hh.sav``; the first submissions and their members, and of the SPSS file the
submissions of one district, are written beside this script.
"""

import sys
from pathlib import Path

import pyreadstat
import xlsxwriter
from python_calamine import CalamineWorkbook

SUBMISSIONS = 25
PARENT_INDEX = "_parent_index"
SPSS_DISTRICT = "691"


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


if __name__ == "__main__":
    folder, here = Path(sys.argv[1]), Path(__file__).parent / "wave_2026"
    cut_workbook(folder / "kobo_label_vi_groups.xlsx", here / "kobo_label_vi_groups.xlsx")
    cut_csv(folder / "kobo_xml.csv", here / "kobo_xml.csv")
    cut_sav(folder / "digiskill_hh.sav", here / f"digiskill_hh_{SPSS_DISTRICT}.sav")
