"""The story of a wave: files come in, interviews are weighed, shares estimated, a release frozen."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd

from survey import places
from survey.change import Change, OverlapKind, change_between
from survey.corrections.applying import corrected, findings_of
from survey.corrections.log import digest as corrections_digest
from survey.corrections.log import read_log
from survey.duplicates import digest as decisions_digest
from survey.duplicates import kept_submissions
from survey.estimates import estimate_table, published_table, release_tables
from survey.exports import read_export
from survey.field_funnel import field_report
from survey.fieldwork import Fieldwork, response_table, settle
from survey.geography import open_geography
from survey.group_tables import group_tables
from survey.harmonise import harmonise_all
from survey.indicators.definition import load_definition
from survey.instrument import Instrument
from survey.international import international
from survey.manifest import Decided, is_current, manifest
from survey.messages import Refusal, finding
from survey.microdata import Microdata
from survey.policy import STANDARD, Counting, StatePolicy
from survey.quality_tables import quality_tables
from survey.receipt import Preview, Receipt, compared, refused
from survey.release import Release
from survey.roles import SETTLING_ROLES, WEIGHING_ROLES, in_roles, lacking_roles
from survey.scored import Scored, Weighting, scored
from survey.sensitivity import definition_report
from survey.store import Store
from survey.unit_table import unit_table
from survey.validation import refuse_stopping, validate
from survey.wave import Wave, WeighedWave
from survey.weighting_report import WeightingReport
from survey.weighting_steps import weighting_report
from survey.weights import weigh as weigh_interviews

STEPS = ("read", "harmonise", "validate", "compare", "keep")
Progress = Callable[[str], None]


def ingest(
    store: Store, path: Path, wave: str, *, name: str | None = None, progress: Progress | None = None
) -> Receipt:
    """Read a file, check it, and keep it for ever, once; a refused file leaves no trace.

    Parameters
    ----------
    store : Store
    path : Path
        The uploaded bytes.
    wave : str
        The wave it is for.
    name : str, optional
        What the person called the file.
    progress : callable, optional
        Told the name of each of `STEPS` as it begins.
    """
    try:
        seen = preview(store, path, wave, name=name, progress=progress)
        return accept(store, seen, progress=progress)
    except Refusal as refusal:
        return refused(name or path.name, refusal)


def preview(
    store: Store, path: Path, wave: str, *, name: str | None = None, progress: Progress | None = None
) -> Preview:
    """Read a file, check it and compare it with what is known; nothing is stored.

    Raises
    ------
    Refusal
        Says why, and what to do about it.
    """
    tell = progress or _in_silence
    announced = store.wave(wave)
    tell("read")
    form = store.form(wave)
    export = read_export(path, form.joined, name=name)
    tell("harmonise")
    (microdata,) = harmonise_all([export], form)
    refuse_stopping(microdata.findings)
    tell("validate")
    checks = validate(
        microdata,
        form.joined,
        sample_eas=announced.sample_eas,
        sample_households=announced.sample_households,
        gazetteer=open_geography(announced.geography),
        now=store.clock(),
    )
    refuse_stopping(checks)
    tell("compare")
    return _compared(store, Preview(wave, export, microdata, (*microdata.findings, *checks), form.joined))


def accept(store: Store, seen: Preview, *, progress: Progress | None = None) -> Receipt:
    """Keep a file that was previewed; when others have added files since, it is compared again.

    Raises
    ------
    Refusal
        When the same bytes belong to another wave, or the store cannot be written.
    """
    tell = progress or _in_silence
    tell("keep")
    if seen.known != _known(store, seen.wave):
        seen = _compared(store, seen)
    status = store.accept(seen.export, seen.wave)
    return seen.receipt(status)


def weigh(store: Store, wave: str, *, policy: StatePolicy = STANDARD) -> WeighedWave:
    """Settle the final result of every issued household of a wave and weigh the usable interviews.

    Parameters
    ----------
    store : Store
    wave : str
    policy : StatePolicy
        The review states of the interviews that count.

    Raises
    ------
    Refusal
        When the wave has no uploads or no sample, its form lacks a role that weights need, or what it has
        does not cover every stratum.
    """
    announced, microdata = _answers(store, wave)
    counting = Counting(policy, kept_submissions(store.catalogue, wave))
    return weigh_answers(announced, store.form(wave).joined, microdata, counting)


def weigh_answers(announced: Wave, form: Instrument, microdata: Microdata, counting: Counting) -> WeighedWave:
    """Weigh the usable interviews among given answers, accepted or not.

    Parameters
    ----------
    announced : Wave
    form : Instrument
        By which the answers were read.
    microdata : Microdata
    counting : Counting
        Which submissions count.

    Raises
    ------
    Refusal
        As :func:`weigh`.
    """
    fieldwork = settle_answers(announced, form, microdata, counting, needed=WEIGHING_ROLES)
    with _explained(announced.name):
        gazetteer = open_geography(announced.geography)
        weights = weigh_interviews(fieldwork, announced.sample_eas, gazetteer.raking_margins())
    return WeighedWave(announced, microdata, fieldwork, weights, gazetteer, counting.policy)


def settled(store: Store, wave: str) -> tuple[Wave, Microdata, Fieldwork]:
    """Settle the final result of every issued household of a wave by the standing policy.

    Raises
    ------
    Refusal
        When the wave has no uploads or no sample, or its form lacks a role.
    """
    announced, microdata = _answers(store, wave)
    counting = Counting(chosen=kept_submissions(store.catalogue, wave))
    return announced, microdata, settle_answers(announced, store.form(wave).joined, microdata, counting)


def settle_answers(
    announced: Wave,
    form: Instrument,
    microdata: Microdata,
    counting: Counting,
    *,
    needed: Sequence[str] = SETTLING_ROLES,
) -> Fieldwork:
    """Settle the final result of every issued household by given answers.

    Parameters
    ----------
    announced : Wave
    form : Instrument
        By which the answers were read.
    microdata : Microdata
    counting : Counting
        Which submissions count.
    needed : sequence of str
        Roles that the form must have.

    Raises
    ------
    Refusal
        When the wave has no sample, or its form lacks a role.
    """
    wave = announced.name
    if announced.sample_eas.empty:
        raise Refusal(finding("wave_without_sample", value=wave))
    if lacking := lacking_roles(form, needed):
        raise Refusal(finding("wave_roles_missing", value=wave, facts={"roles": ", ".join(lacking)}))
    with _explained(wave):
        return settle(
            in_roles(microdata.households, form),
            announced.sample_eas,
            announced.sample_households,
            decisions=counting.chosen,
            policy=counting.policy,
        )


def estimate(
    store: Store,
    wave: str,
    *,
    by: str = "province",
    edition: str | None = None,
    weights: Weighting = "raked",
    interval: str = "logit",
    policy: StatePolicy = STANDARD,
) -> pd.DataFrame:
    """Estimate every condition of the definition by one breakdown, of any edition of the territory (M16)."""
    weighed = weigh(store, wave, policy=policy)
    with _explained(wave):
        return estimate_table(score(weighed, weighting=weights, interval=interval), by, edition)


def published(weighed: WeighedWave, breakdowns: Sequence[str]) -> pd.DataFrame:
    """Estimate what a release would say by some breakdowns, without the bounds; nothing is frozen."""
    with _explained(weighed.wave.name):
        persons = score(weighed)
        tables = [published_table(persons, breakdown) for breakdown in breakdowns]
        return pd.concat(tables, ignore_index=True)


def score(weighed: WeighedWave, *, weighting: Weighting = "raked", interval: str = "logit") -> Scored:
    """Score the weighed interviews by the definition of the wave.

    Raises
    ------
    Refusal
        When the wave has no definition, because its form is another one.
    """
    if not weighed.wave.definition:
        raise Refusal(finding("wave_without_definition", value=weighed.wave.name))
    return scored(
        weighed.weights,
        load_definition(places.definition(weighed.wave.definition)),
        weighed.gazetteer,
        year=weighed.wave.year,
        weighting=weighting,
        interval=interval,
    )


def report(weighed: WeighedWave) -> WeightingReport:
    """Report what each step of the weighting did; without headline where the wave has no definition."""
    with _explained(weighed.wave.name):
        return weighting_report(weighed, score(weighed) if weighed.wave.definition else None)


def release(store: Store, wave: str, *, policy: StatePolicy = STANDARD) -> Release:
    """Freeze the estimates of a wave with all that decided them; the same inputs give the same release."""
    weighed = weigh(store, wave, policy=policy)
    with _explained(wave):
        persons = score(weighed)
        about = manifest(weighed, persons, store.uploads(wave), decided_by_office(store, wave))
        if about["release_id"] in {row["release_id"] for row in store.releases(wave)}:
            return store.open_release(about["release_id"])
        tables = release_tables(persons)
        form = store.form(wave).joined
        of_fields = field_report(weighed, persons, form)
        of_definition = definition_report(weighed, persons, form)
    store.freeze(
        Release(
            id=about["release_id"],
            manifest=about,
            estimates=tables.estimates,
            verdicts=tables.verdicts,
            response=response_table(weighed.fieldwork),
            weights=weighed.weights.diagnostics,
            definition=persons.definition,
            comparable=tables.comparable,
            weighting=weighting_report(weighed, persons),
            fields=of_fields,
            defined=of_definition,
            units=unit_table(weighed.gazetteer),
            groups=group_tables(persons, tables.comparable),
            quality=quality_tables(weighed, persons, tables.estimates),
            international=international(weighed.weights.persons, persons),
        )
    )
    return store.open_release(about["release_id"])


def scored_again(store: Store, frozen: Release) -> Scored:
    """Weigh and score the interviews that a release was made of.

    Raises
    ------
    Refusal
        When what the store or the software holds by now gives another release.
    """
    wave = str(frozen.manifest["wave"])
    policy = StatePolicy(tuple(frozen.manifest["policy"]["review_states_used"]))
    weighed = weigh(store, wave, policy=policy)
    with _explained(wave):
        persons = score(weighed)
        about = manifest(weighed, persons, store.uploads(wave), decided_by_office(store, wave))
    if about["release_id"] != frozen.id:
        raise Refusal(finding("release_moved_on", value=frozen.id))
    return persons


def change(store: Store, earlier: str, later: str, *, overlap: OverlapKind, by: str = "province") -> Change:
    """Compare the releases of two waves; no interview is read.

    Parameters
    ----------
    store : Store
    earlier, later : str
        Names of the releases.
    overlap, by
        As in :func:`survey.change.change_between`.

    Raises
    ------
    Refusal
        When a release is not there, or the two cannot be compared.
    """
    return change_between(store.open_release(earlier), store.open_release(later), overlap=overlap, by=by)


def current_release(store: Store, wave: str) -> str | None:
    """Name the newest release of a wave if it still follows from what the store and the software hold."""
    frozen = store.releases(wave)
    if not frozen:
        return None
    newest = store.open_release(frozen[-1]["release_id"])
    decided = decided_by_office(store, wave)
    return newest.id if is_current(newest.manifest, store.wave(wave), store.uploads(wave), decided) else None


def decided_by_office(store: Store, wave: str) -> Decided:
    """Digests of what the office decided about the answers of a wave, as a manifest tells them."""
    return Decided(
        corrections=corrections_digest(read_log(store.catalogue, wave)),
        households=decisions_digest(kept_submissions(store.catalogue, wave)),
    )


def _compared(store: Store, seen: Preview) -> Preview:
    """Compare a file with what the files before it said; then tell the corrections that it puts aside."""
    wave, incoming = seen.wave, seen.microdata
    known = store.microdata(wave, corrected=False)
    after = store.microdata(wave, incoming, corrected=False)
    made = compared(seen, known, after, uploads=_known(store, wave))
    log, form = read_log(store.catalogue, wave), store.form(wave)
    idle = findings_of(store.microdata(wave).corrections)
    fates = corrected(after, log, form).corrections
    new = tuple(replace(found, file=seen.export.file) for found in findings_of(fates) if found not in idle)
    return replace(made, differences=(*made.differences, *new))


def _answers(store: Store, wave: str) -> tuple[Wave, Microdata]:
    """Give a wave with all its answers, or refuse it where nothing was uploaded."""
    announced = store.wave(wave)
    if not store.uploads(wave):
        raise Refusal(finding("wave_empty", value=wave))
    return announced, store.microdata(wave)


def _known(store: Store, wave: str) -> tuple[str, ...]:
    return tuple(upload.upload_id for upload in store.uploads(wave))


@contextmanager
def _explained(wave: str) -> Iterator[None]:
    """Turn what the data or the definition do not allow into a refusal that names the wave."""
    try:
        yield
    except ValueError as problem:
        raise Refusal(finding("wave_not_computed", value=str(problem), facts={"wave": wave})) from problem


def _in_silence(_step: str) -> None:
    pass
