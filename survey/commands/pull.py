"""``kynangso pull``: fetch submissions from KoboToolbox or ODK Central and take them in."""

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Annotated

import typer

from survey import pipeline
from survey.commands.files import show_receipts
from survey.commands.session import (
    REFUSED,
    JsonOption,
    StoreOption,
    WaveOption,
    begin,
    progress_bar,
    show_json,
)
from survey.messages import Refusal, finding
from survey.pull.pages import Server, pulled
from survey.receipt import refused

app = typer.Typer(
    no_args_is_help=True, help="Lấy dữ liệu từ máy chủ / fetch submissions from a server of a tool"
)
ServerOption = Annotated[str, typer.Option("--server", help="Địa chỉ máy chủ / address, https://…")]
KOBO, CENTRAL = "survey.pull.kobotoolbox", "survey.pull.odk_central"


@app.callback()
def group() -> None:
    """Fetch submissions from a server; secrets come from the environment."""


@app.command("kobotoolbox")
def from_kobotoolbox(
    ctx: typer.Context,
    server: ServerOption,
    wave: WaveOption,
    asset: Annotated[str, typer.Option(help="Mã dự án trong địa chỉ trang / uid of the project, a…")],
    *,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lấy từ KoboToolbox, khóa ở KYNANGSO_KOBO_TOKEN / fetch from KoboToolbox, key in the environment."""
    _pull(ctx, lambda: _part(KOBO).project(server, asset), wave, store=store, as_json=as_json)


@app.command("odk-central")
def from_odk_central(
    ctx: typer.Context,
    server: ServerOption,
    wave: WaveOption,
    project: Annotated[int, typer.Option(help="Số của dự án / number of the project")],
    *,
    form: Annotated[str, typer.Option(help="Mã biểu mẫu / form id")],
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lấy từ ODK Central, tài khoản ở KYNANGSO_ODK_USER và KYNANGSO_ODK_PASSWORD / fetch from ODK Central."""
    _pull(ctx, lambda: _part(CENTRAL).form(server, project, form), wave, store=store, as_json=as_json)


def _pull(
    ctx: typer.Context,
    opened: Callable[[], Server],
    wave: str,
    *,
    store: StoreOption,
    as_json: bool,
) -> None:
    kept = begin(ctx, store, as_json=as_json)
    kept.wave(wave)
    server = opened()
    with progress_bar(quiet=as_json) as bar:
        task = bar.add_task(server.name, total=None)
        try:
            with pulled(server, progress=lambda n, total: bar.update(task, completed=n, total=total)) as file:
                receipt = pipeline.ingest(kept, file, wave)
        except Refusal as refusal:
            receipt = refused(server.name, refusal)
    if as_json:
        show_json([receipt.to_json()])
    else:
        show_receipts([receipt])
    if receipt.status == "refused":
        raise typer.Exit(REFUSED)


def _part(name: str) -> ModuleType:
    """Import what needs the packages of the extra ``pull``, or say how to install it."""
    try:
        return import_module(name)
    except ImportError as problem:
        raise Refusal(finding("pull_not_installed", value=str(problem.name))) from None
