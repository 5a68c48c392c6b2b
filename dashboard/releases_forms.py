"""The form in which those in charge move a release on: which step, with which reason, from which time."""

from collections.abc import Sequence

import streamlit as st

from dashboard import access, parts, signing
from dashboard.releases_view import Listed
from dashboard.stores import open_store
from dashboard.text import Text
from survey.messages import Refusal
from survey.publishing import keeping
from survey.publishing.states import PUBLISHED, Action, allowed

SAID, ROUND = "releases_said", "releases_round"
TIMED = frozenset({*PUBLISHED, "reschedule"})


def take_step(text: Text, found: Sequence[Listed]) -> None:
    """Offer the steps that the reader may take with a release, and take the one that is sent."""
    st.header(text("releases.step"), anchor=False)
    who = access.reader()
    open_to = {one.release_id: one for one in found if steps_of(one, who)}
    if not open_to:
        st.html(parts.block("quiet", text("releases.step_none")))
        return
    st.html(parts.block("quiet", text("releases.step_note")))
    left, right = st.columns(2)
    chosen = left.selectbox(text("releases.choose"), list(open_to), key="releases_step")
    one = open_to[chosen]
    action = right.selectbox(
        text("releases.action"),
        steps_of(one, who),
        format_func=lambda name: text(f"releases.action_{name}"),
        key=f"releases_action_{chosen}_{one.standing.number}",
    )
    st.html(parts.block("plain", text(f"releases.note_{action}")))
    ask(text, one, action, found)


def steps_of(one: Listed, who: access.Reader) -> list[Action]:
    """List the steps with a release that fit its state and the rights of a reader."""
    standing = one.standing
    fitting = allowed(standing.state, ahead=bool(standing.embargo))
    return [action for action in fitting if who.may_take(standing.state, action)]


def ask(text: Text, one: Listed, action: Action, found: Sequence[Listed]) -> None:
    """Ask for what a step needs, and take it."""
    name, round_ = one.release_id, st.session_state.setdefault(ROUND, 0)
    embargo = successor = ""
    with st.form(f"step_{name}_{action}_{round_}", border=True):
        if action == "correct":
            others = [other.release_id for other in found if fits_in_place_of(other, one)]
            successor = (
                st.selectbox(text("releases.successor"), others, help=text("releases.successor_help")) or ""
            )
        if action in TIMED and (action == "reschedule" or one.standing.state == "checked"):
            label, hint = text("releases.embargo"), text("releases.embargo_help")
            embargo = st.text_input(
                label, max_chars=25, help=hint, placeholder=text("releases.embargo_example")
            )
        left, right = st.columns([1, 2])
        who = signing.ask_who(text("releases.who"), hint=text("releases.who_help"), place=left)
        why = right.text_input(text("releases.why"), max_chars=300, help=text("releases.why_help"))
        sent = st.form_submit_button(text(f"releases.action_{action}"), type="primary")
    if not sent:
        return
    try:
        entry = keeping.move(
            open_store().catalogue, name, action,
            who=who, why=why, embargo=embargo, successor=successor, seen=one.standing.number,
        )  # fmt: skip
    except Refusal as refusal:
        st.html(parts.refusal(text("releases.not_done"), refusal.sentence(text.language)))
        return
    st.session_state[SAID] = text(
        "releases.done", {"release": name, "state": text(f"state.{entry.state}").lower()}
    )
    st.session_state[ROUND] = round_ + 1
    st.rerun()


def fits_in_place_of(other: Listed, one: Listed) -> bool:
    """Whether a release can replace another: of the same wave, and published."""
    same = other.wave == one.wave and other.release_id != one.release_id
    return same and other.standing.state in PUBLISHED
