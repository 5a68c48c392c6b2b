"""The reference tools for forms, pyxform and ODK Validate, and what they say in plain words."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from pyxform.errors import PyXFormError
from pyxform.validators.odk_validate import ODKValidateError
from pyxform.xls2xform import convert

from survey.forms.tables import FormTables
from survey.messages import Finding, finding

_ROW = re.compile(r"\[row : ([0-9]+)\]")
_SHEET = re.compile(r"On the '([a-z]+)' sheet")

# Sentences of pyxform 4.5 that a form author meets most, with the code of our own words for each.
_KNOWN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"List name not in choices sheet: (?P<value>.*)"), "form_list_unknown"),
    (re.compile(r"Unknown question type '(?P<value>.*)'"), "form_type_unknown"),
    (re.compile(r"Unmatched 'begin_"), "form_group_not_closed"),
    (re.compile(r"Unmatched 'end_"), "form_group_not_opened"),
    (re.compile(r"with no name"), "form_name_missing"),
    (re.compile(r"element named '(?P<value>.*)' has no label"), "form_label_missing"),
)


def java_is_here() -> bool:
    """Whether ODK Validate can run on this machine."""
    return shutil.which("java") is not None


def convert_form(source: Path, tables: FormTables, *, odk_validate: bool) -> Iterator[Finding]:
    """Convert a form with pyxform, and run ODK Validate on the result where asked.

    Parameters
    ----------
    tables : FormTables
        The same form, to find the row of a fault that pyxform names without one.
    """
    warnings: list[str] = []
    try:
        convert(str(source), warnings=warnings, validate=odk_validate)
    except ODKValidateError as error:
        yield finding("form_odk_validate_error", facts={"sentence": _validate_sentence(str(error))})
    except PyXFormError as error:
        yield _translated(str(error), tables)
    except (LookupError, TypeError, ValueError, AttributeError) as error:  # pyxform stumbles over odd tables
        yield finding("form_pyxform_failed", value=f"{type(error).__name__}: {error}")
    for warning in warnings:
        yield _passed_on("form_pyxform_warning", warning)


def _translated(sentence: str, tables: FormTables) -> Finding:
    for pattern, code in _KNOWN:
        found = pattern.search(sentence)
        if found:
            value = found.groupdict().get("value", "")
            row = _row(sentence) or _row_of(value, tables)
            return finding(code, sheet="survey", row=row, value=value)
    return _passed_on("form_pyxform_error", sentence)


def _passed_on(code: str, sentence: str) -> Finding:
    sheet = _SHEET.search(sentence)
    row = _row(sentence)
    where = sheet.group(1) if sheet else "survey" if row else ""
    return finding(code, sheet=where, row=row, facts={"sentence": " ".join(sentence.split())})


def _row(sentence: str) -> int | None:
    found = _ROW.search(sentence)
    return int(found.group(1)) if found else None


def _row_of(value: str, tables: FormTables) -> int | None:
    rows = (row.number for row in tables.survey.rows if value in {row.text("type"), row.text("name")})
    return next(rows, None) if value else None


def _validate_sentence(report: str) -> str:
    lines = report.removeprefix("ODK Validate Errors:").strip().splitlines()
    told = []
    for line in lines:
        if line.startswith(("Caused by", "The following files")):
            break
        told.append(line.strip(" :>"))
    return " ".join(filter(None, told))
