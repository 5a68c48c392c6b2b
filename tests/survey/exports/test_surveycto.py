"""SurveyCTO: long and wide exports of the same interviews, the review workflow, codes with a minus.

The rows of section 2.3 and their tests:

* SubmissionDate in American writing:
  test_moments_are_read_in_the_zone_of_the_office
* instanceID is a copy of KEY:
  test_long_tables_are_joined_by_key
* PARENT_KEY, SET-OF-x:
  test_long_tables_are_joined_by_key
* wide: var_1, var_2, and repeats within them:
  test_a_wide_file_gives_the_microdata_of_the_long_one
* review_status, comments, corrections:
  test_the_review_workflow
* only approved submissions are released:
  test_what_is_released_with_review_columns_was_approved
* {form}_correction_log.csv:
  test_a_correction_log_is_told_and_not_applied_again
* q_1, minus written _:
  test_choice_columns_with_a_minus
* a roster file alone:
  test_a_roster_alone_is_refused
* a repeat that was left out:
  test_a_repeat_that_was_left_out_is_missed
"""

import csv
import io
import zipfile

import pandas as pd
import pytest

from survey.exports import read_export, surveycto
from survey.harmonise import harmonise
from survey.instrument import load_instrument
from survey.messages import Refusal

FORM = """
| survey |
| | type | name | label::English (en) | relevant |
| | start | starttime | | |
| | text | ward | Ward | |
| | date | visited | Visited | |
| | select_one yn | net | Internet? | |
| | select_multiple dev | devices | Devices | ${net} = 1 |
| | begin_group | home | Home | |
| | begin_repeat | house | House | |
| | integer | floors | Floors | |
| | begin_repeat | room | Room | |
| | integer | beds | Beds | |
| | select_multiple dev | tools | Tools | |
| | end_repeat | | | |
| | end_repeat | | | |
| | end_group | | | |
| choices |
| | list_name | name | label::English (en) |
| | yn | 1 | Yes |
| | yn | 0 | No |
| | dev | 1 | Phone |
| | dev | 2 | Computer |
| | dev | -96 | Other |
| settings |
| | form_title | form_id | version | default_language |
| | Small | small | 2026100101 | English (en) |
"""
MAIN = {
    "SubmissionDate": ["Oct 5, 2026 8:58:20 AM", "Oct 5, 2026 12:05:00 PM", "Oct 6, 2026 12:30:00 AM"],
    "starttime": ["Oct 5, 2026 8:30:00 AM", "Oct 5, 2026 11:40:00 AM", "Oct 5, 2026 11:50:00 PM"],
    "ward": ["Tân Khai", "Lộc Ninh", "Bù Nho"],
    "visited": ["Oct 5, 2026", "Oct 5, 2026", "Oct 6, 2026"],
    "net": ["1", "0", "1"],
    "devices": ["1 -96", "", "2"],
    "devices_1": ["1", "", "0"],
    "devices_2": ["0", "", "1"],
    "devices__96": ["1", "", "0"],
    "instanceID": ["uuid:a", "uuid:b", "uuid:c"],
    "formdef_version": ["2026100101"] * 3,
    "KEY": ["uuid:a", "uuid:b", "uuid:c"],
}
HOUSE = {
    "floors": ["2", "1", "3"],
    "SET-OF-room": ["uuid:a/home-house[1]/room", "uuid:a/home-house[2]/room", "uuid:c/home-house[1]/room"],
    "PARENT_KEY": ["uuid:a", "uuid:a", "uuid:c"],
    "KEY": ["uuid:a/house[1]", "uuid:a/house[2]", "uuid:c/house[1]"],
    "SET-OF-house": ["uuid:a/home-house", "uuid:a/home-house", "uuid:c/home-house"],
}
ROOM = {
    "beds": ["4", "5", "6", "7"],
    "tools": ["1", "", "2 -96", "2"],
    "PARENT_KEY": ["uuid:a/house[1]", "uuid:a/house[1]", "uuid:a/house[2]", "uuid:c/house[1]"],
    "KEY": [
        "uuid:a/house[1]/room[1]", "uuid:a/house[1]/room[2]", "uuid:a/house[2]/room[1]",
        "uuid:c/house[1]/room[1]",
    ],
    "SET-OF-room": ["x"] * 4,
}  # fmt: skip
# The same rows as numbered columns: floors_<house>, beds_<house>_<room>.
WIDE = {
    "floors_1": ["2", "", "3"],
    "beds_1_1": ["4", "", "7"],
    "tools_1_1": ["1", "", "2"],
    "beds_1_2": ["5", "", ""],
    "tools_1_2": ["", "", ""],
    "floors_2": ["1", "", ""],
    "beds_2_1": ["6", "", ""],
    "tools_2_1": ["2 -96", "", ""],
}


