"""What the names of CSPro's items mean in the form: capitals, choices (``Q_98``), occurrences, labels."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from survey.exports.cells import Table
from survey.exports.cspro_database import CASE_COLUMNS, OCCURRENCE
from survey.exports.kobo_labels import names_of_labels
from survey.exports.loose_names import names_of_form
from survey.exports.wide import split_names
from survey.instrument import Instrument

MAIN = ""
SUFFICIENT_LABELS = 0.5
NUMBER = re.compile(r"_(\d+)$")


def names_in_form(headers: Sequence[str], instrument: Instrument, repeat: str) -> dict[str, str]:
    """Return header -> name in the form; labels count where no header is a name and half of them are labels.

    Parameters
    ----------
    headers : sequence of str
    instrument : Instrument
    repeat : str
        Level of the form that the table holds, "" for the main table.

    Raises
    ------
    Unreadable
        ``names_alike`` where a header could mean two questions, ``export_labels_collide`` for labels.
    """
    own = [header for header in headers if header not in {*CASE_COLUMNS, OCCURRENCE}]
    level = instrument.level(repeat)
    names = names_of_form(own, level)
    choices: dict[str, str] = {}
    for question in level:
        if question.type == "select_multiple":
            codes = [choice.name for choice in instrument.codes(question)]
            written = split_names((question.name, *question.synonym.split()), codes)
            choices |= {split.casefold(): meant for split, meant in written.items()}
    names |= {h: choices[h.casefold()] for h in own if h not in names and h.casefold() in choices}
    if names:
        return names
    labels = names_of_labels(own, instrument, repeat)
    return dict(labels) if len(labels) >= SUFFICIENT_LABELS * len(own) else {}


def numbered(items: Iterable[str], instrument: Instrument) -> dict[str, str]:
    """Name the occurrences of items that a repeat of the form asks: ``M_AGE_2`` in a record asked once."""
    inner = {q.name.casefold(): q.name for repeat in instrument.repeats for q in instrument.level(repeat)}
    found = ((item, NUMBER.search(item), NUMBER.sub("", item).casefold()) for item in items)
    return {item: f"{inner[base]}_{number[1]}" for item, number, base in found if number and base in inner}


def renamed(main: Table, instrument: Instrument) -> Table:
    """Return the main table under the names of the form."""
    names = names_in_form(main.headers, instrument, MAIN)
    return replace(main, headers=tuple(names.get(header, header) for header in main.headers))
