"""Forms of other shapes than ours: without a repeat, with several, with a repeat within a repeat."""

import csv
import json

import pytest

from survey.exports import read_export
from survey.harmonise import harmonise
from survey.instrument import load_instrument
from survey.messages import Refusal

FLAT = """
| survey |
| | type | name | label::Tiếng Việt (vi) |
| | begin_group | g | Nhóm |
| | text | ward | Xã |
| | select_one yn | net | Có mạng không? |
| | select_multiple dev | devices | Thiết bị |
| | end_group | | |
| choices |
| | list_name | name | label::Tiếng Việt (vi) |
| | yn | 1 | Có |
| | yn | 0 | Không |
| | dev | 1 | Điện thoại |
| | dev | 2 | Máy tính |
| settings |
| | form_title | form_id | version | default_language |
| | Phẳng | flat | 2026100101 | Tiếng Việt (vi) |
"""
NESTED = """
| survey |
| | type | name | label::Tiếng Việt (vi) | relevant |
| | text | ward | Xã | |
| | begin_repeat | house | Nhà | |
| | integer | floors | Số tầng | |
| | begin_repeat | room | Phòng | |
| | integer | beds | Số giường | ${floors} > 1 |
| | end_repeat | | | |
| | end_repeat | | | |
| | begin_repeat | animal | Vật nuôi | |
| | text | kind | Loài | |
| | end_repeat | | | |
| settings |
| | form_title | form_id | version | default_language |
| | Lồng | nested | 2026100101 | Tiếng Việt (vi) |
"""
SYSTEM = ["_id", "_uuid", "_submission_time", "_validation_status", "_status", "__version__", "_index"]
LINKS = ["_index", "_parent_table_name", "_parent_index", "_submission__uuid"]


@pytest.fixture
def form(tmp_path):
    def load(text):
        (tmp_path / "form.md").write_text(text, encoding="utf-8")
        return load_instrument(tmp_path / "form.md")

    return load


def system(number):
    return [
        f"{number}",
        f"u{number}",
        "2026-10-05T00:59:19",
        "",
        "submitted_via_web",
        "2026100101",
        f"{number}",
    ]


def write_csv(path, rows, delimiter):
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    return path


FLAT_NAMES = ["g/ward", "g/net", "g/devices", "g/devices/1", "g/devices/2"]
FLAT_LABELS = [
    "Nhóm/Xã", "Nhóm/Có mạng không?", "Nhóm/Thiết bị", "Nhóm/Thiết bị/Điện thoại", "Nhóm/Thiết bị/Máy tính"
]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        (FLAT_NAMES, [["Tân Khai", "1", "1 2", "1", "1"], ["Lộc Ninh", "0", "", "", ""]]),
        (
            FLAT_LABELS,
            [["Tân Khai", "Có", "Điện thoại Máy tính", "1", "1"], ["Lộc Ninh", "Không", "", "", ""]],
        ),
    ],
    ids=["names", "labels"],
)  # fmt: skip
@pytest.mark.parametrize("hxl", [False, True], ids=["", "hxl"])
@pytest.mark.parametrize("column", ["label::Tiếng Việt (vi)", "label"])
def test_a_kobo_csv_of_a_form_without_repeat_is_read(form, tmp_path, header, cells, hxl, column):
    tags = [["#adm3", "#ict", "", "", "", *[""] * len(SYSTEM)]] if hxl else []
    rows = [[*header, *SYSTEM], *tags, *([*row, *system(n)] for n, row in enumerate(cells, start=1))]
    flat = form(FLAT.replace("label::Tiếng Việt (vi)", column))
    found = harmonise(read_export(write_csv(tmp_path / "x.csv", rows, ";"), flat), flat)
    assert found.households["ward"].tolist() == ["Tân Khai", "Lộc Ninh"]
    assert found.households["net"].tolist() == ["1", "0"]
    assert found.households["devices"].fillna("").tolist() == ["1 2", ""]


def test_a_root_csv_of_central_is_read_where_the_form_has_no_repeat(form, tmp_path):
    header = ["SubmissionDate", "g-ward", "g-net", "g-devices", "KEY", "Status", "ReviewState", "FormVersion"]
    row = ["2026-10-05T00:59:19.000Z", "Tân Khai", "1", "2", "uuid:a", "", "edited", "2026100101"]
    flat = form(FLAT)
    found = harmonise(read_export(write_csv(tmp_path / "x.csv", [header, row], ","), flat), flat)
    assert found.households.loc["a", ["ward", "net", "devices"]].tolist() == ["Tân Khai", "1", "2"]


@pytest.fixture
def nested_sheets():
    """Two houses with two rooms and one room, an animal each, as KoboToolbox numbers them."""
    main = [["ward", *SYSTEM], ["Tân Khai", *system(1)], ["Lộc Ninh", *system(2)]]
    house = [["house/floors", *LINKS], ["2", 1, "m", 1, "u1"], ["1", 2, "m", 1, "u1"], ["3", 3, "m", 2, "u2"]]
    room = [
        ["house/room/beds", *LINKS],
        ["4", 1, "house", 1, "u1"], ["5", 2, "house", 1, "u1"],
        ["", 3, "house", 2, "u1"], ["6", 4, "house", 3, "u2"],
    ]  # fmt: skip
    animal = [["animal/kind", *LINKS], ["gà", 1, "m", 2, "u2"]]
    return {"m": main, "house": house, "room": room, "animal": animal}


