"""The log of administrative reports: reported, submitted, accepted, returned; rows are only added."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import Connection, select

from survey.catalogue import Catalogue, next_number
from survey.catalogue_tables import target_reports
from survey.messages import Refusal, finding

State = Literal["", "draft", "submitted", "accepted", "returned"]
Action = Literal["add", "revise", "submit", "accept", "return"]
# State and action -> the state after it; what is not here is not done. An accepted figure that is revised
# keeps counting until the revision is accepted.
TRANSITIONS: Mapping[tuple[State, Action], State] = {
    ("", "add"): "draft",
    ("draft", "revise"): "draft",
    ("returned", "revise"): "draft",
    ("accepted", "revise"): "draft",
    ("draft", "submit"): "submitted",
    ("submitted", "accept"): "accepted",
    ("submitted", "return"): "returned",
}
# Words of states and actions inside a sentence: (vi, en).
STATE_WORDS: Mapping[str, tuple[str, str]] = {
    "": ("chưa có", "new"),
    "draft": ("nháp", "draft"),
    "submitted": ("đã trình", "submitted"),
    "accepted": ("đã duyệt", "accepted"),
    "returned": ("trả lại", "returned"),
}
ACTION_WORDS: Mapping[str, tuple[str, str]] = {
    "add": ("ghi mới", "add"),
    "revise": ("sửa", "revise"),
    "submit": ("trình", "submit"),
    "accept": ("duyệt", "accept"),
    "return": ("trả lại", "return"),
}


@dataclass(frozen=True, slots=True)
class Report:
    """A figure of one target on one day, with the document that proves it.

    Attributes
    ----------
    target : str
    day : str
        ISO date on which the figure holds.
    numerator : int
        Numerator of a share; the count; 1 for what exists, 0 for what does not.
    denominator : int or None
        Of a share.
    document, document_date : str
        Number and ISO date of the document of evidence.
    sha256 : str
        Of the file of the document, which itself is not kept; "" while nobody has given the file.
    unit : str
        Office that reports.
    """

    target: str
    day: str
    numerator: int
    denominator: int | None
    document: str
    document_date: str
    sha256: str
    unit: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log: the report as it reads after the row, and who did what.

    Attributes
    ----------
    number : int
        Order in which the rows were added; the only order there is.
    record : int
        Number of the first row about this report.
    """

    number: int
    record: int
    report: Report
    action: Action
    state: State
    who: str
    why: str
    created: str


@dataclass(frozen=True, slots=True)
class Step:
    """What a person wants to do.

    Attributes
    ----------
    action : str
    record : int
        The report it is about; 0 to add one.
    report : Report or None
        How it is to read; None leaves it as it is.
    seen : int
        Last row about this report that the person has seen; 0 takes it as it is.
    """

    action: Action
    record: int = 0
    report: Report | None = None
    who: str = ""
    why: str = ""
    seen: int = 0


def read_log(catalogue: Catalogue) -> tuple[Entry, ...]:
    """Return every row of the log, oldest first."""
    return tuple(_entry(row) for row in catalogue.rows(target_reports))


def standing(entries: Iterable[Entry]) -> dict[int, Entry]:
    """Return the last row about every report, by the number of the report."""
    return {entry.record: entry for entry in entries}


def accepted(entries: Iterable[Entry]) -> dict[int, Entry]:
    """Return the figure in force of every report that was ever accepted: its last acceptance."""
    return {entry.record: entry for entry in entries if entry.state == "accepted"}


def take_steps(catalogue: Catalogue, steps: Sequence[Step]) -> tuple[Entry, ...]:
    """Add a row for every step, all or none.

    Raises
    ------
    Refusal
        When a step does not fit the state of its report, or the report is not known, was changed since it was
        seen, has a twin of the same target and day, is submitted without its file, or is accepted by the
        person who submitted it.
    """
    with catalogue.writing() as connection:
        return tuple(_take(catalogue, connection, step) for step in steps)


def _take(catalogue: Catalogue, connection: Connection, step: Step) -> Entry:
    known = standing(_entry(row) for row in _rows(connection))
    last = known.get(step.record)
    if step.record and last is None:
        raise Refusal(finding("target_record_unknown", value=str(step.record)))
    report = step.report or (last.report if last else None)
    assert report is not None, "a new record comes with its report"
    _check(step, report, last, known)
    state = TRANSITIONS[last.state if last else "", step.action]
    number = next_number(connection, target_reports)
    stamp = catalogue.stamp()
    entry = Entry(number, step.record or number, report, step.action, state, step.who, step.why, stamp)
    catalogue.add(connection, target_reports, _row(entry), [])
    return entry


def _check(step: Step, report: Report, last: Entry | None, known: Mapping[int, Entry]) -> None:
    before: State = last.state if last else ""
    record = str(step.record or "")
    if last and step.seen and step.seen != last.number:
        raise Refusal(finding("target_record_moved", value=record))
    if (before, step.action) not in TRANSITIONS:
        (state_vi, state_en), (do_vi, do_en) = STATE_WORDS[before], ACTION_WORDS[step.action]
        facts = {"state_vi": state_vi, "state_en": state_en, "do_vi": do_vi, "do_en": do_en}
        raise Refusal(finding("target_step_not_allowed", value=record, facts=facts))
    for twin in known.values():
        if (twin.report.target, twin.report.day) == (report.target, report.day) and twin is not last:
            twins = {"record": twin.record, "day": report.day}
            raise Refusal(finding("target_record_twin", value=report.target, facts=twins))
    if last and report.target != last.report.target:
        raise Refusal(finding("target_record_other", value=record, facts={"target": last.report.target}))
    if step.action == "submit" and not report.sha256:
        raise Refusal(finding("target_without_file", value=record, facts={"document": report.document}))
    if step.action == "accept" and last and step.who == last.who:
        raise Refusal(finding("target_same_person", value=step.who))


def _rows(connection: Connection) -> Iterable[Mapping[str, Any]]:
    ordered = select(target_reports).order_by(target_reports.c.number)
    return [dict(row) for row in connection.execute(ordered).mappings()]


def _row(entry: Entry) -> dict[str, Any]:
    told = asdict(entry)
    report = told.pop("report")
    return {**told, **report}


def _entry(row: Mapping[str, Any]) -> Entry:
    report = Report(**{name: row[name] for name in Report.__dataclass_fields__})
    rest = {name: row[name] for name in Entry.__dataclass_fields__ if name != "report"}
    return Entry(report=report, **rest)
