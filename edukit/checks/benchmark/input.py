"""An exercise on what an app feeds a network: preprocess(frame) -> float32 (1, 1, 32, 32), as the training images are.

    frame (H, W) uint8, dark ink on light paper ─ mean of each block ─ 255 - x ─ / 255 ─> ink is 1, paper is 0

Well-known mistakes  paper that is high; bytes that are not scaled; pixels skipped, not averaged
"""

import numpy as np

from edukit.checks.verdict import Exercise

SIDE = 32
random = np.random.default_rng(0)


def preprocess(frame):
    """A camera's frame as the network learnt to see it: 32 x 32, ink 1 and paper 0."""
    high, wide = frame.shape[0] // 32, frame.shape[1] // 32
    means = frame.reshape(32, high, 32, wide).mean(axis=(1, 3))
    return np.float32((255 - means) / 255)[None, None]


def _means(frame):
    high, wide = (length // SIDE for length in frame.shape)
    return frame.reshape(SIDE, high, SIDE, wide).mean((1, 3))


def _image(values):
    return np.float32(values)[None, None]


def _stretched(frame):
    ink = 255 - _means(frame)
    return _image((ink - ink.min()) / max(ink.max() - ink.min(), 1e-9))


def _normalised(frame):
    right = preprocess(frame)
    return (right - right.mean()) / max(right.std(), np.float32(1e-9))


def _wrapped(frame):
    return _image((1 - (frame.reshape(SIDE, -1, SIDE, frame.shape[1] // SIDE)[:, 0, :, 0] // 255)) / 1.0)


def _agrees(_, expected, got) -> bool:
    got = np.asarray(got)
    return got.dtype == np.float32 and got.shape == expected.shape and bool(np.allclose(got, expected, atol=1e-5))


def _show(arguments, expected, got):
    got = np.asarray(got)
    height, width = arguments[0].shape
    if got.shape != expected.shape or got.dtype != np.float32:
        return (
            f"for a frame of {height} x {width} the file takes float32 (1, 1, 32, 32), yours is {got.dtype} {got.shape}"
        )
    return (
        f"a frame of {height} x {width} with bytes {arguments[0].min()} to {arguments[0].max()} becomes "
        f"{expected.min():.3g} to {expected.max():.3g} with a mean of {expected.mean():.3g}, yours "
        f"{got.min():.3g} to {got.max():.3g} with a mean of {got.mean():.3g}"
    )


def _paper(height, width, ink=0):
    """A frame of light paper, and some ink in the lower left."""
    frame = random.integers(200, 256, (height, width))
    frame[height // 2 : height - 3, 2 : width // 3] = ink
    return np.uint8(frame)


PREPROCESS = Exercise(
    preprocess,
    [
        (_paper(32, 32),),
        (_paper(64, 64),),
        (np.full((32, 32), 255, np.uint8),),
        (np.full((64, 32), 40, np.uint8),),
        (_paper(96, 160, ink=90),),
        (np.uint8(random.integers(0, 256, (128, 128))),),
        (_paper(544, 544),),
    ],
    {
        "paper is high": (
            lambda frame: _image(_means(frame) / 255),
            "here paper is high and ink is low: the training images have it the other way round",
        ),
        "not scaled": (
            lambda frame: _image(255 - _means(frame)),
            "these are 0 to 255: the network learnt from values of 0 to 1",
        ),
        "neither": (
            lambda frame: _image(_means(frame)),
            "these are the camera's bytes: the network learnt from 0 to 1, and from ink that is high",
        ),
        "pixels skipped": (
            lambda frame: _image(
                (255.0 - frame[:: frame.shape[0] // SIDE, :: frame.shape[1] // SIDE]) / 255,
            ),
            "one pixel of each block was taken: a thin line can fall between them, so take the mean of each block",
        ),
        "cut out": (
            lambda frame: _image((255.0 - frame[:SIDE, :SIDE]) / 255),
            "that is a corner of the frame: all of it must shrink to 32 x 32",
        ),
        "blocks mixed up": (
            lambda frame: _image((255 - frame.reshape(SIDE, SIDE, -1).mean(2)) / 255),
            "the reshape mixes pixels of different blocks: split each axis, (32, H / 32, 32, W / 32)",
        ),
        "turned": (
            lambda frame: preprocess(frame).swapaxes(2, 3),
            "rows and columns are swapped",
        ),
        "stretched": (
            _stretched,
            "each frame was stretched to 0 and 1: then empty paper becomes noise, and the training images were not",
        ),
        "normalised": (_normalised, "the mean was taken out: the training images kept theirs"),
        "-1 to 1": (
            lambda frame: _image(1 - 2 * _means(frame) / 255),
            "these are -1 to 1: other networks want that, this one learnt from 0 to 1",
        ),
        "no batch": (
            lambda frame: preprocess(frame)[0, 0],
            "a file takes a batch of images with channels: one image is (1, 1, 32, 32)",
        ),
        "float64": (
            lambda frame: preprocess(frame).astype(np.float64),
            "these are float64: the file takes float32",
        ),
        "bytes wrap": (
            _wrapped,
            "1 - byte has no room below 0: 1 - 255 is 2 for uint8. Subtract from 255, or make floats first",
        ),
    },
    "the app feeds what the network learnt from: most wrong answers on phones begin here",
    agree=_agrees,
    show=_show,
    hints=(
        "Print the smallest and the largest value of a training image, and its shape. Where is the ink?",
        "255 minus a byte turns dark into high. Which number brings 0 to 255 to 0 to 1?",
        "`frame.reshape(32, H // 32, 32, W // 32)` gives each block two axes of its own; take the mean over those two.",
    ),
)
