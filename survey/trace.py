"""From a published number back to the interviews that made it: file, row, weight, and yes or no.

The wave is read again from exactly the uploads that the release names, by the form versions that were
registered by then and by the definition that the release keeps; what came later does not count. The
recomputed number is compared with the published one to the last digit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import Any, get_args

import pandas as pd

from survey import pipeline
from survey.contents import data_fingerprint
from survey.corrections.applying import corrected
from survey.corrections.log import Entry, log_then, read_log
from survey.duplicates import kept_then
from survey.estimates import COLUMNS, published_table
from survey.harmonise import harmonise_all
from survey.messages import Refusal, finding
from survey.policy import Counting, StatePolicy
from survey.registry import registered
from survey.release import Release, software
from survey.resubmissions import newest
from survey.scored import PROVINCE, WEIGHT_COLUMNS, Scored, Weighting, scored
from survey.store import Store
from survey.trace_rows import Reread, interview_rows, other_rows
from survey.versions import Versions, known_versions
from survey.wave import Wave, WeighedWave

KEYS = ["indicator", "base", "breakdown", "unit"]


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """One published number and the rows it stands on.

    Attributes
    ----------
    release : Release
    published, recomputed : Series
        A row of the estimates as the release holds it, and as it comes out today; shares in 0..1.
    interviews : DataFrame
        The interviews that count, heaviest contribution first: ``upload`` (sha-256), ``file``, ``row`` (as
        Excel shows it), ``submission``, ``household``, ``ea_code``, ``weight``, ``y`` (1 or 0),
        ``contribution`` (weight times y).
    others : DataFrame
        The rest of the unit: ``upload, file, row, submission, household, ea_code, disposition, reason``; see
        :func:`survey.trace_rows.other_rows`.
    same_software, same_data : bool
        Whether the code and libraries are those of the release, and whether the uploads read as they did.
    """

    release: Release
    published: pd.Series
    recomputed: pd.Series
    interviews: pd.DataFrame
    others: pd.DataFrame
    same_software: bool
    same_data: bool

    @property
    def numerator(self) -> float:
        """Weighted sum of the interviews that have the trait, in persons."""
        return float(self.interviews["contribution"].sum())

    @property
    def denominator(self) -> float:
        """Weighted sum of all interviews that count, in persons."""
        return float(self.interviews["weight"].sum())

    @property
    def share(self) -> float:
        """Numerator by denominator; NaN where no interview counts."""
        return self.numerator / self.denominator if self.denominator else nan

    @property
    def difference(self) -> float:
        """Recomputed less published, in 0..1."""
        return float(self.recomputed["estimate"] - self.published["estimate"])

    @property
    def is_same(self) -> bool:
        """Whether every figure of the row comes out to the last digit."""
        now, then = (row[list(COLUMNS)].astype(object) for row in (self.recomputed, self.published))
        return bool((now.eq(then) | (now.isna() & then.isna())).all())

    def to_json(self) -> dict[str, Any]:
        """Return the trace as plain values; a number that is not there is null."""
        return {
            "release_id": self.release.id,
            **{name: self.published[name] for name in KEYS},
            "published": _plain(self.published.drop(KEYS)),
            "recomputed": _plain(self.recomputed.drop(KEYS)),
            "same": self.is_same,
            "difference": None if isnan(self.difference) else self.difference,
            "same_software": self.same_software,
            "same_data": self.same_data,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "interviews": [_plain(row) for _, row in self.interviews.iterrows()],
            "others": [_plain(row) for _, row in self.others.iterrows()],
        }


def trace(
    store: Store,
    release_id: str,
    *,
    indicator: str = "headline",
    base: str | None = None,
    by: str = PROVINCE,
    unit: str = PROVINCE,
) -> Trace:
    """Trace a number of a release to the rows of the uploaded files.

    Parameters
    ----------
    store : Store
    release_id : str
    indicator, base, by, unit : str
        Which number; the base is by default the one of the headline.

    Raises
    ------
    Refusal
        When the release or the number is not there, an upload of it is missing, or the wave cannot be weighed
        any more by the software of today.
    """
    release = store.open_release(release_id)
    base = base or release.definition.headline.base
    number = dict(zip(KEYS, (indicator, base, by, unit), strict=True))
    row = _published(release, number)
    read = _reread(store, release)
    persons = _scored(read.weighed, release)
    inside, scores = _of_unit(persons, number)
    about = release.manifest
    found = data_fingerprint(read.weighed.microdata, read.weighed.wave.instrument)
    return Trace(
        release=release,
        published=row,
        recomputed=_row(published_table(persons, by), number).iloc[0],
        interviews=interview_rows(read, scores, persons.design.weight),
        others=other_rows(read, scores.index, inside, by=by, unit=unit),
        same_software=about["software"] == software(),
        same_data=about["data"]["fingerprint"] == found,
    )


def _published(release: Release, number: Mapping[str, str]) -> pd.Series:
    """Return the row of a number in the release, or refuse and say which there are."""
    bounds = [base.id for base in release.definition.bases.values() if base.factor]
    frame = release.estimates["edition"] == release.manifest["geography"]["edition"]
    table = release.estimates[frame & ~release.estimates["base"].isin(bounds)]
    row = _row(table, number)
    if row.empty:
        facts = {name: ", ".join(dict.fromkeys(_near(table, number, name))) for name in KEYS}
        raise Refusal(finding("trace_number_unknown", value=" ".join(number.values()), facts=facts))
    return row.iloc[0]


def _near(table: pd.DataFrame, number: Mapping[str, str], name: str) -> "pd.Series[str]":
    """Known values of one key: of units those of the breakdown, where there is such a one."""
    alike = table[table["breakdown"] == number["breakdown"]]
    return (alike if name == "unit" and len(alike) else table)[name]


def _row(table: pd.DataFrame, number: Mapping[str, str]) -> pd.DataFrame:
    return table[table[KEYS].eq(pd.Series(number)).all(axis=1)].reset_index(drop=True).head(1)


def _reread(store: Store, release: Release) -> Reread:
    """Read the wave from the uploads that the release names, by the forms that were registered by then."""
    wave = store.wave(str(release.manifest["wave"]))
    files = {one["sha256"]: one["file"] for one in release.manifest["data"]["uploads"]}
    known = [upload.upload_id for upload in store.uploads(wave.name) if upload.upload_id in files]
    if lost := [files[name] for name in files if name not in known]:
        raise Refusal(finding("trace_upload_missing", value=release.id, facts={"files": ", ".join(lost)}))
    form = _form(store, release, wave)
    parts = harmonise_all([store.export(name) for name in known], form)
    log, counting = _decided(store, release, wave.name)
    microdata = corrected(newest(parts, form.joined), log, form)
    return Reread(pipeline.weigh_answers(wave, form.joined, microdata, counting), parts, form.joined, files)


def _decided(store: Store, release: Release, wave: str) -> tuple[Sequence[Entry], Counting]:
    """Return the corrections and the choices that held when the release was frozen, and its policy."""
    policy = StatePolicy(tuple(release.manifest["policy"]["review_states_used"]))
    office = release.manifest.get("office")
    if office is None:  # frozen by software without corrections
        return (), Counting(policy)
    log = log_then(read_log(store.catalogue, wave), office["corrections"]["sha256"])
    return log, Counting(policy, kept_then(store.catalogue, wave, office["households"]["sha256"]))


def _form(store: Store, release: Release, wave: Wave) -> Versions:
    """Return the form with its versions that were registered when the release was frozen."""
    rows = store.releases(wave.name)
    frozen = next(row["created"] for row in rows if row["release_id"] == release.id)
    forms = registered(store.catalogue)
    own = (form for form in forms if form.form_id == wave.instrument.form_id and form.created <= frozen)
    return known_versions(wave.instrument, [form.instrument() for form in own])


def _scored(weighed: WeighedWave, release: Release) -> Scored:
    """Score the interviews by the definition, the weights and the interval of the release."""
    design = release.manifest["design"]
    weighting = next(name for name in get_args(Weighting) if WEIGHT_COLUMNS[name] == design["weights"])
    return scored(
        weighed.weights,
        release.definition,
        weighed.gazetteer,
        year=weighed.wave.year,
        weighting=weighting,
        interval=design["interval"],
    )


def _of_unit(persons: Scored, number: Mapping[str, str]) -> tuple[pd.Index, pd.Series]:
    """Keys of all usable interviews of the unit, and the scores of those that count."""
    meaning = (number["indicator"], number["base"])
    column = next(name for name, known in persons.published().items() if known == meaning)
    rows = persons.persons
    if number["breakdown"] != PROVINCE:
        rows = rows[rows[number["breakdown"]].astype("str") == number["unit"]]
    return rows.index, rows[column].dropna().astype(float)


def _plain(row: pd.Series) -> dict[str, Any]:
    """Cells of a row as JSON knows them."""
    return {
        str(name): None if pd.isna(cell) else cell.item() if hasattr(cell, "item") else cell
        for name, cell in row.items()
    }
