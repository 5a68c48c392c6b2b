"""Who is here: until accounts exist, whoever sits at this machine, and nobody from elsewhere."""

import ipaddress

import streamlit as st


def is_local() -> bool:
    """Whether the reader's browser runs on this machine; Streamlit names no address for a local one."""
    address = st.context.ip_address
    return address is None or ipaddress.ip_address(address).is_loopback
