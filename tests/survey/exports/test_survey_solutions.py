"""Survey Solutions: every convention of its archives, on small forms written as it writes and on the wave.

The rows of section 2.4 and their tests:

* -999999999, ##N/A##, .a: asked, no answer:
  test_asked_without_answer_is_not_skipped
* blank: not asked:
  test_asked_without_answer_is_not_skipped
* SPSS: one second after 14 October 1582:
  test_the_spss_day_that_is_none
* q__1, q__n96, q__1_5:
  test_choice_columns_with_a_minus_or_a_point
* yes/no questions: 1, 0, -999999999:
  test_yes_no_questions_tick_what_was_answered_yes
* ordered questions: ranks:
  test_ranks_of_ordered_questions_are_ticks
* combobox and linked: q__0 .. hold values:
  test_comboboxes_hold_the_chosen_codes
* statuses:
  test_statuses
* GPS parts, text lists:
  test_positions_are_withheld
* rosters: keys in the order of the levels:
  test_rosters_within_rosters
* BOM, CRLF:
  test_a_byte_order_mark_in_every_file
* actions, diagnostics, errors, comments:
  test_files_about_the_work_are_set_aside
* Paradata, Binary, DDI:
  test_archives_without_answers_are_refused
* codes as numbers with decimals (Stata):
  test_codes_of_stata_have_no_decimals
* moments without zone:
  test_moments_are_the_clock_of_the_tablet
* no version:
  test_the_form_version_is_not_kept
"""

import zipfile
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from survey.exports import read_export, survey_solutions
from survey.harmonise import harmonise
from survey.instrument import load_instrument
from survey.messages import Refusal

WAVE = Path(__file__).parents[2] / "data" / "wave_2026"
UNANSWERED = "-999999999"
FORM = """
| survey |
| | type | name | label::Tiếng Việt (vi) | relevant |
| | start | start | | |
| | text | ward | Xã | |
| | integer | age | Tuổi | |
| | select_one yn | net | Có mạng không? | |
| | select_one area | zone | Vùng | |
| | date | visited | Ngày đến | |
| | select_multiple dev | devices | Thiết bị | ${net} = 1 |
| | geopoint | gps | Vị trí | |
| | begin_repeat | house | Nhà | |
| | integer | floors | Số tầng | |
| | begin_repeat | room | Phòng | |
| | integer | beds | Số giường | |
| | end_repeat | | | |
| | end_repeat | | | |
| choices |
| | list_name | name | label::Tiếng Việt (vi) |
| | yn | 1 | Có |
| | yn | 0 | Không |
| | area | 01 | Thành thị |
| | area | 02 | Nông thôn |
| | dev | 1 | Điện thoại |
| | dev | 2 | Máy tính |
| | dev | 3 | Tivi |
| | dev | -96 | Khác |
| settings |
| | form_title | form_id | version | default_language |
| | Nhỏ | small | 2026100101 | Tiếng Việt (vi) |
"""
IDS = [f"{digit}" * 32 for digit in "abc"]
MAIN = {
    "interview__key": ["00-00-00-01", "00-00-00-02", "00-00-00-03"],
    "interview__id": IDS,
    "ward": ["Tân Khai", "Lộc Ninh", "##N/A##"],
    "age": ["41", UNANSWERED, "7"],
    "net": ["1", "0", UNANSWERED],
    "zone": ["1", "2", "1"],
    "visited": ["2026-10-05", "##N/A##", "2026-10-06"],
    "devices__1": ["1", "", ""],
    "devices__2": ["0", "", ""],
    "devices__3": ["0", "", ""],
    "devices__n96": ["1", "", ""],
    "start_dt": ["2026-10-05T07:30:00", "2026-10-05T08:00:00", "2026-10-05T09:00:00"],
    "sssys_irnd": ["0.5", "0.6", "0.7"],
    "has__errors": ["0", "0", "0"],
    "interview__status": ["100", "120", "130"],
    "assignment__id": ["1", "2", "3"],
}
HOUSE = {
    "interview__key": ["00-00-00-01", "00-00-00-01", "00-00-00-02"],
    "interview__id": [IDS[0], IDS[0], IDS[1]],
    "house__id": ["1", "2", "1"],
    "floors": ["2", "1", "3"],
}
ROOM = {
    "interview__key": ["00-00-00-01", "00-00-00-01", "00-00-00-02"],
    "interview__id": [IDS[0], IDS[0], IDS[1]],
    "house__id": ["1", "2", "1"],
    "room__id": ["1", "1", "1"],
    "beds": ["4", UNANSWERED, "6"],
}


