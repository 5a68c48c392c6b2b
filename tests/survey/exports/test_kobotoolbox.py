"""Every setting of a KoboToolbox export gives the same microdata.

The rows of section 2.1 and their tests:

* file names of any kind, UTC stamp:
  test_the_name_of_the_file_says_nothing
* CSV: first section only:
  test_hostile_files.py: test_a_csv_export_of_a_form_with_a_roster
* CSV of a form without repeat:
  test_small_forms.py: test_a_kobo_csv_of_a_form_without_repeat_is_read
* sheet names cut to 31 characters:
  test_a_sheet_name_that_was_cut_is_the_main_sheet
* a sheet exists only if it has rows:
  test_a_file_in_which_nobody_was_reached_has_no_roster
* names or labels in headers:
  test_kobo_labels.py: test_labels_in_every_language_with_and_without_groups
* group separators of any kind:
  test_any_group_separator
* groups left out of headers:
  test_group_names_left_out
* select multiple: both, details, summary:
  test_select_multiple_as_summary_only
  test_select_multiple_as_columns_only
* q/other of or_other:
  test_headers.py: test_choice_columns_are_read_with_the_longest_fitting_code
* geopoint and its parts:
  test_headers.py: test_parts_of_a_position_belong_to_its_question
* typed cells, lost zones:
  test_typed_cells
  test_dates_of_a_typed_workbook_have_no_clock
* _notes and _tags:
  test_notes_and_tags_of_the_office_are_withheld
* _uuid changes, meta/rootUuid stays:
  test_an_edited_submission_keeps_its_key
* files from before meta/rootUuid:
  test_without_root_uuid_the_uuid_serves_with_a_warning
* _index renumbered at every export:
  test_an_export_with_other_row_numbers_is_the_same
* only row numbers left in the roster:
  test_the_roster_joins_by_row_numbers_of_the_file_when_nothing_better_is_left
* validation states, in codes and in labels:
  test_review_states
* several version columns:
  test_the_version_may_stand_in_several_columns
* all versions, latest version only:
  test_versions.py: test_latest_version_only_loses_a_renamed_column_and_is_refused
* a choice added later:
  test_a_choice_added_later_is_blank_in_older_rows
* HXL:
  test_read_export.py: test_an_hxl_row_is_no_submission
* cells cut at 32767 characters:
  test_a_cell_cut_at_the_limit_of_excel_is_reported
* SPSS labels:
  test_labels_for_spss_are_no_data
* legacy exporter:
  test_kobo_legacy.py: test_a_legacy_csv_with_folded_members_gives_the_microdata_of_the_workbook
* nested repeats:
  test_small_forms.py: test_kobo_repeats_and_a_repeat_within_a_repeat
* a mark glued to the first header:
  test_the_remains_of_a_byte_order_mark_are_no_part_of_the_first_header
"""

import datetime as dt

import pandas as pd
import pytest

from survey.exports import kobotoolbox, read_export
from survey.harmonise import SYSTEM_COLUMNS, harmonise
from survey.messages import Refusal

QUESTION_WITH_SPLITS = "b/b5_dev"


@pytest.fixture(scope="module")
def expected(small_export, instrument):
    return harmonise(small_export, instrument)


@pytest.fixture
def reread(write_workbook, instrument):
    return lambda sheets: harmonise(read_export(write_workbook(sheets), instrument), instrument)


def assert_same(found, expected, *, but=()):
    for name in ("households", "members", "household_states", "member_states"):
        left, right = getattr(found, name), getattr(expected, name)
        pd.testing.assert_frame_equal(
            left.drop(columns=list(but), errors="ignore"), right.drop(columns=list(but), errors="ignore")
        )


def main_of(sheets):
    return sheets[next(iter(sheets))]


def is_split(header, headers):
    return any(header.startswith(f"{other}/") for other in headers)


