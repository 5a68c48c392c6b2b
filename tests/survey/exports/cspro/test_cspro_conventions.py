"""What CSPro writes by its own conventions, each on a file built here."""

import unicodedata
import zipfile

import pytest

from survey.exports.cspro_cells import checked
from survey.exports.door import receive
from survey.exports.recognition import ADAPTERS
from survey.messages import Refusal

IDS = ["market", "stall_no"]
SINGLE = ["pays", "banks", "share", "visited", "remark"]
RECORDS = {"stall": (SINGLE, False), "seller": (["s_sex", "s_age"], True)}
MISSING, DEFAULT, REFUSED = 1.0e50, 1.0e52, 1.0e55


def case(number, *, sellers=(), **more):
    answers = {"pays": 1, "banks": "1 98", "share": 12.5, "visited": 20261005, "remark": "đông khách"}
    flags = {name: more.pop(name) for name in ("deleted", "verified", "partial", "saved") if name in more}
    return {
        "id": f"c{number}", "market": "DX", "stall_no": number, **flags,
        "stall": [answers | more], "seller": [{"s_sex": sex, "s_age": age} for sex, age in sellers],
    }  # fmt: skip


@pytest.fixture
def file(csdb):
    return lambda *cases, records=RECORDS, extra="": csdb(list(cases), ids=IDS, records=records, extra=extra)


def codes_of(microdata):
    return {finding.code: finding for finding in microdata.findings}


def test_cells_of_a_data_file(file, read):
    found = read(file(case(1, sellers=[(1, 40), (2, 35)])))
    assert found.households.loc["c1", [*IDS, *SINGLE]].tolist() == [
        "DX", "1", "1", "1 98", "12.5", "2026-10-05", "đông khách",
    ]  # fmt: skip
    assert found.members[["key", "position", "s_sex", "s_age"]].to_numpy().tolist() == [
        ["c1", 1, "1", "40"], ["c1", 2, "2", "35"],
    ]  # fmt: skip


def test_notappl_is_not_applicable_or_no_answer_by_the_relevance_of_the_form(file, read):
    found = read(file(case(1, pays=2, banks=None, share=None), case(2, pays=None, banks=None, share=None)))
    assert found.household_states[["pays", "share"]].to_numpy().tolist() == [[2, 0], [1, 0]]


def test_special_values_that_no_code_stands_for(file, read):
    found = read(
        file(case(1, pays=REFUSED), case(2, share=REFUSED), case(3, share=MISSING), case(4, share=DEFAULT))
    )
    assert found.households["pays"].tolist() == ["99", "1", "1", "1"]
    assert found.household_states["share"].tolist() == [0, 1, 1, 1]
    told = codes_of(found)["cspro_refused"].facts
    assert told == {"count": "2", "coded": "pays = 99", "blank": "share"}


def test_deleted_cases_are_left_out_and_counted(file, read):
    found = read(file(case(1, deleted=1, sellers=[(1, 40)]), case(2, sellers=[(2, 30)])))
    assert found.households.index.tolist() == ["c2"]
    assert found.members["s_age"].tolist() == ["30"]
    assert codes_of(found)["cspro_deleted"].facts["count"] == "1"
    assert "member_orphan" not in codes_of(found)


@pytest.mark.parametrize("mode", [1, 2, 3, "add"])
def test_a_partial_save_is_no_interview(file, read, mode):
    found = read(file(case(1, partial=mode), case(2)))
    assert found.households.index.tolist() == ["c2"]
    reported = codes_of(found)["case_partial"]
    assert (reported.row, reported.value) == (1, "c1")


def test_a_verified_case_is_approved_and_its_last_save_is_its_submission(file, read):
    found = read(file(case(1, verified=1, saved=1_790_000_000), case(2, saved=10**15)))
    assert found.households["review"].tolist() == ["approved", "received"]
    assert found.households.loc["c1", "submitted"] == "2026-09-21T14:13:20Z"
    assert found.households["submitted"].isna().tolist() == [False, True]


def test_items_of_a_case_may_be_spread_over_records_that_occur_once(file, read):
    records = {"a": (SINGLE[:2], False), "b": (SINGLE[2:], False), "seller": RECORDS["seller"]}
    whole = case(1)
    spread = {**whole, "a": whole["stall"], "b": whole["stall"]}
    assert read(file(spread, records=records)).households.loc["c1", SINGLE].notna().all()


def test_a_record_that_lacks_a_case_leaves_blanks(file, read):
    records = {"a": (SINGLE[:2], False), "b": (SINGLE[2:], False)}
    whole = case(1)
    found = read(file({**whole, "a": whole["stall"]}, records=records))
    assert found.households.loc["c1", ["pays", "remark"]].isna().tolist() == [False, True]


