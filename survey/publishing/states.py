"""The states of a release under the Statistics Law 2015, and which step leads from which state to which."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

State = Literal["draft", "checked", "estimate", "preliminary", "official", "corrected", "withdrawn"]
Action = Literal[
    "check", "return", "estimate", "preliminary", "official", "reschedule", "correct", "withdraw"
]
When = Literal["any", "ahead", "over"]
STATES: tuple[State, ...] = get_args(State)
ACTIONS: tuple[Action, ...] = get_args(Action)
# Figures as the law knows them: advance estimates (ước tính), preliminary (sơ bộ), official (chính thức).
PUBLISHED: tuple[Literal["estimate", "preliminary", "official"], ...] = (
    "estimate",
    "preliminary",
    "official",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a step leads to, and whether the embargo of the release must be ahead or over for it."""

    after: State
    when: When = "any"


# What is not here is not done. The embargo comes with the first publication alone: of what everybody may read
# already, nothing is held back by another name. While it is ahead a release can be taken back to draft;
# afterwards only the two ways of the law are left, and both stay at its address for ever.
TRANSITIONS: Mapping[tuple[State, Action], Rule] = {
    ("draft", "check"): Rule("checked"),
    ("checked", "return"): Rule("draft"),
    ("checked", "estimate"): Rule("estimate"),
    ("checked", "preliminary"): Rule("preliminary"),
    ("checked", "official"): Rule("official"),
    ("estimate", "preliminary"): Rule("preliminary", "over"),
    ("estimate", "official"): Rule("official", "over"),
    ("preliminary", "official"): Rule("official", "over"),
    ("estimate", "reschedule"): Rule("estimate", "ahead"),
    ("preliminary", "reschedule"): Rule("preliminary", "ahead"),
    ("official", "reschedule"): Rule("official", "ahead"),
    ("estimate", "return"): Rule("draft", "ahead"),
    ("preliminary", "return"): Rule("draft", "ahead"),
    ("official", "return"): Rule("draft", "ahead"),
    ("estimate", "correct"): Rule("corrected", "over"),
    ("preliminary", "correct"): Rule("corrected", "over"),
    ("official", "correct"): Rule("corrected", "over"),
    ("corrected", "correct"): Rule("corrected"),
    ("estimate", "withdraw"): Rule("withdrawn", "over"),
    ("preliminary", "withdraw"): Rule("withdrawn", "over"),
    ("official", "withdraw"): Rule("withdrawn", "over"),
    ("corrected", "withdraw"): Rule("withdrawn"),
}
# Words of states and actions inside a sentence: (vi, en).
STATE_WORDS: Mapping[State, tuple[str, str]] = {
    "draft": ("nháp", "draft"),
    "checked": ("đã kiểm tra", "checked"),
    "estimate": ("ước tính", "advance estimate"),
    "preliminary": ("sơ bộ", "preliminary"),
    "official": ("chính thức", "official"),
    "corrected": ("đã đính chính", "corrected"),
    "withdrawn": ("đã thu hồi", "withdrawn"),
}
ACTION_WORDS: Mapping[Action, tuple[str, str]] = {
    "check": ("xác nhận đã kiểm tra", "confirm as checked"),
    "return": ("đưa về nháp", "return to draft"),
    "estimate": ("công bố ước tính", "publish as an advance estimate"),
    "preliminary": ("công bố sơ bộ", "publish as preliminary"),
    "official": ("công bố chính thức", "publish as official"),
    "reschedule": ("đổi giờ công bố", "move the time of publication"),
    "correct": ("đính chính", "correct"),
    "withdraw": ("thu hồi", "withdraw"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log of publication: who did what with a release, and how it stands after that.

    Attributes
    ----------
    number : int
        Order in which the rows were added; the only order there is.
    release_id : str
    action, state : str
        The step, and the state after it.
    embargo : str
        UTC time before which nobody but the office may see a published release; "" for at once.
    successor : str
        Release that replaces a corrected one; else "".
    who : str
        Code of a role; no name.
    """

    number: int
    release_id: str
    action: Action
    state: State
    embargo: str
    successor: str
    who: str
    why: str
    created: str


def is_ahead(embargo: str, now: datetime) -> bool:
    """Tell whether an embargo, as UTC text, is still to come; it is over at its very second."""
    return bool(embargo) and now < datetime.fromisoformat(embargo)


def allowed(state: State, *, ahead: bool) -> tuple[Action, ...]:
    """List the steps from a state, with its embargo ahead or over."""
    fits = {"any", "ahead" if ahead else "over"}
    return tuple(
        action for (before, action), rule in TRANSITIONS.items() if before == state and rule.when in fits
    )