@pytest.fixture
def form(tmp_path):
    (tmp_path / "form.md").write_text(FORM, encoding="utf-8")
    return load_instrument(tmp_path / "form.md")


def tab(columns, encoding="utf-8-sig"):
    rows = [list(columns), *zip(*columns.values(), strict=True)]
    return "".join("\t".join(row) + "\r\n" for row in rows).encode(encoding)


def archive(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return path


@pytest.fixture
def read(form, tmp_path):
    """Read an archive whose main file has some columns instead of the usual ones."""

    def reading(columns=None, *, others=None, house=HOUSE, room=ROOM, name="small_1_Tabular_All.zip"):
        files = {
            "small.tab": tab({**MAIN, **(columns or {})}),
            "house.tab": tab(house),
            "room.tab": tab(room),
            **(others or {}),
        }
        return read_export(archive(tmp_path / name, files), form)

    reading.form = form
    return reading


@pytest.fixture
def microdata(read):
    return lambda *words, **options: harmonise(read(*words, **options), read.form)


def told(found, column):
    answers = found.households[column].fillna("").tolist()
    return list(zip(answers, found.household_states[column].tolist(), strict=True))


def test_asked_without_answer_is_not_skipped(microdata):
    """A blank was skipped; a mark was asked and has no answer."""
    found = microdata()
    assert told(found, "age") == [("41", 2), ("", 1), ("7", 2)]
    assert told(found, "ward") == [("Tân Khai", 2), ("Lộc Ninh", 2), ("", 1)]
    assert told(found, "visited") == [("2026-10-05", 2), ("", 1), ("2026-10-06", 2)]
    assert told(found, "net") == [("1", 2), ("0", 2), ("", 1)]
    assert told(found, "devices") == [("1 -96", 2), ("", 0), ("", 0)]


def test_the_keys_are_those_of_the_other_tools(microdata):
    assert microdata().households.index.tolist() == [
        "-".join(key[a:b] for a, b in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))) for key in IDS
    ]


@pytest.mark.parametrize("day", ["1582-10-14", "1582-10-14T00:00:01"])
def test_the_spss_day_that_is_none(microdata, day):
    assert told(microdata({"visited": ["2026-10-05", day, "2026-10-06"]}), "visited")[1] == ("", 1)


def test_choice_columns_with_a_minus_or_a_point(read, form):
    names = read().tables["small"].columns
    assert "devices__n96" in names
    assert harmonise(read(), form).households["devices"].iloc[0] == "1 -96"


def test_yes_no_questions_tick_what_was_answered_yes(microdata):
    columns = {
        "devices__1": ["0", "", ""], "devices__2": ["1", "", ""],
        "devices__3": [UNANSWERED, "", ""], "devices__n96": [UNANSWERED, "", ""],
    }  # fmt: skip
    assert told(microdata(columns), "devices") == [("2", 2), ("", 0), ("", 0)]


def test_a_yes_no_question_without_any_answer_is_no_answer(microdata):
    columns = {f"devices__{code}": [UNANSWERED, "", ""] for code in ("1", "2", "3", "n96")}
    assert told(microdata(columns), "devices")[0] == ("", 1)


def test_ranks_of_ordered_questions_are_ticks(microdata):
    columns = {
        "devices__1": ["2", "", ""], "devices__2": ["1", "", ""],
        "devices__3": ["0", "", ""], "devices__n96": ["3", "", ""],
    }  # fmt: skip
    assert told(microdata(columns), "devices")[0] == ("1 2 -96", 2)


def test_comboboxes_hold_the_chosen_codes(read, form, tmp_path):
    main = {name: cells for name, cells in MAIN.items() if not name.startswith("devices")}
    main |= {"devices__0": ["3", "", ""], "devices__1": ["-96", "", ""], "devices__2": [UNANSWERED, "", ""]}
    files = {"small.tab": tab(main), "house.tab": tab(HOUSE), "room.tab": tab(ROOM)}
    found = harmonise(read_export(archive(tmp_path / "combo.zip", files), form), form)
    assert told(found, "devices")[0] == ("3 -96", 2)


