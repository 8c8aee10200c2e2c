"""The painted shapes: the same bits everywhere, balanced, independent streams, and no short cut to the label."""

import ast
import hashlib
import inspect

import numpy as np
import pytest

from edukit.data import brush, outlines, painting, scene_painting
from edukit.data.brush import Brush
from edukit.data.painting import BLOCK, shapes

SMALL = {"train": 40, "calibration": 10, "validation": 10, "test": 20}
# rounded once by IEEE 754, or no arithmetic at all: alike on every CPU
EXACT = "abs arange choose clip concatenate empty_like float32 floor integer maximum minimum ndarray rint sort sqrt "
EXACT += "stack uint8 zeros_like ones_like random divide where take_along_axis"


@pytest.mark.parametrize("module", [brush, outlines, painting, scene_painting])
def test_only_operations_that_every_cpu_rounds_alike(module):
    tree = ast.parse(inspect.getsource(module))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    used = {node.attr for node in calls if isinstance(node.value, ast.Name) and node.value.id == "np"}
    drawn = {node.attr for node in calls if ast.unparse(node.value) in ("rng", "self.rng")}
    assert used <= set(EXACT.split()) and drawn <= {"random", "integers"}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Pow | ast.MatMult)]


def test_the_bits_are_those_of_the_course():
    digest = hashlib.sha256()
    data = shapes(**SMALL)
    for split in (data.train, data.calibration, data.validation, data.test):
        digest.update(np.rint(split.x * 255).astype(np.uint8).tobytes())
    assert digest.hexdigest() == "3cba383dc0e1a1dbc5220af838f73074b2a2c8df959aaefa11cab58384ff0e13"


def test_pixels_are_whole_levels():
    x = shapes(**SMALL).train.x
    assert x.dtype == np.float32 and x.shape == (40, 3, 32, 32)
    levels = np.rint(x * 255)
    assert np.array_equal(x, levels.astype(np.float32) / np.float32(255))
    assert levels.min() == 0 and levels.max() == 255


def test_a_size_changes_neither_other_splits_nor_its_own_first_images():
    small, large = shapes(**SMALL), shapes(**{**SMALL, "train": BLOCK + 1})
    assert np.array_equal(large.train.x[:40], small.train.x)
    assert np.array_equal(large.test.x, small.test.x)


def test_splits_and_seeds_are_different_images():
    data, other = shapes(**SMALL), shapes(**SMALL, seed=1)
    firsts = [split.x[:10] for split in (data.train, data.calibration, data.validation, data.test, other.train)]
    assert len({first.tobytes() for first in firsts}) == 5
    x = shapes(**{**SMALL, "train": 2 * BLOCK}).train.x
    assert not np.array_equal(x[:BLOCK], x[BLOCK:])


def test_classes_come_in_turn():
    data = shapes(**SMALL)
    assert data.classes[8] == "star" and data.train.y[:12].tolist() == [*range(10), 0, 1]


def test_the_shape_covers_its_area():
    """With every draw at its middle the disc has radius 8.75 · 0.9, upright in the middle of the image."""

    class Middle:
        random = staticmethod(lambda shape, dtype: np.full(shape, 0.5, dtype))

    coverage = painting._shape(Brush(Middle, BLOCK, painting.SIDE))
    stretch = (0.85 + 1.18) / 2
    assert coverage[0].sum() == pytest.approx(np.pi * (0.9 * 8.75) ** 2 * stretch, rel=0.01)  # edges one pixel wide
    assert coverage[0, 0, 16, 16] == 1 and coverage[1, 0, 16, 16] == 0  # a disc is full, a ring hollow


def test_colour_and_place_do_not_give_the_label_away():
    """The nearest class mean can only guess: 1 in 10, give or take five standard errors of 1,000 images."""
    data = shapes(train=2000, calibration=1, validation=1, test=1000)
    means = np.stack([data.train.x[label::10].mean(0).ravel() for label in range(10)])
    x = data.test.x.reshape(len(data.test), -1)
    nearest = ((means**2).sum(1) - 2 * x @ means.T).argmin(1)
    assert (nearest == data.test.y).mean() < 0.1 + 5 * np.sqrt(0.1 * 0.9 / 1000)


@pytest.mark.parametrize("bad", [{"train": 0}, {"test": 2.5}, {"calibration": -1}, {"seed": -1}, {"validation": "9"}])
def test_bad_sizes_are_refused(bad):
    with pytest.raises(ValueError, match=f"{next(iter(bad))} must be a whole number from"):
        shapes(**bad)
