import datetime as dt
import hashlib
import json
import unicodedata

import pytest

from survey.exports import read_export
from survey.exports.personal import is_tool_mark
from survey.messages import Refusal

PERSONAL = ("m_name", "name_sel", "resp_name", "h3_phone", "gps")


def test_an_export_knows_its_source_its_bytes_and_its_tables(kobo, write_workbook, instrument):
    path = write_workbook(kobo)
    export = read_export(path, instrument, name="C:\\Users\\An\\huyện 691.xlsx")
    assert export.source == "kobotoolbox"
    assert export.file == "huyện 691.xlsx"
    assert export.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert export.rosters == {"member": "member"}
    assert len(export.tables[export.main]) == 30


def test_cells_are_text_and_the_index_is_the_row_that_excel_shows(small_export):
    main = small_export.tables[small_export.main]
    assert list(main.index[:3]) == [2, 3, 4]
    assert set(main.dtypes.astype(str)) == {"str"}
    assert not main.isna().any(axis=None)
    assert main["_id"].str.fullmatch(r"\d+").all()


def test_personal_columns_and_tool_marks_never_leave_the_child(small_export, district_rows):
    kept = [header for table in small_export.tables.values() for header in table.columns]
    assert not [header for header in kept if is_tool_mark(header)]
    assert not [header for header in kept if header.rsplit("/", 1)[-1] in PERSONAL or "_gps_" in header]
    header, *rows = district_rows["member"]
    names = {row[header.index("b/member/m_name")] for row in rows}
    cells = {cell for table in small_export.tables.values() for column in table for cell in table[column]}
    assert names
    assert not names & cells


def test_withheld_columns_are_listed(small_export):
    assert {"b/resp_name", "h/h3_phone", "gps", "b/member/m_name", "_submitted_by"} <= set(
        small_export.withheld
    )


def test_the_interviewers_code_is_kept(small_export):
    assert "cover/interviewer_id" in small_export.tables[small_export.main]


def test_numbers_and_dates_of_a_typed_workbook_become_text(kobo, write_workbook, instrument):
    name = next(iter(kobo))
    header, *rows = kobo[name]
    age, start = header.index("c/c0_age"), header.index("start")
    for row in rows:
        row[age] = float(row[age]) if row[age] else ""
        row[start] = dt.datetime.fromisoformat(row[start]).replace(tzinfo=None)
    table = read_export(write_workbook(kobo), instrument).tables[name]
    assert set(table["c/c0_age"]) <= {"", *map(str, range(15, 116))}
    assert table["start"].str.fullmatch(r"2026-10-\d\dT\d\d:\d\d:\d\d(\.\d+)?").all()


def test_decomposed_vietnamese_is_composed(kobo, write_workbook, instrument):
    name = next(iter(kobo))
    header, *rows = kobo[name]
    place = header.index("cover/ea_commune_name")
    expected = [row[place] for row in rows]
    for row in rows:
        row[place] = unicodedata.normalize("NFD", row[place])
    assert (
        list(read_export(write_workbook(kobo), instrument).tables[name]["cover/ea_commune_name"]) == expected
    )


def test_an_hxl_row_is_no_submission(kobo, write_workbook, instrument):
    name = next(iter(kobo))
    kobo[name].insert(1, ["#date", "", "#meta"] + [""] * (len(kobo[name][0]) - 3))
    table = read_export(write_workbook(kobo), instrument).tables[name]
    assert len(table) == 30
    assert table.index[0] == 3


def test_an_empty_row_keeps_the_row_numbers_after_it(kobo, write_workbook, instrument):
    name = next(iter(kobo))
    kobo[name].insert(3, [""] * len(kobo[name][0]))
    table = read_export(write_workbook(kobo), instrument).tables[name]
    assert list(table.index[:4]) == [2, 3, 5, 6]


def test_a_repeated_header_keeps_both_columns(kobo, write_workbook, instrument):
    name = next(iter(kobo))
    for row in kobo[name]:
        row.append(row[0])
    table = read_export(write_workbook(kobo), instrument).tables[name]
    assert (table["start"] == table["start [2]"]).all()


def test_a_column_that_looks_personal_is_withheld_though_the_form_does_not_know_it(
    kobo, write_workbook, instrument
):
    name = next(iter(kobo))
    additions = {
        "Số CCCD": "079203001234",
        "liên hệ": "0912345678",
        "Họ tên": "Nguyễn Văn A",
        "điểm": "7",
    }
    for title, value in additions.items():
        kobo[name][0].append(title)
        for row in kobo[name][1:]:
            row.append(value)
    export = read_export(write_workbook(kobo), instrument)
    assert {"Số CCCD", "liên hệ", "Họ tên"} <= set(export.withheld)
    assert "điểm" in export.tables[name]


def test_a_sheet_that_is_not_part_of_the_form_is_named(kobo, write_workbook, instrument):
    kobo["Ghi chú"] = [["việc", "ngày"], ["gọi lại hộ 5", "mai"]]
    export = read_export(write_workbook(kobo), instrument)
    assert export.ignored == ("Ghi chú",)
    assert "Ghi chú" not in export.tables


def test_central_archives_are_read_with_folders_attachments_and_audit(central, write_archive, instrument):
    others = {
        "media/anh.jpg": b"\xff\xd8",
        "digiskill_hh - audit.csv": b"event,node\n",
        "__MACOSX/._digiskill_hh.csv": b"\x00\x05",
    }
    export = read_export(write_archive(central, others), instrument)
    assert export.source == "odk_central"
    assert (export.main, export.rosters) == ("digiskill_hh", {"member": "digiskill_hh-member"})
    assert export.ignored == ()
    assert {"meta-instanceName", "SubmitterName", "z-gps-Latitude", "m_name"} <= set(export.withheld)


def test_the_answer_of_the_child_is_not_trusted(kobo, write_workbook, instrument, monkeypatch):
    def lying_child(module, arguments, *, folder, limits):
        (folder / "answer.json").write_text(json.dumps({"source": "kobotoolbox"}) + " " * 2_000_000)
        return "finished"

    monkeypatch.setattr("survey.exports.run_limited", lying_child)
    with pytest.raises(Refusal) as refused:
        read_export(write_workbook(kobo), instrument)
    assert refused.value.findings[0].code == "file_damaged"
