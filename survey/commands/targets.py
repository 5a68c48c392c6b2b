"""``kynangso targets``: the other targets: list, report, import, submit, accept, return, the template."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from survey.commands.forms import LanguageOption
from survey.commands.session import (
    REFUSED,
    JsonOption,
    StoreOption,
    begin,
    say,
    show_json,
    tell,
)
from survey.commands.targets_table import goals_table, log_table
from survey.durable import sha256_of
from survey.other_targets import keeping, sheets
from survey.other_targets.assessing import Standing
from survey.other_targets.checking import Checked
from survey.other_targets.log import STATE_WORDS, Entry, read_log, standing
from survey.other_targets.targets import usual_targets

app = typer.Typer(no_args_is_help=True, help="Các mục tiêu khác / the targets no survey measures")
WhoOption = Annotated[str, typer.Option(help="Chữ viết tắt hoặc mã chức danh / initials or code of a role")]
Record = Annotated[int, typer.Argument(help="Số của báo cáo / number of the report")]
FileOption = Annotated[
    Path | None,
    typer.Option("--document", exists=True, dir_okay=False,
                 help="Tệp văn bản; chỉ giữ sha-256 / file of the document, only hashed"),
]  # fmt: skip


@app.callback()
def group() -> None:
    """Report, decide and list the figures of the other targets."""


@app.command("list")
def show(
    ctx: typer.Context,
    *,
    language: LanguageOption = "vi",
    history: Annotated[bool, typer.Option("--history", help="Mọi lần thay đổi / every revision")] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Liệt kê mục tiêu, số đã duyệt và đánh giá / list targets, accepted figures and what they say."""
    kept = begin(ctx, store, as_json=as_json)
    entries = read_log(kept.catalogue)
    shown = entries if history else tuple(standing(entries).values())
    judged = keeping.standings(kept.catalogue)
    if as_json:
        show_json({
            "targets": [_standing_json(one) for one in judged],
            "reports": [_entry_json(entry) for entry in shown],
        })  # fmt: skip
        return
    console = Console()
    console.print(goals_table(judged, language))
    if shown:
        console.print(log_table(shown, language))
    say("said_targets_kind")


