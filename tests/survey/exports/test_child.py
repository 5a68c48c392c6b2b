"""The process that reads uploads: what it loads, and that the limits of the parent are its own."""

import subprocess
import sys

import pytest
import xlsxwriter

from survey.exports import read_export
from survey.exports.cells import read_workbook
from survey.messages import Refusal
from survey.sandbox import MIB, Limits

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="address space is limited on Linux")


def test_the_reader_starts_without_the_libraries_of_the_parent():
    """They take a fifth of its address space, which a large workbook needs, and half of its start."""
    strange = {"numpy", "pandas", "pyarrow", "pyreadstat"}
    loaded = f"import sys, survey.exports.child; print(sorted({strange} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_sheet_that_begins_in_a_later_column_keeps_its_places(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("hộ")
        sheet.write_row(0, 2, ["x", "y"])
        sheet.write_row(3, 2, ["1", "2"])
    (table,) = read_workbook(tmp_path / "a.xlsx")
    assert (table.headers, table.rows, table.columns) == (("", "", "x", "y"), [4], [[""], [""], ["1"], ["2"]])


@LINUX
@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(), "layout_unknown"),
        (Limits(memory=160 * MIB), "file_memory"),
        (Limits(seconds=0.02, patience=1.0), "file_slow"),
    ],
)
def test_the_limits_that_are_passed_to_read_export_are_those_of_the_child(limits, code, instrument, tmp_path):
    """Ten megabytes of text take some two hundred to read: allowed by default, and not by these limits."""
    path = tmp_path / "long.csv"
    path.write_bytes(b"a;b\n" * 2_500_000)
    with pytest.raises(Refusal) as refusal:
        read_export(path, instrument, limits=limits)
    assert refusal.value.findings[0].code == code
