"""``kynangso ingest`` and ``kynangso verify``: files come in once, and stay as they are."""

from pathlib import Path
from typing import Annotated

import typer

from survey import pipeline
from survey.commands.dry_run import dry_run
from survey.commands.forms import LanguageOption
from survey.commands.movement_table import show_movement
from survey.commands.session import (
    REFUSED,
    JsonOption,
    StoreOption,
    WaveOption,
    begin,
    progress_bar,
    say,
    show_json,
    tell,
)
from survey.findings import by_rule, check_ending, write_findings
from survey.messages import Refusal, finding
from survey.receipt import Receipt, refused
from survey.store import Store

Files = Annotated[
    list[Path],
    typer.Argument(
        exists=True, dir_okay=False, help="Tệp KoboToolbox .xlsx, ODK Central .zip / export files"
    ),
]
# Written for a number that a file cannot tell.
NOT_IN_FILE = "–"
FindingsOption = Annotated[
    Path | None,
    typer.Option(help="Ghi danh sách vấn đề vào tệp .xlsx hoặc .csv / write all findings to a file"),
]
DryRunOption = Annotated[
    bool,
    typer.Option("--dry-run", help="Xem tệp làm số liệu đổi thế nào, không lưu / show what would change"),
]


def ingest(
    ctx: typer.Context,
    files: Files,
    wave: WaveOption,
    *,
    findings: FindingsOption = None,
    without_storing: DryRunOption = False,
    language: LanguageOption = "vi",
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Nhận các tệp dữ liệu của một đợt / take in the export files of a wave, each once."""
    kept = begin(ctx, store, as_json=as_json)
    if findings:
        check_ending(findings)
    if without_storing:
        receipts = _look_at(kept, files, wave, language=language, as_json=as_json)
    else:
        receipts = _accept(kept, files, wave, as_json=as_json)
    if findings:
        write_findings((found for receipt in receipts for found in receipt.findings), findings)
        if not as_json:
            say("said_findings_written", file=findings.name, count=sum(len(r.findings) for r in receipts))
    if any(receipt.status == "refused" for receipt in receipts):
        raise typer.Exit(REFUSED)


def _accept(kept: Store, files: list[Path], wave: str, *, as_json: bool) -> list[Receipt]:
    """Take files in and tell their receipts."""
    try:
        kept.wave(wave)
        receipts = take_in(kept, files, wave, quiet=as_json)
    except Refusal as refusal:
        receipts = [refused(path.name, refusal) for path in files]
    if as_json:
        show_json([receipt.to_json() for receipt in receipts])
    else:
        show_receipts(receipts)
    return receipts


def _look_at(kept: Store, files: list[Path], wave: str, *, language: str, as_json: bool) -> list[Receipt]:
    """Tell what files would do, and store nothing."""
    looked = dry_run(kept, files, wave, quiet=as_json)
    if as_json:
        show_json(looked.to_json())
        return looked.receipts
    show_receipts(looked.receipts, accepted="said_file_would_be")
    show_movement(looked.moved, kept.wave(wave), language)
    if kept.wave(wave).synthetic:
        say("said_change_synthetic")
    say("said_dry_run", wave=wave)
    return looked.receipts


def verify(ctx: typer.Context, *, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Kiểm tra từng bit của kho / prove that every stored file is as it was written."""
    kept = begin(ctx, store, as_json=as_json)
    with progress_bar(quiet=as_json) as bar:
        task = bar.add_task("verify", total=None)
        findings = kept.verify(
            progress=lambda _file, done, total: bar.update(task, completed=done, total=total)
        )
    damaged = any(found.severity == "error" for found in findings)
    if as_json:
        show_json([found.to_json() for found in findings])
    else:
        tell(findings)
        if not damaged:
            say("said_store_whole", store=kept.root)
    if damaged:
        raise typer.Exit(REFUSED)


def take_in(store: Store, files: list[Path], wave: str, *, quiet: bool = False) -> list[Receipt]:
    """Ingest files one after the other under a progress bar."""
    receipts = []
    with progress_bar(quiet=quiet) as bar:
        task = bar.add_task("ingest", total=len(files) * len(pipeline.STEPS))
        for number, path in enumerate(files, 1):
            bar.update(task, description=path.name)
            receipts.append(pipeline.ingest(store, path, wave, progress=lambda _step: bar.advance(task)))
            bar.update(task, completed=number * len(pipeline.STEPS))
    return receipts


def show_receipts(receipts: list[Receipt], *, accepted: str = "said_file_accepted") -> None:
    """Say what came of every file; `accepted` is the sentence of those that were, or would be, accepted."""
    sentences = {"accepted": accepted, "duplicate": "said_file_duplicate"}
    for receipt in receipts:
        if receipt.status in sentences:
            counts = receipt.comparison.counts()
            members = NOT_IN_FILE if receipt.members is None else receipt.members
            say(sentences[receipt.status], file=receipt.file, households=receipt.households,
                members=members, interviews=receipt.interviews, **counts)  # fmt: skip
        rules = [rule for rule in by_rule(receipt.findings) if rule.severity != "note"]
        for rule in rules:
            tell([rule.example])
            if rule.count > 1:
                facts = {"count": rule.count, "places": ", ".join(rule.places)}
                tell([finding("said_rule_count", file=receipt.file, facts=facts)])
