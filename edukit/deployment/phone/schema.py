"""The schema of what a phone posts: exactly these fields, each of its type and within its range.

    body ─ UTF-8 ─ JSON ─ an object with these names, none twice ─ each value checked ─> Posted

The figures are what a phone says of itself: whoever holds the address can post any. They are drawn, and no program
depends on them. A name keeps its letters, digits and a few signs: what turns the direction of a text around, what takes
no room and what HTML, TeX or a terminal would read as more than text is left out.
"""

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from edukit.deployment.phone.guards import Refused

NAME_LETTERS, VERSION_LETTERS = 24, 16
MOST_IMAGES, MOST_CLASS, MOST_CALLS, MOST_HEAT = 64, 9999, 1_000_000, 120
MOST_S, MOST_HEAT_S = 60.0, 600.0
SIGNS = " -_.,'()+#&"
ID = re.compile(r"[0-9a-f]{16}")
VERSION = re.compile(rf"[0-9A-Za-z.+_-]{{1,{VERSION_LETTERS}}}")
FIELDS = ("phone", "id", "model", "runtime", "version", "median_s", "p90_s", "load_s", "first_s", "calls")
FIELDS += ("predictions", "crc", "heat")


@dataclass(frozen=True)
class Posted:
    """What one phone measured with one model; times in seconds, predictions in the order of the images."""

    phone: str
    id: str
    model: str
    runtime: str
    version: str
    median_s: float
    p90_s: float
    load_s: float
    first_s: float
    calls: int
    predictions: tuple[int, ...]
    crc: int
    heat: tuple[tuple[float, float], ...] = ()


def posted(body: bytes, runtimes: Mapping[str, str], images: int) -> Posted:
    """The body of a post, checked; Refused with one sentence for the first thing that does not fit.

    runtimes   {model: the runtime of its file}
    images     how many predictions a phone makes
    """
    found = _object(body)
    if set(found) != set(FIELDS):
        wrong = sorted(set(FIELDS) - set(found)) or ["no others"]
        raise Refused(400, f"A result has exactly the fields {', '.join(FIELDS)}; here: {', '.join(wrong)} is missing.")
    model = _one_of(found["model"], "model", runtimes)
    return Posted(
        phone=clean_name(found["phone"]),
        id=_matching(found["id"], "id", ID),
        model=model,
        runtime=_one_of(found["runtime"], "runtime", {runtimes[model]: None}),
        version=_matching(found["version"], "version", VERSION),
        **{name: _seconds(found[name], name) for name in ("median_s", "p90_s", "load_s", "first_s")},
        calls=_whole(found["calls"], "calls", 1, MOST_CALLS),
        predictions=tuple(_whole(p, "predictions", 0, MOST_CLASS) for p in _list(found, "predictions", images, images)),
        crc=_whole(found["crc"], "crc", 0, 2**32 - 1),
        heat=tuple(_heat(pair) for pair in _list(found, "heat", 0, MOST_HEAT)),
    )


def clean_name(name) -> str:
    """The letters, digits and harmless signs of a name, at most 24; Refused where nothing visible is left.

    >>> clean_name("<b>Ana\\u202e 12</b>")
    'bAna 12b'
    """
    if not isinstance(name, str) or len(name) > 8 * NAME_LETTERS:
        raise Refused(400, "phone must be a short name.")
    plain = unicodedata.normalize("NFKC", name)
    kept = "".join(c for c in plain if c in SIGNS or unicodedata.category(c) in ("Lu", "Ll", "Lo", "Lt", "Lm", "Nd"))
    clean = " ".join(kept.split())
    if not 1 <= len(clean) <= NAME_LETTERS or not any(c.isalnum() for c in clean):
        raise Refused(400, f"phone must be a name of 1 to {NAME_LETTERS} letters, digits and spaces.")
    return clean


def _object(body: bytes) -> dict:
    try:
        found = json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "A result must be JSON in UTF-8, with each name once.") from error
    if not isinstance(found, dict):
        raise Refused(400, "A result must be one JSON object.")
    return found


def _once(pairs) -> dict:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name stands there twice")
    return dict(pairs)


def _no_constant(word):
    raise ValueError(f"{word} is no JSON")


def _one_of(value, field: str, allowed: Mapping) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise Refused(400, f"{field} must be one of {', '.join(allowed)}.")
    return value


def _matching(value, field: str, pattern: re.Pattern) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Refused(400, f"{field} must match {pattern.pattern}.")
    return value


def _whole(value, field: str, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise Refused(400, f"{field} must be whole, from {least} to {most}.")
    return value


def _seconds(value, field: str, most: float = MOST_S) -> float:
    if type(value) not in (int, float) or not 0 < value < most or not math.isfinite(value):
        raise Refused(400, f"{field} must be seconds above 0 and below {most:g}.")
    return float(value)


def _list(found: dict, field: str, least: int, most: int) -> list:
    value = found[field]
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise Refused(400, f"{field} must be a list of {f'{least} to {most}' if least < most else most} entries.")
    return value


def _heat(pair) -> tuple[float, float]:
    if not isinstance(pair, list) or len(pair) != 2:
        raise Refused(400, "heat must hold pairs of a time and a median, in seconds.")
    start = 0.0 if pair[0] == 0 and type(pair[0]) in (int, float) else _seconds(pair[0], "heat", MOST_HEAT_S)
    return start, _seconds(pair[1], "heat")
