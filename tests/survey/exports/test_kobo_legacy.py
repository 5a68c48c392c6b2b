"""The old KoboToolbox exporter: comma CSV, "n/a" for blanks, True and False, members in numbered columns."""

import csv

import pandas as pd
import pytest

from survey.exports import read_export
from survey.exports.cells import table_of
from survey.exports.folded import unfolded
from survey.harmonise import harmonise

DROPPED = ("_index", "_id", "_status", "_submitted_by")


@pytest.fixture(scope="module")
def expected(small_export, instrument):
    return harmonise(small_export, instrument)


@pytest.fixture
def legacy(kobo):
    """The rows of the workbook as the old exporter wrote them: header, then rows."""
    (header, *rows), (member_header, *members) = kobo.values()
    multiple = {h for h in header if any(other.startswith(f"{h}/") for other in header)}
    records = []
    for row in rows:
        record = {
            h: ticked(cell) if h.rpartition("/")[0] in multiple else cell
            for h, cell in zip(header, row, strict=True)
            if h not in multiple and h not in DROPPED
        }
        record["meta/instanceID"] = f"uuid:{record['_uuid']}"
        own = [m for m in members if m[member_header.index("_parent_index")] == row[header.index("_index")]]
        for number, member in enumerate(own, start=1):
            answers = zip(member_header, member, strict=True)
            record |= {
                h.replace("b/member/", f"b/member[{number}]/"): cell for h, cell in answers if h[0] != "_"
            }
        records.append(record)
    headers = list(dict.fromkeys(h for record in records for h in record))
    return [headers, *([record.get(h, "") or "n/a" for h in headers] for record in records)]


def ticked(cell):
    return {"": "", "1": "True", "0": "False"}[str(cell).removesuffix(".0")]


@pytest.fixture
def write_csv(tmp_path):
    def write(rows):
        with (tmp_path / "export.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)
        return tmp_path / "export.csv"

    return write


def test_a_legacy_csv_with_folded_members_gives_the_microdata_of_the_workbook(
    legacy, write_csv, instrument, expected
):
    export = read_export(write_csv(legacy), instrument)
    assert export.source == "kobotoolbox_legacy"
    found = harmonise(export, instrument)
    assert not [f for f in found.findings if f.severity == "error"]
    for name in ("households", "members", "household_states", "member_states"):
        left, right = getattr(found, name), getattr(expected, name)
        different = ["source", "row"] if name == "members" else ["source"]
        pd.testing.assert_frame_equal(
            left.drop(columns=different, errors="ignore"), right.drop(columns=different, errors="ignore")
        )


def test_a_member_names_the_row_of_its_submission(legacy, write_csv, instrument):
    found = harmonise(read_export(write_csv(legacy), instrument), instrument)
    rows = found.members.set_index("key")["row"]
    assert (rows == found.households["row"].reindex(rows.index)).all()


def test_the_main_sheet_of_a_legacy_workbook_has_the_parent_minus_one(
    kobo, write_workbook, instrument, expected
):
    (header, *rows), (member_header, *_) = kobo.values()
    for extra, value in (("_parent_table_name", ""), ("_parent_index", "-1"), ("meta/instanceID", "")):
        header.append(extra)
        for row in rows:
            row.append(value)
    for place, name in enumerate(member_header):
        member_header[place] = name.replace("_submission__uuid", "_uuid")
    found = harmonise(read_export(write_workbook(kobo), instrument), instrument)
    pd.testing.assert_frame_equal(found.members, expected.members)


def test_nested_repeats_are_unfolded_level_by_level():
    headers = ["_uuid", "x", "a[1]/q", "a[1]/b[1]/r", "a[1]/b[2]/r", "a[2]/q", "a[2]/b[1]/r"]
    table = table_of(
        "t", [headers, ["u1", "0", "1", "n/a", "4", "2", "5"], ["u2", "0", "n/a", "", "", "", ""]]
    )
    main, outer, inner = unfolded(table)
    assert main.headers == ("_uuid", "x", "_index")
    assert outer.headers == ("a/q", "_index", "_parent_index", "_submission__uuid")
    assert list(zip(*outer.columns, strict=True)) == [("1", "1", "1", "u1"), ("2", "2", "1", "u1")]
    assert inner.headers == ("a/b/r", "_index", "_parent_index", "_submission__uuid")
    assert list(zip(*inner.columns, strict=True)) == [("4", "1", "1", "u1"), ("5", "2", "2", "u1")]
    assert inner.rows == [2, 2]


def test_a_table_without_numbered_columns_stays_as_it_is():
    table = table_of("t", [["x", "x", "y"], ["1", "2", "3"]])
    assert unfolded(table) == [table]


def test_row_numbers_that_somebody_added_make_no_second_column_of_that_name(
    legacy, write_csv, instrument, expected
):
    numbered = [[*row, "_index" if n == 0 else str(100 - n)] for n, row in enumerate(legacy)]
    found = harmonise(read_export(write_csv(numbered), instrument), instrument)
    assert len(found.members) == len(expected.members)
