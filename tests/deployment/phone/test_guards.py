"""The guards: each lets our own page through, and refuses the request that it is there for."""

import numpy as np
import pytest

from edukit.deployment.phone import guards
from edukit.deployment.phone.guards import Connections, Rates, Refused

HOSTS = frozenset({"127.0.0.1:8000", "localhost:8000"})


def test_a_token_has_128_bits_and_no_two_are_alike():
    tokens = {guards.new_token() for _ in range(100)}
    assert len(tokens) == 100 and all(len(token) == 22 for token in tokens)  # 22 letters of 6 bits hold 128


@pytest.mark.parametrize("host", [None, "", "evil.example", "evil.example:8000", "127.0.0.1", "127.0.0.1:8000.evil"])
def test_another_host_is_refused(host):
    with pytest.raises(Refused) as error:
        guards.check_host(host, HOSTS)
    assert error.value.status == 421


def test_our_hosts_pass_in_any_case():
    assert [guards.check_host(host, HOSTS) for host in ("127.0.0.1:8000", "LOCALHOST:8000")] == [None, None]


@pytest.mark.parametrize("found", ["", "toke", "tokens", "TOKEN", "tokén", "\udc80"])
def test_another_token_is_refused(found):
    assert guards.check_token("token", "token") is None
    with pytest.raises(Refused):
        guards.check_token(found, "token")


@pytest.mark.parametrize(
    ("origin", "kind", "size", "status"),
    [
        (None, "application/json", 2, 403),
        ("null", "application/json", 2, 403),
        ("http://evil.example", "application/json", 2, 403),
        ("https://127.0.0.1:8000", "application/json", 2, 403),
        ("http://127.0.0.1:8001", "application/json", 2, 403),
        ("http://localhost:8000", "text/plain", 2, 415),
        ("http://localhost:8000", "application/x-www-form-urlencoded", 2, 415),
        ("http://localhost:8000", None, 2, 415),
        ("http://localhost:8000", "application/json", guards.BODY_BYTES + 1, 413),
    ],
)
def test_only_our_own_page_may_post_json_that_is_short(origin, kind, size, status):
    for fine in ("application/json", "application/json; charset=UTF-8"):
        guards.check_post("http://localhost:8000", fine, b" " * guards.BODY_BYTES, HOSTS)
    with pytest.raises(Refused) as error:
        guards.check_post(origin, kind, b" " * size, HOSTS)
    assert error.value.status == status


def test_an_address_never_gets_more_than_its_burst_and_its_rate():
    generator = np.random.default_rng(0)
    rates, taken, now = Rates(burst=5, per_s=2.0), 0, 0.0
    for _ in range(1000):
        now += generator.exponential(0.1)
        taken += rates.takes("a", now)
        assert taken <= 5 + 2 * now
    assert taken > 0.9 * 2 * now


def test_rates_remember_a_limited_number_of_addresses():
    rates = Rates(burst=1, per_s=0.0)
    assert all(rates.takes(f"{i}", 0.0) for i in range(3 * guards.ADDRESSES))
    assert len(rates._left) == guards.ADDRESSES and not rates.takes(f"{3 * guards.ADDRESSES - 1}", 0.0)


def test_a_closed_connection_makes_room():
    connections = Connections(most=2, most_of_one=1)
    assert connections.opens("a") and not connections.opens("a")
    connections.closes("a")
    assert connections.opens("a") and connections.opens("b") and not connections.opens("c")


def test_scripts_run_from_here_alone_and_no_page_holds_ours_in_a_frame():
    rules = dict(rule.strip().split(" ", 1) for rule in guards.POLICY.split(";"))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["script-src"] == "'self' 'wasm-unsafe-eval'" and "unsafe-inline" not in guards.POLICY
