"""Archives without a clock: the same contents, the same bytes, and everything comes out as it went in."""

import io
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from survey.same_bytes import packed, without_clock

NAMES = st.text(st.characters(categories=("L", "N"), max_codepoint=0x1EF9), min_size=1, max_size=12)


def stamped(files, when):
    """Pack files as a writer with a clock does."""
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, when), content)
    return told.getvalue()


@given(st.dictionaries(NAMES, st.binary(max_size=200), max_size=5))
def test_what_is_packed_comes_out_again(files):
    with zipfile.ZipFile(io.BytesIO(packed(files))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files
        assert archive.namelist() == list(files)


@given(st.dictionaries(NAMES, st.binary(max_size=200), min_size=1, max_size=5))
def test_the_hour_of_packing_leaves_no_trace(files):
    morning, evening = (stamped(files, (2026, 11, 28, hour, 0, 0)) for hour in (8, 20))
    assert morning != evening
    assert without_clock(morning) == without_clock(evening) == packed(files)
