"""KoboToolbox files with labels instead of names: headers and answers are mapped back by the form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from survey.exports.cells import Unreadable, distinct
from survey.exports.headers import (
    COPY,
    DEFAULT_SEPARATOR,
    GEO_PARTS,
    MEDIA_PART,
    MEDIA_TYPES,
    OTHER_CHOICE,
    is_tool_column,
    map_headers,
)
from survey.exports.personal import is_stored
from survey.instrument import Choice, Instrument, Question
from survey.spelling import label_key

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Ending:
    """What a header with labels ends with, after the labels of its groups.

    Attributes
    ----------
    question : Question
    stem, choice : str
        Keys of the label of the question, and of the choice that the column ticks ("" = none).
    name : str
        The header with XML names.
    """

    question: Question
    stem: str
    choice: str
    name: str

    def before(self, header: str) -> str | None:
        """Return the group labels with their separator that stand before this ending; None without it."""
        if not header.endswith(self.choice):
            return None
        rest = header.removesuffix(self.choice)
        place = rest.rfind(self.stem)
        joint = rest[place + len(self.stem) :]
        if place < 0 or bool(joint) != bool(self.choice) or any(letter.isalnum() for letter in joint):
            return None
        before = rest[:place]
        return None if before[-1:].isalnum() else before


def names_of_labels(headers: Sequence[str], instrument: Instrument, repeat: str) -> Mapping[str, str]:
    """Return label header -> header with XML names; nothing where the file already has names.

    A header may stand with or without the labels of its groups, joined by any separator, in any one
    language of the form. Which group a label belongs to is learned from the other headers of the file,
    so that a label used in two groups is told apart, and a "/" inside a label does no harm.

    Raises
    ------
    Unreadable
        ``export_labels_collide`` where a header or an answer could mean two things,
        ``export_labels_summary`` where joined choice labels cannot be taken apart.
    """
    keys = {h: label_key(COPY.sub("", h)) for h in headers if h and not is_tool_column(h)}
    readings = {
        language: _read(keys, list(_endings(instrument, repeat, language)))
        for language in _languages(instrument)
    }
    language = max(readings, key=lambda name: len(readings[name]), default="")
    found = readings.get(language, {})
    named = map_headers(headers, instrument, repeat)
    if len(found) <= len(named.questions) + len(named.splits):
        return {}
    chosen = {header: _only(header, endings) for header, endings in found.items()}
    _check_choices(chosen, instrument, language)
    names = distinct(chosen[header].name if header in chosen else header for header in headers)
    return {header: name for header, name in zip(headers, names, strict=True) if header in chosen}


def codes_of_labels(table: pd.DataFrame, instrument: Instrument, repeat: str) -> pd.DataFrame:
    """Return the renamed table with codes for choice labels; a table of codes stays as it is.

    Where the choices of a question have columns of their own, these decide and the joined labels are
    left out. A text that is no label of the list stays, to be reported.
    """
    meaning = map_headers(list(table.columns), instrument, repeat)
    selects = {
        header: question
        for header, question in meaning.questions.items()
        if question.type in _ANSWER_CODES and instrument.codes(question)
    }
    language = _language_of_answers(table, selects, instrument)
    if language is None:
        return table
    split = {question.name for question, _ in meaning.splits.values()}
    translated = table.copy()
    for header, question in selects.items():
        codes = dict(_choice_keys(instrument.codes(question), language))
        read = _ANSWER_CODES[question.type]
        known = {text: "" if question.name in split else read(text, codes) for text in table[header].unique()}
        translated[header] = table[header].map(known)
    return translated


def uniquely_joined(texts: Collection[str]) -> bool:
    """Tell whether texts that are written one after another can be taken apart in one way only.

    The test of Sardinas and Patterson (1953) for a uniquely decodable code.
    """
    words = set(texts)
    rests = _rests(words, words) - {""}
    seen: set[str] = set()
    while rests - seen:
        if rests & words:
            return False
        seen |= rests
        rests = _rests(words, rests) | _rests(rests, words)
    return True


def _rests(starts: Collection[str], texts: Collection[str]) -> set[str]:
    return {text.removeprefix(start) for start in starts for text in texts if text.startswith(start)}


def _languages(instrument: Instrument) -> tuple[str, ...]:
    """Languages of the labels; a label column without language has the code ""."""
    used = (language for question in instrument.questions for language in question.labels)
    return tuple(dict.fromkeys((*instrument.languages, *used)))


def _endings(instrument: Instrument, repeat: str, language: str) -> Iterator[Ending]:
    for question in instrument.level(repeat):
        groups = "".join(f"{group}{DEFAULT_SEPARATOR}" for group in question.path)
        stem = label_key(question.labels.get(language) or question.name)
        yield Ending(question, stem, "", f"{groups}{question.name}")
        if question.type.startswith("geo"):
            for part in GEO_PARTS:
                yield Ending(question, f"_{stem}_{part}", "", f"{groups}_{question.name}_{part}")
        if question.type in MEDIA_TYPES:
            part = MEDIA_PART.lower()
            yield Ending(question, f"{stem}_{part}", "", f"{groups}{question.name}_{MEDIA_PART}")
        if question.type == "select_multiple":
            labels = _choice_keys(instrument.codes(question), language)
            other = [] if OTHER_CHOICE in dict(labels) else [(OTHER_CHOICE, OTHER_CHOICE)]
            for choice, code in (*labels, *other):
                name = f"{groups}{question.name}{DEFAULT_SEPARATOR}{code}"
                yield Ending(question, stem, choice, name)


def _choice_keys(choices: Sequence[Choice], language: str) -> list[tuple[str, str]]:
    """Pairs of label key and code; a choice without label is written by its code."""
    return [(label_key(choice.labels.get(language) or choice.name), choice.name) for choice in choices]


def _read(keys: Mapping[str, str], endings: Sequence[Ending]) -> dict[str, list[Ending]]:
    """Return every header that labels explain, with what it may mean: one ending where it is clear."""
    by_last_letter: dict[str, list[Ending]] = {}
    for ending in endings:
        by_last_letter.setdefault((ending.choice or ending.stem)[-1:], []).append(ending)
    fitting = {header: _longest(key, by_last_letter.get(key[-1:], ())) for header, key in keys.items()}
    votes: dict[tuple[str, ...], Counter[str]] = {}
    for found in fitting.values():
        for before, ending in found if len(found) == 1 else ():
            votes.setdefault(ending.question.path, Counter())[before] += 1
    usual = {path: counted.most_common(1)[0][0] for path, counted in votes.items()}
    meant = {header: _in_group(found, usual) for header, found in fitting.items()}
    return {header: found for header, found in meant.items() if found}


def _longest(key: str, endings: Sequence[Ending]) -> list[tuple[str, Ending]]:
    fitting = [(before, ending) for ending in endings if (before := ending.before(key)) is not None]
    shortest = min((len(before) for before, _ in fitting), default=0)
    return [(before, ending) for before, ending in fitting if len(before) == shortest]


def _in_group(fitting: Sequence[tuple[str, Ending]], usual: Mapping[tuple[str, ...], str]) -> list[Ending]:
    """Keep the endings whose group stands before them; else those that stand bare or in another group."""
    own = [ending for before, ending in fitting if usual.get(ending.question.path) == before]
    known = {"", *usual.values()}
    return own or [ending for before, ending in fitting if before in known or len(fitting) > 1]


def _only(header: str, endings: Sequence[Ending]) -> Ending:
    first, *others = endings
    if others and any(is_stored(ending.question) for ending in endings):
        raise Unreadable(
            "export_labels_collide", label=header, names=", ".join(ending.name for ending in endings)
        )
    return first


def _check_choices(chosen: Mapping[str, Ending], instrument: Instrument, language: str) -> None:
    """Refuse answers that could mean two codes."""
    split = {ending.question.name for ending in chosen.values() if ending.choice}
    for header, ending in chosen.items():
        question = ending.question
        if ending.choice or question.name in split or not is_stored(question):
            continue
        labels = _choice_keys(instrument.codes(question), language)
        times = Counter(key for key, _ in labels)
        alike = [f"{question.name}={code}" for key, code in labels if times[key] > 1]
        if alike and question.type in _ANSWER_CODES:
            raise Unreadable("export_labels_collide", label=header, names=", ".join(alike))
        if question.type == "select_multiple" and not uniquely_joined(times):
            raise Unreadable("export_labels_summary", label=header)


def _language_of_answers(
    table: pd.DataFrame, selects: Mapping[str, Question], instrument: Instrument
) -> str | None:
    """Return the language of the choice labels in a table, None where it has codes."""
    votes: Counter[str | None] = Counter()
    for header, question in selects.items():
        choices = instrument.codes(question)
        own = {choice.name for choice in choices}
        read = _ANSWER_CODES[question.type]
        texts = [text for text in table[header].unique() if text]
        votes[None] += sum(own.issuperset(text.split()) for text in texts)
        for language in _languages(instrument):
            codes = dict(_choice_keys(choices, language))
            votes[language] += sum(read(text, codes) != text for text in texts)
    return max(votes, key=lambda language: votes[language], default=None)


def _one_code(text: str, codes: Mapping[str, str]) -> str:
    return codes.get(label_key(text), text)


def _joined_codes(text: str, codes: Mapping[str, str]) -> str:
    """Take joined labels apart; a text that is no sequence of labels stays."""
    return _sequence(label_key(text), codes) or text


def _sequence(key: str, codes: Mapping[str, str]) -> str:
    for label, code in codes.items():
        rest = key.removeprefix(label)
        if label and rest != key:
            if not rest:
                return code
            if following := _sequence(rest, codes):
                return f"{code} {following}"
    return ""


# How the answer to a question becomes codes: its text, and label key -> code.
_ANSWER_CODES: Mapping[str, Callable[[str, Mapping[str, str]], str]] = {
    "select_one": _one_code,
    "select_multiple": _joined_codes,
}
