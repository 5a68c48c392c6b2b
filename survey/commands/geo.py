"""``kynangso geo``: check, build and show geography packs."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from survey import places
from survey.commands.session import JsonOption, Session, say, show_json
from survey.geography import Gazetteer, open_geography
from survey.geography.build import build_pack
from survey.geography.upload_units import readings_of, reused_codes
from survey.messages import Refusal, finding
from survey.wave import GEOGRAPHY

app = typer.Typer(no_args_is_help=True, help="Bộ địa giới / geography packs: units, mergers, populations")
PackArgument = Annotated[
    str, typer.Argument(help="Tên hoặc thư mục của bộ địa giới / name or folder of a pack", metavar="PACK")
]


@app.callback()
def group() -> None:
    """Check, build and show geography packs."""


@app.command("check")
def check(ctx: typer.Context, pack: PackArgument, *, as_json: JsonOption = False) -> None:
    """Kiểm tra một bộ địa giới / check every rule; each problem is told with file, row and what to do."""
    found = _open(ctx, pack, as_json=as_json)
    _whole(found, as_json=as_json)


@app.command("build")
def build(
    ctx: typer.Context,
    source: Annotated[
        Path, typer.Argument(help="Thư mục các danh sách / folder of plain lists", file_okay=False)
    ],
    out: Annotated[Path, typer.Argument(help="Thư mục mới / new folder; its name is that of the pack")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Tạo bộ địa giới từ các danh sách / make a pack of lists of units, mergers and populations."""
    _speak(ctx, as_json=as_json)
    found = build_pack(source, out)
    tables = found.pack.tables
    counts = {name: len(tables[table]) for name, table in TABLES.items()}
    if as_json:
        show_json({"pack": found.id, "folder": str(out), **counts})
    else:
        say(
            "said_geo_built",
            folder=out,
            units=counts["units"],
            mergers=counts["mergers"],
            margins=counts["margins"],
        )


@app.command("show")
def show(
    ctx: typer.Context,
    pack: PackArgument = GEOGRAPHY,
    *,
    edition: Annotated[str | None, typer.Option(help="Địa giới / edition, e.g. 2025-07-01")] = None,
    level: Annotated[str | None, typer.Option(help="Cấp / level")] = None,
    code: Annotated[str | None, typer.Option(help="Một mã / one code, read in every edition")] = None,
    as_json: JsonOption = False,
) -> None:
    """Xem các địa giới, đơn vị, hoặc nghĩa của một mã / show editions, units, or what a code means."""
    reference = f"{pack}@{edition}" if edition else pack
    found = _open(ctx, reference, as_json=as_json)
    if code is not None:
        rows = [[day, unit, found.name(unit, day)] for day, unit in readings_of(found, code).items()]
        _tell(["edition", "unit_id", "name"], rows, as_json=as_json)
    elif level is None:
        rows = [
            [day, one, str(len(found.units(one, day))), _reused(found, day)]
            for day in found.editions
            for one in found.levels_below(day)
        ]
        _tell(["edition", "level", "units", "reused_codes"], rows, as_json=as_json)
    else:
        known = found.levels_below()
        if level not in known:
            facts = {"edition": found.default_edition, "known": ", ".join(known)}
            raise Refusal(finding("breakdown_unknown", value=level, facts=facts))
        units = found.units(level)[["code", "name", "unit_id"]]
        _tell(["code", "name", "unit_id"], units.to_numpy().tolist(), as_json=as_json)


TABLES = {"units": "units", "mergers": "crosswalk", "margins": "margins"}
HEADS = {
    "edition": "địa giới / edition", "unit_id": "unit_id", "name": "tên / name", "level": "cấp / level",
    "units": "số đơn vị / units", "reused_codes": "mã dùng lại / codes given again", "code": "mã / code",
}  # fmt: skip


def _speak(ctx: typer.Context, *, as_json: bool) -> None:
    """Remember how a refusal is to be told."""
    session = ctx.find_object(Session)
    assert session is not None
    session.json = as_json


def _open(ctx: typer.Context, reference: str, *, as_json: bool) -> Gazetteer:
    _speak(ctx, as_json=as_json)
    known = ", ".join(places.geographies())
    try:
        return open_geography(reference)
    except Refusal as refusal:
        absent = refusal.findings[0]
        if absent.code != "geo_pack_absent":
            raise
        facts = {"folder": f"{absent.facts['folder']} ({known})"}
        raise Refusal(finding("geo_pack_absent", value=absent.value, facts=facts)) from refusal


def _whole(found: Gazetteer, *, as_json: bool) -> None:
    units = len(found.pack.tables["units"])
    if as_json:
        show_json({"status": "good", **found.about(), "units": units})
    else:
        say("said_geo_whole", pack=found.id, units=units, editions=", ".join(found.editions))


def _reused(found: Gazetteer, day: str) -> str:
    """Count the codes that have another name than in the first edition."""
    first = next(iter(found.editions))
    return str(len(reused_codes(found, first, day)))


def _tell(columns: list[str], rows: list[list[str]], *, as_json: bool) -> None:
    if as_json:
        show_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    table = Table(*(HEADS[name] for name in columns))
    for row in rows:
        table.add_row(*row)
    Console().print(table)
