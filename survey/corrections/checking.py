"""What must be true of a correction before it enters the log; every doubt is a sentence for its author."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from survey.answers import spelling
from survey.corrections.applying import written
from survey.corrections.consequences import Draft, consequences
from survey.corrections.log import Cell, Correction, Entry, chains, in_force, last_row, read_log
from survey.corrections.sheets import NO_ANSWER_WORDS, SheetRow
from survey.exports.personal import is_stored, looks_personal
from survey.instrument import Instrument, Question
from survey.messages import Finding, Refusal, finding
from survey.microdata import Microdata
from survey.store import Store
from survey.validation.tables import EXAMPLES, SHAPES

# Initials or the code of a role; a name of a person has blanks, or is longer.
WHO = re.compile(r"[\w.\-]{1,20}")
SHORTENED = "…"


@dataclass(frozen=True, slots=True)
class Checked:
    """Corrections of a file that were looked at, and of which nothing is kept yet.

    Attributes
    ----------
    wanted : tuple of Correction
        Those that would enter the log.
    repeated : int
        Rows that say what the log says already.
    findings : tuple of Finding
        Errors, on which nothing of the file is taken, and what else a person should know.
    seen : int
        Number of the last row of the log at the moment of the check.
    """

    wave: str
    wanted: tuple[Correction, ...]
    repeated: int
    findings: tuple[Finding, ...]
    seen: int

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Why nothing of the file is taken."""
        return tuple(found for found in self.findings if found.severity == "error")


@dataclass(frozen=True, slots=True, eq=False)
class _Desk:
    """What the corrections of a file are held against."""

    store: Store
    wave: str
    file: str
    form: Instrument
    came: Microdata
    log: tuple[Entry, ...]

    def refuse(
        self,
        code: str,
        row: SheetRow,
        *,
        column: str = "",
        value: str = "",
        facts: Mapping[str, object] | None = None,
    ) -> Refusal:
        """Say what is wrong with a row of the file."""
        return Refusal(finding(code, file=self.file, row=row.number, column=column, value=value, facts=facts))


def check(store: Store, wave: str, rows: Sequence[SheetRow], *, file: str = "") -> Checked:
    """Hold the rows of a file against the answers as they read now; nothing is stored.

    Parameters
    ----------
    store : Store
    wave : str
    rows : sequence of SheetRow
    file : str
        What the person called the file.
    """
    seen = last_row(store.catalogue)
    came = store.microdata(wave, corrected=False)
    desk = _Desk(store, wave, file, store.form(wave).joined, came, read_log(store.catalogue, wave))
    located, problems = _located(desk, rows)
    wanted, repeated, found = _held_against_answers(desk, located)
    problems += found
    if not any(problem.severity == "error" for problem in problems):
        form, announced = desk.store.form(wave), desk.store.wave(wave)
        problems += consequences(wanted, came, desk.log, form=form, wave=announced, file=file)
    return Checked(wave, tuple(one.said for one in wanted), repeated, tuple(problems), seen)


@dataclass(frozen=True, slots=True)
class _Located:
    """A row of the file and the answer it is about."""

    row: SheetRow
    cell: Cell
    question: Question


def _located(desk: _Desk, rows: Sequence[SheetRow]) -> tuple[list[_Located], list[Finding]]:
    located: list[_Located] = []
    problems: list[Finding] = []
    for row in rows:
        try:
            question = _question(desk, row)
            cell = _named(desk, row, question) if row["submission"] else _found(desk, row, question)
            located.append(_Located(row, cell, question))
        except Refusal as refusal:
            problems += refusal.findings
    return located, problems


def _question(desk: _Desk, row: SheetRow) -> Question:
    """Find the question of a row among those whose answers are kept."""
    name = row["variable"].rsplit("/", 1)[-1]
    question = next((q for q in desk.form.questions if q.name == name), None)
    if question is None:
        near = difflib.get_close_matches(name, [q.name for q in desk.form.questions], n=3)
        raise desk.refuse(
            "correction_variable_unknown", row, value=name, facts={"near": ", ".join(near) or "-"}
        )
    if not is_stored(question):
        raise desk.refuse("correction_variable_personal", row, value=name)
    return question


def _named(desk: _Desk, row: SheetRow, question: Question) -> Cell:
    """Take submission and roster row as the template names them."""
    key = row["submission"]
    if key not in desk.came.households.index:
        raise desk.refuse("correction_submission_unknown", row, value=key)
    position = row["position"] if question.repeat else "0"
    cell = Cell(key, question.repeat, int(position) if position.isdecimal() else 0, question.name)
    if written(desk.came, (), [cell])[cell] is None:
        raise desk.refuse(
            "correction_row_unknown",
            row,
            value=position or "-",
            facts={"repeat": question.repeat, "submission": key},
        )
    return cell


