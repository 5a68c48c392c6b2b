"""How the numbers are made, in an official's words with the facts of a release; what a dashboard owes."""

import os
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from dashboard import data, layout, published
from dashboard.readings import PROVINCE
from dashboard.tables import NOTE, WORD, Column, Row
from dashboard.text import Text
from survey.release import Release
from survey.validation.times import LOCAL_ZONE

CONTACT_VARIABLE, REVIEW_VARIABLE = "KYNANGSO_CONTACT", "KYNANGSO_REVIEW"
HOW = (
    "sample",
    "response",
    "weights",
    "interval",
    "verdict",
    "family",
    "suppression",
    "change",
    "international",
)
TRUST = ("assumptions", "limits", "simulated")
OWED = (
    "accessibility", "source", "status", "limits", "revisions", "coherence", "update", "formats", "plan",
    "contact",
)  # fmt: skip
DAY = 10  # letters of a day in ISO text


@dataclass(frozen=True, slots=True)
class Issue:
    """One release in the list of revisions: `created` as ISO text in UTC."""

    id: str
    wave: str
    created: str
    state: str
    definition: str


def facts_of(text: Text, release: Release) -> dict[str, str]:
    """Collect what the sentences of the page name of a release."""
    manifest = release.manifest
    design, level = manifest["design"], manifest["design"]["level"]
    response = release.response[release.response["breakdown"] == PROVINCE].iloc[0]
    goals = ", ".join(
        text("goal.line", {"year": goal.year, "target": text.target(goal.op, goal.target)}).lower()
        for goal in release.definition.goals
    )
    return {
        "wave": str(manifest["wave"]),
        "place": text.inside(data.province_name(release, text.language)),
        "strata": text.count(design["strata"]),
        "sampled": text.count(design["psu_sampled"]),
        "areas": text.count(design["psu_with_interviews"]),
        "issued": text.count(response["issued"]),
        "interviews": text.count(manifest["data"]["interviews"]),
        "rr1": text.percent(response["RR1"]),
        "level": layout.level(text, release),
        "error": text.percent((1 - level) / 2),
        "goals": goals,
        "kish": text.decimal(manifest["weights"]["raking"]["kish_after"], 2),
        "edition": layout.edition_words(text, data.divisions(release)[0]),
        "definition": f"{manifest['definition']['id']} {manifest['definition']['version']}",
    }


def chapters(text: Text, release: Release) -> tuple[tuple[str, str], ...]:
    """Write how the numbers are made: title and words, in reading order."""
    facts = facts_of(text, release)
    return tuple((text(f"methods.{one}_title"), text(f"methods.{one}", facts)) for one in HOW)


def cautions(text: Text, release: Release) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Write what the numbers rest on and where they end, a line each."""
    facts = facts_of(text, release)
    shown = (one for one in TRUST if one != "simulated" or release.manifest["synthetic"])
    return tuple(
        (text(f"methods.{one}_title"), tuple(text(f"methods.{one}", facts).split("\n"))) for one in shown
    )


def contact(text: Text) -> str:
    """Say whom to ask: what the administrator declared, or that nobody did."""
    told = os.environ.get(CONTACT_VARIABLE, "").strip()
    return text("methods.contact", {"contact": told}) if told else text("methods.contact_missing")


def issues() -> tuple[Issue, ...]:
    """Return every release that a reader may open, the newest first."""
    created = {str(row["release_id"]): str(row["created"]) for row in data.open_store().releases()}
    known = [_issue(name, created[name]) for name in data.release_ids()]
    return tuple(sorted(known, key=lambda one: one.created, reverse=True))


def updated(text: Text, release: Release) -> str:
    """Say when the release was made and what comes next."""
    day = next(one.created[:DAY] for one in issues() if one.id == release.id)
    return text("methods.updated", {"day": text.day(day), "release": release.id})


def review(text: Text) -> str:
    """Say when the office reviews whether the dashboard goes on; a day that cannot be read is none."""
    told = os.environ.get(REVIEW_VARIABLE, "").strip()
    try:
        day = date.fromisoformat(told)
    except ValueError:
        return text("methods.review_open")
    today = published.now().astimezone(ZoneInfo(LOCAL_ZONE)).date()
    ahead = day >= today
    facts = {"day": text.day(day.isoformat())}
    return text("methods.review_ahead" if ahead else "methods.review_over", facts)


def issue_table(text: Text, release: Release) -> tuple[tuple[Column, ...], list[Row]]:
    """Write the list of releases, that of the page in bold."""
    columns = (
        Column(text("methods.col_release")),
        Column(text("methods.col_wave"), WORD),
        Column(text("methods.col_day"), WORD),
        Column(text("methods.col_state"), WORD),
        Column(text("methods.col_definition"), WORD),
    )
    rows = [
        Row(
            one.id,
            (one.wave, text.day(one.created[:DAY]), text(f"state.{one.state}"), one.definition),
            strong=one.id == release.id,
        )
        for one in issues()
    ]
    return columns, rows


def owed_table(text: Text) -> tuple[tuple[Column, ...], list[Row]]:
    """Write the ten items of the regulator's guidance and where the app meets each."""
    columns = (
        Column(text("methods.col_item")),
        Column(text("methods.col_where"), NOTE),
    )
    titles = {one: text(f"owed.{one}") for one in OWED}
    rows = [
        Row(f"{place}. {titles[one]}", (text(f"owed_where.{one}"),))
        for place, one in enumerate(OWED, start=1)
    ]
    return columns, rows


def _issue(name: str, created: str) -> Issue:
    manifest = published.manifest(name)
    state, version = published.state_of(name), str(manifest["definition"]["version"])
    return Issue(name, str(manifest["wave"]), created, state, version)
