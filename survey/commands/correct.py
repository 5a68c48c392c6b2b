"""``kynangso correct``: the log of corrections: add from a file, list, take back, the sheet to fill in."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from survey.commands.session import (
    REFUSED,
    JsonOption,
    StoreOption,
    WaveOption,
    begin,
    say,
    show_json,
    tell,
)
from survey.corrections import keeping, sheets
from survey.corrections.applying import findings_of
from survey.corrections.checking import Checked
from survey.corrections.log import Fate

app = typer.Typer(no_args_is_help=True, help="Nhật ký hiệu chỉnh / the log of corrections")
WhoOption = Annotated[str, typer.Option(help="Chữ viết tắt hoặc mã chức danh / initials or code of a role")]
WhyOption = Annotated[str, typer.Option(help="Lý do / why")]
STATES: Mapping[str, str] = {
    "applied": "đang áp dụng / applied",
    "superseded": "đã có hiệu chỉnh sau / superseded",
    "at_source": "nguồn đã ghi đúng / right at source",
    "set_aside": "đã sửa tại nguồn / changed at source",
    "not_asked": "câu không được hỏi / not asked",
    "withdrawn": "đã rút / withdrawn",
    "withdrawal": "dòng rút / withdrawal",
}


@app.callback()
def group() -> None:
    """Add, list and take back corrections; write the sheet for them."""


@app.command("add")
def add(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="Tệp mẫu hoặc danh sách vấn đề đã điền / sheet"),
    ],
    wave: WaveOption,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ kiểm tra / check only")] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ghi các hiệu chỉnh trong tệp vào nhật ký / add the corrections of a file, all or none."""
    kept = begin(ctx, store, as_json=as_json)
    checked = keeping.check_file(kept, wave, file) if dry_run else keeping.enter(kept, wave, file)
    if as_json:
        show_json(_json(checked, kept=not dry_run))
    else:
        tell(checked.findings)
        facts = {"count": len(checked.wanted), "repeated": checked.repeated}
        if dry_run:
            say("said_corrections_checked", file=file.name, errors=len(checked.errors), **facts)
        else:
            say("said_corrections_kept", file=file.name, **facts)
    if checked.errors:
        raise typer.Exit(REFUSED)


@app.command("list")
def show(
    ctx: typer.Context, wave: WaveOption, *, store: StoreOption = None, as_json: JsonOption = False
) -> None:
    """Liệt kê nhật ký và hiệu lực của từng dòng / list the log with what became of every row."""
    fates = keeping.listed(begin(ctx, store, as_json=as_json), wave)
    if as_json:
        show_json([_fate_json(fate) for fate in fates])
        return
    table = Table("số / no.", "phiếu / submission", "câu / question", "cũ / old", "mới / new", "ai / who",
                  "lý do / why", "lúc / at (UTC)", "hiệu lực / effect")  # fmt: skip
    for fate in fates:
        said, cell = fate.entry.correction, fate.entry.cell
        place = f"{cell.repeat}[{cell.position}]/{cell.variable}" if cell.repeat else cell.variable
        words = (cell.submission, place, said.old, said.new, said.who, said.why, fate.entry.created)
        effect = STATES[fate.state] + (f" {fate.entry.withdraws}" if fate.entry.withdraws else "")
        table.add_row(str(fate.entry.number), *map(escape, words), effect)
    Console().print(table)
    tell(findings_of(fates))
    states = Counter(fate.state for fate in fates)
    say("said_corrections_in_force", applied=states["applied"], aside=len(findings_of(fates)))


@app.command("withdraw")
def withdraw(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(help="Số thứ tự trong nhật ký / number in the log")],
    *,
    wave: WaveOption,
    who: WhoOption,
    why: WhyOption,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rút một hiệu chỉnh bằng một dòng mới / take a correction back by a new row."""
    entry = keeping.withdraw(begin(ctx, store, as_json=as_json), wave, number, who=who, why=why)
    if as_json:
        show_json({"withdrawn": entry.number})
    else:
        say("said_correction_withdrawn", number=entry.number)


@app.command("template")
def template(
    ctx: typer.Context,
    out: Annotated[Path, typer.Argument(dir_okay=False, help="Tệp .xlsx sẽ ghi / .xlsx to write")],
    wave: WaveOption,
    *,
    household: Annotated[
        str, typer.Option(help="Điền sẵn câu trả lời của hộ này / with the answers of a household")
    ] = "",
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ghi tệp mẫu để ghi hiệu chỉnh / write the sheet in which corrections are written."""
    kept = begin(ctx, store, as_json=as_json)
    kept.wave(wave)
    out.write_bytes(sheets.template(keeping.answers_of(kept, wave, household) if household else ()))
    if as_json:
        show_json({"files": [str(out)]})
    else:
        say("said_form_written", files=str(out))


def _json(checked: Checked, *, kept: bool) -> dict[str, Any]:
    return {
        "status": "refused" if checked.errors else "kept" if kept else "checked",
        "corrections": len(checked.wanted),
        "repeated": checked.repeated,
        "findings": [found.to_json() for found in checked.findings],
    }


def _fate_json(fate: Fate) -> dict[str, Any]:
    said, cell = fate.entry.correction, fate.entry.cell
    return {
        "number": fate.entry.number,
        "submission": cell.submission,
        "repeat": cell.repeat,
        "position": cell.position,
        "variable": cell.variable,
        "old": said.old,
        "new": said.new,
        "who": said.who,
        "why": said.why,
        "created": fate.entry.created,
        "withdraws": fate.entry.withdraws or None,
        "state": fate.state,
        "now": fate.now,
    }
