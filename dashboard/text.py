"""The words of the app: one catalogue, two languages, numbers written as the reader expects."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

from dashboard import numbers

LANGUAGES = ("vi", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """Words and numbers in one language; ``text("section.key")`` gives the words.

    Attributes
    ----------
    language : {"vi", "en"}
    """

    language: str

    def __call__(self, key: str, facts: Mapping[str, object] | None = None) -> str:
        """Return the words of `key` with its placeholders filled from `facts`."""
        return entry(key)[self.language].format_map(dict(facts or {}))

    def count(self, value: float) -> str:
        """Write a whole number."""
        return numbers.decimal(value, self.language)

    def decimal(self, value: float, digits: int = 1) -> str:
        """Write a number with decimals."""
        return numbers.decimal(value, self.language, digits)

    def percent(self, share: float, digits: int = 1) -> str:
        """Write a share in 0..1 as a percentage."""
        return numbers.percent(share, self.language, digits)

    def range(self, low: float, high: float) -> str:
        """Write an interval of shares in 0..1."""
        return numbers.percent_range(low, high, self.language)

    def points(self, share: float) -> str:
        """Write a difference of shares in percentage points, without its sign."""
        return self("number.points", {"n": self.decimal(abs(100 * share))})

    def day(self, iso: str) -> str:
        """Write a day given as ISO text."""
        return numbers.day(iso, self.language)

    def inside(self, name: str) -> str:
        """Write the name of a place inside a sentence, where Vietnamese writes its kind in lower case."""
        return name[:1].lower() + name[1:] if self.language == "vi" else name

    def target(self, op: str, target: float) -> str:
        """Write a target with its operator, for example ``trên 80%``."""
        return self(TARGET_WORDS[op], {"target": self.percent(target, 0)})


TARGET_WORDS: Mapping[str, str] = {">=": "goal.at_least", ">": "goal.over"}


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Return every entry by its key ``section.name``, read once from ``text.toml``."""
    source = Path(__file__).with_name("text.toml").read_text(encoding="utf-8")
    sections = tomllib.loads(source)
    return {
        f"{section}.{name}": words for section, entries in sections.items() for name, words in entries.items()
    }


def entry(key: str) -> Mapping[str, str]:
    """Return the words of `key` in every language; an unknown key lists its neighbours."""
    found = catalogue().get(key)
    if found is None:
        near = difflib.get_close_matches(key, catalogue(), n=3, cutoff=0.4)
        raise ValueError(f"no words for {key!r} in text.toml; near: {', '.join(near) or '-'}")
    return found


def placeholders(words: str) -> frozenset[str]:
    """Return the names in braces in a text."""
    return frozenset(name for _, name, _, _ in Formatter().parse(words) if name)
