"""What every page has in common: language, menu, title with state and boundaries, banner, footer."""

import gc
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import streamlit as st
from streamlit.errors import Error as StreamlitError

from dashboard import access, data, parts, publication_words, published
from dashboard.chart_style import Chart
from dashboard.readings import HEADLINE, PROVINCE, readings
from dashboard.text import LANGUAGES, Text
from survey.messages import Refusal
from survey.policy import StatePolicy
from survey.publishing.standing import DRAFT
from survey.release import Release

START = "province"
PAGES = Path(__file__).with_name("pages")
MENU: Mapping[str, tuple[str, ...]] = {
    "results": ("province", "districts", "groups", "fields", "trend", "international", "other_targets"),
    "basis": ("definition", "quality", "weights", "methods"),
    "publication": ("releases", "downloads"),
    "collection": ("upload", "review", "fieldwork"),
    "design": ("planning",),
}
SHARED = ("lang", "release")  # choices that every page has
LINKS = "links"  # pages of the menu by name, for links between them
KEPT = "kept_{}"  # Streamlit forgets the choices of a page that is left
DRAWN = ("data", "layer", "resolve")  # what of a specification is not its frame
ICON = Path(__file__).with_name("icon.svg")
STYLE = Path(__file__).with_name("style.css")


def menu() -> st.Page:
    """Prepare a run of the app and return the page that was asked for."""
    text = reader_text()
    st.set_page_config(page_title=text("app.name"), page_icon=ICON, layout="wide")
    st.html(STYLE)
    st.html(parts.frame_words(text))
    who = access.reader()
    pages = {name: _entry(text, name, who) for names in MENU.values() for name in names}
    st.session_state[LINKS] = {name: page for name, page in pages.items() if who.may_open(name)}
    sections = {text(f"menu.{section}"): [pages[name] for name in names] for section, names in MENU.items()}
    chosen = st.navigation(sections, expanded=True)  # what folds a longer menu speaks English only
    with st.sidebar:
        choose("lang", LANGUAGES, label=text("app.language"), words=lambda code: text(f"language.{code}"))
        show_account(text, who)
        # Constant words; nothing else tells the browser the language of the page.
        st.html(parts.language_of_page(text), unsafe_allow_javascript=True)
    if not who.may_open(chosen.url_path or START):
        refuse(text, chosen.url_path)
    return chosen


def _entry(text: Text, name: str, who: access.Reader) -> st.Page:
    """Announce a page; who may not open it does not see it, and is told so at its address."""
    seen = "visible" if who.may_open(name) else "hidden"
    title = text(f"menu.{name}")
    path = PAGES / f"{name}.py"
    return st.Page(path, title=title, url_path=name, default=name == START, visibility=seen)


def admit(text: Text, page: str) -> None:
    """Let a reader go on where they may open the page; every page that is not for all begins so."""
    if not access.may_open(page):
        refuse(text, page)


def refuse(text: Text, page: str) -> None:
    """Say who may open a page, and stop."""
    st.title(text(f"menu.{page}"), anchor=False)
    st.html(parts.block("notice ks-plain", text("access.refused")))
    st.stop()


def show_account(text: Text, who: access.Reader) -> None:
    """Say in the sidebar who is here, and offer to log in or out where a login is set up."""
    if not access.accounts_configured():
        st.html(parts.block("quiet", text("app.local" if who.role == access.LOCAL else "access.reading")))
        return
    if not who.email:
        st.html(parts.block("quiet", text("access.reading")))
        if st.button(text("access.login")):
            log_in(text)
        return
    role = text(f"role.{who.role}")
    st.html(parts.block("quiet", text("access.as", {"who": who.code or who.email, "role": role})))
    if st.button(text("access.logout")):
        st.logout()


def log_in(text: Text) -> None:
    """Send the reader to the identity provider, or say what is not set up for that."""
    try:
        st.login()
    except StreamlitError:
        st.html(parts.block("notice", text("access.login_absent")))


