"""One notation a column: the degenerate columns by their names, and that what people write comes back."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.exports.notation import Doubt, decide, read_so

FIRST, LAST = (dt.datetime.fromisoformat(text) for text in ("1930-01-01", "2099-12-31"))
DAY_NUMBER_0 = dt.datetime.fromisoformat("1899-12-30")


def read(kind, *texts, others=None):
    decided = decide({"x": (kind, texts), **(others or {})}).get("x")
    return decided if isinstance(decided, Doubt | None) else [read_so(decided, text) for text in texts]


def test_no_number_or_date_in_it():
    assert read("integer", "không rõ", "") is None
    assert read("date", "hôm qua") is None


@pytest.mark.parametrize(
    ("kind", "texts", "rare"),
    [
        ("decimal", ("2,5", "3,5", "4.25"), ("4.25",)),
        ("date", ("2026-10-05", "2026-10-06", "13/10/2026"), ("13/10/2026",)),
        ("date", ("13/10/2026", "14/10/2026", "46300"), ("46300",)),
        ("integer", ("1.200.000", "1,200,000"), ("1.200.000", "1,200,000")),
    ],
)
def test_two_notations_mixed(kind, texts, rare):
    found = read(kind, *texts)
    assert found.code == "notation_mixed"
    assert set(found.examples) <= set(rare)
    assert found.examples


def test_fits_two_means_one():
    assert read("decimal", "12", "7") == ["12", "7"]
    assert read("integer", "0", "-98") == ["0", "-98"]


def test_fits_two_means_two():
    assert read("decimal", "1.234", "12") == Doubt("notation_doubtful", ("1.234",))
    assert read("decimal", "1.234", "12", others={"y": ("decimal", ("0,5",))}) == ["1234", "12"]
    assert read("decimal", "1.234", "12", others={"y": ("decimal", ("0.5",))}) == ["1.234", "12"]


def test_month_before_day():
    assert read("date", "10/25/2026", "10/26/2026").code == "notation_mixed"


def test_words_among_numbers_stay_for_the_checks_to_report():
    assert read("integer", "12", "mười hai") == ["12", "mười hai"]


def vietnamese(number, digits):
    return f"{number:,.{digits}f}".translate(str.maketrans(",.", ".,"))


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1).map(lambda tenths: [n / 10 for n in tenths]))
def test_decimals_written_as_in_vietnam_come_back(numbers):
    texts = [vietnamese(number, 1) for number in numbers]
    assert [float(text) for text in read("decimal", *texts)] == numbers


@given(st.lists(st.dates(dt.date(1900, 3, 1), dt.date(2099, 12, 31)), min_size=1), st.sampled_from("/-."))
def test_days_written_day_first_come_back(days, mark):
    texts = [f"{day.day}{mark}{day.month}{mark}{day.year}" for day in days]
    assert read("date", *texts) == [day.isoformat() for day in days]


@given(st.lists(st.dates(dt.date(1930, 1, 1), dt.date(2099, 12, 31)), min_size=1))
def test_day_numbers_of_excel_come_back(days):
    texts = [str((day - dt.date(1899, 12, 30)).days) for day in days]
    assert read("date", *texts) == [day.isoformat() for day in days]


@given(st.datetimes(FIRST, LAST).map(lambda m: m.replace(microsecond=0)))
def test_moments_of_excel_come_back_to_the_second(moment):
    number = (moment - DAY_NUMBER_0) / dt.timedelta(days=1)
    (text,) = read("datetime", repr(number))
    assert dt.datetime.fromisoformat(text) == moment
