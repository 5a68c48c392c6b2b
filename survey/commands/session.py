"""What all commands share: which store, how to speak, and how a refusal ends a command."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from typer.core import TyperGroup

from survey import places
from survey.messages import LANGUAGES, Finding, Refusal, finding
from survey.store import Store

REFUSED = 1
StoreOption = Annotated[
    Path | None,
    typer.Option("--store", help="Thư mục kho dữ liệu / folder of the store (KYNANGSO_STORE, ./var/store)"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Kết quả dạng JSON / result as JSON on stdout")]
WaveOption = Annotated[str, typer.Option("--wave", help="Đợt điều tra / wave, e.g. 2026")]


@dataclass(slots=True)
class Session:
    """Choices of one call: the store named before the command, and whether it speaks JSON."""

    store: Path | None = None
    json: bool = False


class Commands(TyperGroup):
    """The top of the command line: a refusal becomes two sentences and exit code 1, never a traceback."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - the types of the command line library
        """Run a command."""
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            findings = refusal.findings
        except BrokenPipeError:
            raise
        except OSError as problem:
            findings = (finding("store_unwritable", value=str(problem)),)
        session = ctx.find_object(Session) or Session()
        if session.json:
            show_json({"status": "refused", "findings": [found.to_json() for found in findings]})
        else:
            tell(findings)
        raise typer.Exit(REFUSED)


def begin(ctx: typer.Context, store: Path | None, *, as_json: bool = False, create: bool = False) -> Store:
    """Open the store that was named after the command, before it, or by the environment.

    Raises
    ------
    Refusal
        When there is no store and the command is not one that makes it.
    """
    session = speak(ctx, as_json=as_json)
    root = (store or session.store or places.default_store()).absolute()
    if not create and not (root / "catalogue.sqlite").is_file():
        raise Refusal(finding("store_absent", value=str(root)))
    return Store(root)


def speak(ctx: typer.Context, *, as_json: bool) -> Session:
    """Settle whether a command speaks JSON, also when it refuses."""
    session = ctx.find_object(Session)
    assert session is not None
    session.json = as_json
    return session


def show_json(value: object) -> None:
    """Write JSON to the standard output, and nothing else."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False, default=str) + "\n")


def tell(findings: Iterable[Finding]) -> None:
    """Write findings to the standard error, Vietnamese first."""
    console = error_console()
    for found in findings:
        for language in LANGUAGES:
            console.print(found.sentence(language), markup=False, highlight=False, soft_wrap=True)


def say(code: str, *, file: str = "", **facts: object) -> None:
    """Write a sentence of the catalogue to the standard output, Vietnamese first."""
    said = finding(code, file=file, facts=facts)
    console = Console(highlight=False, soft_wrap=True)
    for language in LANGUAGES:
        console.print(said.sentence(language), markup=False)


def error_console() -> Console:
    """Return the console of the standard error."""
    return Console(stderr=True)


@contextmanager
def progress_bar(*, quiet: bool = False) -> Iterator[Progress]:
    """Show progress on the standard error where it is a terminal."""
    console = error_console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as bar:
        yield bar
