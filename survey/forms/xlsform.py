"""From the form as its author writes it to a release that KoboToolbox and ODK Central accept."""

import csv
import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from survey.forms.lint import check_form
from survey.forms.tables import SHEETS, FormRow, FormTables, read_form, split_type
from survey.forms.workbook import add_table, text_workbook
from survey.forms.xpath import Call, Literal, Location, parse, walk
from survey.instrument import instrument_from_tables, write_contract
from survey.messages import Finding, Refusal, finding

FORM, CONTRACT, SUMS = "form.xlsx", "contract.json", "SHA256SUMS"
FILE_TYPES = frozenset({"select_one_from_file", "select_multiple_from_file", "csv-external"})


@dataclass(frozen=True, slots=True)
class BuiltForm:
    """A release of a form.

    Attributes
    ----------
    folder : Path
        ``<out>/<version>``, holding the files.
    files : mapping
        File name -> SHA-256, in the order of ``SHA256SUMS``.
    findings : tuple of Finding
        Warnings and notes; a form with errors is not built.
    """

    folder: Path
    form_id: str
    version: str
    files: Mapping[str, str]
    findings: tuple[Finding, ...]


def build_form(source: Path, out: Path, media: Sequence[Path] = ()) -> BuiltForm:
    """Write the release of a form: workbook, contract, media files and their checksums.

    Parameters
    ----------
    source : Path
        The form, ``.md`` or ``.xlsx``.
    out : Path
        Folder of the releases; this one goes to ``out/<version>``.
    media : sequence of Path
        Files the form reads on the tablet, such as the wave's ``sample_eas.csv``.

    Returns
    -------
    BuiltForm
        The same inputs give the same bytes.

    Raises
    ------
    Refusal
        With every error of :func:`survey.forms.lint.check_form` and of the media files; nothing is written.
    """
    tables = read_form(source)
    findings = (*check_form(source, releases=out), *check_media(tables, media))
    errors = [found for found in findings if found.severity == "error"]
    if errors:
        raise Refusal(*errors)
    instrument = instrument_from_tables(tables)
    folder = out / instrument.version
    folder.mkdir(parents=True, exist_ok=True)
    write_workbook(tables, folder / FORM)
    write_contract(instrument, folder / CONTRACT)
    for file in media:
        shutil.copyfile(file, folder / file.name)
    files = _write_sums(folder, [FORM, CONTRACT, *sorted(file.name for file in media)])
    return BuiltForm(folder, instrument.form_id, instrument.version, files, findings)


def write_workbook(tables: FormTables, path: Path) -> None:
    """Write the three sheets as an .xlsx in which every cell is text; the same form gives the same bytes."""
    with text_workbook(path, tables.setting("form_title")) as book:
        for name, sheet in zip(SHEETS, (tables.survey, tables.choices, tables.settings), strict=True):
            add_table(book, name, sheet.headers, {row.number: row.cells for row in sheet.rows})


def check_media(tables: FormTables, media: Sequence[Path]) -> tuple[Finding, ...]:
    """Compare the media files at hand with the files and columns that the form reads."""
    present = {file.name: file for file in media}
    findings = []
    for row in tables.survey.rows:
        kind, name = split_type(row.text("type"))
        if kind in FILE_TYPES and name not in present:
            findings.append(finding("form_media_missing", sheet="survey", row=row.number, value=name))
    for name, file in present.items():
        columns = _header(file)
        for row, column in _columns_read(tables, name):
            if column not in columns:
                findings.append(
                    finding(
                        "form_media_column_missing", file=name, sheet="survey", row=row.number, column=column
                    )
                )
    return tuple(findings)


def _columns_read(tables: FormTables, name: str) -> Iterator[tuple[FormRow, str]]:
    stem = Path(name).stem
    for row in tables.survey.rows:
        if split_type(row.text("type"))[1] == name:
            parameters = dict(part.split("=", 1) for part in row.text("parameters").split() if "=" in part)
            yield row, parameters.get("value", "name")
            yield row, parameters.get("label", "label")
        if f"instance('{stem}')" in row.text("calculation"):
            yield from ((row, column) for column in _path_columns(row.text("calculation"), stem))


def _path_columns(expression: str, stem: str) -> Iterator[str]:
    for node in walk(parse(expression)):
        match node:
            case Location(start=Call(name="instance", arguments=(Literal(value=value),)), steps=steps):
                if value == stem:
                    yield steps[-1]
            case Location(start=None, steps=(column,)):
                yield column


def _header(file: Path) -> frozenset[str]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return frozenset(next(csv.reader(lines), []))


def _write_sums(folder: Path, names: Sequence[str]) -> dict[str, str]:
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    text = "".join(f"{digest}  {name}\n" for name, digest in files.items())
    (folder / SUMS).write_text(text, encoding="utf-8", newline="\n")
    return files
