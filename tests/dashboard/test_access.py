"""Only this machine may upload until accounts exist."""

import pytest

from dashboard.access import is_loopback


@pytest.mark.parametrize(
    ("address", "local"),
    [
        (None, True),
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("192.168.1.5", False),
        ("10.0.0.1", False),
        ("2001:db8::1", False),
        ("", False),
        ("localhost", False),
    ],
)
def test_only_loopback_is_local(address, local):
    assert is_loopback(address) is local
