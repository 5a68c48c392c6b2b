"""``kynangso report``: a release as files for offices, print, spreadsheets and statisticians."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dashboard.report.bundle import microdata_bytes
from dashboard.report.content import Report
from dashboard.report.formats import FORMATS
from dashboard.report.making import report_of
from survey import pipeline
from survey.commands.forms import LanguageOption
from survey.commands.session import StoreOption, begin, progress_bar, say
from survey.durable import replace_file
from survey.messages import Refusal, finding
from survey.release import Release
from survey.store import Store

MICRODATA = "_microdata.zip"
Kind = StrEnum("Kind", {name.upper(): name for name in FORMATS})

app = typer.Typer(add_completion=False)


@app.command()
def report(
    ctx: typer.Context,
    release: Annotated[str, typer.Option("--release", help="Bản công bố / release, e.g. 2026-9ee04b3466b7")],
    out: Annotated[
        Path, typer.Option("--out", help="Thư mục kết quả / folder for the files", file_okay=False)
    ],
    *,
    formats: Annotated[
        list[Kind] | None, typer.Option("--format", help="Loại tệp, lặp lại được / kind of file, repeatable")
    ] = None,
    language: LanguageOption = "vi",
    with_microdata: Annotated[
        bool,
        typer.Option(
            "--with-microdata", help="Thêm dữ liệu từng người, chỉ dùng trên máy này / add rows of persons"
        ),
    ] = False,
    store: StoreOption = None,
) -> None:
    """Xuất báo cáo của bản công bố / write a release as Word, PDF, Excel, CSV, charts and scripts."""
    kept = begin(ctx, store)
    frozen = kept.open_release(release)
    written = _write(frozen, report_of(frozen, language), [str(one) for one in formats or list(Kind)], out)
    if with_microdata:
        written.append(_write_microdata(kept, frozen, report_of(frozen, language), out))
        say("said_report_microdata", file=str(written[-1]))
    say("said_report_written", count=len(written), release=frozen.id, folder=str(out))


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
    path = _put(out / f"{report.release}_{report.language}{MICRODATA}", content)
    path.chmod(0o600)
    return path


def _put(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all.

    Raises
    ------
    Refusal
        When the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content, aside=path.parent)
    except OSError as problem:
        raise Refusal(
            finding("report_unwritable", value=str(path.parent), facts={"reason": problem.strerror})
        ) from None
    return path
