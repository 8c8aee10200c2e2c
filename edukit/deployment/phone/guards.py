"""Guards: what a request must pass before the board reads what it says.

    connection ─ limit per address ─> request ─ rate ─ Host ─ token ─> GET: a file by its exact name, or nothing
                                                                    └> POST: Origin, type, size ─> schema.py

Whoever knows the address with its token may see the page and post figures; nobody else gets anything but an error. A
page of another site cannot post: its Origin differs. A name that is made to point here (DNS rebinding) is no Host of
ours. The browser runs only scripts that came from here, and no text of a phone is ever written as HTML.

Source    https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
          https://www.w3.org/TR/CSP3/
"""

import hmac
import secrets
from collections import OrderedDict

BODY_BYTES, HEADER_BYTES = 8 << 10, 8 << 10
BODY_S, HEADER_S, ANSWER_S = 4.0, 8.0, 120.0  # how long a client may take to send, and to fetch what it asked for
BURST, PER_S = 1200, 40.0  # requests of one address: thirty phones behind one router open the page at once
CONNECTIONS, CONNECTIONS_OF_ONE = 220, 180  # a process on a Mac has 256 open files
ADDRESSES = 1024  # whose rates are remembered
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; "
    "style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # the token is part of the address
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Server": "edukit",
}


class Refused(Exception):
    """A request that is not answered: the status of HTTP, and one sentence for whoever reads it."""

    def __init__(self, status: int, sentence: str):
        super().__init__(sentence)
        self.status = status


def new_token() -> str:
    """128 bits that nobody guesses, as 22 letters of a path.

    >>> len(new_token()), new_token() == new_token()
    (22, False)
    """
    return secrets.token_urlsafe(16)


def check_host(host: str | None, hosts: frozenset[str]) -> None:
    """Raise Refused unless the Host that the browser asked for is one of ours: another name was made to point here."""
    if (host or "").lower() not in hosts:
        raise Refused(421, "This server has another name.")


def check_token(found: str, token: str) -> None:
    """Raise Refused for another token, in a time that does not tell how much of it is right."""
    if not hmac.compare_digest(found.encode("utf-8", "replace"), token.encode()):
        raise Refused(404, "There is nothing here.")


def check_post(origin: str | None, content_type: str | None, body: bytes, hosts: frozenset[str]) -> None:
    """Raise Refused unless our own page posted JSON of at most 8 KB."""
    if (origin or "").lower() not in {f"http://{host}" for host in hosts}:
        raise Refused(403, "Only the page of this server may post.")
    if (content_type or "").lower().replace(" ", "") not in ("application/json", "application/json;charset=utf-8"):
        raise Refused(415, "A result must be application/json.")
    if len(body) > BODY_BYTES:
        raise Refused(413, f"A result has at most {BODY_BYTES} bytes.")


class Rates:
    """How many requests each address has left: `burst` at once, and `per_s` more each second.

    >>> rates = Rates(burst=2, per_s=1.0)
    >>> [rates.takes("a", now) for now in (0.0, 0.0, 0.5, 1.5)], rates.takes("b", 0.5)
    ([True, True, False, True], True)
    """

    def __init__(self, burst: float = BURST, per_s: float = PER_S):
        self.burst = burst
        self.per_s = per_s
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def takes(self, address: str, now: float) -> bool:
        """Whether this address may ask once more at the time `now`, in seconds."""
        left, then = self._left.pop(address, (self.burst, now))
        left = min(self.burst, left + self.per_s * (now - then))
        allowed = left >= 1
        self._left[address] = (left - allowed, now)
        if len(self._left) > ADDRESSES:
            self._left.popitem(last=False)
        return allowed


class Connections:
    """How many connections are open, of each address and of all.

    >>> connections = Connections(most=3, most_of_one=2)
    >>> [connections.opens(address) for address in ("a", "a", "a", "b", "b")]
    [True, True, False, True, False]
    """

    def __init__(self, most: int = CONNECTIONS, most_of_one: int = CONNECTIONS_OF_ONE):
        self.most = most
        self.most_of_one = most_of_one
        self._open: dict[str, int] = {}

    def opens(self, address: str) -> bool:
        """Whether one more may be opened; then it counts until `closes`."""
        mine = self._open.get(address, 0)
        allowed = mine < self.most_of_one and sum(self._open.values()) < self.most
        if allowed:
            self._open[address] = mine + 1
        return allowed

    def closes(self, address: str) -> None:
        """One of this address is closed."""
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]
