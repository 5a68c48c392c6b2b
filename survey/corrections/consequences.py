"""What comes of corrections once applied: other skips, broken constraints, values computed from them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from survey.corrections.applying import Effect, effect
from survey.corrections.log import Correction, Entry
from survey.exports.personal import is_stored
from survey.instrument import Instrument, Question
from survey.messages import Finding, finding
from survey.microdata import Microdata
from survey.relevance import ExpressionError, compile_expression
from survey.validation.evidence import Layer, gather
from survey.versions import Versions
from survey.wave import Wave

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Draft:
    """A correction that would enter the log, with its row in the file and its question."""

    row: int
    question: Question
    said: Correction

    def finding(self, code: str, file: str, facts: Mapping[str, object] | None = None) -> Finding:
        """Say something about it."""
        told = {"submission": self.said.cell.submission, **(facts or {})}
        name, new = self.question.name, self.said.new
        return finding(code, file=file, row=self.row, column=name, value=new or "-", facts=told)


def consequences(
    drafts: Sequence[Draft],
    came: Microdata,
    log: Sequence[Entry],
    *,
    form: Versions,
    wave: Wave,
    file: str,
) -> Iterator[Finding]:
    """Apply corrections as if they were kept, and say what comes of them.

    Parameters
    ----------
    drafts : sequence of Draft
    came : Microdata
        Answers as the files have them.
    log : sequence of Entry
        What is kept already.
    form : Versions
    wave : Wave
    file : str
        What the person called the file.
    """
    if not drafts:
        return
    first = max((entry.number for entry in log), default=0) + 1
    entries = [Entry(number, draft.said) for number, draft in enumerate(drafts, first)]
    before, after = effect(came, log, form), effect(came, [*log, *entries], form)
    unasked = {fate.entry.number for fate in after.microdata.corrections if fate.state == "not_asked"}
    for entry, draft in zip(entries, drafts, strict=True):
        if entry.number in unasked:
            yield draft.finding("correction_of_unasked", file, {"relevance": draft.question.relevance})
    yield from _broken_constraints(drafts, after.microdata, form.joined, wave=wave, file=file)
    yield from _moved_skips(drafts, before, after, file)
    yield from _computed(drafts, form.joined, file)


def _broken_constraints(
    drafts: Sequence[Draft], made: Microdata, form: Instrument, *, wave: Wave, file: str
) -> Iterator[Finding]:
    checked = [draft for draft in drafts if draft.said.new and draft.question.constraint]
    levels = {level.repeat: level for level in _levels(checked, made, form, wave)} if checked else {}
    for draft in checked:
        if not _holds(draft, levels[draft.question.repeat]):
            yield draft.finding("correction_constraint", file, {"expected": draft.question.constraint})


def _levels(drafts: Sequence[Draft], made: Microdata, form: Instrument, wave: Wave) -> tuple[Layer, ...]:
    """Lay the answers of the corrected submissions out for the expressions of the form."""
    keys = {draft.said.cell.submission for draft in drafts}
    here = made.households.index.isin(keys)
    rosters = {
        repeat: replace(roster, rows=roster.rows[inside], states=roster.states[inside])
        for repeat, roster in made.rosters.items()
        for inside in [roster.rows["key"].isin(keys).to_numpy()]
    }
    part = replace(
        made, households=made.households[here], household_states=made.household_states[here], rosters=rosters
    )
    evidence = gather(part, form, sample_eas=wave.sample_eas, sample_households=wave.sample_households)
    return evidence.levels


def _holds(draft: Draft, level: Layer) -> bool:
    """Whether the constraint of a question holds; one that cannot be evaluated here is passed over."""
    question, cell = draft.question, draft.said.cell
    try:
        columns = {**level.columns, ".": level.columns[question.name]}
        holds = compile_expression(question.constraint).evaluate(columns, len(level.frame))
    except ExpressionError:
        return True
    if question.repeat:
        here = (level.frame["key"] == cell.submission) & (level.frame["position"] == cell.position)
        return bool(holds[here.to_numpy()].all())
    return bool(holds[level.frame.index == cell.submission].all())


def _moved_skips(drafts: Sequence[Draft], before: Effect, after: Effect, file: str) -> Iterator[Finding]:
    """Say which other answers begin or cease to be asked for."""
    own = {draft.said.cell for draft in drafts}
    for code in ("opened", "closed"):
        known = {*own, *getattr(before, code)}
        others = [cell for cell in getattr(after, code) if cell not in known]
        if others:
            facts = {"count": len(others), "names": _list_of(cell.variable for cell in others)}
            yield finding(f"correction_{code}", file=file, facts=facts)


def _computed(drafts: Sequence[Draft], form: Instrument, file: str) -> Iterator[Finding]:
    """Say which values of the form are computed from corrected ones, since nothing computes them again."""
    names = {draft.question.name: draft.row for draft in drafts}
    computed = [q for q in form.questions if q.calculation and is_stored(q) and q.name not in names]
    for name, row in names.items():
        if users := [q.name for q in computed if f"${{{name}}}" in q.calculation]:
            facts = {"names": _list_of(users)}
            yield finding("correction_computed", file=file, row=row, column=name, facts=facts)


def _list_of(names: Iterable[str]) -> str:
    every = list(dict.fromkeys(names))
    rest = len(every) - SHOWN
    return ", ".join(every[:SHOWN]) + (f" (+{rest})" if rest > 0 else "")
