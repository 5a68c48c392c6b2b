"""``kynangso form``: check a questionnaire, build its release, register any form, compare versions."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from survey import places
from survey.commands.session import (
    REFUSED,
    JsonOption,
    Session,
    StoreOption,
    begin,
    say,
    show_json,
    tell,
)
from survey.forms.difference import form_changes, is_breaking
from survey.forms.lint import check_form
from survey.forms.xlsform import CONTRACT, build_form
from survey.instrument import Instrument, load_instrument, read_contract
from survey.messages import Finding, Refusal, finding
from survey.registration import register
from survey.registry import find_form, registered

app = typer.Typer(no_args_is_help=True, help="Kiểm tra và phát hành phiếu / check and build questionnaires")
SOURCE = "digiskill_hh.md"
Language = Literal["vi", "en"]
LanguageOption = Annotated[Language, typer.Option(help="Ngôn ngữ của bảng / language of the table")]
CHANGE_WORDS: Mapping[str, Mapping[str, str]] = {
    "vi": {"kind": "Ảnh hưởng", "question": "Câu hỏi", "change": "Thay đổi",
           "error": "đứt chuỗi", "note": "không đứt"},
    "en": {"kind": "Effect", "question": "Question", "change": "Change",
           "error": "breaking", "note": "not breaking"},
}  # fmt: skip
Source = Annotated[
    Path | None,
    typer.Argument(exists=True, dir_okay=False, help=f"Phiếu .md hoặc .xlsx / form; {SOURCE} by default"),
]
FormName = Annotated[
    str, typer.Argument(help="Tệp .md, .xlsx hoặc mã phiếu đã đăng ký / file, or id[@version] of a form")
]
ReleasesOption = Annotated[
    Path | None, typer.Option("--out", file_okay=False, help="Thư mục các bản phát hành / folder of releases")
]


@app.callback()
def group() -> None:
    """Check, build, register, compare and print questionnaires."""


@app.command("check")
def check(
    ctx: typer.Context,
    source: Source = None,
    *,
    releases: ReleasesOption = None,
    odk_validate: Annotated[
        bool | None,
        typer.Option(
            "--odk-validate/--no-odk-validate", help="Bắt buộc hoặc bỏ qua ODK Validate / demand or skip"
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Kiểm tra phiếu bằng pyxform và bộ quy tắc riêng / check a form with pyxform and our own rules."""
    _speak(ctx, as_json=as_json)
    form = source or places.questionnaires() / SOURCE
    findings = check_form(form, odk_validate=odk_validate, releases=releases)
    faulty = any(found.severity == "error" for found in findings)
    if as_json:
        show_json([found.to_json() for found in findings])
    else:
        tell(findings)
        if not faulty:
            say("said_form_sound", file=form.name)
    if faulty:
        raise typer.Exit(REFUSED)


@app.command("build")
def build(
    ctx: typer.Context,
    source: Source = None,
    *,
    releases: ReleasesOption = None,
    media: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="Tệp kèm / media file, e.g. sample_eas.csv"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Ghi bản phát hành: form.xlsx và contract.json / write form.xlsx and contract.json of a release."""
    _speak(ctx, as_json=as_json)
    form = source or places.questionnaires() / SOURCE
    built = build_form(form, releases or form.parent / "releases", media=media or [])
    if as_json:
        findings = [found.to_json() for found in built.findings]
        show_json({"folder": str(built.folder), "version": built.version, "files": dict(built.files),
                   "findings": findings})  # fmt: skip
    else:
        tell(found for found in built.findings if found.severity != "note")
        say("said_form_built", form=built.form_id, version=built.version, folder=built.folder)


@app.command("add")
def add(
    ctx: typer.Context,
    source: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Phiếu .md hoặc .xlsx / form")],
    *,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Đăng ký một phiếu XLSForm bất kỳ vào kho / register any XLSForm; a version never changes."""
    kept = begin(ctx, store, as_json=as_json, create=True)
    done = register(kept.catalogue, source)
    form, instrument = done.form, done.form.instrument()
    open_points = [found for found in done.findings if found.severity == "error"]
    if as_json:
        show_json({"form": form.name, "status": "added" if done.is_new else "known",
                   "findings": [found.to_json() for found in done.findings]})  # fmt: skip
        return
    say("said_form_registered" if done.is_new else "said_form_known", form=form.form_id,
        version=form.version, questions=len(instrument.questions), store=kept.root)  # fmt: skip
    if open_points:
        say("said_form_house_rules", form=form.name, count=len(open_points))


@app.command("list")
def list_forms(ctx: typer.Context, *, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Liệt kê các phiếu đã đăng ký / list the registered forms with their versions."""
    forms = registered(begin(ctx, store, as_json=as_json).catalogue)
    if as_json:
        show_json([
            {"form_id": form.form_id, "version": form.version, "title": form.title, "created": form.created}
            for form in forms
        ])  # fmt: skip
        return
    table = Table("mã phiếu / form", "phiên bản / version", "tên / title", "đăng ký / registered (UTC)")
    for form in forms:
        table.add_row(form.form_id, form.version, form.title, form.created)
    Console().print(table)


@app.command("diff")
def diff(
    ctx: typer.Context,
    old: FormName,
    new: FormName,
    *,
    language: LanguageOption = "vi",
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """So sánh hai phiên bản, mã 1 nếu đứt chuỗi số liệu / compare two versions, code 1 if breaking."""
    before, after = (_instrument(form_source(ctx, name, store, as_json=as_json)) for name in (old, new))
    changes = form_changes(before, after)
    breaking = is_breaking(changes)
    if as_json:
        shown = [
            {"breaking": change.severity == "error", **change.to_json(), **change.facts} for change in changes
        ]
        show_json({"breaking": breaking, "old": before.version, "new": after.version, "changes": shown})
    else:
        Console().print(_change_table(changes, language))
        say("said_forms_break" if breaking else "said_forms_join", old=before.version, new=after.version,
            count=sum(change.severity == "error" for change in changes))  # fmt: skip
    if breaking:
        raise typer.Exit(REFUSED)


def form_source(ctx: typer.Context, name: str, store: Path | None, *, as_json: bool = False) -> Path:
    """Return the file of a form: the one of this path, else the source of a registered form.

    Raises
    ------
    Refusal
        When there is neither; the registered forms are listed.
    """
    _speak(ctx, as_json=as_json)
    if Path(name).is_file():
        return Path(name)
    kept = begin(ctx, store, as_json=as_json)
    found = find_form(kept.catalogue, name)
    if found is None:
        known = ", ".join(form.name for form in registered(kept.catalogue)) or "-"
        raise Refusal(finding("form_unknown", value=name, facts={"known": known}))
    return found.source


def _instrument(path: Path) -> Instrument:
    """Read a form, or the contract of a release."""
    return read_contract(path) if path.name == CONTRACT else load_instrument(path)


def _change_table(changes: Sequence[Finding], language: Language) -> Table:
    told = CHANGE_WORDS[language]
    table = Table(told["kind"], told["question"], told["change"], show_lines=True)
    for change in changes:
        word = told["error" if change.severity == "error" else "note"]
        table.add_row(word, change.column or "-", escape(change.sentence(language)))
    return table


def _speak(ctx: typer.Context, *, as_json: bool) -> None:
    session = ctx.find_object(Session)
    assert session is not None
    session.json = as_json
