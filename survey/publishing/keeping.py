"""How a person moves a release on: checked, published, corrected or withdrawn, always with a reason."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from survey.catalogue import Catalogue
from survey.corrections.keeping import check_words
from survey.exports.personal import looks_personal
from survey.messages import Refusal, finding
from survey.publishing.log import Step, read_log, take_step
from survey.publishing.standing import for_office
from survey.publishing.states import PUBLISHED, Action, Entry
from survey.validation.times import LOCAL_ZONE

# What a person asks for by the state that is wanted -> the step that leads there.
STEPS: dict[str, Action] = {
    "draft": "return",
    "checked": "check",
    "estimate": "estimate",
    "preliminary": "preliminary",
    "official": "official",
}
_OURS = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})[ T]+(\d{1,2}):(\d{2})|(\d{1,2}):(\d{2}) +(\d{1,2})/(\d{1,2})/(\d{4})"
)


def move(
    catalogue: Catalogue,
    release_id: str,
    action: Action,
    *,
    who: str,
    why: str,
    embargo: str = "",
    successor: str = "",
    seen: int | None = None,
) -> Entry:
    """Take a step with a release; see :data:`survey.publishing.states.TRANSITIONS`.

    Parameters
    ----------
    catalogue : Catalogue
    release_id : str
    action : str
    who, why : str
        Code of a role, and the reason; the public reads the reason of a correction or a withdrawal.
    embargo : str
        Time before which the public may not see it, as a person writes it; see :func:`read_moment`.
    successor : str
        Release that replaces a corrected one.
    seen : int, optional
        Last row about the release that the person has seen.

    Raises
    ------
    Refusal
        When the person or the reason is missing, the reason is personal, the time cannot be read, or the step
        is not one that can be taken.
    """
    check_words(who, why)
    if looks_personal([why]):
        raise Refusal(finding("decision_personal"))
    moment = read_moment(embargo) if embargo.strip() else ""
    return take_step(catalogue, Step(release_id, action, who, why.strip(), moment, successor, seen))


def step_to(catalogue: Catalogue, release_id: str, state: str) -> Action:
    """Return the step that leads to a wanted state; asking again for a state under embargo moves its time."""
    standing = for_office(read_log(catalogue), release_id, catalogue.clock())
    if standing.state == state and state in PUBLISHED and standing.embargo:
        return "reschedule"
    return STEPS[state]


def read_moment(written: str) -> str:
    """Read a time with its day and return it as UTC text; without a zone it is of Viet Nam.

    Taken are ISO 8601 (``2026-12-01T09:00+07:00``) and our way of writing (``1/12/2026 09:00``).

    Raises
    ------
    Refusal
        When it is no time, or a day without a time.
    """
    told = written.strip()
    try:
        at = _ours(told) or (datetime.fromisoformat(told) if ":" in told else None)
    except ValueError:
        at = None
    if at is None:
        raise Refusal(finding("publication_time_unreadable", value=told))
    local = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(LOCAL_ZONE))
    return local.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _ours(told: str) -> datetime | None:
    found = _OURS.fullmatch(told)
    if found is None:
        return None
    first, second = found.groups()[:5], found.groups()[5:]
    if first[0]:
        day, month, year, hour, minute = map(int, first)
    else:
        hour, minute, day, month, year = map(int, second)
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - the zone of Viet Nam follows
