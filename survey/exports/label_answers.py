"""Answers written by the labels of a list, in tables where other lists have their codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from survey.exports.headers import map_headers
from survey.instrument import Instrument, Question
from survey.spelling import label_key

if TYPE_CHECKING:
    import pandas as pd


def codes_by_label(table: pd.DataFrame, instrument: Instrument, repeat: str) -> pd.DataFrame:
    """Return the renamed table with codes for labels, question by question.

    A column whose answers are all codes of its list stays. In any other a label of the list, in any language
    of the form, becomes its code; a code, a label that two choices share and an unknown text stay.

    Parameters
    ----------
    table : DataFrame of str
        Columns have the names of the form.
    instrument : Instrument
    repeat : str
        Level of the form that the table holds, "" for the main table.
    """
    translated = {}
    for header, question in map_headers(list(table.columns), instrument, repeat).questions.items():
        codes = frozenset(choice.name for choice in instrument.codes(question))
        texts = [text for text in table[header].unique() if text]
        if codes and any(text not in codes and not codes.issuperset(text.split()) for text in texts):
            meant = labels_of(question, instrument)
            known = {text: text if text in codes else meant.get(label_key(text), text) for text in texts}
            translated[header] = table[header].map({"": "", **known})
    return table.assign(**translated)


def labels_of(question: Question, instrument: Instrument) -> Mapping[str, str]:
    """Return key of a label -> code, for every label that one choice of the list has alone."""
    meant: dict[str, set[str]] = {}
    for choice in instrument.codes(question):
        for label in filter(None, choice.labels.values()):
            meant.setdefault(label_key(label), set()).add(choice.name)
    return {key: next(iter(codes)) for key, codes in meant.items() if len(codes) == 1}
