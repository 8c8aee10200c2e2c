"""Where phones find a board: one address of one interface, and a code only where a phone can open it."""

import ipaddress
import socket

import pytest

from edukit.deployment.phone.address import ALONE, address_of, as_html, as_text

HERE, NETWORK = "http://127.0.0.1:8000/token/", "http://192.168.1.20:8000/token/"


def test_the_network_is_one_address_of_this_computer():
    address = ipaddress.IPv4Address(address_of(True))
    assert not address.is_unspecified and not address.is_multicast
    with socket.socket() as one:
        one.bind((str(address), 0))  # an error where it is not ours


def test_without_a_network_it_says_so(monkeypatch):
    def fails(self, address):
        raise OSError("Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", fails)
    with pytest.raises(ValueError, match="no local network is found"):
        address_of(True)


@pytest.mark.parametrize("lan", ["0.0.0.0", "phone.local", "", "::1", "1.2.3", "127.0.0.1:80", "<b>"])
def test_another_address_is_refused(lan):
    with pytest.raises(ValueError, match="lan must be"):
        address_of(lan)


@pytest.mark.parametrize("lan", [None, 1, b"127.0.0.1"])
def test_another_kind_is_refused(lan):
    with pytest.raises(TypeError, match="lan must be True, False or an address"):
        address_of(lan)


def test_a_code_stands_where_a_phone_can_open_it():
    assert HERE in as_html(HERE) and ALONE in as_html(HERE) and "<img" not in as_html(HERE)
    assert as_text(HERE) == f"{ALONE}\n{HERE}"
    assert NETWORK in as_html(NETWORK) and '<img alt="QR code' in as_html(NETWORK)
    assert "data:image/svg+xml" in as_html(NETWORK)
    assert as_text(NETWORK).endswith(NETWORK) and as_text(NETWORK).count("\n") > 10
