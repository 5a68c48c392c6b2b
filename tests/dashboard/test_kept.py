"""What was read from a table is kept for this table alone, and dies with it."""

import gc
import weakref

import pandas as pd

from dashboard import kept as module
from dashboard.kept import kept


def test_a_table_is_read_once_under_a_key():
    table, reads = pd.DataFrame({"a": [1]}), []
    found = [kept(table, key, lambda: reads.append(1) or len(reads)) for key in ("x", "x", "y", "x")]
    assert found == [1, 1, 2, 1]


def test_an_equal_table_is_another_table():
    one, other = pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1]})
    kept(one, "x", lambda: "of one")
    assert kept(other, "x", lambda: "of the other") == "of the other"


class Watched:
    """A thing that was read, whose end can be seen."""


def test_what_was_read_dies_with_its_table():
    lives = []
    for place in range(50):
        table = pd.DataFrame({"a": [place]})
        read = Watched()
        assert kept(table, "x", lambda read=read: read) is read  # a new table may take an old address
        lives.append(weakref.ref(read))
    del table, read
    gc.collect()
    assert [life() for life in lives] == [None] * 50
    assert all(table() is not None for table, _ in module._KEPT.values())