@app.command("add")
def add(  # noqa: PLR0913 - an option for each fact of a report
    ctx: typer.Context,
    target: Annotated[str, typer.Argument(help="Mã mục tiêu / id of the target")],
    *,
    day: Annotated[str, typer.Option(help="Số liệu tính đến ngày / as of, 30/6/2026")],
    document: Annotated[str, typer.Option("--number", help="Số văn bản / number of the document")],
    dated: Annotated[str, typer.Option(help="Ngày văn bản / date of the document")],
    unit: Annotated[str, typer.Option(help="Đơn vị báo cáo / reporting office")],
    who: WhoOption,
    figure: Annotated[str, typer.Option(help="40/60, 52, có hoặc không / yes or no")],
    file: FileOption = None,
    revise: Annotated[int, typer.Option(help="Số của báo cáo cần sửa / report to revise")] = 0,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ghi một số liệu (nháp), hoặc sửa số đã ghi / report a figure as a draft, or revise one."""
    kept = begin(ctx, store, as_json=as_json, create=True)
    sha256 = sha256_of(file) if file else ""
    cells = {"target": target, "day": day, "document": document, "document_date": dated, "unit": unit,
             "sha256": sha256, **_figure(target, figure)}  # fmt: skip
    row = sheets.SheetRow(None, cells)
    checked = keeping.check_rows(kept.catalogue, [row], who=who, record=revise)
    if not as_json and not checked.errors:
        tell(checked.findings)
    entries = keeping.keep(kept.catalogue, checked)
    if entries:
        _told(entries[0], as_json=as_json)
    elif as_json:
        show_json({"status": "known"})
    else:
        say("said_target_known")


@app.command("import")
def take_file(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Tệp mẫu .xlsx đã điền / filled-in template")
    ],
    who: WhoOption,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ kiểm tra / check only")] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ghi nháp mọi số liệu trong tệp / take the figures of a file as drafts, all or none."""
    kept = begin(ctx, store, as_json=as_json, create=True)
    checked = keeping.check_file(kept.catalogue, file, who=who)
    if not dry_run and not checked.errors:
        keeping.keep(kept.catalogue, checked)
    if as_json:
        show_json(_checked_json(checked, kept=not dry_run))
    else:
        tell(checked.findings)
        made = Counter(step.action for step in checked.steps)
        counts = {"added": made["add"], "revised": made["revise"], "repeated": checked.repeated}
        if dry_run or checked.errors:
            say("said_targets_checked", file=file.name, errors=len(checked.errors), **counts)
        else:
            say("said_targets_kept", file=file.name, **counts)
    if checked.errors:
        raise typer.Exit(REFUSED)


@app.command("template")
def template(
    out: Annotated[Path, typer.Argument(dir_okay=False, help="Tệp .xlsx sẽ ghi / .xlsx to write")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Ghi tệp mẫu để báo cáo / write the sheet in which offices report."""
    out.write_bytes(sheets.template(usual_targets()))
    if as_json:
        show_json({"files": [str(out)]})
    else:
        say("said_form_written", files=str(out))


@app.command("submit")
def submit(
    ctx: typer.Context,
    record: Record,
    *,
    who: WhoOption,
    file: FileOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Trình một báo cáo nháp cùng tệp văn bản / submit a draft with the file of its document."""
    kept = begin(ctx, store, as_json=as_json)
    sha256 = sha256_of(file) if file else ""
    _told(keeping.submit(kept.catalogue, record, who=who, sha256=sha256), as_json=as_json)


@app.command("accept")
def accept(
    ctx: typer.Context,
    record: Record,
    *,
    who: WhoOption,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Duyệt một báo cáo đã trình / accept what was submitted; not by who submitted it."""
    kept = begin(ctx, store, as_json=as_json)
    _told(keeping.accept(kept.catalogue, record, who=who), as_json=as_json)


@app.command("return")
def send_back(
    ctx: typer.Context,
    record: Record,
    *,
    who: WhoOption,
    why: Annotated[str, typer.Option(help="Lý do / why")],
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Trả lại một báo cáo đã trình, kèm lý do / return what was submitted, with the reason."""
    kept = begin(ctx, store, as_json=as_json)
    _told(keeping.send_back(kept.catalogue, record, who=who, why=why), as_json=as_json)


def _figure(target: str, figure: str) -> dict[str, str]:
    """Lay one text into the cells of its kind; what does not fit is found by the check."""
    kinds = {known.id: known.kind for known in usual_targets()}
    numerator, _, denominator = figure.partition("/")
    if kinds.get(target) == "existence":
        return {"exists": figure}
    return {"numerator": numerator.strip(), "denominator": denominator.strip()}


def _told(entry: Entry, *, as_json: bool) -> None:
    if as_json:
        show_json(_entry_json(entry))
    else:
        vi, en = STATE_WORDS[entry.state]
        say("said_target_step", record=entry.record, state_vi=vi, state_en=en)


def _entry_json(entry: Entry) -> dict[str, Any]:
    told = asdict(entry)
    return {**told, **told.pop("report")}


def _checked_json(checked: Checked, *, kept: bool) -> dict[str, Any]:
    made = Counter(step.action for step in checked.steps)
    return {
        "status": "refused" if checked.errors else "kept" if kept else "checked",
        "added": made["add"],
        "revised": made["revise"],
        "repeated": checked.repeated,
        "findings": [found.to_json() for found in checked.findings],
    }


def _standing_json(one: Standing) -> dict[str, Any]:
    return {
        "target": one.target.id,
        "kind": one.target.kind,
        "latest": _entry_json(one.latest) if one.latest else None,
        "goals": [
            {
                "year": judged.goal.year,
                "op": judged.goal.op,
                "value": judged.goal.value,
                "applies": judged.goal is one.applies,
                "verdict": judged.verdict,
                "timing": judged.timing,
                "report": judged.entry.record if judged.entry else None,
            }
            for judged in one.goals
        ],
    }
