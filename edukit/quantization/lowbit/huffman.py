"""Huffman coding: short codes for frequent symbols, long ones for rare symbols, none the beginning of another.

    join the two rarest symbols into one, again and again; a symbol's length is how often it was joined

    symbol     0     1     2     3            entropy   H = -Σ p log2 p           bits a symbol, the least possible
    share p   1/2   1/4   1/8   1/8           length    L =  Σ p · length
    code      0     10    110   111           here L = H = 1.75; packed in 2 bits each, they would take 2

Codes of one length count upwards, shorter ones first: the lengths alone, a byte for each symbol, are the table.

Symbols   p share of a symbol · whole numbers from 0 to 65,534, such as the codes of quantized weights
Bound     H <= L < H + 1; what is decoded equals what was encoded. One symbol alone takes no bits, its count says it all
Source    Huffman 1952, https://doi.org/10.1109/JRPROC.1952.273898; RFC 1951, https://www.rfc-editor.org/rfc/rfc1951
          (canonical codes); Han, Mao & Dally 2015, https://arxiv.org/abs/1510.00149 (weights)
In production  the last stage of zip, PNG and JPEG; no runtime multiplies from it, weights are decoded when loaded
"""

import heapq

import numpy as np

LONGEST = 52  # bits of a code: 2^32 symbols never need more than 46, and float64 adds up to 52 exactly


def entropy(symbols) -> float:
    """The least bits a symbol can take on average, if each is coded alone: -Σ p log2 p.

    >>> entropy([0, 0, 0, 0, 1, 1, 2, 3])
    1.75
    """
    counts = np.bincount(_checked(symbols))
    p = counts[counts > 0] / max(counts.sum(), 1)
    return float(-(p * np.log2(p)).sum()) + 0.0  # + 0.0: one symbol alone has -0.0


def code_lengths(counts) -> np.ndarray:
    """The bits of each symbol's code, given how often it occurs; 0 for those that never do.

    >>> code_lengths([4, 2, 1, 1]).tolist()
    [1, 2, 3, 3]
    """
    lengths = np.zeros(len(counts), int)
    heap = [(int(count), symbol, [symbol]) for symbol, count in enumerate(counts) if count]
    if len(heap) == 1:
        lengths[heap[0][2]] = 1  # so that the table names it
    heapq.heapify(heap)
    while len(heap) > 1:
        (rare, _, one), (less_rare, tie, other) = heapq.heappop(heap), heapq.heappop(heap)
        lengths[one + other] += 1
        heapq.heappush(heap, (rare + less_rare, tie, one + other))
    return lengths


def canonical_codes(lengths) -> np.ndarray:
    """The codes of given lengths, as whole numbers: counting upwards from the shortest, a 0 added for each bit more.

    >>> [f"{code:0{length}b}" for code, length in zip(canonical_codes([1, 2, 3, 3]), [1, 2, 3, 3])]
    ['0', '10', '110', '111']
    """
    lengths = np.asarray(lengths)
    codes = np.zeros(len(lengths), np.int64)
    code = 0
    before = 0
    for symbol in sorted(np.flatnonzero(lengths), key=lambda s: (lengths[s], s)):
        code <<= int(lengths[symbol]) - before
        codes[symbol] = code
        before = int(lengths[symbol])
        code += 1
    return codes


def encode(symbols) -> bytes:
    """Symbols 0 to 65,534 as bytes: how many they are (4 bytes), the size of the table (2), the table, the codes.

    >>> len(encode([0] * 1000 + [1] * 10)), len(encode([0] * 1000)), decode(encode([3, 1, 3])).tolist()
    (135, 7, [3, 1, 3])
    """
    symbols = _checked(symbols)
    lengths = code_lengths(np.bincount(symbols))
    header = len(symbols).to_bytes(4, "little") + len(lengths).to_bytes(2, "little")
    longest = np.arange(lengths.max(initial=0))
    shifts = lengths[:, None] - 1 - longest  # the first bit of a code is its highest
    bits = (canonical_codes(lengths)[:, None] >> np.maximum(shifts, 0)) & 1
    body = np.packbits(bits[symbols][shifts[symbols] >= 0].astype(np.uint8))
    return header + lengths.astype(np.uint8).tobytes() + (body.tobytes() if (lengths > 0).sum() > 1 else b"")


def decode(data: bytes) -> np.ndarray:
    """The symbols that `encode` was given; ValueError for bytes that it cannot have written.

    One symbol alone takes no bits: however often it comes, the answer is one number in memory, and read-only.

    >>> decode(encode([])).tolist()
    []
    """
    count = int.from_bytes(data[:4], "little")
    size = int.from_bytes(data[4:6], "little")
    lengths = np.frombuffer(data[6 : 6 + size], np.uint8)
    _check_table(lengths, count, len(data) - 6 - size)
    if (lengths > 0).sum() <= 1:
        return np.broadcast_to(np.int32(lengths.argmax() if count else 0), count)
    table = {(int(n), int(code)): s for s, (n, code) in enumerate(zip(lengths, canonical_codes(lengths), strict=True))}
    symbols = []
    length = 0
    code = 0
    bits = np.unpackbits(np.frombuffer(data[6 + size :], np.uint8)).tolist()
    for read, bit in enumerate(bits):
        if len(symbols) == count:
            if len(bits) - read > 7 or any(bits[read:]):
                raise ValueError(f"data goes on behind its {count} symbols; only zeros may fill the last byte")
            break
        length = length + 1
        code = 2 * code + bit
        if (length, code) in table:
            symbols.append(table[length, code])
            length = code = 0
    if len(symbols) < count:
        raise ValueError(f"data ends after {len(symbols)} of {count} symbols")
    return np.array(symbols, np.int32)


def _check_table(lengths, count, rest):
    """Before anything is decoded: the bytes are all there, and the lengths are those of a code that leaves no gap."""
    used = [int(length) for length in lengths if length]
    alone = len(used) <= 1
    if rest < 0:
        raise ValueError("data ends within its table")
    share = sum(2.0**-length for length in used)  # Kraft: Σ 2^-length = 1
    right = (min(count, 1) / 2 if alone else 1) == share
    if not right or max(used, default=0) > LONGEST or len(lengths) and not lengths[-1]:
        raise ValueError(f"data must begin with the lengths of a Huffman code, got {used[:8]}")
    if rest if alone else count > 8 * rest:
        raise ValueError(f"data must hold bits for {count} symbols, got {rest} bytes")


def _checked(symbols) -> np.ndarray:
    symbols = np.asarray(symbols).ravel()
    if symbols.size and (symbols.dtype.kind not in "iu" or symbols.min() < 0 or symbols.max() > 65534):
        raise ValueError(f"symbols must be whole numbers from 0 to 65,534, got {symbols[:8]} of {symbols.dtype}")
    return symbols.astype(np.int64)
