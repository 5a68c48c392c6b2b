"""The codebook of a form: all that is needed to read its data, or to build it again in another tool."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey.disarming import disarmed
from survey.forms.words import SIGNS, Reader
from survey.forms.workbook import add_table, text_workbook
from survey.instrument import ROLES, Instrument, Question

MAIN = "main"
YES_NO = {True: "yes", False: "no"}
# What the question is called where it is built again.
SURVEY_SOLUTIONS: Mapping[str, str] = {
    "text": "Text", "integer": "Numeric, integer", "decimal": "Numeric, real", "range": "Numeric, integer",
    "select_one": "Categorical, single-select", "select_multiple": "Categorical, multi-select",
    "rank": "Categorical, multi-select, ordered", "date": "Date", "datetime": "Date, current time",
    "geopoint": "GPS location", "image": "Picture", "audio": "Audio", "barcode": "Barcode",
    "note": "Static text", "calculate": "Calculated variable", "start": "Date, current time",
    "end": "Date, current time", "today": "Date, current time",
}  # fmt: skip
CSPRO: Mapping[str, str] = {
    "integer": "Numeric", "decimal": "Numeric, with decimal places", "select_one": "Numeric, radio button",
    "select_multiple": "Alpha, check box", "date": "Numeric, length 8, YYYYMMDD", "note": "Form text",
    "calculate": "Filled by logic", "start": "Filled by logic", "end": "Filled by logic",
    "today": "Filled by logic",
}  # fmt: skip
ALPHA = "Alpha"
TEXT = "Text"


@dataclass(frozen=True, slots=True)
class Codebook:
    """Every variable of a form in words.

    Attributes
    ----------
    variables : tuple of mapping
        One a variable, in form order: header -> text.
    codes : tuple of mapping
        One a code of a variable.
    """

    instrument: Instrument
    variables: tuple[Mapping[str, str], ...]
    codes: tuple[Mapping[str, str], ...]


def codebook(instrument: Instrument) -> Codebook:
    """Describe every variable that the data of a form can hold; personal ones are marked."""
    roles = {instrument.role(role): role for role in ROLES}
    return Codebook(
        instrument,
        tuple(_variable(question, instrument, roles) for question in instrument.questions),
        tuple(code for question in instrument.questions for code in _codes(question, instrument)),
    )


def write_codebook(book: Codebook, folder: Path, name: str) -> tuple[Path, ...]:
    """Write ``<name>.xlsx``, ``.csv`` and ``.json``; the same form gives the same bytes.

    Parameters
    ----------
    folder : Path
        Made when it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = tuple(folder / f"{name}{ending}" for ending in (".xlsx", ".csv", ".json"))
    _write_workbook(book, paths[0])
    paths[1].write_text(codebook_csv(book), encoding="utf-8-sig", newline="")
    paths[2].write_text(codebook_json(book), encoding="utf-8", newline="\n")
    return paths


def codebook_csv(book: Codebook) -> str:
    """Return the variables as CSV; no cell begins like a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_headers(book.variables))
    for variable in book.variables:
        writer.writerow([disarmed(cell) for cell in variable.values()])
    return text.getvalue()


def codebook_json(book: Codebook) -> str:
    """Return the codebook as JSON, the codes with their variable."""
    codes: dict[str, list[dict[str, Any]]] = {}
    for code in book.codes:
        told = {name: text for name, text in code.items() if name not in {"variable", "list"}}
        codes.setdefault(code["variable"], []).append(told)
    about = {name: getattr(book.instrument, name) for name in ("form_id", "version", "title", "languages")}
    variables = [dict(one) | {"codes": codes.get(one["variable"], [])} for one in book.variables]
    return json.dumps(about | {"variables": variables}, ensure_ascii=False, indent=1) + "\n"


def _write_workbook(book: Codebook, path: Path) -> None:
    with text_workbook(path, book.instrument.title) as sheets:
        for name, rows in (("variables", book.variables), ("codes", book.codes)):
            add_table(sheets, name, _headers(rows), dict(enumerate(rows, start=2)))


def _variable(question: Question, instrument: Instrument, roles: Mapping[str, str]) -> dict[str, str]:
    codes = instrument.codes(question)
    return {
        "variable": question.name,
        "section": "/".join(question.path),
        "table": question.repeat or MAIN,
        "type": question.type,
        **_labels("label", question.labels, instrument),
        "codes": " | ".join(f"{c.name} = {next(iter(c.labels.values()), '')}" for c in codes)
        or question.list_name,
        **{f"asked_if_{one}": Reader(instrument, one).words(question.relevance) for one in SIGNS},
        "relevance": question.relevance,
        "required": question.required,
        "constraint": question.constraint,
        "calculation": question.calculation,
        "personal": YES_NO[question.pii],
        "indicator": question.indicator,
        "earlier_name": question.synonym,
        "role": roles.get(question.name, ""),
        "survey_solutions": SURVEY_SOLUTIONS.get(question.type, TEXT),
        "cspro": CSPRO.get(question.type, ALPHA),
    }


def _codes(question: Question, instrument: Instrument) -> list[dict[str, str]]:
    return [
        {
            "variable": question.name,
            "list": question.list_name,
            "code": choice.name,
            **_labels("label", choice.labels, instrument),
            "meaning": choice.key,
        }
        for choice in instrument.codes(question)
    ]


def _labels(column: str, labels: Mapping[str, str], instrument: Instrument) -> dict[str, str]:
    if not instrument.languages:
        return {column: labels.get("", "")}
    return {f"{column}_{language}": labels.get(language, "") for language in instrument.languages}


def _headers(rows: tuple[Mapping[str, str], ...]) -> list[str]:
    return list(rows[0]) if rows else []
