"""Plain files of SPSS, Stata and SAS: the same microdata as from the tool, and every trap of their codes."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from survey.exports import read_export
from survey.exports.cells import Unreadable
from survey.exports.readers import READERS
from survey.exports.recognition import recognise
from survey.harmonise import harmonise
from survey.instrument import load_instrument
from survey.messages import message

ROOT = Path(__file__).parents[3]
DISTRICT = ROOT / "tests" / "data" / "wave_2026" / "digiskill_hh_691.sav"
ABSENT = {"today", "p_owner", "p_contact", "p_keep_months", "max_draw"}
FORM = """
| survey |
| | type | name | label::Tiếng Việt (vi) | calculation | relevant |
| | date | visited | Ngày đến | | |
| | integer | people | Số người | | |
| | select_one yn | net | Có mạng không? | | |
| | select_multiple dev | devices | Thiết bị | | ${net} = 1 |
| | begin_repeat | member | Thành viên | | |
| | integer | age | Tuổi | | |
| | select_one yn | school | Có đi học không? | | |
| | end_repeat | | | | |
| | calculate | adults | | sum(${age}) | |
| choices |
| | list_name | name | label::Tiếng Việt (vi) |
| | yn | 1 | Có |
| | yn | 2 | Không |
| | yn | 98 | Không biết |
| | yn | 99 | Không trả lời |
| | dev | 1 | Điện thoại |
| | dev | 2 | Máy tính |
| settings |
| | form_title | form_id | version | default_language |
| | Bảng | plain | 2026100101 | Tiếng Việt (vi) |
"""
GOOD = {
    "key": ["a-1", "a-2"],
    "visited": [dt.date(2026, 10, 5), None],
    "people": [3.0, 4.0],
    "net": [1.0, 2.0],
    "devices_1": [1.0, None],
    "devices_2": [0.0, None],
}


@pytest.fixture(scope="module")
def form(tmp_path_factory):
    path = tmp_path_factory.mktemp("form") / "form.md"
    path.write_text(FORM, encoding="utf-8")
    return load_instrument(path)


@pytest.fixture(scope="module")
def spss(instrument):
    return harmonise(read_export(DISTRICT, instrument), instrument)


def test_the_district_in_spss_is_the_district_in_kobotoolbox(spss, district_microdata, instrument):
    kobo = district_microdata["691"]
    held = [name for name in kobo.households if name not in ABSENT | {"source", "row"}]
    ours, theirs = spss.households[held].sort_index(), kobo.households[held].sort_index()
    pd.testing.assert_frame_equal(ours, theirs)
    states = [name for name in held if name in kobo.household_states]
    pd.testing.assert_frame_equal(
        spss.household_states[states].sort_index(), kobo.household_states[states].sort_index()
    )
    assert len(held) > 100
    assert (spss.households["c6_resid"] == "99").any(), "a refusal declared as missing stays a refusal"


def test_what_the_file_does_not_hold_is_said_and_nothing_else(spss):
    found = {f.code: f for f in spss.findings}
    assert set(found) == {"calculations_missing", "roster_not_in_file"}
    assert found["roster_not_in_file"].severity == "warning"
    assert "“member”" in found["roster_not_in_file"].sentence("vi")


@pytest.fixture
def lay(form, tmp_path):
    """Write a small file, read it and lay it out -> its cells and its notes."""
    writers = {".sav": pyreadstat.write_sav, ".zsav": pyreadstat.write_sav, ".dta": pyreadstat.write_dta,
               ".por": pyreadstat.write_por, ".xpt": pyreadstat.write_xport}  # fmt: skip

    def laid(cells, extension=".sav", repeat="", **options):
        path = tmp_path / f"a{extension}"
        writers[extension](pd.DataFrame(cells), path, **options)
        found = recognise(READERS[extension](path, tmp_path), extension, form)
        name = found.rosters[repeat] if repeat else found.main
        table = next(one for one in found.tables if one.name == name)
        return dict(zip(table.headers, table.columns, strict=True)), dict(found.notes)

    return laid


@pytest.fixture
def refusal(lay):
    def refusal(cells, extension=".sav", **options):
        with pytest.raises(Unreadable) as problem:
            lay(cells, extension, **options)
        needed = message(problem.value.code).placeholders("vi") - {"file", "column", "value"}
        assert needed <= problem.value.facts.keys()
        return problem.value

    return refusal


def test_a_declared_missing_value_stays_where_the_form_has_the_code_and_is_no_answer_elsewhere(lay):
    cells, told = lay(
        GOOD | {"net": [99.0, 2.0], "people": [-9.0, 4.0]},
        missing_ranges={"net": [99], "people": [{"lo": -9, "hi": -1}]},
        variable_value_labels={"people": {-9.0: "Máy hỏng"}},
    )
    assert (cells["net"], cells["people"]) == (["99", "2"], ["", "4"])
    assert told["missing_declared"] == {"names": "people -9 = Máy hỏng (×1)", "count": "1"}


def test_a_lettered_missing_value_of_stata_is_no_answer_with_its_reason(lay):
    cells, told = lay(
        GOOD | {"net": ["a", 2.0], "people": [3.0, "b"]},
        ".dta",
        missing_user_values={"net": ["a"], "people": ["b"]},
        variable_value_labels={"net": {"a": "Từ chối"}},
    )
    assert (cells["net"], cells["people"]) == (["", "2"], ["3", ""])
    assert told["missing_declared"]["names"] == "people .b (×1), net .a = Từ chối (×1)"


def test_codes_that_a_program_numbered_anew_are_read_by_their_labels(lay):
    """Stata's encode numbers the labels by the alphabet: 1 is "Có", 2 "Không", 3 "Không biết"."""
    labels = {"net": {1: "Không trả lời", 2: "KHÔNG BIẾT", 3: "Có", 4: "Không"}}
    cells, told = lay(GOOD | {"net": [3.0, 2.0]}, ".dta", variable_value_labels=labels)
    assert cells["net"] == ["1", "98"]
    assert told["values_by_label"]["names"] == "net"