def with_status(status):
    return pd.DataFrame({"interview__id": IDS, "interview__status": [status] * 3})


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("100", "received"),
        ("120", "approved"),
        ("130.0", "approved"),
        ("65", "rejected"),
        ("125", "rejected"),
    ],
)
def test_statuses(status, state):
    found = survey_solutions.submissions(
        pd.DataFrame({"interview__id": IDS, "interview__status": [status] * 3})
    )
    assert found["review"].tolist() == [state] * 3
    assert found["readable"].all()


@pytest.mark.parametrize("status", ["-1", "0", "20", "40", "60", "80", "85", "95"])
def test_below_65_nothing_is_finished(status):
    found = survey_solutions.submissions(
        pd.DataFrame({"interview__id": IDS, "interview__status": [status] * 3})
    )
    assert not found["readable"].any()


def test_an_interview_that_is_not_finished_is_no_household(microdata):
    found = microdata({"interview__status": ["100", "60", "130"]})
    assert len(found.households) == 2
    reported = [(f.code, f.row) for f in found.findings if f.code == "submission_incomplete"]
    assert reported == [("submission_incomplete", 3)]


def test_an_unknown_status_is_reported(microdata):
    found = microdata({"interview__status": ["100", "777", "130"]})
    assert ("review_unknown", 3) in [(f.code, f.row) for f in found.findings]


def test_positions_are_withheld(read):
    parts = ("Latitude", "Longitude", "Accuracy", "Altitude", "Timestamp")
    columns = {f"gps__{part}": ["11.5", UNANSWERED, ""] for part in parts}
    export = read(columns)
    assert not any(header.startswith("gps") for header in export.tables["small"])
    assert "columns_withheld" not in {f.code for f in harmonise(export, read.form).findings}


def test_rosters_within_rosters(microdata):
    found = microdata()
    house, room = (found.rosters[name].rows for name in ("house", "room"))
    keys = found.households.index
    assert house[["key", "position", "floors"]].to_numpy().tolist() == [
        [keys[0], 1, "2"], [keys[0], 2, "1"], [keys[1], 1, "3"],
    ]  # fmt: skip
    assert room[["key", "parent"]].to_numpy().tolist() == [[keys[0], 1], [keys[0], 2], [keys[1], 1]]
    assert room["beds"].fillna("").tolist() == ["4", "", "6"]
    assert found.rosters["room"].states["beds"].tolist() == [2, 1, 2]


def test_rosters_are_in_the_order_of_their_codes(microdata):
    upside_down = {name: cells[::-1] for name, cells in HOUSE.items()}
    assert microdata(house=upside_down).rosters["house"].rows["floors"].tolist() == ["3", "1", "2"]
    assert microdata(house=upside_down).rosters["house"].rows["position"].tolist() == [1, 2, 1]


def test_a_roster_row_without_its_interview_is_reported(microdata):
    stray = {**HOUSE, "interview__id": [IDS[0], IDS[0], "f" * 32]}
    found = microdata(house=stray)
    assert [(f.sheet, f.row) for f in found.findings if f.code == "member_orphan"] == [("house", 4)]


def test_a_byte_order_mark_in_every_file(read, form, tmp_path):
    plain = {
        "small.tab": tab(MAIN, "utf-8"),
        "house.tab": tab(HOUSE, "utf-8"),
        "room.tab": tab(ROOM, "utf-8"),
    }
    found = harmonise(read_export(archive(tmp_path / "plain.zip", plain), form), form)
    pd.testing.assert_frame_equal(found.households, harmonise(read(), form).households)


def test_files_about_the_work_are_set_aside(read, microdata):
    about = {"interview__id": IDS, "date": ["2026-10-05"] * 3, "responsible": ["dtv_1"] * 3}
    names = ("actions", "comments", "diagnostics", "errors")
    others = {f"interview__{name}.tab": tab(about) for name in names}
    others |= {
        "assignment__actions.tab": tab(about), "export__readme.txt": b"Generated by Survey Solutions",
        "export__info.json": b"{}", "Questionnaire/content.zip": b"PK", "small.do": b"label define a",
    }  # fmt: skip
    export = read(others=others)
    assert (set(export.tables), export.ignored) == ({"small", "house", "room"}, ())
    pd.testing.assert_frame_equal(microdata(others=others).households, microdata().households)


def test_a_main_file_is_needed(form, tmp_path):
    path = archive(tmp_path / "a.zip", {"house.tab": tab(HOUSE), "interview__actions.tab": tab(HOUSE)})
    with pytest.raises(Refusal) as refused:
        read_export(path, form)
    assert [found.code for found in refused.value.findings] == ["suso_main_missing"]


