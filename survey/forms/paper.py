"""What the paper version of a form says: sections, numbered questions, and who is asked, in words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from survey.forms.tables import FormNode, FormTables, split_type, translations, walk
from survey.forms.words import Reader, text_in
from survey.instrument import UNLABELLED_TYPES, Choice, Instrument, instrument_from_tables
from survey.messages import Refusal, finding

BOTH = "both"
_LETTER = re.compile(r"([A-Z])\. ")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on the paper; texts are in the order of the languages of the paper.

    Attributes
    ----------
    kind : str
        ``heading``, ``note``, or the XLSForm type of a question.
    number : str
        What is printed beside a question: ``A3``; "" for headings and notes.
    name : str
        The variable to which the answer belongs.
    skips : tuple of str
        Who is asked; "" where everyone is.
    codes : tuple of Choice
    """

    kind: str
    number: str
    name: str
    labels: tuple[str, ...]
    hints: tuple[str, ...]
    skips: tuple[str, ...]
    codes: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Roster:
    """Questions asked of every member: one column each, one line a member."""

    heading: Item
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the paper."""

    heading: Item | None
    parts: tuple[Item | Roster, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """The paper version of a form.

    Attributes
    ----------
    languages : tuple of str
        One, or two that stand side by side.
    computed : tuple of (str, str)
        What the tablet computes and the paper refers to: variable, expression with questions by number.
    """

    title: str
    form_id: str
    version: str
    languages: tuple[str, ...]
    sections: tuple[Section, ...]
    computed: tuple[tuple[str, str], ...]


def paper(tables: FormTables, language: str) -> Paper:
    """Lay a form out for paper.

    Parameters
    ----------
    tables : FormTables
    language : str
        A language of the form, or ``both`` for the first two of them.

    Raises
    ------
    Refusal
        When the form does not have the language; those it has are listed.
    """
    instrument = instrument_from_tables(tables)
    languages = _languages(instrument, language)
    sections = _sections(tables)
    numbers = dict(_numbered(sections))
    readers = [Reader(instrument, one, numbers) for one in languages]
    return Paper(
        title=instrument.title,
        form_id=instrument.form_id,
        version=instrument.version,
        languages=languages,
        sections=tuple(_section(nodes, readers) for nodes in sections),
        computed=tuple(_computed(tables, readers[0])),
    )


def _languages(instrument: Instrument, language: str) -> tuple[str, ...]:
    known = instrument.languages or ("",)
    if language == BOTH:
        return known[:2]
    if language in known or not instrument.languages:
        return (language,)
    facts = {"known": ", ".join((*known, BOTH))}
    raise Refusal(finding("form_language_absent", value=language, facts=facts))


def _sections(tables: FormTables) -> list[list[FormNode]]:
    """Cut the form at its outermost groups; what stands between two of them is a section without heading."""
    sections: list[list[FormNode]] = []
    for node in walk(tables):
        if not _is_printed(node):
            continue
        inside = bool(node.path) and bool(sections) and sections[-1][0].name == node.path[0]
        between = not node.path and node.kind == "question"
        open_between = bool(sections) and not sections[-1][0].path and sections[-1][0].kind == "question"
        if inside or (between and open_between):
            sections[-1].append(node)
        else:
            sections.append([node])
    return sections


def _is_printed(node: FormNode) -> bool:
    return node.kind != "question" or split_type(node.row.text("type"))[0] not in UNLABELLED_TYPES


def _numbered(sections: Sequence[Sequence[FormNode]]) -> Iterator[tuple[str, str]]:
    """Give each question a number: the letter of its section, A3, or the place of the section, 2.3."""
    used: set[str] = set()
    for place, nodes in enumerate(sections, start=1):
        label = text_in(translations(nodes[0].row, "label"), "")
        letter = _LETTER.match(label) if nodes[0].kind == "group" else None
        own = letter.group(1) if letter and letter.group(1) not in used else ""
        used.add(own)
        following = count(1)
        for node in nodes:
            if node.kind == "question" and node.row.text("type") != "note":
                yield node.name, f"{own}{next(following)}" if own else f"{place}.{next(following)}"


def _section(nodes: Sequence[FormNode], readers: Sequence[Reader]) -> Section:
    has_heading = nodes[0].kind == "group"
    inner = nodes[1:] if has_heading else nodes
    return Section(_item(nodes[0], readers) if has_heading else None, tuple(_parts(inner, readers)))


def _parts(nodes: Sequence[FormNode], readers: Sequence[Reader]) -> Iterator[Item | Roster]:
    repeat = next((place for place, node in enumerate(nodes) if node.kind == "repeat"), None)
    if repeat is None:
        yield from (_item(node, readers) for node in nodes)
        return
    name = nodes[repeat].name
    inside = [node for node in nodes[repeat + 1 :] if name in node.path]
    yield from (_item(node, readers) for node in nodes[:repeat])
    columns = tuple(_item(node, readers) for node in inside if node.kind == "question")
    yield Roster(_item(nodes[repeat], readers), tuple(one for one in columns if one.kind != "note"))
    yield from _parts([node for node in nodes[repeat + 1 :] if name not in node.path], readers)


def _item(node: FormNode, readers: Sequence[Reader]) -> Item:
    instrument = readers[0].instrument
    question = readers[0].find(node.name) if node.kind == "question" else None
    return Item(
        kind=question.type if question else "heading",
        number=readers[0].numbers.get(node.name, "") if question else "",
        name=node.name,
        labels=_texts(node, "label", readers),
        hints=_texts(node, "hint", readers),
        skips=tuple(reader.told(node.row.text("relevant")) for reader in readers),
        codes=instrument.codes(question) if question else (),
    )


def _texts(node: FormNode, column: str, readers: Sequence[Reader]) -> tuple[str, ...]:
    texts: Mapping[str, str] = translations(node.row, column)
    return tuple(reader.filled(text_in(texts, reader.language)) for reader in readers)


def _computed(tables: FormTables, reader: Reader) -> Iterator[tuple[str, str]]:
    """List the calculations to which a condition or a text of the paper refers."""
    rows = [node.row for node in walk(tables)]
    shown = " ".join(
        text for row in rows for column, text in row.cells.items() if column.startswith(("label", "relevant"))
    )
    for row in rows:
        name = row.text("name")
        if row.text("type") == "calculate" and f"${{{name}}}" in shown and not reader.constant(name):
            yield name, reader.filled(row.text("calculation"))
