"""Exercises on channels: a scale for each one, and how many bits a layer weighs with its scales.

Well-known mistakes  the first channel's scale for the whole tensor; a maximum over the wrong axes; a dead channel
divided by 0; a compression ratio that forgets the scales
"""

import math

import numpy as np

from edukit.checks.verdict import Exercise
from edukit.quantization.grid.affine import choose_qparams
from edukit.quantization.grid.calibrate import min_max
from edukit.quantization.grid.error import compression_ratio

f32 = np.float32
random = np.random.default_rng(1)


def channel_scales(w, bits):
    """One symmetric scale for each output channel, in a shape that broadcasts against w."""
    return choose_qparams(*min_max(w, axis=0), bits, symmetric=True).scale


def _weights(*shape, sizes=None):
    """Random weights whose channels differ in size; those of the last one are all negative."""
    sizes = np.geomspace(0.01, 1, shape[0]) if sizes is None else np.array(sizes)
    w = random.normal(0, 1, shape) * sizes.reshape(-1, *[1] * (len(shape) - 1))
    w[-1] = -abs(w[-1])
    return w.astype(f32)


def _same_scales(_, expected, got) -> bool:
    return np.shape(got) == expected.shape and not _are_wrong(expected, np.asarray(got)).any()


def _are_wrong(expected, got):
    """Which scales are wrong: any step stores a channel of zeros (1), and a guard of 1e-10 is as good as none."""
    usable = np.isfinite(got) & (got > 0)
    return ~usable | ((expected != 1) & ~np.isclose(got, expected, rtol=1e-5, atol=1e-10))


def _show_scales(arguments, expected, got):
    w, bits = arguments
    if np.shape(got) != expected.shape:
        return f"weights {w.shape} need scales {expected.shape}, yours have {np.shape(got)}"
    at = tuple(np.argwhere(_are_wrong(expected, np.asarray(got)))[0])
    return f"channel {at[0]} of {w.shape} at {bits} bits needs S = {expected[at]:.4g}, yours is {got[at]:.4g}"


def _largest(w, axes=None):
    return abs(w).max(tuple(range(1, w.ndim)) if axes is None else axes, keepdims=True)


def _wrong_scales(limit, steps=lambda bits: 2 ** (bits - 1) - 1, guard=True):
    """A wrong channel_scales: a rule for the largest size, or for the number of steps, or no guard against 0."""

    def scales(w, bits):
        scale = limit(w) / f32(steps(bits))
        return np.where(scale > 0, scale, f32(1)) if guard else scale

    return scales


def _scales_by_hand(w, bits):
    """A symmetric scale for each output channel (axis 0); its shape broadcasts against w."""
    largest = np.abs(w).max(axis=tuple(range(1, w.ndim)), keepdims=True)
    scale = largest / (2 ** (bits - 1) - 1)
    return np.where(scale > 0, scale, np.ones_like(scale))


