"""Dates and moments as American programs write them, "Apr 26, 2018 8:58:20 AM", in ISO form."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    Texts = pd.Series[str]

_MONTH = r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_DAY = rf"^\s*{_MONTH}\.?\s+(?P<day>\d{{1,2}}),\s*(?P<year>\d{{4}})"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<half>[AaPp])\.?[Mm]\.?\s*$"
_MONTHS = {name: f"{number:02d}" for number, name in enumerate(
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1
)}  # fmt: skip


def iso_day(texts: Texts) -> Texts:
    """Return "Apr 26, 2018" as 2018-04-26, also where a clock follows; other texts stay."""
    parts = texts.str.extract(_DAY)
    return _filled(texts, _day(parts))


def iso_time(texts: Texts) -> Texts:
    """Return "8:58:20 AM" as 08:58:20; other texts stay."""
    return _filled(texts, _clock(texts.str.extract(rf"^\s*{_CLOCK}")))


def iso_moment(texts: Texts) -> Texts:
    """Return "Apr 26, 2018 8:58:20 AM" as 2018-04-26T08:58:20; other texts stay.

    The blank before AM may be the narrow one that Java writes since version 20.
    """
    parts = texts.str.extract(rf"{_DAY},?\s+{_CLOCK}")
    return _filled(texts, _day(parts) + "T" + _clock(parts))


def _day(parts: pd.DataFrame) -> Texts:
    return parts["year"] + "-" + parts["month"].map(_MONTHS) + "-" + parts["day"].str.zfill(2)


def _clock(parts: pd.DataFrame) -> Texts:
    """Turn twelve hours and their half into twenty-four: 12 AM is 00, 12 PM is 12."""
    afternoon = parts["half"].str.upper().eq("P")
    hour = parts["hour"].astype(float) % 12 + 12 * afternoon
    written = hour.map(lambda number: f"{number:02.0f}", na_action="ignore")
    return written.astype("str") + ":" + parts["minute"] + ":" + parts["second"].fillna("00")


def _filled(texts: Texts, found: Texts) -> Texts:
    return found.where(found.notna(), texts)