def test_a_record_of_a_case_that_is_not_there_is_an_orphan(file, read):
    extra = "INSERT INTO `seller`(`level-1-id`,`occ`,`s_age`) VALUES (77, 1, 50);"
    assert "member_orphan" in codes_of(read(file(case(1), extra=extra)))


def test_occurrences_of_an_item_are_rows_of_the_repeat(file, read):
    records = {"stall": ([*SINGLE, "s_sex(1)", "s_sex(2)", "s_age(1)", "s_age(2)"], False)}
    cells = {"s_sex(1)": 1, "s_age(1)": 40, "s_sex(2)": 2, "s_age(2)": 35}
    found = read(file(case(1, **cells), case(2), records=records))
    assert found.members[["key", "position", "s_sex", "s_age"]].to_numpy().tolist() == [
        ["c1", 1, "1", "40"], ["c1", 2, "2", "35"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("items", "cells"),
    [
        (["banks(1)", "banks(2)", "banks(3)"], {"banks(1)": 1, "banks(2)": 98}),
        (["banks_1", "banks_2", "banks_98"], {"banks_1": 1, "banks_2": 0, "banks_98": 1}),
        (["banks"], {"banks": "1 98"}),
        (["banks"], {"banks": "0198"}),
    ],
    ids=["occurrences", "ticks", "check box", "zero filled"],
)
def test_every_way_to_keep_several_choices(file, read, items, cells):
    records = {"stall": (["pays", *items, *SINGLE[2:]], False)}
    assert read(file(case(1, **cells), records=records)).households.loc["c1", "banks"] == "1 98"


@pytest.mark.parametrize(
    ("text", "codes", "read"),
    [
        ("1 98", ["1", "2", "98"], "1 98"),
        ("1  98", ["1", "2", "98"], "1 98"),
        ("9899", ["1", "98", "99"], "98 99"),
        ("1 2 98", ["1", "2", "98"], "1 2 98"),
        ("1 10", ["1", "10"], "1 10"),
        ("0110", ["1", "10"], "1 10"),
        ("AC", ["A", "B", "C"], "A C"),
        ("", ["1"], ""),
        ("7x", ["1", "2"], "7x"),
    ],
)
def test_a_check_box_is_read_in_the_width_of_its_codes(text, codes, read):
    assert checked(text, codes) == read


HEADER = ["MARKET", "STALL_NO", "PAYS", "BANKS", "SHARE", "VISITED", "REMARK"]
ROW = ["DX", "1", "1", "1 98", "12.5", "20261005", "đông khách"]
SELLERS = [["MARKET", "STALL_NO", "S_SEX", "S_AGE"], ["DX", "1", "1", "40"], ["DX", "1", "2", "35"]]


def test_the_words_of_special_values(zipped, read):
    rows = [HEADER, *(["DX", f"{n}", *cells] for n, cells in enumerate(
        (["REFUSED", "", "", "20261005", "MISSING"], ["1", "1", "REFUSED", "MISSING", ""],
         ["MISSING", "", "", "", ""], ["1", "1", "DEFAULT", "", ""]), start=1,
    ))]  # fmt: skip
    found = read(zipped({"STALL": rows, "SELLER": SELLERS}))
    households = found.households.sort_values("stall_no")
    assert households["pays"].fillna("").tolist() == ["99", "1", "", "1"]
    assert households["share"].isna().all()
    assert households["remark"].fillna("").tolist()[0] == "MISSING", "a text item has no special values"
    assert codes_of(found)["cspro_refused"].facts["coded"] == "pays = 99"


def test_a_decimal_comma(zipped, read):
    row = [cell.replace("12.5", "12,5") for cell in ROW]
    found = read(zipped({"STALL": [HEADER, row], "SELLER": SELLERS}, delimiter=";"))
    assert found.households["share"].tolist() == ["12.5"]


def as_windows_writes(text):
    """Part the tone marks from their letters, as Windows-1258 has them."""
    parted = (unicodedata.normalize("NFD", letter) for letter in text)
    marks = ({mark for mark in letter if mark in "\u0300\u0301\u0303\u0309\u0323"} for letter in parted)
    return "".join(
        unicodedata.normalize(
            "NFC", "".join(m for m in unicodedata.normalize("NFD", letter) if m not in tones)
        )
        + "".join(tones)
        for letter, tones in zip(text, marks, strict=True)
    )


def test_an_ansi_export_in_vietnamese(zipped, read):
    row = [*ROW[:-1], as_windows_writes("sạp đông khách, mở cửa sớm")]
    found = read(zipped({"STALL": [HEADER, row], "SELLER": SELLERS}, encoding="cp1258"))
    assert found.households["remark"].tolist() == ["sạp đông khách, mở cửa sớm"]


def test_labels_instead_of_codes_and_names(zipped, read):
    header = ["Chợ", "Số sạp", "Sạp có nhận tiền qua mã QR không?", "Nhận tiền về ngân hàng nào?",
              "Tỷ lệ doanh thu qua mã QR", "Ngày đến sạp", "Ghi chú"]  # fmt: skip
    row = ["DX", "1", "Có", "1 98", "12.5", "20261005", "đông khách"]
    sellers = [["Chợ", "Số sạp", "Giới tính người bán", "Tuổi người bán"], ["DX", "1", "Nữ", "35"]]
    found = read(zipped({"STALL": [header, row], "SELLER": sellers}))
    assert found.households[["pays", "banks", "share"]].to_numpy().tolist() == [["1", "1 98", "12.5"]]
    assert found.members[["s_sex", "s_age"]].to_numpy().tolist() == [["2", "35"]]


def test_labels_under_names(zipped, read):
    found = read(zipped({"STALL": [HEADER, [*ROW[:2], "Có", *ROW[3:]]], "SELLER": SELLERS}))
    assert found.households["pays"].tolist() == ["1"]


def test_occurrences_in_one_file(zipped, read):
    header = [*HEADER, "S_SEX_1", "S_SEX_2", "S_AGE_1", "S_AGE_2"]
    path = zipped({"STALL": [header, [*ROW, "1", "2", "40", "35"]], "OTHER": [["MARKET", "STALL_NO", "X"]]})
    found = read(path)
    assert found.members[["position", "s_sex", "s_age"]].to_numpy().tolist() == [
        [1, "1", "40"],
        [2, "2", "35"],
    ]


def test_a_record_joined_with_one_that_occurs_once(zipped, read):
    """CSExport repeats the items of the household in the row of every member."""
    header = [*HEADER, "S_SEX", "S_AGE"]
    rows = [header, [*ROW, "1", "40"], [*ROW, "2", "35"], ["DX", "2", *ROW[2:], "", ""]]
    found = read(zipped({"ALL": rows, "LOOKUP": [["MARKET", "STALL_NO"], ["DX", "1"]]}))
    assert found.households["stall_no"].tolist() == ["1", "2"]
    assert found.members["s_age"].tolist() == ["40", "35"]


def test_names_that_cspro_cannot_spell(zipped, read):
    header = [*HEADER[:3], "BANKS", "SHARE", "VISITED", "REMARK"]
    sellers = [["MARKET", "STALL_NO", "SSEX", "SAGE"], ["DX", "1", "1", "40"]]
    assert read(zipped({"S": [header, ROW], "P": sellers})).members["s_age"].tolist() == ["40"]


def test_a_case_twice_is_refused(zipped, stalls, refusal):
    found = refusal(zipped({"STALL": [HEADER, ROW, ROW], "SELLER": SELLERS}), stalls)
    assert (found.code, found.sheet, found.row, found.facts["case"]) == (
        "cspro_case_twice",
        "STALL",
        3,
        "DX-1",
    )


def test_one_record_alone_does_not_show_what_tells_cases_apart(tmp_path, stalls, refusal):
    path = tmp_path / "STALL.csv"
    path.write_text("\n".join(map(";".join, (HEADER, ROW))), encoding="utf-8-sig")
    assert refusal(path, stalls).code == "cspro_ids_unknown"


def test_an_export_without_the_record_of_the_repeat_is_refused(wave_tables, zipped, instrument, refusal):
    tables = {name: rows for name, rows in wave_tables.items() if name != "MEMBER_REC"}
    found = refusal(zipped(tables), instrument)
    assert (found.code, found.facts["repeat"]) == ("cspro_record_missing", "member")


def test_a_zipped_data_file(file, tmp_path, read):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(file(case(1)), "data.csdb")
    assert read(tmp_path / "a.zip").households.index.tolist() == ["c1"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.dcf", b"[Dictionary]", "cspro_dictionary"),
        ("a.dat", b"1DX  0011", "cspro_text"),
        ("a.csdbe", b"\x9d" * 4096, "cspro_encrypted"),
        ("a.csdb", b"1DX  0011", "extension_lies"),
    ],
)
def test_other_files_of_cspro_are_refused_with_what_to_click(name, content, code, tmp_path):
    (tmp_path / "in").write_bytes(content)
    with pytest.raises(Refusal) as refused:
        receive(tmp_path / "in", name, tmp_path)
    assert refused.value.findings[0].code == code
    assert code == "extension_lies" or ".csdb" in refused.value.sentence("vi")


def test_a_table_copied_out_of_a_data_file_is_refused(tmp_path, stalls, refusal):
    (tmp_path / "level.csv").write_text("level-1-id,case-id,market\n1,c1,DX\n", encoding="utf-8")
    assert refusal(tmp_path / "level.csv", stalls).code == "cspro_table_alone"


def test_the_tool_is_known_by_its_name():
    assert ADAPTERS["cspro"].name == "CSPro"
