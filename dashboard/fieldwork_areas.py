"""The areas of a running survey for its reader: what each has, and what comes next there."""

from collections.abc import Mapping, Sequence

from dashboard.fieldwork_charts import Area
from dashboard.tables import NOTE, NUMBER, WORD, Column, Row
from dashboard.text import Text
from survey.fieldwork.overview import Overview

TODO = frozenset({"unsent", "redo", "reserves"})
FEWEST_FOR_A_SHARE = 10
RESIDENCES: Mapping[str, str] = {"urban": "fieldwork.urban", "rural": "fieldwork.rural"}


def areas_of(text: Text, found: Overview, names: Mapping[str, str]) -> list[Area]:
    """List the areas with their place in the row of their district."""
    table = found.completion.assign(place=found.completion.groupby("district").cumcount())
    return [
        Area(
            code=str(row["ea_code"]),
            district=names[row["district"]],
            place=int(row["place"]),
            interviews=int(row["interviews"]),
            target=int(row["originals"]),
            state="todo" if row["state"] in TODO else str(row["state"]),
            next=next_step(text, row),
        )
        for row in table.to_dict("records")
    ]


def next_step(text: Text, row: Mapping[str, object]) -> str:
    """Say what comes next in an area."""
    left, missing = int(str(row["reserves_left"])), int(str(row["missing"]))
    facts = {
        "unsent": row["unsent"],
        "redo": row["redo"],
        "visit": min(left, missing),
        "left": left,
        "missing": missing,
    }
    return text(f"area_next.{row['state']}", facts)


def areas_lead(text: Text, areas: Sequence[Area]) -> str:
    """Count the areas by what is left to do."""
    states = [area.state for area in areas]
    facts = {state: text.count(states.count(state)) for state in ("complete", "todo", "short")}
    return text("fieldwork.areas_lead", {**facts, "sampled": text.count(len(areas))})


def areas_alt(text: Text, areas: Sequence[Area]) -> str:
    """Say in words what the cells draw, a district each."""
    rows = []
    for name in dict.fromkeys(area.district for area in areas):
        own = [area for area in areas if area.district == name]
        facts = {
            "name": name,
            "complete": sum(area.state == "complete" for area in own),
            "count": len(own),
            "interviews": sum(area.interviews for area in own),
            "target": sum(area.target for area in own),
        }
        rows.append(text("fieldwork.areas_row", facts))
    return text("fieldwork.areas_alt", {"rows": "; ".join(rows)})


def district_table(text: Text, found: Overview, district: str) -> tuple[list[Column], list[Row]]:
    """Write the areas of one district with what was issued and what is left to do."""
    counts = ("interviews", "lost", "reserves", "reserves_left")
    columns = [
        Column(text("field_column.area")),
        Column(text("field_column.residence"), WORD),
        *(Column(text(f"field_column.{name}"), NUMBER) for name in counts),
        Column(text("field_column.next"), NOTE),
    ]
    rows = [
        Row(
            str(row["ea_code"]),
            (
                residence_said(text, row["residence"]),
                count_of(text, row["interviews"], row["originals"]),
                count_of(text, row["lost"], row["originals"]),
                count_of(text, row["reserves_used"], row["reserves"]),
                text.count(row["reserves_left"]),
                next_step(text, row),
            ),
        )
        for row in found.completion[found.completion["district"] == district].to_dict("records")
    ]
    return columns, rows


def residence_said(text: Text, residence: str) -> str:
    """Name urban and rural areas; other kinds of areas are called as the sample calls them."""
    return text(RESIDENCES[residence]) if residence in RESIDENCES else residence


def count_of(text: Text, count: float, total: float, *, share: bool = False) -> str:
    """Write a count of a total; with its share where the total can bear one."""
    facts = {"count": text.count(count), "total": text.count(total)}
    if share and total >= FEWEST_FOR_A_SHARE:
        return text("fieldwork.of_share", {**facts, "share": text.percent(count / total, 0)})
    return text("fieldwork.of", facts)
