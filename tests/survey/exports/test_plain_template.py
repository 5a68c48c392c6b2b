"""Our own workbook, filled with the interviews of the example wave, read back: the microdata are the same."""

import datetime as dt

import openpyxl
import pandas as pd
import pytest

from survey.exports import read_export
from survey.forms.template import KEY, MAIN, template_columns, write_template
from survey.harmonise import harmonise
from survey.messages import Refusal

NUMBERS, DATES = {"integer", "decimal"}, {"date"}


@pytest.fixture(scope="module")
def expected(small_export, instrument):
    return harmonise(small_export, instrument)


@pytest.fixture(scope="module")
def filled(expected, instrument, tmp_path_factory):
    """The template with thirty interviews and their rosters, typed as Excel types them."""
    path = tmp_path_factory.mktemp("template") / "phiếu huyện 691.xlsx"
    write_template(instrument, path)
    book = openpyxl.load_workbook(path)
    levels = {"": expected.households.reset_index(), "member": expected.members}
    for repeat, frame in levels.items():
        questions = template_columns(instrument, repeat)
        for record in frame[[KEY, *(q.name for q in questions)]].itertuples(index=False):
            cells = [typed(text, q.type) for text, q in zip(record[1:], questions, strict=True)]
            book[repeat or MAIN].append([record[0], *cells])
    book.save(path)
    return path


def typed(text, kind):
    if pd.isna(text):
        return None
    if kind in NUMBERS:
        return float(text)
    return dt.datetime.fromisoformat(text) if kind in DATES else text


@pytest.fixture(scope="module")
def export(filled, instrument):
    return read_export(filled, instrument)


def test_the_template_is_recognised(export):
    assert (export.source, export.main, export.rosters) == ("template", "main", {"member": "member"})
    assert export.ignored == ()
    assert export.scores["template"] > 0.9


def test_a_filled_template_is_the_export_of_the_same_interviews(export, expected, instrument):
    found = harmonise(export, instrument)
    names = [question.name for question in template_columns(instrument)]
    pd.testing.assert_frame_equal(found.households[names], expected.households[names])
    pd.testing.assert_frame_equal(found.household_states[names], expected.household_states[names])
    inside = [question.name for question in template_columns(instrument, "member")]
    order, told = ["key", "position"], ["key", "position", *inside]
    ours, theirs = (one.members.sort_values(order, ignore_index=True)[told] for one in (found, expected))
    pd.testing.assert_frame_equal(ours, theirs)
    assert {f.code for f in found.findings} == {"version_not_kept", "calculations_missing"}


def test_a_row_of_totals_in_the_template_is_refused(filled, instrument, tmp_path):
    book = openpyxl.load_workbook(filled)
    book["member"].append(["Tổng số", *[None] * 3, 87])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(Refusal) as refused:
        read_export(tmp_path / "a.xlsx", instrument)
    found = refused.value.findings[0]
    assert (found.code, found.sheet) == ("row_total", "member")
    assert found.row == len(list(book["member"].rows))
