"""What accepting files would do to the percentages and the response of a wave, told before it is done.

Both sides, without the files and with them, are estimated by the software of today from the interviews; no
release is read. The same persons stand on both sides, so a movement is a difference in percentage points and
nothing is tested.
"""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from typing import Any
from weakref import WeakKeyDictionary

import pandas as pd

from survey import pipeline, places
from survey.duplicates import kept_submissions
from survey.fieldwork import COMPLETE, PARTIAL, Fieldwork, settle
from survey.fieldwork.settling import DECISIVE
from survey.frame_units import widest_units
from survey.indicators.definition import load_definition
from survey.instrument import Instrument
from survey.messages import Finding, Refusal, finding
from survey.microdata import Microdata
from survey.policy import Counting
from survey.receipt import Preview
from survey.roles import in_roles, lacking_roles
from survey.scored import PROVINCE
from survey.store import Store
from survey.wave import Wave

DISTRICT, AREA = "district", "area"  # whatever the widest units of the sample are called
KEYS = ["indicator", "base", "breakdown", "unit"]
FIGURES = ["n", "estimate", "ci_low", "ci_high", "quality", "reason"]
SUPPRESS = "suppress"
# Figures of a row as they are written; those of a suppressed row are hidden, but for n and the quality.
WRITTEN = {"n": "{:.0f}", "quality": "{}", "estimate": "{:.1%}", "ci_low": "{:.1%}", "ci_high": "{:.1%}"}
ALWAYS_SHOWN = ("n", "quality")
PLACE = ["breakdown", "unit"]
COUNTS = ["issued", "returned", "interviewed", "areas", "begun", "done"]
FIELDWORK_ROLES = ("household", "area", "disposition")
SIDES = ("now", "after")
SHOWN_STRATA = 8
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Where a wave stands with some of its files.

    Attributes
    ----------
    shares : DataFrame
        Columns `KEYS` and `FIGURES`: the headline and its companions, lower bounds apart, of the province and
        of every district, shares in 0..1. No row as long as the wave cannot be weighed.
    response : DataFrame
        Columns `PLACE` and `COUNTS`, a row for the province, every district and every sampled area:
        households issued, those with a submission, those with a usable interview; areas sampled, those with
        a submission, and those where every issued household has one. No row where the wave has no sample.
    why : tuple of Finding
        Why there are no shares.
    """

    shares: pd.DataFrame
    response: pd.DataFrame
    why: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Movement:
    """A wave without some files and with them.

    Attributes
    ----------
    files : tuple of str
        Names of the files that are not accepted yet.
    now, after : Standing
    shares : DataFrame
        `KEYS`, then every figure as ``n_now`` and ``n_after``, and ``difference``: after less now, in 0..1.
        Missing on a side where there are no shares. The numbers of a suppressed row stay; whoever shows them
        hides them.
    response : DataFrame
        `PLACE`, then every count as ``issued_now`` and ``issued_after``.
    """

    wave: str
    files: tuple[str, ...]
    now: Standing
    after: Standing
    shares: pd.DataFrame
    response: pd.DataFrame

    def telling(self) -> pd.DataFrame:
        """Rows of `shares` to be shown: all of the province, and the headline of the districts that move.

        A district moves when anything that is written of it changes: n, quality, or a share that is not
        suppressed, to one decimal of a percentage.
        """
        moves = pd.Series(False, index=self.shares.index)
        for name in WRITTEN:
            now, after = (_written(self.shares, name, side) for side in SIDES)
            moves |= now.ne(after)
        first = self.shares.head(1)
        headline = self.shares["indicator"].isin(first["indicator"]) & self.shares["base"].isin(first["base"])
        return self.shares[self.shares["breakdown"].eq(PROVINCE) | (headline & moves)]

    def to_json(self) -> dict[str, Any]:
        """Return the movement as plain values; a number that is not there is null."""
        return {
            "wave": self.wave,
            "files": list(self.files),
            "why_now": [found.to_json() for found in self.now.why],
            "why_after": [found.to_json() for found in self.after.why],
            "shares": _records(self.shares),
            "response": _records(self.response),
        }


# What decides the figures of a wave in this process -> the figures; an entry goes with its store.
State = tuple[str, ...]
_NOW: WeakKeyDictionary[Store, dict[str, tuple[State, Standing]]] = WeakKeyDictionary()


def movement(
    store: Store, wave: str, seen: Sequence[Preview], *, progress: Progress | None = None
) -> Movement:
    """Compare a wave as its accepted files leave it with the wave after some more files; nothing is stored.

    Parameters
    ----------
    store : Store
    wave : str
    seen : sequence of Preview
        Files of the wave, as if they were accepted in this order; those accepted before change nothing.
    progress : callable, optional
        Told "now" and "after" as each side begins.

    Raises
    ------
    Refusal
        When the wave is not known.
    """
    tell = progress or _in_silence
    tell("now")
    now = standing(store, wave)
    tell("after")
    accepted = {upload.upload_id for upload in store.uploads(wave)}
    fresh = {one.export.sha256: one for one in seen if one.export.sha256 not in accepted}
    after = _standing(store, wave, [one.microdata for one in fresh.values()]) if fresh else now
    shares = _beside(now.shares, after.shares, KEYS)
    shares = shares.assign(difference=shares["estimate_after"] - shares["estimate_now"])
    files = tuple(one.export.file for one in fresh.values())
    return Movement(wave, files, now, after, shares, _beside(now.response, after.response, PLACE))


def standing(store: Store, wave: str) -> Standing:
    """Tell where a wave stands with its accepted files; computed once for what the store holds."""
    announced = store.wave(wave)
    uploads = (upload.upload_id for upload in store.uploads(wave))
    decided = pipeline.decided_by_office(store, wave)
    state = (*uploads, *store.form(wave).asked, _definition_sha256(announced), *astuple(decided))
    kept = _NOW.setdefault(store, {})
    if wave not in kept or kept[wave][0] != state:
        kept[wave] = (state, _standing(store, wave, []))
    return kept[wave][1]


def _standing(store: Store, wave: str, incoming: Sequence[Microdata]) -> Standing:
    announced, form = store.wave(wave), store.form(wave).joined
    microdata = store.microdata(wave, *incoming)
    counting = Counting(chosen=kept_submissions(store.catalogue, wave))
    fieldwork = _fieldwork(announced, form, microdata.households, counting)
    response = _response(fieldwork, announced.sample_eas)
    try:
        if fieldwork is not None:
            _check_coverage(announced, fieldwork)
        weighed = pipeline.weigh_answers(announced, form, microdata, counting)
        level = weighed.gazetteer.main_level()
        shares = pipeline.published(weighed, (PROVINCE, level)).replace({"breakdown": {level: DISTRICT}})
        return Standing(_shares(shares, announced), response)
    except Refusal as refusal:
        return Standing(pd.DataFrame(columns=[*KEYS, *FIGURES]), response, refusal.findings)


def _shares(estimates: pd.DataFrame, announced: Wave) -> pd.DataFrame:
    """Keep the headline and what the definition sets beside it, in its order."""
    entries = load_definition(places.definition(announced.definition)).publish
    order = {(entry.rule, entry.base): number for number, entry in enumerate(entries)}
    keys = [order.get(key) for key in zip(estimates["indicator"], estimates["base"], strict=True)]
    rank = pd.Series(keys, index=estimates.index, dtype=float).dropna().sort_values(kind="stable")
    return estimates.loc[rank.index, [*KEYS, *FIGURES]].reset_index(drop=True)


def _fieldwork(
    announced: Wave, form: Instrument, households: pd.DataFrame, counting: Counting
) -> Fieldwork | None:
    """Settle the sample, also of a wave without a single submission; nothing where that cannot be done."""
    if announced.sample_eas.empty or lacking_roles(form, FIELDWORK_ROLES):
        return None
    named = in_roles(households, form)
    if named.empty:  # nothing was accepted yet, so that the columns of the tool are missing, too
        columns = list(dict.fromkeys([*named, *DECISIVE]))
        named = pd.DataFrame(columns=columns, index=pd.Index([], dtype="str"), dtype="str")
    return settle(
        named,
        announced.sample_eas,
        announced.sample_households,
        decisions=counting.chosen,
        policy=counting.policy,
    )


def _check_coverage(announced: Wave, fieldwork: Fieldwork) -> None:
    """Refuse a wave without a definition, and name the strata that have no usable interview yet."""
    if not announced.definition:
        raise Refusal(finding("wave_without_definition", value=announced.name))
    strata = announced.sample_eas.set_index("ea_code")["stratum"]
    begun = set(fieldwork.interviews["ea_code"].map(strata))
    empty = [stratum for stratum in strata.unique() if stratum not in begun]
    if empty:
        rest = len(empty) - SHOWN_STRATA
        named = ", ".join(empty[:SHOWN_STRATA]) + (f" (+{rest})" if rest > 0 else "")
        facts = {"count": len(empty), "total": strata.nunique(), "strata": named}
        raise Refusal(finding("movement_strata_empty", value=announced.name, facts=facts))


def _response(fieldwork: Fieldwork | None, sample_eas: pd.DataFrame) -> pd.DataFrame:
    """Count households and areas of the province, the districts and every sampled area."""
    if fieldwork is None:
        return pd.DataFrame(columns=[*PLACE, *COUNTS])
    households, areas = fieldwork.households, sample_eas.set_index("ea_code")
    counted = pd.DataFrame(
        {
            "issued": 1,
            "returned": households["key"].ne("").astype(int),
            "interviewed": households["disposition"].isin([COMPLETE, PARTIAL]).astype(int),
        }
    )
    each = counted.groupby(households["ea_code"]).sum().reindex(areas.index, fill_value=0)
    each = each.assign(
        areas=1,
        begun=each["returned"].gt(0).astype(int),
        done=(each["returned"].gt(0) & each["returned"].eq(each["issued"])).astype(int),
    )
    units = {
        PROVINCE: pd.Series(PROVINCE, index=areas.index),
        DISTRICT: areas[widest_units(sample_eas)[1]],
        AREA: areas.index.to_series(),
    }
    tables = [
        each.groupby(unit).sum().rename_axis("unit").reset_index().assign(breakdown=breakdown)
        for breakdown, unit in units.items()
    ]
    return pd.concat(tables, ignore_index=True)[[*PLACE, *COUNTS]]


def _beside(now: pd.DataFrame, after: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Put the figures of both sides beside each other, missing where a side has none."""
    sides = [
        frame.set_index(list(keys)).add_suffix(f"_{side}")
        for side, frame in zip(SIDES, (now, after), strict=True)
    ]
    if now.empty or after.empty:
        index = sides[1].index if now.empty else sides[0].index
        sides = [side.reindex(index) for side in sides]
    return pd.concat(sides, axis=1).reset_index()


def _written(shares: pd.DataFrame, name: str, side: str) -> "pd.Series[str]":
    """One figure of every row to the digits that are shown."""
    words: pd.Series[str] = shares[f"{name}_{side}"].map(WRITTEN[name].format)
    if name not in ALWAYS_SHOWN:
        words = words.mask(shares[f"quality_{side}"].eq(SUPPRESS), "")
    return words


def _definition_sha256(announced: Wave) -> str:
    """Sha-256 of the definition as the file is today; empty where the wave has none."""
    if not announced.definition:
        return ""
    return load_definition(places.definition(announced.definition)).sha256


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    cells = frame.astype(object).where(frame.notna(), None)
    return [{str(name): cell for name, cell in row.items()} for row in cells.to_dict("records")]


def _in_silence(_side: str) -> None:
    pass
