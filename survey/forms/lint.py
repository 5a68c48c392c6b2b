"""Everything that is checked before a form goes to the field: our own rules, pyxform and ODK Validate."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from survey.forms.convert import convert_form, java_is_here
from survey.forms.cycles import lint_cycles
from survey.forms.difference import form_changes
from survey.forms.expressions import lint_expressions
from survey.forms.tables import (
    FormNode,
    FormRow,
    FormTables,
    is_language_column,
    language_code,
    read_form,
    translations,
    walk,
)
from survey.instrument import (
    ROLES,
    UNLABELLED_TYPES,
    Instrument,
    changed_questions,
    instrument_from_tables,
    read_contract,
)
from survey.messages import Finding, Severity, finding
from survey.spelling import label_key

FormProblem = Finding

LONGEST_NAME = 32
DONT_KNOW, REFUSED = "98", "99"
WANTED_SETTINGS = ("form_title", "form_id", "version", "default_language")
PERSONAL_TYPES = frozenset(
    {"geopoint", "geotrace", "geoshape", "image", "audio", "video", "background-audio", "start-geopoint"}
)
MEANINGS = {
    "dk": DONT_KNOW, "không biết": DONT_KNOW, "don't know": DONT_KNOW,
    "refused": REFUSED, "không trả lời": REFUSED,
}  # fmt: skip

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CODE = re.compile(r"0|[1-9][0-9]*")
_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_BRACKETED = re.compile(r"\([^()]*\)")
_PERSONAL_WORDS = re.compile(
    r"họ tên|họ và tên|tên gọi|tên của|điện thoại|địa chỉ|căn cước|cccd|cmnd|e-?mail"
    r"|\bnames?\b|\bphone|\baddress\b|\bidentity (card|number)\b"
)
_PERSONAL_NAME_PARTS = frozenset({"name", "phone", "tel", "mobile", "address", "email", "cccd", "cmnd"})
_ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Form:
    """A form under examination.

    Attributes
    ----------
    releases : Path
        Folder of the released versions.
    """

    tables: FormTables
    nodes: tuple[FormNode, ...]
    instrument: Instrument
    releases: Path


def check_form(
    source: Path, *, odk_validate: bool | None = None, releases: Path | None = None
) -> tuple[FormProblem, ...]:
    """Examine a form with pyxform, ODK Validate and our own rules.

    Parameters
    ----------
    source : Path
        ``.md`` or ``.xlsx`` of ours.
    odk_validate : bool, optional
        True demands ODK Validate (an error without Java), False leaves it out, None runs it where Java
        is. A note says when it did not run.
    releases : Path, optional
        Folder of the released versions; beside the source unless given.

    Returns
    -------
    tuple of Finding
        Errors first, then warnings, then notes; in form order.

    Raises
    ------
    Refusal
        When the file is no form at all.
    """
    tables = read_form(source)
    form = Form(
        tables, tuple(walk(tables)), instrument_from_tables(tables), releases or source.parent / "releases"
    )
    own = [found for rule in RULES for found in rule(form)]
    faulty = {(found.sheet, found.row) for found in own if found.severity == "error"}
    converted = [
        found
        for found in _converted(source, form, odk_validate=odk_validate, clean=not faulty)
        if found.row is None or (found.sheet, found.row) not in faulty
    ]
    unique = {found.sentence("en"): found for found in (*own, *converted)}
    return tuple(sorted(unique.values(), key=_order))


def _order(found: Finding) -> tuple[int, str, int]:
    return _ORDER[found.severity], found.sheet, found.row or 0


def _converted(source: Path, form: Form, *, odk_validate: bool | None, clean: bool) -> Iterator[Finding]:
    if odk_validate is False:
        yield finding("form_odk_validate_not_asked")
    elif not java_is_here():
        yield finding("form_odk_validate_needs_java" if odk_validate else "form_odk_validate_no_java")
    elif not clean:
        yield finding("form_odk_validate_waits")
    run = odk_validate is not False and clean and java_is_here()
    yield from convert_form(source, form.tables, odk_validate=run)


def _settings(form: Form) -> Iterator[Finding]:
    for name in WANTED_SETTINGS:
        if not form.tables.setting(name):
            yield finding("form_setting_missing", sheet="settings", row=2, column=name)


def _version(form: Form) -> Iterator[Finding]:
    place = partial(finding, sheet="settings", row=2, column="version", value=form.instrument.version)
    if form.instrument.version and not _is_version(form.instrument.version):
        yield place("form_version_shape")
    contract = form.releases / form.instrument.version / "contract.json"
    if form.instrument.version and contract.is_file():
        changed = changed_questions(read_contract(contract), form.instrument)
        if changed:
            yield place("form_version_reused", facts={"changed": ", ".join(changed)})


def _breaks(form: Form) -> Iterator[Finding]:
    """Warn of what would break the series of the last released version."""
    contracts = form.releases.glob("*/contract.json")
    older = [path for path in contracts if path.parent.name != form.instrument.version]
    if older:
        released = read_contract(max(older, key=lambda path: (len(path.parent.name), path.parent.name)))
        for change in form_changes(released, form.instrument):
            if change.severity == "error":
                yield replace(change, severity="warning")


def _is_version(version: str) -> bool:
    if not re.fullmatch(r"[0-9]{10}", version):
        return False
    try:
        datetime.strptime(version[:8], "%Y%m%d")  # noqa: DTZ007 - a calendar date, no clock
    except ValueError:
        return False
    return True


def _languages(form: Form) -> Iterator[Finding]:
    for sheet, headers in (("survey", form.tables.survey.headers), ("choices", form.tables.choices.headers)):
        translated = {header.partition("::")[0] for header in headers if is_language_column(header)}
        for header in headers:
            place = partial(finding, sheet=sheet, row=1, column=header)
            if header in translated:
                yield place("form_language_mixed")
            elif is_language_column(header) and not _has_code(header.partition("::")[2]):
                yield place("form_language_code")
    yield from _default_language(form)


def _has_code(language: str) -> bool:
    return language_code(language) != language and bool(_LANGUAGE_CODE.fullmatch(language_code(language)))


def _spellings(form: Form) -> Iterator[Finding]:
    """Find languages that one column spells otherwise than another: tablets take them for two."""
    first: dict[str, str] = {}
    for sheet, table in (("survey", form.tables.survey), ("choices", form.tables.choices)):
        for header in filter(is_language_column, table.headers):
            language = header.partition("::")[2]
            known = first.setdefault(language_code(language), language)
            if language != known:
                facts = {"other": known}
                yield finding(
                    "form_language_spelling", sheet=sheet, row=1, column=header, value=language, facts=facts
                )


def _roles(form: Form) -> Iterator[Finding]:
    holders: dict[str, int] = {}
    for row in form.tables.survey.rows:
        role = row.text("x_role")
        place = partial(finding, sheet="survey", row=row.number, column="x_role", value=role)
        if role and role not in ROLES:
            yield place("form_role_unknown", facts={"known": ", ".join(ROLES)})
        elif role and holders.setdefault(role, row.number) != row.number:
            yield place("form_role_twice", facts={"other_row": holders[role]})


def _default_language(form: Form) -> Iterator[Finding]:
    named = dict.fromkeys(
        header.removeprefix("label::")
        for header in form.tables.survey.headers
        if header.startswith("label::")
    )
    default = form.tables.setting("default_language")
    if default and named and default not in named:
        yield finding(
            "form_default_language_unknown",
            sheet="settings", row=2, column="default_language", value=default,
            facts={"known": ", ".join(named)},
        )  # fmt: skip


def _translated(form: Form) -> Iterator[Finding]:
    languages = form.tables.languages()
    for sheet, rows in (("survey", form.tables.survey.rows), ("choices", form.tables.choices.rows)):
        for row in rows:
            columns = dict.fromkeys(h.partition("::")[0] for h in row.cells if is_language_column(h))
            for column in columns:
                texts = translations(row, column)
                for language in languages:
                    if language not in texts:
                        facts = {"language": language}
                        yield finding(
                            "form_text_missing", sheet=sheet, row=row.number, column=column, facts=facts
                        )


def _labelled(form: Form) -> Iterator[Finding]:
    for node in form.nodes:
        kind = node.row.text("type").split()[:1]
        if not set(kind) <= UNLABELLED_TYPES and not translations(node.row, "label"):
            yield finding("form_label_missing", sheet="survey", row=node.row.number, value=node.name)
    for row in form.tables.choices.rows:
        if not translations(row, "label"):
            yield finding("form_label_missing", sheet="choices", row=row.number, value=row.text("name"))


def _labels_differ(form: Form) -> Iterator[Finding]:
    seen: dict[tuple[str, str], int] = {}
    for node in form.nodes:
        if node.kind != "question" or node.row.text("type") == "note":
            continue
        for language, text in translations(node.row, "label").items():
            other = seen.setdefault((language, label_key(text)), node.row.number)
            if other != node.row.number:
                yield finding(
                    "form_label_twice", sheet="survey", row=node.row.number, column=f"label ({language})",
                    value=text, facts={"other_row": other},
                )  # fmt: skip


def _choice_labels_differ(form: Form) -> Iterator[Finding]:
    seen: dict[tuple[str, str, str], int] = {}
    for row in form.tables.choices.rows:
        name = row.text("list_name")
        for language, text in translations(row, "label").items():
            other = seen.setdefault((name, language, label_key(text)), row.number)
            if other != row.number:
                yield finding(
                    "form_choice_label_twice", sheet="choices", row=row.number,
                    column=f"label ({language})", value=text, facts={"list": name, "other_row": other},
                )  # fmt: skip


def _group_labels(form: Form) -> Iterator[Finding]:
    for node in form.nodes:
        if node.kind != "question":
            for language, text in translations(node.row, "label").items():
                if "/" in text:
                    place = partial(
                        finding, sheet="survey", row=node.row.number, column=f"label ({language})"
                    )
                    yield place("form_group_label_slash", value=text)


def _names(form: Form) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for node in form.nodes:
        if not node.name:
            continue
        place = partial(finding, sheet="survey", row=node.row.number, column="name", value=node.name)
        if not _NAME.fullmatch(node.name):
            yield place("form_name_characters")
        if len(node.name.encode()) > LONGEST_NAME:
            yield place("form_name_long", facts={"length": len(node.name.encode())})
        other = seen.setdefault(node.name.casefold(), node.row.number)
        if other != node.row.number:
            yield place("form_name_twice", facts={"other_row": other})


def _codes(form: Form) -> Iterator[Finding]:
    seen: dict[tuple[str, str], int] = {}
    for row in form.tables.choices.rows:
        code, name = row.text("name"), row.text("list_name")
        place = partial(finding, sheet="choices", row=row.number, column="name", value=code)
        if not _CODE.fullmatch(code):
            yield place("form_code_not_numeric", facts={"list": name})
        other = seen.setdefault((name, code), row.number)
        if other != row.number:
            yield place("form_code_twice", facts={"list": name, "other_row": other})
        if not _follows_convention(row):
            label = next(iter(translations(row, "label").values()), "")
            yield place("form_code_convention", facts={"list": name, "label": label})


def _follows_convention(row: FormRow) -> bool:
    """Whether don't know is 98 and refused 99; each is told by its key and by its usual label."""
    code = row.text("name")
    words = (row.text("x_key"), *translations(row, "label").values())
    meant = {MEANINGS[word.casefold()] for word in words if word.casefold() in MEANINGS}
    keyed = MEANINGS.get(row.text("x_key"), "")
    return meant <= {code} and (keyed == code if code in {DONT_KNOW, REFUSED} else not keyed)