def told(microdata, repeat, *columns):
    return microdata.rosters[repeat].rows[list(columns)].fillna("").to_numpy().tolist()


def assert_nested(found):
    assert told(found, "house", "key", "position", "floors") == [
        ["u1", 1, "2"], ["u1", 2, "1"], ["u2", 1, "3"]
    ]  # fmt: skip
    assert told(found, "room", "key", "parent", "position", "beds") == [
        ["u1", 1, 1, "4"], ["u1", 1, 2, "5"], ["u1", 2, 3, ""], ["u2", 1, 1, "6"]
    ]  # fmt: skip
    assert found.rosters["room"].states["beds"].tolist() == [2, 2, 0, 2]
    assert told(found, "animal", "key", "kind") == [["u2", "gà"]]


def test_kobo_repeats_and_a_repeat_within_a_repeat(form, nested_sheets, write_workbook):
    nested = form(NESTED)
    export = read_export(write_workbook(nested_sheets), nested)
    assert export.rosters == {"house": "house", "room": "room", "animal": "animal"}
    assert_nested(harmonise(export, nested))


def test_kobo_repeats_with_labels(form, nested_sheets, write_workbook):
    titles = {"ward": "Xã", "house/floors": "Nhà/Số tầng", "house/room/beds": "Nhà/Phòng/Số giường",
              "animal/kind": "Vật nuôi/Loài"}  # fmt: skip
    for rows in nested_sheets.values():
        rows[0][0] = titles[rows[0][0]]
    nested = form(NESTED)
    assert_nested(harmonise(read_export(write_workbook(nested_sheets), nested), nested))


def test_kobo_json_with_a_repeat_within_a_repeat(form, tmp_path):
    api = {
        "_submission_time": "2026-10-05T00:59:19",
        "_status": "submitted_via_web",
        "_validation_status": {},
        "_xform_id_string": "a",
        "formhub/uuid": "b",
        "__version__": "2026100101",
    }
    records = [
        {"_id": 1, "_uuid": "u1", "ward": "Tân Khai", **api, "house": [
            {"house/floors": "2", "house/room": [{"house/room/beds": "4"}, {"house/room/beds": "5"}]},
            {"house/floors": "1", "house/room": [{}]},
        ]},
        {"_id": 2, "_uuid": "u2", "ward": "Lộc Ninh", **api, "animal": [{"animal/kind": "gà"}], "house": [
            {"house/floors": "3", "house/room": [{"house/room/beds": "6"}]},
        ]},
    ]  # fmt: skip
    (tmp_path / "data.json").write_text(json.dumps(records), encoding="utf-8")
    nested = form(NESTED)
    assert_nested(harmonise(read_export(tmp_path / "data.json", nested), nested))


@pytest.fixture
def nested_archive():
    """The same answers in the tables of ODK Central."""
    main = [
        ["SubmissionDate", "ward", "KEY", "Status", "ReviewState", "FormVersion"],
        ["2026-10-05T00:59:19.000Z", "Tân Khai", "uuid:u1", "", "", "2026100101"],
        ["2026-10-05T00:59:19.000Z", "Lộc Ninh", "uuid:u2", "", "", "2026100101"],
    ]
    house = [
        ["floors", "PARENT_KEY", "KEY"],
        ["2", "uuid:u1", "uuid:u1/house[1]"], ["1", "uuid:u1", "uuid:u1/house[2]"],
        ["3", "uuid:u2", "uuid:u2/house[1]"],
    ]  # fmt: skip
    room = [
        ["beds", "PARENT_KEY", "KEY"],
        ["4", "uuid:u1/house[1]", "uuid:u1/house[1]/room[1]"],
        ["5", "uuid:u1/house[1]", "uuid:u1/house[1]/room[2]"],
        ["", "uuid:u1/house[2]", "uuid:u1/house[2]/room[1]"],
        ["6", "uuid:u2/house[1]", "uuid:u2/house[1]/room[1]"],
    ]
    animal = [["kind", "PARENT_KEY", "KEY"], ["gà", "uuid:u2", "uuid:u2/animal[1]"]]
    tables = {"nested": main, "nested-house": house, "nested-room": room, "nested-animal": animal}
    return {f"{name}.csv": rows for name, rows in tables.items()}


def test_central_repeats_and_a_repeat_within_a_repeat(form, nested_archive, write_archive):
    nested = form(NESTED)
    assert_nested(harmonise(read_export(write_archive(nested_archive), nested), nested))


def test_a_repeat_name_that_stands_twice_is_refused(form, nested_archive, write_archive):
    tables = {name.replace("room", "house~2").replace("-house.", "-house~1."): rows
              for name, rows in nested_archive.items()}  # fmt: skip
    twice = form(NESTED.replace("| room |", "| house |"))
    with pytest.raises(Refusal) as refused:
        read_export(write_archive(tables), twice)
    assert [(f.code, f.facts["repeat"]) for f in refused.value.findings] == [("odk_repeat_twice", "house")]
