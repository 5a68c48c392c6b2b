"""The Excel template: what it asks for, how it helps, and that a filled one is an upload like any other."""

from pathlib import Path

import openpyxl
import pytest

from survey.exports import read_export
from survey.forms.template import CODES, GUIDE, KEY, MAIN, template_columns, write_template
from survey.harmonise import harmonise
from survey.instrument import load_instrument

ROOT = Path(__file__).parents[3]
OURS = load_instrument(ROOT / "questionnaires" / "digiskill_hh.md")
STALLS = load_instrument(ROOT / "tests" / "data" / "form" / "market_stalls.md")


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "template.xlsx"
    write_template(STALLS, path)
    return path


def test_there_is_a_sheet_a_level_with_a_column_a_question(template):
    book = openpyxl.load_workbook(template)
    assert book.sheetnames == [MAIN, "seller", GUIDE, CODES]
    headers = {name: [cell.value for cell in book[name][1]] for name in (MAIN, "seller")}
    assert headers == {
        MAIN: [KEY, "market", "stall_no", "qr", "banks", "share"],
        "seller": [KEY, "seller_sex", "seller_age"],
    }


def test_personal_questions_have_no_column():
    named = {question.name for repeat in ("", *OURS.repeats) for question in template_columns(OURS, repeat)}
    assert named.isdisjoint(OURS.personal())
    assert "owner_name" not in {question.name for question in template_columns(STALLS)}


def test_what_the_conditions_read_has_a_column_even_if_a_tablet_computes_it():
    named = {question.name for question in template_columns(OURS)}
    assert {"met", "ok_resp", "n_eligible", "resp_line", "hh_id"} <= named
    assert named.isdisjoint({"p_owner", "max_draw", "n_visits", "ea_commune_name"})


def test_lists_and_numbers_are_checked_while_typing(template):
    book = openpyxl.load_workbook(template)
    checks = {str(check.sqref): check for check in book[MAIN].data_validations.dataValidation}
    qr, share = checks["D2:D5001"], checks["F2:F5001"]
    assert (qr.type, qr.prompt) == ("list", "Sạp có nhận tiền qua mã QR không?\nco = Có\nkhong = Không")
    listed = qr.formula1.lstrip("=").replace("$", "").partition("!")
    assert listed[0] == CODES
    assert [cell.value for (cell,) in book[CODES][listed[2]]] == ["co", "khong"]
    assert share.type == "whole"


def test_the_guide_speaks_both_languages_and_says_who_is_asked(tmp_path):
    path = tmp_path / "ours.xlsx"
    write_template(OURS, path)
    rows = {row[1]: row for row in openpyxl.load_workbook(path)[GUIDE].iter_rows(values_only=True)}
    assert rows["d3_freq"][2].startswith("Trong 3 tháng qua")
    assert rows["d3_freq"][3].startswith("In the last 3 months")
    assert "câu d2_net là “Trong 3 tháng qua”" in rows["d3_freq"][5]


def test_the_same_form_gives_the_same_bytes(template, tmp_path):
    again = tmp_path / "again.xlsx"
    write_template(STALLS, again)
    assert again.read_bytes() == template.read_bytes()


def test_a_filled_template_is_an_upload(template):
    book = openpyxl.load_workbook(template)
    for row in (
        ("h1", "dx", 11, "co", "a v", 40),
        ("h2", "bl", 12, "khong"),
        ("h3", "bl", 13, "co", None, 5),
    ):
        book[MAIN].append(row)
    for row in (("h1", "nu", 35), ("h3", "nam", 29), ("h1", "nam", 41)):
        book["seller"].append(row)
    book.save(template)
    microdata = harmonise(read_export(template, STALLS), STALLS)
    households = microdata.households
    assert list(households["qr"]) == ["co", "khong", "co"]
    assert list(households["banks"].fillna("")) == ["a v", "", ""]
    assert list(microdata.household_states["banks"]) == [2, 0, 1]
    assert list(households["share"].fillna("")) == ["40", "", "5"]
    members = microdata.members.merge(households["stall_no"], left_on="key", right_index=True)
    assert sorted(zip(members["stall_no"], members["seller_age"], strict=True)) == [
        ("11", "35"), ("11", "41"), ("13", "29"),
    ]  # fmt: skip
