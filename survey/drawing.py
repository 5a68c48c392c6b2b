"""The sample of a wave: areas and addresses, each with its chance, and the same again from the seed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from estimation.sampling import ORIGINAL, RESERVE, SamplingError, draw_households
from estimation.stratified_draw import DROPPED, AreaDraw, draw_areas
from survey.frame import CODED, Frame, Take, codes_of
from survey.geography import Gazetteer
from survey.messages import Refusal, finding

EA_COLUMNS = (
    "ea_code", "ea_label", "commune_code", "commune_name", "district_code", "district_name", "residence",
    "stratum", "commune_code_2019", "commune_name_2019", "commune_code_2025", "commune_name_2026",
    "households_frame", "stratum_households_frame", "n_eas_stratum", "prob_ea", "households_listed",
    "n_original", "n_reserve",
)  # fmt: skip
HOUSEHOLD_COLUMNS = ("ea_code", "hh_no", "hh_id", "kind", "listing_no", "households_listed")
CHANCE_COLUMNS = (
    "ea_code", "stratum", "prob_ea", "certain", "point", "phase", "prob_both_waves", "replicate",
    "prob_original", "prob_drawn", "prob_household",
)  # fmt: skip
ROTATION_COLUMNS = ("ea_code", "stratum", "status", "prob_ea", "prob_both_waves", "prob_either_wave")
# What the form reads about an area; and what identifies an address on a tablet.
AREA_LIST = ("ea_code", "ea_label", "commune_code", "commune_name", "district_code", "district_name")
COMMUNE, COMMUNE_NAME = ("commune_code", "commune_code_2019"), ("commune_name", "commune_name_2019")
WORDS, WORD_BYTES = 4, 4

Listing = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what is drawn from a frame; the same recipe draws the same sample.

    Attributes
    ----------
    seed : int
        Drawn or announced before anybody sees the sample.
    areas : AreaDraw
    take : Take
    allocation : mapping
        Stratum -> areas.
    geography : str
        Pack that names the units; "" for none.
    """

    seed: int
    allocation: Mapping[str, int]
    areas: AreaDraw = field(default_factory=AreaDraw)
    take: Take = field(default_factory=Take)
    geography: str = ""

    def stream(self, purpose: str) -> Callable[[str], np.random.Generator]:
        """Give every stratum or area a generator of its own.

        What is drawn in one does not depend on the others, nor on the day on which a listing comes in.
        """
        turn = len(self.areas.keeps) if purpose == "households" else 0

        def generator(code: str) -> np.random.Generator:
            digest = hashlib.sha256(f"{purpose}\x1f{turn}\x1f{code}".encode()).digest()
            words = np.frombuffer(digest[: WORDS * WORD_BYTES], dtype="<u4").tolist()
            return np.random.Generator(np.random.PCG64([self.seed, *words]))

        return generator


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A drawn sample.

    Attributes
    ----------
    eas, households, chances, rotation : DataFrame
        Text cells, as in the files ``sample_eas.csv``, ``sample_households.csv``,
        ``sample_probabilities.csv`` and ``sample_rotation.csv``; no household before there is a listing, no
        rotation in a first wave.
    """

    eas: pd.DataFrame
    households: pd.DataFrame
    chances: pd.DataFrame
    rotation: pd.DataFrame


def draw_sample(frame: Frame, recipe: Recipe, gazetteer: Gazetteer | None = None) -> Sample:
    """Draw the areas of a wave (M14).

    Parameters
    ----------
    frame : Frame
        Checked, without errors.
    recipe : Recipe
    gazetteer : Gazetteer, optional
        Names the units that the frame only has codes for.

    Raises
    ------
    Refusal
        When the frame cannot give this sample.
    """
    areas = frame.sized()
    try:
        drawn = draw_areas(areas, recipe.allocation, recipe.stream("areas"), recipe.areas)
    except SamplingError as problem:
        raise Refusal(finding("sample_impossible", file=frame.file, facts={"reason": problem})) from problem
    rotation = _rotation(drawn) if recipe.areas.keeps else pd.DataFrame(columns=list(ROTATION_COLUMNS))
    drawn = _named(drawn[drawn["status"] != DROPPED], gazetteer)
    totals = areas.groupby("stratum")["households_frame"].sum()
    drawn = drawn.assign(
        stratum_households_frame=drawn["stratum"].map(totals),
        n_eas_stratum=drawn["stratum"].map(recipe.allocation),
        prob_ea=drawn["probability"],
        households_listed="",
        n_original=recipe.take.originals,
        n_reserve=recipe.take.reserves,
    )
    carried = [column for column in areas.columns if column not in EA_COLUMNS]
    eas = _text(drawn[[*EA_COLUMNS, *carried]])
    none = pd.DataFrame(columns=list(HOUSEHOLD_COLUMNS))
    return Sample(eas, _text(none), _chances(drawn), _text(rotation))


def _rotation(drawn: pd.DataFrame) -> pd.DataFrame:
    """List the areas of this wave and the one before it, with the chances of their union."""
    told = drawn.assign(
        prob_ea=drawn["probability"],
        prob_both_waves=drawn["retained"],
        prob_either_wave=2 * drawn["probability"] - drawn["retained"],
    )
    return told[list(ROTATION_COLUMNS)]


def _named(drawn: pd.DataFrame, gazetteer: Gazetteer | None) -> pd.DataFrame:
    """Add the names of units, where the frame has not got them, and the label of each area."""
    for column, coded in CODED.items():
        names = codes_of(gazetteer, coded) if gazetteer else {}
        if column not in drawn:
            drawn = drawn.assign(**{column: ""})
        if coded.name not in drawn:
            drawn = drawn.assign(**{coded.name: [names.get(code, "") for code in drawn[column]]})
    for target, source in (COMMUNE, COMMUNE_NAME):
        if target not in drawn:
            drawn = drawn.assign(**{target: drawn[source]})
    place = " · " + drawn["commune_name"]
    return drawn.assign(ea_label=drawn["ea_code"] + place.where(drawn["commune_name"] != "", ""))


def _chances(drawn: pd.DataFrame) -> pd.DataFrame:
    columns = drawn.assign(
        certain=drawn["certain"].map({True: "1", False: "0"}),
        prob_both_waves=drawn["retained"],
        prob_original="",
        prob_drawn="",
        prob_household="",
    )
    return _text(columns[list(CHANCE_COLUMNS)])


def draw_listed(
    sample: Sample, recipe: Recipe, listing: Listing, advance: Callable[[], object] = lambda: None
) -> Sample:
    """Draw the addresses of every area that is listed (M14).

    Parameters
    ----------
    sample : Sample
    recipe : Recipe
    listing : mapping
        Area -> the numbers of its addresses, ascending.
    advance : callable
        Called after every area.

    Returns
    -------
    Sample
        An area without a listing keeps its plan and has no households yet.

    Raises
    ------
    Refusal
        When an area whose addresses were drawn before would get other ones, because its listing changed.
    """
    stream, parts = recipe.stream("households"), []
    for code in sample.eas["ea_code"]:
        numbers = listing.get(code, ())
        if numbers:
            drawn = draw_households(len(numbers), recipe.take.originals, recipe.take.reserves, stream(code))
            parts.append(_addresses(code, numbers, drawn))
        advance()
    if not parts and sample.households.empty:
        return sample
    households = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["ea_code"])
    _refuse_others(sample.households, households)
    return Sample(
        _with_counts(sample.eas, households),
        _text(households[list(HOUSEHOLD_COLUMNS)]),
        _with_chances(sample, households),
        sample.rotation,
    )


def _refuse_others(before: pd.DataFrame, now: pd.DataFrame) -> None:
    """Refuse other addresses in areas that were drawn before: interviewers may be on their way."""
    found = {str(code): rows["listing_no"].astype(str).tolist() for code, rows in now.groupby("ea_code")}
    changed = [
        finding("listing_changed", value=str(code), facts={"before": rows["households_listed"].iloc[0]})
        for code, rows in before.groupby("ea_code")
        if rows["listing_no"].tolist() != found.get(str(code))
    ]
    if changed:
        raise Refusal(*changed)


def _addresses(code: str, numbers: tuple[int, ...], drawn: pd.DataFrame) -> pd.DataFrame:
    return drawn.assign(
        ea_code=code,
        hh_no=drawn["number"],
        hh_id=[f"{code}-{number:02d}" for number in drawn["number"]],
        listing_no=[numbers[position - 1] for position in drawn["position"]],
        households_listed=len(numbers),
    )


def _with_counts(eas: pd.DataFrame, households: pd.DataFrame) -> pd.DataFrame:
    """Put what was listed and drawn in place of what was planned, where there is a listing."""
    groups = households.groupby("ea_code")
    counted = {
        "households_listed": groups["households_listed"].first(),
        "n_original": groups["kind"].agg(lambda kinds: (kinds == ORIGINAL).sum()),
        "n_reserve": groups["kind"].agg(lambda kinds: (kinds == RESERVE).sum()),
    }
    found = {name: eas["ea_code"].map(series.astype(str)) for name, series in counted.items()}
    return eas.assign(**{name: series.fillna(eas[name]) for name, series in found.items()})


def _with_chances(sample: Sample, households: pd.DataFrame) -> pd.DataFrame:
    groups = households.groupby("ea_code")["probability"]
    code = sample.chances["ea_code"]
    original, drawn = code.map(groups.first()), code.map(groups.last())
    whole = pd.to_numeric(sample.chances["prob_ea"]) * original
    return sample.chances.assign(
        **_text(pd.DataFrame({"prob_original": original, "prob_drawn": drawn, "prob_household": whole}))
    )


def _text(table: pd.DataFrame) -> pd.DataFrame:
    """Write every cell as text: the shortest digits that give the number back, nothing where it lacks."""
    told = {
        column: ["" if pd.isna(cell) else str(cell) for cell in table[column].tolist()] for column in table
    }
    return pd.DataFrame(told, columns=list(table.columns), dtype="str").reset_index(drop=True)