CHANNEL_SCALES = Exercise(
    channel_scales,
    [
        (_weights(4, 2, 3, 3), 8),
        (_weights(3, 3, 3, 3), 8),
        (_weights(5, 7), 4),
        (_weights(6, 1, 3, 3), 2),
        (_weights(4, 5, sizes=[1, 0, 2, 3]), 8),
        (_weights(3, 5, sizes=[1, 1e-9, 1e-20]), 8),
        *(
            (_weights(channels, 4, 3, 3), bits)
            for channels, bits in zip(range(2, 9), [2, 3, 4, 5, 6, 7, 8], strict=True)
        ),
    ],
    {
        "first channel for all": (
            _wrong_scales(lambda w: np.broadcast_to(_largest(w)[:1], _largest(w).shape)),
            "the first channel's scale stands for the whole tensor: each channel needs its own",
        ),
        "first channel only": (
            _wrong_scales(lambda w: _largest(w).ravel()[0]),
            "only the first channel's scale came back: each channel needs its own",
        ),
        "one for the tensor": (
            _wrong_scales(lambda w: abs(w).max()),
            "that is one scale for the whole tensor: take the maximum over all axes but the first",
        ),
        "input channels": (
            _wrong_scales(lambda w: _largest(w, (0, *range(2, w.ndim)))),
            "the maximum ran over the wrong axes: output channels are axis 0, keep that one",
        ),
        "flat": (
            _wrong_scales(lambda w: _largest(w).ravel()),
            "the right numbers in the wrong shape: broadcasting lines up the last axes; keepdims=True keeps the others",
        ),
        "without the sign": (
            _wrong_scales(lambda w: w.max(tuple(range(1, w.ndim)), keepdims=True)),
            "the largest value instead of the largest size: take abs first, the negative end counts too",
        ),
        "2^b - 1 steps": (
            _wrong_scales(_largest, steps=lambda bits: 2**bits - 1),
            "half the step it should be: a symmetric grid has 2^(b-1) - 1 steps on each side of 0",
        ),
        "2^(b-1) steps": (
            _wrong_scales(_largest, steps=lambda bits: 2 ** (bits - 1)),
            "the top code 2^(b-1) does not exist: on each side of 0 there are 2^(b-1) - 1 steps",
        ),
        "dead channel": (
            _wrong_scales(_largest, guard=False),
            "a channel of zeros has scale 0, and 0 / 0 is NaN: give it any positive scale",
        ),
    },
    "each channel on its own grid, whatever its size, and a dead channel is safe",
    agree=_same_scales,
    show=_show_scales,
    shown=_scales_by_hand,
    hints=(
        "A scale is the largest size in a channel, over the number of steps on one side of 0.",
        "The `max` of numpy takes a tuple of axes, all but the first here, and `keepdims=True` keeps them as 1.",
        "A channel may be all zeros. Any positive scale stores a 0, and a scale of 0 divides by 0.",
    ),
)


def _wrong_ratio(bits_of_scales):
    return lambda shape, bits: 32 * math.prod(shape) / (bits * math.prod(shape) + bits_of_scales(shape, bits))


def _ratio_by_hand(shape, bits):
    """Bits of the float32 weights, over bits of the codes and of the scales."""
    weights = math.prod(shape)
    return 32 * weights / (bits * weights + 32 * shape[0])


COMPRESSION_RATIO = Exercise(
    compression_ratio,
    [
        ((16, 1, 3, 3), 4),
        ((64, 128), 8),
        ((64, 128, 1, 1), 2),
        *(((c, 3, 3, 3), b) for c, b in random.integers(2, 9, (9, 2)).tolist()),
    ],
    {
        "scales forgotten": (
            _wrong_ratio(lambda s, b: 0),
            "the scales are missing: without them the codes mean nothing",
        ),
        "one scale": (_wrong_ratio(lambda s, b: 32), "only one scale is counted: each output channel stores one"),
        "scales in bytes": (
            _wrong_ratio(lambda s, b: 4 * s[0]),
            "the scales are counted in bytes: 4 bytes are 32 bits",
        ),
        "scales as codes": (
            _wrong_ratio(lambda s, b: b * s[0]),
            "a scale is a float32 of 32 bits, not a code of b bits",
        ),
        "input channels": (
            _wrong_ratio(lambda s, b: 32 * s[1]),
            "output channels are axis 0, those of the input axis 1",
        ),
        "upside down": (
            lambda s, b: 1 / compression_ratio(s, b),
            "upside down: how many times smaller, float over codes",
        ),
    },
    "codes and scales counted: that is what the file will weigh",
    shown=_ratio_by_hand,
    hints=(
        "Count the bits of the layer twice: as float32, and as it is stored.",
        "What is stored are the codes and the scales. A float32 scale has 32 bits, and there are `shape[0]` of them.",
        "The layer (16, 1, 3, 3) at 4 bits comes to 4.2 times, not 8.",
    ),
)
