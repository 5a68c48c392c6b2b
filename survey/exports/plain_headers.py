"""Headers of a table that no collection tool signed, read as questions of the form: names or labels."""

from collections.abc import Mapping, Sequence

from survey.exports.cells import Table, Unreadable
from survey.exports.headers import map_headers
from survey.exports.kobo_labels import names_of_labels
from survey.exports.layout import check_form, label_share
from survey.exports.wide import split_names
from survey.instrument import Instrument

# From this share of the headers on, a table has names; its labels need not be looked for.
MOST = 0.5

# The instructions of KoboToolbox do not fit here.
_OWN_WORDS: Mapping[str, str] = {
    "export_labels": "table_labels",
    "export_labels_collide": "table_labels_collide",
    "export_labels_summary": "table_labels_summary",
    "export_foreign": "table_foreign",
}


def headers(headers: Sequence[str], instrument: Instrument, repeat: str) -> Mapping[str, str]:
    """Return the names of the form for labels, for choice columns, and for names in other letters.

    SPSS and Stata cannot write ``q/1`` and write ``q_1``; portable and transport files write capitals.

    Raises
    ------
    Unreadable
        Where a label could mean two questions.
    """
    named = _by_name(headers, instrument, repeat)
    asked = {question.name for question in instrument.level(repeat)}
    if len(named) + sum(header in asked for header in headers) >= MOST * len(headers):
        return named
    try:
        return names_of_labels(headers, instrument, repeat) or named
    except Unreadable as problem:
        raise _in_own_words(problem) from None


def _by_name(headers: Sequence[str], instrument: Instrument, repeat: str) -> dict[str, str]:
    """Return header -> name of the form where only its letters or the mark before a code are others."""
    names: dict[str, str] = {}
    for question in instrument.level(repeat):
        own = (question.name, *question.synonym.split())
        names |= {name: name for name in own}
        if question.type == "select_multiple":
            codes = [choice.name for choice in instrument.codes(question)]
            names = split_names(own, codes) | names
    by_letters = {name.casefold(): meant for name, meant in names.items()}
    meant = {header: by_letters.get(header.casefold(), header) for header in headers}
    return {header: name for header, name in meant.items() if name != header and name not in meant}


def refuse_other_form(main: Table, instrument: Instrument) -> None:
    """Refuse a table of another form, or one whose labels are not those of the form, in words of its own.

    Raises
    ------
    Unreadable
        ``table_foreign`` or ``table_labels``.
    """
    try:
        check_form(main, instrument, headers(main.headers, instrument, ""))
    except Unreadable as problem:
        raise _in_own_words(problem) from None


def form_share(table: Table, instrument: Instrument) -> float:
    """Return the share of the questions of the form that heads the columns of a table, 0..1."""
    asked = instrument.asked()
    try:
        names = headers(table.headers, instrument, "")
    except Unreadable:
        return label_share(table.headers, instrument)
    meaning = map_headers([names.get(header, header) for header in table.headers], instrument)
    found = {question.name for question in meaning.questions.values()}
    found |= {question.name for question, _ in meaning.splits.values()}
    return sum(question.name in found for question in asked) / max(1, len(asked))


def _in_own_words(problem: Unreadable) -> Unreadable:
    return Unreadable(_OWN_WORDS.get(problem.code, problem.code), **problem.facts)
