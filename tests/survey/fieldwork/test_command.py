"""``kynangso fieldwork``: what it says, its JSON, its files, and its refusals."""

import io
import json

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from survey import places
from survey.__main__ import app
from survey.commands.fieldwork_files import write_csvs
from survey.commands.fieldwork_tables import tables_of
from survey.commands.fieldwork_words import FLAGS, HEADINGS
from survey.fieldwork.interviewers import CASES
from survey.fieldwork.patterns import PATTERNS


@pytest.fixture(scope="module")
def run(example_store):
    def said(*words):
        return CliRunner().invoke(
            app, ["--store", str(example_store.root), "fieldwork", *map(str, words)],
            catch_exceptions=False, env={"COLUMNS": "260"},
        )  # fmt: skip

    return said


def test_the_top_line_in_both_languages(run):
    told = run("--wave", "2026")
    assert told.exit_code == 0
    assert (
        "Đã giao 1.853 hộ, nhận 1.855 phiếu; 1.508 phỏng vấn dùng được ở 129/130 địa bàn. "
        "Tỷ lệ trả lời RR1: 83,1% không quyền số, 84,4% có quyền số."
    ) in told.stdout
    assert "Huyện Bù Gia Mập" in told.stdout
    assert "lý do cần xem không phải là kết luận" in told.stdout
    english = run("--wave", "2026", "--language", "en", "--by", "residence").stdout
    assert "Response rate RR1: 83.1% unweighted, 84.4% weighted." in english
    assert "Rural" in english
    assert "a reason to look is no verdict" in english


def test_json_holds_the_tables_and_the_findings(run):
    told = json.loads(run("--wave", "2026", "--json", "--by", "interviewer").stdout)
    assert (told["issued"], told["submissions"], told["interviews"]) == (1853, 1855, 1508)
    assert {row["breakdown"] for row in told["rates"]} == {"province", "originals", "interviewer"}
    assert (len(told["completion"]), len(told["interviewers"])) == (130, 29)
    assert told["selection"]["other_respondent"] == 5
    assert told["selection"]["suspect"] is False
    codes = [one["code"] for one in told["findings"]]
    assert {code: codes.count(code) for code in set(codes)} == {
        "fieldwork_copy_dropped": 5, "fieldwork_wrong_respondent": 5, "fieldwork_rejected": 4,
        "fieldwork_no_submission": 3, "fieldwork_area_empty": 1,
    }  # fmt: skip


def test_files_hold_every_table(run, found, tmp_path):
    folder, book, findings = tmp_path / "new", tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    told = run("--wave", "2026", "--csv", folder, "--xlsx", book, "--findings", findings)
    assert told.exit_code == 0
    written = sorted(path.name for path in folder.iterdir())
    assert written == sorted(f"fieldwork_2026_{name}.csv" for name in found.tables())
    rates = pd.read_csv(folder / "fieldwork_2026_rates.csv", encoding="utf-8-sig", dtype={"unit": "str"})
    assert rates["RR1"].to_numpy() == pytest.approx(found.rates["RR1"].to_numpy(), nan_ok=True)
    sheets = openpyxl.load_workbook(book)
    assert [sheet.max_row - 1 for sheet in sheets] == [len(table) for table in found.tables().values()]
    assert sheets["Sample list"]["A1"].value == "Địa bàn\nArea"
    listed = openpyxl.load_workbook(io.BytesIO(findings.read_bytes())).worksheets[0]
    assert listed.max_row - 1 == len(found.findings) == 18


def test_a_code_that_a_spreadsheet_would_compute_is_disarmed(tmp_path):
    table = pd.DataFrame({"interviewer": ["=1+1", "BP001"], "n": [-1, 2]})
    (path,) = write_csvs({"a": table}, tmp_path, wave="w")
    assert path.read_text(encoding="utf-8-sig").splitlines() == ["interviewer,n", "'=1+1,-1", "BP001,2"]


def test_a_wave_without_uploads_is_refused_in_words(tmp_path):
    samples = places.example_wave()
    store = ["--store", str(tmp_path / "store")]
    announced = CliRunner().invoke(
        app,
        [*store, "wave", "add", "2027", "--form", "digiskill_hh",
         "--sample-eas", str(samples / "sample_eas.csv"),
         "--sample-households", str(samples / "sample_households.csv")],
    )  # fmt: skip
    assert announced.exit_code == 0
    told = CliRunner().invoke(app, [*store, "fieldwork", "--wave", "2027"])
    assert told.exit_code == 1
    assert "Đợt 2027 chưa có tệp dữ liệu nào" in told.stderr


def test_every_flag_and_every_column_has_its_words(found):
    assert set(FLAGS) == {*CASES, *PATTERNS}
    statistics = {"e", "RR1", "RR2", "RR3", "RR4", "RR5", "RR6", "COOP1", "COOP2", "REF1", "CON1", "df", "p"}
    columns = {str(column) for table in found.tables().values() for column in table}
    assert columns - set(HEADINGS) <= statistics
    assert all(words.vi != words.en for words in (*HEADINGS.values(), *FLAGS.values()))


def test_nothing_to_tell_is_no_table(found):
    assert [table.row_count for table in tables_of(found, "district", "vi")] == [12, 25, 29, 16, 5]
