"""Which interviews count: the canon of review states, and the declared set of those that an estimate uses.

Every tool's own words are mapped to the canon when its files are read: received (also after an edit, and
before anybody looked), has_issues, approved (by team or province) and rejected. Interviews that are not
finished never arrive.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from survey.messages import Refusal, finding

STATES = ("received", "has_issues", "approved", "rejected")
WORDS: Mapping[str, Mapping[str, str]] = {
    "received": {"vi": "đã nhận", "en": "received"},
    "has_issues": {"vi": "có vấn đề", "en": "has issues"},
    "approved": {"vi": "đã duyệt", "en": "approved"},
    "rejected": {"vi": "bị trả lại", "en": "rejected"},
}
COUNTED = ("received", "has_issues", "approved")


@dataclass(frozen=True, slots=True)
class StatePolicy:
    """The review states of the interviews that count.

    Attributes
    ----------
    states : tuple of str
        In the order of :data:`STATES`; all but the rejected where nobody declares otherwise.
    """

    states: tuple[str, ...] = COUNTED

    def counts(self, review: "pd.Series[str]") -> "pd.Series[bool]":
        """Tell which interviews count by their review states."""
        return review.isin(self.states)

    def words(self, language: str) -> str:
        """Name the states in a sentence."""
        return ", ".join(WORDS[state][language] for state in self.states)


STANDARD = StatePolicy()


@dataclass(frozen=True, slots=True)
class Counting:
    """Which submissions count.

    Attributes
    ----------
    policy : StatePolicy
    chosen : mapping
        Household -> key of the submission that a person chose among several.
    """

    policy: StatePolicy = STANDARD
    chosen: Mapping[str, str] = field(default_factory=dict)


def state_policy(text: str) -> StatePolicy:
    """Read a policy as people write it: ``approved,received``.

    Raises
    ------
    Refusal
        When it names no state, or one that is not in the canon.
    """
    named = {word.strip().lower() for word in text.split(",") if word.strip()}
    if not named or not named <= set(STATES):
        raise Refusal(finding("states_unknown", value=text, facts={"known": ", ".join(STATES)}))
    return StatePolicy(tuple(state for state in STATES if state in named))
