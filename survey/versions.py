"""Versions of a form read together: renamed questions joined, added ones not asked of older submissions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from survey.instrument import Choice, Instrument, Question

Truths = npt.NDArray[np.bool_]
Asked = Mapping[str, Question]


@dataclass(frozen=True, slots=True, eq=False)
class Versions:
    """All known contracts of one form, in the words of the announced one.

    Attributes
    ----------
    announced : Instrument
        The contract of the wave.
    joined : Instrument
        The same with the other names of its questions as synonyms, the codes that other versions added, and
        the questions that only other versions have at its end.
    asked : mapping
        Version -> question of `joined` -> the question as that version asks it; a question that the version
        does not have is absent.
    """

    announced: Instrument
    joined: Instrument
    asked: Mapping[str, Asked]

    def judges(self, versions: Sequence[str]) -> list[tuple[Truths, Asked]]:
        """Pair each contract with the rows it decides; rows of an unknown version go by the announced one.

        Parameters
        ----------
        versions : sequence of str, shape (n,)
            Version of the form by which each row was collected.
        """
        named = np.asarray(versions, dtype=object)
        own = self.announced.version
        deciding = np.array([version if version in self.asked else own for version in named], dtype=object)
        found = list(dict.fromkeys(deciding)) or [own]
        return [(deciding == version, self.asked[version]) for version in found]


def known_versions(announced: Instrument, others: Iterable[Instrument] = ()) -> Versions:
    """Join the contract of a wave with the other known versions of its form.

    A question is the same in two versions when it has the same name, or when one version names the other's
    as a synonym; both must lie in the same repeat.

    Parameters
    ----------
    announced : Instrument
    others : iterable of Instrument
        Contracts of the same form; those of another form, and of the announced version, are passed over.
    """
    joined = announced
    asked: dict[str, Asked] = {announced.version: {q.name: q for q in announced.questions}}
    for other in others:
        if other.form_id == announced.form_id and other.version not in asked:
            pairs = _pairs(joined, other)
            joined = _extended(joined, other, pairs)
            asked[other.version] = {name: question for name, question in pairs if name}
    return Versions(announced, joined, asked)


def all_names(question: Question) -> tuple[str, ...]:
    """Name and synonyms of a question."""
    return (question.name, *question.synonym.split())


def _pairs(joined: Instrument, other: Instrument) -> list[tuple[str, Question]]:
    """Pair the questions of another version with the names they have in `joined`.

    A new question keeps its own name; one whose name stands for something else in `joined` has "".
    """
    by_name = {question.name: question for question in joined.questions}
    by_synonym = {name: question for question in joined.questions for name in question.synonym.split()}
    own = {question.name for question in other.questions}
    pairs = []
    for question in other.questions:
        earlier = (by_name[name] for name in question.synonym.split() if name in by_name and name not in own)
        later = by_synonym.get(question.name)
        renamed = later if later and later.name not in own else next(earlier, None)
        same = by_name.get(question.name) or renamed
        fits = same is None or same.repeat == question.repeat
        pairs.append(((same or question).name if fits else "", question))
    return pairs


def _extended(joined: Instrument, other: Instrument, pairs: Sequence[tuple[str, Question]]) -> Instrument:
    counterparts = {name: question for name, question in pairs if name}
    taken = {question.name for question in joined.questions}
    choices = dict(joined.choices)
    questions = []
    for question in joined.questions:
        theirs = counterparts.get(question.name)
        questions.append(_with_names(question, theirs, taken) if theirs else question)
        if theirs and question.list_name in choices:
            choices[question.list_name] = _union(choices[question.list_name], other.codes(theirs))
    added = [question for name, question in pairs if name and name not in taken]
    for question in added:
        codes = other.codes(question)
        if codes:
            choices[question.list_name] = _union(choices.get(question.list_name, ()), codes)
    repeats = tuple(dict.fromkeys((*joined.repeats, *other.repeats)))
    return replace(joined, questions=(*questions, *added), choices=choices, repeats=repeats)


def _with_names(question: Question, theirs: Question, taken: set[str]) -> Question:
    """Give a question the names of another version; what one of both calls personal is personal."""
    others = [name for name in all_names(theirs) if name not in taken]
    synonym = " ".join(dict.fromkeys([*question.synonym.split(), *others]))
    return replace(question, synonym=synonym, pii=question.pii or theirs.pii)


def _union(codes: tuple[Choice, ...], others: tuple[Choice, ...]) -> tuple[Choice, ...]:
    known = {choice.name for choice in codes}
    return (*codes, *(choice for choice in others if choice.name not in known))
