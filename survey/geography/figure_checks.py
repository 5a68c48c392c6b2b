"""What mergers, margins, tiles, other names and boundaries of a geography pack must satisfy."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from survey.geography.pack import BOUNDARIES, DECLARATIONS, FIRST_ROW, Pack, valid_on
from survey.messages import Finding, finding

KINDS = ("published", "derived", "modelled")
CONCEPTS = ("usual_residents", "registered")
WHOLE = ("whole", "nested")
RELATIONS = (*WHOLE, "part", "split")
CATEGORY = ("margin", "unit_id", "residence", "sex", "age_group", "hh_size")
SHARES_SUM_TO_1 = 1e-6
SAME_TOTAL = 0.5  # persons: totals are whole numbers
_COUNT = re.compile(r"\d+(\.\d+)?")


def _strangers(pack: Pack) -> Iterator[Finding]:
    """Every unit that a table names is in units.csv."""
    known = set(pack.tables["units"]["unit_id"])
    columns = [("unit_names", "unit_id"), ("aliases", "unit_id"), ("crosswalk", "from_unit"),
               ("crosswalk", "to_unit"), ("margins", "unit_id"), ("tiles", "unit_id")]  # fmt: skip
    for name, column in columns:
        table = pack.tables.get(name)
        if table is None:
            continue
        strangers = table[~table[column].isin(known)].drop_duplicates(column)
        for row, unit in _numbered(strangers, column):
            yield finding("geo_unit_unknown", file=f"{name}.csv", row=row, column=column, value=unit)


def _words(pack: Pack) -> Iterator[Finding]:
    """Words that the system decides by are among those it knows."""
    allowed = [
        ("crosswalk", "relation", RELATIONS),
        ("margins", "kind", KINDS),
        ("margins", "concept", CONCEPTS),
    ]
    for name, column, words in allowed:
        table = pack.tables.get(name)
        if table is None:
            continue
        unfit = table[~table[column].isin(words)].drop_duplicates(column)
        for row, word in _numbered(unfit, column):
            facts = {"allowed": ", ".join(words)}
            yield finding(
                "geo_word_unknown", file=f"{name}.csv", row=row, column=column, value=word, facts=facts
            )


def _crosswalk(pack: Pack) -> Iterator[Finding]:
    """Shares are fractions that fit their relation, and those of one unit sum to 1."""
    rows = pack.tables.get("crosswalk")
    if rows is None:
        return
    for column in [name for name in ("share_pop", "share_hh") if name in rows]:
        shares = pd.to_numeric(rows[column], errors="coerce")
        sound = shares.between(0, 1, inclusive="right")
        sound &= shares.eq(1) | ~rows["relation"].isin(WHOLE)
        for row, share in _numbered(rows[~sound], column):
            yield finding("geo_share_unfit", file="crosswalk.csv", row=row, column=column, value=share)
        ways = [rows["from_unit"], rows["effective"], rows["to_level"]]
        totals = shares.groupby(ways).transform("sum")
        uneven = rows[(totals - 1).abs() > SHARES_SUM_TO_1].drop_duplicates(
            ["from_unit", "effective", "to_level"]
        )
        for row, unit in _numbered(uneven, "from_unit"):
            facts = {"total": f"{totals[row - FIRST_ROW]:.6f}"}
            yield finding(
                "geo_shares_sum", file="crosswalk.csv", row=row, column=column, value=unit, facts=facts
            )


def _crosswalk_days(pack: Pack) -> Iterator[Finding]:
    """Let a merger take place on the day one unit ends and the other begins, so none comes back to itself.

    The row of a unit that begins on that day, about the unit that ends, leads back in time.
    """
    rows = pack.tables.get("crosswalk")
    if rows is None:
        return
    units = pack.tables["units"].drop_duplicates("unit_id").set_index("unit_id")
    known = rows[rows["from_unit"].isin(units.index) & rows["to_unit"].isin(units.index)]
    start, end = units["valid_from"], units["valid_to"]
    day = known["effective"]
    forward = known["from_unit"].map(end).eq(day) & known["to_unit"].map(start).eq(day)
    backward = known["from_unit"].map(start).eq(day) & known["to_unit"].map(end).eq(day)
    for row, unit in _numbered(known[~(forward | backward)], "from_unit"):
        facts = {"other": known.at[row - FIRST_ROW, "to_unit"], "day": day[row - FIRST_ROW]}
        yield finding("geo_merger_day", file="crosswalk.csv", row=row, value=unit, facts=facts)
    levels = known["to_unit"].map(units["level"])
    for row, level in _numbered(known[levels != known["to_level"]], "to_level"):
        facts = {"expected": levels[row - FIRST_ROW]}
        yield finding("geo_merger_level", file="crosswalk.csv", row=row, value=level, facts=facts)


def _margins(pack: Pack) -> Iterator[Finding]:
    """Let populations be counts, each category stand once, and pack.toml name margins that are there."""
    rows = pack.tables["margins"]
    for row, value in _numbered(rows[~rows["value"].str.fullmatch(_COUNT)], "value"):
        yield finding("geo_margin_count", file="margins.csv", row=row, column="value", value=value)
    repeated = rows[rows.duplicated([name for name in CATEGORY if name in rows])]
    for row, margin in _numbered(repeated, "margin"):
        yield finding("geo_margin_twice", file="margins.csv", row=row, value=margin)
    for name in sorted(set(_margins_used(pack)) - set(rows["margin"])):
        facts = {"known": ", ".join(rows["margin"].unique())}
        yield finding("geo_margin_unknown", file=DECLARATIONS, value=name, facts=facts)


def _margins_used(pack: Pack) -> Iterator[str]:
    for names in pack.declared["populations"].values():
        yield from names
    yield from (entry["margin"] for entry in pack.declared["raking"])
    yield from pack.declared["share_15plus"].values()


def _populations(pack: Pack) -> Iterator[Finding]:
    """Margins of one population have one total, one concept and one day."""
    rows = pack.tables["margins"]
    values = pd.to_numeric(rows["value"], errors="coerce")
    for population, names in pack.declared["populations"].items():
        shared = rows["margin"].isin(names)
        totals = values[shared].groupby(rows["margin"]).sum()
        if totals.max() - totals.min() > SAME_TOTAL:
            facts = {"totals": ", ".join(f"{name} {total:.0f}" for name, total in totals.items())}
            yield finding("geo_totals_differ", file="margins.csv", value=population, facts=facts)
        for column in ("concept", "ref_date"):
            found = rows.loc[shared, column].unique()
            if len(found) > 1:
                facts = {"found": ", ".join(found)}
                yield finding(
                    "geo_population_mixed", file="margins.csv", column=column, value=population, facts=facts
                )


def _tiles(pack: Pack) -> Iterator[Finding]:
    """No two units of an edition share a tile or its label."""
    rows = pack.tables.get("tiles")
    if rows is None:
        return
    for column in ("square_row", "square_col", "hex_row", "hex_col"):
        for row, place in _numbered(rows[~rows[column].str.fullmatch(r"\d+")], column):
            yield finding("geo_tile_unfit", file="tiles.csv", row=row, column=column, value=place)
    told = set()
    for edition in pack.declared["editions"]:
        placed = rows[rows["unit_id"].isin(pack.valid_on(edition["id"])["unit_id"])]
        for columns in (["abbr"], ["square_row", "square_col"], ["hex_row", "hex_col"]):
            column = ", ".join(columns)
            for row, unit in _numbered(placed[placed.duplicated(columns)], "unit_id"):
                if (row, column) not in told:
                    told.add((row, column))
                    yield finding("geo_tile_twice", file="tiles.csv", row=row, column=column, value=unit)


def _aliases(pack: Pack) -> Iterator[Finding]:
    """Another name means one unit on any day."""
    rows = pack.tables.get("aliases")
    if rows is None:
        return
    for edition in pack.declared["editions"]:
        present = valid_on(rows, edition["id"])
        again = present[present.duplicated(["scheme", "value"], keep="first")]
        for row, value in _numbered(again, "value"):
            facts = {"edition": edition["id"]}
            yield finding("geo_alias_twice", file="aliases.csv", row=row, value=value, facts=facts)


def _boundaries(pack: Pack) -> Iterator[Finding]:
    """Every shape is of a unit of the edition that its file is named after."""
    editions = {edition["id"] for edition in pack.declared["editions"]}
    for day, shapes in pack.boundaries.items():
        file = BOUNDARIES.format(day)
        if day not in editions:
            yield finding("geo_boundary_edition", file=file, value=day, facts={"known": ", ".join(editions)})
            continue
        known = set(pack.valid_on(day)["unit_id"])
        for number, name in enumerate(_shape_names(shapes), start=1):
            if name not in known:
                facts = {"edition": day, "number": number}
                yield finding("geo_boundary_unknown", file=file, value=name, facts=facts)


def _shape_names(shapes: Any) -> list[str]:  # noqa: ANN401 - whatever JSON holds
    """List the identifiers of the shapes of a GeoJSON; an empty text where one has none."""
    features = shapes.get("features") if isinstance(shapes, dict) else None
    if not isinstance(features, list):
        return [""]
    return [str(one.get("id", "")) if isinstance(one, dict) else "" for one in features]


def _numbered(table: pd.DataFrame, column: str) -> Iterator[tuple[int, str]]:
    """Cells of a column with their row numbers as a spreadsheet shows them."""
    for row, cell in table[column].items():
        yield int(str(row)) + FIRST_ROW, str(cell)


FIGURE_CHECKS: tuple[Callable[[Pack], Iterator[Finding]], ...] = (
    _strangers,
    _words,
    _crosswalk,
    _crosswalk_days,
    _margins,
    _populations,
    _tiles,
    _aliases,
    _boundaries,
)
