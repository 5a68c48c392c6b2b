"""Tables of somebody's own making with the questions of the form at their heads: every trap, one test."""

import csv
import io
import unicodedata

import pandas as pd
import pytest

from survey.exports import read_export
from survey.exports.cells import Unreadable, table_of
from survey.exports.plain import submissions
from survey.exports.recognition import recognise
from survey.harmonise import harmonise
from survey.instrument import load_instrument
from survey.messages import Refusal, message

CALCULATED = {"p_owner", "p_contact", "p_keep_months", "max_draw", "today"}
TONES = "\u0300\u0301\u0303\u0309\u0323"
SINGLE = bytes(range(1, 256)).decode("cp1258", errors="ignore")
DATES = ("v1_date", "v2_date", "v3_date")
FORM = """
| survey |
| | type | name | label::Tiếng Việt (vi) | relevant |
| | text | household | Mã hộ | |
| | date | visited | Ngày đến | |
| | decimal | income | Thu nhập | |
| | integer | people | Số người | |
| | select_one yn | net | Có mạng không? | |
| | select_multiple dev | devices | Thiết bị | ${net} = 1 |
| | text | note | Ghi chú | |
| choices |
| | list_name | name | label::Tiếng Việt (vi) |
| | yn | 1 | Có |
| | yn | 2 | Không |
| | dev | 1 | Điện thoại |
| | dev | 2 | Máy tính |
| | dev | 99 | Từ chối |
| settings |
| | form_title | form_id | version | default_language |
| | Bảng | plain | 2026100101 | Tiếng Việt (vi) |
"""
HEADER = ("key", "household", "visited", "income", "people", "net", "devices", "note")


@pytest.fixture(scope="module")
def form(tmp_path_factory):
    path = tmp_path_factory.mktemp("form") / "form.md"
    path.write_text(FORM, encoding="utf-8")
    return load_instrument(path)


@pytest.fixture(scope="module")
def expected(small_export, instrument):
    """The thirty interviews as KoboToolbox has them."""
    return harmonise(small_export, instrument)


@pytest.fixture
def rows(expected):
    """The same as somebody would put them into a table of his own: names of the form, a key, no roster."""
    main = expected.households.drop(columns=[*CALCULATED, "source", "started", "ended", "row"]).fillna("")
    main = main.rename(columns={"submitted": "submitted_utc"})
    return [
        ["key", *main.columns],
        *([key, *cells] for key, cells in zip(main.index, main.to_numpy().tolist(), strict=True)),
    ]


@pytest.fixture
def write_text(tmp_path):
    def write(rows, *, name="bang.csv", delimiter=",", encoding="utf-8"):
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
        (tmp_path / name).write_bytes(encoded(text.getvalue(), encoding))
        return tmp_path / name

    return write


def encoded(text, encoding):
    """Windows-1258 has no letter for every vowel with its tone: the tone follows by itself."""
    if encoding != "cp1258":
        return text.encode(encoding)
    pieces = []
    for letter in text:
        marks = unicodedata.normalize("NFD", letter)
        tone = "".join(mark for mark in marks if mark in TONES)
        whole = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES))
        pieces.append(
            letter.encode("cp1258") if letter in SINGLE else whole.encode("cp1258") + tone.encode("cp1258")
        )
    return b"".join(pieces)


def assert_same(found, expected, instrument):
    """Every cell that the table holds is the cell of the KoboToolbox file, in the same state."""
    names = [q.name for q in instrument.level() if q.name in found.households and q.name not in CALCULATED]
    assert len(names) > 90
    for ours, theirs in (
        (found.households[names], expected.households[names]),
        (found.household_states[names], expected.household_states[names]),
        (found.households[["review", "submitted"]], expected.households[["review", "submitted"]]),
    ):
        pd.testing.assert_frame_equal(ours.sort_index(), theirs.sort_index())


