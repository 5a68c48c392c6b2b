"""The settings ``NAME=VALUE`` of ``kynangso sample draw``: how areas are drawn, beyond their number."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from estimation.rotation import PHASES
from estimation.stratified_draw import METHODS, AreaDraw
from survey.messages import LANGUAGES, Refusal, finding
from survey.wave import GEOGRAPHY

MOST = 99


class Setting(NamedTuple):
    """How a setting is read, what it may be, and what holds where it is not set."""

    read: Callable[[str], Any]
    expected: str
    usual: Any


def _whole(least: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from `least` on."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or not least <= int(text) <= MOST:
            raise ValueError(text)
        return int(text)

    return read


def _one_of(known: Iterable[str]) -> Callable[[str], str]:
    """Return a reader of words of a list."""
    words = tuple(known)

    def read(text: str) -> str:
        return words[words.index(text)]

    return read


def _columns(text: str) -> tuple[str, ...]:
    return tuple(name for name in map(str.strip, text.split(",")) if name)


SETTINGS: Mapping[str, Setting] = {
    "method": Setting(_one_of(METHODS), " | ".join(METHODS), METHODS[0]),
    "order": Setting(_columns, "commune_code_2019,residence", ()),
    "replicates": Setting(_whole(0), f"0–{MOST}", 0),
    "turns": Setting(_whole(1), f"1–{MOST}", PHASES),
    "geography": Setting(str, f"{GEOGRAPHY}, ''", GEOGRAPHY),
    "language": Setting(_one_of(LANGUAGES), " | ".join(LANGUAGES), LANGUAGES[0]),
}


@dataclass(frozen=True, slots=True)
class DrawSettings:
    """Settings of a draw: how areas are drawn, who names the units, and the language of the sheets."""

    areas: AreaDraw
    geography: str
    language: str


def draw_settings(words: Iterable[str]) -> DrawSettings:
    """Read settings such as ``order=commune_code_2019``.

    Raises
    ------
    Refusal
        For a name that is not known, or a value that cannot be.
    """
    told = {name: setting.usual for name, setting in SETTINGS.items()} | dict(map(_setting, words))
    areas = AreaDraw(told["method"], told["order"], replicates=told["replicates"], phases=told["turns"])
    return DrawSettings(areas, told["geography"], told["language"])


def _setting(word: str) -> tuple[str, Any]:
    name, _, value = (part.strip() for part in word.partition("="))
    if name not in SETTINGS:
        raise Refusal(finding("draw_setting_unknown", value=word, facts={"known": ", ".join(SETTINGS)}))
    try:
        return name, SETTINGS[name].read(value)
    except ValueError as problem:
        facts = {"name": name, "expected": SETTINGS[name].expected}
        raise Refusal(finding("draw_setting_unfit", value=value or "-", facts=facts)) from problem
