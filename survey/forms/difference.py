"""What a new version of a form does to the series of the old one: which changes break it, and which do not.

Breaking is what gives one column two meanings, or one meaning two columns: a question renamed without
``x_synonym``, moved in or out of a group, of another type, gone or made personal; a code gone or with another
meaning. Everything that is only added, and every wording, is not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from survey.instrument import Choice, Instrument, Question
from survey.messages import Finding, finding
from survey.spelling import label_key

# Two labels that share less than this of their letters say different things.
LIKENESS = 0.6
SETTINGS: Mapping[str, str] = {
    "relevance": "form_change_skip",
    "required": "form_change_required",
    "constraint": "form_change_constraint",
    "calculation": "form_change_calculation",
    "role": "form_change_role",
}
UNKEPT_TYPES = frozenset({"note"})


def form_changes(old: Instrument, new: Instrument) -> tuple[Finding, ...]:
    """Compare two versions of a form.

    Parameters
    ----------
    old, new : Instrument
        From the form itself or from a contract.

    Returns
    -------
    tuple of Finding
        A breaking change is an error, any other a note; errors first, then in the order of the new form.
        `column` names the question, the facts ``before`` and ``after`` what changed.
    """
    found = [*_differing(None, [("form_change_form", old.form_id, new.form_id)]), *_changes(old, new)]
    if found and (old.form_id, old.version) == (new.form_id, new.version):
        found.append(_change("form_change_version_reused", None, old.version, new.version))
    return tuple(sorted(found, key=lambda one: one.severity != "error"))


def is_breaking(changes: Sequence[Finding]) -> bool:
    """Tell whether any change breaks the series."""
    return any(change.severity == "error" for change in changes)


def _changes(old: Instrument, new: Instrument) -> Iterator[Finding]:
    pairs = same_questions(old, new)
    matched = {question.name for question, _ in pairs.values()}
    gone = {question.name: question for question in _kept(old) if question.name not in matched}
    for question in _kept(new):
        if question.name in pairs:
            yield from _question_changes(*pairs[question.name], old=old, new=new)
            continue
        twin = next((name for name, one in gone.items() if _seem_same(one, question, old, new)), "")
        gone.pop(twin, None)
        code = "form_change_rename_undeclared" if twin else "form_change_added"
        yield _change(code, question, twin, question.name)
    for question in gone.values():
        yield _change("form_change_removed", question, question.name, "")


def same_questions(old: Instrument, new: Instrument) -> dict[str, tuple[Question, Question]]:
    """Pair the questions that are one: by name, else by the earlier names that the new form declares."""
    before = {question.name: question for question in _kept(old)}
    current = {question.name for question in _kept(new)}
    pairs = {}
    for question in _kept(new):
        earlier = (name for name in question.synonym.split() if name in before and name not in current)
        name = question.name if question.name in before else next(earlier, "")
        if name:
            pairs[question.name] = (before[name], question)
    return pairs


def _kept(instrument: Instrument) -> list[Question]:
    return [question for question in instrument.questions if question.type not in UNKEPT_TYPES]


def _seem_same(gone: Question, added: Question, old: Instrument, new: Instrument) -> bool:
    """Tell whether a question that went and one that came have type, place, codes and a label in common."""
    codes = [[c.name for c in form.codes(q)] for form, q in ((old, gone), (new, added))]
    shared = gone.labels.keys() & added.labels.keys()
    return (
        (gone.type, gone.path) == (added.type, added.path)
        and set(codes[0]) <= set(codes[1])
        and any(label_key(gone.labels[one]) == label_key(added.labels[one]) for one in shared)
    )


def _question_changes(
    before: Question, after: Question, *, old: Instrument, new: Instrument
) -> Iterator[Finding]:
    personal = "form_change_personal" if after.pii else "form_change_not_personal"
    yield from _differing(
        after,
        [
            ("form_change_renamed", before.name, after.name),
            ("form_change_moved", _shown_path(before), _shown_path(after)),
            ("form_change_type", before.type, after.type),
            (personal, str(before.pii), str(after.pii)),
            *((code, getattr(before, name), getattr(after, name)) for name, code in SETTINGS.items()),
        ],
    )
    for name in sorted(set(before.synonym.split()) - {after.name, *after.synonym.split()}):
        yield _change("form_change_synonym_lost", after, name, "")
    yield from _label_changes(before.labels, after.labels, after)
    if before.type == after.type:
        yield from _code_changes(old.codes(before), new.codes(after), after)


def _label_changes(
    before: Mapping[str, str], after: Mapping[str, str], question: Question
) -> Iterator[Finding]:
    for language, text in after.items():
        if language not in before:
            yield _change("form_change_translated", question, "", language)
        elif before[language] != text:
            yield _change("form_change_reworded", question, before[language], text)


def _code_changes(before: Sequence[Choice], after: Sequence[Choice], question: Question) -> Iterator[Finding]:
    known = {choice.name: choice for choice in before}
    current = {choice.name for choice in after}
    for choice in after:
        earlier = known.get(choice.name)
        if earlier is None:
            yield _change("form_change_code_added", question, "", _shown_code(choice))
        elif earlier != choice:
            code = "form_change_code_meaning" if _means_other(earlier, choice, before) else ""
            code = code or "form_change_code_reworded"
            yield _change(code, question, _shown_code(earlier), _shown_code(choice))
    for choice in before:
        if choice.name not in current:
            yield _change("form_change_code_removed", question, _shown_code(choice), "")


def _means_other(earlier: Choice, choice: Choice, before: Sequence[Choice]) -> bool:
    """Tell whether a code has another key, the label of another code, or no label near to the old one."""
    if earlier.key and earlier.key != choice.key:
        return True
    shared = earlier.labels.keys() & choice.labels.keys()
    texts = [(label_key(earlier.labels[one]), label_key(choice.labels[one])) for one in shared]
    others = {label_key(text) for c in before if c.name != choice.name for text in c.labels.values()}
    taken = any(new in others and new != old for old, new in texts)
    return taken or all(SequenceMatcher(None, old, new).ratio() < LIKENESS for old, new in texts)


def _shown_path(question: Question) -> str:
    return "/".join(question.path)


def _shown_code(choice: Choice) -> str:
    return f"{choice.name} = {next(iter(choice.labels.values()), '')}"


def _differing(question: Question | None, pairs: Iterable[tuple[str, str, str]]) -> Iterator[Finding]:
    for code, before, after in pairs:
        if before != after:
            yield _change(code, question, before, after)


def _change(code: str, question: Question | None, before: str, after: str) -> Finding:
    return finding(
        code,
        sheet="survey" if question else "settings",
        row=question.row if question else None,
        column=question.name if question else "",
        facts={"before": before or "-", "after": after or "-"},
    )
