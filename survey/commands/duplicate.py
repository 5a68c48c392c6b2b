"""``kynangso duplicates``: households with several submissions, and the decision which one counts."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from survey.commands.correct import WhoOption, WhyOption
from survey.commands.session import JsonOption, StoreOption, WaveOption, begin, say, show_json, tell
from survey.duplicates import ABOUT, ROSTER_ROWS, Difference, Group, decide, queue, undecided
from survey.review_states import WORDS as STATES

app = typer.Typer(no_args_is_help=True, help="Hộ có nhiều phiếu / households with several submissions")
WORDS: Mapping[str, str] = {
    "undecided": "chưa quyết định / undecided",
    "decided": "đã quyết định / decided",
    "reopened": "có phiếu mới sau quyết định / another one came since",
    "review": "trạng thái / review",
    "started": "bắt đầu / started",
    "ended": "kết thúc / ended",
    "submitted": "nộp / submitted",
    "form_version": "phiên bản / version",
    ROSTER_ROWS: "số dòng / rows",
}
KEPT = "✓ "


@app.callback()
def group() -> None:
    """List and settle households with several submissions."""


@app.command("list")
def show(
    ctx: typer.Context, wave: WaveOption, *, store: StoreOption = None, as_json: JsonOption = False
) -> None:
    """Liệt kê các hộ có nhiều phiếu và chỗ khác nhau / list them side by side; what is alike is left out."""
    kept = begin(ctx, store, as_json=as_json)
    groups = queue(kept, wave)
    if as_json:
        show_json([_json(one) for one in groups])
        return
    for one in groups:
        Console().print(_table(one))
    if not groups:
        say("said_no_duplicates", wave=wave)
    tell(undecided(groups, wave))


@app.command("settle")
def settle(
    ctx: typer.Context,
    household: Annotated[str, typer.Argument(help="Mã hộ / code of the household")],
    *,
    wave: WaveOption,
    keep: Annotated[str, typer.Option(help="Mã phiếu được dùng (đủ phần đầu) / submission that counts")],
    who: WhoOption,
    why: WhyOption,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Quyết định dùng phiếu nào của một hộ / decide which submission of a household counts."""
    kept = begin(ctx, store, as_json=as_json)
    is_new = decide(kept, wave, household, keep=keep, who=who, why=why)
    if as_json:
        show_json({"household": household, "status": "decided" if is_new else "known"})
    else:
        say("said_household_settled", household=household, kept=keep)


def _table(one: Group) -> Table:
    title = f"{one.household}: {WORDS[one.state]}"
    if one.decision:
        title += f" ({one.decision.who}, {one.decision.created}: {one.decision.why})"
    table = Table(title=escape(title))
    table.add_column("")
    kept = one.decision.kept if one.decision else ""
    for key in one.submissions:
        table.add_column(escape(f"{KEPT if key == kept else ''}{key}"), overflow="fold")
    for column in ABOUT:
        told = one.about[column]
        words = [STATES[w]["vi"] for w in told] if column == "review" else told
        table.add_row(WORDS[column], *map(escape, words))
    table.add_section()
    for difference in one.differences:
        table.add_row(_place(difference), *map(escape, difference.answers))
    return table


def _place(difference: Difference) -> str:
    name = WORDS.get(difference.variable, difference.variable)
    if not difference.repeat:
        return name
    return f"{difference.repeat}{escape(f'[{difference.position}]') if difference.position else ''}/{name}"


def _json(one: Group) -> dict[str, Any]:
    return {**asdict(one), "state": one.state}