@pytest.mark.parametrize(
    ("name", "delimiter", "encoding"),
    [
        ("bang.csv", ",", "utf-8"),
        ("bang.csv", ";", "utf-8-sig"),
        ("bang.tsv", "\t", "utf-8"),
        ("bang.txt", "\t", "utf-16"),
        ("bang.csv", ";", "utf-16-le"),
        ("bang.csv", ";", "cp1258"),
    ],
)
def test_a_table_in_any_encoding_and_with_any_delimiter(
    rows, write_text, expected, instrument, name, delimiter, encoding
):
    export = read_export(write_text(rows, name=name, delimiter=delimiter, encoding=encoding), instrument)
    assert (export.source, export.rosters) == ("table", {})
    assert export.scores["table"] > 0.9
    found = harmonise(export, instrument)
    assert_same(found, expected, instrument)
    assert {f.code for f in found.findings} == {"calculations_missing", "roster_not_in_file"}


def test_an_excel_table_with_day_first_dates_codes_as_numbers_and_nothing_for_nothing(
    rows, write_workbook, expected, instrument
):
    header = rows[0]
    for row in rows[1:]:
        for name in DATES:
            year, _, rest = row[header.index(name)].partition("-")
            row[header.index(name)] = f"{rest[3:]}/{rest[:2]}/{year}" if year else None
        row[:] = [float(cell) if cell and cell.isdecimal() and len(cell) < 5 else cell for cell in row]
    found = harmonise(read_export(write_workbook({"Sheet1": rows}), instrument), instrument)
    assert_same(found, expected, instrument)
    told = {f.code: f for f in found.findings}
    assert "v1_date (" in told["dates_day_first"].sentence("vi")


def test_labels_for_names_and_for_answers(rows, write_workbook, expected, instrument):
    header = rows[0]
    for place, name in enumerate(header):
        question = next((q for q in instrument.level() if q.name == name), None)
        codes = {c.name: c.labels["vi"] for c in instrument.codes(question)} if question else {}
        for row in rows[1:]:
            row[place] = (
                " ".join(codes.get(code, code) for code in row[place].split()) if codes else row[place]
            )
        header[place] = question.labels.get("vi") or name if question else name
    found = harmonise(read_export(write_workbook({"Bảng": rows}), instrument), instrument)
    assert_same(found, expected, instrument)


def test_a_roster_on_a_sheet_of_its_own_and_one_spread_wide(rows, write_workbook, expected, instrument):
    members = expected.members.drop(columns=["position", "row"]).fillna("")
    sheet = [list(members.columns), *reversed(members.to_numpy().tolist())]
    of_sheet = harmonise(read_export(write_workbook({"Hộ": rows, "Người": sheet}), instrument), instrument)
    wide = [list(row) for row in rows]
    for line in range(1, 1 + int(expected.members["position"].max())):
        own = expected.members[expected.members["position"] == line].set_index("key").fillna("")
        for name in own.columns.drop(["position", "row"]):
            wide[0].append(f"{name}{line}")
            for row in wide[1:]:
                row.append(own[name].get(row[0], ""))
    spread = harmonise(read_export(write_workbook({"Hộ": wide}, "wide.xlsx"), instrument), instrument)
    for found in (of_sheet, spread):
        assert_same(found, expected, instrument)
        order = ["key", "position"]
        ours, theirs = (
            m.members.sort_values(order, ignore_index=True).drop(columns="row") for m in (found, expected)
        )
        pd.testing.assert_frame_equal(ours[theirs.columns], theirs)
        assert "roster_not_in_file" not in {f.code for f in found.findings}


def test_a_word_for_nothing_in_a_roster_spread_wide_makes_no_member(rows, write_text, expected, instrument):
    first = expected.members[expected.members["position"] == 1].set_index("key")["m_age"]
    rows[0] += ["m_age_1", "m_age_2"]
    for row in rows[1:]:
        row += [first.get(row[0], "NA"), "NA"]
    found = harmonise(read_export(write_text(rows), instrument), instrument)
    assert found.members.set_index("key")["m_age"].sort_index().to_dict() == first.sort_index().to_dict()