@pytest.fixture
def form(tmp_path):
    (tmp_path / "form.md").write_text(FORM, encoding="utf-8")
    return load_instrument(tmp_path / "form.md")


def comma(columns):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([list(columns), *zip(*columns.values(), strict=True)])
    return text.getvalue().encode()


@pytest.fixture
def read(form, tmp_path):
    def reading(tables):
        path = tmp_path / "export.zip"
        with zipfile.ZipFile(path, "w") as packed:
            for name, columns in tables.items():
                packed.writestr(f"{name}.csv", comma(columns))
        return read_export(path, form)

    reading.form = form
    return reading


@pytest.fixture
def microdata(read):
    return lambda tables: harmonise(read(tables), read.form)


LONG = {"small": MAIN, "small-house": HOUSE, "small-house-room": ROOM}


def told(found, repeat, *columns):
    return found.rosters[repeat].rows[list(columns)].fillna("").to_numpy().tolist()


def codes(found):
    return [finding.code for finding in found.findings]


def test_long_tables_are_joined_by_key(read, microdata):
    found = microdata(LONG)
    assert read(LONG).source == "surveycto"
    assert found.households.index.tolist() == ["a", "b", "c"]
    assert found.households["devices"].fillna("").tolist() == ["1 -96", "", "2"]
    assert found.household_states["devices"].tolist() == [2, 0, 2]
    assert told(found, "house", "key", "position", "floors") == [["a", 1, "2"], ["a", 2, "1"], ["c", 1, "3"]]
    assert told(found, "room", "key", "parent", "beds", "tools") == [
        ["a", 1, "4", "1"], ["a", 1, "5", ""], ["a", 2, "6", "2 -96"], ["c", 1, "7", "2"],
    ]  # fmt: skip
    assert codes(found) == ["time_without_zone"]


def test_a_wide_file_gives_the_microdata_of_the_long_one(microdata, form, tmp_path):
    (tmp_path / "small_WIDE.csv").write_bytes(comma({**MAIN, **WIDE}))
    export = read_export(tmp_path / "small_WIDE.csv", form)
    assert export.source == "surveycto"
    found, expected = harmonise(export, form), microdata(LONG)
    pd.testing.assert_frame_equal(found.households, expected.households)
    for repeat in ("house", "room"):
        left, right = (side.rosters[repeat].rows.drop(columns="row") for side in (found, expected))
        order = ["key", "position"]
        pd.testing.assert_frame_equal(
            left.sort_values(order).reset_index(drop=True), right.sort_values(order).reset_index(drop=True)
        )


def test_choice_columns_with_a_minus(microdata):
    """Without the joined codes only the columns are left: ``devices__96`` is -96."""
    main = {name: cells for name, cells in MAIN.items() if name != "devices"}
    found = microdata({**LONG, "small": main})
    assert found.households["devices"].fillna("").tolist() == ["1 -96", "", "2"]
    assert found.household_states["devices"].tolist() == [2, 0, 2]


def test_moments_are_read_in_the_zone_of_the_office(microdata):
    found = microdata(LONG).households
    assert found["submitted"].tolist() == [
        "2026-10-05T01:58:20Z", "2026-10-05T05:05:00Z", "2026-10-05T17:30:00Z",
    ]  # fmt: skip
    assert found["started"].tolist() == [
        "2026-10-05T01:30:00Z", "2026-10-05T04:40:00Z", "2026-10-05T16:50:00Z",
    ]  # fmt: skip
    assert found["visited"].tolist() == ["2026-10-05", "2026-10-05", "2026-10-06"]