def test_codes_numbered_anew_with_a_label_that_the_form_does_not_have_are_refused(refusal):
    labels = {"net": {1: "Không", 2: "Tùy lúc"}}
    problem = refusal(GOOD, variable_value_labels=labels)
    assert (problem.code, problem.facts["row"], problem.facts["seen"]) == (
        "value_labels_differ",
        "3",
        "2 = Tùy lúc",
    )


def test_codes_whose_labels_are_those_of_the_form_stay(lay):
    cells, told = lay(GOOD, variable_value_labels={"net": {1: "Có", 2: "Không, hoàn toàn không"}})
    assert cells["net"] == ["1", "2"]
    assert told.keys() == {"roster_not_in_file"}


def test_ticks_are_read_by_their_labels(lay, refusal):
    cells, _ = lay(
        GOOD | {"devices_2": [2.0, None]}, variable_value_labels={"devices_2": {1: "Có", 2: "Không"}}
    )
    assert (cells["devices_1"], cells["devices_2"]) == (["1", ""], ["0", ""])
    assert refusal(GOOD | {"devices_2": [2.0, None]}).code == "tick_unknown"


def test_labels_saved_instead_of_codes_become_codes(form, tmp_path):
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(pd.DataFrame(GOOD | {"net": ["Có", "không  biết"]}), path)
    found = harmonise(read_export(path, form), form)
    assert found.households["net"].to_list() == ["1", "98"]
    assert found.household_states["devices"].to_list() == [2, 0]


@pytest.mark.parametrize("extension", [".sav", ".zsav", ".dta", ".por", ".xpt"])
def test_every_kind_of_file_and_names_in_capitals(lay, extension):
    cells = {name.upper()[:8]: column for name, column in GOOD.items() if not name.startswith("dev")}
    read, _ = lay(cells, extension)
    names = {name.casefold(): column for name, column in read.items()}
    assert (names["key"], names["visited"], names["net"]) == (["a-1", "a-2"], ["2026-10-05", ""], ["1", "2"])


def test_dates_that_were_typed_as_text_are_read_day_first(lay):
    cells, told = lay(GOOD | {"visited": ["5/10/2026", "13/10/2026"]})
    assert cells["visited"] == ["2026-10-05", "2026-10-13"]
    assert "dates_day_first" in told


def test_decimals_of_a_statistics_file_are_never_thousands(lay):
    assert lay(GOOD | {"people": [1.234, 4.0]})[0]["people"] == ["1.234", "4"]


@pytest.mark.parametrize("joint", ["_", "", "."])
def test_a_roster_spread_wide_is_laid_down(lay, joint):
    wide = {f"age{joint}1": [30.0, 41.0], f"school{joint}1": [2.0, 2.0], f"age{joint}2": [7.0, None]}
    cells, told = lay(GOOD | wide, repeat="member")
    assert cells["PARENT_KEY"] == ["a-1", "a-1", "a-2"]
    assert (cells["age"], cells["school"]) == (["30", "7", "41"], ["2", "", "2"])
    assert "roster_not_in_file" not in told


def test_every_column_of_a_roster_spread_wide_is_read_by_its_own_labels(lay):
    """Stata's encode numbers each column by itself, and .a in a line nobody has makes no member."""
    wide = {"age1": [30.0, 41.0], "school1": [1.0, 2.0], "age2": [7.0, None], "school2": [1.0, "a"]}
    labels = {"school1": {1: "Có", 2: "Không biết"}, "school2": {1: "Không"}}
    cells, _ = lay(
        GOOD | wide,
        ".dta",
        repeat="member",
        variable_value_labels=labels,
        missing_user_values={"school2": ["a"]},
    )
    assert (cells["PARENT_KEY"], cells["school"]) == (["a-1", "a-1", "a-2"], ["1", "2", "98"])


def test_a_file_without_any_identifier_is_refused(refusal):
    assert (
        refusal({name: column for name, column in GOOD.items() if name != "key"}).code == "table_key_missing"
    )


def test_eight_letters_of_a_name_are_not_guessed(instrument, tmp_path):
    path = tmp_path / "a.xpt"
    names = [question.name.upper()[:8] for question in instrument.asked()]
    pyreadstat.write_xport(pd.DataFrame({name: [1.0] for name in dict.fromkeys(names)}), path)
    with pytest.raises(Unreadable) as problem:
        recognise(READERS[".xpt"](path, tmp_path), ".xpt", instrument)
    assert problem.value.code in {"table_foreign", "table_key_missing", "cspro_record_missing"}
