"""A geography pack out of plain lists: units of every edition, mergers between them, populations."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from survey.durable import staging
from survey.geography.checks import problems
from survey.geography.figure_checks import WHOLE
from survey.geography.gazetteer import Gazetteer, load_pack
from survey.geography.pack import (
    BOUNDARIES,
    COLUMNS,
    DECLARATIONS,
    FIRST_ROW,
    Pack,
    read_declarations,
    read_table,
)
from survey.messages import Refusal, finding

KINDS = (
    "Thành phố", "Thị trấn", "Thị xã", "Đặc khu", "Phường", "Huyện", "Quận", "Tỉnh", "Xã",
)  # fmt: skip
LISTED = ("code", "level", "parent_code", "name")
MERGED = ("old_code", "new_code")
COUNTED = tuple(name for name in COLUMNS["margins"] if name != "unit_id")
PLACED = tuple(name for name in COLUMNS["tiles"] if name != "unit_id")


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """Plain lists of a territory.

    Attributes
    ----------
    declared : mapping
        What ``pack.toml`` says; its ``province`` is a code.
    units : mapping of str to DataFrame
        Edition -> ``code, level, parent_code, name`` of its units, in order of the editions.
    mergers : mapping of str to DataFrame
        Edition -> ``old_code, new_code, share_pop`` of what changed on its first day.
    folder : Path
    """

    declared: dict[str, Any]
    units: dict[str, pd.DataFrame]
    mergers: dict[str, pd.DataFrame]
    folder: Path


def build_pack(source: Path, out: Path) -> Gazetteer:
    """Make a pack of plain lists, check it, and write it.

    Parameters
    ----------
    source : Path
        Holds ``pack.toml``; for every edition ``units_<edition>.csv`` (`LISTED`) and, from the second on,
        ``mergers_<edition>.csv`` (`MERGED`, and ``share_pop`` where a unit was divided); ``margins.csv`` with
        ``code`` in the place of ``unit_id``; where known ``tiles.csv`` and ``aliases.csv`` likewise, and
        ``boundaries_<edition>.geojson``.
    out : Path
        A new or empty folder; its name is that of the pack.

    Returns
    -------
    Gazetteer
        The pack as it was read back.

    Raises
    ------
    Refusal
        With file and row of everything that does not fit; then nothing is written.
    """
    if out.exists() and any(out.iterdir()):
        raise Refusal(finding("geo_build_out", value=str(out)))
    lists = _read(source)
    ids, tables = _tables(lists)
    province = ids[next(iter(lists.units)), str(lists.declared["province"])]
    pack = Pack(out.name, {**lists.declared, "province": province}, tables)
    if wrong := problems(pack):
        raise Refusal(*wrong)
    _write(pack, lists, out)
    return load_pack(out)


def _read(source: Path) -> Lists:
    declared = read_declarations(source / DECLARATIONS)
    days = [str(entry["id"]) for entry in declared.get("editions", [])]
    if not days or "province" not in declared:
        facts = {"keys": "editions, province"}
        raise Refusal(finding("geo_declaration_missing", file=DECLARATIONS, facts=facts))
    units = {day: _table(source, f"units_{day}.csv", LISTED) for day in days}
    mergers = {day: _table(source, f"mergers_{day}.csv", MERGED) for day in days[1:]}
    lists = Lists(declared, units, mergers, source)
    if wrong := list(_unfit(lists)):
        raise Refusal(*wrong)
    return lists


def _table(source: Path, file: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """Read a list; composed letters and no blanks at the ends, as a typist leaves them."""
    if not (source / file).is_file():
        raise Refusal(finding("geo_files_missing", value=source.name, facts={"files": file}))
    table = read_table(source / file)
    if missing := [name for name in columns if name not in table]:
        raise Refusal(finding("geo_columns_missing", file=file, facts={"columns": ", ".join(missing)}))
    return table.map(lambda cell: unicodedata.normalize("NFC", cell).strip())


def _unfit(lists: Lists) -> Iterator[Any]:
    """Codes and levels of the lists that lead nowhere, units that vanish, and divisions without shares."""
    days = list(lists.units)
    levels = {str(entry["id"]): entry["levels"] for entry in lists.declared["editions"]}
    for day, units in lists.units.items():
        file = f"units_{day}.csv"
        for row, level in _cells(units[~units["level"].isin(levels[day])], "level"):
            facts = {"edition": day, "known": ", ".join(levels[day])}
            yield finding("geo_build_level", file=file, row=row, value=level, facts=facts)
        parents = units[~units["parent_code"].isin({*units["code"], ""})]
        yield from _unknown(file, parents, "parent_code", day)
    for before, day in pairwise(days):
        merged, file = lists.mergers[day], f"mergers_{day}.csv"
        for column, where in (("old_code", before), ("new_code", day)):
            strangers = merged[~merged[column].isin(lists.units[where]["code"])]
            yield from _unknown(file, strangers, column, where)
        divided = merged[merged["old_code"].duplicated(keep=False)]
        shares = divided["share_pop"] if "share_pop" in divided else pd.Series("", index=divided.index)
        for row, code in _cells(divided[shares == ""], "old_code"):
            yield finding("geo_build_share", file=file, row=row, value=code)
        yield from _vanished(lists, before, day)


def _unknown(file: str, rows: pd.DataFrame, column: str, edition: str) -> Iterator[Any]:
    for row, code in _cells(rows, column):
        yield finding(
            "geo_build_unknown", file=file, row=row, column=column, value=code, facts={"edition": edition}
        )


def _vanished(lists: Lists, before: str, day: str) -> Iterator[Any]:
    """Finest units that are in one list and not in the next, without a merger that says where they went."""
    old, new = lists.units[before], lists.units[day]
    finest = old["level"] == _finest(lists, before)
    gone = old[finest & ~old["code"].isin({*new["code"], *lists.mergers[day]["old_code"]})]
    for row, code in _cells(gone, "code"):
        yield finding(
            "geo_build_lost", file=f"units_{before}.csv", row=row, value=code, facts={"edition": day}
        )


def _finest(lists: Lists, day: str) -> str:
    return str(next(entry["levels"][-1] for entry in lists.declared["editions"] if entry["id"] == day))


def _tables(lists: Lists) -> tuple[dict[tuple[str, str], str], dict[str, pd.DataFrame]]:
    """Make the tables of a pack, and tell the identifier of every (edition, code)."""
    ids, spans = _identified(lists)
    tables = {
        "units": _units(lists, ids, spans),
        "unit_names": _names(lists, ids, spans),
        "crosswalk": _crosswalk(lists, ids),
        "margins": _by_unit(lists, "margins", COUNTED, ids),
    }
    for name, columns in (("tiles", PLACED), ("aliases", ("value",))):
        if (lists.folder / f"{name}.csv").is_file():
            tables[name] = _by_unit(lists, name, columns, ids)
    if "aliases" in tables:
        tables["aliases"] = _dated(tables["aliases"], spans)
    return ids, {name: table.fillna("").astype("str") for name, table in tables.items()}


def _identified(lists: Lists) -> tuple[dict[tuple[str, str], str], dict[str, tuple[str, str]]]:
    """Identify every unit, and tell from which day to which it exists.

    A unit goes on into the next edition when its code and level are there and no merger touches it.
    """
    country = lists.declared["country"]
    ids: dict[tuple[str, str], str] = {}
    spans: dict[str, tuple[str, str]] = {}
    previous: str | None = None
    for day, units in lists.units.items():
        goes_on: set[str] = set() if previous is None else _unchanged(lists, previous, day)
        for code, since in zip(units["code"], _since(units, day), strict=True):
            unit = ids[previous, code] if previous and code in goes_on else f"{country}:{code}:{since[:4]}"
            ids[day, code] = unit
            spans.setdefault(unit, (since, ""))
        if previous is not None:
            for code in set(lists.units[previous]["code"]) - goes_on:
                unit = ids[previous, code]
                spans[unit] = (spans[unit][0], day)
        previous = day
    return ids, spans


def _since(units: pd.DataFrame, day: str) -> list[str]:
    """Day on which each unit began: its own where the list tells it, else that of the edition."""
    told = units["since"] if "since" in units else pd.Series("", index=units.index)
    return [since or day for since in told]


def _unchanged(lists: Lists, before: str, day: str) -> set[str]:
    """Codes of units that are the same territory in two editions."""
    old, new = lists.units[before], lists.units[day]
    both = old.merge(new, on=["code", "level"])
    merged = lists.mergers[day]
    touched = {*merged["old_code"], *merged["new_code"]}
    return set(both["code"]) - touched


def _units(lists: Lists, ids: dict[tuple[str, str], str], spans: dict[str, tuple[str, str]]) -> pd.DataFrame:
    rows: dict[str, tuple[str, ...]] = {}
    for day, units in lists.units.items():
        for code, level, parent in units[["code", "level", "parent_code"]].itertuples(index=False):
            unit = ids[day, code]
            above = ids[day, parent] if parent else lists.declared["country"]
            rows.setdefault(unit, (unit, code, level, above, *spans[unit]))
    return pd.DataFrame(rows.values(), columns=COLUMNS["units"])


def _names(lists: Lists, ids: dict[tuple[str, str], str], spans: dict[str, tuple[str, str]]) -> pd.DataFrame:
    """Names with the days on which they hold; a name that does not change goes on."""
    rows: dict[str, list[list[str]]] = {}
    for day, units in lists.units.items():
        for code, name in units[["code", "name"]].itertuples(index=False):
            unit = ids[day, code]
            known = rows.setdefault(unit, [])
            if not known:
                known.append([unit, name, spans[unit][0], ""])
            elif known[-1][1] != name:
                known[-1][3] = day
                known.append([unit, name, day, ""])
    named = []
    for unit, known in rows.items():
        known[-1][3] = spans[unit][1]
        for _, name, start, end in known:
            kind = next((one for one in KINDS if name.startswith(f"{one} ")), "")
            named.append((unit, name, name.removeprefix(f"{kind} ") if kind else name, kind, start, end))
    return pd.DataFrame(named, columns=COLUMNS["unit_names"])


def _crosswalk(lists: Lists, ids: dict[tuple[str, str], str]) -> pd.DataFrame:
    rows: list[tuple[str, ...]] = []
    days = list(lists.units)
    for before, day in pairwise(days):
        merged = lists.mergers[day]
        levels = lists.units[day].set_index("code")["level"]
        shares = merged["share_pop"] if "share_pop" in merged else pd.Series("", index=merged.index)
        for old, new, share in zip(merged["old_code"], merged["new_code"], shares, strict=True):
            part = share not in {"", "1", "1.0"}
            relation = "part" if part else WHOLE[0]
            rows.append((ids[before, old], ids[day, new], levels[new], day, relation, share if part else "1"))
        rows += _backwards(lists, ids, before, day)
    return pd.DataFrame(rows, columns=COLUMNS["crosswalk"])


def _backwards(
    lists: Lists, ids: dict[tuple[str, str], str], before: str, day: str
) -> Iterator[tuple[str, ...]]:
    """Say in which wide units of the older edition each new unit lies, where these are gone.

    Wholly in one, or by the population of its parts where the older list has a column ``population``.
    """
    old, merged = lists.units[before].set_index("code"), lists.mergers[day]
    parent = merged["old_code"].map(old["parent_code"])
    gone = ~parent.isin(lists.units[day]["code"]) & parent.ne("")
    people = pd.to_numeric(old["population"]) if "population" in old else pd.Series(0.0, index=old.index)
    shares = pd.to_numeric(merged["share_pop"]).fillna(1.0) if "share_pop" in merged else 1.0
    weight = merged["old_code"].map(people).fillna(0.0) * shares
    for new, parts in merged[gone].assign(parent=parent, weight=weight).groupby("new_code", sort=False):
        unit = ids[day, str(new)]
        by_parent = parts.groupby("parent", sort=False)["weight"].sum()
        if len(by_parent) == 1:
            above = str(by_parent.index[0])
            yield unit, ids[before, above], str(old.at[above, "level"]), day, WHOLE[1], "1"
        elif parts["weight"].gt(0).all():
            for key, total in by_parent.items():
                above, share = str(key), f"{total / by_parent.sum():.9f}"
                yield unit, ids[before, above], str(old.at[above, "level"]), day, "split", share


def _by_unit(
    lists: Lists, name: str, columns: tuple[str, ...], ids: dict[tuple[str, str], str]
) -> pd.DataFrame:
    """Put identifiers in the place of the codes of a table.

    A code is of the edition in its column ``edition``, by default of the default edition.
    """
    file = f"{name}.csv"
    table = _table(lists.folder, file, ("code", *columns))
    own = str(lists.declared.get("default_edition", next(iter(lists.units))))
    days = table.pop("edition").replace("", own) if "edition" in table else pd.Series(own, index=table.index)
    units = [ids.get(key) for key in zip(days, table["code"], strict=True)]
    strangers = table[[unit is None for unit in units]]
    if not strangers.empty:
        raise Refusal(*_unknown(file, strangers, "code", ", ".join(days[strangers.index].unique())))
    table.insert(0, "unit_id", units)
    return table.drop(columns="code")


def _dated(aliases: pd.DataFrame, spans: dict[str, tuple[str, str]]) -> pd.DataFrame:
    """Other names hold as long as their unit."""
    start, end = (
        aliases["unit_id"].map({unit: span[side] for unit, span in spans.items()}) for side in (0, 1)
    )
    scheme = aliases.get("scheme", "spelling")
    return aliases.assign(scheme=scheme, valid_from=start, valid_to=end)[list(COLUMNS["aliases"])]


def _write(pack: Pack, lists: Lists, out: Path) -> None:
    """Write a pack all at once, its declarations as they are but for the identifier of the province."""
    text = (lists.folder / DECLARATIONS).read_text(encoding="utf-8-sig")
    code = str(lists.declared["province"])
    out.parent.mkdir(parents=True, exist_ok=True)
    with staging(out.parent) as draft:
        declared = text.replace(f'province = "{code}"', f'province = "{pack.declared["province"]}"', 1)
        (draft / DECLARATIONS).write_text(declared, encoding="utf-8", newline="\n")
        for name, table in pack.tables.items():
            table.to_csv(draft / f"{name}.csv", index=False, lineterminator="\n")
        for shapes in sorted(lists.folder.glob(BOUNDARIES.format("*"))):
            shutil.copyfile(shapes, draft / shapes.name)
        out.mkdir(exist_ok=True)
        for path in sorted(draft.iterdir()):
            path.replace(out / path.name)


def _cells(rows: pd.DataFrame, column: str) -> Iterator[tuple[int, str]]:
    for row, cell in rows[column].items():
        yield int(str(row)) + FIRST_ROW, str(cell)