def test_a_table_without_the_roster_and_without_what_it_tells_is_refused(rows, write_text, instrument):
    place = rows[0].index("n_eligible")
    path = write_text([row[:place] + row[place + 1 :] for row in rows])
    found = refused(lambda: read_export(path, instrument))
    assert (found.code, found.facts["names"]) == ("table_roster_needed", "n_eligible")


def refused(call):
    with pytest.raises(Refusal) as refusal:
        call()
    return refusal.value.findings[0]


def main_of(found):
    return next(table for table in found.tables if table.name == found.main)


@pytest.fixture
def lay(form):
    """Lay out a small table in memory: rows below the header -> layout."""

    def laid(*records, header=HEADER, name="Bảng"):
        return recognise([table_of(name, [header, *records])], ".xlsx", form)

    return laid


@pytest.fixture
def refusal(lay):
    def refusal(*records, header=HEADER):
        with pytest.raises(Unreadable) as problem:
            lay(*records, header=header)
        needed = message(problem.value.code).placeholders("vi") - {"file", "column", "value"}
        assert needed <= problem.value.facts.keys()
        return problem.value

    return refusal


def columns(found):
    table = main_of(found)
    return dict(zip(table.headers, table.columns, strict=True))


def told(found):
    return dict(found.notes)


GOOD = ("a-1", "H-01", "2026-10-05", "2.5", "3", "1", "1 2", "tốt")


def test_a_decimal_comma_and_points_for_thousands_are_told_by_the_whole_column(lay):
    found = lay((*GOOD[:3], "1.234.567,5", "1.200", *GOOD[5:]), ("a-2", "H-02", "", "3,25", "4", "2", "", ""))
    assert columns(found)["income"] == ["1234567.5", "3.25"]
    assert columns(found)["people"] == ["1200", "4"]
    assert "income (1.234.567,5 → 1234567.5)" in told(found)["numbers_with_comma"]["names"]


def test_a_number_that_could_be_thousands_or_thousandths_is_refused(refusal):
    problem = refusal((*GOOD[:3], "12.345", "3", *GOOD[5:]))
    assert (problem.code, problem.facts["row"], problem.facts["question"]) == (
        "notation_doubtful",
        "2",
        "income",
    )
    assert problem.facts["examples"] == "12.345"


def test_dates_that_excel_took_for_american_among_dates_that_it_could_not_are_refused(refusal):
    """5/10 and 13/10 typed under American settings: the first became 10 May, the second stayed text."""
    problem = refusal(GOOD, ("a-2", "H-02", "13/10/2026", "", "4", "2", "", ""))
    assert (problem.code, problem.facts["row"], problem.facts["question"]) == (
        "notation_mixed",
        "3",
        "visited",
    )


def test_dates_that_are_day_numbers_of_excel(lay):
    found = lay((*GOOD[:2], "46300", *GOOD[3:]), ("a-2", "H-02", "46305", "", "4", "2", "", ""))
    assert columns(found)["visited"] == ["2026-10-05", "2026-10-10"]
    assert "46300 → 2026-10-05" in told(found)["dates_as_numbers"]["names"]


def test_day_numbers_are_dates_only_where_the_form_asks_a_date(lay):
    found = lay((*GOOD[:4], "46300", *GOOD[5:]))
    assert columns(found)["people"] == ["46300"]


@pytest.mark.parametrize("mark", ["NA", "#N/A", "NULL", "."])
def test_a_word_for_nothing_is_nothing_in_the_whole_file(lay, mark):
    found = lay((*GOOD[:5], mark, mark, mark), ("a-2", "H-02", mark, "", "4", "2", "", "NAM"))
    assert columns(found)["note"] == ["", "NAM"]
    assert columns(found)["visited"] == ["2026-10-05", ""]
    assert told(found)["empty_marks"]["count"] == "4"


