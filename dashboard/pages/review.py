"""Rà soát: which submission of a household counts, corrections with their reasons, and the log of both."""

import streamlit as st

from dashboard import data, layout, parts, reviewing, signing
from dashboard.review_view import show_group, show_log, show_looked
from dashboard.text import Text
from survey.corrections import keeping, sheets
from survey.duplicates import Group, decide, queue
from survey.messages import Refusal

ROUND, SAID = "review_round", "review_said"


def main() -> None:
    """Write the page."""
    text = layout.reader_text()
    layout.admit(text, "review")
    st.title(text("review.title"), anchor=False)
    st.html(parts.block("plain", text("review.lead")))
    st.html(parts.block("notice", text("review.privacy")))
    wave = layout.choose_wave(text)
    if wave is None:
        return
    if said := st.session_state.pop(SAID, ""):
        st.html(parts.block("notice", said))
    settle_households(text, wave)
    take_corrections(text, wave)
    st.header(text("review.log"), anchor=False)
    show_log(text, keeping.listed(data.open_store(), wave))


def settle_households(text: Text, wave: str) -> None:
    """Show the queue, one household at a time, and take the decision about it."""
    st.header(text("review.queue"), anchor=False)
    groups = {group.household: group for group in queue(data.open_store(), wave)}
    if not groups:
        st.html(parts.block("quiet", text("review.queue_empty")))
        return
    waiting = sum(group.state != "decided" for group in groups.values())
    facts = {"waiting": text.count(waiting), "all": text.count(len(groups))}
    st.html(parts.block("plain", text("review.queue_counts", facts)))
    household = st.selectbox(
        text("review.household"),
        list(groups),
        format_func=lambda name: f"{name} ({text(f'review.{groups[name].state}')})",
        key="review_household",
    )
    show_group(text, groups[household], wave)
    ask_for_decision(text, groups[household], wave)


def ask_for_decision(text: Text, group: Group, wave: str) -> None:
    """Take which submission counts, who says so and why."""
    with st.form(f"decide_{group.household}", border=True):
        chosen = st.radio(
            text("review.keep"),
            range(len(group.submissions)),
            index=None,
            format_func=lambda place: reviewing.submission_name(text, group, place),
        )
        who = signing.ask_who(text("review.who"), hint=text("review.who_help"))
        why = st.text_input(text("review.why"), max_chars=200, help=text("review.why_help"))
        sent = st.form_submit_button(text("review.decide"), type="primary")
    if not sent:
        return
    kept = "" if chosen is None else group.submissions[chosen]
    if not kept:
        st.html(parts.refusal(text("review.not_kept"), text("review.choose_one")))
        return
    try:
        decide(data.open_store(), wave, group.household, keep=kept, who=who, why=why)
    except Refusal as refusal:
        st.html(parts.refusal(text("review.not_kept"), refusal.sentence(text.language)))
        return
    st.session_state[SAID] = text("review.decided_now", {"household": group.household})
    st.rerun()


def take_corrections(text: Text, wave: str) -> None:
    """Offer the sheet to fill in, take it back, show what it would do, and ask for confirmation."""
    st.header(text("review.corrections"), anchor=False)
    st.html(parts.block("plain", text("review.how")))
    file = f"{text('review.template_file')}.xlsx"
    st.download_button(text("review.template"), sheets.template, file, on_click="ignore")
    st.html(parts.uploader_words(text))
    key = f"corrections_{st.session_state.setdefault(ROUND, 0)}"
    with st.container(key="uploader"):
        sent = st.file_uploader(text("review.widget"), key=key)
    if sent is None:
        return
    looked = reviewing.look(data.open_store(), sent.name, sent.getvalue(), wave)
    with st.container(border=True):
        st.html(parts.file_name(looked.name))
        show_looked(text, looked)
    if looked.is_ready and st.button(text("review.confirm"), type="primary"):
        if keeping.keep(data.open_store(), looked.checked):
            facts = {"n": text.count(len(looked.checked.wanted))}
            st.session_state[SAID] = text("review.kept", facts)
            st.session_state[ROUND] += 1
            st.rerun()
        st.html(parts.refusal(text("review.not_kept"), text("review.others_first")))


main()
