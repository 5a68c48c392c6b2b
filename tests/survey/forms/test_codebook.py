"""The codebook: every variable once, in three formats that say the same, and no cell that computes."""

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest

from survey.forms.codebook import codebook, codebook_csv, write_codebook
from survey.instrument import Choice, Instrument, Question, load_instrument

ROOT = Path(__file__).parents[3]
OURS = load_instrument(ROOT / "questionnaires" / "digiskill_hh.md")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_codebook(codebook(OURS), tmp_path_factory.mktemp("codebook"), "ours")


def test_three_files_say_the_same(written):
    workbook, table, record = written
    sheet = openpyxl.load_workbook(workbook)["variables"]
    rows = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    lines = list(csv.reader(io.StringIO(table.read_text(encoding="utf-8-sig"), newline="")))
    about = json.loads(record.read_text(encoding="utf-8"))
    assert [row[0] for row in rows] == [line[0] for line in lines]
    assert [one["variable"] for one in about["variables"]] == [question.name for question in OURS.questions]
    assert rows == lines


def test_a_variable_is_told_with_codes_skip_and_type_elsewhere(written):
    about = json.loads(written[2].read_text(encoding="utf-8"))
    freq = next(one for one in about["variables"] if one["variable"] == "d3_freq")
    assert freq["asked_if_vi"].endswith("và câu d2_net là “Trong 3 tháng qua”")
    assert freq["relevance"].endswith("(${d2_net} = 1)")
    assert (freq["required"], freq["personal"], freq["table"]) == ("yes", "no", "main")
    assert (freq["survey_solutions"], freq["cspro"]) == (
        "Categorical, single-select", "Numeric, radio button",
    )  # fmt: skip
    assert [code["code"] for code in freq["codes"]] == [c.name for c in OURS.choices["freq"]]
    named = {one["variable"]: one for one in about["variables"]}
    assert named["m_name"]["personal"] == "yes"
    assert named["hh_id"]["role"] == "household"


def test_the_same_form_gives_the_same_bytes(written, tmp_path):
    again = write_codebook(codebook(OURS), tmp_path, "ours")
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in written]


def test_no_text_becomes_a_formula(tmp_path):
    label = '=HYPERLINK("http://a.vn","x")'
    question = Question("a", (), "select_one", "l", {"vi": label}, constraint="-1 < .")
    form = Instrument("f", "1", "@t", "vi", ("vi",), (question,), {"l": (Choice("-1", {"vi": "+1"}),)}, ())
    book = codebook(form)
    line = next(csv.reader(codebook_csv(book).splitlines()[1:]))
    assert "'" + label in line
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in line)
    path = write_codebook(book, tmp_path, "f")[0]
    cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    assert label in {cell.value for cell in cells}
