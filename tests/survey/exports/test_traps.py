"""The lists that say which test holds which convention are true: every test they name exists.

What statistics programs write (section 2.6):

* declared missing values keep their codes:
  test_statistical.py: test_declared_user_missing_values_keep_their_codes
* letters of Stata, .a:
  test_statistical.py: test_a_lettered_missing_value_of_stata_is_told_from_a_blank_one
* dates beyond the calendar:
  test_statistical.py: test_a_date_beyond_the_calendar_does_not_take_the_other_dates_with_it
* old encodings:
  test_statistical.py: test_an_old_stata_file_in_any_of_three_encodings

What goes wrong in real uploads (section 3):

* an edited submission looks new:
  test_kobotoolbox.py: test_an_edited_submission_keeps_its_key
* the same household twice with different ids:
  test_copies.py: test_one_household_with_two_submissions
  test_copies.py: test_one_interview_under_two_households
* a corrected file, and an older one after it:
  test_pipeline.py: test_a_corrected_file_shows_what_is_new_changed_unchanged_and_missing
  test_pipeline.py: test_an_older_file_sent_again_does_not_win
* headers that drift between versions:
  test_versions.py: test_all_versions_in_one_file_are_each_read_by_their_own
  test_versions.py: test_latest_version_only_loses_a_renamed_column_and_is_refused
* exports with labels:
  test_kobo_labels.py: test_one_label_for_two_questions_is_refused_where_no_group_tells_them_apart
  test_kobo_labels.py: test_joined_labels_that_cannot_be_taken_apart_are_refused
* skipped or not answered:
  test_harmonise.py: test_asked_and_empty_is_no_answer
  test_survey_solutions.py: test_asked_without_answer_is_not_skipped
* zeros of choices that were never asked:
  test_odk_central.py: test_an_unasked_zero_of_a_split_column_is_not_a_no
* leading zeros, dates and encodings mangled by Excel:
  test_cells.py: test_codes_that_look_like_missing_values_stay
  test_vietnamese_files.py: test_dates_of_either_calendar_of_excel
* zones of time lost:
  test_harmonise.py: test_a_time_without_zone_is_local_and_the_servers_is_utc
* rosters missing, members without household:
  test_kobotoolbox.py: test_an_incomplete_workbook_is_refused
  test_harmonise.py: test_a_member_without_household_is_reported
  test_households.py: test_a_household_without_its_roster
* personal data:
  test_nothing_personal.py: test_no_name_and_no_telephone_of_any_tool
  test_nothing_personal.py: test_personal_columns_that_nobody_declared_stop_the_file
* hostile archives:
  test_hostile_files.py: test_hostile_workbooks
  test_archives.py: test_hostile_names
"""

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LISTS = (
    "test_kobotoolbox",
    "test_odk_central",
    "test_surveycto",
    "test_survey_solutions",
    "test_vietnamese_files",
)
NAMED = re.compile(r"^  (?:(?P<file>test_\w+\.py): )?(?P<test>test_\w+)$", re.MULTILINE)


def module_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def functions_in(path):
    return {node.name for node in module_of(path).body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("name", LISTS)
def test_every_test_that_a_list_names_exists(name):
    path = HERE / f"{name}.py"
    listed = ast.get_docstring(module_of(path)) or ""
    named = list(NAMED.finditer(listed))
    assert len(named) >= listed.count("* ") > 5
    for one in named:
        (home,) = HERE.parents[1].rglob(one["file"]) if one["file"] else (path,)
        assert one["test"] in functions_in(home), one.group()
