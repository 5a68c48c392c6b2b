"""ODK Briefcase: SET-OF columns, American dates in the zone of the computer, no states."""

import datetime as dt

import pandas as pd
import pytest

from survey.exports import read_export
from survey.harmonise import harmonise

MAIN, MEMBER = "digiskill_hh.csv", "digiskill_hh-member.csv"
CENTRAL_ONLY = frozenset(
    {"SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "Status", "ReviewState",
     "DeviceID", "Edits", "FormVersion"}
)  # fmt: skip
OFFICE = dt.timezone(dt.timedelta(hours=7))


@pytest.fixture(scope="module")
def expected(small_archive, instrument):
    return harmonise(small_archive, instrument)


def american(text):
    if len(text) == 10:
        day = dt.date.fromisoformat(text)
        return f"{day:%b} {day.day}, {day:%Y}"
    moment = dt.datetime.fromisoformat(text).astimezone(OFFICE)
    return f"{moment:%b} {moment.day}, {moment:%Y} {int(f'{moment:%I}')}:{moment:%M:%S %p}"


@pytest.fixture
def briefcase(central):
    """The tables of ODK Central as Briefcase writes them."""
    header = central[MAIN][0]
    dated = {h for h in header if h in {"SubmissionDate", "start", "end", "today"} or h.endswith("_date")}
    for table, rows in central.items():
        names = list(rows[0])
        kept = [place for place, name in enumerate(names) if name not in CENTRAL_ONLY and "/" not in name]
        key = names.index("KEY")
        rows[:] = [
            [
                *(american(row[p]) if names[p] in dated and row[p] and n else row[p] for p in kept),
                f"{row[key]}/b/member" if n else ("SET-OF-b-member" if table == MAIN else "SET-OF-member"),
            ]
            for n, row in enumerate(rows)
        ]
    return central


def test_a_briefcase_archive_gives_the_microdata_of_central(briefcase, write_archive, instrument, expected):
    export = read_export(write_archive(briefcase), instrument)
    assert export.source == "odk_briefcase"
    found = harmonise(export, instrument)
    told_by_central = ["source", "form_version", "review"]
    pd.testing.assert_frame_equal(
        found.households.drop(columns=told_by_central), expected.households.drop(columns=told_by_central)
    )
    pd.testing.assert_frame_equal(found.members, expected.members)
    assert set(found.households["review"]) == {"received"}
    assert not [f for f in found.findings if f.severity == "error"]


def test_set_of_columns_are_the_tools_own(briefcase, write_archive, instrument):
    found = harmonise(read_export(write_archive(briefcase), instrument), instrument)
    assert "columns_undeclared" not in {f.code for f in found.findings}
