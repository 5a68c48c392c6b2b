"""Vietnamese text made equal where people would call it equal: one key for every spelling of a label."""

import re
import unicodedata
from functools import lru_cache

# Huyền, sắc, ngã, hỏi, nặng as they stand after their vowel in decomposed text.
_TONE = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_WORD = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+")
# Spaces, the marks that nobody sees, and the byte order mark.
_UNSEEN = re.compile("[\\s\u00ad\u200b-\u200f\u2060\ufeff]+")


@lru_cache(maxsize=16_384)
def label_key(text: str) -> str:
    """Return what two spellings of one text have in common.

    Letter case, the width of blanks, composed or decomposed letters and the place of the tone in its
    syllable make no difference: ``Hoà  Bình`` and ``hòa bình`` have one key. The tone itself and every
    other mark do. The key of two texts joined by a blank is the key of the first, then that of the second.

    Parameters
    ----------
    text : str
        A label, an answer or a header.
    """
    letters = unicodedata.normalize("NFD", text.casefold())
    words = _WORD.sub(lambda word: _TONE.sub("", word[0]) + "".join(_TONE.findall(word[0])), letters)
    return unicodedata.normalize("NFC", _UNSEEN.sub("", words))
