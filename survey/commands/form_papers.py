"""``kynangso form paper``, ``codebook`` and ``template``: a form for people and for other tools."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote

import typer

from survey.commands.forms import FormName, app, form_source
from survey.commands.session import JsonOption, StoreOption, say, show_json
from survey.forms.codebook import codebook, write_codebook
from survey.forms.paper import paper
from survey.forms.paper_document import write_paper
from survey.forms.tables import read_form
from survey.forms.template import write_template
from survey.instrument import Instrument, load_instrument

__all__ = ["app"]

Folder = Annotated[
    Path, typer.Option("--out", file_okay=False, help="Thư mục ghi kết quả / folder for the files")
]
PaperLanguage = Literal["vi", "en", "both"]


@app.command("paper")
def print_version(
    ctx: typer.Context,
    form: FormName,
    *,
    out: Folder = Path(),
    language: Annotated[PaperLanguage, typer.Option(help="Ngôn ngữ, both: song ngữ / language")] = "vi",
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ghi bản in của phiếu (Word) / write the print version of a form (.docx)."""
    tables = read_form(form_source(ctx, form, store, as_json=as_json))
    laid_out = paper(tables, language)
    path = _in(out, f"{_name(laid_out.form_id, laid_out.version)}_{language}.docx")
    write_paper(laid_out, path)
    _written([path], as_json=as_json)


@app.command("codebook")
def write_book(
    ctx: typer.Context,
    form: FormName,
    *,
    out: Folder = Path(),
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ghi bảng mã để lập lại phiếu ở công cụ khác / write the codebook: xlsx, csv, json."""
    instrument = load_instrument(form_source(ctx, form, store, as_json=as_json))
    paths = write_codebook(codebook(instrument), out, f"codebook_{_name_of(instrument)}")
    _written(list(paths), as_json=as_json)


@app.command("template")
def write_empty(
    ctx: typer.Context,
    form: FormName,
    *,
    out: Folder = Path(),
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ghi tệp Excel mẫu để nhập tay / write the Excel template for places without a tool."""
    instrument = load_instrument(form_source(ctx, form, store, as_json=as_json))
    path = _in(out, f"template_{_name_of(instrument)}.xlsx")
    write_template(instrument, path)
    _written([path], as_json=as_json)


def _name_of(instrument: Instrument) -> str:
    return _name(instrument.form_id, instrument.version)


def _name(form_id: str, version: str) -> str:
    return f"{quote(form_id, safe='')}_{quote(version, safe='')}"


def _in(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


def _written(paths: list[Path], *, as_json: bool) -> None:
    if as_json:
        show_json({"files": [str(path) for path in paths]})
    else:
        say("said_form_written", files=", ".join(map(str, paths)))