@pytest.mark.parametrize("separator", ["_", ".", "-", ":", " / "])
def test_any_group_separator(kobo, reread, expected, separator):
    for rows in kobo.values():
        rows[0][:] = [header.replace("/", separator) for header in rows[0]]
    assert_same(reread(kobo), expected)


@pytest.mark.parametrize("joint", ["/", "_", "."])
def test_group_names_left_out(kobo, reread, expected, joint):
    for rows in kobo.values():
        headers = list(rows[0])
        for place, header in enumerate(headers):
            parts = header.split("/")
            rows[0][place] = joint.join(parts[-2:]) if is_split(header, headers) else parts[-1]
    assert_same(reread(kobo), expected)


def test_select_multiple_as_summary_only(kobo, reread, expected):
    for rows in kobo.values():
        headers = list(rows[0])
        kept = [place for place, header in enumerate(headers) if not is_split(header, headers)]
        rows[:] = [[row[place] for place in kept] for row in rows]
    assert_same(reread(kobo), expected)


def test_select_multiple_as_columns_only(kobo, reread, expected):
    for rows in kobo.values():
        headers = list(rows[0])
        whole = {header for header in headers if any(other.startswith(f"{header}/") for other in headers)}
        kept = [place for place, header in enumerate(headers) if header not in whole]
        rows[:] = [[row[place] for place in kept] for row in rows]
    assert_same(reread(kobo), expected)


def test_typed_cells(kobo, reread, expected):
    header, *rows = main_of(kobo)
    times = [header.index(name) for name in ("start", "end", "_submission_time")]
    texts = {header.index(name) for name in ("cover/ea_code", "__version__", *header[:5])}
    for row in rows:
        for place in times:
            moment = dt.datetime.fromisoformat(row[place])
            row[place] = moment.replace(tzinfo=None)
        for place, cell in enumerate(row):
            if place not in texts and isinstance(cell, str) and cell.isdigit() and len(cell) < 6:
                row[place] = float(cell)
    found = reread(kobo)
    assert_same(found, expected)
    assert [f.code for f in found.findings] == ["time_without_zone"]


def test_selected_codes_are_in_list_order(kobo, reread):
    header, *rows = main_of(kobo)
    place = header.index(QUESTION_WITH_SPLITS)
    asked = next(row for row in rows if row[place])
    asked[place] = "4  2 1 2"
    households = reread(kobo).households
    assert households.loc[asked[header.index("_uuid")], "b5_dev"] == "1 2 4"


def test_the_version_may_stand_in_several_columns(kobo, reread, expected):
    header, *rows = main_of(kobo)
    place = header.index("__version__")
    header.append("_version_")
    for number, row in enumerate(rows):
        row.append(row[place] if number % 2 else "")
        row[place] = "" if number % 2 else row[place]
    assert_same(reread(kobo), expected)


def test_an_edited_submission_keeps_its_key(kobo, reread, expected):
    """The uuid changes with every edit, rootUuid does not; the roster still finds its household."""
    header, *rows = main_of(kobo)
    place = header.index("_uuid")
    old, new = rows[0][place], "11111111-2222-3333-4444-555555555555"
    rows[0][place] = new
    member_header, *members = kobo["member"]
    for member in members:
        uuid = member_header.index("_submission__uuid")
        member[uuid] = new if member[uuid] == old else member[uuid]
    found = reread(kobo)
    assert_same(found, expected)
    assert old in found.households.index


def drop_columns(rows, *names):
    places = [place for place, header in enumerate(rows[0]) if header not in names]
    rows[:] = [[row[place] for place in places] for row in rows]


def test_without_root_uuid_the_uuid_serves_with_a_warning(kobo, reread, expected):
    drop_columns(main_of(kobo), "meta/rootUuid")
    drop_columns(kobo["member"], "_submission_meta/rootUuid")
    found = reread(kobo)
    assert_same(found, expected)
    assert [(f.code, f.facts["count"]) for f in found.findings] == [("identity_by_uuid", "30")]


