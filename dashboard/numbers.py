"""How numbers and days are written in Vietnamese (1.310,5) and in English (1,310.5); NaN is a dash."""

import calendar
import math
from collections.abc import Mapping
from datetime import date

ABSENT = "–"

DECIMAL: Mapping[str, str] = {"vi": ",", "en": "."}
THOUSANDS: Mapping[str, str] = {"vi": ".", "en": ","}
SIGNS: Mapping[str, Mapping[int, str]] = {
    language: str.maketrans({",": THOUSANDS[language], ".": DECIMAL[language], "-": "−"})
    for language in DECIMAL
}
PADDED_MONTHS = (1, 2)  # Decree 30/2020 writes 28/01/2022, yet 25/6/2022

VEGA_LOCALE: Mapping[str, dict[str, object]] = {
    language: {
        "number": {
            "decimal": DECIMAL[language],
            "thousands": THOUSANDS[language],
            "grouping": [3],
            "currency": ["", ""],
        }
    }
    for language in DECIMAL
}


def decimal(value: float, language: str, digits: int = 0) -> str:
    """Write a number with the signs of `language`, rounded to `digits` decimals."""
    if not math.isfinite(value):
        return ABSENT
    plain = f"{value:,.{digits}f}"
    return plain.translate(SIGNS[language])


def percent(share: float, language: str, digits: int = 1) -> str:
    """Write a share in 0..1 as a percentage, for example ``40,5%``."""
    if not math.isfinite(share):
        return ABSENT
    return decimal(100 * share, language, digits) + "%"


def percent_range(low: float, high: float, language: str) -> str:
    """Write an interval of shares with one sign at its end, for example ``36,9–44,1%``."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return ABSENT
    return f"{decimal(100 * low, language, 1)}–{percent(high, language)}"


def day(iso: str, language: str) -> str:
    """Write a day as documents of the state do, for example ``25/6/2022``; in English ``25 June 2022``."""
    when = date.fromisoformat(iso)
    if language == "en":
        return f"{when.day} {calendar.month_name[when.month]} {when.year}"
    month = f"{when.month:02d}" if when.month in PADDED_MONTHS else str(when.month)
    return f"{when.day:02d}/{month}/{when.year}"
