"""The schema: a good body comes through as it was meant, and whatever is changed in it is refused."""

import json
import unicodedata

import numpy as np
import pytest

from edukit.deployment.phone.guards import BODY_BYTES, Refused
from edukit.deployment.phone.schema import clean_name, posted

RUNTIMES = {"FP32": "litert", "web": "onnxruntime-web"}
GOOD = {
    "phone": "Ana's phone",
    "id": "0123456789abcdef",
    "model": "FP32",
    "runtime": "litert",
    "version": "2.5.0",
    "median_s": 0.002,
    "p90_s": 0.0025,
    "load_s": 0.3,
    "first_s": 0.01,
    "calls": 300,
    "predictions": [0, 9, 3],
    "crc": 2**32 - 1,
    "heat": [[0, 0.002], [1.5, 0.0021]],
}


def body(**changed) -> bytes:
    return json.dumps({**GOOD, **changed}).encode()


def refused(content: bytes) -> str:
    with pytest.raises(Refused) as error:
        posted(content, RUNTIMES, 3)
    assert error.value.status == 400 and str(error.value).count("\n") == 0
    return str(error.value)


def test_a_good_body_comes_through():
    found = posted(body(), RUNTIMES, 3)
    assert (found.phone, found.predictions, found.crc) == ("Ana's phone", (0, 9, 3), 2**32 - 1)
    assert found.heat == ((0.0, 0.002), (1.5, 0.0021)) and found.median_s == 0.002


def test_the_largest_body_that_the_schema_admits_is_below_the_limit():
    heat = [[599.123456789, 59.123456789]] * 120
    assert len(body(predictions=[9999] * 64, heat=heat, phone="ä" * 24)) < BODY_BYTES


MALFORMED = {
    "empty": b"",
    "no JSON": b"phone=Ana",
    "no UTF-8": b'{"phone": "\xff"}',
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "half": body()[:-1],
    "more behind it": body() + b"{}",
    "a field twice": body()[:-1] + b', "crc": 1}',
    "NaN": body().replace(b"0.0025", b"NaN"),
    "infinity": body().replace(b"0.0025", b"Infinity"),
    "overflow": body().replace(b"0.0025", b"1e999"),
    "deep": b"[" * 8000,
    "deep objects": b'{"a":' * 1600,
    "a number of 5000 digits": body().replace(b"300", b"9" * 5000),
    "a field more": body(admin=True),
    "prototype": body(__proto__={}),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_body_is_refused(name):
    assert refused(MALFORMED[name])


@pytest.mark.parametrize("field", GOOD)
@pytest.mark.parametrize("value", [None, True, -1, 1e9, "", "x" * 200, [], {}, [None], 2**40, ["a"] * 3])
def test_no_field_takes_a_value_of_another_kind(field, value):
    if field == "heat" and value == []:
        assert posted(body(heat=[]), RUNTIMES, 3).heat == ()
    else:
        assert refused(body(**{field: value})).startswith(field)


@pytest.mark.parametrize("field", GOOD)
def test_no_field_may_be_missing(field):
    assert field in refused(json.dumps({name: value for name, value in GOOD.items() if name != field}).encode())


@pytest.mark.parametrize(
    "changed",
    [
        {"model": "other"},
        {"runtime": "onnxruntime-web"},  # for which this model has no file
        {"median_s": 0},
        {"median_s": 60},
        {"calls": 1_000_001},
        {"calls": 1.0},
        {"predictions": [0, 1]},
        {"predictions": [0, 1, 2, 3]},
        {"predictions": [0, 1, 10000]},
        {"crc": 2**32},
        {"heat": [[0, 0.1]] * 121},
        {"heat": [[0, 0.1, 0.2]]},
        {"heat": [[-1, 0.1]]},
        {"heat": [[False, 0.1]]},
        {"id": "0123456789ABCDEF"},
        {"id": "0123456789abcdef\n"},
        {"version": "<b>"},
    ],
    ids=str,
)
def test_a_value_outside_its_range_is_refused(changed):
    assert refused(body(**changed)).startswith(*changed)


@pytest.mark.parametrize(
    ("said", "clean"),
    [
        ("<script>alert(1)</script>", "scriptalert(1)script"),
        ("A\u202egnp.exe", "Agnp.exe"),  # right to left from here on
        ("\u2066Ana\u2069", "Ana"),
        ("A\u200bn\u200da\ufeff", "Ana"),
        ("Ana\x00\x1b[31m\n Li", "Ana31m Li"),
        ("$\\frac{1}{2}$", "frac12"),
        ("Z\u0335\u0321a\u0328\u0335l", "Z\u0105l"),  # a with its hook is a letter, the rest is paint
        ("  Ana \t  B.  ", "Ana B."),
        ("\uff21\uff4e\uff41", "Ana"),  # letters of full width
        ("&lt;img src=x&gt;", "&ltimg srcx&gt"),
        ("Łukasz 小明 Ольга", "Łukasz 小明 Ольга"),
        ("\ud800Ana", "Ana"),
    ],
)
def test_a_name_keeps_its_letters_and_loses_what_is_more_than_text(said, clean):
    assert clean_name(said) == clean
    assert posted(body(phone=said), RUNTIMES, 3).phone == clean


@pytest.mark.parametrize("name", ["", " ", "\u202e", "...", "<>", "a" * 25, "\U0001f600", "a" * 1000, 5, None])
def test_a_name_without_a_letter_or_too_long_is_refused(name):
    with pytest.raises(Refused, match="phone must be"):
        clean_name(name)


def test_of_any_text_only_letters_digits_and_signs_stay():
    generator = np.random.default_rng(0)
    for _ in range(300):
        letters = generator.choice([0x300, 0x2100, 0x110000], p=[0.5, 0.3, 0.2])
        said = "".join(chr(i) for i in generator.integers(0, letters, 30))
        try:
            clean = clean_name(said)
        except Refused:
            continue
        assert all(unicodedata.category(c)[0] in "LN" or c in " -_.,'()+#&" for c in clean) and len(clean) <= 24
        assert clean_name(clean) == clean