def test_the_roster_joins_by_row_numbers_of_the_file_when_nothing_better_is_left(kobo, reread, expected):
    drop_columns(kobo["member"], "_submission_meta/rootUuid", "_submission__uuid")
    assert_same(reread(kobo), expected)


@pytest.mark.parametrize(
    ("written", "state"),
    [
        ("validation_status_approved", "approved"),
        ("validation_status_not_approved", "rejected"),
        ("validation_status_on_hold", "has_issues"),
        ("Not Approved", "rejected"),
        ("", "received"),
    ],
)
def test_review_states(written, state):
    main = pd.DataFrame({"_uuid": ["A1"], "_validation_status": [written]}, dtype="str")
    assert kobotoolbox.submissions(main)["review"].tolist() == [state]


def test_an_unknown_review_state_is_reported(kobo, reread):
    header, *rows = main_of(kobo)
    rows[3][header.index("_validation_status")] = "xong"
    found = reread(kobo)
    assert [(f.code, f.row) for f in found.findings] == [("review_unknown", 5)]
    assert found.households["review"].iat[3] == "received"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda k: drop_columns(main_of(k), "meta/rootUuid", "_uuid"), "kobo_identity_missing"),
        (lambda k: k.pop("member"), "kobo_roster_missing"),
        (lambda k: main_of(k).__setitem__(slice(1, None), []), "table_empty"),
        (lambda k: main_of(k)[4].append("ghi chú"), "cells_without_header"),
        (lambda k: main_of(k).insert(0, ["BÁO CÁO HUYỆN 691"]), "header_not_first"),
    ],
)
def test_an_incomplete_workbook_is_refused(kobo, write_workbook, instrument, change, code):
    change(kobo)
    with pytest.raises(Refusal) as refused:
        read_export(write_workbook(kobo), instrument)
    assert [f.code for f in refused.value.findings] == [code]


def test_a_file_in_which_nobody_was_reached_has_no_roster(kobo, reread):
    header, *rows = main_of(kobo)
    refusing = [row for row in rows if row[header.index("a/a1_consent")] != "1"]
    main_of(kobo)[1:] = refusing
    del kobo["member"]
    found = reread(kobo)
    assert len(found.households) == len(refusing) > 0
    assert len(found.members) == 0
    assert {"key", "position", "row", "line_no", "m_age"} <= set(found.members)


def test_a_cell_cut_at_the_limit_of_excel_is_reported(kobo, reread, expected):
    header, *rows = main_of(kobo)
    place = header.index("z/z_note")
    mark = "<WARNING: Truncated to Excel limit of 32767 characters!>"
    rows[4][place] = (mark + "nhà khóa cổng " * 3000)[:32767]
    found = reread(kobo)
    assert_same(found, expected, but=["z_note"])
    (about,) = found.findings
    assert about.code == "cells_cut"
    assert about.facts["names"] == f"{next(iter(kobo))} · z/z_note · 6"


@pytest.mark.parametrize("remains", ["\ufeff", "ï»¿", "ï"])
def test_the_remains_of_a_byte_order_mark_are_no_part_of_the_first_header(kobo, reread, expected, remains):
    main_of(kobo)[0][0] = remains + main_of(kobo)[0][0]
    found = reread(kobo)
    assert_same(found, expected)
    assert not found.findings


def test_a_header_that_stands_twice_gives_what_either_column_holds(kobo, reread, expected):
    rows = main_of(kobo)
    place = rows[0].index("d/d1_phone")
    for number, row in enumerate(rows):
        row.append(row[place])
        row[place] = "" if number % 2 else row[place]
    assert_same(reread(kobo), expected)


def test_two_columns_of_one_question_that_differ_are_reported(kobo, reread, expected):
    rows = main_of(kobo)
    place = rows[0].index("d/d1_phone")
    rows[0].append("d/d1_phone")
    for row in rows[1:]:
        row.append(row[place])
    number = next(number for number, row in enumerate(rows) if number and row[place])
    rows[number][-1] = "another answer"
    found = reread(kobo)
    assert_same(found, expected)
    assert [(f.code, dict(f.facts)) for f in found.findings] == [
        ("columns_conflict", {"question": "d1_phone", "count": "1", "first": f"{number + 1}"})
    ]


