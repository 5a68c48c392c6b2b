import datetime as dt

import pytest

from survey.exports.cells import Unreadable, cell_text, read_csv, table_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (-98.0, "-98"),
        (0.5584679396645345, "0.5584679396645345"),
        (7, "7"),
        (True, "1"),
        (None, ""),
        ("", ""),
        ("00601", "00601"),
        ("Phu\u031bo\u031b\u0300ng", "Phường"),
        (dt.datetime.fromisoformat("2026-10-06T07:30:00.936"), "2026-10-06T07:30:00.936000"),
        (dt.date(2026, 10, 6), "2026-10-06"),
    ],
)
def test_every_cell_becomes_text(value, text):
    assert cell_text(value) == text


def test_codes_that_look_like_missing_values_stay():
    table = read_csv("a", "mã,tên\nNA,None\n00601,null\n".encode())
    assert table.columns == [["NA", "00601"], ["None", "null"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_read_from_the_header(delimiter):
    content = delimiter.join(["a", "b", "c"]) + "\n" + delimiter.join(["1", "", "3"]) + "\n"
    assert read_csv("a", content.encode()).columns == [["1"], [""], ["3"]]


def test_a_byte_order_mark_is_no_part_of_the_first_header():
    assert read_csv("a", "KEY,x\n1,2\n".encode("utf-8-sig")).headers == ("KEY", "x")


def test_a_short_line_is_filled_and_a_value_beyond_the_header_is_marked():
    table = table_of("a", [["x", "y"], ["1"], ["1", "2", "3"]])
    assert table.columns == [["1", "1"], ["", "2"]]
    assert table.stray == 3


def test_a_value_under_an_empty_header_is_marked():
    assert table_of("a", [["x", "", "z"], ["1", "", "3"], ["1", "2", "3"]]).stray == 3


def test_repeated_and_reserved_headers_are_told_apart():
    assert table_of("a", [["x", "x", "#row"], ["1", "2", "3"]]).headers == ("x", "x [2]", "#row [2]")


def test_too_much_text_is_refused(monkeypatch):
    monkeypatch.setattr("survey.exports.cells.LARGEST_TEXT", 10)
    with pytest.raises(Unreadable, match="text_too_long"):
        table_of("a", [["x"], ["12345"], ["123456"]])


def test_too_many_columns_are_refused(monkeypatch):
    monkeypatch.setattr("survey.exports.cells.MOST_COLUMNS", 2)
    with pytest.raises(Unreadable, match="columns_too_many"):
        table_of("a", [["x", "y", "z"]])


def test_an_open_quote_is_damage():
    with pytest.raises(Unreadable, match="file_damaged"):
        read_csv("a", b'x,y\n1,"2\n')
