"""The quick reader of declarations and the one in Python say the same of every file that is declared."""

import pytest
import yaml

from survey import places
from survey.declarations import read_declarations

FILES = sorted(places.questionnaires().glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_both_readers_read_the_same(path):
    content = path.read_bytes()
    assert read_declarations(content) == yaml.safe_load(content.decode("utf-8"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 012\nb: yes\nc: 2026-10-01\nd: ~", None),
        ("a: [1", "line 1"),
        ("!!python/object:os.system x", "tag"),
    ],
)
def test_both_readers_know_the_same_words_and_no_code(text, said):
    if said is None:
        assert read_declarations(text.encode()) == yaml.safe_load(text)
    else:
        with pytest.raises(yaml.YAMLError, match=said):
            read_declarations(text.encode())