def test_a_question_that_latest_version_only_drops_is_reported(kobo, reread):
    drop_columns(main_of(kobo), "d/d1_phone")
    found = reread(kobo)
    assert [(f.code, f.severity, f.facts["names"]) for f in found.findings] == [
        ("columns_lost", "error", "d1_phone")
    ]


def test_a_choice_added_later_is_blank_in_older_rows(kobo, reread, expected):
    """All versions of the form share one choice column; the joined codes stay right."""
    header, *rows = main_of(kobo)
    place = header.index(f"{QUESTION_WITH_SPLITS}/4")
    for row in rows:
        row[place] = "" if row[place] in {0, "0"} else row[place]
    assert_same(reread(kobo), expected)


def test_dates_of_a_typed_workbook_have_no_clock(kobo, reread, expected):
    header, *rows = main_of(kobo)
    for name in ("today", "cover/v1_date", "cover/v2_date"):
        place = header.index(name)
        for row in rows:
            row[place] = dt.datetime.fromisoformat(row[place]) if row[place] else ""
    assert_same(reread(kobo), expected)


def test_system_columns_come_first(expected):
    assert tuple(expected.households.columns[:7]) == SYSTEM_COLUMNS


def test_the_name_of_the_file_says_nothing(kobo, write_workbook, instrument, expected):
    name = "Khảo sát - latest version - False - 2026-10-12-08-30-00 (1).xlsx"
    assert_same(harmonise(read_export(write_workbook(kobo, name), instrument), instrument), expected)


def test_a_sheet_name_that_was_cut_is_the_main_sheet(kobo, reread, expected):
    whole = next(iter(kobo))
    assert whole.endswith("...")
    assert_same(reread({"Khảo sát kỹ năng số của... (1)": kobo.pop(whole), **kobo}), expected)


def test_notes_and_tags_of_the_office_are_withheld(kobo, write_workbook, instrument, expected):
    header, *rows = main_of(kobo)
    for name in ("_notes", "_tags"):
        for row in rows:
            row[header.index(name)] = "gọi lại cho chị Lan"
    export = read_export(write_workbook(kobo), instrument)
    assert not {"_notes", "_tags"} & set(export.tables[export.main])
    found = harmonise(export, instrument)
    assert_same(found, expected)
    assert not found.findings, "the tool's own columns are nothing to stop a file for"


def test_an_export_with_other_row_numbers_is_the_same(kobo, reread, expected):
    """Tomorrow's export counts the rows anew."""
    for rows in kobo.values():
        header = rows[0]
        for place in (header.index(name) for name in ("_index", "_parent_index") if name in header):
            for row in rows[1:]:
                row[place] = int(row[place]) + 500
    assert_same(reread(kobo), expected)


def test_labels_for_spss_are_no_data(write_archive, instrument):
    syntax = "\ufeffVARIABLE LABELS b4_net 'Nhà có mạng không?'.\r\n".encode()
    with pytest.raises(Refusal) as refused:
        read_export(write_archive({}, {"Khảo sát - vi - SPSS labels.sps": syntax}), instrument)
    assert [f.code for f in refused.value.findings] == ["archive_unknown"]
    assert "SPSS Labels" in refused.value.sentence("vi")


def test_members_of_a_file_that_lost_its_row_numbers_are_orphans():
    """All keys blank: nothing to look up, and still text comes back."""
    main = pd.DataFrame({"_uuid": ["", ""], "_index": ["", ""]}, dtype="str")
    roster = pd.DataFrame({"_parent_index": ["1", "2"]}, dtype="str")
    assert list(kobotoolbox.parents(roster, main, pd.Series(["", ""], dtype="str"))) == ["", ""]