def _found(desk: _Desk, row: SheetRow, question: Question) -> Cell:
    """Find the answer that a list of findings shows by file, sheet and row; of several files the newest."""
    places: list[tuple[Cell, str]] = []
    for upload in reversed(desk.store.uploads(desk.wave)):
        if upload.file == row["file"] and row["row"].isdecimal():
            part = desk.store.microdata(desk.wave, upload=upload.upload_id)
            places += _in_upload(part, row, question)
    if not places:
        raise desk.refuse(
            "correction_place_unknown", row, value=row["row"] or "-", facts={"of": row["file"] or "-"}
        )
    return next((cell for cell, answer in places if answer == row["old"]), places[0][0])


def _in_upload(part: Microdata, row: SheetRow, question: Question) -> Iterator[tuple[Cell, str]]:
    frame = part.rosters[question.repeat].rows if question.repeat else part.households
    sheet = part.rosters[question.repeat].sheet if question.repeat else part.main
    if row["sheet"] in {"", sheet}:
        for key, line in frame[frame["row"] == int(row["row"])].iterrows():
            submission, position = (line["key"], line["position"]) if question.repeat else (key, 0)
            answer = line.get(question.name)
            cell = Cell(str(submission), question.repeat, int(position), question.name)
            yield cell, "" if pd.isna(answer) else str(answer)


def _held_against_answers(desk: _Desk, located: Sequence[_Located]) -> tuple[list[Draft], int, list[Finding]]:
    """Compare what each row says an answer reads with what it reads, and judge the new value."""
    cells = {one.cell for one in located}
    reads = written(desk.came, desk.log, cells)
    shows = written(desk.store.microdata(desk.wave), (), cells)
    known = chains(in_force(desk.log))
    last = {cell: known[cell][-1].correction for cell in cells & known.keys()}
    wanted: list[Draft] = []
    problems: list[Finding] = []
    repeated = 0
    for one in located:
        spell = spelling(one.question, desk.form)
        now = reads[one.cell] or ""
        new = "" if one.row["new"].casefold() in NO_ANSWER_WORDS else spell(one.row["new"])
        old = spell(one.row["old"])
        before = last.get(one.cell)
        if before and new == now == before.new and _same(old, before.old):
            repeated += 1
            continue
        try:
            _check_old(desk, one, old, (now, shows[one.cell] or ""))
            if new == now:
                facts = {"submission": one.cell.submission}
                problems.append(finding("correction_changes_nothing", file=desk.file, row=one.row.number,
                                        column=one.question.name, value=new, facts=facts))  # fmt: skip
                continue
            said = _worded(desk, one, Correction(one.cell, now, new, one.row["who"], one.row["why"]))
        except Refusal as refusal:
            problems += refusal.findings
            continue
        wanted.append(Draft(one.row.number, one.question, said))
        reads[one.cell] = shows[one.cell] = new
        last[one.cell] = said
    return wanted, repeated, problems


def _same(told: str, answer: str) -> bool:
    """Whether a sheet tells an answer; a list of findings shortens a long one."""
    if told.endswith(SHORTENED) and len(answer) > len(told):
        return " ".join(answer.split()).startswith(told[:-1])
    return told == answer


def _check_old(desk: _Desk, one: _Located, old: str, known: tuple[str, str]) -> None:
    if not any(_same(old, answer) for answer in known):
        raise desk.refuse(
            "correction_old_differs", one.row, column=one.question.name, value=old or "-",
            facts={"now": known[1] or "-", "submission": one.cell.submission},
        )  # fmt: skip


def _worded(desk: _Desk, one: _Located, said: Correction) -> Correction:
    """Check who, why, and the shape of the new value."""
    name = one.question.name
    if not said.why:
        raise desk.refuse("correction_without_reason", one.row, column=name)
    if not WHO.fullmatch(said.who):
        raise desk.refuse("correction_without_person", one.row, column=name, value=said.who or "-")
    if looks_personal([said.why]) or (one.question.type == "text" and looks_personal([said.new])):
        raise desk.refuse("correction_personal", one.row, column=name)
    codes = [choice.name for choice in desk.form.codes(one.question)]
    if codes and not _is_of_list(said.new, codes, one.question):
        facts = {"expected": ", ".join(codes)}
        raise desk.refuse("correction_code", one.row, column=name, value=said.new, facts=facts)
    shape = SHAPES.get(one.question.type)
    if said.new and shape and not re.fullmatch(shape[0], said.new):
        facts = {"example": EXAMPLES[one.question.type]}
        raise desk.refuse("correction_shape", one.row, column=name, value=said.new, facts=facts)
    return said


def _is_of_list(value: str, codes: Sequence[str], question: Question) -> bool:
    """Whether a value is one code of the list, or for a multiple choice several; no answer always fits."""
    chosen = value.split()
    return set(chosen) <= set(codes) and (question.type == "select_multiple" or len(chosen) <= 1)
