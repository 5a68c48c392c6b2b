"""``kynangso publish``: a release checked, published with its embargo, corrected, withdrawn; and the list."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from survey.commands.forms import LanguageOption
from survey.commands.publish_table import history_table, releases_table
from survey.commands.session import JsonOption, StoreOption, begin, say, show_json
from survey.publishing import keeping
from survey.publishing.log import read_log
from survey.publishing.standing import for_office, for_public
from survey.publishing.states import STATE_WORDS, Entry
from survey.store import Store

NAMED = "release"


class State(StrEnum):
    """The states that a release can be given."""

    DRAFT = "draft"
    CHECKED = "checked"
    ESTIMATE = "estimate"
    PRELIMINARY = "preliminary"
    OFFICIAL = "official"


Release = Annotated[str, typer.Argument(help="Mã bản công bố / id of the release")]
WhoOption = Annotated[
    str,
    typer.Option(envvar="KYNANGSO_WHO", help="Chữ viết tắt hoặc mã chức danh / initials or code of a role"),
]
WhyOption = Annotated[str, typer.Option(help="Lý do / why")]


class Releases(TyperGroup):
    """A group in which the name of a release stands for the verb: ``kynangso publish 2026-abc --state …``."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - types of the library
        """Put the verb in where a release stands in its place."""
        return super().resolve_command(ctx, args if args[0] in self.commands else [NAMED, *args])


app = typer.Typer(
    cls=Releases,
    no_args_is_help=True,
    help="Bản công bố: kiểm tra, công bố, đính chính, thu hồi / check, publish, correct, withdraw releases",
)


@app.callback()
def group() -> None:
    """Move releases on, and list them."""


@app.command(NAMED)
def to_state(
    ctx: typer.Context,
    release: Release,
    *,
    state: Annotated[State, typer.Option(help="Trạng thái mới / the state it is to have")],
    who: WhoOption,
    why: WhyOption,
    embargo: Annotated[
        str, typer.Option(help="Chưa cho xem trước giờ này / hidden before, 2026-12-01T09:00+07:00")
    ] = "",
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Chuyển trạng thái của bản công bố / give a release a state; the same again moves its embargo."""
    kept = begin(ctx, store, as_json=as_json)
    action = keeping.step_to(kept.catalogue, release, state.value)
    entry = keeping.move(kept.catalogue, release, action, who=who, why=why, embargo=embargo)
    _told(entry, as_json=as_json)


@app.command("withdraw")
def withdraw(
    ctx: typer.Context,
    release: Release,
    *,
    who: WhoOption,
    why: WhyOption,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Thu hồi bản đã công bố / withdraw what is published: its address then says so, without numbers."""
    kept = begin(ctx, store, as_json=as_json)
    _told(keeping.move(kept.catalogue, release, "withdraw", who=who, why=why), as_json=as_json)


@app.command("correct")
def correct(
    ctx: typer.Context,
    release: Release,
    *,
    by: Annotated[str, typer.Option(help="Bản thay thế, đã công bố / published, replaces it")],
    who: WhoOption,
    why: WhyOption,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Đính chính bằng một bản khác / name the release that replaces a published one."""
    kept = begin(ctx, store, as_json=as_json)
    entry = keeping.move(kept.catalogue, release, "correct", who=who, why=why, successor=by)
    _told(entry, as_json=as_json)


@app.command("list")
def show(
    ctx: typer.Context,
    *,
    language: LanguageOption = "vi",
    history: Annotated[
        bool, typer.Option("--history", help="Mọi lần chuyển trạng thái / every step")
    ] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Liệt kê bản công bố và trạng thái / list releases, how they stand, and what the public sees."""
    kept = begin(ctx, store, as_json=as_json)
    rows = _listed(kept)
    entries = [entry for row in rows for entry in row["history"]]
    if as_json:
        show_json([row | {"history": [asdict(entry) for entry in row["history"]]} for row in rows])
        return
    console = Console()
    console.print(releases_table(rows, language))
    if history:
        console.print(history_table(sorted(entries, key=lambda entry: entry.number), language))


def _listed(store: Store) -> list[dict[str, Any]]:
    """Tell of every release how it stands for the office, and for the public now."""
    log, now = read_log(store.catalogue), store.catalogue.clock()
    listed = []
    for row in store.releases():
        name = row["release_id"]
        office, public = for_office(log, name, now), for_public(log, name, now)
        listed.append({
            "release": name,
            "wave": row["wave"],
            "created": row["created"],
            **asdict(office),
            "public": public.state if public else "",
            "history": log.get(name, ()),
        })  # fmt: skip
    return listed


def _told(entry: Entry, *, as_json: bool) -> None:
    if as_json:
        show_json(asdict(entry))
        return
    vi, en = STATE_WORDS[entry.state]
    say("said_publication_step", release=entry.release_id, state_vi=vi, state_en=en)
    if entry.embargo:
        say("said_publication_embargo", until=entry.embargo)
