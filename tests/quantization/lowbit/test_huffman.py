"""Huffman coding: nothing is lost, the length lies between entropy and one bit more, and no code is better."""

import itertools

import numpy as np
import pytest

from edukit.quantization.lowbit.huffman import canonical_codes, code_lengths, decode, encode, entropy

random = np.random.default_rng(0)
STREAMS = {
    "nothing": np.zeros(0, int),
    "one symbol": np.full(1000, 7),
    "one of one": np.array([0]),
    "two symbols": np.array([0, 5] * 9),
    "skewed": random.geometric(0.7, 5000) - 1,
    "even": np.arange(256).repeat(4),
    "doubling": np.repeat(np.arange(12), 2 ** np.arange(12)),
    "large symbols": np.array([65534, 3, 3]),
    "most are zero": (random.random(9999) < 0.05) * random.integers(1, 16, 9999),
}
ALL = pytest.mark.parametrize("symbols", STREAMS.values(), ids=STREAMS)


@ALL
def test_nothing_is_lost(symbols):
    back = decode(encode(symbols))
    assert np.array_equal(back, symbols) and len(back) == len(symbols)


@ALL
def test_the_length_lies_between_entropy_and_one_bit_more(symbols):
    """And the bytes are those of the codes, of the table (one for each symbol up to the largest) and of two counts."""
    counts, n = np.bincount(symbols), len(symbols)
    lengths, H = code_lengths(counts), entropy(symbols)
    bits = int((counts * lengths).sum()) if (counts > 0).sum() > 1 else 0
    assert H * n <= bits + 1e-6
    assert bits < (H + 1) * n or n == 0
    assert len(encode(symbols)) == 6 + len(counts) + -(-bits // 8)


@ALL
def test_no_code_begins_another(symbols):
    lengths = code_lengths(np.bincount(symbols))
    used = [f"{c:0{n}b}" for c, n in zip(canonical_codes(lengths), lengths, strict=True) if n]
    assert len(set(used)) == len(used)
    assert not [pair for pair in itertools.permutations(used[:60], 2) if pair[0].startswith(pair[1])]
    if len(used) > 1:
        assert sum(2.0 ** -len(code) for code in used) == 1  # Kraft: nothing is left unused


@pytest.mark.parametrize("seed", range(20))
def test_no_code_is_shorter(seed):
    """The best of all lengths that some code can have (Kraft), tried one by one."""
    counts = np.random.default_rng(seed).integers(1, 30, 5)
    possible = (n for n in itertools.product(range(1, 6), repeat=5) if sum(2.0**-k for k in n) <= 1)
    assert (counts * code_lengths(counts)).sum() == min((counts * n).sum() for n in map(np.array, possible))


def test_powers_of_two_meet_the_entropy_exactly():
    symbols = [0, 0, 0, 0, 1, 1, 2, 3]
    assert entropy(symbols) == 1.75 == (np.bincount(symbols) * code_lengths(np.bincount(symbols))).sum() / 8


def test_a_canonical_table_is_that_of_rfc_1951():
    """The worked example of section 3.2.2: lengths of A to H, and their codes."""
    codes = canonical_codes([3, 3, 3, 3, 3, 2, 4, 4])
    assert codes.tolist() == [0b010, 0b011, 0b100, 0b101, 0b110, 0b00, 0b1110, 0b1111]


@pytest.mark.parametrize("bad", [[-1], [65535], [0.5], [np.nan]])
def test_what_is_no_symbol_is_refused(bad):
    with pytest.raises(ValueError, match="symbols"):
        encode(bad)


def test_a_stream_that_ends_too_early_is_refused():
    data = encode(np.arange(16).repeat(10))
    with pytest.raises(ValueError, match="ends after"):
        decode(data[:-5])


def test_seven_bytes_do_not_ask_for_memory():
    symbols = decode(b"\xff\xff\xff\xff\x01\x00\x01")
    assert len(symbols) == 2**32 - 1 and symbols[-1] == 0 and symbols.strides == (0,)


@pytest.mark.parametrize(
    "data",
    {
        "nothing": b"",
        "half a header": b"\1\0\0",
        "half a table": encode([0, 1, 2])[:7],
        "count without symbols": b"\5\0\0\0\0\0",
        "symbols without count": b"\0\0\0\0\1\0\1",
        "one symbol of two bits": b"\5\0\0\0\1\0\2",
        "three codes of one bit": b"\3\0\0\0\3\0\1\1\1\0",
        "codes that leave a gap": b"\3\0\0\0\3\0\1\2\3\0",
        "a table that ends in no symbol": b"\2\0\0\0\3\0\1\1\0\x80",
        "more symbols than bits": b"\xff\xff\xff\xff\2\0\1\1\0",
        "bytes behind the codes": encode([0, 1, 2]) + b"\0",
        "bytes behind one symbol": encode([0, 0]) + b"\0",
        "ones that fill the last byte": encode([0, 1])[:-1] + bytes([encode([0, 1])[-1] | 1]),
        "very long codes": b"\1\0\0\0\2\0\xff\xff" + b"\0" * 40,
    }.values(),
)
def test_bytes_that_were_not_written_so_are_refused(data):
    with pytest.raises(ValueError, match="data"):
        decode(data)
