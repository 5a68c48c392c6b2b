"""``kynangso form``: check a questionnaire and build its release."""

from pathlib import Path
from typing import Annotated

import typer

from survey import places
from survey.commands.session import REFUSED, JsonOption, Session, say, show_json, tell
from survey.forms.lint import check_form
from survey.forms.xlsform import build_form

app = typer.Typer(no_args_is_help=True, help="Kiểm tra và phát hành phiếu / check and build questionnaires")
SOURCE = "digiskill_hh.md"
Source = Annotated[
    Path | None,
    typer.Argument(exists=True, dir_okay=False, help=f"Phiếu .md hoặc .xlsx / form; {SOURCE} by default"),
]
ReleasesOption = Annotated[
    Path | None, typer.Option("--out", file_okay=False, help="Thư mục các bản phát hành / folder of releases")
]


@app.callback()
def group() -> None:
    """Check and build questionnaires."""


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


def _speak(ctx: typer.Context, *, as_json: bool) -> None:
    session = ctx.find_object(Session)
    assert session is not None
    session.json = as_json
