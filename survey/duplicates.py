"""Households with several submissions: a queue in which a person decides which of them counts, and why."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from survey.catalogue import Catalogue, next_number
from survey.catalogue_tables import decisions
from survey.corrections.keeping import check_words
from survey.durable import canonical_json
from survey.exports.personal import looks_personal
from survey.instrument import Instrument
from survey.messages import Finding, Refusal, finding
from survey.microdata import Microdata
from survey.store import Store

GroupState = Literal["undecided", "decided", "reopened"]
# What the tool says of a submission, shown of every one of a group.
ABOUT = ("review", "started", "ended", "submitted", "form_version")
ROSTER_ROWS = "#rows"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about a household.

    Attributes
    ----------
    kept : str
        Key of the submission that counts.
    among : tuple of str
        Keys of the submissions there were to choose from.
    who, why, created : str
    """

    number: int
    household: str
    kept: str
    among: tuple[str, ...]
    who: str
    why: str
    created: str


@dataclass(frozen=True, slots=True)
class Difference:
    """An answer in which the submissions of a household differ.

    Attributes
    ----------
    repeat : str
        Repeat it lies in, "" for the main table.
    position : int
        Row of the repeat, 0 in the main table.
    variable : str
        Question; :data:`ROSTER_ROWS` for the number of rows of the repeat.
    answers : tuple of str
        One a submission, "" without one.
    """

    repeat: str
    position: int
    variable: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The submissions of one household, the earliest first.

    Attributes
    ----------
    household : str
    submissions : tuple of str
        Stable keys.
    about : mapping
        Column of :data:`ABOUT` -> its values, one a submission.
    differences : tuple of Difference
        In form order; personal questions are not kept, so none is here.
    decision : Decision or None
        The latest.
    """

    household: str
    submissions: tuple[str, ...]
    about: Mapping[str, tuple[str, ...]]
    differences: tuple[Difference, ...]
    decision: Decision | None

    @property
    def state(self) -> GroupState:
        """Whether somebody decided; reopened when another submission has come since."""
        if self.decision is None:
            return "undecided"
        return "decided" if set(self.submissions) <= set(self.decision.among) else "reopened"


def repeated(microdata: Microdata, instrument: Instrument) -> dict[str, list[str]]:
    """Return the keys of the submissions of every household that has several, the earliest first."""
    households = microdata.households
    told = households.get(instrument.role("household"))
    if told is None:
        return {}
    several = households[told.duplicated(keep=False) & told.notna()].sort_values("submitted", kind="stable")
    groups: dict[str, list[str]] = {}
    for key, household in told[several.index].items():
        groups.setdefault(str(household), []).append(str(key))
    return dict(sorted(groups.items()))


def queue(store: Store, wave: str) -> tuple[Group, ...]:
    """Return every household with several submissions, those that wait for a decision first."""
    microdata, form = store.microdata(wave), store.form(wave).joined
    decided = latest_decisions(store.catalogue, wave)
    groups = [
        Group(
            household,
            tuple(keys),
            {column: _texts(microdata.households.loc[keys, column]) for column in ABOUT},
            tuple(_differences(microdata, form, keys)),
            decided.get(household),
        )
        for household, keys in repeated(microdata, form).items()
    ]
    return tuple(sorted(groups, key=lambda group: (group.state == "decided", group.household)))


def undecided(groups: Sequence[Group], wave: str) -> tuple[Finding, ...]:
    """Say how many households wait for a decision, where there are any."""
    waiting = sum(group.state != "decided" for group in groups)
    return (finding("duplicates_undecided", value=wave, facts={"count": waiting}),) if waiting else ()


def decide(store: Store, wave: str, household: str, *, keep: str, who: str, why: str) -> bool:
    """Keep the decision which submission of a household counts; False when the same is decided already.

    Parameters
    ----------
    store : Store
    wave, household : str
    keep : str
        Key of the submission, or the beginning of one.
    who : str
        Initials or the code of a role.
    why : str

    Raises
    ------
    Refusal
        When the household has not several submissions, `keep` is none of them, or person or reason is
        missing.
    """
    check_words(who, why)
    if looks_personal([why]):
        raise Refusal(finding("decision_personal"))
    keys = repeated(store.microdata(wave), store.form(wave).joined).get(household)
    if not keys:
        raise Refusal(finding("household_not_repeated", value=household))
    meant = [key for key in keys if keep and key.startswith(keep)]
    if len(meant) != 1:
        facts = {"household": household, "known": ", ".join(keys)}
        raise Refusal(finding("decision_among", value=keep, facts=facts))
    said = {"wave": wave, "household": household, "kept": meant[0], "among": " ".join(sorted(keys))}
    catalogue = store.catalogue
    with catalogue.writing() as connection:
        rows = connection.execute(decisions.select().order_by(decisions.c.number)).mappings()
        last = [row for row in rows if (row["wave"], row["household"]) == (wave, household)][-1:]
        words = {**said, "who": who, "why": why.strip()}
        if last and all(last[0][name] == value for name, value in words.items()):
            return False
        number = next_number(connection, decisions)
        row = {"number": number, **words, "created": catalogue.stamp()}
        catalogue.add(connection, decisions, row, [])
    return True


def all_decisions(catalogue: Catalogue, wave: str) -> tuple[Decision, ...]:
    """Return every decision of a wave, oldest first."""
    return tuple(_decision(row) for row in catalogue.rows(decisions, wave=wave))


def latest_decisions(catalogue: Catalogue, wave: str) -> dict[str, Decision]:
    """Return the decision that holds for each household: the latest."""
    return {decision.household: decision for decision in all_decisions(catalogue, wave)}


def kept_submissions(catalogue: Catalogue, wave: str) -> dict[str, str]:
    """Return the submission that counts by decision, by household."""
    latest = latest_decisions(catalogue, wave)
    return {household: decision.kept for household, decision in latest.items()}


def kept_then(catalogue: Catalogue, wave: str, wanted: str) -> dict[str, str]:
    """Return the submissions that counted by decision when their :func:`digest` was `wanted`.

    Decisions are only ever added, so what held then is a beginning of them; all of them where none fits.
    """
    made = all_decisions(catalogue, wave)
    states = ({one.household: one.kept for one in made[:count]} for count in range(len(made), -1, -1))
    return next((kept for kept in states if digest(kept) == wanted), kept_submissions(catalogue, wave))


def digest(kept: Mapping[str, str]) -> str:
    """Sha-256 over which submission counts for which household."""
    return hashlib.sha256(canonical_json(dict(kept)).encode()).hexdigest()


def _decision(row: Mapping[str, Any]) -> Decision:
    return Decision(
        row["number"],
        row["household"],
        row["kept"],
        tuple(row["among"].split()),
        row["who"],
        row["why"],
        row["created"],
    )


def _differences(microdata: Microdata, form: Instrument, keys: Sequence[str]) -> Iterator[Difference]:
    households = microdata.households
    yield from _of_rows("", 0, [dict(households.loc[key]) for key in keys], form)
    for repeat, roster in microdata.rosters.items():
        rows = [roster.rows[roster.rows["key"] == key].set_index("position") for key in keys]
        sizes = tuple(str(len(part)) for part in rows)
        if len(set(sizes)) > 1:
            yield Difference(repeat, 0, ROSTER_ROWS, sizes)
        for position in range(1, max(map(len, rows)) + 1):
            lines = [dict(part.loc[position]) if position in part.index else {} for part in rows]
            yield from _of_rows(repeat, position, lines, form)


def _of_rows(
    repeat: str, position: int, lines: Sequence[Mapping[Any, Any]], form: Instrument
) -> Iterator[Difference]:
    for question in form.asked(repeat):
        answers = _texts([line.get(question.name) for line in lines])
        if len(set(answers)) > 1:
            yield Difference(repeat, position, question.name, answers)


def _texts(answers: Any) -> tuple[str, ...]:  # noqa: ANN401 - a column, or the answers of several rows
    return tuple("" if pd.isna(answer) else str(answer) for answer in answers)
