"""``kynangso report``: a release as files for offices, print, spreadsheets and statisticians."""

import os
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dashboard.report.beside import beside
from dashboard.report.bundle import microdata_bytes
from dashboard.report.content import Report
from dashboard.report.formats import FORMATS
from dashboard.report.making import report_of
from dashboard.text import LANGUAGES, entry
from survey import pipeline
from survey.commands.forms import LanguageOption
from survey.commands.session import StoreOption, begin, progress_bar, say, tell
from survey.durable import replace_file
from survey.messages import Refusal, finding
from survey.publishing.log import read_log
from survey.publishing.standing import for_office
from survey.release import Release
from survey.store import Store

MICRODATA, OWNER_ONLY = "_microdata.zip", 0o600
Writer = Callable[[Path, bytes], None]
Kind = StrEnum("Kind", {name.upper(): name for name in FORMATS})

app = typer.Typer(add_completion=False)


def _both(key: str) -> str:
    """Write words of the catalogue in both languages, as the help of every command does."""
    return " / ".join(entry(key)[language] for language in LANGUAGES)


@app.command()
def report(
    ctx: typer.Context,
    release: Annotated[str, typer.Option("--release", help=_both("report_option.release"))],
    out: Annotated[Path, typer.Option("--out", help=_both("report_option.out"), file_okay=False)],
    *,
    formats: Annotated[
        list[Kind] | None, typer.Option("--format", help=_both("report_option.format"))
    ] = None,
    language: LanguageOption = "vi",
    with_microdata: Annotated[
        bool,
        typer.Option("--with-microdata", help=_both("report_option.microdata")),
    ] = False,
    store: StoreOption = None,
) -> None:
    """Xuất báo cáo của bản công bố / write a release as Word, PDF, Excel, CSV, charts and scripts."""
    kept = begin(ctx, store)
    frozen = kept.open_release(release)
    now = kept.catalogue.clock()
    standing = for_office(read_log(kept.catalogue), release, now)
    if standing.state == "withdrawn":
        tell([finding("release_withdrawn", value=release, facts={"reason": standing.why})])
    found = beside(kept, frozen, standing, drafts=True, at=now)
    told = report_of(frozen, language, standing=standing, beside=found)
    written = _write(frozen, told, [str(one) for one in formats or list(Kind)], out)
    if with_microdata:
        written.append(_write_microdata(kept, frozen, told, out))
        say("said_report_microdata", file=str(written[-1]))
    say("said_report_written", count=len(written), release=frozen.id, folder=str(out))


def _write_whole(path: Path, content: bytes) -> None:
    replace_file(path, content, aside=path.parent)


def _write_private(path: Path, content: bytes) -> None:
    """Write a file that nobody but its owner may ever read, not even while it is written."""
    path.unlink(missing_ok=True)
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, OWNER_ONLY)) as stream:
        stream.write(content)


def _write(release: Release, report: Report, wanted: Sequence[str], out: Path) -> list[Path]:
    written: list[Path] = []
    with progress_bar() as bar:
        task = bar.add_task(report.release, total=len(wanted))
        for name in wanted:
            kind = FORMATS[name]

            def told(step: str, name: str = name) -> None:
                bar.update(task, description=f"{name}: {step}")

            told(report.release)
            written.append(_put(out / kind.file_name(report), kind.make(release, report, told)))
            bar.advance(task)
    return written


def _write_microdata(store: Store, release: Release, report: Report, out: Path) -> Path:
    content = microdata_bytes(release, report, pipeline.scored_again(store, release))
    return _put(out / f"{report.release}_{report.language}{MICRODATA}", content, write=_write_private)


def _put(path: Path, content: bytes, *, write: Writer = _write_whole) -> Path:
    """Write a file whole or not at all.

    Raises
    ------
    Refusal
        When the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, content)
    except OSError as problem:
        raise Refusal(
            finding("report_unwritable", value=str(path.parent), facts={"reason": problem.strerror})
        ) from None
    return path
