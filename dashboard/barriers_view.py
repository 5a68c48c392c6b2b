"""Why people who know of a service do not use it alone: the reasons in one field, and side by side."""

from dashboard import tables
from dashboard.chart_rows import Dot
from dashboard.fields_view import Here, at
from dashboard.numbers import ABSENT
from dashboard.readings import FIELDS, Reading, reading_from
from dashboard.text import Text
from survey.field_report import FieldReport

Reasons = dict[str, tuple[str, Reading]]  # code -> its words and its share


def reasons_of(text: Text, report: FieldReport, here: Here, field: str) -> Reasons:
    """Return the shares of the reasons in one field and place, in the order of the form."""
    rows = at(report.barriers, here)
    return {
        row["code"]: (row[text.language], reading_from(row))
        for row in rows[rows["field"] == field].to_dict("records")
    }


def base_words(text: Text, report: FieldReport, here: Here, field: str) -> str:
    """Say of whom the shares are taken, and how many were asked."""
    rows = at(report.asked, here)
    asked, answered = rows.loc[rows["field"] == field, ["asked", "answered"]].iloc[0]
    facts = {
        "field": text(f"field.{field}"),
        "place": text.inside(here.name),
        "asked": text.count(asked),
        "answered": text.count(answered),
        "silent": text.count(asked - answered),
    }
    return text("barrier.base", facts)


def dots(text: Text, found: Reasons) -> list[Dot]:
    """Make one row a published reason, the most frequent first."""
    shown = [(words, reading) for words, reading in found.values() if not reading.hidden]
    return [_dot(text, words, reading) for words, reading in sorted(shown, key=_by_estimate)]


def lead(text: Text, found: Reasons, field: str) -> str:
    """Name the most frequent reason by the estimates, unless one that is not published may be above it."""
    made = dots(text, found)
    named = {"field": text(f"field.{field}")}
    if not made:
        return text("barrier.lead_hidden", named)
    first = made[0]
    if any(reading.hidden and reading.estimate >= first.reading.estimate for _, reading in found.values()):
        return text("barrier.lead_unsure", named)
    facts = {
        **named,
        "reason": first.name,
        "estimate": text.percent(first.reading.estimate),
        "range": text.range(first.reading.low, first.reading.high),
    }
    return text("barrier.lead", facts)


def hidden_words(text: Text, found: Reasons) -> str:
    """Name the reasons that are not published."""
    names = [words for words, reading in found.values() if reading.hidden]
    return text("barrier.hidden", {"names": "; ".join(names)}) if names else ""


def reason_table(text: Text, found: Reasons) -> tuple[tuple[tables.Column, ...], list[tables.Row]]:
    """Write every column of the reasons in one field."""
    columns = (tables.Column(text("barrier.reason")), *tables.estimate_columns(text))
    rows = [tables.Row(words, tables.estimate_cells(text, reading)) for words, reading in found.values()]
    return columns, rows


def side_by_side(
    text: Text, report: FieldReport, here: Here
) -> tuple[tuple[tables.Column, ...], list[tables.Row]]:
    """Write one row a reason and one column a field."""
    by_field = {field: reasons_of(text, report, here, field) for field in FIELDS}
    words = {code: name for found in by_field.values() for code, (name, _) in found.items()}
    columns = (
        tables.Column(text("barrier.reason")),
        *(tables.Column(text(f"field.{field}"), tables.NUMBER) for field in FIELDS),
    )
    rows = [
        tables.Row(name, tuple(_cell(text, found.get(code)) for found in by_field.values()))
        for code, name in words.items()
    ]
    return columns, rows


def _cell(text: Text, found: tuple[str, Reading] | None) -> str:
    return ABSENT if found is None else tables.estimate_cell(text, found[1])


def _dot(text: Text, words: str, reading: Reading) -> Dot:
    told = (
        (text("barrier.reason"), words),
        (text("column.estimate"), text.percent(reading.estimate)),
        (text("column.interval"), text.range(reading.low, reading.high)),
        (text("column.n"), text.count(reading.n)),
        (text("column.quality"), text(f"quality.{reading.quality}")),
    )
    return Dot(words, reading, tips=told, judged=False)


def _by_estimate(told: tuple[str, Reading]) -> float:
    return -told[1].estimate