def test_a_text_that_only_looks_like_nothing_stays_where_no_coded_column_says_so(lay):
    assert columns(lay((*GOOD[:7], "NA")))["note"] == ["NA"]


def test_codes_with_decimals_and_codes_parted_by_commas_are_the_codes_of_the_form(lay):
    found = lay((*GOOD[:5], "1.0", "2,1", ""), ("a-2", "H-02", "", "", "4", "2,0", "99.0", ""))
    assert columns(found)["net"] == ["1", "2"]
    assert columns(found)["devices"] == ["2 1", "99"]


SPLIT = (*HEADER[:6], "devices_1", "devices_2", "devices_99", "note")


def test_choices_in_columns_of_their_own_may_say_yes_in_words(lay, form):
    found = lay((*GOOD[:6], "x", "", "Không", ""), header=SPLIT)
    assert [columns(found)[name] for name in SPLIT[6:9]] == [["1"], [""], ["0"]]


def test_a_choice_that_says_neither_yes_nor_no_is_refused(refusal):
    problem = refusal((*GOOD[:6], "7", "", "", ""), header=SPLIT)
    assert (problem.code, problem.facts["row"], problem.facts["question"]) == (
        "tick_unknown",
        "2",
        "devices_1",
    )


@pytest.mark.parametrize("titles", [1, 3])
def test_titles_above_the_header_are_refused_with_the_row_of_the_header(refusal, titles):
    above = [("PHIẾU ĐIỀU TRA", *[""] * 7), ("Huyện Bù Đăng", *[""] * 7), ("", "Mẫu số 2", *[""] * 6)][
        :titles
    ]
    problem = refusal(*above[1:], HEADER, GOOD, header=above[0])
    assert problem.code == "header_not_first"
    assert (problem.facts["row"], problem.facts["title"]) == (str(titles + 1), "PHIẾU ĐIỀU TRA")


def test_a_second_header_with_the_questions_in_words_is_refused_with_its_row(refusal):
    words = ("Mã", "Mã hộ", "Ngày đến", "Thu nhập", "Số người", "Có mạng không?", "Thiết bị", "Ghi chú")
    problem = refusal(words, GOOD)
    assert (problem.code, problem.facts["row"]) == ("header_twice", "2")


@pytest.mark.parametrize("word", ["Tổng cộng", "TỔNG:", "Total"])
@pytest.mark.parametrize("place", [0, 1])
def test_a_row_of_totals_is_refused_with_its_row(refusal, word, place):
    last = ["", "", "", "2.5", "3", "", "", ""]
    last[place] = word
    problem = refusal(GOOD, last)
    assert (problem.code, problem.facts["row"]) == ("row_total", "3")


def test_a_household_that_is_called_total_is_no_total(lay):
    assert main_of(lay((*GOOD[:1], "Tổng", *GOOD[2:]))).rows == [2]


@pytest.mark.parametrize("numbers", [("", ""), ("1", "2"), ("1.0", "2.0")])
def test_a_table_whose_rows_are_only_counted_is_refused(refusal, numbers):
    records = [(number, f"H-0{n}", *GOOD[2:]) for n, number in enumerate(numbers)]
    assert refusal(*records).code == "table_key_missing"


def test_a_key_that_is_a_telephone_number_is_refused(refusal):
    problem = refusal(("0912345678", *GOOD[1:]), ("079203001234", "H-02", *GOOD[2:]))
    assert (problem.code, problem.facts["question"]) == ("table_key_personal", "key")


def test_a_row_a_person_is_refused_with_the_counts(refusal):
    problem = refusal(*[(f"a-{n // 3}", *GOOD[1:]) for n in range(9)])
    assert (problem.code, problem.facts["count"], problem.facts["rows"]) == ("table_key_repeated", "3", "9")


