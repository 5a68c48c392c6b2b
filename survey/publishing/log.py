"""The log of publication in the catalogue: rows are only added, each of them entered into the audit book."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from survey.catalogue import Catalogue, next_number
from survey.catalogue_tables import publications, releases
from survey.messages import Refusal, finding
from survey.publishing.states import (
    ACTION_WORDS,
    PUBLISHED,
    STATE_WORDS,
    TRANSITIONS,
    Action,
    Entry,
    State,
    is_ahead,
)

Rows = dict[str, tuple[Entry, ...]]


@dataclass(frozen=True, slots=True)
class Step:
    """What a person wants to do with a release.

    Attributes
    ----------
    embargo : str
        UTC time, for a first publication and for moving it; "" for at once.
    successor : str
        Release that replaces it, for a correction.
    seen : int or None
        Last row about the release that the person has seen, 0 for none; None takes it as it is.
    """

    release_id: str
    action: Action
    who: str
    why: str
    embargo: str = ""
    successor: str = ""
    seen: int | None = None


def read_log(catalogue: Catalogue) -> Rows:
    """Return the rows of every release that has some, oldest first."""
    return _grouped(catalogue.rows(publications))


def take_step(catalogue: Catalogue, step: Step) -> Entry:
    """Add the row of a step.

    Raises
    ------
    Refusal
        When the release is not known or others were faster, the step does not fit its state or its embargo,
        the successor cannot replace it, or the person who checked it would publish it.
    """
    with catalogue.writing() as connection:
        log = _grouped(connection.execute(select(publications).order_by(publications.c.number)).mappings())
        now = catalogue.clock()
        wave = _wave(connection, step.release_id)
        rows = log.get(step.release_id, ())
        state = _fitting(step, rows, now)
        _check_embargo(step, rows, now)
        _check_successor(connection, step, log, wave)
        _check_person(step, rows)
        number = next_number(connection, publications)
        entry = Entry(
            number, step.release_id, step.action, state, step.embargo, step.successor,
            step.who, step.why, catalogue.stamp(),
        )  # fmt: skip
        catalogue.add(connection, publications, asdict(entry), [])
    return entry


def _fitting(step: Step, rows: tuple[Entry, ...], now: datetime) -> State:
    """Return the state after a step that fits the last row."""
    last = rows[-1] if rows else None
    if step.seen is not None and step.seen != (last.number if last else 0):
        raise Refusal(finding("publication_moved", value=step.release_id))
    before: State = last.state if last else "draft"
    rule = TRANSITIONS.get((before, step.action))
    if rule is None:
        (state_vi, state_en), (do_vi, do_en) = STATE_WORDS[before], ACTION_WORDS[step.action]
        facts = {"state_vi": state_vi, "state_en": state_en, "do_vi": do_vi, "do_en": do_en}
        raise Refusal(finding("publication_step_not_allowed", value=step.release_id, facts=facts))
    ahead = is_ahead(last.embargo if last else "", now)
    if rule.when == "over" and ahead:
        assert last is not None
        raise Refusal(
            finding("publication_embargo_ahead", value=step.release_id, facts={"until": last.embargo})
        )
    if rule.when == "ahead" and not ahead:
        raise Refusal(finding("publication_embargo_over", value=step.release_id))
    return rule.after


def _check_embargo(step: Step, rows: tuple[Entry, ...], now: datetime) -> None:
    if not step.embargo:
        return
    first = step.action == "reschedule" or (
        step.action in PUBLISHED and bool(rows) and rows[-1].state == "checked"
    )
    if not first:
        raise Refusal(finding("publication_embargo_unwanted", value=step.release_id))
    if not is_ahead(step.embargo, now):
        raise Refusal(finding("publication_embargo_past", value=step.embargo))


def _check_successor(connection: Connection, step: Step, log: Rows, wave: str) -> None:
    """Refuse a correction by a release that cannot stand in the place of the corrected one."""
    if (step.action == "correct") != bool(step.successor):
        raise Refusal(finding("publication_successor_missing", value=step.release_id))
    if not step.successor:
        return
    other = _wave(connection, step.successor)
    rows = log.get(step.successor, ())
    fits = step.successor != step.release_id and other == wave and bool(rows) and rows[-1].state in PUBLISHED
    if not fits:
        raise Refusal(finding("publication_successor_unfit", value=step.successor))


def _check_person(step: Step, rows: tuple[Entry, ...]) -> None:
    """Two persons stand behind a publication: who checked a release does not publish it."""
    last = rows[-1] if rows else None
    if (
        last
        and last.action == "check"
        and step.action in PUBLISHED
        and last.who.casefold() == step.who.casefold()
    ):
        raise Refusal(finding("publication_same_person", value=step.who))


def _wave(connection: Connection, release_id: str) -> str:
    wanted = select(releases.c.wave).where(releases.c.release_id == release_id)
    wave = connection.execute(wanted).scalar()
    if wave is None:
        raise Refusal(finding("release_unknown", value=release_id))
    return str(wave)


def _grouped(rows: Any) -> Rows:  # noqa: ANN401 - mappings of the driver
    grouped: dict[str, list[Entry]] = {}
    for row in rows:
        entry = _entry(row)
        grouped.setdefault(entry.release_id, []).append(entry)
    return {release_id: tuple(entries) for release_id, entries in grouped.items()}


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(**row)
