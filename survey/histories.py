"""What several files said of one submission, in the order of their acceptance, and which of it counts.

A file whose tool has no word for the state of review that stands says its nearest word, "received". That is
silence about the state and no other state: it makes no new version, and where the answers changed the state
that stood is kept. What stands decides: a version that another one has replaced is met again only by a file
that says what an earlier file had said.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import isnan

import pandas as pd

from survey.microdata import Microdata
from survey.review_states import RECEIVED

# Whether two files, by their numbers, give the same answers to a submission, as far as both hold them.
Alike = Callable[[int, int], bool]
# How many questions a file leaves out.
Lacking = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Saying:
    """What one file says of a submission.

    Attributes
    ----------
    number : int
        The file, in the order of acceptance.
    edits : float
        How often the submission had been edited; NaN where the tool does not tell.
    state : str
        Its state of review.
    tells : frozenset of str
        States for which the tool has a word.
    """

    number: int
    edits: float
    state: str
    tells: frozenset[str]

    def is_silent_of(self, state: str) -> bool:
        """Whether the tool would say the same of a submission in that other state."""
        return self.state == RECEIVED != state and state not in self.tells


@dataclass(slots=True)
class Version:
    """One content of a submission, and the files that hold it.

    Attributes
    ----------
    fullest : int
        The file that leaves out the fewest questions.
    edits : float
    state : str
    uploads : list of int
    told, silent : set of frozenset of str
        Vocabularies of the files that say this state, and of those that have no word for it.
    """

    fullest: int
    edits: float
    state: str
    uploads: list[int] = field(default_factory=list)
    told: set[frozenset[str]] = field(default_factory=set)
    silent: set[frozenset[str]] = field(default_factory=set)

    def may_be(self, edits: float) -> bool:
        """Whether a submission with these edits may be the same version."""
        return self.edits == edits or isnan(self.edits) or isnan(edits)

    def repeats(self, saying: Saying) -> bool:
        """Whether a file says of the state what one of the files with this version said."""
        if saying.is_silent_of(self.state):
            return saying.tells in self.silent
        return saying.state == self.state and bool(self.told)

    def agrees(self, saying: Saying) -> bool:
        """Whether this state and that of a file are one: the same, or one of the two has no word for it."""
        if saying.state == self.state or saying.is_silent_of(self.state):
            return True
        return self.state == RECEIVED and not any(saying.state in words for words in self.told)

    def add(self, saying: Saying, lacking: Lacking) -> None:
        """Count a file among those that hold this version; the state is the one that is told best."""
        if isnan(self.edits):
            self.edits = saying.edits
        self.uploads.append(saying.number)
        self.fullest = min(self.fullest, saying.number, key=lacking)
        if saying.is_silent_of(self.state):
            self.silent.add(saying.tells)
            return
        if saying.state != self.state:
            self.silent, self.told = self.told, set()
            self.state = saying.state
        self.told.add(saying.tells)


@dataclass(slots=True)
class History:
    """The versions of one submission in the order in which they came."""

    versions: list[Version] = field(default_factory=list)

    @property
    def current(self) -> Version:
        """The version that counts: the one edited more often; where that is not known, the later one."""
        current = self.versions[0]
        for version in self.versions[1:]:
            if not version.edits < current.edits:
                current = version
        return current

    def take(self, saying: Saying, alike: Alike, lacking: Lacking) -> None:
        """Take in what the next file says."""
        known = next((version for version in self.versions if self._is(version, saying, alike)), None)
        if known is None:
            known = Version(saying.number, saying.edits, self._state(saying))
            self.versions.append(known)
        known.add(saying, lacking)

    def _is(self, version: Version, saying: Saying, alike: Alike) -> bool:
        """Whether a file holds a version: by edits, by state, and last, as it costs most, by answers."""
        if not version.may_be(saying.edits):
            return False
        same = version.repeats(saying) or (version is self.current and version.agrees(saying))
        return same and alike(version.fullest, saying.number)

    def _state(self, saying: Saying) -> str:
        """Return the state of a new version: the one that stands, where its tool has no word for that."""
        standing = self.current.state if self.versions else saying.state
        return standing if saying.is_silent_of(standing) else saying.state


def without_word(part: Microdata, standing: "pd.Series[str]") -> "pd.Series[bool]":
    """Tell for which submissions of a file its tool has no word for the state that stands.

    Parameters
    ----------
    part : Microdata
    standing : Series of str
        State of review by the key of the submission; what is not in it does not stand.
    """
    said = part.households["review"]
    state = standing.reindex(said.index)
    return said.eq(RECEIVED) & state.notna() & ~state.isin([RECEIVED, *part.tells])


def as_meant(part: Microdata, standing: "pd.Series[str]") -> Microdata:
    """Return a file with the states that stand in the place of silence about them."""
    said = part.households["review"]
    meant = said.mask(without_word(part, standing), standing.reindex(said.index))
    return replace(part, households=part.households.assign(review=meant))