@pytest.mark.parametrize("file", ["DDI/small.xml", "paradata.tab"])
def test_archives_without_answers_are_refused(form, tmp_path, file):
    events = {"interview__id": IDS, "order": ["1"] * 3, "event": ["AnswerSet"] * 3, "parameters": ["a"] * 3}
    content = tab(events) if file == "paradata.tab" else b""
    with pytest.raises(Refusal) as refused:
        read_export(archive(tmp_path / "a.zip", {file: content, "export__readme.txt": b"x"}), form)
    assert [found.code for found in refused.value.findings] == ["archive_survey_solutions"]
    assert "Data Export" in refused.value.sentence("vi")


def test_a_roster_file_that_was_left_out_is_missed(instrument, tmp_path):
    with zipfile.ZipFile(WAVE / "digiskill_hh_1_Tabular_All.zip") as whole:
        files = {name: whole.read(name) for name in whole.namelist() if name != "member.tab"}
    with pytest.raises(Refusal) as refused:
        read_export(archive(tmp_path / "a.zip", files), instrument)
    assert [(f.code, f.facts["repeat"]) for f in refused.value.findings] == [
        ("suso_roster_missing", "member")
    ]


def test_codes_of_stata_have_no_decimals(form, tmp_path):
    """Numbers are doubles there, texts blank, and .a says asked without answer."""
    numbers = {"age": [41.0, "a", 7.0], "net": [1.0, 0.0, "a"], "zone": [1.0, 2.0, 1.0]}
    ticks = {
        name: [float(cells[0]), None, None] for name, cells in MAIN.items() if name.startswith("devices")
    }
    status = {"interview__status": [100.0, 120.0, 130.0]}
    kept = [name for name in MAIN if name not in ("visited", "has__errors", "sssys_irnd", "assignment__id")]
    main = pd.DataFrame({name: ({**MAIN, **numbers, **ticks, **status})[name] for name in kept})
    files = {}
    for name, frame, lettered in (
        ("small", main.astype({"age": object, "net": object}), {"age": ["a"], "net": ["a"]}),
        ("house", pd.DataFrame({**HOUSE, "house__id": [1.0, 2.0, 1.0], "floors": [2.0, 1.0, 3.0]}), None),
        ("room", pd.DataFrame({**ROOM, "house__id": [1.0, 2.0, 1.0], "room__id": [1.0] * 3,
                               "beds": [4.0, 5.0, 6.0]}), None),
    ):  # fmt: skip
        pyreadstat.write_dta(frame, tmp_path / "t.dta", missing_user_values=lettered)
        files[f"{name}.dta"] = (tmp_path / "t.dta").read_bytes()
    found = harmonise(read_export(archive(tmp_path / "small_1_STATA_All.zip", files), form), form)
    assert told(found, "age") == [("41", 2), ("", 1), ("7", 2)]
    assert told(found, "net") == [("1", 2), ("0", 2), ("", 1)]
    assert told(found, "zone") == [("01", 2), ("02", 2), ("01", 2)], "a leading zero comes back by the list"
    assert told(found, "devices")[0] == ("1 -96", 2)
    assert found.households["review"].tolist() == ["received", "approved", "approved"]
    assert found.rosters["room"].rows["beds"].tolist() == ["4", "5", "6"]


def test_moments_are_the_clock_of_the_tablet(microdata):
    found = microdata()
    assert found.households["started"].iloc[0] == "2026-10-05T00:30:00Z"
    assert "time_without_zone" in {f.code for f in found.findings}


def test_the_form_version_is_not_kept(microdata):
    found = microdata()
    assert found.households["form_version"].isna().all()
    assert "version_not_kept" in {f.code for f in found.findings}


def test_the_archives_of_the_wave_still_hold_every_mark(instrument):
    """The cut files are worth their name only with the marks in them."""
    with zipfile.ZipFile(WAVE / "digiskill_hh_1_Tabular_All.zip") as whole:
        assert "##N/A##" in whole.read("digiskill_hh.tab").decode("utf-8-sig")
    export = read_export(WAVE / "digiskill_hh_1_STATA_All.zip", instrument)
    assert export.tables["digiskill_hh"].isin(["##N/A##", ".a"]).to_numpy().any()
