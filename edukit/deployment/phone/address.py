"""Where phones find a board: the address to listen at, and how it is shown.

    lan ─> 127.0.0.1, or an address of one interface        url ─> a link, and a QR code where a phone can open it

Source    https://www.rfc-editor.org/rfc/rfc5737: 192.0.2.1 is an address of documents, to which nothing is sent
"""

import io
import ipaddress
import socket
from html import escape

import segno

HERE = "127.0.0.1"
ALONE = "This computer alone reaches the board; lan=True (--lan) opens it to its network."


def address_of(lan: bool | str) -> str:
    """The address to listen at: this computer's own, or that from which packets for another network would leave.

    lan   False, True, or the address of an interface
    Raises ValueError for another address, for all interfaces at once and without any network; TypeError otherwise.

    >>> address_of(False), address_of("192.168.1.20")
    ('127.0.0.1', '192.168.1.20')
    """
    if isinstance(lan, str):
        return _checked(lan)
    if not isinstance(lan, bool):
        raise TypeError(f"lan must be True, False or an address, got {lan!r}")
    return _outward() if lan else HERE


def is_here(url: str) -> bool:
    """Whether this computer alone reaches the address.

    >>> is_here("http://127.0.0.1:8000/token/"), is_here("http://192.168.1.20:8000/token/")
    (True, False)
    """
    return url.startswith(f"http://{HERE}:")


def as_html(url: str) -> str:
    """The address as a link, with its QR code where a phone can open it."""
    link = f'<a href="{escape(url)}">{escape(url)}</a>'
    if is_here(url):
        return f'<p style="line-height: 1.5">{ALONE} Open {link}</p>'
    paragraph = f'<p style="line-height: 1.5">Photograph this code with a phone in this network, or open {link}</p>'
    code = segno.make(url, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff")
    return f'{paragraph}<img alt="QR code of the address above" width="240" src="{code}">'


def as_text(url: str) -> str:
    """The same for a terminal: the code in blocks."""
    if is_here(url):
        return f"{ALONE}\n{url}"
    out = io.StringIO()
    segno.make(url, error="m").terminal(out, compact=True)
    return f"{out.getvalue()}\n{url}"


def _outward() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return probe.getsockname()[0]
        except OSError as error:
            raise ValueError("lan must be False, or the address of an interface: no local network is found") from error


def _checked(lan: str) -> str:
    try:
        address = ipaddress.IPv4Address(lan)
    except ValueError as error:
        raise ValueError(f"lan must be an address such as '192.168.1.20', got {lan!r}") from error
    if address.is_unspecified:
        raise ValueError("lan must be the address of one interface, got 0.0.0.0, which is all of them")
    return str(address)
