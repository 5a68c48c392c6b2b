"""The data of a KoboToolbox project as JSON give the microdata of the workbook."""

import json
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.exports import read_export
from survey.exports.json_files import read_json
from survey.harmonise import harmonise
from survey.messages import Refusal

KEYS = st.sampled_from(["_uuid", "meta/rootUuid", "_index", "a", "b/a", "_validation_status", "", "#x"])


@pytest.fixture(scope="module")
def expected(small_export, instrument):
    return harmonise(small_export, instrument)


@pytest.fixture
def records(kobo):
    """The rows of the workbook as the API writes them: blanks left out, members inside."""
    (header, *rows), (member_header, *members) = kobo.values()
    left_out = {h for h in header if any(h.startswith(f"{other}/") for other in header)} | {"_index"}
    return [
        {
            **{h: cell for h, cell in zip(header, row, strict=True) if cell != "" and h not in left_out},
            "formhub/uuid": "0a1b",
            "_xform_id_string": "aXk9",
            "_attachments": [{"filename": "u/attachments/audit.csv"}],
            "_geolocation": [None, None],
            "_notes": [],
            "_tags": [],
            "_submitted_by": None,
            "_validation_status": status_of(row[header.index("_validation_status")]),
            **members_of(row[header.index("_index")], member_header, members),
        }
        for row in rows
    ]  # fmt: skip


def test_half_an_emoji_does_not_take_the_file_with_it(records, tmp_path, instrument):
    """A program that cuts texts by length leaves "\\ud83d" behind, which no file can hold."""
    place = next(name for name in records[0] if name.endswith("hh_id"))
    records[0][place] = "Nhà 12 \ud83d"
    path = tmp_path / "data.json"
    path.write_text(json.dumps(page(records)), encoding="utf-8")
    found = harmonise(read_export(path, instrument), instrument)
    assert "Nhà 12 \u25a1" in set(found.households["hh_id"])


def status_of(uid):
    return {"uid": uid, "timestamp": 1_790_000_000, "label": "…", "color": "#fff"} if uid else {}


def members_of(index, header, members):
    place = header.index("_parent_index")
    listed = [
        {h: cell for h, cell in zip(header, row, strict=True) if cell != "" and not h.startswith("_")}
        for row in members
        if row[place] == index
    ]
    return {"b/member": listed} if listed else {}


@pytest.fixture
def write_json(tmp_path):
    def write(content, name="data.json"):
        (tmp_path / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return tmp_path / name

    return write


def page(records, **others):
    return {"count": len(records), "next": None, "previous": None, "results": records, **others}


@pytest.mark.parametrize("wrap", [page, list], ids=["the answer of data.json", "a bare list"])
def test_json_gives_the_microdata_of_the_workbook(records, write_json, instrument, expected, wrap):
    export = read_export(write_json(wrap(records)), instrument)
    assert export.source == "kobotoolbox_json"
    found = harmonise(export, instrument)
    assert not found.findings
    for name in ("households", "members", "household_states", "member_states"):
        left, right = getattr(found, name), getattr(expected, name)
        pd.testing.assert_frame_equal(
            left.drop(columns="source", errors="ignore"), right.drop(columns="source", errors="ignore")
        )


def test_personal_answers_and_attachments_are_withheld(records, write_json, instrument):
    export = read_export(write_json(page(records)), instrument)
    kept = {header for table in export.tables.values() for header in table.columns}
    assert not {"b/member/m_name", "_submitted_by", "_attachments", "_geolocation", "username"} & kept


def test_a_file_in_which_nobody_was_reached_leaves_out_most_questions(records, write_json, instrument):
    refusing = [one for one in records if "b/member" not in one]
    found = harmonise(read_export(write_json(page(refusing)), instrument), instrument)
    assert len(found.households) == len(refusing) > 0
    assert not found.findings


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"detail": "Authentication credentials were not provided."}, "json_unknown"),
        ([1, 2, 3], "json_unknown"),
        ({"count": 0, "results": []}, "table_empty"),
        ([{"a": "1", "_id": 2}], "layout_unknown"),
    ],
)
def test_another_json_is_refused(write_json, instrument, content, code):
    assert refusal(write_json(content), instrument).code == code


def test_one_page_of_several_is_refused(records, write_json, instrument):
    found = refusal(write_json(page(records, count=1855)), instrument)
    assert (found.code, found.facts["count"], found.facts["total"]) == ("kobo_json_page", "30", "1855")


@pytest.mark.parametrize("content", ['{"results": [{"a"', "[" * 100_000])
def test_a_cut_off_file_is_refused(tmp_path, instrument, content):
    (tmp_path / "data.json").write_text(content)
    assert refusal(tmp_path / "data.json", instrument).code == "json_damaged"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=5), max_size=4))
def test_any_list_of_records_becomes_tables_of_text(records):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "data.json")
        path.write_text(json.dumps(records), encoding="utf-8")
        tables = read_json(path, Path(folder))
    assert all(isinstance(cell, str) for table in tables for column in table.columns for cell in column)
    assert all(len(column) == len(table.rows) for table in tables for column in table.columns)


def refusal(path, instrument):
    with pytest.raises(Refusal) as refused:
        read_export(path, instrument)
    return refused.value.findings[0]
