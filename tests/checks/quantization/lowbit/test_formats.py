"""Right answers in other words pass, and mistakes in other clothes are recognised."""

import math
import struct

import numpy as np
import pytest
import torch

from edukit.checks import quantization as check
from edukit.quantization import pack
from edukit.quantization.lowbit.blocks import Block
from edukit.quantization.lowbit.formats import FP8_E4M3, IntFormat


def learner_pack(codes):
    """A loop over pairs of Python numbers."""
    codes = [*codes.tolist(), 0] if len(codes) % 2 else codes.tolist()
    return np.frombuffer(
        bytes((a % 16) + 16 * (b % 16) for a, b in zip(codes[::2], codes[1::2], strict=True)), np.uint8
    )


def learner_decode(byte):
    """By way of float32's own bits."""
    sign, rest = byte >> 7, byte & 127
    if rest == 127:
        return float("nan")
    if rest < 8:
        return (-1) ** sign * rest * 2**-9
    bits = sign << 31 | ((rest >> 3) + 120) << 23 | (rest & 7) << 20
    return struct.unpack(">f", struct.pack(">I", bits))[0]


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (check.pack_int4, learner_pack),
        (check.pack_int4, lambda codes: pack(codes, 4)),
        (check.bits_per_weight, lambda n, bits, size: Block(IntFormat(bits), size).bits_per_weight(n)),
        (check.bits_per_weight, lambda n, bits, size: (n * bits + 16 * len(range(0, n, size))) / n),
        (check.decode_e4m3, learner_decode),
        (check.decode_e4m3, lambda byte: FP8_E4M3.decode(np.array([byte]))[0]),
    ],
)
def test_other_right_ways_to_write_it_pass(exercise, answer):
    assert exercise(answer), exercise(answer)


def test_a_mistake_is_recognised_in_other_clothes():
    swapped = check.pack_int4(
        lambda q: (q[::2] % 16 * 16 + np.append(q[1::2], [0] * (len(q) % 2)) % 16).astype("uint8")
    )
    assert "nibbles are swapped" in swapped.line
    fake = check.pack_int4(lambda q: pack(q, 4).view(np.uint8).astype(np.float32))
    assert not fake and "float32" in fake.line  # codes stored as floats (a file bigger after quantization)
    assert "scales are missing" in check.bits_per_weight(lambda n, bits, size: 1.0 * bits).line
    ieee = {sign + byte: math.nan for sign in (0, 0x80) for byte in range(0x78, 0x80)}
    ieee |= {0x78: math.inf, 0xF8: -math.inf}
    assert "infinity" in check.decode_e4m3(lambda byte: ieee.get(byte, learner_decode(byte))).line


def test_published_examples():
    """INT4 with group 128 and fp16 scales: 4.125 bits a weight; E4M3's largest number is 448."""
    assert check.bits_per_weight.questions[0] == (4096, 4, 128) and check.bits_per_weight.solve(4096, 4, 128) == 4.125
    assert check.decode_e4m3.solve(0x7E) == 448


def test_bytes_may_come_in_a_tensor_and_one_number_in_no_list():
    assert check.pack_int4(lambda codes: torch.tensor(check.pack_int4.solve(codes)))
    assert not check.decode_e4m3(lambda byte: [check.decode_e4m3.solve(byte)])
