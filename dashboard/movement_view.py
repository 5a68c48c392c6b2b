"""What storing the previewed files would move, shown before a person confirms."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import data, parts, tables, uploads
from dashboard.numbers import ABSENT
from dashboard.readings import PROVINCE
from dashboard.tables import NUMBER, WORD, Column, Row
from dashboard.text import Text
from dashboard.uploads import Checked
from survey import places
from survey.indicators.definition import Definition, load_definition
from survey.manifest import LEVEL
from survey.movement import AREA, DISTRICT, SIDES, SUPPRESS, Movement

KEPT = "upload_movement"
HOUSEHOLDS = ("issued", "returned", "interviewed")
AREAS = ("begun", "done")


def show_movement(text: Text, new: Sequence[Checked], wave: str) -> None:
    """Show how the percentages and the fieldwork of a wave would stand with the new files."""
    st.header(text("movement.title"), anchor=False)
    found = computed(text, new, wave)
    if found is None:
        st.html(parts.block("notice", text("movement.failed")))
        return
    names = data.wave_places(data.open_store().wave(wave), text.language)
    if len(found.shares):
        show_shares(text, found, names)
    for why in found.after.why:
        st.html(parts.block("notice", why.sentence(text.language)))
    if len(found.response):
        show_response(text, found, names)


def computed(text: Text, new: Sequence[Checked], wave: str) -> Movement | None:
    """Compute the movement once for the files and what the store holds, with progress."""
    store = data.open_store()
    files = (one.preview.export.sha256 for one in new if one.preview)
    state = (wave, *files, data.store_state())
    known, found = st.session_state.get(KEPT, (None, None))
    if known != state:
        bar = st.progress(0.0)
        words = {side: text(f"movement.computing_{side}") for side in SIDES}
        steps = {side: place / len(SIDES) for place, side in enumerate(SIDES)}
        found = uploads.move(store, new, wave, lambda side: bar.progress(steps[side], words[side]))
        bar.empty()
        st.session_state[KEPT] = (state, found)
    return found


def show_shares(text: Text, found: Movement, names: dict[str, str]) -> None:
    """Show the headline of the province and of the districts that move, and the companions folded away."""
    wave = data.open_store().wave(found.wave)
    definition = load_definition(places.definition(wave.definition))
    told = found.telling()
    top = told.iloc[0]
    headline = told[told["indicator"].eq(top["indicator"]) & told["base"].eq(top["base"])]
    st.html(parts.block("sentence", sentence(text, found, definition, names)))
    first = Column(text("movement.unit"))
    caption = text("movement.table", {"indicator": label(text, definition, top)})
    rows = [
        Row(names.get(row["unit"], row["unit"]), share_cells(text, row), row["breakdown"] == PROVINCE)
        for _, row in headline.iterrows()
    ]
    st.html(tables.html_table(caption, (first, *share_columns(text)), rows, cards=True))
    st.html(parts.block("quiet", text("movement.note", {"level": text.percent(LEVEL, 0)})))
    with st.expander(text("movement.others")):
        rest = told[~told.index.isin(headline.index)]
        rows = [Row(label(text, definition, row), share_cells(text, row)) for _, row in rest.iterrows()]
        first = Column(text("movement.indicator"))
        st.html(tables.html_table(text("movement.others"), (first, *share_columns(text)), rows, cards=True))


def sentence(text: Text, found: Movement, definition: Definition, names: dict[str, str]) -> str:
    """Say in one sentence what becomes of the headline of the province."""
    row = found.shares.iloc[0]
    facts = {
        "indicator": label(text, definition, row),
        "place": text.inside(names[PROVINCE]),
        "n": text.count(len(found.files)),
        "districts": text.count(int((found.telling()["breakdown"] == DISTRICT).sum())),
    }
    for side in SIDES:
        facts[side] = text.percent(row[f"estimate_{side}"])
        facts[f"{side}_range"] = text.range(row[f"ci_low_{side}"], row[f"ci_high_{side}"])
    if SUPPRESS in (row["quality_now"], row["quality_after"]):
        return text("movement.hidden", facts)
    if pd.isna(row["estimate_now"]):
        return text("movement.first", facts)
    moved = rounded_points(row["difference"])
    return text("movement.up" if moved > 0 else "movement.down" if moved < 0 else "movement.level", facts)


def show_response(text: Text, found: Movement, names: dict[str, str]) -> None:
    """Show the fieldwork of the province and of the districts that change, each changed area folded away."""
    counts = (*HOUSEHOLDS, *AREAS)
    changed = pd.concat([found.response[f"{c}_now"] != found.response[f"{c}_after"] for c in counts], axis=1)
    moved = found.response[changed.any(axis=1) | found.response["breakdown"].eq(PROVINCE)]
    columns = (
        Column(text("movement.unit")),
        *(Column(text(f"movement.{count}"), NUMBER) for count in counts),
    )
    rows = [
        Row(names.get(row["unit"], row["unit"]), response_cells(text, row), row["breakdown"] == PROVINCE)
        for _, row in moved[moved["breakdown"] != AREA].iterrows()
    ]
    st.html(tables.html_table(text("movement.response"), columns, rows, cards=True))
    st.html(parts.block("quiet", text("movement.response_note")))
    areas = moved[moved["breakdown"] == AREA]
    if areas.empty:
        return
    title = text("movement.areas", {"n": text.count(len(areas))})
    with st.expander(title):
        columns = (
            Column(text("movement.area")),
            *(Column(text(f"movement.{count}"), NUMBER) for count in HOUSEHOLDS),
            Column(text("movement.state"), WORD),
        )
        rows = [Row(row["unit"], area_cells(text, row)) for _, row in areas.iterrows()]
        st.html(tables.html_table(title, columns, rows, cards=True))


def share_columns(text: Text) -> tuple[Column, ...]:
    """Name the columns of a table of shares, after the name of the row."""
    return (
        Column(text("movement.now"), NUMBER),
        Column(text("movement.after"), NUMBER),
        Column(text("movement.difference"), NUMBER),
        Column(text("column.n"), NUMBER),
        Column(text("column.quality"), WORD),
    )


def share_cells(text: Text, row: pd.Series) -> tuple[str, ...]:
    """Write one share before and after; hidden figures become dashes."""
    quality = row["quality_now" if pd.isna(row["quality_after"]) else "quality_after"]
    hidden = SUPPRESS in (row["quality_now"], row["quality_after"])
    return (
        *(share(text, row, side) for side in SIDES),
        ABSENT if hidden else signed_points(text, row["difference"]),
        pair(text, row, "n"),
        text(f"quality.{quality}"),
    )


def share(text: Text, row: pd.Series, side: str) -> str:
    """Write a share with its interval, or a dash where it is hidden or not there."""
    if pd.isna(row[f"estimate_{side}"]) or row[f"quality_{side}"] == SUPPRESS:
        return ABSENT
    interval = text.range(row[f"ci_low_{side}"], row[f"ci_high_{side}"])
    return f"{text.percent(row[f'estimate_{side}'])} ({interval})"


def response_cells(text: Text, row: pd.Series) -> tuple[str, ...]:
    """Write the counts of one unit; areas as parts of all its areas."""
    households = (pair(text, row, count) for count in HOUSEHOLDS)
    whole = text.count(row["areas_after"])
    areas = (f"{pair(text, row, count)}/{whole}" for count in AREAS)
    return (*households, *areas)


def area_cells(text: Text, row: pd.Series) -> tuple[str, ...]:
    """Write the counts of one area and whether it is complete."""
    state = "done" if row["done_after"] else "begun" if row["begun_after"] else "none"
    return (*(pair(text, row, count) for count in HOUSEHOLDS), text(f"movement.state_{state}"))


def pair(text: Text, row: pd.Series, name: str) -> str:
    """Write a count once where it stays or has no other side, else before and after."""
    known = (row[f"{name}_{side}"] for side in SIDES)
    return " → ".join(dict.fromkeys(text.count(count) for count in known if not pd.isna(count)))


def signed_points(text: Text, difference: float) -> str:
    """Write a difference in percentage points with its sign; a dash where there is none."""
    if pd.isna(difference):
        return ABSENT
    moved = rounded_points(difference)
    return ("+" if moved > 0 else "") + text.decimal(moved)


def rounded_points(difference: float) -> float:
    """Round a difference of shares to what is shown; what rounds to 0 has no sign."""
    return round(100 * difference, 1) + 0.0


def label(text: Text, definition: Definition, row: pd.Series) -> str:
    """Name an indicator, with its base where that is not the first one."""
    name = definition.labels[row["indicator"]][text.language]
    if row["base"] == definition.headline.base:
        return name
    return f"{name} – {definition.bases[row['base']].labels[text.language]}"
