"""Năng lực theo lĩnh vực: who knows of each of the six fields, and who manages it alone."""

import streamlit as st

from dashboard import data, layout, parts, tables
from dashboard.chart_rows import chart_pairs, reading_said
from dashboard.readings import FIELDS, PROVINCE, Measure, Reading, readings
from dashboard.text import Text
from survey.release import Release

MEASURES = ("know", "skill")


def main() -> None:
    """Write the page."""
    text = layout.reader_text()
    release = layout.page_release(text)
    layout.heading(text, text("fields.title"), release)
    division = data.divisions(release)[0]
    places = data.units(release, division, text.language)
    names = {PROVINCE: data.province_name(release, text.language)} | {
        code: place.name for code, place in places.items()
    }
    unit = layout.choose_from_many("unit", tuple(names), label=text("fields.place"), words=names.__getitem__)
    found = field_readings(release, unit, division)

    st.html(parts.block("sentence", lead(text, found)))
    st.header(text("fields.chart"), anchor=False)
    st.html(parts.block("quiet", sample(text, found, names[unit])))
    st.html(parts.block("quiet", text("fields.note")))
    st.html(parts.legend(text, parts.FIELDS_LEGEND))
    layout.draw(
        chart_pairs(
            text,
            [(text(f"field.{field}"), found[field, "know"], found[field, "skill"]) for field in FIELDS],
            text("fields.alt", {"place": text.inside(names[unit]), "rows": rows_alt(text, found)}),
        )
    )
    show_table(text, found, names[unit])
    layout.footer(text, release)


def field_readings(release: Release, unit: str, division: data.Division) -> dict[tuple[str, str], Reading]:
    """Return both measures of every field for one place."""
    breakdown = PROVINCE if unit == PROVINCE else division.level
    day = division.edition
    return {
        (field, measure): readings(
            release.estimates, Measure(name, name, "age15plus"), breakdown, edition=day
        )[unit]
        for field in FIELDS
        for measure in MEASURES
        for name in [f"{measure}_{field}"]
    }


def lead(text: Text, found: dict[tuple[str, str], Reading]) -> str:
    """Name the weakest and the strongest field among those that can be published."""
    shown = {field: found[field, "skill"] for field in FIELDS if not found[field, "skill"].hidden}
    if len(shown) < len(FIELDS):
        return text("fields.lead_hidden", {"n": len(FIELDS) - len(shown)})
    weakest, strongest = (pick(shown, key=lambda field: shown[field].estimate) for pick in (min, max))
    facts = {
        "weakest": text(f"field.{weakest}"),
        "estimate": text.percent(shown[weakest].estimate),
        "range": text.range(shown[weakest].low, shown[weakest].high),
        "strongest": text(f"field.{strongest}"),
        "best": text.percent(shown[strongest].estimate),
        "best_range": text.range(shown[strongest].low, shown[strongest].high),
    }
    return text("fields.lead", facts)


def sample(text: Text, found: dict[tuple[str, str], Reading], place: str) -> str:
    """Say how many respondents stand behind the chart."""
    sizes = [reading.n for reading in found.values()]
    return text(
        "fields.sample", {"place": place, "low": text.count(min(sizes)), "high": text.count(max(sizes))}
    )


def rows_alt(text: Text, found: dict[tuple[str, str], Reading]) -> str:
    """Say both measures of every field in words."""
    return "; ".join(
        text(
            "fields.row",
            {
                "field": text(f"field.{field}"),
                "know": reading_said(text, found[field, "know"]),
                "skill": reading_said(text, found[field, "skill"]),
            },
        )
        for field in FIELDS
    )


def show_table(text: Text, found: dict[tuple[str, str], Reading], place: str) -> None:
    """Write every column of the twelve estimates."""
    columns = (
        tables.Column(text("column.field")),
        tables.Column(text("column.measure"), tables.WORD),
        *tables.estimate_columns(text),
    )
    rows = [
        tables.Row(text(f"field.{field}"), (text(f"fields.{measure}"), *tables.estimate_cells(text, reading)))
        for (field, measure), reading in found.items()
    ]
    named = [
        (f"{text(f'field.{field}')} ({text(f'fields.{measure}').lower()})", reading)
        for (field, measure), reading in found.items()
    ]
    with st.expander(text("province.table")):
        st.html(tables.scroll_hint(text))
        st.html(tables.html_table(text("fields.table_caption", {"place": text.inside(place)}), columns, rows))
        st.html(tables.estimate_notes(text, named))


main()
