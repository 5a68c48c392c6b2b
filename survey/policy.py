"""Which interviews count: the declared set of review states that an estimate uses, and choices by people."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from survey.messages import Refusal, finding
from survey.review_states import APPROVED, HAS_ISSUES, RECEIVED, STATES, WORDS

COUNTED = (RECEIVED, HAS_ISSUES, APPROVED)


@dataclass(frozen=True, slots=True)
class StatePolicy:
    """The review states of the interviews that count.

    Attributes
    ----------
    states : tuple of str
        In the order of the canon; all but the rejected where nobody declares otherwise.
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
