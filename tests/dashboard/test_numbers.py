"""Numbers as Vietnamese and English readers expect them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import numbers


@pytest.mark.parametrize(
    ("value", "language", "digits", "written"),
    [
        (1310.0, "vi", 1, "1.310,0"),
        (1310.0, "en", 1, "1,310.0"),
        (725712, "vi", 0, "725.712"),
        (-0.25, "vi", 2, "−0,25"),
        (math.nan, "vi", 1, "–"),
        (math.inf, "en", 1, "–"),
    ],
)
def test_decimal(value, language, digits, written):
    assert numbers.decimal(value, language, digits) == written


@pytest.mark.parametrize(("language", "written"), [("vi", "40,5%"), ("en", "40.5%")])
def test_percent_has_one_decimal_and_a_sign_without_space(language, written):
    assert numbers.percent(0.404748774184642, language) == written


@pytest.mark.parametrize(("language", "written"), [("vi", "36,9–44,1%"), ("en", "36.9–44.1%")])
def test_range_has_one_sign(language, written):
    assert numbers.percent_range(0.36931614, 0.44120272, language) == written


@pytest.mark.parametrize(
    ("iso", "language", "written"),
    [
        ("2022-06-25", "vi", "25/6/2022"),
        ("2022-01-28", "vi", "28/01/2022"),
        ("2025-07-01", "vi", "01/7/2025"),
        ("2022-06-25", "en", "25 June 2022"),
    ],
)
def test_a_day_is_written_as_in_documents_of_the_state(iso, language, written):
    assert numbers.day(iso, language) == written


def test_range_without_limits_is_a_dash():
    assert numbers.percent_range(math.nan, 0.4, "vi") == "–"


@given(st.floats(-1e9, 1e9), st.integers(0, 6))
def test_both_languages_write_the_same_digits(value, digits):
    swap = str.maketrans(",.", ".,")
    assert numbers.decimal(value, "vi", digits) == numbers.decimal(value, "en", digits).translate(swap)


@given(st.floats(-1e9, 1e9))
def test_writing_can_be_read_back(value):
    plain = numbers.decimal(value, "vi", 6).replace(".", "").replace(",", ".").replace("−", "-")
    assert float(plain) == pytest.approx(value, abs=1e-6)