@pytest.mark.parametrize(
    ("header", "written", "key"),
    [
        ("key", "UUID:3A164221-7589-4059-8F95-23CA7C0054CF", "3a164221-7589-4059-8f95-23ca7c0054cf"),
        ("interview__id", "3a164221758940598f9523ca7c0054cf", "3a164221-7589-4059-8f95-23ca7c0054cf"),
        ("KEY", "BP-2026-Ab", "BP-2026-Ab"),
        (
            "meta/instanceID",
            "uuid:3a164221-7589-4059-8f95-23ca7c0054cf",
            "3a164221-7589-4059-8f95-23ca7c0054cf",
        ),
    ],
)
def test_an_identifier_is_the_same_from_every_tool(lay, header, written, key):
    found = lay((written, *GOOD[1:]), header=(header, *HEADER[1:]))
    assert columns(found)["KEY"] == [key]
    assert ("identity_by_instance" in told(found)) == (header == "meta/instanceID")


def test_the_identifier_that_stays_is_preferred_to_the_one_that_changes(lay):
    found = lay(("changes-1", *GOOD[1:], "stays-1"), header=("_uuid", *HEADER[1:], "meta/rootUuid"))
    assert columns(found)["KEY"] == ["stays-1"]


def test_the_household_names_its_submission_where_nothing_better_does(tmp_path):
    (tmp_path / "form.md").write_text(FORM.replace("| household |", "| hh_id |"), encoding="utf-8")
    table = table_of("Bảng", [("cover/hh_id", *HEADER[2:]), ("25252021-01", *GOOD[2:])])
    found = recognise([table], ".xlsx", load_instrument(tmp_path / "form.md"))
    assert columns(found)["KEY"] == columns(found)["cover/hh_id"] == ["25252021-01"]
    assert told(found)["identity_by_household"] == {"question": "cover/hh_id"}


def test_the_table_of_a_text_file_is_called_as_the_file(rows, write_text, instrument):
    place = rows[0].index("v1_date")
    rows[2][place] = "05/10/2026"
    path = write_text(rows)
    found = refused(lambda: read_export(path, instrument, name="huyện 691.csv"))
    assert (found.code, found.sheet, found.row) == ("notation_mixed", "huyện 691", 3)


def test_labels_that_could_be_two_questions_are_refused_in_words_for_a_table(tmp_path):
    (tmp_path / "form.md").write_text(FORM.replace("Số người", "Thu nhập"), encoding="utf-8")
    words = ("Mã hộ", "Ngày đến", "Thu nhập", "Thu nhập", "Có mạng không?", "Thiết bị", "Ghi chú")
    table = table_of("Bảng", [("key", *words), GOOD])
    with pytest.raises(Unreadable) as problem:
        recognise([table], ".xlsx", load_instrument(tmp_path / "form.md"))
    assert problem.value.code == "table_labels_collide"


def test_a_table_of_another_form_names_what_is_missing_and_what_is_there(refusal):
    header = ("key", "note", *[f"cột {n}" for n in range(12)])
    problem = refusal(("a-1", "tốt", *["x"] * 12), header=header)
    assert problem.code == "table_foreign"
    assert problem.facts["expected"].startswith("household")


def test_a_table_that_knows_no_question_is_not_recognised(refusal):
    assert refusal(("An", "30"), header=("tên", "tuổi")).code == "layout_unknown"


def test_the_state_of_review_in_the_words_of_an_office(form):
    header = (*HEADER, "Tình trạng", "review_status")
    words = {"Đã duyệt": "approved", "Không duyệt": "rejected", "": "received", "On hold": "has_issues"}
    records = [(f"a-{n}", f"H-{n}", *GOOD[2:], "", word) for n, word in enumerate(words)]
    found = recognise([table_of("Bảng", [header, *records])], ".xlsx", form)
    states = submissions(pd.DataFrame(columns(found), dtype="str"))["review"]
    assert states.to_list() == list(words.values())