def link(name: str, label: str, address: Mapping[str, str] | None = None) -> None:
    """Lead to another page in the reader's language and release; nothing where the menu has no such page."""
    page = st.session_state.get(LINKS, {}).get(name)
    if page is None:
        return
    kept = {key: st.query_params[key] for key in SHARED if key in st.query_params}
    st.page_link(page, label=label, query_params={**kept, **(address or {})})


def close(page: st.Page) -> None:
    """Close a page that was run, with its address, which only paper shows."""
    if shown := st.context.url:
        whole = urlsplit(shown)
        choices = urlencode(dict(st.query_params))
        address = whole._replace(path=whole.path or "/", query=choices).geturl()
        st.html(parts.block("address", reader_text()("first.address", {"address": address})))
    settle_memory(page.url_path)


def reader_text() -> Text:
    """Return the words in the language of the address, Vietnamese when it names none."""
    return Text(remembered("lang", LANGUAGES))


def remembered(name: str, options: tuple[str, ...]) -> str:
    """Return the choice called `name`: of this page, else of the address, of the session, else the first."""
    kept = st.session_state.get(KEPT.format(name))
    asked = st.session_state.get(name, st.query_params.get(name, kept))
    return asked if asked in options else options[0]


def choose(name: str, options: tuple[str, ...], *, label: str, words: Callable[[str], str]) -> str:
    """Offer a choice that lives in the address of the page, so that a view can be shared."""
    st.session_state[name] = remembered(name, options)
    st.segmented_control(label, options, required=True, format_func=words, key=name, wrap=True)
    return keep_in_address(name, options)


def choose_from_many(name: str, options: tuple[str, ...], *, label: str, words: Callable[[str], str]) -> str:
    """Offer a longer list of choices, one of which lives in the address of the page."""
    st.session_state[name] = remembered(name, options)
    st.selectbox(label, options, format_func=words, key=name)
    return keep_in_address(name, options)


def choose_wave(text: Text) -> str | None:
    """Let the reader choose a wave and say when it is simulated; say what to do where there is none."""
    waves = tuple(reversed(data.open_store().waves()))
    if not waves:
        st.html(parts.block("notice", text("upload.no_wave")))
        return None
    wave = choose_from_many("wave", waves, label=text("upload.wave"), words=str)
    if data.open_store().wave(wave).synthetic:
        st.html(parts.block("banner", text("app.synthetic")))
    return wave


def keep_in_address(name: str, options: tuple[str, ...]) -> str:
    """Write a choice into the address; the first option needs no mention."""
    chosen = str(st.session_state[name])
    st.session_state[KEPT.format(name)] = chosen
    if chosen == options[0]:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != chosen:
        st.query_params[name] = chosen
    return chosen


def page_release(text: Text) -> Release:
    """Return the release to read: the one the address names, else the newest; stop where there is none.

    At the address of a withdrawn release stands the notice, on every page.
    """
    known = data.release_ids()
    asked = str(st.session_state.get("release", st.query_params.get("release", "")))
    if asked and asked not in known:
        stop_at_withdrawn(text, asked, known)
    if not known:
        st.title(text("app.no_release"))
        how = "app.no_release_how" if access.may("drafts") else "access.no_release"
        st.html(parts.block("notice", text(how)))
        st.stop()
    if st.query_params.get("release", known[0]) not in known:
        st.html(parts.block("notice", text("app.release_gone")))
    st.session_state["release"] = remembered("release", known)
    release = data.read_release(keep_in_address("release", known))
    try:
        data.divisions(release)
    except Refusal as refusal:  # frozen before a release kept its names, and the pack is not on this machine
        st.html(parts.refusal(text("app.no_pack"), refusal.sentence(text.language)))
        st.stop()
    return release


