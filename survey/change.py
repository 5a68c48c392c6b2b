"""The change of every share from one release to another, by what the releases keep; no interview is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from estimation import Estimates, Overlap, join_waves
from estimation.comparing.comparisons import QUALITIES
from estimation.variation import Linearised
from survey.comparable import BY
from survey.indicators.definition import Definition
from survey.messages import Refusal, finding
from survey.release import Release

OverlapKind = Literal["independent", "same_psus", "panel"]
INDEPENDENT, WAVE = "independent", "wave"
NO_SPREAD, NO_ERROR = "standard error is 0", "no degrees of freedom: one PSU a stratum"
COLUMNS = (
    "indicator", *BY, "from", "to", "estimate_from", "estimate_to", "estimate", "se", "ci_low", "ci_high",
    "df", "t", "p_value", "quality", "reason",
)  # fmt: skip
COUNTED: tuple[Callable[[Definition], Mapping[str, object]], ...] = (
    lambda definition: {"id": definition.id, "record_filter": definition.record_filter},
    lambda definition: definition.aliases,
    lambda definition: {name: base.where for name, base in definition.bases.items()},
    lambda definition: definition.conditions,
)


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """How the shares of one breakdown changed from one release to another.

    Attributes
    ----------
    earlier, later : Release
    overlap : {"independent", "same_psus", "panel"}
    table : DataFrame
        One row an indicator, base and unit: :data:`COLUMNS`. Shares and their change in 0..1; the numbers of
        a suppressed row stay, whoever shows them hides them; `reason` says why, for review and suppress.
    areas : tuple of int
        Sampled areas of the earlier release, of the later one, and those that are in both.
    joined : Estimates
        The shares of both releases in one set, from which the change is taken.
    """

    earlier: Release
    later: Release
    overlap: OverlapKind
    table: pd.DataFrame
    areas: tuple[int, int, int]
    joined: Estimates

    @property
    def waves(self) -> tuple[str, str]:
        """Names of the two waves."""
        return _wave(self.earlier), _wave(self.later)


def change_between(earlier: Release, later: Release, *, overlap: OverlapKind, by: str) -> Change:
    """Measure the change of every share of a breakdown from one release to another (M8).

    Parameters
    ----------
    earlier, later : Release
        Of two waves, by one definition and one edition of the territory.
    overlap : {"independent", "same_psus", "panel"}
        How the samples hang together: drawn anew, the same areas with other households, the same persons.
    by : str
        Breakdown.

    Returns
    -------
    Change
        The numbers of estimating the interviews of both waves together, each wave weighted on its own.

    Raises
    ------
    Refusal
        Releases of one wave, by other definitions or editions, or without what a comparison needs; shared
        areas where none is shared, or where the release could not keep the areas apart.
    """
    _check_alike(earlier, later)
    first, last = _kept(earlier, by), _kept(later, by)
    areas = _areas(first, last)
    if overlap != INDEPENDENT:
        _check_shared((earlier, later), by, areas)
    try:
        joined = join_waves(
            {_wave(earlier): first, _wave(later): last}, overlap=Overlap(wave=WAVE, kind=overlap)
        )
    except ValueError as problem:
        facts = {"first": earlier.id, "last": later.id}
        raise Refusal(finding("change_not_computed", value=str(problem), facts=facts)) from problem
    table = _explained(joined, _wave(earlier), _wave(later))
    return Change(earlier, later, overlap, table, areas, joined)


def refusal_of(earlier: Release, later: Release) -> Refusal | None:
    """Return why two releases do not speak of the same share of the same territory; None where they do."""
    try:
        _check_alike(earlier, later)
    except Refusal as refusal:
        return refusal
    return None


def _wave(release: Release) -> str:
    return str(release.manifest["wave"])


def _kept(release: Release, by: str) -> Estimates:
    """Estimates of one breakdown, or the refusal of a release that keeps nothing to compare."""
    if by not in release.comparable:
        facts = {"wave": _wave(release)}
        raise Refusal(finding("release_without_scores", value=release.id, facts=facts))
    return release.comparable[by]


def _check_alike(earlier: Release, later: Release) -> None:
    """Refuse two releases that do not speak of the same share of the same territory."""
    if _wave(earlier) == _wave(later):
        raise Refusal(finding("change_same_wave", value=_wave(earlier)))
    facts = {"first": earlier.id, "last": later.id, "wave": _wave(earlier)}
    if differing := _counted_otherwise(earlier.definition, later.definition):
        raise Refusal(finding("change_other_definition", value=", ".join(differing), facts=facts))
    if _territory(earlier) != _territory(later):
        value = f"{_territory(earlier)} – {_territory(later)}"
        raise Refusal(finding("change_other_geography", value=value, facts=facts))


def _territory(release: Release) -> str:
    return "{pack} {edition}".format_map(release.manifest["geography"])


def _counted_otherwise(first: Definition, last: Definition) -> list[str]:
    """Name what two definitions say differently of who counts as what, goals and labels apart."""
    return [
        name
        for part in COUNTED
        for name in {**part(first), **part(last)}
        if part(first).get(name) != part(last).get(name)
    ]


def _areas(earlier: Estimates, later: Estimates) -> tuple[int, int, int]:
    """Count the sampled areas of either and those of both, by stratum and code."""
    first, last = (pd.MultiIndex.from_frame(held.variation.units.psus) for held in (earlier, later))
    return len(first), len(last), len(first.intersection(last))


def _check_shared(releases: tuple[Release, Release], by: str, areas: tuple[int, int, int]) -> None:
    """Refuse shared areas where nothing is shared, or where a release keeps the covariance alone."""
    first, last = ({name for name, held in one.comparable.items() if _tells_areas(held)} for one in releases)
    if by not in first & last:
        known = ", ".join(name for name in releases[0].comparable if name in first & last) or "-"
        raise Refusal(finding("change_needs_interviews", facts={"by": by, "known": known}))
    if areas[2] == 0:
        raise Refusal(finding("change_without_shared_areas"))


def _tells_areas(held: Estimates) -> bool:
    return isinstance(held.variation, Linearised)


def _explained(joined: Estimates, first: str, last: str) -> pd.DataFrame:
    """Set changes beside the shares that they are taken of, with the reason of the worse of the two."""
    table = joined.change(first, last)
    names = ["indicator", *BY]
    for wave, side in ((first, "from"), (last, "to")):
        shares = joined.frame[joined.frame[WAVE] == wave].set_index(names)
        shares = shares[["estimate", "quality", "reason"]].add_suffix(f"_{side}")
        table = table.join(shares, on=names)
    rank = {name: place for place, name in enumerate(QUALITIES)}
    qualities = [table[name].map(rank) for name in ("quality_from", "quality_to", "quality")]
    reason = table["reason_from"].where(qualities[0] >= qualities[1], table["reason_to"])
    own = qualities[2] > pd.concat(qualities[:2], axis="columns").max(axis="columns")
    reason = reason.mask(own, NO_ERROR).mask(own & (table["se"] == 0), NO_SPREAD)
    return table.assign(reason=reason.mask(qualities[2] == 0, ""))[list(COLUMNS)]
