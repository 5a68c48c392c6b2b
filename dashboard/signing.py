"""Who stands in the log for what is done on a page: the code of the account, else what a person writes."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import access

LONGEST = 20


def ask_who(label: str, *, hint: str, key: str | None = None, place: DeltaGenerator | None = None) -> str:
    """Return the code of the account, shown and not to be changed; ask for one where nobody logs in."""
    asked = place.text_input if place is not None else st.text_input
    code = access.reader().code
    if code:
        asked(label, code, help=hint, disabled=True, key=f"{key}_{code}" if key else None)
        return code
    return asked(label, max_chars=LONGEST, help=hint, key=key).strip()