def stop_at_withdrawn(text: Text, release_id: str, known: tuple[str, ...]) -> None:
    """Write the notice of a withdrawn release and stop; go on for one that the reader may not know of."""
    standing = published.standing(release_id)
    if standing is None:
        return
    st.session_state.pop("release", None)  # the next page that is opened shows the newest again
    st.session_state.pop(KEPT.format("release"), None)
    st.title(text("publication.withdrawn"), anchor=False)
    st.html(parts.meta((release_id,), publication_words.state_line(text, standing)))
    st.html(publication_words.withdrawn_notice(text, release_id, standing))
    if known:
        words = text("publication.to_newest", {"release": known[0]})
        st.html(f'<div class="ks ks-plain">{publication_words.link(text, known[0], words)}</div>')
    st.stop()


def heading(text: Text, title: str, release: Release, division: data.Division | None = None) -> None:
    """Open a page: title, wave, boundaries, state of the release, and the banner of simulated data.

    The boundaries are those of the division that the page is about, by default of the frame.
    """
    manifest = release.manifest
    st.title(title, anchor=False)
    place = data.province_name(release, text.language)
    edition = edition_words(text, division or data.divisions(release)[0])
    wave = text("frame.wave", {"wave": manifest["wave"]})
    words = (place, text("frame.edition", {"edition": edition}), wave)
    standing = published.standing(release.id) or DRAFT
    st.html(parts.meta(words, publication_words.state_line(text, standing)))
    if manifest["synthetic"]:
        st.html(parts.block("banner", text("app.synthetic")))
    for warning in publication_words.warnings(text, standing):
        st.html(parts.block("banner ks-draft", warning))
    if way := publication_words.successor_link(text, standing):
        st.html(way)


def edition_words(text: Text, division: data.Division) -> str:
    """Say of which days the boundaries of a division are."""
    if division.until:
        return text("edition.before", {"day": text.day(division.until)})
    return text("edition.since", {"day": text.day(division.edition)})


def footer(text: Text, release: Release) -> None:
    """Close a page: which release, which definition, how many respondents."""
    manifest = release.manifest
    interviews = manifest["data"]["interviews"]
    determined = readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE].n
    facts = {
        "release": release.id,
        "definition": manifest["definition"]["id"],
        "version": manifest["definition"]["version"],
        "interviews": text.count(interviews),
        "undetermined": text.count(interviews - determined),
        "psu": text.count(manifest["design"]["psu_with_interviews"]),
        "level": level(text, release),
    }
    lines = (text("frame.footer", facts), *counted(text, release), *proposed(text, release))
    st.html(parts.block("foot", " ".join(lines)))


def counted(text: Text, release: Release) -> tuple[str, ...]:
    """Say which interviews count by their review state, and how many answers the office corrected."""
    policy = StatePolicy(tuple(release.manifest["policy"]["review_states_used"]))
    corrected = release.manifest.get("office", {}).get("corrections", {}).get("applied", 0)
    said = text("frame.states", {"states": policy.words(text.language)})
    return (said, text("frame.corrected", {"n": text.count(corrected)})) if corrected else (said,)


def proposed(text: Text, release: Release) -> tuple[str, ...]:
    """Say that the definition is not approved, as long as that is so."""
    return (f"{text('app.proposed')}.",) if release.definition.status == "proposed" else ()


def level(text: Text, release: Release) -> str:
    """Write the confidence level of a release."""
    return text.percent(release.manifest["design"]["level"], 0)


def draw(chart: Chart) -> None:
    """Show a chart with its text alternative.

    Rows at the top of a specification Streamlit turns into Arrow at every run, which takes longer than to
    draw all else of a page; one layer further down they go to the browser as they are.
    """
    inner = {name: part for name, part in chart.spec.items() if name in DRAWN}
    frame = {name: part for name, part in chart.spec.items() if name not in DRAWN}
    st.vega_lite_chart(spec={**frame, "layer": [inner]}, theme=None, alt=chart.alt)


@st.cache_resource(show_spinner=False)
def settle_memory(page: str) -> bool:  # noqa: ARG001 - once for each page
    """Once a page and process: what is loaded stays, so the collector need not walk it after every run."""
    gc.collect()
    gc.freeze()
    return True
