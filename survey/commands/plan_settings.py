"""The settings ``name=number`` of ``kynangso sample plan``: what may be set, within which bounds."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from survey.messages import Refusal, finding


class Bounds(NamedTuple):
    """Smallest and largest number of a setting, and the one that holds where it is not set."""

    least: float
    most: float
    usual: float | None


SETTINGS: Mapping[str, Bounds] = {
    "take": Bounds(1, 200, 12),
    "icc": Bounds(0, 1, 0.05),
    "weighting": Bounds(1, 10, 1.3),
    "deff": Bounds(0.1, 50, None),
    "response": Bounds(0.05, 1, 0.8),
    "power": Bounds(0.5, 0.999, 0.8),
    "error": Bounds(0.0001, 0.2, 0.025),
    "together": Bounds(0, 1, 1),
    "floor": Bounds(1, 100, 2),
    "cost_area": Bounds(1e-6, 1e15, None),
    "cost_interview": Bounds(1e-6, 1e15, None),
    "cost_fixed": Bounds(0, 1e15, 0),
    "budget": Bounds(1e-6, 1e18, None),
}
WHOLE = ("take", "together", "floor")


def settings(words: Iterable[str]) -> dict[str, float]:
    """Read settings such as ``take=12``; decimal point or comma.

    Parameters
    ----------
    words : iterable of str

    Returns
    -------
    dict
        Every setting that was set or has a usual number.

    Raises
    ------
    Refusal
        For a name that is not known, or a number that is none or out of its bounds.
    """
    told = {name: bounds.usual for name, bounds in SETTINGS.items()}
    told |= dict(_setting(word) for word in words)
    return {name: value for name, value in told.items() if value is not None}


def _setting(word: str) -> tuple[str, float]:
    name, _, number = (part.strip() for part in word.partition("="))
    if name not in SETTINGS:
        raise Refusal(finding("plan_setting_unknown", value=word, facts={"known": ", ".join(SETTINGS)}))
    bounds = SETTINGS[name]
    try:
        value = float(number.replace(",", "."))
    except ValueError:
        value = float("nan")
    if not bounds.least <= value <= bounds.most or (name in WHOLE and value % 1):
        facts = {"setting": name, "least": f"{bounds.least:g}", "most": f"{bounds.most:g}"}
        raise Refusal(finding("plan_setting_unfit", value=number or "-", facts=facts))
    return name, value
