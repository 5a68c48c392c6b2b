"""``kynangso demo`` and ``kynangso serve``: the example wave, and the app."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from survey import pipeline, places
from survey.commands.files import take_in
from survey.commands.session import REFUSED, StoreOption, begin, progress_bar, say, tell
from survey.durable import sha256_of
from survey.instrument import read_contract
from survey.store import Store
from survey.wave import EA_COLUMNS, HOUSEHOLD_COLUMNS, Wave, read_sample

EXAMPLE_WAVE, EXAMPLE_FORM = "2026", "digiskill_hh"
HOST = "127.0.0.1"
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


def demo(ctx: typer.Context, *, store: StoreOption = None) -> None:
    """Nạp đợt mẫu mô phỏng và tạo bản công bố / load the simulated example wave and release it, once."""
    kept = begin(ctx, store, create=True)
    kept.add_wave(example_wave())  # refuses a real wave of this name
    current = pipeline.current_release(kept, EXAMPLE_WAVE)
    if current:
        say("said_demo_known", release=current, store=kept.root)
        return
    _take_in_example(kept)
    with progress_bar() as bar:
        task = bar.add_task("weigh, estimate, release", total=1)
        frozen = pipeline.release(kept, EXAMPLE_WAVE)
        bar.advance(task)
    say("said_released", release=frozen.id, folder=kept.root / "releases" / frozen.id)


def serve(
    ctx: typer.Context,
    *,
    port: Annotated[int, typer.Option(help="Cổng / port")] = 8501,
    browser: Annotated[
        bool | None, typer.Option("--browser/--no-browser", help="Mở trình duyệt / open a browser")
    ] = None,
    store: StoreOption = None,
) -> None:
    """Mở ứng dụng trên máy này / run the app on this machine (127.0.0.1)."""
    kept = begin(ctx, store, create=True)
    app = places.app()
    wanted = _has_display() if browser is None else browser
    command = [
        sys.executable, "-m", "dashboard", "run", str(app),
        "--server.address", HOST, "--server.port", str(port), "--server.headless", str(not wanted).lower(),
        "--browser.gatherUsageStats", "false",
    ]  # fmt: skip
    say("said_serving", address=f"http://{HOST}:{port}", store=kept.root)
    sys.stdout.flush()
    os.chdir(app.parent)
    environment = {**os.environ, places.STORE_VARIABLE: str(kept.root)}
    if os.name != "nt":  # the app takes the place of this process, so that a signal to it ends the app
        os.execve(sys.executable, command, environment)  # noqa: S606 - our own words
    raise typer.Exit(subprocess.call(command, env=environment))  # noqa: S603 - our own words


def example_wave() -> Wave:
    """Return the example wave that travels with the package."""
    folder = places.example_wave()
    return Wave(
        name=EXAMPLE_WAVE,
        instrument=read_contract(places.contract(EXAMPLE_FORM)),
        sample_eas=read_sample(folder / "sample_eas.csv", EA_COLUMNS),
        sample_households=read_sample(folder / "sample_households.csv", HOUSEHOLD_COLUMNS),
        synthetic=True,
    )


def example_files() -> list[Path]:
    """List the eleven district files of the example wave."""
    return sorted((places.example_wave() / "kobo").glob("*.xlsx"))


def _take_in_example(store: Store) -> None:
    known = {upload.upload_id for upload in store.uploads(EXAMPLE_WAVE)}
    wanted = [path for path in example_files() if sha256_of(path) not in known]
    receipts = take_in(store, wanted, EXAMPLE_WAVE)
    refused = [receipt for receipt in receipts if receipt.status == "refused"]
    if refused:
        tell(found for receipt in refused for found in receipt.findings)
        raise typer.Exit(REFUSED)


def _has_display() -> bool:
    return sys.platform in {"win32", "darwin"} or any(os.environ.get(name) for name in DISPLAYS)
