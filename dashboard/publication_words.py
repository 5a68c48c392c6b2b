"""How a release stands, in words: beside every title, in every file, at the address of a withdrawn one."""

from datetime import datetime
from html import escape
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dashboard import parts, uploads
from dashboard.text import Text
from survey.publishing.standing import Standing
from survey.validation.times import LOCAL_ZONE


def state_word(text: Text, standing: Standing) -> str:
    """Name the state of a release."""
    return text(f"state.{standing.state}")


def state_line(text: Text, standing: Standing) -> str:
    """Write the state of a release for the frame under a title, with the time from which it holds."""
    word = state_word(text, standing).lower()
    if standing.embargo:
        facts = {"state": word, "time": short_time(text, standing.embargo)}
        return text("publication.line_embargo", facts)
    if standing.is_out:
        return text("publication.line_since", {"state": word, "time": short_time(text, standing.since)})
    return text("frame.state", {"state": word})


def warnings(text: Text, standing: Standing) -> tuple[str, ...]:
    """Say what nobody may overlook about the state: a draft, an embargo, a correction, a withdrawal."""
    if standing.embargo:
        return (text("publication.embargoed", {"time": uploads.local_time(text, standing.embargo)}),)
    if standing.state == "corrected":
        return (text("publication.corrected_by", {"release": standing.successor, "why": standing.why}),)
    if standing.state == "withdrawn":
        facts = {"time": uploads.local_time(text, standing.since), "why": standing.why}
        return (text("publication.withdrawn_why", facts),)
    return () if standing.is_out else (text("app.draft"),)


def short_time(text: Text, stamp: str) -> str:
    """Write a UTC time of the catalogue for a table, as a clock in Vietnam shows it."""
    at = datetime.fromisoformat(stamp).astimezone(ZoneInfo(LOCAL_ZONE))
    return text("publication.short_time", {"time": f"{at:%H:%M}", "day": text.day(at.date().isoformat())})


def link(text: Text, release_id: str, words: str, *, page: str = "") -> str:
    """Write a link to a release, on this page or at another address; the language stays."""
    asked = {"release": release_id} | ({"lang": text.language} if text.language != "vi" else {})
    address = f"{page}?{urlencode(asked)}" if release_id else f"{page}?"
    return f'<a href="{escape(address)}">{escape(words)}</a>'


def successor_link(text: Text, standing: Standing) -> str:
    """Write the link to the release that replaces a corrected one; "" for any other."""
    if standing.state != "corrected":
        return ""
    words = text("publication.to_successor", {"release": standing.successor})
    return f'<div class="ks ks-plain">{link(text, standing.successor, words)}</div>'


def withdrawn_notice(text: Text, release_id: str, standing: Standing) -> str:
    """Write what stands at the address of a withdrawn release in the place of its numbers."""
    facts = {"time": uploads.local_time(text, standing.since), "why": standing.why}
    said = text("publication.withdrawn_why", facts)
    title = text("publication.withdrawn_release", {"release": release_id})
    return parts.refusal(title, f"{said}\n{text('publication.withdrawn_numbers')}")
