"""How numbers are written in Vietnamese (1.310,5) and in English (1,310.5); NaN is a dash."""

import math
from collections.abc import Mapping

ABSENT = "–"
HARD_SPACE = "\u00a0"

DECIMAL: Mapping[str, str] = {"vi": ",", "en": "."}
THOUSANDS: Mapping[str, str] = {"vi": ".", "en": ","}
PERCENT_SIGN: Mapping[str, str] = {"vi": f"{HARD_SPACE}%", "en": "%"}

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
    swap = {",": THOUSANDS[language], ".": DECIMAL[language], "-": "−"}
    return "".join(swap.get(sign, sign) for sign in plain)


def percent(share: float, language: str, digits: int = 1) -> str:
    """Write a share in 0..1 as a percentage, for example ``40,5 %``."""
    if not math.isfinite(share):
        return ABSENT
    return decimal(100 * share, language, digits) + PERCENT_SIGN[language]


def percent_range(low: float, high: float, language: str) -> str:
    """Write an interval of shares with one sign at its end, for example ``36,9–44,1 %``."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return ABSENT
    return f"{decimal(100 * low, language, 1)}–{percent(high, language)}"
