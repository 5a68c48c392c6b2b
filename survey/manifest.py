"""The manifest of a release: everything that decided its numbers, and nothing that depends on the clock."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from survey import places
from survey.contents import data_fingerprint
from survey.geography.gazetteer import apart
from survey.indicators.declared import load_declared
from survey.indicators.definition import Definition, load_definition
from survey.indicators.funnel import load_funnel
from survey.indicators.history import load_history
from survey.international_levels import levels_for
from survey.policy import STANDARD, StatePolicy
from survey.release import fingerprint, release_id, software
from survey.scored import WEIGHT_COLUMNS, Scored
from survey.store import Upload
from survey.wave import Wave, WeighedWave, samples_fingerprint

DRAFT = "draft"
LEVEL = 0.95
POLICY: Mapping[str, Any] = {
    "rejected_interviews": "household counted as 239 (other), interview not used",
    "states_not_counted": "household counted as 239 (other), interview not used",
    "wrong_respondent": "household counted as 222 (not contacted), interview not used",
    "duplicates": "the submission that a person chose, else the earliest of those in a state that counts",
    "not_weighable": "interview without sex, age or eligible persons: counted as 239 (other), not used",
    "resubmissions": "of a submission uploaded again the newest upload",
    "corrections": "applied to the answers, never to the cells, where the answer is still the one corrected",
}


@dataclass(frozen=True, slots=True)
class Decided:
    """Sha-256 over the corrections in force, and over the households whose submission was chosen."""

    corrections: str
    households: str


def manifest(
    weighed: WeighedWave, scored: Scored, uploads: Sequence[Upload], decided: Decided
) -> dict[str, Any]:
    """Return the manifest, its ``release_id`` included; ``files`` is added when the files are written."""
    wave = weighed.wave
    inputs = {
        "wave": wave.name,
        "state": DRAFT,
        "synthetic": wave.synthetic,
        "software": dict(software()),
        "definition": _definition(scored.definition),
        "beside_definition": _beside_definition(),
        "international": _international(scored.definition),
        "form": _form(weighed),
        "geography": _geography(weighed),
        "data": _data(weighed, uploads),
        "office": _office(weighed, decided),
        "design": _design(weighed, scored),
        "policy": _policy(weighed.policy),
        "goals": [
            {"year": goal.year, "op": goal.op, "target": goal.target} for goal in scored.definition.goals
        ],
    }
    name = release_id(wave.name, inputs)
    return {"release_id": name, **inputs, "weights": dict(weighed.weights.diagnostics)}


def is_current(manifest: Mapping[str, Any], wave: Wave, uploads: Sequence[Upload], decided: Decided) -> bool:
    """Tell, without computing anything, whether a release would come out the same today."""
    definition = load_definition(places.definition(wave.definition))
    return bool(
        manifest["software"] == software()
        and manifest["definition"] == _definition(definition)
        and manifest.get("beside_definition") == _beside_definition()
        and manifest.get("international") == _international(definition)
        and manifest["geography"]["sha256"] == _geography_fingerprint(wave)
        and manifest["data"]["uploads"] == _received(uploads)
        and manifest["policy"] == _policy(STANDARD)
        and {name: told["sha256"] for name, told in manifest["office"].items()} == asdict(decided)
    )


def _definition(definition: Definition) -> dict[str, Any]:
    names = ("id", "version", "status", "sha256", "approved_by")
    return {name: getattr(definition, name) for name in names}


def _beside_definition() -> dict[str, Any]:
    """Tell what is declared beside the definition and decides tables of the release."""
    funnel, readings = load_funnel(places.funnel()), load_declared(places.other_readings())
    return {
        "funnel": {"id": funnel.id, "version": funnel.version, "sha256": funnel.sha256},
        "readings": {"id": readings.id, "version": readings.version, "sha256": readings.sha256},
        "versions": {"sha256": load_history(places.definition_versions()).sha256},
    }


def _international(definition: Definition) -> dict[str, str]:
    levels = levels_for(definition)
    return levels.about() if levels else {}


def _form(weighed: WeighedWave) -> dict[str, Any]:
    seen = weighed.microdata.households["form_version"].dropna().unique()
    return {"id": weighed.wave.instrument.form_id, "versions": sorted(seen), "wave": weighed.wave.fingerprint}


def _geography(weighed: WeighedWave) -> dict[str, Any]:
    return {
        **weighed.gazetteer.about(),
        "sha256": _geography_fingerprint(weighed.wave),
    }


def _geography_fingerprint(wave: Wave) -> str:
    folder = places.geography(apart(wave.geography)[0])
    if not folder.is_dir():
        return ""  # the pack is not on this machine: nothing follows from it here
    return fingerprint((path for path in folder.iterdir() if path.is_file()), folder)


def _data(weighed: WeighedWave, uploads: Sequence[Upload]) -> dict[str, Any]:
    return {
        "fingerprint": data_fingerprint(weighed.microdata, weighed.wave.instrument),
        "samples": samples_fingerprint(weighed.wave),
        "uploads": _received(uploads),
        "submissions": len(weighed.microdata.households),
        "interviews": len(weighed.weights.persons),
    }


def _office(weighed: WeighedWave, decided: Decided) -> dict[str, Any]:
    """Tell what the office decided about the answers: corrections, and submissions that were chosen."""
    states = Counter(fate.state for fate in weighed.microdata.corrections)
    copies = Counter(found.code for found in weighed.fieldwork.findings)
    return {
        "corrections": {
            "applied": states["applied"],
            "without_effect": states["set_aside"] + states["not_asked"],
            "sha256": decided.corrections,
        },
        "households": {
            "submissions_dropped_by_decision": copies["fieldwork_copy_decided"],
            "submissions_dropped_by_rule": copies["fieldwork_copy_dropped"],
            "sha256": decided.households,
        },
    }


def _policy(policy: StatePolicy) -> dict[str, Any]:
    return {"review_states_used": list(policy.states), **POLICY}


def _received(uploads: Sequence[Upload]) -> list[dict[str, str]]:
    received = [{"sha256": one.upload_id, "file": one.file, "source": one.source} for one in uploads]
    return sorted(received, key=lambda one: one["sha256"])


def _design(weighed: WeighedWave, scored: Scored) -> dict[str, Any]:
    register = weighed.weights.register
    calibration = " + ".join(scored.calibration.variables)
    return {
        "strata": int(register["stratum"].nunique()),
        "psu_sampled": len(register),
        "psu_with_interviews": int(weighed.weights.persons["ea_code"].nunique()),
        "weights": WEIGHT_COLUMNS[scored.weighting],
        "interval": scored.interval,
        "level": LEVEL,
        "variance": f"linearised, first stage with replacement, residuals of calibration on {calibration}",
        "standard": "NCHS 2017",
        **({"follows": asdict(weighed.wave.follows)} if weighed.wave.follows else {}),
    }