@pytest.mark.parametrize(
    ("status", "state"),
    [("approved", "approved"), ("REJECTED", "rejected"), ("none", "received"), ("", "received")],
)
def test_the_review_workflow(status, state):
    main = pd.DataFrame({"KEY": ["uuid:A"], "review_status": [status]}, dtype="str")
    assert surveycto.submissions(main)["review"].tolist() == [state]


def test_an_unknown_review_state_is_reported(microdata):
    found = microdata({**LONG, "small": {**MAIN, "review_status": ["approved", "later", ""]}})
    assert [(f.code, f.row) for f in found.findings] == [("review_unknown", 3), ("time_without_zone", None)]
    assert found.households["review"].tolist() == ["approved", "received", "received"]


def test_what_is_released_with_review_columns_was_approved(microdata):
    columns = {
        "review_comments": ["", "gọi lại", ""],
        "review_corrections": [""] * 3,
        "review_quality": [""] * 3,
    }
    found = microdata({**LONG, "small": {**MAIN, **columns}})
    assert set(found.households["review"]) == {"approved"}
    assert microdata(LONG).households["review"].tolist() == ["received"] * 3


def test_comments_of_reviewers_are_no_answers(read):
    export = read({**LONG, "small": {**MAIN, "review_comments": ["gọi chị Lan 0912345678", "", ""]}})
    assert "review_comments" not in export.tables["small"]


def test_a_correction_log_is_told_and_not_applied_again(read, microdata):
    """SurveyCTO has written the corrected values into the answers."""
    log = {
        "KEY": ["uuid:a", "uuid:a"], "field": ["ward", "net"], "old value": ["Tan Khai", "0"],
        "new value": ["Tân Khai", "1"],
    }  # fmt: skip
    tables = {**LONG, "small_correction_log": log}
    assert read(tables).ignored == ()
    found = microdata(tables)
    pd.testing.assert_frame_equal(found.households, microdata(LONG).households)
    (note,) = [finding for finding in found.findings if finding.code == "corrections_by_tool"]
    assert (note.facts["count"], note.facts["submissions"]) == ("2", "1")


def test_a_roster_alone_is_refused(read):
    with pytest.raises(Refusal) as refused:
        read({"small-house": HOUSE})
    assert [f.code for f in refused.value.findings] == ["surveycto_main_missing"]
    assert "SurveyCTO" in refused.value.sentence("vi")


def test_a_repeat_that_was_left_out_is_missed(form, tmp_path):
    inside = FORM.replace("| | begin_repeat | house", "| | text | roof | Roof | |\n| | begin_repeat | house")
    (tmp_path / "inside.md").write_text(inside, encoding="utf-8")
    other = load_instrument(tmp_path / "inside.md")
    (tmp_path / "small.csv").write_bytes(comma({**MAIN, "roof": ["tôn", "ngói", "tôn"]}))
    with pytest.raises(Refusal) as refused:
        read_export(tmp_path / "small.csv", other)
    assert [(f.code, f.facts["repeat"]) for f in refused.value.findings] == [
        ("surveycto_repeat_missing", "house")
    ]
    assert form.repeats == other.repeats


def test_a_row_without_its_parent_is_reported(microdata):
    stray = {**HOUSE, "PARENT_KEY": ["uuid:a", "uuid:a", "uuid:z"]}
    room = {name: cells[:3] for name, cells in ROOM.items()}
    found = microdata({**LONG, "small-house": stray, "small-house-room": room})
    orphans = [f for f in found.findings if f.code == "member_orphan"]
    assert [(f.sheet, f.row) for f in orphans] == [("small-house", 4)]


def test_a_workbook_with_a_sheet_a_table(form, write_workbook, microdata):
    sheets = {
        name: [list(columns), *map(list, zip(*columns.values(), strict=True))]
        for name, columns in {"small": MAIN, "house": HOUSE, "room": ROOM}.items()
    }
    found = harmonise(read_export(write_workbook(sheets), form), form)
    pd.testing.assert_frame_equal(found.households, microdata(LONG).households)
