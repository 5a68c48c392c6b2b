"""Every option of an ODK Central download gives the same microdata.

The rows of section 2.2 and their tests:

* root table only:
  test_an_incomplete_archive_is_refused
* root table of a form without repeat:
  test_small_forms.py: test_a_root_csv_of_central_is_read_where_the_form_has_no_repeat
* one repeat name twice: ~1, ~2:
  test_small_forms.py: test_a_repeat_name_that_stands_twice_is_refused
* attachments, audit logs:
  test_attachments_and_audit_logs_are_no_tables
* marks of macOS:
  test_archives.py: test_attachments_audits_and_marks_of_macos_are_no_data
* saved again with marks and semicolons:
  test_an_archive_saved_again_with_semicolons_and_a_byte_order_mark
* PARENT_KEY, KEY, nested repeats:
  test_small_forms.py: test_central_repeats_and_a_repeat_within_a_repeat
* groupPaths=false:
  test_group_names_left_out
* splitSelectMultiples: unanswered is 0:
  test_an_unasked_zero_of_a_split_column_is_not_a_no
* without splits:
  test_without_split_columns_the_joined_codes_are_the_same
* ReviewState:
  test_review_states
* KEY stays, meta-instanceID changes:
  test_an_edited_submission_keeps_its_key
* not decrypted:
  test_an_encrypted_submission_is_no_household
* missing encrypted form data:
  test_an_encrypted_submission_without_its_form_data_is_no_household
* note columns, positions:
  test_notes_and_positions_are_withheld
* deletedFields:
  test_a_deleted_field_is_kept_and_reported
* Briefcase:
  test_odk_briefcase.py: test_a_briefcase_archive_gives_the_microdata_of_central
"""

import csv
import io

import pandas as pd
import pytest

from survey.exports import odk_central, read_export
from survey.harmonise import harmonise
from survey.messages import Refusal

MAIN, MEMBER = "digiskill_hh.csv", "digiskill_hh-member.csv"


@pytest.fixture
def reread(write_archive, instrument):
    return lambda tables: harmonise(read_export(write_archive(tables), instrument), instrument)


@pytest.fixture(scope="module")
def expected(small_archive, instrument):
    return harmonise(small_archive, instrument)


def test_an_unasked_zero_of_a_split_column_is_not_a_no(expected):
    never_asked = expected.household_states["f1_act"] == 0
    assert never_asked.any()
    assert expected.households.loc[never_asked, "f1_act"].isna().all()


def test_group_names_left_out(central, reread, expected):
    headers = central[MAIN][0]
    headers[:] = [h.rsplit("-", 1)[-1] if not h.startswith(("meta-", "z-gps")) else h for h in headers]
    found = reread(central)
    pd.testing.assert_frame_equal(found.households, expected.households)
    pd.testing.assert_frame_equal(found.member_states, expected.member_states)


def test_an_archive_saved_again_with_semicolons_and_a_byte_order_mark(
    central_rows, write_archive, instrument, expected
):
    texts = {}
    for name, rows in central_rows.items():
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
        texts[name] = text.getvalue().encode("utf-8-sig")
    found = harmonise(read_export(write_archive({}, texts), instrument), instrument)
    pd.testing.assert_frame_equal(found.households, expected.households)


@pytest.mark.parametrize(
    ("written", "state"),
    [
        ("approved", "approved"),
        ("rejected", "rejected"),
        ("hasIssues", "has_issues"),
        ("edited", "received"),
        ("", "received"),
    ],
)
def test_review_states(written, state):
    main = pd.DataFrame({"KEY": ["uuid:A1"], "ReviewState": [written]}, dtype="str")
    found = odk_central.submissions(main)
    assert found["review"].tolist() == [state]
    assert found["key"].tolist() == ["a1"]


def test_an_encrypted_submission_is_no_household(central, reread):
    header, first, *_ = central[MAIN]
    first[header.index("Status")] = "not decrypted"
    found = reread(central)
    assert len(found.households) == 29
    assert not (found.members["key"] == first[header.index("KEY")].removeprefix("uuid:")).any()
    assert [(f.code, f.row) for f in found.findings] == [("submission_encrypted", 2)]


def test_an_encrypted_submission_without_its_form_data_is_no_household(central, reread):
    header, first, *_ = central[MAIN]
    first[header.index("Status")] = "missing encrypted form data"
    for place in range(1, header.index("KEY")):
        first[place] = ""
    found = reread(central)
    assert len(found.households) == 29
    assert [(f.code, f.row) for f in found.findings] == [("submission_encrypted", 2)]


def test_a_deleted_field_is_kept_and_reported(central, reread, expected):
    for number, row in enumerate(central[MAIN]):
        row.insert(9, "5" if number else "cover-old_score")
    found = reread(central)
    pd.testing.assert_frame_equal(found.households, expected.households)
    assert [(f.code, f.facts["names"]) for f in found.findings] == [("columns_undeclared", "cover-old_score")]


@pytest.mark.parametrize("folder", ["media", "files"])
def test_attachments_and_audit_logs_are_no_tables(central_rows, write_archive, instrument, expected, folder):
    others = {
        f"{folder}/1603000000000.jpg": b"\xff\xd8\xff",
        f"{folder}/danh_sach.csv": b"a,b\n1,2\n",
        "digiskill_hh - audit.csv": b"instance ID,event,node\nuuid:1,form start,\n",
    }
    export = read_export(write_archive(central_rows, others), instrument)
    assert not export.ignored
    pd.testing.assert_frame_equal(harmonise(export, instrument).households, expected.households)


def test_without_split_columns_the_joined_codes_are_the_same(central, reread, expected):
    header = central[MAIN][0]
    kept = [place for place, name in enumerate(header) if "/" not in name]
    central[MAIN][:] = [[row[place] for place in kept] for row in central[MAIN]]
    found = reread(central)
    pd.testing.assert_frame_equal(found.households, expected.households)
    pd.testing.assert_frame_equal(found.household_states, expected.household_states)


def encrypt_all(tables):
    header, *rows = tables[MAIN]
    for row in rows:
        row[header.index("Status")] = "not decrypted"


def rename_key(tables):
    headers = tables[MAIN][0]
    headers[headers.index("KEY")] = "khóa"
    del tables[MEMBER]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (encrypt_all, "odk_encrypted"),
        (rename_key, "odk_identity_missing"),
        (lambda tables: tables.pop(MEMBER), "odk_root_only"),
        (lambda tables: tables.pop(MAIN), "odk_root_only"),
    ],
)
def test_an_incomplete_archive_is_refused(central, write_archive, instrument, change, code):
    change(central)
    with pytest.raises(Refusal) as refused:
        read_export(write_archive(central), instrument)
    assert [f.code for f in refused.value.findings] == [code]


def test_an_edited_submission_keeps_its_key(central, reread, expected):
    header, *rows = central[MAIN]
    for row in rows:
        row[header.index("meta-instanceID")] = "uuid:00000000-0000-4000-8000-000000000000"
    pd.testing.assert_frame_equal(reread(central).households, expected.households)


def test_notes_and_positions_are_withheld(small_archive):
    columns = set(small_archive.tables[small_archive.main])
    assert not any(
        header.endswith(("_note", "Latitude", "Longitude", "Accuracy")) for header in columns - {"z-z_note"}
    )
