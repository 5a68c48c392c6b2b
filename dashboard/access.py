"""Who is here: until accounts exist, whoever sits at this machine, and nobody from elsewhere."""

import ipaddress

import streamlit as st


def is_local() -> bool:
    """Whether the reader's browser runs on this machine; Streamlit names no address for a local one."""
    return is_loopback(st.context.ip_address)


def is_loopback(address: str | None) -> bool:
    """Whether an address is of this machine; one that cannot be read is not."""
    if address is None:
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