def _personal(form: Form) -> Iterator[Finding]:
    for node in form.nodes:
        if node.kind == "question" and not node.row.text("x_pii") and _seems_personal(node.row):
            yield finding(
                "form_pii_missing", sheet="survey", row=node.row.number, column="x_pii", value=node.name
            )


def _seems_personal(row: FormRow) -> bool:
    kind = row.text("type")
    if kind in PERSONAL_TYPES:
        return True
    labels = (_BRACKETED.sub(" ", text).casefold() for text in translations(row, "label").values())
    return kind == "text" and (
        bool(_PERSONAL_NAME_PARTS & set(row.text("name").casefold().split("_")))
        or any(_PERSONAL_WORDS.search(label) for label in labels)
    )


def _expressions(form: Form) -> Iterator[Finding]:
    return lint_expressions(form.tables, form.instrument)


def _cycles(form: Form) -> Iterator[Finding]:
    return lint_cycles(form.nodes)


RULES: tuple[Callable[[Form], Iterator[Finding]], ...] = (
    _settings,
    _version,
    _breaks,
    _languages,
    _spellings,
    _translated,
    _labelled,
    _labels_differ,
    _choice_labels_differ,
    _group_labels,
    _names,
    _codes,
    _personal,
    _roles,
    _expressions,
    _cycles,
)
