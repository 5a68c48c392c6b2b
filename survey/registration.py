"""How a form enters the registry: checked for what reading its data needs, then kept for ever."""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from survey.catalogue import Catalogue
from survey.catalogue_tables import forms
from survey.durable import canonical_json, staging
from survey.forms.expressions import EXPRESSION_COLUMNS
from survey.forms.lint import check_form
from survey.forms.tables import FormTables, read_form
from survey.instrument import instrument_from_tables, write_contract
from survey.keeping import keep
from survey.messages import Finding, Refusal, finding
from survey.registry import CONTRACT, SOURCE, RegisteredForm, form_of_row, place_of

# What our own forms must keep to, and another form need not: its data can be read all the same.
HOUSE_RULES = frozenset(
    {
        "form_choice_label_twice", "form_code_convention", "form_code_not_numeric",
        "form_default_language_unknown", "form_exclusive_missing", "form_exclusive_refused",
        "form_label_missing", "form_language_code", "form_language_mixed", "form_language_spelling",
        "form_literal_unknown", "form_name_characters", "form_name_long", "form_required_word",
        "form_text_missing", "form_version_shape",
    }
)  # fmt: skip
NEEDED_SETTINGS = frozenset({"form_id", "version"})
# Only who is asked is computed again when data come in; a fault elsewhere is the tablet's.
TABLET_COLUMNS = frozenset(EXPRESSION_COLUMNS) - {"relevant"} | {"default", "required"}


@dataclass(frozen=True, slots=True)
class Registration:
    """What became of a form that was brought: `is_new` unless the same one was there before."""

    form: RegisteredForm
    is_new: bool
    findings: tuple[Finding, ...]


def register(catalogue: Catalogue, source: Path) -> Registration:
    """Keep a version of any XLSForm for ever, once.

    Parameters
    ----------
    catalogue : Catalogue
    source : Path
        ``.md`` or ``.xlsx``.

    Returns
    -------
    Registration
        With the rules of our own forms that this one does not keep.

    Raises
    ------
    Refusal
        When its exports could not be read by it, or another form has this id and version.
    """
    tables = read_form(source)
    found = check_form(source, odk_validate=False)
    if blocking := tuple(one for one in found if is_blocking(one)):
        raise Refusal(*blocking)
    instrument = instrument_from_tables(tables)
    row = {
        "form_id": instrument.form_id,
        "version": instrument.version,
        "title": instrument.title,
        "fingerprint": content_fingerprint(tables),
        "created": catalogue.stamp(),
    }
    place = place_of(instrument.form_id, instrument.version)
    with staging(catalogue.aside) as draft:
        shutil.copyfile(source, draft / f"{SOURCE}{source.suffix.lower()}")
        write_contract(instrument, draft / CONTRACT)
        known = keep(catalogue, draft, place, table=forms, row=row)
    if known and known["fingerprint"] != row["fingerprint"]:
        facts = {"form": instrument.form_id}
        raise Refusal(finding("form_differs", file=source.name, value=instrument.version, facts=facts))
    return Registration(form_of_row(catalogue, known or row), not known, found)


def is_blocking(found: Finding) -> bool:
    """Tell whether a finding about a form stands in the way of reading its data."""
    if found.severity != "error" or found.code in HOUSE_RULES:
        return False
    if found.code == "form_setting_missing":
        return found.column in NEEDED_SETTINGS
    return found.column not in TABLET_COLUMNS or found.code.startswith("form_pii")


def content_fingerprint(tables: FormTables) -> str:
    """Sha-256 over the cells of a form, the same for its Markdown and its workbook."""
    sheets = (tables.survey, tables.choices, tables.settings)
    cells = [[dict(row.cells) for row in sheet.rows] for sheet in sheets]
    return hashlib.sha256(canonical_json(cells).encode()).hexdigest()
