import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.spelling import label_key

WORDS = ("Hòa Bình", "Thuý", "khoẻ", "Phường Bình Phước", "Được hỗ trợ?", "ĐƯỜNG", "quý", "Xã Bù Nho")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoà", "hòa"),
        ("Thúy", "Thuý"),
        ("sức khỏe", "sức khoẻ"),
        ("Hộ  chính thức ", "hộ chính\u00a0thức"),
        ("Trang bìa", "TRANG BÌA"),
        ("Kinh\nTày", "Kinh Tày"),
        ("\ufeffTuổi", "Tuổi\u200b"),
    ],
)
def test_spellings_of_one_label_have_one_key(one, other):
    assert label_key(one) == label_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("hoa", "hòa"), ("ma", "má"), ("tư", "tu"), ("đa", "da"), ("1", "01")]
)
def test_different_words_have_different_keys(one, other):
    assert label_key(one) != label_key(other)


@given(
    st.sampled_from(WORDS),
    st.sampled_from(["NFC", "NFD"]),
    st.sampled_from([str.upper, str.lower, str.title]),
)
def test_composition_and_case_make_no_difference(word, form, case):
    assert label_key(unicodedata.normalize(form, case(word))) == label_key(word)


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), st.sampled_from([" ", "  ", "\n"]))
def test_the_key_of_joined_texts_is_their_joined_keys(words, blank):
    assert label_key(blank.join(words)) == "".join(map(label_key, words))
